//! The lock: lines 11 to 18.

use crate::settle;
use crate::times::{A_WHILE, at_once, takes};
use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use threadlab_threads::lock::{self, RawLock};
use threadlab_threads::thread::{JoinHandle, spawn};
use threadlab_trace::{Event, ThreadId, What};

crate::behaviours![
    b11_a_new_lock_is_free_then_held_then_free_again,
    b12_a_try_on_a_held_lock_fails_even_for_its_holder,
    b13_five_waiters_pass_one_at_a_time_after_the_release => none_passes_before_the_release,
    b14_the_holder_that_acquires_again_waits_until_another_thread_releases => the_main_thread_lets_the_other_on,
    b15_acquiring_with_a_timeout_gives_up_on_a_held_lock_and_takes_a_free_one_at_once,
    b16_a_waiter_that_timed_out_leaves_no_claim,
    b17_a_guard_releases_at_the_end_of_its_scope_and_behind_a_panic,
    b18_eight_threads_under_one_lock_lose_no_addition,
];

/// A release of a free lock is an error, so that the balance of the two is kept.
fn b11_a_new_lock_is_free_then_held_then_free_again() {
    let lock = RawLock::named("plain");
    assert!(!lock.is_locked());
    lock.acquire();
    assert!(lock.is_locked());
    assert_eq!(lock.release(), Ok(()));
    assert!(!lock.is_locked());
    let error = lock.release().unwrap_err();
    assert!(error.to_string().contains("Lock 'plain'"), "{error}");
}

fn b12_a_try_on_a_held_lock_fails_even_for_its_holder() {
    let lock = Arc::new(RawLock::new());
    assert!(lock.try_acquire());
    assert!(!lock.try_acquire());
    let theirs = Arc::clone(&lock);
    assert_eq!(spawn(move || theirs.try_acquire()).join(), Ok(false));
    assert_eq!(lock.release(), Ok(()));
}

fn b13_five_waiters_pass_one_at_a_time_after_the_release() {
    let lock = Arc::new(RawLock::named("door"));
    let inside = Arc::new(AtomicU32::new(0));
    let passed = Arc::new(AtomicU32::new(0));
    lock.acquire();
    let waiters: Vec<JoinHandle<()>> = (0..5)
        .map(|_| {
            let (lock, inside, passed) = (Arc::clone(&lock), Arc::clone(&inside), Arc::clone(&passed));
            spawn(move || {
                lock.acquire();
                assert_eq!(inside.fetch_add(1, Ordering::Relaxed), 0);
                passed.fetch_add(1, Ordering::Relaxed);
                assert_eq!(inside.fetch_sub(1, Ordering::Relaxed), 1);
                lock.release().unwrap();
            })
        })
        .collect();
    settle();
    assert_eq!(passed.load(Ordering::Relaxed), 0);
    lock.release().unwrap();
    for waiter in waiters {
        waiter.join().unwrap();
    }
    assert_eq!(passed.load(Ordering::Relaxed), 5);
    assert!(!lock.is_locked());
}

fn none_passes_before_the_release(events: &[Event]) {
    let released = events.iter().position(|event| matches!(event.what, What::Released { .. }));
    let (before, after) = events.split_at(released.expect("the main thread releases"));
    let acquired = |event: &&Event| matches!(event.what, What::Acquired { .. });
    let began = |event: &&Event| matches!(event.what, What::WaitBegan { .. });
    assert!(before.iter().filter(acquired).all(|event| event.thread == ThreadId::MAIN));
    assert_eq!(before.iter().filter(began).count(), 5, "all were at the door");
    let mut holder = Some(ThreadId::MAIN);
    for event in after {
        match event.what {
            What::Acquired { .. } => assert_eq!(holder.replace(event.thread), None, "{event:?}"),
            What::Released { .. } => assert_eq!(holder.take(), Some(event.thread), "{event:?}"),
            _ => {}
        }
    }
    assert_eq!(after.iter().filter(acquired).count(), 5);
}

fn b14_the_holder_that_acquires_again_waits_until_another_thread_releases() {
    let lock = Arc::new(RawLock::new());
    let theirs = Arc::clone(&lock);
    let twice = spawn(move || {
        theirs.acquire();
        theirs.acquire();
    });
    settle();
    assert!(!twice.is_finished());
    lock.release().unwrap();
    twice.join().unwrap();
    assert!(lock.is_locked(), "the second hold");
    lock.release().unwrap();
}

fn the_main_thread_lets_the_other_on(events: &[Event]) {
    let holds: Vec<(ThreadId, bool)> = events
        .iter()
        .filter_map(|event| match event.what {
            What::Acquired { .. } => Some((event.thread, true)),
            What::Released { .. } => Some((event.thread, false)),
            _ => None,
        })
        .collect();
    let twice = ThreadId(2);
    let expected = [(twice, true), (ThreadId::MAIN, false), (twice, true), (ThreadId::MAIN, false)];
    assert_eq!(holds, expected);
}

fn b15_acquiring_with_a_timeout_gives_up_on_a_held_lock_and_takes_a_free_one_at_once() {
    let lock = RawLock::new();
    lock.acquire();
    assert!(!takes(A_WHILE, || lock.acquire_timeout(A_WHILE)));
    lock.release().unwrap();
    assert!(at_once(|timeout| lock.acquire_timeout(timeout)));
    lock.release().unwrap();
}

fn b16_a_waiter_that_timed_out_leaves_no_claim() {
    let lock = Arc::new(RawLock::new());
    lock.acquire();
    let theirs = Arc::clone(&lock);
    assert_eq!(spawn(move || theirs.acquire_timeout(A_WHILE)).join(), Ok(false));
    lock.release().unwrap();
    assert!(!lock.is_locked());
    assert!(lock.try_acquire());
    lock.release().unwrap();
}

fn b17_a_guard_releases_at_the_end_of_its_scope_and_behind_a_panic() {
    let lock = Arc::new(lock::named("scoped", 0));
    let free_for_another = || {
        let lock = Arc::clone(&lock);
        spawn(move || lock.try_lock().is_some()).join()
    };
    {
        *lock.lock() += 1;
        let _held = lock.lock();
        assert_eq!(free_for_another(), Ok(false));
    }
    assert_eq!(free_for_another(), Ok(true));
    let failed = catch_unwind(AssertUnwindSafe(|| {
        let _held = lock.lock();
        panic!("in the middle");
    }));
    assert!(failed.is_err());
    assert_eq!(free_for_another(), Ok(true));
    assert_eq!(*lock.lock(), 1);
}

fn b18_eight_threads_under_one_lock_lose_no_addition() {
    let counter = Arc::new(lock::named("counter", 0_u32));
    let adders: Vec<JoinHandle<()>> = (0..8)
        .map(|_| {
            let counter = Arc::clone(&counter);
            spawn(move || {
                for _ in 0..20_000 {
                    let mut counter = counter.lock();
                    let seen = *counter;
                    *counter = black_box(seen) + 1;
                }
            })
        })
        .collect();
    for adder in adders {
        adder.join().unwrap();
    }
    assert_eq!(*counter.lock(), 160_000);
}
