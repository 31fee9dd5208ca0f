//! Holding, waiting for and releasing locks.

use super::*;
use crate::{SpanKind, ThreadState};

#[test]
fn a_lock_goes_from_its_holder_to_a_waiter() {
    let mut run = Run::of_three();
    run.acquired(10, A, L).waits_a_while(20, B, L).waits(25, MAIN, L);
    assert_eq!((run.object(L).holder(), run.waiters(L)), (Some(A), vec![B, MAIN]));
    assert_eq!(run.model.thread(A).unwrap().holds(), [L]);
    assert_eq!(run.model.thread(B).unwrap().state(), ThreadState::Waiting);

    run.released(30, A, L).acquired(31, MAIN, L);
    let lock = run.model.object(L).unwrap();
    assert_eq!((lock.holder(), run.waiters(L)), (Some(MAIN), vec![B]));
    assert_eq!((lock.acquisitions(), lock.contended()), (2, 1));
    assert_eq!(run.model.thread(A).unwrap().holds(), []);

    run.at(40, B, What::WaitTimedOut { object: L });
    assert_eq!(run.model.thread(B).unwrap().state(), ThreadState::Running);
    assert_eq!(run.model.object(L).unwrap().waiters(), []);
    run.model.advance(50);
    assert_eq!(run.holds(L), [(10, 30, SpanKind::Held(A)), (31, 50, SpanKind::Held(MAIN))]);
    assert_eq!(
        run.spans(B),
        [(0, 20, SpanKind::Running), (20, 40, SpanKind::Waiting(L)), (40, 50, SpanKind::Running)]
    );
    assert_eq!(run.model.anomalies(), 0);
}

#[test]
fn another_thread_may_release() {
    let mut run = Run::of_three();
    let mode = Mode::Transferable;
    run.at(1, A, What::Acquired { object: L, mode, count: 1 });
    run.at(2, B, What::Released { object: L, mode, count: 1 });
    assert_eq!(run.model.object(L).unwrap().holder(), None);
    assert_eq!(run.model.thread(A).unwrap().holds(), []);
    assert_eq!(run.model.anomalies(), 0);
    run.acquired(3, A, L).released(4, B, L);
    assert_eq!(run.model.object(L).unwrap().holder(), None);
    assert_eq!(run.model.anomalies(), 1, "a guard stays with its thread");
}

#[test]
fn a_thread_that_ends_keeps_what_it_holds() {
    let mut run = Run::of_three();
    run.acquired(1, A, L).at(2, A, What::ThreadFinished);
    assert_eq!(run.model.object(L).unwrap().holder(), Some(A));
    assert_eq!(run.model.thread(A).unwrap().holds(), [L]);
    run.model.advance(9);
    assert_eq!(run.holds(L), [(1, 9, SpanKind::Held(A))]);
    run.at(10, B, What::Released { object: L, mode: Mode::Transferable, count: 1 });
    assert_eq!(run.model.thread(A).unwrap().holds(), []);
    assert_eq!(run.model.anomalies(), 0);
}

#[test]
fn waiting_for_a_lock_that_one_holds_is_possible() {
    let mut run = Run::of_three();
    run.acquired(1, A, L).waits(2, A, L);
    let lock = run.model.object(L).unwrap();
    assert_eq!((lock.holder(), run.waiters(L)), (Some(A), vec![A]));
    assert_eq!(run.model.anomalies(), 0);
}

#[test]
fn whoever_acquires_last_holds() {
    let mut run = Run::of_three();
    run.acquired(1, A, L).acquired(2, B, L);
    assert_eq!(run.model.object(L).unwrap().holder(), Some(B));
    assert_eq!(
        (run.model.thread(A).unwrap().holds(), run.model.thread(B).unwrap().holds()),
        (&[][..], &[L][..])
    );
    assert_eq!(run.model.anomalies(), 1);
    run.acquired(3, B, L);
    assert_eq!(run.model.thread(B).unwrap().holds(), [L]);
    assert_eq!(run.model.anomalies(), 2);
}

#[test]
fn contradictions_are_no_anomalies_where_events_were_lost() {
    let mut run = Run::of_three();
    run.acquired(1, A, L).acquired(2, B, L).at(3, A, What::Lost { count: 4 });
    assert_eq!((run.model.lost(), run.model.thread(A).unwrap().lost()), (4, 4));
    assert_eq!((run.model.anomalies(), run.model.contradictions()), (0, 1));
}

#[test]
fn releasing_a_free_lock_changes_nothing() {
    let mut run = Run::of_three();
    run.released(1, A, L);
    assert_eq!(run.model.object(L).unwrap().holder(), None);
    assert_eq!(run.holds(L), []);
    assert_eq!(run.model.anomalies(), 1);
}

#[test]
fn a_wait_that_ends_otherwise_than_it_began_is_over() {
    let mut run = Run::of_three();
    run.acquired(1, A, L).waits(2, B, L).acquired(3, B, M);
    assert_eq!(run.model.object(L).unwrap().waiters(), []);
    assert_eq!(run.model.thread(B).unwrap().holds(), [M]);
    assert_eq!(run.model.object(M).unwrap().contended(), 0);
    run.at(4, B, What::WaitTimedOut { object: L });
    assert_eq!(run.model.anomalies(), 2);
}

#[test]
fn an_acquisition_is_not_before_the_release_that_let_it_in() {
    let mut run = Run::of_three();
    run.acquired(10, A, L).waits(12, B, L).released(30, A, L).acquired(12, B, L);
    run.model.advance(40);
    assert_eq!(run.holds(L), [(10, 30, SpanKind::Held(A)), (30, 40, SpanKind::Held(B))]);
    assert_eq!(
        run.spans(B),
        [(0, 12, SpanKind::Running), (12, 30, SpanKind::Waiting(L)), (30, 40, SpanKind::Running)]
    );
    assert_eq!(run.model.anomalies(), 0);
}

#[test]
fn objects_have_names_to_speak_of() {
    let mut run = Run::of_three();
    run.acquired(1, A, ObjectId(7));
    let words = |id| {
        let object = run.model.object(id).unwrap();
        (object.name().to_owned(), object.words().to_string(), object.kind())
    };
    let lock = Some(ObjectKind::Lock);
    assert_eq!(words(L), ("printer".to_owned(), "Lock 'printer'".to_owned(), lock));
    assert_eq!(words(M), ("Lock 2".to_owned(), "Lock 2".to_owned(), lock));
    assert_eq!(words(ObjectId(7)), ("Object 7".to_owned(), "Object 7".to_owned(), None));
    assert_eq!(run.model.anomalies(), 1, "its creation was not seen");

    let created = |name: &str| What::ObjectCreated {
        object: ObjectId(7),
        kind: ObjectKind::Lock,
        name: name.to_owned(),
    };
    run.at(2, B, created("late")).at(3, B, created("late"));
    assert_eq!(run.model.object(ObjectId(7)).unwrap().name(), "late");
    assert_eq!(run.model.anomalies(), 1, "saying it again is none");
    run.at(4, B, created("other"));
    assert_eq!(run.model.object(ObjectId(7)).unwrap().name(), "late");
    assert_eq!(run.model.anomalies(), 2);
}
