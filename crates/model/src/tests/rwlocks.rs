//! Locks with many readers or one writer.

use super::*;
use crate::SpanKind;

fn shared(object: ObjectId) -> What {
    What::Acquired { object, mode: Mode::Shared, count: 1 }
}

fn unshared(object: ObjectId) -> What {
    What::Released { object, mode: Mode::Shared, count: 1 }
}

#[test]
fn readers_hold_it_together_and_a_writer_alone() {
    let mut run = Run::of_three();
    let lock = run.meets(ObjectKind::RwLock, "page", None);
    run.at(1, A, shared(lock)).at(2, B, shared(lock)).waits(3, MAIN, lock);
    assert_eq!(run.holders(lock), [(A, 1), (B, 1)]);
    assert_eq!(run.object(lock).holder(), None);
    assert_eq!(run.words(MAIN), "RwLock 'page', read by Thread-1 and Thread-2");
    run.at(4, A, unshared(lock)).at(5, B, unshared(lock)).acquired(6, MAIN, lock);
    run.waits_for(7, A, lock, Purpose::AcquireShared);
    assert_eq!(run.object(lock).holder(), Some(MAIN));
    assert_eq!(run.words(A), "RwLock 'page', written by MainThread");
    run.model.advance(9);
    assert_eq!(
        run.holds(lock),
        [
            (1, 2, SpanKind::Held(A)),
            (2, 4, SpanKind::Shared(2)),
            (4, 5, SpanKind::Held(B)),
            (6, 9, SpanKind::Held(MAIN)),
        ]
    );
    assert_eq!(run.model.anomalies(), 0);
}

#[test]
fn a_reader_that_lets_a_writer_go_first_waits_for_it() {
    let mut run = Run::of_three();
    let lock = run.meets(ObjectKind::RwLock, "page", None);
    run.at(1, A, shared(lock)).waits(2, MAIN, lock).waits_for(3, B, lock, Purpose::AcquireShared);
    assert_eq!(run.words(B), "RwLock 'page', read by Thread-1, with MainThread waiting to write");
    let blockers: Vec<_> = run.model.edges(B).map(|edge| (edge.blocker, edge.certain)).collect();
    assert_eq!(blockers, [(A, false), (MAIN, false)]);
    let blockers: Vec<_> = run.model.edges(MAIN).map(|edge| (edge.blocker, edge.certain)).collect();
    assert_eq!(blockers, [(A, true)]);
}

#[test]
fn whoever_comes_against_the_rules_is_believed() {
    let mut run = Run::of_three();
    let lock = run.meets(ObjectKind::RwLock, "", None);
    run.acquired(1, A, lock).at(2, B, shared(lock));
    assert_eq!((run.holders(lock), run.model.anomalies()), (vec![(B, 1)], 1));
    run.at(3, A, shared(lock)).acquired(4, MAIN, lock);
    assert_eq!((run.holders(lock), run.model.anomalies()), (vec![(MAIN, 1)], 2));
    run.at(5, MAIN, What::Released { object: lock, mode: Mode::Owned, count: 1 }).at(6, A, unshared(lock));
    assert_eq!((run.holders(lock), run.model.anomalies()), (vec![], 3));
}
