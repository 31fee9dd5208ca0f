//! Semaphores: lines 30 to 34.

use crate::settle;
use crate::times::{A_WHILE, takes};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use threadlab_threads::sync::semaphore::ReleaseError;
use threadlab_threads::thread::{sleep, spawn};
use threadlab_threads::{BoundedSemaphore, Semaphore};

crate::behaviours![
    b30_tries_succeed_while_there_are_permits_and_the_count_stays_at_zero,
    b31_never_more_are_inside_than_there_are_permits,
    b32_a_release_of_seven_lets_seven_of_many_waiters_go,
    b33_a_timed_acquire_gives_up_and_takes_no_permit,
    b34_a_semaphore_begins_with_one_permit_and_grows_without_an_acquire,
];

fn b30_tries_succeed_while_there_are_permits_and_the_count_stays_at_zero() {
    let semaphore = Semaphore::new(2).unwrap();
    let (first, second) = (semaphore.try_acquire(), semaphore.try_acquire());
    assert!(first.is_some() && second.is_some());
    assert!(semaphore.try_acquire().is_none());
    assert_eq!(semaphore.permits(), 0);
    drop(first);
    assert_eq!(semaphore.permits(), 1);
}

fn b31_never_more_are_inside_than_there_are_permits() {
    let semaphore = Arc::new(BoundedSemaphore::named("seats", 3).unwrap());
    let inside: Arc<AtomicU32> = Arc::default();
    let tasks = [(); 10].map(|()| {
        let (semaphore, inside) = (Arc::clone(&semaphore), Arc::clone(&inside));
        spawn(move || {
            let _seat = semaphore.acquire();
            let most = inside.fetch_add(1, Ordering::Relaxed) + 1;
            sleep(Duration::from_millis(1));
            inside.fetch_sub(1, Ordering::Relaxed);
            most
        })
    });
    for task in tasks {
        assert!((1..=3).contains(&task.join().unwrap()));
    }
    assert_eq!(semaphore.permits(), 3);
}

/// The number to release is unsigned, so only zero is left to be refused.
fn b32_a_release_of_seven_lets_seven_of_many_waiters_go() {
    let semaphore = Arc::new(Semaphore::named("tickets", 0).unwrap());
    let passed: Arc<AtomicU32> = Arc::default();
    let waiters = [(); 12].map(|()| {
        let (semaphore, passed) = (Arc::clone(&semaphore), Arc::clone(&passed));
        spawn(move || {
            semaphore.acquire().forget();
            passed.fetch_add(1, Ordering::Relaxed);
        })
    });
    settle();
    assert_eq!(passed.load(Ordering::Relaxed), 0);
    let none = ReleaseError::None { semaphore: "Semaphore 'tickets'".into() };
    assert_eq!(semaphore.release_many(0), Err(none));
    assert_eq!(semaphore.permits(), 0);
    assert_eq!(semaphore.release_many(7), Ok(()));
    while passed.load(Ordering::Relaxed) < 7 {
        sleep(Duration::from_millis(1));
    }
    settle();
    assert_eq!(passed.load(Ordering::Relaxed), 7);
    assert!(semaphore.try_acquire().is_none());
    assert_eq!(semaphore.release_many(5), Ok(()));
    for waiter in waiters {
        waiter.join().unwrap();
    }
    assert_eq!((passed.load(Ordering::Relaxed), semaphore.permits()), (12, 0));
}

/// A timeout is a `Duration` and a try takes none, so there is nothing below zero and no try that waits.
fn b33_a_timed_acquire_gives_up_and_takes_no_permit() {
    let semaphore = Semaphore::new(0).unwrap();
    assert!(semaphore.acquire_timeout(Duration::ZERO).is_none());
    assert!(takes(A_WHILE, || semaphore.acquire_timeout(A_WHILE)).is_none());
    semaphore.release().unwrap();
    assert_eq!(semaphore.permits(), 1);
    assert!(semaphore.try_acquire().is_some());
}

/// Permits are unsigned. There is a bound, the word's, and passing it is an error; so is passing a bounded semaphore's
/// own.
fn b34_a_semaphore_begins_with_one_permit_and_grows_without_an_acquire() {
    let semaphore = Semaphore::default();
    assert_eq!(semaphore.permits(), 1);
    assert_eq!(semaphore.release(), Ok(()));
    assert_eq!(semaphore.permits(), 2);
    assert!(Semaphore::new(u32::MAX).is_err());
    assert!(matches!(semaphore.release_many(u32::MAX), Err(ReleaseError::OverLimit { .. })));
    assert_eq!(semaphore.permits(), 2);
    let bounded = BoundedSemaphore::new(1).unwrap();
    assert!(matches!(bounded.release(), Err(ReleaseError::OverBound { bound: 1, .. })));
    assert_eq!(bounded.permits(), 1);
}
