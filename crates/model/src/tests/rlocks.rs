//! Locks that their holder can acquire again.

use super::*;

#[test]
fn each_level_is_given_back_before_another_thread_can_have_it() {
    let mut run = Run::of_three();
    let lock = run.meets(ObjectKind::RLock, "a", None);
    run.acquired(1, A, lock).acquired(2, A, lock).waits(3, B, lock);
    assert_eq!(run.holders(lock), [(A, 2)]);
    assert_eq!(run.words(B), "RLock 'a', held by Thread-1");
    run.released(4, A, lock);
    assert_eq!(run.holders(lock), [(A, 1)]);
    assert_eq!(run.model.thread(A).unwrap().holds(), [lock]);
    run.released(5, A, lock).acquired(6, B, lock);
    assert_eq!((run.holders(lock), run.waiters(lock)), (vec![(B, 1)], vec![]));
    assert_eq!(run.model.thread(A).unwrap().holds(), []);
    assert_eq!(run.model.anomalies(), 0);
}

#[test]
fn a_wait_for_a_condition_gives_all_levels_back_and_takes_them_again() {
    let mut run = Run::of_three();
    let lock = run.meets(ObjectKind::RLock, "", None);
    let levels = |count| {
        let (object, mode) = (lock, Mode::Owned);
        (What::Released { object, mode, count }, What::Acquired { object, mode, count })
    };
    run.acquired(1, A, lock).acquired(1, A, lock).acquired(1, A, lock);
    let (released, acquired) = levels(3);
    run.at(2, A, released);
    assert_eq!(run.holders(lock), []);
    run.at(3, A, acquired);
    assert_eq!(run.holders(lock), [(A, 3)]);
    assert_eq!(run.model.anomalies(), 0);
    run.at(4, A, levels(4).0);
    assert_eq!(run.holders(lock), []);
    assert_eq!(run.model.anomalies(), 1, "there were not so many levels");
}

#[test]
fn a_plain_lock_has_no_levels() {
    let mut run = Run::of_three();
    run.acquired(1, A, L).acquired(2, A, L);
    assert_eq!((run.holders(L), run.model.anomalies()), (vec![(A, 1)], 1));
}
