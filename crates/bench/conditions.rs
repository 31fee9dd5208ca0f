//! Two threads that take turns: by a condition, by std's, and by nothing but wait and notify.

use crate::row::{Row, Samples, is_result};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Duration;
use threadlab_harness::{Named, run_counting};
use threadlab_host::Options;
use threadlab_threads::{Condition, Lock, clock, futex, thread, untraced};
use wasm_bindgen_test::wasm_bindgen_test;

/// Turns of each of the two threads in a batch.
const TURNS: u32 = 200;
const BATCHES: u32 = 60;
const WARM_UP: u32 = 5;

pub static PROGRAMS: &[Named] = &[("ping-pong", |_| {
    let mut samples = [Samples::default(), Samples::default(), Samples::default()];
    for batch in 0..BATCHES + WARM_UP {
        // Each goes first in a third of the batches.
        for turn in 0..3 {
            let which = (batch + turn) % 3;
            let time = match which {
                0 => ours()?,
                1 => theirs()?,
                _ => raw()?,
            };
            if batch >= WARM_UP {
                samples[which as usize].add(time);
            }
        }
    }
    Ok(samples.each_ref().map(Samples::write).join("\n"))
})];

/// Microseconds for one turn: one thread lets the other go on and waits for its answer.
fn each(
    first: impl FnOnce() -> Result<(), String>,
    second: impl FnOnce() + Send + 'static,
) -> Result<f64, String> {
    let other = thread::spawn(move || untraced(second));
    // The other's worker has started when its first turn is over; its part is small beside all turns.
    let before = clock::now();
    untraced(first)?;
    let time = clock::now().saturating_sub(before).as_secs_f64() * 1e6 / f64::from(TURNS);
    other.join().map_err(|error| error.to_string())?;
    Ok(time)
}

fn ours() -> Result<f64, String> {
    let shared = Arc::new((Lock::new(0_u32), Condition::new()));
    let play = |shared: Arc<(Lock<u32>, Condition)>, me: u32| {
        let (turn, changed) = &*shared;
        for _ in 0..TURNS {
            let mut turn = turn.lock();
            while *turn != me {
                if changed.wait(&mut turn).is_err() {
                    return;
                }
            }
            *turn = 1 - me;
            let _ = changed.notify(&turn, 1);
        }
    };
    let theirs = Arc::clone(&shared);
    each(
        || {
            play(shared, 0);
            Ok(())
        },
        move || play(theirs, 1),
    )
}

fn theirs() -> Result<f64, String> {
    let shared = Arc::new((Mutex::new(0_u32), Condvar::new()));
    let play = |shared: Arc<(Mutex<u32>, Condvar)>, me: u32| {
        let (turn, changed) = &*shared;
        for _ in 0..TURNS {
            let Ok(mut turn) = turn.lock() else { return };
            while *turn != me {
                match changed.wait(turn) {
                    Ok(again) => turn = again,
                    Err(_) => return,
                }
            }
            *turn = 1 - me;
            changed.notify_one();
        }
    };
    let other = Arc::clone(&shared);
    each(
        || {
            play(shared, 0);
            Ok(())
        },
        move || play(other, 1),
    )
}

/// What no condition that sleeps at every turn can beat: one wait and one notify for each.
fn raw() -> Result<f64, String> {
    let turn = Arc::new(AtomicU32::new(0));
    let play = |turn: Arc<AtomicU32>, me: u32| {
        for _ in 0..TURNS {
            while turn.load(Ordering::Acquire) != me {
                futex::wait(&turn, 1 - me, Some(clock::after(Duration::from_secs(10))));
            }
            turn.store(1 - me, Ordering::Release);
            futex::wake(&turn, 1);
        }
    };
    let theirs = Arc::clone(&turn);
    each(
        || {
            play(turn, 0);
            Ok(())
        },
        move || play(theirs, 1),
    )
}

#[wasm_bindgen_test]
async fn condition_ping_pong() {
    let run = run_counting("ping-pong", Options::default(), is_result, || {}).await;
    let samples: Vec<Samples> = run.result().lines().map(Samples::read).collect();
    let [ours, theirs, raw] = &samples[..] else { panic!("three series") };
    for (peer, peers, target, least) in [
        ("std::sync::Condvar", theirs, "at least 1.0x", 1.0),
        ("raw wait and notify", raw, "the limit of sleeping at each turn", 0.0),
    ] {
        let ratio = peers.median() / ours.median();
        Row {
            id: "condition-ping-pong",
            peer,
            ours: ours.median(),
            theirs: peers.median(),
            unit: "us for a turn",
            ratio,
            target,
            holds: ratio >= least,
            spread: ours.spread().max(peers.spread()),
        }
        .print();
    }
}
