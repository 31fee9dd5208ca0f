//! Readers-writer locks natively.

use super::*;
use crate::sync::testing::{Told, of_thread, watched};
use crate::thread::spawn;
use core::sync::atomic::{AtomicU32, Ordering};
use std::sync::Arc;

/// Longer than any test lasts.
const LONG: Duration = Duration::from_mins(10);

#[test]
fn many_read_or_one_writes() {
    let lock = RwLock::new(1);
    let (first, second) = (lock.read(), lock.try_read().unwrap());
    assert_eq!(*first + *second, 2);
    assert!(lock.is_locked() && !lock.is_locked_exclusive());
    assert!(lock.try_write().is_none());
    drop(first);
    assert!(lock.try_write_for(Duration::ZERO).is_none());
    assert!(lock.try_write_for(Duration::from_millis(1)).is_none());
    drop(second);
    let mut writer = lock.try_write().unwrap();
    *writer = 2;
    assert!(lock.is_locked_exclusive());
    assert!(lock.try_read().is_none());
    assert!(lock.try_read_for(Duration::from_millis(1)).is_none());
    assert!(lock.try_write().is_none());
    drop(writer);
    assert_eq!(*lock.try_read_for(LONG).unwrap(), 2);
    assert!(!lock.is_locked());
}

/// Waits until so many threads are in the queue.
fn until_queued<T>(lock: &RwLock<T>, count: usize) {
    // SAFETY: the lock is only asked.
    while unsafe { lock.raw() }.queued.waiting() != count {
        std::thread::yield_now();
    }
}

#[test]
fn readers_wait_behind_a_waiting_writer() {
    let lock = Arc::new(RwLock::new(0));
    let reading = lock.read();
    let theirs = Arc::clone(&lock);
    let writer = spawn(move || *theirs.write() += 1);
    until_queued(&lock, 1);
    assert!(lock.try_read().is_none());
    assert!(lock.try_read_for(Duration::from_millis(1)).is_none());
    drop(reading);
    writer.join().unwrap();
    assert_eq!(*lock.try_read().unwrap(), 1);
}

#[test]
fn readers_go_on_when_the_writer_before_them_gives_up() {
    let lock = Arc::new(RwLock::new(()));
    let reading = lock.read();
    let theirs = Arc::clone(&lock);
    let writer = spawn(move || theirs.try_write_for(Duration::from_millis(20)).is_some());
    let theirs = Arc::clone(&lock);
    // Wherever it comes, before the writer, behind it or after it: it gets in while the first reader stays.
    let reader = spawn(move || drop(theirs.read()));
    reader.join().unwrap();
    assert!(!writer.join().unwrap());
    drop(reading);
    assert!(lock.try_write().is_some());
}

#[test]
fn the_lock_goes_round_in_the_order_of_coming() {
    let told = watched(|_| {
        let lock = Arc::new(named("table", ()));
        let writing = lock.write();
        let mut others = Vec::new();
        // Two readers, a writer, a reader.
        for (number, writes) in [false, false, true, false].into_iter().enumerate() {
            let theirs = Arc::clone(&lock);
            others.push(spawn(move || {
                if writes {
                    drop(theirs.write());
                } else {
                    drop(theirs.read());
                }
            }));
            until_queued(&lock, number + 1);
        }
        drop(writing);
        for other in others {
            other.join().unwrap();
        }
    });
    let at = |thread: u32, what: &str| {
        let event = Told { thread, what: what.into() };
        told.iter().position(|told| *told == event).unwrap()
    };
    let (shared, owned) = ("acquired: Shared 1", "acquired: Owned 1");
    assert!(at(2, "released: Shared 1") < at(4, owned) && at(3, "released: Shared 1") < at(4, owned));
    assert!(at(1, "released: Owned 1") < at(2, shared).min(at(3, shared)));
    assert!(at(4, "released: Owned 1") < at(5, shared));
    assert_eq!(of_thread(&told, 5), ["waits: AcquireShared", shared, "released: Shared 1"]);
}

#[test]
fn neither_side_starves() {
    let lock = Arc::new(RwLock::new(0_u32));
    let done = Arc::new(AtomicU32::new(0));
    // Two that read all the time, so that there is nearly always a reader; and two that write all the time.
    for writes in [false, true] {
        done.store(0, Ordering::Relaxed);
        let busy: Vec<_> = (0..2)
            .map(|_| {
                let (lock, done) = (Arc::clone(&lock), Arc::clone(&done));
                spawn(move || {
                    while done.load(Ordering::Relaxed) == 0 {
                        if writes {
                            *lock.write() += 1;
                        } else {
                            assert!(*lock.read() < u32::MAX);
                        }
                    }
                })
            })
            .collect();
        for _ in 0..200 {
            if writes {
                drop(lock.read());
            } else {
                drop(lock.write());
            }
        }
        done.store(1, Ordering::Relaxed);
        for busy in busy {
            busy.join().unwrap();
        }
    }
}

#[test]
fn nothing_is_lost_among_readers_writers_and_timeouts() {
    const ROUNDS: u32 = 3000;
    let lock = Arc::new(RwLock::new((0_u32, 0_u32)));
    let threads: Vec<_> = (0..6_u32)
        .map(|number| {
            let lock = Arc::clone(&lock);
            spawn(move || {
                let mut written = 0;
                let short = Duration::from_micros(30);
                for round in 0..ROUNDS {
                    match (round + number) % 7 {
                        0 | 1 => {
                            let mut pair = lock.write();
                            pair.0 += 1;
                            pair.1 += 1;
                            written += 1;
                        }
                        2 => {
                            if let Some(mut pair) = lock.try_write_for(short) {
                                pair.0 += 1;
                                if round % 3 == 0 {
                                    std::thread::yield_now();
                                }
                                pair.1 += 1;
                                written += 1;
                            }
                        }
                        3 => {
                            if let Some(pair) = lock.try_read_for(short) {
                                assert_eq!(pair.0, pair.1);
                            }
                        }
                        _ => {
                            let pair = lock.read();
                            assert_eq!(pair.0, pair.1);
                        }
                    }
                }
                written
            })
        })
        .collect();
    let written: u32 = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
    assert_eq!(*lock.try_read().unwrap(), (written, written));
    assert!(!lock.is_locked());
}

#[test]
fn a_writer_that_panics_lets_the_next_one_in() {
    let lock = Arc::new(RwLock::new(0));
    let theirs = Arc::clone(&lock);
    let outcome = spawn(move || {
        let mut value = theirs.write();
        *value = 1;
        panic!("while writing");
    })
    .join();
    assert!(outcome.is_err());
    assert_eq!(*lock.try_write().unwrap(), 1);
}
