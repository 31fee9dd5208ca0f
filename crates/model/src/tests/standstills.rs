//! Standstills of several processes: what is told, and above all what is not.

use super::shared::{A, B, Kin};
use super::*;
use crate::Standstill;
use threadlab_trace::StartMethod;

fn sentences(kin: &Kin, standstill: &Standstill) -> Vec<String> {
    standstill.sentences(&kin.family).collect()
}

/// Two processes that each hold a lock and wait for the other's, while the first process waits for both.
fn embrace() -> Kin {
    let mut kin = Kin::of(3);
    kin.shares(A, ObjectKind::Lock, None).shares(B, ObjectKind::Lock, None);
    kin.takes(2, A, Mode::Transferable).takes(3, B, Mode::Transferable);
    kin.waits(2, B, Purpose::Acquire).joins(1, 2).waits(3, A, Purpose::Acquire);
    kin
}

#[test]
fn two_processes_that_wait_for_each_others_lock_never_go_on() {
    let kin = embrace();
    let standstill = kin.family.standstill().unwrap();
    assert!(standstill.is_round());
    assert_eq!(standstill.threads(), [(2, MAIN), (3, MAIN)]);
    let expected = [
        "Process-1 waits for Lock 'b', held by Process-2",
        "Process-2 waits for Lock 'a', held by Process-1",
    ];
    assert_eq!(sentences(&kin, &standstill), expected);
    let alone = kin.family.processes().find_map(|process| process.model().deadlock());
    assert_eq!(alone, None, "no process knows that by itself");
}

#[test]
fn a_parent_that_holds_what_its_child_waits_for_and_waits_for_the_child_is_in_a_round() {
    let mut kin = Kin::of(2);
    kin.shares(A, ObjectKind::RLock, None).takes(1, A, Mode::Owned);
    kin.waits(2, A, Purpose::Acquire).joins(1, 2);
    let standstill = kin.family.standstill().unwrap();
    assert_eq!((standstill.is_round(), standstill.threads()), (true, &[(1, MAIN), (2, MAIN)][..]));
    let expected =
        ["MainProcess waits for Process-1 to end", "Process-1 waits for RLock 'a', held by MainProcess"];
    assert_eq!(sentences(&kin, &standstill), expected);
}

#[test]
fn all_who_wait_for_items_that_nobody_puts_are_told() {
    let mut kin = Kin::of(3);
    kin.shares(A, ObjectKind::Queue, Some((Size::Capacity, 0)));
    kin.waits(2, A, Purpose::Get).waits(3, A, Purpose::Get).joins(1, 2);
    let standstill = kin.family.standstill().unwrap();
    assert_eq!((standstill.is_round(), standstill.threads().len()), (false, 3));
    let expected = [
        "MainProcess waits for Process-1 to end",
        "Process-1 waits for an item from Queue 'a', which is empty",
        "Process-2 waits for an item from Queue 'a', which is empty",
    ];
    assert_eq!(sentences(&kin, &standstill), expected);
    kin.kernel(2, What::Put { object: A, item: 0 });
    assert_eq!(kin.family.standstill(), None, "whoever put that, it is there");
}

/// Something that makes a standstill none.
type Change = fn(&mut Kin);

#[test]
fn whoever_can_act_may_help() {
    let changes: [(&str, Change); 9] = [
        ("another thread runs", |kin| {
            kin.at(3, What::WaitEnded { object: A });
        }),
        ("the kernel knows that it goes on", |kin| {
            kin.kernel(3, What::WaitEnded { object: A });
        }),
        ("the lock is free", |kin| {
            kin.kernel_by(2, ThreadId(9), What::Released { object: A, mode: Mode::Transferable, count: 1 });
        }),
        ("a process was started and has not begun", |kin| {
            let created = |process| What::ProcessCreated {
                process,
                name: String::new(),
                method: StartMethod::Spawn,
                daemon: false,
            };
            kin.at(1, What::ProcessJoinTimedOut { process: 2 }).at(1, created(4)).joins(1, 4);
        }),
        ("somebody has asked for the end of one", |kin| {
            kin.at(1, What::ProcessJoinTimedOut { process: 2 });
            kin.at(1, What::ProcessEndAsked { process: 3 }).joins(1, 2);
        }),
        ("a process waits for one that has ended", |kin| {
            kin.family.process_ended(2, 0, None, 100);
        }),
        ("events of the kernel are on their way", |kin| kin.family.set_shared_complete(false)),
        ("a process has closed what its thread waits for", |kin| {
            kin.kernel(3, What::Closed { object: A, process: 3 });
        }),
        ("events were lost", |kin| {
            kin.kernel(3, What::Lost { count: 1 });
        }),
    ];
    for (why, change) in changes {
        let mut kin = embrace();
        assert!(kin.family.standstill().is_some());
        change(&mut kin);
        assert_eq!(kin.family.standstill(), None, "{why}");
    }
}

#[test]
fn waits_with_a_limit_end_by_themselves() {
    let mut kin = Kin::of(2);
    kin.shares(A, ObjectKind::Queue, None).joins(1, 2);
    let waits = What::WaitBegan { object: A, purpose: Purpose::Get, timed: true };
    kin.kernel(2, waits.clone()).at(2, waits);
    assert_eq!(kin.family.standstill(), None);
}

#[test]
fn a_wait_that_the_two_streams_count_differently_is_not_believed() {
    let mut kin = embrace();
    // As the kernel tells, the thread got the lock, gave it back and waits again; its own stream has not come so far.
    kin.kernel_by(2, MAIN, What::Refused { object: B, refusal: threadlab_trace::Refusal::Abandoned });
    kin.kernel(2, What::WaitBegan { object: B, purpose: Purpose::Acquire, timed: false });
    assert_eq!(kin.family.standstill(), None);
    kin.at(2, What::WaitEnded { object: B });
    kin.at(2, What::WaitBegan { object: B, purpose: Purpose::Acquire, timed: false });
    assert!(kin.family.standstill().is_some());
}

#[test]
fn one_processs_own_deadlock_is_not_told_twice() {
    let mut kin = Kin::of(1);
    kin.at(1, What::ObjectCreated { object: L, kind: ObjectKind::Lock, name: "own".to_owned() });
    kin.at(1, What::Acquired { object: L, mode: Mode::Owned, count: 1 });
    kin.at(1, What::WaitBegan { object: L, purpose: Purpose::Acquire, timed: false });
    assert!(kin.family.first().model().deadlock().is_some());
    assert_eq!(kin.family.standstill(), None);
}

#[test]
fn a_thread_that_runs_beside_those_that_wait_is_enough() {
    let mut kin = Kin::of(3);
    kin.shares(A, ObjectKind::Lock, None).takes(2, A, Mode::Transferable);
    let child = ThreadId(2);
    kin.at(3, What::ThreadCreated { child, name: "other".to_owned(), daemon: false });
    kin.by(3, child, What::ThreadStarted);
    kin.waits(2, A, Purpose::Acquire).waits(3, A, Purpose::Acquire).joins(1, 2);
    assert_eq!(kin.family.standstill(), None);
    kin.by(3, child, What::JoinBegan { target: MAIN, timed: false });
    let standstill = kin.family.standstill().unwrap();
    // It waits for itself.
    assert_eq!((standstill.is_round(), standstill.threads()), (true, &[(2, MAIN)][..]));
    assert_eq!(sentences(&kin, &standstill), ["Process-1 waits for Lock 'a', held by itself"]);
}
