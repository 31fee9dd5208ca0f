//! Several processes.

use super::*;
use crate::{FIRST_PROCESS, Family, Line, Process, ProcessState, limits::MAX_PROCESSES};
use threadlab_trace::StartMethod;

/// The processes of a run, with the number of each one's next event.
struct Kin {
    family: Family,
    seqs: std::collections::BTreeMap<u32, u64>,
}

impl Kin {
    /// The first process, whose main thread runs and has a held lock `printer` ([`L`]) and a semaphore `pool` ([`M`])
    /// with 1 of 2 permits left.
    fn new() -> Self {
        let mut kin = Self { family: Family::new(), seqs: std::collections::BTreeMap::new() };
        let made = |object, kind, name: &str| What::ObjectCreated { object, kind, name: name.to_owned() };
        kin.at(0, 1, What::ThreadStarted)
            .at(0, 1, made(L, ObjectKind::Lock, "printer"))
            .at(0, 1, made(M, ObjectKind::Semaphore, "pool"))
            .at(0, 1, What::ObjectSized { object: M, size: Size::Permits, value: 2 })
            .at(0, 1, What::Acquired { object: L, mode: Mode::Owned, count: 1 })
            .at(0, 1, What::Acquired { object: M, mode: Mode::Permits, count: 1 });
        kin
    }

    /// Applies an event of a process's main thread, and checks that all models hang together.
    fn at(&mut self, time: u64, process: u32, what: What) -> &mut Self {
        let seq = self.seqs.entry(process).or_default();
        let event = Event { seq: *seq, time, thread: MAIN, place: PlaceId::UNKNOWN, what };
        *seq += 1;
        self.family.apply(process, &event);
        for process in self.family.processes() {
            assert_eq!(testing::check(process.model()), Ok(()), "{}", process.name());
        }
        self
    }

    fn starts(&mut self, time: u64, process: u32, method: StartMethod) -> &mut Self {
        let name = format!("Process-{process}");
        self.at(time, 1, What::ProcessCreated { process, name, method, daemon: false })
    }

    fn prints(&mut self, time: u64, process: u32, text: &str) -> &mut Self {
        self.at(time, process, What::Printed { text: text.to_owned() })
    }

    fn process(&self, number: u32) -> &Process {
        self.family.process(number).unwrap()
    }

    fn lines(&self) -> Vec<(u64, u32, &str)> {
        self.family.output().lines().map(|line| (line.number, line.process, line.text.as_str())).collect()
    }
}

#[test]
fn a_process_has_what_its_parent_and_its_end_tell_of_it() {
    let mut kin = Kin::new();
    kin.starts(10, 2, StartMethod::Spawn);
    let child = kin.process(2);
    assert_eq!(
        (child.name(), child.parent(), child.method()),
        ("Process-2", Some(1), Some(StartMethod::Spawn))
    );
    assert_eq!((child.state(), child.created(), child.is_daemon()), (ProcessState::New, 10, false));
    kin.family.process_began(2, 12);
    assert_eq!(kin.process(2).state(), ProcessState::Running);
    kin.family.set_memory(2, 1 << 20);
    kin.family.process_ended(2, 1, Some("no luck"), 30);
    kin.family.set_memory(2, 0);
    kin.family.process_ended(2, 0, None, 40);
    let child = kin.process(2);
    assert_eq!((child.state(), child.exit_code(), child.ended()), (ProcessState::Ended, Some(1), Some(30)));
    assert_eq!((child.failure(), child.memory()), (Some("no luck"), 1 << 20));
    let first = kin.family.first();
    assert_eq!((first.name(), first.number(), first.parent()), ("MainProcess", FIRST_PROCESS, None));
}

#[test]
fn a_child_may_be_heard_of_before_its_parent_tells() {
    let mut kin = Kin::new();
    kin.at(11, 2, What::ThreadStarted);
    assert_eq!((kin.process(2).name(), kin.process(2).created()), ("process 2", 11));
    kin.starts(10, 2, StartMethod::ForkServer);
    assert_eq!(
        (kin.process(2).name(), kin.process(2).method()),
        ("Process-2", Some(StartMethod::ForkServer))
    );
    kin.starts(20, 1, StartMethod::Fork);
    assert_eq!(kin.family.first().parent(), None, "nobody makes the first process");
}

#[test]
fn threads_and_objects_of_the_same_number_are_different_in_each_process() {
    let mut kin = Kin::new();
    kin.starts(10, 2, StartMethod::Spawn).at(12, 2, What::ThreadStarted);
    kin.at(13, 2, What::ObjectCreated { object: L, kind: ObjectKind::Event, name: "go".to_owned() });
    let name = |number| kin.process(number).model().object(L).map(Object::name);
    assert_eq!((name(1), name(2)), (Some("printer"), Some("go")));
    assert_eq!(kin.process(2).model().process(), 2);
    assert!(kin.family.processes().all(|process| process.model().anomalies() == 0));
    assert_eq!(kin.family.events(), 9);
}

#[test]
fn the_lanes_of_a_process_that_was_killed_end_there() {
    let mut kin = Kin::new();
    kin.starts(10, 2, StartMethod::Spawn).at(12, 2, What::ThreadStarted);
    kin.family.process_ended(2, -15, None, 50);
    kin.family.advance(100);
    let lane = |number| spans(kin.process(number).model().thread_timeline(MAIN));
    assert_eq!(lane(2), [(12, 50, crate::SpanKind::Running)]);
    assert_eq!(lane(1), [(0, 100, crate::SpanKind::Running)]);
    assert_eq!(kin.process(2).end_words().as_deref(), Some("terminated, exit code -15"));
    assert_eq!(kin.process(2).model().thread(MAIN).unwrap().ended(), None, "it did not end by itself");
    assert_eq!((kin.family.now(), kin.process(2).model().now()), (100, 50));
}

#[test]
fn a_process_has_ended_when_another_sees_it_whenever_the_word_of_it_comes() {
    for seen_first in [false, true] {
        let mut kin = Kin::new();
        kin.starts(10, 2, StartMethod::Spawn).at(12, 2, What::ThreadStarted);
        kin.family.advance(90);
        if seen_first {
            kin.at(50, 1, What::ProcessJoinEnded { process: 2 });
            assert_eq!(kin.process(2).ended(), None, "its last events are still to come");
            kin.family.process_ended(2, -9, None, 95);
        } else {
            kin.family.process_ended(2, -9, None, 95);
            assert_eq!(kin.process(2).ended(), Some(95));
            kin.at(50, 1, What::ProcessJoinEnded { process: 2 });
        }
        kin.at(60, 1, What::ProcessJoinEnded { process: 2 });
        assert_eq!(kin.process(2).ended(), Some(50), "{seen_first}");
        let lane = spans(kin.process(2).model().thread_timeline(MAIN));
        assert_eq!(lane, [(12, 50, crate::SpanKind::Running)]);
        assert_eq!(testing::check(kin.process(2).model()), Ok(()));
    }
}

#[test]
fn whoever_lives_at_the_end_of_the_run_ends_with_it() {
    let mut kin = Kin::new();
    kin.starts(10, 2, StartMethod::Spawn).prints(20, 2, "late");
    kin.family.end(60);
    let ends: Vec<_> = kin.family.processes().map(|process| (process.ended(), process.exit_code())).collect();
    assert_eq!(ends, [(Some(60), None); 2]);
    assert_eq!(kin.lines(), [(0, 2, "late")]);
}

#[test]
fn lines_of_several_processes_come_in_the_order_of_their_times() {
    let mut kin = Kin::new();
    kin.prints(1, 1, "alone");
    assert_eq!(kin.lines(), [(0, 1, "alone")]);
    kin.starts(10, 2, StartMethod::Spawn)
        .prints(20, 1, "after it")
        .prints(40, 1, "last")
        .prints(40, 1, "of all");
    kin.prints(15, 2, "before it").prints(15, 2, "also");
    assert_eq!(kin.lines().len(), 1);
    assert!(kin.family.is_unsettled());
    kin.family.settle(40);
    let settled = [(0, 1, "alone"), (1, 2, "before it"), (2, 2, "also"), (3, 1, "after it")];
    assert_eq!(kin.lines(), settled);
    assert!(kin.family.is_unsettled());
    kin.family.settle(41);
    assert_eq!(kin.lines()[4..], [(4, 1, "last"), (5, 1, "of all")]);
    assert!(!kin.family.is_unsettled());
    let texts = kin.family.processes().map(|process| process.model().output().lines().len());
    assert_eq!(texts.sum::<usize>(), 0, "each line is kept once");
    assert_eq!(kin.family.output().line(1).map(|line: &Line| line.thread), Some(MAIN));
}

#[test]
fn a_forked_process_has_its_parents_objects_as_they_were() {
    let mut kin = Kin::new();
    kin.starts(10, 2, StartMethod::Fork);
    kin.at(11, 1, What::Acquired { object: M, mode: Mode::Permits, count: 1 }).at(12, 2, What::ThreadStarted);
    kin.at(13, 2, What::Acquired { object: M, mode: Mode::Permits, count: 1 });
    let pool = |number| kin.process(number).model().object(M).map(Object::state);
    let permits = |number| match pool(number) {
        Some(crate::ObjectState::Semaphore(semaphore)) => semaphore.permits(),
        _ => None,
    };
    assert_eq!((permits(1), permits(2)), (Some(0), Some(0)), "one was left, and each took its own");
    let child = kin.process(2).model();
    assert_eq!((child.objects().len(), child.anomalies()), (1, 0), "what it does not touch is not shown");
    assert_eq!(child.object(M).unwrap().holders().len(), 1);
}

#[test]
fn a_lock_that_was_held_at_the_fork_is_held_for_ever() {
    let mut kin = Kin::new();
    kin.starts(10, 2, StartMethod::Fork).at(12, 2, What::ThreadStarted);
    kin.at(13, 2, What::WaitBegan { object: L, purpose: Purpose::Acquire, timed: false });
    let child = kin.process(2).model();
    assert!(child.object(L).unwrap().is_left_behind());
    let words = "MainThread waits for Lock 'printer', held by a thread that is not in this copy";
    assert_eq!(child.deadlock().map(|deadlock| deadlock.words(child)).as_deref(), Some(words));
    assert_eq!(child.anomalies(), 0);
    // A child of the child has it so too.
    let what =
        What::ProcessCreated { process: 3, name: String::new(), method: StartMethod::Fork, daemon: false };
    kin.at(14, 2, What::WaitTimedOut { object: L }).at(15, 2, what).at(16, 3, What::ThreadStarted);
    kin.at(17, 3, What::Released { object: L, mode: Mode::Transferable, count: 1 });
    assert!(!kin.process(3).model().object(L).unwrap().is_left_behind(), "somebody gave it back");
    assert_eq!(kin.process(3).model().anomalies(), 0);
}

#[test]
fn a_spawned_process_has_nothing_of_its_parent() {
    let mut kin = Kin::new();
    kin.starts(10, 2, StartMethod::Spawn).at(12, 2, What::ThreadStarted);
    kin.at(13, 2, What::Acquired { object: L, mode: Mode::Owned, count: 1 });
    let child = kin.process(2).model();
    assert_eq!((child.anomalies(), child.object(L).unwrap().name()), (1, "Object 1"));
}

#[test]
fn events_of_too_many_processes_are_counted() {
    let mut kin = Family::new();
    let most = u32::try_from(MAX_PROCESSES).unwrap();
    for process in 1..=most + 3 {
        kin.apply(
            process,
            &Event { seq: 0, time: 0, thread: MAIN, place: PlaceId::UNKNOWN, what: What::ThreadStarted },
        );
    }
    kin.process_began(most + 1, 0);
    kin.process_ended(most + 1, 0, None, 0);
    assert_eq!(
        (kin.processes().len(), kin.left_out(), kin.events()),
        (MAX_PROCESSES, 3, u64::from(most) + 3)
    );
}

#[test]
fn all_lanes_of_a_family_share_one_budget() {
    let mut kin = Family::new();
    let mut event =
        Event { seq: 0, time: 0, thread: MAIN, place: PlaceId::UNKNOWN, what: What::ThreadStarted };
    let spans = |kin: &Family| -> Vec<usize> {
        let lanes = kin.processes().filter_map(|process| process.model().thread_timeline(MAIN));
        lanes.map(|lane| lane.all().count()).collect()
    };
    for process in 1..=16 {
        event.what = What::ThreadStarted;
        kin.apply(process, &event);
    }
    for _ in 0..60_000 {
        for what in [What::SleepBegan { micros: 1 }, What::SleepEnded] {
            (event.seq, event.time, event.what) = (event.seq + 1, event.time + 10, what);
            kin.apply(1, &event);
        }
    }
    let most = crate::limits::MAX_SPANS / 16;
    assert!(spans(&kin)[0] <= most && spans(&kin)[0] > most / 4, "{:?}", spans(&kin));
}
