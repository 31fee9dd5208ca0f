//! Barriers natively.

use super::*;
use crate::sync::testing::{lines, of_thread, watched};
use crate::thread::{JoinError, spawn};
use core::sync::atomic::{AtomicU32, Ordering};

/// Longer than any test lasts.
const LONG: Duration = Duration::from_mins(10);

fn broken(result: &Result<usize, BarrierError>) -> bool {
    matches!(result, Err(BarrierError::Broken { .. }))
}

#[test]
fn a_barrier_is_for_one_at_least() {
    let error = Barrier::named("gate", 0).unwrap_err();
    assert_eq!(error.to_string(), "Barrier 'gate' cannot wait for 0 parties: it is for 1 to 4294967295");
    #[cfg(target_pointer_width = "64")]
    assert!(Barrier::new(1 << 32).is_err());
    let alone = Barrier::new(1).unwrap();
    for _ in 0..3 {
        assert_eq!(alone.wait(), Ok(0));
        assert_eq!(alone.wait_timeout(Duration::ZERO), Ok(0));
    }
    assert_eq!((alone.parties(), alone.waiting(), alone.is_broken()), (1, 0, false));
}

#[test]
fn each_pass_gives_each_order_once_and_nobody_is_ahead() {
    const PARTIES: u32 = 5;
    const PASSES: u32 = 200;
    let barrier = Arc::new(Barrier::new(PARTIES as usize).unwrap());
    let arrivals = Arc::new(AtomicU32::new(0));
    let parties: Vec<_> = (0..PARTIES)
        .map(|_| {
            let (barrier, arrivals) = (Arc::clone(&barrier), Arc::clone(&arrivals));
            spawn(move || {
                let mut orders = Vec::new();
                for pass in 1..=PASSES {
                    arrivals.fetch_add(1, Ordering::Relaxed);
                    orders.push(barrier.wait().unwrap());
                    assert!(arrivals.load(Ordering::Relaxed) >= pass * PARTIES);
                    assert!(arrivals.load(Ordering::Relaxed) < (pass + 1) * PARTIES);
                }
                orders
            })
        })
        .collect();
    let orders: Vec<Vec<usize>> = parties.into_iter().map(|party| party.join().unwrap()).collect();
    for pass in 0..PASSES as usize {
        let mut of_pass: Vec<_> = orders.iter().map(|orders| orders[pass]).collect();
        of_pass.sort_unstable();
        assert_eq!(of_pass, [0, 1, 2, 3, 4]);
    }
    assert_eq!((barrier.waiting(), barrier.is_broken()), (0, false));
}

#[test]
fn the_action_runs_once_before_anybody_leaves() {
    const PARTIES: usize = 3;
    let runs = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&runs);
    let act = move || {
        counted.fetch_add(1, Ordering::Relaxed);
    };
    let acting = Arc::new(Barrier::with_action("", PARTIES, act).unwrap());
    let plain = Arc::new(Barrier::new(PARTIES).unwrap());
    let parties: Vec<_> = (0..PARTIES)
        .map(|_| {
            let (acting, plain, runs) = (Arc::clone(&acting), Arc::clone(&plain), Arc::clone(&runs));
            spawn(move || {
                for pass in 1..=200 {
                    acting.wait_timeout(LONG).unwrap();
                    assert_eq!(runs.load(Ordering::Relaxed), pass);
                    // Nobody brings on the next run before all have looked.
                    plain.wait().unwrap();
                }
            })
        })
        .collect();
    for party in parties {
        party.join().unwrap();
    }
}

#[test]
fn an_action_that_panics_breaks_the_barrier_for_the_others() {
    let told = watched(|watch| {
        let barrier = Arc::new(Barrier::with_action("line", 3, || panic!("{} start", "false")).unwrap());
        let wait = |barrier: &Arc<Barrier>| {
            let barrier = Arc::clone(barrier);
            move || barrier.wait()
        };
        let others = [spawn(wait(&barrier)), spawn(wait(&barrier))];
        watch.until_waits(2);
        let Err(JoinError::Panicked { panic, .. }) = spawn(wait(&barrier)).join() else {
            panic!("it panics")
        };
        assert_eq!(panic.message, "false start");
        for other in others {
            assert!(broken(&other.join().unwrap()));
        }
        assert!(barrier.is_broken());
        assert!(broken(&barrier.wait()));
    });
    assert_eq!(of_thread(&told, 4), ["arrived", "broken"]);
    assert_eq!(of_thread(&told, 1), ["Barrier line", "Parties 3"]);
}

#[test]
fn a_wait_that_times_out_breaks_it_for_all() {
    let told = watched(|watch| {
        let barrier = Arc::new(Barrier::named("line", 3).unwrap());
        let theirs = Arc::clone(&barrier);
        let patient = spawn(move || theirs.wait());
        watch.until_waits(1);
        assert_eq!(barrier.waiting(), 1);
        let hasty = barrier.wait_timeout(Duration::from_millis(1)).unwrap_err();
        assert_eq!(hasty.to_string(), "Barrier 'line' broke: a wait's time was over before all parties came");
        let patient = patient.join().unwrap().unwrap_err();
        assert_eq!(patient.to_string(), "Barrier 'line' is broken: not all parties can pass it together");
        assert!(barrier.is_broken());
        assert_eq!(barrier.waiting(), 0);
    });
    let expected = ["Barrier line", "Parties 3", "arrived", "waits: Pass, timed", "timed out", "broken"];
    assert_eq!(of_thread(&told, 1), expected);
    assert_eq!(of_thread(&told, 2), ["arrived", "waits: Pass", "wait ended"]);
}

#[test]
fn abort_breaks_and_reset_mends() {
    let told = watched(|watch| {
        let barrier = Arc::new(Barrier::new(2).unwrap());
        let theirs = Arc::clone(&barrier);
        let waiter = spawn(move || theirs.wait());
        watch.until_waits(1);
        barrier.abort();
        barrier.abort();
        assert!(broken(&waiter.join().unwrap()) && barrier.is_broken());
        barrier.reset();
        assert!(!barrier.is_broken());
        let theirs = Arc::clone(&barrier);
        let waiter = spawn(move || theirs.wait().unwrap());
        let mine = barrier.wait().unwrap();
        assert_eq!(mine + waiter.join().unwrap(), 1);
    });
    assert_eq!(of_thread(&told, 1)[2..4], ["broken", "reset"]);
    let told = lines(&told);
    assert_eq!(told.iter().filter(|told| told.ends_with(" tripped")).count(), 1);
}

#[test]
fn a_reset_turns_away_who_waits_and_nobody_else() {
    watched(|watch| {
        let barrier = Arc::new(Barrier::new(3).unwrap());
        let present: Vec<_> = (0..2)
            .map(|_| {
                let barrier = Arc::clone(&barrier);
                spawn(move || barrier.wait())
            })
            .collect();
        watch.until_waits(2);
        barrier.reset();
        // Those who come now are of a new generation, though the others may not have left yet.
        let later: Vec<_> = (0..2)
            .map(|_| {
                let barrier = Arc::clone(&barrier);
                spawn(move || barrier.wait())
            })
            .collect();
        assert_eq!(barrier.wait().is_ok(), later.into_iter().all(|waiter| waiter.join().unwrap().is_ok()));
        assert!(present.into_iter().all(|waiter| broken(&waiter.join().unwrap())));
        assert!(!barrier.is_broken());
    });
}

#[test]
fn a_barrier_that_is_broken_while_its_action_runs_lets_nobody_pass() {
    for reset in [false, true] {
        watched(move |watch| {
            let inside = Arc::new(crate::Event::new());
            let go_on = Arc::new(crate::Event::new());
            let (begun, may_end) = (Arc::clone(&inside), Arc::clone(&go_on));
            let act = move || {
                begun.set();
                may_end.wait();
            };
            let barrier = Arc::new(Barrier::with_action("", 2, act).unwrap());
            let parties: Vec<_> = (0..2)
                .map(|_| {
                    let barrier = Arc::clone(&barrier);
                    spawn(move || barrier.wait())
                })
                .collect();
            while !inside.is_set() {
                std::thread::yield_now();
            }
            let theirs = Arc::clone(&barrier);
            // It waits until the action is done, or is told that it will be in vain.
            let newcomer = spawn(move || theirs.wait());
            // A party, the action and the newcomer.
            watch.until_waits(3);
            if reset {
                barrier.reset();
                barrier.abort();
            } else {
                barrier.abort();
            }
            go_on.set();
            assert!(parties.into_iter().all(|party| broken(&party.join().unwrap())));
            assert!(broken(&newcomer.join().unwrap()));
        });
    }
}

#[test]
fn an_action_that_comes_to_its_own_barrier_is_turned_away() {
    let asked = Arc::new(std::sync::Mutex::new(Vec::new()));
    let answers = Arc::clone(&asked);
    let barrier = Arc::new_cyclic(|own: &std::sync::Weak<Barrier>| {
        let own = std::sync::Weak::clone(own);
        let act = move || {
            let answer = own.upgrade().map(|barrier| barrier.wait());
            answers.lock().unwrap().push(answer);
        };
        Barrier::with_action("loop", 1, act).unwrap()
    });
    assert_eq!(barrier.wait(), Ok(0));
    let refused = Err(BarrierError::InAction { barrier: "Barrier 'loop'".into() });
    assert_eq!(*asked.lock().unwrap(), [Some(refused)]);
}
