//! The event under every interleaving that loom can find.
//!
//! Run by `cargo xtask test --only loom`.
#![cfg(loom)]

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicBool, Ordering};
use loom::thread;
use std::time::Duration;
use threadlab_threads::{Event, futex};

/// Longer than any test lasts: the time of such a wait passes when the test lets it.
const LONG: Duration = Duration::from_hours(1);

/// An event, and a value that the setter writes and the waiters read; loom fails the test if these are not in order.
struct Shared {
    event: Event,
    value: UnsafeCell<u32>,
}

// SAFETY: the value is written before the event is set and read after a wait; that this is enough is what the tests show.
unsafe impl Sync for Shared {}
// SAFETY: as above.
unsafe impl Send for Shared {}

impl Shared {
    fn new() -> Arc<Self> {
        Arc::new(Self { event: Event::new(), value: UnsafeCell::new(0) })
    }

    fn write(&self) {
        // SAFETY: nobody reads it before the event is set.
        self.value.with_mut(|value| unsafe { *value = 7 });
    }

    fn read(&self) -> u32 {
        // SAFETY: it is written before the event is set, and never again.
        self.value.with(|value| unsafe { *value })
    }
}

#[test]
fn all_waiters_go_on_and_see_what_the_setter_did() {
    loom::model(|| {
        let shared = Shared::new();
        let waiters = [(); 2].map(|()| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                shared.event.wait();
                shared.read()
            })
        });
        shared.write();
        shared.event.set();
        for waiter in waiters {
            assert_eq!(waiter.join().unwrap(), 7);
        }
    });
}

#[test]
fn a_waiter_goes_on_though_the_event_is_cleared_at_once() {
    loom::model(|| {
        let shared = Shared::new();
        let theirs = Arc::clone(&shared);
        let waiter = thread::spawn(move || {
            // It may come too late for the first time, but there is a second.
            theirs.event.wait();
            theirs.read()
        });
        shared.write();
        shared.event.set();
        shared.event.clear();
        shared.event.set();
        assert_eq!(waiter.join().unwrap(), 7);
        assert!(shared.event.is_set());
    });
}

#[test]
fn a_present_waiter_goes_on_though_the_event_stays_cleared() {
    loom::model(|| {
        let shared = Shared::new();
        let theirs = Arc::clone(&shared);
        let left = Arc::new(AtomicBool::new(false));
        let leaves = Arc::clone(&left);
        let waiter = thread::spawn(move || {
            let in_time = theirs.event.wait_timeout(LONG);
            if in_time {
                assert_eq!(theirs.read(), 7);
            }
            leaves.store(true, Ordering::SeqCst);
            in_time
        });
        let present = shared.event.has_waiters();
        shared.write();
        shared.event.set();
        shared.event.clear();
        // Who came too late waits until its time is over.
        while !left.load(Ordering::SeqCst) {
            futex::expire(shared.event.word());
            thread::yield_now();
        }
        assert!(waiter.join().unwrap() || !present);
    });
}

#[test]
fn what_the_setter_did_is_seen_behind_another_threads_clearing() {
    loom::model(|| {
        let shared = Shared::new();
        let theirs = Arc::clone(&shared);
        let waiter = thread::spawn(move || {
            theirs.event.wait();
            theirs.read()
        });
        let theirs = Arc::clone(&shared);
        let setter = thread::spawn(move || {
            theirs.write();
            theirs.event.set();
        });
        shared.event.clear();
        setter.join().unwrap();
        // For a waiter that came too late for the first time.
        shared.event.set();
        assert_eq!(waiter.join().unwrap(), 7);
    });
}

#[test]
fn a_timeout_that_races_with_the_setter_is_one_or_the_other() {
    loom::model(|| {
        let shared = Shared::new();
        let theirs = Arc::clone(&shared);
        let waiter = thread::spawn(move || {
            let in_time = theirs.event.wait_timeout(LONG);
            if in_time {
                assert_eq!(theirs.read(), 7);
            }
        });
        let clock = Arc::clone(&shared);
        let time = thread::spawn(move || {
            futex::expire(clock.event.word());
        });
        shared.write();
        shared.event.set();
        time.join().unwrap();
        waiter.join().unwrap();
        assert!(shared.event.wait_timeout(Duration::ZERO));
    });
}

#[test]
fn two_setters_are_as_one_and_both_are_seen() {
    loom::model(|| {
        let shared = Shared::new();
        let theirs = Arc::clone(&shared);
        let other = thread::spawn(move || {
            theirs.write();
            theirs.event.set();
            // Seen also where it was set before.
            theirs.event.is_set()
        });
        let first = Arc::clone(&shared);
        let setter = thread::spawn(move || first.event.set());
        assert!(other.join().unwrap());
        setter.join().unwrap();
        shared.event.wait();
        assert_eq!(shared.read(), 7);
    });
}
