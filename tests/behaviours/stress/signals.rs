//! Events, barriers and lazy values: what all threads see at once.

use super::Load;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use threadlab_threads::{Barrier, Event, Once};

super::stresses![stress_event, stress_barrier, stress_breaking_barrier, stress_once];

/// One thread sets and clears the event and says in which phase it is; what the others are told must agree with the
/// phase when that was the same before and after they asked.
fn stress_event(load: &Load) {
    /// The phases, modulo 4. While it is being set or cleared, both answers are right.
    const CLEAR: u32 = 0;
    const SET: u32 = 2;
    let shared = Arc::new((Event::new(), AtomicU32::new(CLEAR), AtomicU32::new(0)));
    let theirs = Arc::clone(&shared);
    let threads = load.threads(2);
    load.team(threads, move |number, dice, operations| {
        let (event, phase, done) = &*theirs;
        if number == 0 {
            // SeqCst throughout: the phases and the answers have to have one order.
            while done.load(Ordering::SeqCst) < threads - 1 {
                phase.fetch_add(1, Ordering::SeqCst);
                event.set();
                phase.fetch_add(1, Ordering::SeqCst);
                dice.dawdle();
                phase.fetch_add(1, Ordering::SeqCst);
                event.clear();
                phase.fetch_add(1, Ordering::SeqCst);
                dice.dawdle();
            }
            return;
        }
        for _ in 0..operations {
            let before = phase.fetch_add(0, Ordering::SeqCst);
            let is_set = match dice.between(0, 3) {
                0 => event.is_set(),
                1 => event.wait_timeout(dice.timeout()),
                2 => event.wait_timeout(Duration::ZERO),
                // The next time that it is set lets this go, however soon it is cleared again.
                _ => {
                    event.wait();
                    continue;
                }
            };
            let after = phase.fetch_add(0, Ordering::SeqCst);
            if before == after {
                match before % 4 {
                    CLEAR => assert!(!is_set, "it was clear all the time"),
                    SET => assert!(is_set, "it was set all the time"),
                    _ => {}
                }
            }
        }
        done.fetch_add(1, Ordering::SeqCst);
    });
}

/// All threads are in the same generation or the next one, and each pass numbers them anew.
fn stress_barrier(load: &Load) {
    let threads = load.threads(2);
    let shared = Arc::new((Barrier::new(threads as usize).unwrap(), AtomicU32::new(0), AtomicU32::new(0)));
    let theirs = Arc::clone(&shared);
    load.team(threads, move |_, dice, passes| {
        let (barrier, arrived, numbers) = &*theirs;
        for pass in 1..=passes {
            dice.dawdle();
            arrived.fetch_add(1, Ordering::Relaxed);
            let number = barrier.wait().unwrap();
            numbers.fetch_add(u32::try_from(number).unwrap(), Ordering::Relaxed);
            let arrived = arrived.load(Ordering::Relaxed);
            assert!((pass * threads..(pass + 1) * threads).contains(&arrived), "{arrived} in pass {pass}");
        }
    });
    let (barrier, arrived, numbers) = &*shared;
    let passes = arrived.load(Ordering::Relaxed) / threads;
    assert_eq!(numbers.load(Ordering::Relaxed), passes * (threads * (threads - 1) / 2));
    assert_eq!((barrier.waiting(), barrier.is_broken()), (0, false));
}

/// With impatient parties and some that break it: all parties of a pass get through, or none does.
fn stress_breaking_barrier(load: &Load) {
    let load = load.shared_by(10);
    let threads = load.threads(2);
    let passes = load.operations.div_ceil(threads) as usize;
    let through: Vec<AtomicU32> = (0..passes).map(|_| AtomicU32::new(0)).collect();
    // The second barrier never breaks: behind a failure all meet there before and after the repair.
    let barriers = [(); 2].map(|()| Barrier::new(threads as usize).unwrap());
    let shared = Arc::new((barriers, through));
    let theirs = Arc::clone(&shared);
    load.team(threads, move |_, dice, _| {
        let ([fragile, solid], through) = &*theirs;
        for pass in through {
            let outcome = match dice.between(0, 63) {
                0 => {
                    fragile.abort();
                    fragile.wait()
                }
                1 => fragile.wait_timeout(dice.timeout()),
                _ => fragile.wait(),
            };
            if outcome.is_ok() {
                pass.fetch_add(1, Ordering::Relaxed);
            }
            // One that is late may still break the barrier for the next pass, so all agree first.
            if solid.wait() == Ok(0) {
                fragile.reset();
            }
            solid.wait().unwrap();
        }
    });
    for (pass, through) in shared.1.iter().enumerate() {
        let through = through.load(Ordering::Relaxed);
        assert!(through == 0 || through == threads, "{through} of {threads} in pass {pass}");
    }
}

/// Each value is made once, whoever comes first, and everybody sees that one.
fn stress_once(load: &Load) {
    let threads = load.threads(2);
    let places = load.operations.div_ceil(threads) as usize;
    let places: Arc<Vec<Place>> = Arc::new((0..places).map(|_| Place::default()).collect());
    let theirs = Arc::clone(&places);
    load.team(threads, move |number, dice, _| {
        for place in &*theirs {
            match dice.between(0, 3) {
                0 => {
                    if let Some(value) = place.value.get() {
                        assert!((1..=threads).contains(value));
                    }
                }
                1 => {
                    if place.value.set(number + 1).is_ok() {
                        place.made.store(number + 1, Ordering::Relaxed);
                        place.times.fetch_add(1, Ordering::Relaxed);
                    }
                }
                _ => {
                    let value = *place.value.get_or_init(|| {
                        dice.dawdle();
                        place.made.store(number + 1, Ordering::Relaxed);
                        place.times.fetch_add(1, Ordering::Relaxed);
                        number + 1
                    });
                    assert_eq!(place.value.get(), Some(&value));
                }
            }
        }
    });
    for place in &*places {
        let made = place.made.load(Ordering::Relaxed);
        assert_eq!(place.times.load(Ordering::Relaxed), u32::from(made != 0));
        assert_eq!(place.value.get().copied().unwrap_or(0), made);
    }
}

#[derive(Default)]
struct Place {
    value: Once<u32>,
    /// Who made it.
    made: AtomicU32,
    times: AtomicU32,
}
