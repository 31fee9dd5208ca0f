//! The condition: lines 22 to 27.
//!
//! A condition has no lock of its own here. Whoever uses it shows the lock that it holds, so there is nothing like an
//! acquisition of the condition.

use crate::settle;
use crate::times::{A_WHILE, LONG, takes};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;
use threadlab_threads::lock::{self, RawLock};
use threadlab_threads::sync::condition::ConditionError;
use threadlab_threads::sync::rlock::RawRLock;
use threadlab_threads::thread::{JoinHandle, spawn};
use threadlab_threads::{Condition, Lock};

crate::behaviours![
    b22_waiting_or_notifying_without_the_lock_is_an_error,
    b23_who_was_notified_goes_on_when_the_notifier_has_let_the_lock_go,
    b24_without_a_notification_a_timed_wait_ends_with_the_lock_held_again,
    b25_a_wait_gives_up_all_levels_of_a_reentrant_lock_and_takes_them_back,
    b26_waiting_for_a_predicate_gives_its_value_or_nothing_in_time,
    b27_conditions_share_a_lock_and_each_wakes_its_own_waiters,
];

fn b22_waiting_or_notifying_without_the_lock_is_an_error() {
    let condition = Condition::named("news");
    let error = ConditionError::NotHeld { condition: "Condition 'news'".into() };
    let (lock, rlock) = (RawLock::new(), Arc::new(RawRLock::new()));
    assert_eq!(condition.wait(&mut &lock), Err(error.clone()));
    assert_eq!(condition.wait_timeout(&mut &lock, LONG), Err(error.clone()));
    assert_eq!(condition.wait_for(&mut &lock, |_| Some(())), Err(error.clone()));
    assert_eq!(condition.notify(&&lock, 1), Err(error.clone()));
    assert_eq!(condition.notify_all(&&lock), Err(error.clone()));
    // A plain lock has no owner, so only a re-entrant one knows that it is another who holds it.
    let holder = Arc::clone(&rlock);
    let gate = Arc::new(RawLock::new());
    gate.acquire();
    let closed = Arc::clone(&gate);
    let holder = spawn(move || {
        holder.acquire();
        closed.acquire();
        holder.release().unwrap();
    });
    settle();
    assert!(rlock.is_locked());
    assert_eq!(condition.wait(&mut &*rlock), Err(error.clone()));
    assert_eq!(condition.notify(&&*rlock, 1), Err(error));
    gate.release().unwrap();
    holder.join().unwrap();
}

fn b23_who_was_notified_goes_on_when_the_notifier_has_let_the_lock_go() {
    let shared = Arc::new((lock::named("page", 0), Condition::named("written")));
    let left: Arc<AtomicBool> = Arc::default();
    let (theirs, leaves) = (Arc::clone(&shared), Arc::clone(&left));
    let waiter = spawn(move || {
        let (lock, condition) = &*theirs;
        let mut page = lock.lock();
        condition.wait(&mut page).unwrap();
        leaves.store(true, Ordering::Relaxed);
        assert!(lock.is_locked());
        *page
    });
    settle();
    let (lock, condition) = &*shared;
    let mut page = lock.lock();
    assert_eq!(condition.waiters(), 1);
    assert_eq!(condition.notify(&page, 1), Ok(1));
    // The waiter now waits for the lock.
    settle();
    assert!(!left.load(Ordering::Relaxed));
    *page = 5;
    drop(page);
    assert_eq!(waiter.join(), Ok(5), "it could not see what was there at the notification");
}

/// A timeout is a `Duration`, so there is none below zero.
fn b24_without_a_notification_a_timed_wait_ends_with_the_lock_held_again() {
    let shared = Arc::new((lock::named("count", 0), Condition::new()));
    let waiters = [A_WHILE, A_WHILE, A_WHILE, A_WHILE, A_WHILE, Duration::ZERO].map(|timeout| {
        let shared = Arc::clone(&shared);
        spawn(move || {
            let (lock, condition) = &*shared;
            let mut count = lock.lock();
            let notified = takes(timeout, || condition.wait_timeout(&mut count, timeout));
            assert!(lock.try_lock().is_none());
            *count += 1;
            notified
        })
    });
    for waiter in waiters {
        assert_eq!(waiter.join(), Ok(Ok(false)));
    }
    assert_eq!(*shared.0.lock(), 6);
    assert_eq!(shared.1.waiters(), 0);
}

fn b25_a_wait_gives_up_all_levels_of_a_reentrant_lock_and_takes_them_back() {
    let shared = Arc::new((RawRLock::named("levels"), Condition::new()));
    let theirs = Arc::clone(&shared);
    let waiter = spawn(move || {
        let (lock, condition) = &*theirs;
        lock.acquire();
        lock.acquire();
        condition.wait(&mut &*lock).unwrap();
        let depth = lock.depth();
        lock.release().unwrap();
        assert!(lock.is_locked(), "two releases are needed");
        lock.release().unwrap();
        depth
    });
    settle();
    let (lock, condition) = &*shared;
    assert!(lock.try_acquire(), "the waiter has let all of it go");
    assert_eq!(condition.notify(&lock, 1), Ok(1));
    lock.release().unwrap();
    assert_eq!(waiter.join(), Ok(2));
    assert!(!lock.is_locked());
}

/// Python gives the last false value back; here it is `None`.
fn b26_waiting_for_a_predicate_gives_its_value_or_nothing_in_time() {
    let shared = Arc::new((Lock::new(7), Condition::new()));
    let (lock, condition) = &*shared;
    let mut value = lock.lock();
    assert_eq!(condition.wait_for_timeout(&mut value, Duration::ZERO, |value| Some(**value)), Ok(Some(7)));
    assert_eq!(condition.wait_for(&mut value, |value| Some(**value)), Ok(7));
    let mut asked = 0;
    let never = takes(A_WHILE, || {
        condition.wait_for_timeout(&mut value, A_WHILE, |_| {
            asked += 1;
            None::<()>
        })
    });
    assert_eq!(never, Ok(None));
    assert!(asked >= 2, "at the beginning, and when the time is over");
    drop(value);

    let theirs = Arc::clone(&shared);
    let waiter = spawn(move || {
        let (lock, condition) = &*theirs;
        condition.wait_for(&mut lock.lock(), |value| (**value > 8).then_some(**value * 2))
    });
    for value in [8, 9] {
        settle();
        *lock.lock() = value;
        let value = lock.lock();
        condition.notify_all(&value).unwrap();
    }
    assert_eq!(waiter.join(), Ok(Ok(18)));
}

fn b27_conditions_share_a_lock_and_each_wakes_its_own_waiters() {
    let shared = Arc::new((RawLock::named("shared"), [Condition::named("odd"), Condition::named("even")]));
    let woken: Arc<AtomicU32> = Arc::default();
    let waiters: Vec<JoinHandle<()>> = [0_usize, 1]
        .map(|which| {
            let (shared, woken) = (Arc::clone(&shared), Arc::clone(&woken));
            spawn(move || {
                let (lock, conditions) = &*shared;
                lock.acquire();
                conditions[which].wait(&mut &*lock).unwrap();
                woken.fetch_add(1 << which, Ordering::Relaxed);
                lock.release().unwrap();
            })
        })
        .into();
    settle();
    let (lock, [first, second]) = &*shared;
    lock.acquire();
    assert!(!lock.try_acquire(), "the lock that both conditions are used with");
    // One that its waiters do not hold cannot guard what they wait for.
    let other = RawLock::new();
    other.acquire();
    assert_eq!(
        second.notify(&&other, 1),
        Err(ConditionError::OtherLock { condition: "Condition 'even'".into() })
    );
    assert_eq!(first.notify_all(&lock), Ok(1));
    lock.release().unwrap();
    waiters[0].join().unwrap();
    assert_eq!(woken.load(Ordering::Relaxed), 1);
    assert_eq!((first.waiters(), second.waiters()), (0, 1));
    lock.acquire();
    assert_eq!(second.notify_all(&lock), Ok(1));
    lock.release().unwrap();
    waiters[1].join().unwrap();
    assert_eq!(woken.load(Ordering::Relaxed), 3);
}
