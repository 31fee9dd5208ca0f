//! The barrier under every interleaving that loom can find.
//!
//! Run by `cargo xtask test --only loom`.
#![cfg(loom)]

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicU32, Ordering};
use loom::thread;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use threadlab_threads::Barrier;
use threadlab_threads::sync::barrier::BarrierError;

/// Longer than any test lasts: the time of such a wait passes when the test lets it.
const LONG: Duration = Duration::from_hours(1);

/// A value for each of two parties, written by it before the barrier and read by the other behind; loom fails the test
/// if these are not in order.
struct Shared {
    barrier: Barrier,
    values: [UnsafeCell<u32>; 2],
}

// SAFETY: each value is written by its party before it comes to the barrier and read when the barrier let both pass;
// that this is enough is what the tests show.
unsafe impl Sync for Shared {}
// SAFETY: as above.
unsafe impl Send for Shared {}

impl Shared {
    fn new(barrier: Barrier) -> Arc<Self> {
        Arc::new(Self { barrier, values: [UnsafeCell::new(0), UnsafeCell::new(0)] })
    }

    fn write(&self, party: usize, value: u32) {
        // SAFETY: the other reads it behind the next barrier, and has read it before the last.
        self.values[party].with_mut(|place| unsafe { *place = value });
    }

    fn read(&self, party: usize) -> u32 {
        // SAFETY: it was written before the last barrier and will be behind the next.
        self.values[party].with(|place| unsafe { *place })
    }
}

/// For models of four threads, or with loops: two preemptions find what is known to go wrong, in seconds.
fn two_preemptions(run: impl Fn() + Send + Sync + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(run);
}

fn is_broken(result: &Result<usize, BarrierError>) -> bool {
    matches!(result, Err(BarrierError::Broken { .. }))
}

#[test]
fn who_passes_sees_what_the_others_did_before() {
    loom::model(|| {
        let shared = Shared::new(Barrier::new(2).unwrap());
        let theirs = Arc::clone(&shared);
        let other = thread::spawn(move || {
            theirs.write(1, 7);
            let order = theirs.barrier.wait().unwrap();
            assert_eq!(theirs.read(0), 7);
            order
        });
        shared.write(0, 7);
        let order = shared.barrier.wait().unwrap();
        assert_eq!(shared.read(1), 7);
        assert_eq!(order + other.join().unwrap(), 1);
    });
}

#[test]
fn a_party_that_is_slow_to_leave_does_not_mix_with_the_next_time() {
    loom::model(|| {
        let shared = Shared::new(Barrier::new(2).unwrap());
        let theirs = Arc::clone(&shared);
        let other = thread::spawn(move || {
            for _ in 0..2 {
                theirs.barrier.wait().unwrap();
            }
        });
        for _ in 0..2 {
            shared.barrier.wait().unwrap();
        }
        other.join().unwrap();
        assert_eq!((shared.barrier.waiting(), shared.barrier.is_broken()), (0, false));
    });
}

#[test]
fn three_parties_get_three_numbers() {
    loom::model(|| {
        let barrier = Arc::new(Barrier::new(3).unwrap());
        let others = [(); 2].map(|()| {
            let barrier = Arc::clone(&barrier);
            thread::spawn(move || barrier.wait().unwrap())
        });
        let mut orders = vec![barrier.wait().unwrap()];
        orders.extend(others.into_iter().map(|other| other.join().unwrap()));
        orders.sort_unstable();
        assert_eq!(orders, [0, 1, 2]);
    });
}

#[test]
fn the_action_is_over_before_anybody_leaves() {
    loom::model(|| {
        let value = Arc::new(Shared::new(Barrier::new(1).unwrap()));
        let written = Arc::clone(&value);
        let barrier = Arc::new(Barrier::with_action("", 2, move || written.write(0, 7)).unwrap());
        let (theirs, seen) = (Arc::clone(&barrier), Arc::clone(&value));
        let other = thread::spawn(move || {
            theirs.wait().unwrap();
            assert_eq!(seen.read(0), 7);
        });
        barrier.wait().unwrap();
        assert_eq!(value.read(0), 7);
        other.join().unwrap();
    });
}

#[test]
fn who_comes_while_the_action_runs_is_of_the_next_time() {
    two_preemptions(|| {
        let barrier = Arc::new(Barrier::with_action("", 2, thread::yield_now).unwrap());
        let others = [(); 3].map(|()| {
            let barrier = Arc::clone(&barrier);
            thread::spawn(move || barrier.wait().unwrap())
        });
        let mut orders = vec![barrier.wait().unwrap()];
        orders.extend(others.into_iter().map(|other| other.join().unwrap()));
        orders.sort_unstable();
        assert_eq!(orders, [0, 0, 1, 1]);
    });
}

#[test]
fn an_action_that_panics_leaves_nobody_waiting() {
    loom::model(|| {
        let action = || std::panic::resume_unwind(Box::new("false start"));
        let barrier = Arc::new(Barrier::with_action("", 2, action).unwrap());
        let wait = |barrier: Arc<Barrier>| catch_unwind(AssertUnwindSafe(|| barrier.wait()));
        let theirs = Arc::clone(&barrier);
        let other = thread::spawn(move || wait(theirs));
        let results = [wait(Arc::clone(&barrier)), other.join().unwrap()];
        assert_eq!(results.iter().filter(|result| result.is_err()).count(), 1);
        assert_eq!(results.iter().filter(|result| result.as_ref().is_ok_and(is_broken)).count(), 1);
        assert!(barrier.is_broken());
    });
}

#[test]
fn a_timeout_that_races_with_the_last_party_is_one_or_the_other_for_both() {
    loom::model(|| {
        let barrier = Arc::new(Barrier::new(2).unwrap());
        let theirs = Arc::clone(&barrier);
        let hasty = thread::spawn(move || theirs.wait_timeout(LONG));
        let clock = Arc::clone(&barrier);
        let time = thread::spawn(move || clock.expire());
        let mine = barrier.wait();
        time.join().unwrap();
        let hasty = hasty.join().unwrap();
        match mine {
            Ok(order) => assert_eq!(hasty, Ok(1 - order)),
            Err(_) => assert!(matches!(hasty, Err(BarrierError::TimedOut { .. }))),
        }
        assert_eq!(barrier.is_broken(), mine.is_err());
    });
}

#[test]
fn abort_leaves_nobody_waiting() {
    loom::model(|| {
        let barrier = Arc::new(Barrier::new(3).unwrap());
        let others = [(); 2].map(|()| {
            let barrier = Arc::clone(&barrier);
            thread::spawn(move || barrier.wait())
        });
        barrier.abort();
        for other in others {
            assert!(is_broken(&other.join().unwrap()));
        }
    });
}

#[test]
fn a_reset_turns_away_all_of_a_time_or_none() {
    two_preemptions(|| {
        let barrier = Arc::new(Barrier::new(2).unwrap());
        let left = Arc::new(AtomicU32::new(0));
        let parties = [(); 2].map(|()| {
            let (barrier, left) = (Arc::clone(&barrier), Arc::clone(&left));
            thread::spawn(move || {
                let result = barrier.wait_timeout(LONG);
                left.fetch_add(1, Ordering::SeqCst);
                result.is_ok()
            })
        });
        barrier.reset();
        // Where one was turned away, the other waits alone until its time is over.
        while left.load(Ordering::SeqCst) < 2 {
            barrier.expire();
            thread::yield_now();
        }
        let [first, second] = parties.map(|party| party.join().unwrap());
        assert_eq!(first, second);
        barrier.reset();
        assert_eq!((barrier.waiting(), barrier.is_broken()), (0, false));
    });
}
