//! What it costs a lock that it could be traced, while it is not.

use crate::row::{Row, Samples, is_result};
use std::hint::black_box;
use threadlab_harness::{Named, run_counting};
use threadlab_host::Options;
use threadlab_threads::sync::word::inner;
use threadlab_threads::{Lock, clock, untraced};
use wasm_bindgen_test::wasm_bindgen_test;

const ROUNDS: u32 = 301;
const WARM_UP: u32 = 20;
const PAIRS: u32 = 40_000;

pub static PROGRAMS: &[Named] = &[("tracing off", |_| {
    let (traceable, plain) = (Lock::new(0_u64), inner(0_u64));
    let time = |act: &dyn Fn()| {
        let before = clock::now();
        act();
        clock::now().saturating_sub(before).as_secs_f64() * 1e9 / f64::from(PAIRS)
    };
    let traceable = || (0..PAIRS).for_each(|_| *black_box(&traceable).lock() += 1);
    let plain = || (0..PAIRS).for_each(|_| *black_box(&plain).lock() += 1);
    let (mut ours, mut without) = (Samples::default(), Samples::default());
    for round in 0..ROUNDS + WARM_UP {
        let first = round % 2 == 0;
        for turn in [first, !first] {
            let (samples, act): (&mut Samples, &dyn Fn()) =
                if turn { (&mut ours, &traceable) } else { (&mut without, &plain) };
            let time = untraced(|| time(act));
            if round >= WARM_UP {
                samples.add(time);
            }
        }
    }
    Ok(format!("{}\n{}", ours.write(), without.write()))
})];

#[wasm_bindgen_test]
async fn tracing_off() {
    let run = run_counting("tracing off", Options::default(), is_result, || {}).await;
    let (ours, without) = run.result().split_once('\n').expect("two series");
    let (ours, without) = (Samples::read(ours), Samples::read(without));
    let ratio = without.median() / ours.median();
    Row {
        id: "lock-tracing-off",
        peer: "the same word without tracing",
        ours: ours.median(),
        theirs: without.median(),
        unit: "ns for acquire and release",
        ratio,
        target: "within the spread",
        holds: ours.median() - without.median()
            <= without.median() * ours.spread().max(without.spread()).max(0.02),
        spread: ours.spread().max(without.spread()),
    }
    .print();
}
