//! Locks, semaphores and conditions: who is inside together, and what comes back.

use super::{Dice, Fragile, Load};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};
use threadlab_threads::sync::lock::RawLock;
use threadlab_threads::sync::rlock::RawRLock;
use threadlab_threads::{BoundedSemaphore, Condition, Lock, RwLock, Semaphore};

super::stresses![
    stress_lock,
    stress_raw_lock,
    stress_rlock,
    stress_rwlock,
    stress_semaphore,
    stress_bounded_semaphore,
    stress_condition
];

/// One holder at a time: no addition is lost.
fn stress_lock(load: &Load) {
    let lock = Arc::new(Lock::new(Fragile::default()));
    let (theirs, added) = (Arc::clone(&lock), Arc::new(AtomicU32::new(0)));
    let adds = Arc::clone(&added);
    load.team(load.threads(2), move |_, dice, operations| {
        for _ in 0..operations {
            let guard = match dice.between(0, 3) {
                0 => theirs.try_lock(),
                1 => theirs.try_lock_for(dice.timeout()),
                _ => Some(theirs.lock()),
            };
            if let Some(count) = guard {
                count.add(dice);
                adds.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    let count = lock.try_lock().expect("everybody has gone");
    assert_eq!(count.get(), added.load(Ordering::Relaxed));
}

/// The same by hand. A thread that gave up has no claim: at the end the lock is free.
fn stress_raw_lock(load: &Load) {
    let shared = Arc::new((RawLock::new(), Fragile::default(), AtomicU32::new(0)));
    let theirs = Arc::clone(&shared);
    load.team(load.threads(2), move |_, dice, operations| {
        let (lock, count, added) = &*theirs;
        for _ in 0..operations {
            let taken = match dice.between(0, 3) {
                0 => lock.try_acquire(),
                1 => lock.acquire_timeout(dice.timeout()),
                _ => {
                    lock.acquire();
                    true
                }
            };
            if taken {
                count.add(dice);
                added.fetch_add(1, Ordering::Relaxed);
                assert!(lock.is_locked());
                lock.release().unwrap();
            }
        }
    });
    let (lock, count, added) = &*shared;
    assert!(!lock.is_locked());
    assert_eq!(count.get(), added.load(Ordering::Relaxed));
    assert!(lock.release().is_err());
}

/// One owner at a time, who has as many levels as it took and never waits for itself.
fn stress_rlock(load: &Load) {
    let shared = Arc::new((RawRLock::new(), Fragile::default(), AtomicU32::new(0)));
    let theirs = Arc::clone(&shared);
    load.shared_by(2).team(load.threads(2), move |_, dice, operations| {
        let (lock, count, added) = &*theirs;
        for _ in 0..operations {
            assert_eq!(lock.depth(), 0);
            assert!(lock.release().is_err(), "it is not this thread's");
            let mut depth = 0;
            for _ in 0..dice.between(1, 4) {
                let taken = match dice.between(0, 3) {
                    0 => lock.try_acquire(),
                    1 => lock.acquire_timeout(dice.timeout()),
                    _ => {
                        lock.acquire();
                        true
                    }
                };
                assert!(taken || depth == 0, "the owner is never refused");
                depth += u32::from(taken);
                assert_eq!(lock.depth(), depth);
            }
            if depth > 0 {
                count.add(dice);
                added.fetch_add(1, Ordering::Relaxed);
            }
            for _ in 0..depth {
                lock.release().unwrap();
            }
        }
    });
    let (lock, count, added) = &*shared;
    assert!(!lock.is_locked());
    assert_eq!(count.get(), added.load(Ordering::Relaxed));
}

/// Many readers or one writer.
fn stress_rwlock(load: &Load) {
    const WRITING: i32 = -1;
    let shared = Arc::new((RwLock::new(Fragile::default()), AtomicI32::new(0), AtomicU32::new(0)));
    let theirs = Arc::clone(&shared);
    load.team(load.threads(2), move |_, dice, operations| {
        let (lock, inside, added) = &*theirs;
        for _ in 0..operations {
            if dice.one_in(4) {
                let guard = match dice.between(0, 3) {
                    0 => lock.try_write(),
                    1 => lock.try_write_for(dice.timeout()),
                    _ => Some(lock.write()),
                };
                if let Some(count) = guard {
                    assert_eq!(inside.swap(WRITING, Ordering::Relaxed), 0, "a writer is alone");
                    count.add(dice);
                    added.fetch_add(1, Ordering::Relaxed);
                    assert_eq!(inside.swap(0, Ordering::Relaxed), WRITING);
                }
            } else {
                let guard = match dice.between(0, 3) {
                    0 => lock.try_read(),
                    1 => lock.try_read_for(dice.timeout()),
                    _ => Some(lock.read()),
                };
                if let Some(count) = guard {
                    assert!(inside.fetch_add(1, Ordering::Relaxed) >= 0, "no reader beside a writer");
                    let before = count.get();
                    dice.dawdle();
                    assert_eq!(count.get(), before, "nobody writes meanwhile");
                    assert!(inside.fetch_sub(1, Ordering::Relaxed) > 0);
                }
            }
        }
    });
    let (lock, inside, added) = &*shared;
    let count = lock.try_write().expect("everybody has gone");
    assert_eq!((count.get(), inside.load(Ordering::Relaxed)), (added.load(Ordering::Relaxed), 0));
}

/// Permits taken and given by different threads: there are never more holders than permits, and none is lost.
fn stress_semaphore(load: &Load) {
    let permits = load.dice().between(1, 5);
    let shared = Arc::new((Semaphore::new(permits).unwrap(), AtomicU32::new(0)));
    let theirs = Arc::clone(&shared);
    load.team(load.threads(2), move |_, dice, operations| {
        let (semaphore, inside) = &*theirs;
        for _ in 0..operations {
            let Some(permit) = (match dice.between(0, 3) {
                0 => semaphore.try_acquire(),
                1 => semaphore.acquire_timeout(dice.timeout()),
                _ => Some(semaphore.acquire()),
            }) else {
                continue;
            };
            assert!(inside.fetch_add(1, Ordering::Relaxed) < permits, "more than there are permits");
            dice.dawdle();
            // As many as can be had beside it, given back in one.
            let mut held = 1;
            while dice.one_in(2)
                && let Some(another) = semaphore.try_acquire()
            {
                assert!(inside.fetch_add(1, Ordering::Relaxed) < permits);
                another.forget();
                held += 1;
            }
            inside.fetch_sub(held, Ordering::Relaxed);
            if held > 1 {
                permit.forget();
                semaphore.release_many(held).unwrap();
            }
        }
    });
    let (semaphore, inside) = &*shared;
    assert_eq!((semaphore.permits(), inside.load(Ordering::Relaxed)), (permits, 0));
}

/// As for a semaphore; and a release that is one too many is refused at any moment.
fn stress_bounded_semaphore(load: &Load) {
    let permits = load.dice().between(1, 5);
    let shared = Arc::new((BoundedSemaphore::new(permits).unwrap(), AtomicU32::new(0)));
    let theirs = Arc::clone(&shared);
    load.team(load.threads(2), move |_, dice, operations| {
        let (semaphore, inside) = &*theirs;
        for _ in 0..operations {
            assert!(semaphore.release_many(permits + 1).is_err());
            let permit = if dice.one_in(2) {
                semaphore.acquire_timeout(dice.timeout())
            } else {
                Some(semaphore.acquire())
            };
            if let Some(permit) = permit {
                assert!(inside.fetch_add(1, Ordering::Relaxed) < permits, "more than there are permits");
                dice.dawdle();
                inside.fetch_sub(1, Ordering::Relaxed);
                drop(permit);
            }
        }
    });
    let (semaphore, inside) = &*shared;
    assert_eq!((semaphore.permits(), inside.load(Ordering::Relaxed)), (permits, 0));
    assert!(semaphore.release().is_err());
}

/// Tokens are made and used up under a condition: as many were used as were made, less what is left. The one that
/// makes a token wakes as many as it likes, one at least, so nobody waits beside a token for ever.
fn stress_condition(load: &Load) {
    let shared = Arc::new((Lock::new(0_u32), Condition::new(), AtomicU32::new(0)));
    let theirs = Arc::clone(&shared);
    let threads = load.threads(2);
    load.team(threads, move |number, dice, operations| {
        let (tokens, made, used) = &*theirs;
        // Half of the threads make as many tokens as the other half uses.
        let operations = operations / 2 * 2;
        for _ in 0..operations {
            if number % 2 == 0 {
                make_token(tokens, made, dice);
            } else {
                use_token(tokens, made, used, dice);
            }
        }
    });
    let (tokens, changed, used) = &*shared;
    let share = load.operations.div_ceil(threads) / 2 * 2;
    let made = share * threads.div_ceil(2);
    assert_eq!(*tokens.lock() + used.load(Ordering::Relaxed), made);
    assert_eq!((used.load(Ordering::Relaxed), changed.waiters()), (share * (threads / 2), 0));
}

fn make_token(tokens: &Lock<u32>, made: &Condition, dice: &mut Dice) {
    let mut tokens = tokens.lock();
    *tokens += 1;
    match dice.between(0, 3) {
        0 => made.notify_all(&tokens).unwrap(),
        1 => made.notify(&tokens, 2).unwrap(),
        _ => made.notify(&tokens, 1).unwrap(),
    };
}

fn use_token(tokens: &Lock<u32>, made: &Condition, used: &AtomicU32, dice: &mut Dice) {
    let mut tokens = tokens.lock();
    let take = |tokens: &mut u32| {
        *tokens = tokens.checked_sub(1)?;
        Some(())
    };
    // Impatient first, some of the time; then for as long as it takes.
    if dice.one_in(3) {
        let taken = made.wait_for_timeout(&mut tokens, dice.timeout(), |tokens| take(tokens)).unwrap();
        if taken.is_some() {
            used.fetch_add(1, Ordering::Relaxed);
            return;
        }
    }
    made.wait_for(&mut tokens, |tokens| take(tokens)).unwrap();
    used.fetch_add(1, Ordering::Relaxed);
}
