//! The semaphore under every interleaving that loom can find.
//!
//! Run by `cargo xtask test --only loom`.
#![cfg(loom)]

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use threadlab_threads::sync::semaphore::Permit;
use threadlab_threads::{BoundedSemaphore, Semaphore, futex};

/// Longer than any test lasts: the time of such a wait passes when the test lets it.
const LONG: Duration = Duration::from_hours(1);

fn semaphore(permits: u32) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(permits).unwrap())
}

/// For models of four threads: two preemptions find every lost wake-up that is known of such objects, in seconds.
fn two_preemptions(run: impl Fn() + Send + Sync + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(run);
}

/// A counter that loom watches: two threads that reach it at once are an error.
struct Watched(UnsafeCell<u32>);

// SAFETY: the tests write it only with the only permit, or before there is one; that this is enough is what they show.
unsafe impl Send for Watched {}
// SAFETY: as above.
unsafe impl Sync for Watched {}

impl Watched {
    fn add(&self) {
        // SAFETY: loom fails the test if another thread reaches the value meanwhile.
        self.0.with_mut(|value| unsafe { *value += 1 });
    }

    fn get(&self) -> u32 {
        // SAFETY: as above, if another thread writes it.
        self.0.with(|value| unsafe { *value })
    }
}

#[test]
fn with_one_permit_one_thread_at_a_time_is_inside() {
    loom::model(|| {
        let shared = Arc::new((semaphore(1), Watched(UnsafeCell::new(0))));
        let others = [(); 2].map(|()| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let _permit = shared.0.acquire();
                shared.1.add();
            })
        });
        {
            let _permit = shared.0.acquire();
            shared.1.add();
        }
        for other in others {
            other.join().unwrap();
        }
        assert_eq!(shared.0.permits(), 1);
    });
}

#[test]
fn all_waiters_go_on_however_the_permits_are_given() {
    for [first, second] in [[2, 0], [1, 1]] {
        two_preemptions(move || {
            let gate = semaphore(0);
            let waiters = [(); 2].map(|()| {
                let gate = Arc::clone(&gate);
                thread::spawn(move || gate.acquire().forget())
            });
            gate.release_many(first).unwrap();
            if second > 0 {
                gate.release_many(second).unwrap();
            }
            for waiter in waiters {
                waiter.join().unwrap();
            }
            assert_eq!(gate.permits(), 0);
        });
    }
}

#[test]
fn all_who_take_see_what_the_giver_did() {
    loom::model(|| {
        let shared = Arc::new((semaphore(0), Watched(UnsafeCell::new(0))));
        let takers = [(); 2].map(|()| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                shared.0.acquire().forget();
                shared.1.get()
            })
        });
        shared.1.add();
        shared.0.release_many(2).unwrap();
        for taker in takers {
            assert_eq!(taker.join().unwrap(), 1);
        }
    });
}

#[test]
fn waiters_go_on_when_two_threads_give_a_permit_each() {
    two_preemptions(|| {
        let gate = semaphore(0);
        let waiters = [(); 2].map(|()| {
            let gate = Arc::clone(&gate);
            thread::spawn(move || gate.acquire().forget())
        });
        let theirs = Arc::clone(&gate);
        let giver = thread::spawn(move || theirs.release().unwrap());
        gate.release().unwrap();
        for thread in waiters.into_iter().chain([giver]) {
            thread.join().unwrap();
        }
        assert_eq!(gate.permits(), 0);
    });
}

#[test]
fn a_thread_that_takes_and_gives_does_not_lose_a_waiter() {
    two_preemptions(|| {
        let pool = semaphore(1);
        let others = [(); 2].map(|()| {
            let pool = Arc::clone(&pool);
            thread::spawn(move || drop(pool.acquire()))
        });
        drop(pool.acquire());
        drop(pool.acquire());
        for other in others {
            other.join().unwrap();
        }
        assert_eq!(pool.permits(), 1);
    });
}

#[test]
fn a_try_takes_what_is_there_and_no_more() {
    loom::model(|| {
        let pool = semaphore(1);
        let theirs = Arc::clone(&pool);
        let other = thread::spawn(move || theirs.try_acquire().map(Permit::forget).is_some());
        let mine = pool.try_acquire().map(Permit::forget).is_some();
        assert!(mine != other.join().unwrap());
        assert_eq!(pool.permits(), 0);
    });
}

#[test]
fn a_timeout_that_races_with_the_release_takes_the_permit_or_leaves_it() {
    loom::model(|| {
        let pool = semaphore(0);
        let theirs = Arc::clone(&pool);
        let waiter = thread::spawn(move || theirs.acquire_timeout(LONG).map(Permit::forget).is_some());
        let clock = Arc::clone(&pool);
        let time = thread::spawn(move || {
            futex::expire(clock.word());
        });
        pool.release().unwrap();
        time.join().unwrap();
        let taken = waiter.join().unwrap();
        assert_eq!(pool.permits(), u32::from(!taken));
    });
}

#[test]
fn a_waiter_that_gave_up_does_not_take_another_waiters_wake() {
    two_preemptions(|| {
        let pool = semaphore(0);
        let patient = {
            let pool = Arc::clone(&pool);
            thread::spawn(move || drop(pool.acquire()))
        };
        let hasty = {
            let pool = Arc::clone(&pool);
            thread::spawn(move || drop(pool.acquire_timeout(LONG)))
        };
        futex::expire(pool.word());
        pool.release().unwrap();
        // The hasty one may wait without its time ever passing: then the patient one's permit wakes it.
        patient.join().unwrap();
        hasty.join().unwrap();
        assert_eq!(pool.permits(), 1);
    });
}

#[test]
fn a_bounded_one_is_given_no_more_than_it_began_with() {
    loom::model(|| {
        let pool = Arc::new(BoundedSemaphore::new(1).unwrap());
        pool.acquire().forget();
        let theirs = Arc::clone(&pool);
        let other = thread::spawn(move || theirs.release().is_ok());
        let mine = pool.release().is_ok();
        assert!(mine != other.join().unwrap());
        assert_eq!(pool.permits(), 1);
    });
}

#[test]
fn a_permit_comes_back_behind_a_panic() {
    loom::model(|| {
        let pool = semaphore(1);
        let theirs = Arc::clone(&pool);
        let clumsy = thread::spawn(move || {
            let _ = catch_unwind(AssertUnwindSafe(|| {
                let _permit = theirs.acquire();
                std::panic::resume_unwind(Box::new("dropped it"));
            }));
        });
        drop(pool.acquire());
        clumsy.join().unwrap();
        assert_eq!(pool.permits(), 1);
    });
}
