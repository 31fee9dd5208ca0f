//! Who waits for whom, in words and in rounds.

use super::*;
use crate::{Wait, WaitsFor};

#[test]
fn a_wait_in_words_names_the_object_and_its_holder() {
    let mut run = Run::of_three();
    run.acquired(1, A, L).waits(2, B, L).at(3, MAIN, What::JoinBegan { target: B, timed: false });
    let words = |thread| run.model.waits_for_words(thread);
    assert_eq!(words(B).as_deref(), Some("Lock 'printer', held by Thread-1"));
    assert_eq!(words(MAIN).as_deref(), Some("Thread-2 to end"));
    assert_eq!(words(A), None);
    assert_eq!(run.model.cycle(), None);
    let chain = run.model.wait_chain(MAIN);
    let join = Wait { thread: MAIN, waits_for: WaitsFor::Thread(B), blocker: Some(B) };
    let lock = Wait { thread: B, waits_for: WaitsFor::Object(L), blocker: Some(A) };
    assert_eq!(chain, [join, lock]);
    assert_eq!(
        run.model.chain_words(&chain),
        "MainThread waits for Thread-2 to end; Thread-2 waits for Lock 'printer', held by Thread-1"
    );
}

#[test]
fn free_locks_and_ended_holders_are_told() {
    let mut run = Run::of_three();
    run.acquired(1, A, M).waits(2, B, M).at(3, A, What::ThreadFinished);
    assert_eq!(run.model.waits_for_words(B).as_deref(), Some("Lock 2, held by Thread-1, which has ended"));
    run.released(4, MAIN, M);
    assert_eq!(run.model.waits_for_words(B).as_deref(), Some("Lock 2, held by nobody"));
}

#[test]
fn two_locks_taken_in_opposite_order_are_a_cycle() {
    let mut run = Run::of_three();
    run.acquired(1, B, M).acquired(1, A, L).waits(2, B, L);
    assert_eq!(run.model.cycle(), None);
    run.waits(3, A, M).at(4, MAIN, What::JoinBegan { target: B, timed: false });
    let cycle = run.model.cycle().unwrap();
    let threads: Vec<ThreadId> = cycle.iter().map(|wait| wait.thread).collect();
    assert_eq!(threads, [A, B], "the main thread waits for the round and is not on it");
    assert_eq!(
        run.model.cycle_words().as_deref(),
        Some(
            "Thread-1 waits for Lock 2, held by Thread-2; Thread-2 waits for Lock 'printer', held by Thread-1"
        )
    );
    run.at(5, A, What::WaitTimedOut { object: M });
    assert_eq!(run.model.cycle_words(), None);
}

#[test]
fn a_thread_alone_can_be_a_cycle() {
    let mut run = Run::of_three();
    run.acquired(1, A, L).waits(2, A, L);
    assert_eq!(run.model.cycle_words().as_deref(), Some("Thread-1 waits for Lock 'printer', held by itself"));
    let mut run = Run::of_three();
    run.at(1, B, What::JoinBegan { target: B, timed: false });
    assert_eq!(run.model.cycle_words().as_deref(), Some("Thread-2 waits for itself to end"));
}

#[test]
fn a_cycle_may_mix_locks_and_joins() {
    let mut run = Run::of_three();
    run.acquired(1, MAIN, L).at(2, MAIN, What::JoinBegan { target: A, timed: false }).waits(3, A, L);
    assert_eq!(
        run.model.cycle_words().as_deref(),
        Some("MainThread waits for Thread-1 to end; Thread-1 waits for Lock 'printer', held by MainThread")
    );
}

#[test]
fn of_two_cycles_the_one_with_the_oldest_thread_is_given() {
    let mut run = Run::of_three();
    run.acquired(1, B, M).waits(2, B, M).acquired(3, A, L).waits(4, A, L);
    // A walk from the main thread comes to the later cycle first.
    run.at(5, MAIN, What::JoinBegan { target: B, timed: false });
    let threads: Vec<ThreadId> = run.model.cycle().unwrap().iter().map(|wait| wait.thread).collect();
    assert_eq!(threads, [A]);
}

#[test]
fn waiting_for_a_thread_that_has_ended_is_no_cycle() {
    let mut run = Run::of_three();
    run.acquired(1, A, L).at(2, A, What::ThreadFinished).waits(3, B, L);
    assert_eq!(run.model.cycle(), None);
    assert_eq!(run.model.wait_chain(B).len(), 1);
}
