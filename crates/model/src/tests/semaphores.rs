//! Counters of permits.

use super::*;

fn take(object: ObjectId, count: u32) -> What {
    What::Acquired { object, mode: Mode::Permits, count }
}

fn give(object: ObjectId, count: u32) -> What {
    What::Released { object, mode: Mode::Permits, count }
}

fn permits(run: &Run, object: ObjectId) -> Option<u32> {
    match run.object(object).state() {
        crate::ObjectState::Semaphore(semaphore) => semaphore.permits(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn permits_go_and_come_back() {
    let mut run = Run::of_three();
    let pool = run.meets(ObjectKind::Semaphore, "pool", Some((Size::Permits, 3)));
    run.at(1, A, take(pool, 1)).at(2, B, take(pool, 1)).at(3, A, take(pool, 1)).waits(4, MAIN, pool);
    assert_eq!((permits(&run, pool), run.holders(pool)), (Some(0), vec![(A, 2), (B, 1)]));
    assert_eq!(run.words(MAIN), "a permit of Semaphore 'pool', all taken by Thread-1 and Thread-2");
    run.at(5, A, give(pool, 2));
    assert_eq!((permits(&run, pool), run.holders(pool)), (Some(2), vec![(B, 1)]));
    assert_eq!(run.words(MAIN), "a permit of Semaphore 'pool'");
    run.at(6, MAIN, take(pool, 1));
    assert_eq!(run.object(pool).contended(), 1);
    assert_eq!(run.model.anomalies(), 0);
}

#[test]
fn a_permit_given_back_by_another_is_that_of_who_has_one_the_longest() {
    let mut run = Run::of_three();
    let pool = run.meets(ObjectKind::Semaphore, "", Some((Size::Permits, 2)));
    run.at(1, B, take(pool, 1)).at(2, A, take(pool, 1)).at(3, MAIN, give(pool, 1));
    assert_eq!((permits(&run, pool), run.holders(pool)), (Some(1), vec![(A, 1)]));
    assert_eq!(run.model.thread(B).unwrap().holds(), []);
    run.at(4, MAIN, give(pool, 5));
    assert_eq!((permits(&run, pool), run.holders(pool)), (Some(6), vec![]));
    assert_eq!(run.model.anomalies(), 0);
}

#[test]
fn a_semaphore_that_only_signals_has_none_to_begin_with() {
    let mut run = Run::of_three();
    let items = run.meets(ObjectKind::Semaphore, "items", Some((Size::Permits, 0)));
    run.waits(1, A, items);
    assert_eq!(run.words(A), "a permit of Semaphore 'items', which has none");
    run.at(2, B, give(items, 1)).at(3, A, take(items, 1));
    assert_eq!((permits(&run, items), run.model.anomalies()), (Some(0), 0));
}

#[test]
fn a_bounded_one_can_seem_to_have_too_many_until_a_thread_says_that_it_took_one() {
    let mut run = Run::of_three();
    let pool = run.meets(ObjectKind::BoundedSemaphore, "", Some((Size::Permits, 2)));
    run.at(1, A, give(pool, 1)).at(2, B, take(pool, 1));
    assert_eq!((permits(&run, pool), run.model.anomalies()), (Some(2), 0));
    run.at(2, A, take(pool, 3));
    assert_eq!((permits(&run, pool), run.model.anomalies()), (Some(0), 1));
}

#[test]
fn how_many_there_are_is_not_made_up() {
    let mut run = Run::of_three();
    let pool = run.meets(ObjectKind::Semaphore, "pool", None);
    run.at(1, A, take(pool, 1)).waits(2, B, pool);
    assert_eq!((permits(&run, pool), run.model.anomalies()), (None, 0));
    assert_eq!(run.words(B), "a permit of Semaphore 'pool'");
}
