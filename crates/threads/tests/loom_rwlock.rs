//! The readers-writer lock under every interleaving that loom can find.
//!
//! Run by `cargo xtask test --only loom`.
#![cfg(loom)]

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicBool, Ordering};
use loom::thread;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use threadlab_threads::{RwLock, rwlock};

/// Longer than any test lasts: the time of such a wait passes when the test lets it.
const LONG: Duration = Duration::from_hours(1);

/// A value that loom watches: reading and writing at once is an error, and so is writing twice at once.
struct Watched(UnsafeCell<u32>);

// SAFETY: the tests reach it only under a lock; that this is enough is what they show.
unsafe impl Send for Watched {}
// SAFETY: as above.
unsafe impl Sync for Watched {}

impl Watched {
    fn add(&self) {
        // SAFETY: loom fails the test if another thread reaches the value meanwhile.
        self.0.with_mut(|value| unsafe { *value += 1 });
    }

    fn get(&self) -> u32 {
        // SAFETY: loom fails the test if another thread writes the value meanwhile.
        self.0.with(|value| unsafe { *value })
    }
}

type Shared = Arc<RwLock<Watched>>;

fn lock() -> Shared {
    Arc::new(rwlock::named("", Watched(UnsafeCell::new(0))))
}

fn expire(lock: &Shared) {
    // SAFETY: only the time of waiters is touched.
    unsafe { lock.raw() }.expire();
}

/// For models of four threads, or with loops: two preemptions find every lost wake-up that is known of such locks, in
/// seconds.
fn two_preemptions(run: impl Fn() + Send + Sync + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(run);
}

#[test]
fn writers_are_alone_and_every_one_gets_in() {
    loom::model(|| {
        let lock = lock();
        let others = [(); 2].map(|()| {
            let lock = Arc::clone(&lock);
            thread::spawn(move || lock.write().add())
        });
        lock.write().add();
        for other in others {
            other.join().unwrap();
        }
        assert_eq!(lock.try_read().expect("nobody holds it").get(), 3);
    });
}

#[test]
fn readers_see_whole_writes() {
    loom::model(|| {
        let lock = lock();
        let theirs = Arc::clone(&lock);
        let writer = thread::spawn(move || {
            let value = theirs.write();
            value.add();
            value.add();
        });
        let theirs = Arc::clone(&lock);
        let reader = thread::spawn(move || theirs.read().get());
        let mine = lock.read().get();
        let values = [mine, reader.join().unwrap()];
        writer.join().unwrap();
        assert!(values.iter().all(|value| value % 2 == 0));
        assert_eq!(lock.try_read().expect("nobody holds it").get(), 2);
    });
}

#[test]
fn nobody_is_left_in_the_queue() {
    two_preemptions(|| {
        let lock = lock();
        let writing = lock.write();
        let others = [false, true, false].map(|writes| {
            let lock = Arc::clone(&lock);
            thread::spawn(move || {
                if writes {
                    lock.write().add();
                } else {
                    lock.read().get();
                }
            })
        });
        writing.add();
        drop(writing);
        for other in others {
            other.join().unwrap();
        }
        assert!(!lock.is_locked());
        assert_eq!(lock.try_write().expect("nobody holds it").get(), 2);
    });
}

#[test]
fn the_last_of_several_readers_lets_the_writer_in() {
    loom::model(|| {
        let lock = lock();
        let reading = lock.read();
        let theirs = Arc::clone(&lock);
        let reader = thread::spawn(move || {
            theirs.read().get();
        });
        let theirs = Arc::clone(&lock);
        let writer = thread::spawn(move || theirs.write().add());
        reading.get();
        drop(reading);
        reader.join().unwrap();
        writer.join().unwrap();
        assert_eq!(lock.try_read().expect("nobody holds it").get(), 1);
    });
}

#[test]
fn a_try_never_enters_beside_a_writer() {
    loom::model(|| {
        let lock = lock();
        let theirs = Arc::clone(&lock);
        let other = thread::spawn(move || theirs.try_write().map(|value| value.add()).is_some());
        let read = lock.try_read().map(|value| value.get()).is_some();
        let wrote = other.join().unwrap();
        assert!(read || wrote);
        assert_eq!(lock.try_write().expect("nobody holds it").get(), u32::from(wrote));
    });
}

#[test]
fn a_timeout_that_races_with_the_release_leaves_no_claim() {
    loom::model(|| {
        let lock = lock();
        let writing = lock.write();
        let theirs = Arc::clone(&lock);
        let waiter = thread::spawn(move || match theirs.try_write_for(LONG) {
            Some(value) => {
                value.add();
                true
            }
            None => false,
        });
        let clock = Arc::clone(&lock);
        let time = thread::spawn(move || expire(&clock));
        drop(writing);
        time.join().unwrap();
        let entered = waiter.join().unwrap();
        assert_eq!(lock.try_write().expect("nobody holds it or waits").get(), u32::from(entered));
    });
}

#[test]
fn a_writer_that_gives_up_lets_the_readers_behind_it_in() {
    two_preemptions(|| {
        let lock = lock();
        let reading = lock.read();
        let theirs = Arc::clone(&lock);
        let left = Arc::new(AtomicBool::new(false));
        let leaves = Arc::clone(&left);
        let writer = thread::spawn(move || {
            let entered = theirs.try_write_for(LONG).is_some();
            leaves.store(true, Ordering::SeqCst);
            entered
        });
        let theirs = Arc::clone(&lock);
        let reader = thread::spawn(move || {
            theirs.read().get();
        });
        // The writer cannot get in while this thread reads; wherever the other reader comes, it gets in nevertheless.
        while !left.load(Ordering::SeqCst) {
            expire(&lock);
            thread::yield_now();
        }
        reader.join().unwrap();
        reading.get();
        assert!(!writer.join().unwrap());
        drop(reading);
        assert!(lock.try_write().is_some());
    });
}

#[test]
fn a_writer_that_panics_lets_the_next_one_in() {
    loom::model(|| {
        let lock = lock();
        let theirs = Arc::clone(&lock);
        let clumsy = thread::spawn(move || {
            let _ = catch_unwind(AssertUnwindSafe(|| {
                let value = theirs.write();
                value.add();
                std::panic::resume_unwind(Box::new("dropped it"));
            }));
        });
        lock.read().get();
        clumsy.join().unwrap();
        assert_eq!(lock.try_read().expect("nobody holds it").get(), 1);
    });
}
