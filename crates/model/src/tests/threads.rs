//! The life of threads.

use super::*;
use crate::{Panic, Progress, SpanKind, ThreadState, WaitsFor};

#[test]
fn a_thread_is_created_starts_and_finishes() {
    let mut run = Run::new();
    run.at(5, MAIN, What::ThreadStarted).at(
        10,
        MAIN,
        What::ThreadCreated { child: A, name: "worker".to_owned(), daemon: false },
    );
    let thread = run.model.thread(A).unwrap();
    assert_eq!((thread.name(), thread.state(), thread.parent()), ("worker", ThreadState::New, Some(MAIN)));
    assert_eq!((thread.created(), thread.started(), thread.ended()), (10, None, None));
    assert_eq!(run.spans(A), []);

    run.at(20, A, What::ThreadStarted).at(50, A, What::ThreadFinished);
    let thread = run.model.thread(A).unwrap();
    assert_eq!(thread.state(), ThreadState::Finished);
    assert_eq!((thread.created(), thread.started(), thread.ended()), (10, Some(20), Some(50)));
    assert_eq!(thread.events(), 2);
    run.model.advance(90);
    assert_eq!(run.spans(A), [(20, 50, SpanKind::Running)]);
    assert_eq!(run.model.anomalies(), 0);
}

#[test]
fn the_main_thread_needs_no_creation() {
    let mut run = Run::new();
    run.at(5, MAIN, What::ThreadStarted);
    let main = run.model.thread(MAIN).unwrap();
    assert_eq!((main.name(), main.parent(), main.created()), ("MainThread", None, 5));
    assert_eq!(run.model.anomalies(), 0);
}

#[test]
fn threads_come_in_the_order_of_their_creation() {
    let mut run = Run::new();
    run.at(0, MAIN, What::ThreadStarted);
    for child in [9, 70_000, 4] {
        run.at(0, MAIN, What::ThreadCreated { child: ThreadId(child), name: String::new(), daemon: false });
    }
    let ids: Vec<u32> = run.model.threads().map(|thread| thread.id().0).collect();
    assert_eq!(ids, [1, 9, 70_000, 4]);
}

#[test]
fn a_panic_keeps_its_message_and_place() {
    let mut run = Run::of_three();
    let place = PlaceId(4);
    run.at_place(1, A, place, What::PlaceDefined { line: 12, file: "lock.rs".to_owned() });
    run.at_place(7, A, place, What::ThreadPanicked { message: "oh".to_owned() });
    let thread = run.model.thread(A).unwrap();
    assert_eq!(thread.state(), ThreadState::Panicked);
    assert_eq!(thread.panic(), Some(&Panic { message: "oh".to_owned(), place }));
    let place = run.model.place(thread.place()).unwrap();
    assert_eq!((place.file, place.line), ("lock.rs", 12));
    assert_eq!(run.model.failure(), None, "a thread's panic is not the program's failure");
}

#[test]
fn sleeping_and_joining_show_in_state_and_lane() {
    let mut run = Run::of_three();
    run.at(10, A, What::SleepBegan { micros: 20 });
    assert_eq!(run.model.thread(A).unwrap().state(), ThreadState::Sleeping);
    run.at(12, MAIN, What::JoinBegan { target: A, timed: true });
    let main = run.model.thread(MAIN).unwrap();
    assert_eq!((main.state(), main.waits_for()), (ThreadState::Waiting, Some(WaitsFor::Thread(A))));
    run.at(20, MAIN, What::JoinTimedOut { target: A }).at(
        25,
        MAIN,
        What::JoinBegan { target: A, timed: false },
    );
    run.at(30, A, What::SleepEnded).at(40, A, What::ThreadFinished).at(
        41,
        MAIN,
        What::JoinEnded { target: A },
    );
    assert_eq!(run.model.thread(MAIN).unwrap().state(), ThreadState::Running);
    run.model.advance(50);
    assert_eq!(
        run.spans(A),
        [(0, 10, SpanKind::Running), (10, 30, SpanKind::Sleeping), (30, 40, SpanKind::Running)]
    );
    assert_eq!(
        run.spans(MAIN),
        [
            (0, 12, SpanKind::Running),
            (12, 20, SpanKind::Joining(A)),
            (20, 25, SpanKind::Running),
            (25, 41, SpanKind::Joining(A)),
            (41, 50, SpanKind::Running),
        ]
    );
    assert_eq!(run.model.anomalies(), 0);
}

#[test]
fn joining_a_thread_that_has_ended_need_not_begin_with_waiting() {
    let mut run = Run::of_three();
    run.at(1, A, What::ThreadFinished).at(2, MAIN, What::JoinEnded { target: A });
    assert_eq!(run.model.anomalies(), 0);
    run.at(3, MAIN, What::JoinEnded { target: B });
    assert_eq!(run.model.anomalies(), 1, "this one has not ended");
}

#[test]
fn progress_is_the_latest_that_was_told() {
    let mut run = Run::of_three();
    assert_eq!(run.model.thread(A).unwrap().progress(), None);
    run.at(1, A, What::Progress { done: 1, total: 5 }).at(2, A, What::Progress { done: 2, total: 5 });
    assert_eq!(run.model.thread(A).unwrap().progress(), Some(Progress { done: 2, total: 5 }));
}

#[test]
fn the_states_are_the_words_that_the_page_promises() {
    let states = [
        ThreadState::New,
        ThreadState::Running,
        ThreadState::Sleeping,
        ThreadState::Waiting,
        ThreadState::Finished,
        ThreadState::Panicked,
    ];
    let words = states.map(ThreadState::as_str);
    assert_eq!(words, ["new", "running", "sleeping", "waiting", "finished", "panicked"]);
}

#[test]
fn an_unknown_thread_is_taken_to_run_and_may_be_named_later() {
    let mut run = Run::new();
    run.at(0, MAIN, What::ThreadStarted).at(3, A, What::Printed { text: "hello".to_owned() });
    let thread = run.model.thread(A).unwrap();
    assert_eq!((thread.name(), thread.state(), thread.events()), ("thread 2", ThreadState::Running, 1));
    assert_eq!(run.model.anomalies(), 1);
    run.at(4, MAIN, What::ThreadCreated { child: A, name: "late".to_owned(), daemon: false });
    assert_eq!(run.model.thread(A).unwrap().name(), "late");
    assert_eq!(run.model.anomalies(), 2);
}

#[test]
fn nothing_happens_to_a_thread_that_has_ended() {
    let mut run = Run::of_three();
    run.at(1, A, What::ThreadFinished);
    let before = run.spans(A);
    run.at(2, A, What::ThreadStarted).at(3, A, What::SleepBegan { micros: 1 }).acquired(4, A, L).at(
        5,
        A,
        What::ThreadPanicked { message: String::new() },
    );
    let thread = run.model.thread(A).unwrap();
    assert_eq!((thread.state(), thread.ended(), thread.holds()), (ThreadState::Finished, Some(1), &[][..]));
    assert_eq!(run.spans(A), before);
    assert_eq!(run.model.object(L).unwrap().holder(), None);
    assert_eq!(run.model.anomalies(), 4);
}

#[test]
fn whoever_acts_does_not_sleep_or_wait() {
    let mut run = Run::of_three();
    run.at(1, A, What::SleepBegan { micros: 9 }).at(2, A, What::Printed { text: String::new() });
    assert_eq!(run.model.thread(A).unwrap().state(), ThreadState::Running);
    run.acquired(3, B, L).waits(4, A, L).at(5, A, What::SleepBegan { micros: 9 });
    assert_eq!(run.model.thread(A).unwrap().state(), ThreadState::Sleeping);
    assert!(run.model.object(L).unwrap().waiters().is_empty());
    assert_eq!(run.model.anomalies(), 2);
}

#[test]
fn an_earlier_number_or_an_earlier_time_of_a_thread_is_an_anomaly() {
    let mut run = Run::of_three();
    run.at(10, A, What::Progress { done: 0, total: 1 }).at(9, A, What::Progress { done: 1, total: 1 });
    assert_eq!(run.model.anomalies(), 1);
    run.at(9, B, What::Progress { done: 1, total: 1 });
    assert_eq!(run.model.anomalies(), 1, "another thread's clock may have been read earlier");
    run.seq -= 1;
    run.at(9, B, What::Progress { done: 1, total: 1 });
    assert_eq!(run.model.anomalies(), 2);
}

#[test]
fn the_end_closes_lanes_but_not_lives() {
    let mut run = Run::of_three();
    run.acquired(10, A, L).waits(20, B, L);
    run.model.end(100);
    run.model.advance(500);
    assert_eq!(testing::check(&run.model), Ok(()));
    assert_eq!(run.model.now(), 100);
    assert_eq!(run.spans(B), [(0, 20, SpanKind::Running), (20, 100, SpanKind::Waiting(L))]);
    assert_eq!(run.holds(L), [(10, 100, SpanKind::Held(A))]);
    let thread = run.model.thread(B).unwrap();
    assert_eq!((thread.state(), thread.ended()), (ThreadState::Waiting, None));

    let events = run.model.events();
    run.released(600, A, L);
    assert_eq!(run.model.object(L).unwrap().holder(), Some(A));
    assert_eq!((run.model.events(), run.model.anomalies(), run.model.now()), (events + 1, 1, 100));
}

#[test]
fn a_thread_can_get_another_name() {
    let mut run = Run::of_three();
    run.at(1, MAIN, What::ThreadRenamed { target: A, name: "porter".to_owned() });
    assert_eq!(run.model.thread(A).unwrap().name(), "porter");
    run.acquired(2, A, L).waits(3, B, L);
    assert_eq!(run.words(B), "Lock 'printer', held by porter");
    assert_eq!(run.model.anomalies(), 0);
    run.at(4, A, What::ThreadFinished).at(5, B, What::ThreadRenamed { target: A, name: "x".repeat(2000) });
    assert!(run.model.thread(A).unwrap().name().len() < 600);
}

#[test]
fn a_daemon_is_known_as_one() {
    let mut run = Run::of_three();
    let child = ThreadId(9);
    run.at(1, MAIN, What::ThreadCreated { child, name: "cleaner".to_owned(), daemon: true });
    assert!(run.model.thread(child).unwrap().is_daemon());
    assert!(!run.model.thread(A).unwrap().is_daemon());
}

#[test]
fn a_wait_without_a_limit_does_not_time_out() {
    let mut run = Run::of_three();
    run.at(1, MAIN, What::JoinBegan { target: A, timed: false }).at(
        2,
        MAIN,
        What::JoinTimedOut { target: A },
    );
    assert_eq!(run.model.anomalies(), 1);
    run.acquired(3, A, L).waits(4, B, L).at(5, B, What::WaitTimedOut { object: L });
    assert_eq!(run.model.anomalies(), 2);
    assert_eq!(run.model.thread(B).unwrap().state(), ThreadState::Running, "it is believed all the same");
}

#[test]
fn a_thread_can_end_without_having_run() {
    let mut run = Run::of_three();
    let child = ThreadId(9);
    run.at(1, MAIN, What::ThreadCreated { child, name: "timer".to_owned(), daemon: false });
    run.at(2, child, What::ThreadFinished);
    assert_eq!(run.model.thread(child).unwrap().state(), ThreadState::Finished);
    assert_eq!((run.model.anomalies(), run.spans(child)), (0, vec![]));
}

#[test]
fn a_timers_thread_may_introduce_itself() {
    let mut run = Run::of_three();
    let child = ThreadId(9);
    run.at(1, child, What::ThreadCreated { child, name: "alarm".to_owned(), daemon: false });
    run.at(1, child, What::ThreadStarted).at(2, child, What::ThreadFinished);
    let thread = run.model.thread(child).unwrap();
    assert_eq!((thread.name(), thread.state(), thread.parent()), ("alarm", ThreadState::Finished, None));
    assert_eq!(run.model.anomalies(), 0);
}
