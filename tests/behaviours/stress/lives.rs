//! Threads, their own data, and timers.

use super::Load;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use threadlab_threads::clock;
use threadlab_threads::thread::{Builder, Local, Timer, current, enumerate, spawn};

super::stresses![stress_threads, stress_timers];

/// Threads that make threads, whose values and own data are theirs alone.
fn stress_threads(load: &Load) {
    let local: Arc<Local<u32>> = Arc::default();
    load.shared_by(10).team(load.threads(2), move |number, dice, rounds| {
        for round in 0..rounds {
            let value = number * 1_000_000 + round;
            let theirs = Arc::clone(&local);
            let builder = Builder::new().daemon(dice.one_in(4));
            let child = builder.build(move || {
                assert_eq!(theirs.get(), None, "another thread's data");
                theirs.set(value);
                (current(), theirs.get())
            });
            assert!(child.join().is_err(), "it has not been started");
            // There may be as many threads as the process holds; those that end make room.
            if child.start().is_err() {
                continue;
            }
            if dice.one_in(3) {
                let _ = child.thread().join_timeout(dice.timeout());
            }
            let (itself, seen) = child.join().unwrap();
            assert_eq!((&itself, seen), (child.thread(), Some(value)));
            assert!(!itself.is_alive() && !enumerate().contains(&itself));
            assert!(child.join().is_err(), "the value is taken");
        }
    });
    assert_eq!(enumerate(), [current()]);
}

/// Each timer fires once and not before its time, or is cancelled.
fn stress_timers(load: &Load) {
    let load = load.shared_by(20);
    let fired: Arc<AtomicU32> = Arc::default();
    let cancelled: Arc<AtomicU32> = Arc::default();
    let (calls, cancels) = (Arc::clone(&fired), Arc::clone(&cancelled));
    let threads = load.threads(2).min(8);
    load.team(threads, move |_, dice, rounds| {
        let mut timers = Vec::new();
        for _ in 0..rounds {
            let (delay, called, started) = (dice.timeout() * 4, Arc::clone(&calls), clock::now());
            let timer = Timer::new(delay, move || {
                // Clocks tick, in browsers by some microseconds.
                let early = (started + delay).saturating_sub(clock::now());
                assert!(early.as_micros() <= 100, "{early:?} early");
                called.fetch_add(1, Ordering::Relaxed);
            });
            timer.start().unwrap();
            if dice.one_in(3) {
                timers.push(timer);
            } else if dice.one_in(2) {
                cancels.fetch_add(u32::from(timer.cancel()), Ordering::Relaxed);
                timer.join().unwrap();
                assert!(!timer.is_alive());
            } else {
                timer.join().unwrap();
            }
        }
        for timer in timers {
            timer.join().unwrap();
        }
    });
    let all = threads * load.operations.div_ceil(threads);
    assert_eq!(fired.load(Ordering::Relaxed) + cancelled.load(Ordering::Relaxed), all);
    assert_eq!(enumerate(), [current()]);
    assert_eq!(spawn(|| 1).join(), Ok(1));
}
