//! Who waits for whom, and its words. What each kind of object adds to that is told in that kind's tests.

use super::*;
use crate::{Edge, WaitsFor};

#[test]
fn a_wait_in_words_names_the_object_and_its_holder() {
    let mut run = Run::of_three();
    run.acquired(1, A, L).waits(2, B, L).at(3, MAIN, What::JoinBegan { target: B, timed: false });
    assert_eq!(run.words(B), "Lock 'printer', held by Thread-1");
    assert_eq!(run.words(MAIN), "Thread-2 to end");
    assert_eq!(run.model.waits_for_words(A), None);
    let join = Edge { waiter: MAIN, waits_for: WaitsFor::Thread(B), blocker: B, certain: true };
    assert_eq!(run.model.edges(MAIN).collect::<Vec<_>>(), [join]);
    let waits_for = WaitsFor::Object(L, Purpose::Acquire);
    let lock = Edge { waiter: B, waits_for, blocker: A, certain: true };
    assert_eq!(run.model.edges(B).collect::<Vec<_>>(), [lock]);
    assert_eq!(run.model.edges(A).count(), 0);
}

#[test]
fn free_locks_and_ended_holders_are_told() {
    let mut run = Run::of_three();
    run.at(1, A, What::Acquired { object: M, mode: Mode::Transferable, count: 1 });
    run.waits(2, B, M).at(3, A, What::ThreadFinished);
    assert_eq!(run.words(B), "Lock 2, held by Thread-1, which has ended");
    assert!(run.model.edges(B).all(|edge| !edge.certain), "any thread may release it");
    run.at(4, MAIN, What::Released { object: M, mode: Mode::Transferable, count: 1 });
    assert_eq!(run.words(B), "Lock 2, held by nobody");
}

#[test]
fn waiting_for_oneself_is_told_as_that() {
    let mut run = Run::of_three();
    run.acquired(1, A, L).waits(2, A, L).at(3, B, What::JoinBegan { target: B, timed: false });
    assert_eq!(
        (run.words(A).as_str(), run.words(B).as_str()),
        ("Lock 'printer', held by itself", "itself to end")
    );
}
