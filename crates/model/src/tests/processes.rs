//! Processes as their parent's events tell of them.

use super::*;
use crate::SpanKind;
use threadlab_trace::StartMethod;

impl Run {
    fn starts(&mut self, time: u64, process: u32, name: &str) -> &mut Self {
        let method = StartMethod::Spawn;
        self.at(time, MAIN, What::ProcessCreated { process, name: name.to_owned(), method, daemon: false })
    }

    fn awaits(&mut self, time: u64, thread: ThreadId, process: u32) -> &mut Self {
        self.at(time, thread, What::ProcessJoinBegan { process, timed: false })
    }
}

#[test]
fn a_thread_that_waits_for_a_process_says_so() {
    let mut run = Run::of_three();
    run.starts(1, 2, "counter").starts(1, 3, "").awaits(2, MAIN, 2).awaits(2, A, 3);
    assert_eq!([run.words(MAIN), run.words(A)], ["counter to end", "process 3 to end"]);
    assert_eq!(run.model.edges(MAIN).count(), 0, "no thread of this process is in the way");
    run.at(7, MAIN, What::ProcessJoinEnded { process: 2 });
    assert_eq!(run.model.thread(MAIN).unwrap().state(), crate::ThreadState::Running);
    run.model.advance(9);
    let lane = [(0, 2, SpanKind::Running), (2, 7, SpanKind::Awaiting(2)), (7, 9, SpanKind::Running)];
    assert_eq!(run.spans(MAIN), lane);
    assert_eq!(run.model.anomalies(), 0);
}

#[test]
fn seeing_the_end_of_a_process_need_not_begin_with_waiting() {
    let mut run = Run::of_three();
    run.starts(1, 2, "quick").at(2, MAIN, What::ProcessJoinEnded { process: 2 });
    assert_eq!(run.model.anomalies(), 0);
    run.at(3, MAIN, What::ProcessJoinTimedOut { process: 2 });
    assert_eq!(run.model.anomalies(), 1, "but giving up does");
}

#[test]
fn a_wait_for_a_process_that_is_not_known_or_is_made_twice_does_not_fit() {
    let mut run = Run::of_three();
    run.awaits(1, MAIN, 7);
    assert_eq!((run.model.anomalies(), run.words(MAIN).as_str()), (1, "process 7 to end"));
    run.starts(2, 7, "late");
    assert_eq!(run.model.anomalies(), 2, "it waits, and cannot start anything");
    run.starts(3, 7, "again").starts(3, 1, "oneself");
    assert_eq!(run.model.anomalies(), 4);
    assert_eq!(run.model.child_name(7), Some("late"));
}

#[test]
fn who_waits_for_a_process_is_not_stuck() {
    let mut run = Run::of_three();
    run.starts(1, 2, "child").acquired(1, MAIN, L).waits(2, A, L).waits(2, B, L).awaits(3, MAIN, 2);
    assert_eq!(run.deadlock(), "", "the process can end, and then the main thread goes on");
    run.at(4, MAIN, What::ProcessJoinEnded { process: 2 }).waits(5, MAIN, L);
    assert_eq!(run.deadlock(), "MainThread waits for Lock 'printer', held by itself");
}
