//! The lock: acquire and release, by one thread and by two at once.

use crate::contest::{Contest, compare};
use crate::row::{Row, Samples, is_result};
use std::hint::black_box;
use std::sync::Mutex;
use std::time::Duration;
use threadlab_harness::{Named, Run, run_counting};
use threadlab_host::Options;
use threadlab_threads::{Lock, clock, thread, untraced};
use wasm_bindgen_test::wasm_bindgen_test;

const ROUNDS: u32 = 301;
/// A round takes about a quarter of a millisecond, fifty times the clock's step.
const PAIRS: u32 = 40_000;
/// The same when each is two events, which the page has to read meanwhile.
const TRACED_PAIRS: u32 = 5000;

pub static PROGRAMS: &[Named] = &[
    ("uncontended lock", |_| {
        let (ours, theirs) = (Lock::new(0_u64), Mutex::new(0_u64));
        let lock = || *black_box(&ours).lock() += 1;
        let mutex = || {
            if let Ok(mut value) = black_box(&theirs).lock() {
                *value += 1;
            }
        };
        let mut samples = [Samples::default(), Samples::default(), Samples::default()];
        for round in 0..ROUNDS + 20 {
            // In turn, each as often first as second, so that whatever slows the machine slows both.
            let first = round % 2 == 0;
            let mut timed = [0.0; 3];
            for turn in [first, !first] {
                if turn {
                    timed[0] = untraced(|| each(PAIRS, lock));
                } else {
                    timed[1] = untraced(|| each(PAIRS, mutex));
                }
            }
            timed[2] = each(TRACED_PAIRS, lock);
            // The page gets time to read what was recorded.
            thread::sleep(Duration::from_millis(4));
            // The first rounds are the compiler's.
            if round >= 20 {
                samples.iter_mut().zip(timed).for_each(|(samples, time)| samples.add(time));
            }
        }
        Ok(samples.each_ref().map(Samples::write).join("\n"))
    }),
    ("contended lock", |_| {
        let (ours, theirs) = (Lock::new(0_u64), Mutex::new(0_u64));
        compare(
            move |_| *ours.lock() += 1,
            move |_| {
                if let Ok(mut value) = theirs.lock() {
                    *value += 1;
                }
            },
        )
    }),
];

/// Nanoseconds for one call.
pub fn each(calls: u32, act: impl Fn()) -> f64 {
    let before = clock::now();
    for _ in 0..calls {
        act();
    }
    clock::now().saturating_sub(before).as_secs_f64() * 1e9 / f64::from(calls)
}

#[wasm_bindgen_test]
async fn uncontended() {
    let run: Run = run_counting("uncontended lock", Options::default(), is_result, || {}).await;
    assert_eq!(run.lost, 0);
    let samples: Vec<Samples> = run.result().lines().map(Samples::read).collect();
    let [ours, theirs, traced] = &samples[..] else { panic!("three series") };
    let ratio = theirs.median() / ours.median();
    Row {
        id: "lock-uncontended",
        peer: "std::sync::Mutex",
        ours: ours.median(),
        theirs: theirs.median(),
        unit: "ns for acquire and release",
        ratio,
        target: "at most 1.05x the time",
        holds: ours.median() <= 1.05 * theirs.median(),
        spread: ours.spread().max(theirs.spread()),
    }
    .print();
    let added = (traced.median() - ours.median()) / 2.0;
    Row {
        id: "lock-tracing",
        peer: "target",
        ours: added,
        theirs: 30.0,
        unit: "ns added to an operation",
        ratio: 30.0 / added,
        target: "at most 30 ns",
        holds: added <= 30.0,
        spread: traced.spread(),
    }
    .print();
}

#[wasm_bindgen_test]
async fn contended() {
    Contest::run("contended lock").await.print("lock-contended", "std::sync::Mutex", 1.0, "at least 1.0x");
}
