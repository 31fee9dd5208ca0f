//! Semaphores natively.

use super::*;
use crate::sync::testing::{of_thread, watched};
use crate::thread::spawn;
use core::sync::atomic::{AtomicU32, Ordering};
use std::sync::Arc;

fn semaphore(permits: u32) -> Semaphore {
    Semaphore::new(permits).unwrap()
}

#[test]
fn permits_are_counted_down_to_none() {
    let pool = semaphore(2);
    let (first, second) = (pool.try_acquire().unwrap(), pool.acquire());
    assert_eq!(pool.permits(), 0);
    assert!(pool.try_acquire().is_none());
    assert!(pool.acquire_timeout(Duration::ZERO).is_none());
    assert!(pool.acquire_timeout(Duration::from_millis(1)).is_none());
    assert_eq!(pool.permits(), 0);
    drop(first);
    assert_eq!(pool.permits(), 1);
    second.forget();
    assert_eq!(pool.permits(), 1);
    assert!(pool.acquire_timeout(Duration::from_mins(10)).is_some());
}

#[test]
fn the_usual_one_has_one_permit_and_no_bound() {
    let plain = Semaphore::default();
    assert_eq!(plain.permits(), 1);
    plain.release().unwrap();
    assert_eq!(plain.permits(), 2);
    assert_eq!(BoundedSemaphore::default().permits(), 1);
    assert!(semaphore(0).try_acquire().is_none());
}

#[test]
fn too_many_permits_are_refused() {
    let error = Semaphore::named("pool", 1 << 31).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Semaphore 'pool' cannot have 2147483648 permits: it counts up to 2147483647"
    );
    let full = semaphore(MOST);
    let refused = full.release().unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the Semaphore cannot be given 1 more: it counts up to 2147483647 permits"
    );
    assert_eq!(full.permits(), MOST);
    full.acquire().forget();
    assert!(full.release_many(2).is_err());
    full.release_many(1).unwrap();
    assert!(full.release_many(u32::MAX).is_err());
    assert_eq!(full.permits(), MOST);
}

#[test]
fn releasing_none_is_refused() {
    let pool = Semaphore::named("pool", 3).unwrap();
    assert_eq!(pool.release_many(0), Err(ReleaseError::None { semaphore: "Semaphore 'pool'".into() }));
    assert_eq!(pool.permits(), 3);
}

#[test]
fn a_bounded_one_refuses_what_is_over_its_bound() {
    let pool = BoundedSemaphore::named("pool", 2).unwrap();
    let refused = pool.release().unwrap_err();
    assert_eq!(
        refused.to_string(),
        "BoundedSemaphore 'pool' cannot be given 1 more: it would have more permits than the 2 that it began with"
    );
    pool.acquire().forget();
    assert!(matches!(pool.release_many(2), Err(ReleaseError::OverBound { permits: 2, bound: 2, .. })));
    assert_eq!(pool.permits(), 1);
    let permit = pool.acquire();
    pool.release_many(2).unwrap();
    // It is back already.
    drop(permit);
    assert_eq!(pool.permits(), 2);
}

#[test]
fn a_bounded_one_refuses_also_where_it_is_traced() {
    let told = watched(|_| {
        let pool = BoundedSemaphore::named("pool", 1).unwrap();
        assert!(pool.release().is_err());
        let permit = pool.acquire();
        pool.release().unwrap();
        drop(permit);
        assert_eq!(pool.permits(), 1);
    });
    // A release that is refused is not told.
    let expected = ["BoundedSemaphore pool", "Permits 1", "acquired: Permits 1", "released: Permits 1"];
    assert_eq!(of_thread(&told, 1), expected);
}

#[test]
fn as_many_go_on_as_permits_are_released() {
    let told = watched(|watch| {
        let gate = Arc::new(semaphore(0));
        let entered = Arc::new(AtomicU32::new(0));
        let waiters: Vec<_> = (0..10)
            .map(|_| {
                let (gate, entered) = (Arc::clone(&gate), Arc::clone(&entered));
                spawn(move || {
                    gate.acquire().forget();
                    entered.fetch_add(1, Ordering::Relaxed);
                })
            })
            .collect();
        watch.until_waits(10);
        gate.release_many(7).unwrap();
        while entered.load(Ordering::Relaxed) < 7 {
            std::thread::yield_now();
        }
        assert!(gate.try_acquire().is_none());
        assert_eq!(entered.load(Ordering::Relaxed), 7);
        gate.release_many(3).unwrap();
        for waiter in waiters {
            waiter.join().unwrap();
        }
        assert_eq!(gate.permits(), 0);
    });
    assert_eq!(of_thread(&told, 2), ["waits: Acquire", "acquired: Permits 1"]);
}

#[test]
fn no_more_than_its_permits_are_inside() {
    const ROUNDS: u32 = 2000;
    let pool = Arc::new(BoundedSemaphore::new(3).unwrap());
    let (inside, most) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let workers: Vec<_> = (0..8)
        .map(|number| {
            let (pool, inside, most) = (Arc::clone(&pool), Arc::clone(&inside), Arc::clone(&most));
            spawn(move || {
                for round in 0..ROUNDS {
                    let permit = if (round + number) % 5 == 0 {
                        pool.acquire_timeout(Duration::from_micros(50))
                    } else {
                        Some(pool.acquire())
                    };
                    if permit.is_some() {
                        most.fetch_max(inside.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
                        if round % 7 == 0 {
                            std::thread::yield_now();
                        }
                        inside.fetch_sub(1, Ordering::Relaxed);
                    }
                }
            })
        })
        .collect();
    for worker in workers {
        worker.join().unwrap();
    }
    assert!((1..=3).contains(&most.load(Ordering::Relaxed)));
    assert_eq!(pool.permits(), 3);
}

#[test]
fn a_permit_can_be_given_back_by_another_thread() {
    let pool = semaphore(1);
    let permit = pool.acquire();
    std::thread::scope(|scope| {
        scope.spawn(move || drop(permit));
        drop(pool.acquire());
    });
    assert_eq!(pool.permits(), 1);
}

#[test]
fn a_permit_comes_back_behind_a_panic() {
    let pool = Arc::new(semaphore(1));
    let theirs = Arc::clone(&pool);
    let outcome = spawn(move || {
        let _permit = theirs.acquire();
        panic!("inside");
    })
    .join();
    assert!(outcome.is_err());
    assert_eq!(pool.permits(), 1);
}

#[test]
fn a_wait_that_times_out_is_told_and_takes_nothing() {
    let told = watched(|_| {
        let pool = Semaphore::named("pool", 0).unwrap();
        assert!(pool.acquire_timeout(Duration::from_millis(1)).is_none());
        pool.release().unwrap();
        assert_eq!(pool.permits(), 1);
    });
    let expected =
        ["Semaphore pool", "Permits 0", "waits: Acquire, timed", "timed out", "released: Permits 1"];
    assert_eq!(of_thread(&told, 1), expected);
}
