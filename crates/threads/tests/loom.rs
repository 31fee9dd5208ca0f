//! The lock under every interleaving that loom can find.
//!
//! Run by `cargo xtask test --only loom`.
#![cfg(loom)]

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use threadlab_threads::lock::{self, RawLock};
use threadlab_threads::{Lock, futex};

/// A counter that loom watches: two threads that reach it at once are an error.
struct Watched(UnsafeCell<u32>);

// SAFETY: the tests reach it only under a lock; that this is enough is what they show.
unsafe impl Send for Watched {}

impl Watched {
    fn new() -> Self {
        Self(UnsafeCell::new(0))
    }

    fn add(&self) {
        // SAFETY: loom fails the test if another thread reaches the value meanwhile.
        self.0.with_mut(|value| unsafe { *value += 1 });
    }

    fn get(&self) -> u32 {
        // SAFETY: as above.
        self.0.with(|value| unsafe { *value })
    }
}

fn named() -> Arc<Lock<Watched>> {
    Arc::new(lock::named("", Watched::new()))
}

#[test]
fn one_holder_at_a_time_and_every_waiter_gets_in() {
    loom::model(|| {
        let lock = named();
        let adders = [(); 2].map(|()| {
            let lock = Arc::clone(&lock);
            thread::spawn(move || lock.lock().add())
        });
        lock.lock().add();
        for adder in adders {
            adder.join().unwrap();
        }
        assert_eq!(lock.lock().get(), 3);
    });
}

#[test]
fn a_holder_that_comes_back_does_not_lose_a_waiter() {
    loom::model(|| {
        let lock = named();
        let theirs = Arc::clone(&lock);
        let other = thread::spawn(move || {
            theirs.lock().add();
            theirs.lock().add();
        });
        lock.lock().add();
        lock.lock().add();
        other.join().unwrap();
        assert_eq!(lock.lock().get(), 4);
    });
}

#[test]
fn a_try_never_enters_beside_a_holder() {
    loom::model(|| {
        let lock = named();
        let theirs = Arc::clone(&lock);
        let other = thread::spawn(move || theirs.try_lock().map(|value| value.add()).is_some());
        let mine = lock.try_lock().map(|value| value.add()).is_some();
        let entered = u32::from(mine) + u32::from(other.join().unwrap());
        assert!(entered >= 1);
        assert_eq!(lock.try_lock().expect("nobody holds it").get(), entered);
    });
}

#[test]
fn a_timeout_that_races_with_the_release_leaves_no_claim() {
    loom::model(|| {
        let lock = named();
        let held = lock.lock();
        let theirs = Arc::clone(&lock);
        let waiter = thread::spawn(move || match theirs.try_lock_for(Duration::from_secs(3600)) {
            Some(value) => {
                value.add();
                true
            }
            None => false,
        });
        let clock = Arc::clone(&lock);
        let time = thread::spawn(move || {
            // SAFETY: only the word's address is used.
            futex::expire(unsafe { clock.raw() }.word());
        });
        drop(held);
        time.join().unwrap();
        let entered = waiter.join().unwrap();
        assert_eq!(lock.try_lock().expect("nobody holds it").get(), u32::from(entered));
    });
}

#[test]
fn a_waiter_that_gave_up_does_not_take_another_waiters_wake() {
    let mut model = loom::model::Builder::new();
    // Four threads: two preemptions find every lost wake-up that is known of such locks, in a minute rather than hours.
    model.preemption_bound = Some(2);
    model.check(|| {
        let lock = named();
        let held = lock.lock();
        let patient = {
            let lock = Arc::clone(&lock);
            thread::spawn(move || lock.lock().add())
        };
        let hasty = {
            let lock = Arc::clone(&lock);
            thread::spawn(move || drop(lock.try_lock_for(Duration::from_secs(3600))))
        };
        // SAFETY: only the word's address is used.
        futex::expire(unsafe { lock.raw() }.word());
        drop(held);
        // The hasty one may wait without its time ever passing, so it is woken by the patient one's release.
        patient.join().unwrap();
        hasty.join().unwrap();
        assert_eq!(lock.lock().get(), 1);
    });
}

#[test]
fn a_panicking_holder_lets_the_next_one_in() {
    loom::model(|| {
        let lock = named();
        let theirs = Arc::clone(&lock);
        let clumsy = thread::spawn(move || {
            let _ = catch_unwind(AssertUnwindSafe(|| {
                let value = theirs.lock();
                value.add();
                std::panic::resume_unwind(Box::new("dropped it"));
            }));
        });
        lock.lock().add();
        clumsy.join().unwrap();
        assert_eq!(lock.lock().get(), 2);
    });
}

#[test]
fn a_lock_can_be_released_by_another_thread() {
    loom::model(|| {
        let lock = Arc::new(RawLock::named("baton"));
        lock.acquire();
        let theirs = Arc::clone(&lock);
        let other = thread::spawn(move || theirs.release().unwrap());
        lock.acquire();
        other.join().unwrap();
        lock.release().unwrap();
    });
}
