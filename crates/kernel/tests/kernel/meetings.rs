//! The rules of events, conditions and barriers.

use crate::support::{block, blocks, child, end, kernel, now, rule};
use std::sync::atomic::{AtomicU32, Ordering};
use threadlab_kernel::limits::PARTIES;
use threadlab_kernel::{Arrival, Caller, Exit, Rule};

#[test]
fn an_event_lets_all_go_on_even_if_it_is_cleared_at_once() {
    let (kernel, me) = kernel();
    let event = kernel.event(me).unwrap().value;
    let (set, times) = kernel.event_look(me, event).unwrap().value;
    assert!(!set);
    assert!(blocks(kernel.event_wait(me, event, times)));
    std::thread::scope(|scope| {
        for thread in 0..5 {
            let (kernel, me) = (&kernel, Caller { thread, ..me });
            scope.spawn(move || block(kernel, || kernel.event_wait(me, event, times)).unwrap());
        }
        kernel.event_set(me, event).unwrap();
        kernel.event_clear(me, event).unwrap();
    });
    let (set, later) = kernel.event_look(me, event).unwrap().value;
    assert!(!set);
    assert!(blocks(kernel.event_wait(me, event, later)));
    kernel.event_set(me, event).unwrap();
    kernel.event_set(me, event).unwrap();
    assert_eq!(kernel.event_look(me, event).unwrap().value, (true, later + 1), "it was set already");
    now(kernel.event_wait(me, event, later + 1));
}

#[test]
fn a_notification_reaches_who_has_waited_longest() {
    let (kernel, me) = kernel();
    let lock = kernel.recursive_lock(me).unwrap().value;
    let condition = kernel.condition(me, lock).unwrap().value;
    let threads = [2, 3, 4].map(|thread| Caller { thread, ..me });
    assert_eq!(rule(kernel.condition_enlist(me, condition)), Rule::NotHeld);
    assert_eq!(rule(kernel.condition_notify(me, condition, 1)), Rule::NotHeld);
    assert_eq!(rule(kernel.condition_wait(me, condition)), Rule::NotWaiting);
    for thread in threads {
        now(kernel.acquire(thread, lock));
        kernel.condition_enlist(thread, condition).unwrap();
        assert_eq!(kernel.release_all(thread, lock).unwrap().value, 1);
        assert!(blocks(kernel.condition_wait(thread, condition)));
    }
    now(kernel.acquire(me, lock));
    assert_eq!(kernel.condition_waiting(me, condition).unwrap().value, 3);
    assert_eq!(kernel.condition_notify(me, condition, 1).unwrap().value, 1);
    now(kernel.condition_wait(threads[0], condition));
    assert!(blocks(kernel.condition_wait(threads[1], condition)));
    assert!(!kernel.condition_leave(threads[1], condition).unwrap().value);
    assert_eq!(rule(kernel.condition_leave(threads[1], condition)), Rule::NotWaiting);
    assert_eq!(kernel.condition_notify(me, condition, u32::MAX).unwrap().value, 1);
    assert!(kernel.condition_leave(threads[2], condition).unwrap().value, "it was notified when it gave up");
    assert_eq!(kernel.condition_notify(me, condition, u32::MAX).unwrap().value, 0);
    let event = kernel.event(me).unwrap().value;
    assert_eq!(rule(kernel.condition(me, event)), Rule::WrongKind);
}

#[test]
fn a_condition_goes_with_a_plain_lock_and_with_a_blocks_lock() {
    let (kernel, me) = kernel();
    let plain = kernel.semaphore(me, 1, true).unwrap().value;
    let block = kernel.shared(me, 8).unwrap().value;
    for lock in [plain, block] {
        let condition = kernel.condition(me, lock).unwrap().value;
        assert_eq!(rule(kernel.condition_enlist(me, condition)), Rule::NotHeld);
        now(kernel.acquire(me, lock));
        kernel.condition_enlist(me, condition).unwrap();
        assert_eq!(kernel.release_all(me, lock).unwrap().value, 1);
    }
}

#[test]
fn a_notification_that_its_receiver_did_not_live_to_use_goes_to_another() {
    let (kernel, me) = kernel();
    let lock = kernel.recursive_lock(me).unwrap().value;
    let condition = kernel.condition(me, lock).unwrap().value;
    let other = child(&kernel, me, &[lock, condition]);
    let second = Caller { thread: 2, ..me };
    for waiter in [other, second] {
        now(kernel.acquire(waiter, lock));
        kernel.condition_enlist(waiter, condition).unwrap();
        kernel.release(waiter, lock, 1).unwrap();
    }
    now(kernel.acquire(me, lock));
    kernel.condition_notify(me, condition, 1).unwrap();
    // It knows of it, but does not have the lock.
    now(kernel.condition_wait(other, condition));
    assert!(blocks(kernel.acquire(other, lock)));
    assert!(blocks(kernel.condition_wait(second, condition)));
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| block(&kernel, || kernel.condition_wait(second, condition)));
        end(&kernel, other.pid, Exit::KILLED);
        waiting.join().unwrap().unwrap();
    });
    assert!(kernel.condition_leave(second, condition).unwrap().value);
    assert_eq!(rule(kernel.condition_wait(second, condition)), Rule::NotWaiting);
}

#[test]
fn nobody_passes_a_barrier_before_all_have_come() {
    const PARTIES: u32 = 5;
    const PASSES: u32 = 50;
    let (kernel, me) = kernel();
    let barrier = kernel.barrier(me, PARTIES).unwrap().value;
    let came = AtomicU32::new(0);
    let indexes: Vec<AtomicU32> = (0..PASSES).map(|_| AtomicU32::new(0)).collect();
    std::thread::scope(|scope| {
        for _ in 0..PARTIES {
            let me = child(&kernel, me, &[barrier]);
            let (kernel, came, indexes) = (&kernel, &came, &indexes);
            scope.spawn(move || {
                for pass in 1..=PASSES {
                    came.fetch_add(1, Ordering::SeqCst);
                    let arrival = block(kernel, || kernel.barrier_arrive(me, barrier)).unwrap();
                    indexes[pass as usize - 1].fetch_or(1 << arrival.index, Ordering::SeqCst);
                    if arrival.last {
                        kernel.barrier_open(me, barrier).unwrap();
                    } else {
                        block(kernel, || kernel.barrier_wait(me, barrier)).unwrap();
                    }
                    assert!(came.load(Ordering::SeqCst) >= pass * PARTIES);
                }
            });
        }
    });
    for indexes in indexes {
        assert_eq!(indexes.into_inner(), (1 << PARTIES) - 1, "each index once");
    }
    assert_eq!(kernel.barrier_state(me, barrier).unwrap().value, (0, PARTIES, false));
}

#[test]
fn while_the_last_party_acts_others_wait_to_come() {
    let (kernel, me) = kernel();
    let barrier = kernel.barrier(me, 2).unwrap().value;
    let [one, two, three] = [1, 2, 3].map(|thread| Caller { thread, ..me });
    assert_eq!(now(kernel.barrier_arrive(one, barrier)), Arrival { index: 0, last: false });
    assert_eq!(rule(kernel.barrier_open(one, barrier)), Rule::NotWaiting);
    assert_eq!(now(kernel.barrier_arrive(two, barrier)), Arrival { index: 1, last: true });
    assert_eq!(rule(kernel.barrier_wait(two, barrier)), Rule::NotWaiting);
    assert!(blocks(kernel.barrier_wait(one, barrier)));
    assert!(blocks(kernel.barrier_arrive(three, barrier)));
    assert_eq!(rule(kernel.barrier_arrive(two, barrier)), Rule::InAction);
    kernel.barrier_open(two, barrier).unwrap();
    assert_eq!(now(kernel.barrier_arrive(three, barrier)).index, 0, "the next round");
    now(kernel.barrier_wait(one, barrier));
    assert_eq!(rule(kernel.barrier_wait(one, barrier)), Rule::NotWaiting);
    for parties in [0, PARTIES + 1] {
        assert_eq!(rule(kernel.barrier(me, parties)), Rule::BadParties);
    }
}

#[test]
fn a_barrier_is_broken_by_who_gives_up_and_whole_after_its_reset() {
    let (kernel, me) = kernel();
    let barrier = kernel.barrier(me, 3).unwrap().value;
    let [one, two] = [1, 2].map(|thread| Caller { thread, ..me });
    now(kernel.barrier_arrive(one, barrier));
    now(kernel.barrier_arrive(two, barrier));
    kernel.barrier_abort(two, barrier).unwrap();
    assert_eq!(rule(kernel.barrier_arrive(me, barrier)), Rule::BrokenBarrier);
    kernel.barrier_reset(me, barrier).unwrap();
    assert_eq!(rule(kernel.barrier_wait(one, barrier)), Rule::BrokenBarrier, "it was when it waited");
    assert_eq!(rule(kernel.barrier_wait(two, barrier)), Rule::NotWaiting);
    // A reset is a break for who waits.
    now(kernel.barrier_arrive(one, barrier));
    kernel.barrier_reset(me, barrier).unwrap();
    assert_eq!(rule(kernel.barrier_wait(one, barrier)), Rule::BrokenBarrier);
    assert_eq!(kernel.barrier_state(me, barrier).unwrap().value, (0, 3, false));
}

#[test]
fn who_gives_up_breaks_the_barrier_unless_the_round_is_over() {
    let (kernel, me) = kernel();
    let barrier = kernel.barrier(me, 2).unwrap().value;
    let [one, two] = [1, 2].map(|thread| Caller { thread, ..me });
    assert_eq!(rule(kernel.barrier_give_up(one, barrier)), Rule::NotWaiting);
    now(kernel.barrier_arrive(one, barrier));
    now(kernel.barrier_arrive(two, barrier));
    kernel.barrier_open(two, barrier).unwrap();
    assert!(!kernel.barrier_give_up(one, barrier).unwrap().value);
    now(kernel.barrier_wait(one, barrier));
    // Nobody else came.
    now(kernel.barrier_arrive(one, barrier));
    assert!(kernel.barrier_give_up(one, barrier).unwrap().value);
    assert_eq!(kernel.barrier_state(me, barrier).unwrap().value, (0, 2, true));
    assert_eq!(rule(kernel.barrier_wait(one, barrier)), Rule::NotWaiting, "it has left");
}

#[test]
fn a_party_that_ends_breaks_the_barrier() {
    for (waits, exit, breaks) in [
        (true, Exit::SUCCESS, true),
        (true, Exit::KILLED, true),
        (false, Exit::KILLED, true),
        (false, Exit::SUCCESS, false),
    ] {
        let (kernel, me) = kernel();
        let barrier = kernel.barrier(me, 3).unwrap().value;
        let other = child(&kernel, me, &[barrier]);
        let [one, two] = [1, 2].map(|thread| Caller { thread, ..me });
        // A round, so that it is a party.
        now(kernel.barrier_arrive(other, barrier));
        now(kernel.barrier_arrive(one, barrier));
        now(kernel.barrier_arrive(two, barrier));
        kernel.barrier_open(two, barrier).unwrap();
        now(kernel.barrier_wait(one, barrier));
        now(kernel.barrier_wait(other, barrier));
        if waits {
            now(kernel.barrier_arrive(other, barrier));
        }
        now(kernel.barrier_arrive(one, barrier));
        end(&kernel, other.pid, exit);
        if breaks {
            assert_eq!(rule(block(&kernel, || kernel.barrier_wait(one, barrier))), Rule::BrokenBarrier);
        } else {
            assert!(blocks(kernel.barrier_wait(one, barrier)), "another may come in its place");
        }
    }
}
