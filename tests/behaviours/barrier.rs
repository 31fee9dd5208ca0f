//! The barrier: lines 35 to 39.

use crate::settle;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use threadlab_threads::Barrier;
use threadlab_threads::sync::barrier::BarrierError;
use threadlab_threads::thread::{JoinHandle, spawn};

crate::behaviours![
    b35_a_barrier_is_for_one_party_or_more,
    b36_no_party_begins_a_pass_before_all_have_done_the_one_before,
    b37_each_party_of_a_pass_gets_a_number_of_its_own,
    b38_the_action_runs_once_before_anybody_goes_on_and_its_failure_breaks_the_barrier,
    b39_a_barrier_that_was_aborted_works_again_after_a_reset,
];

/// Parties are unsigned, so only zero is left to be refused.
fn b35_a_barrier_is_for_one_party_or_more() {
    let error = Barrier::named("alone", 0).unwrap_err();
    assert!(error.to_string().contains("Barrier 'alone'"), "{error}");
    let barrier = Barrier::new(1).unwrap();
    for _ in 0..3 {
        assert_eq!(barrier.wait(), Ok(0));
    }
}

fn b36_no_party_begins_a_pass_before_all_have_done_the_one_before() {
    let barrier = Arc::new(Barrier::named("pass", 5).unwrap());
    let reached: Arc<[AtomicU32; 10]> = Arc::default();
    let parties = [(); 5].map(|()| {
        let (barrier, reached) = (Arc::clone(&barrier), Arc::clone(&reached));
        spawn(move || {
            for pass in &*reached {
                pass.fetch_add(1, Ordering::Relaxed);
                barrier.wait().unwrap();
                assert_eq!(pass.load(Ordering::Relaxed), 5);
            }
        })
    });
    for party in parties {
        party.join().unwrap();
    }
    assert_eq!((barrier.waiting(), barrier.is_broken()), (0, false));
}

fn numbers(parties: impl IntoIterator<Item = JoinHandle<Result<usize, BarrierError>>>) -> Vec<usize> {
    let mut numbers: Vec<usize> = parties.into_iter().map(|party| party.join().unwrap().unwrap()).collect();
    numbers.sort_unstable();
    numbers
}

fn all_wait(barrier: &Arc<Barrier>) -> [JoinHandle<Result<usize, BarrierError>>; 5] {
    [(); 5].map(|()| {
        let barrier = Arc::clone(barrier);
        spawn(move || barrier.wait())
    })
}

fn b37_each_party_of_a_pass_gets_a_number_of_its_own() {
    let barrier = Arc::new(Barrier::new(5).unwrap());
    assert_eq!(barrier.parties(), 5);
    assert_eq!(numbers(all_wait(&barrier)), [0, 1, 2, 3, 4]);
}

/// The thread that runs an action which fails goes on with the action's panic.
fn b38_the_action_runs_once_before_anybody_goes_on_and_its_failure_breaks_the_barrier() {
    let ran: Arc<AtomicU32> = Arc::default();
    let runs = Arc::clone(&ran);
    let good = Barrier::with_action("good", 5, move || {
        runs.fetch_add(1, Ordering::Relaxed);
    });
    let good = Arc::new(good.unwrap());
    let parties = [(); 5].map(|()| {
        let (barrier, ran) = (Arc::clone(&good), Arc::clone(&ran));
        spawn(move || barrier.wait().map(|_| ran.load(Ordering::Relaxed)))
    });
    for party in parties {
        assert_eq!(party.join(), Ok(Ok(1)));
    }

    let bad = Arc::new(Barrier::with_action("bad", 5, || panic!("no way")).unwrap());
    let parties = [(); 5].map(|()| {
        let barrier = Arc::clone(&bad);
        spawn(move || catch_unwind(AssertUnwindSafe(|| barrier.wait())).ok())
    });
    let ends = parties.map(|party| party.join().unwrap());
    assert_eq!(ends.iter().filter(|end| end.is_none()).count(), 1, "the one that ran it");
    let broken = BarrierError::Broken { barrier: "Barrier 'bad'".into() };
    assert_eq!(ends.iter().filter(|end| **end == Some(Err(broken.clone()))).count(), 4);
    assert!(bad.is_broken());
    assert_eq!(bad.wait(), Err(broken));
}

fn b39_a_barrier_that_was_aborted_works_again_after_a_reset() {
    let barrier = Arc::new(Barrier::named("again", 5).unwrap());
    let waiting = [(); 4].map(|()| {
        let barrier = Arc::clone(&barrier);
        spawn(move || barrier.wait())
    });
    settle();
    assert_eq!(barrier.waiting(), 4);
    barrier.abort();
    let broken = BarrierError::Broken { barrier: "Barrier 'again'".into() };
    for party in waiting {
        assert_eq!(party.join(), Ok(Err(broken.clone())));
    }
    assert!(barrier.is_broken());
    assert_eq!(barrier.wait(), Err(broken));
    barrier.reset();
    assert!(!barrier.is_broken());
    assert_eq!(numbers(all_wait(&barrier)), [0, 1, 2, 3, 4]);
    assert_eq!((barrier.waiting(), barrier.is_broken()), (0, false));
}
