//! The re-entrant lock: lines 19 to 21.

use std::sync::Arc;
use std::time::Duration;
use threadlab_threads::sync::rlock::{NotOwned, RawRLock};
use threadlab_threads::thread::spawn;

crate::behaviours![
    b19_others_are_refused_until_the_last_of_as_many_releases,
    b20_only_the_owner_gets_a_lock_that_is_held,
    b21_releasing_what_one_does_not_hold_is_an_error,
];

/// What another thread gets by a try and by a timeout of zero; it gives back what it got.
fn another_gets(lock: &Arc<RawRLock>) -> (bool, bool) {
    let lock = Arc::clone(lock);
    let other = spawn(move || {
        let give_back = |taken: bool| {
            if taken {
                lock.release().unwrap();
            }
            taken
        };
        (give_back(lock.try_acquire()), give_back(lock.acquire_timeout(Duration::ZERO)))
    });
    other.join().unwrap()
}

fn b19_others_are_refused_until_the_last_of_as_many_releases() {
    let lock = Arc::new(RawRLock::named("thrice"));
    for depth in 1..=3 {
        lock.acquire();
        assert_eq!(lock.depth(), depth);
    }
    for depth in (0..3).rev() {
        assert_eq!(another_gets(&lock), (false, false));
        assert!(lock.is_locked());
        assert_eq!(lock.release(), Ok(()));
        assert_eq!(lock.depth(), depth);
    }
    assert!(!lock.is_locked());
    assert_eq!(another_gets(&lock), (true, true));
}

fn b20_only_the_owner_gets_a_lock_that_is_held() {
    let lock = Arc::new(RawRLock::new());
    lock.acquire();
    assert!(lock.try_acquire());
    assert!(lock.acquire_timeout(Duration::ZERO));
    assert_eq!(lock.depth(), 3);
    assert_eq!(another_gets(&lock), (false, false));
    for _ in 0..3 {
        lock.release().unwrap();
    }
}

fn b21_releasing_what_one_does_not_hold_is_an_error() {
    let lock = Arc::new(RawRLock::named("mine"));
    let error = NotOwned { lock: "RLock 'mine'".into() };
    assert_eq!(lock.release(), Err(error.clone()));
    lock.acquire();
    let theirs = Arc::clone(&lock);
    assert_eq!(spawn(move || theirs.release()).join(), Ok(Err(error.clone())));
    assert_eq!(lock.depth(), 1);
    assert_eq!(lock.release(), Ok(()));
    assert_eq!(lock.release(), Err(error));
    assert_eq!(another_gets(&lock), (true, true));
}
