//! The condition and the re-entrant lock under every interleaving that loom can find.
//!
//! Run by `cargo xtask test --only loom`.
#![cfg(loom)]

use loom::sync::Arc;
use loom::thread;
use std::time::Duration;
use threadlab_threads::Condition;
use threadlab_threads::lock;
use threadlab_threads::sync::lock::Lock;
use threadlab_threads::sync::rlock::RawRLock;

struct Shared {
    ready: Lock<u32>,
    changed: Condition,
}

fn shared() -> Arc<Shared> {
    Arc::new(Shared { ready: lock::named("", 0), changed: Condition::new() })
}

#[test]
fn a_notification_is_not_lost() {
    loom::model(|| {
        let shared = shared();
        let theirs = Arc::clone(&shared);
        let waiter = thread::spawn(move || {
            let mut ready = theirs.ready.lock();
            theirs.changed.wait_for(&mut ready, |ready| (**ready == 1).then_some(())).unwrap();
        });
        let mut ready = shared.ready.lock();
        *ready = 1;
        shared.changed.notify(&ready, 1).unwrap();
        drop(ready);
        waiter.join().unwrap();
        assert_eq!(shared.changed.waiters(), 0);
    });
}

#[test]
fn one_notification_wakes_one_of_two_and_two_wake_both() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(|| {
        let shared = shared();
        let waiters = [(); 2].map(|()| {
            let theirs = Arc::clone(&shared);
            thread::spawn(move || {
                let mut permits = theirs.ready.lock();
                theirs
                    .changed
                    .wait_for(&mut permits, |permits| permits.checked_sub(1))
                    .map(|left| *permits = left)
            })
        });
        for _ in 0..2 {
            let mut permits = shared.ready.lock();
            *permits += 1;
            assert!(shared.changed.notify(&permits, 1).unwrap() <= 1);
        }
        for waiter in waiters {
            waiter.join().unwrap().unwrap();
        }
        assert_eq!((*shared.ready.lock(), shared.changed.waiters()), (0, 0));
    });
}

#[test]
fn a_timeout_that_races_with_a_notification_is_one_of_both() {
    loom::model(|| {
        let shared = shared();
        let mut ready = shared.ready.lock();
        let (clock, theirs) = (Arc::clone(&shared), Arc::clone(&shared));
        let time = thread::spawn(move || {
            clock.changed.expire();
        });
        // It gets the lock only when the main thread waits or has given up.
        let notifier = thread::spawn(move || theirs.changed.notify(&theirs.ready.lock(), 1).unwrap());
        let notified = shared.changed.wait_timeout(&mut ready, Duration::from_secs(3600)).unwrap();
        drop(ready);
        time.join().unwrap();
        assert_eq!(notifier.join().unwrap(), usize::from(notified), "a notification is taken for what it is");
        assert_eq!(shared.changed.waiters(), 0);
    });
}

#[test]
fn a_reentrant_lock_has_one_owner_at_a_time() {
    loom::model(|| {
        let lock = Arc::new(RawRLock::new());
        let inside = Arc::new(loom::cell::UnsafeCell::new(0_u32));
        let enter = |lock: &RawRLock, inside: &loom::cell::UnsafeCell<u32>| {
            lock.acquire();
            lock.acquire();
            assert_eq!(lock.depth(), 2);
            lock.release().unwrap();
            // SAFETY: loom fails the test if another thread reaches the value meanwhile.
            inside.with_mut(|value| unsafe { *value += 1 });
            lock.release().unwrap();
            assert_eq!(lock.depth(), 0);
            assert!(lock.release().is_err());
        };
        let (theirs, value) = (Arc::clone(&lock), Arc::clone(&inside));
        let other = thread::spawn(move || enter(&theirs, &value));
        enter(&lock, &inside);
        other.join().unwrap();
        // SAFETY: as above.
        assert_eq!(inside.with(|value| unsafe { *value }), 2);
    });
}
