//! What applying and reading cost, printed:
//! `cargo test -p threadlab-model --release -- --ignored --nocapture speed`.
#![expect(clippy::cast_precision_loss, reason = "times are printed with two digits")]

use std::{hint::black_box, time::Instant};

use super::*;
use crate::testing::{Choices, Shape};

/// Median of the nanoseconds per event that `fold` takes for `events`.
fn per_event(events: &[Event], start: &Model) -> f64 {
    let mut times: Vec<f64> = (0..15)
        .map(|_| {
            let mut model = start.clone();
            let began = Instant::now();
            model.extend(black_box(events));
            let took = began.elapsed().as_nanos() as f64;
            black_box(&model);
            took / events.len() as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn numbered(events: impl Iterator<Item = (u64, ThreadId, What)>, first: u64) -> Vec<Event> {
    (first..)
        .zip(events)
        .map(|(seq, (time, thread, what))| Event { seq, time, thread, place: PlaceId::UNKNOWN, what })
        .collect()
}

const EVENTS: u64 = 1_000_000;

#[test]
#[ignore = "measures; nothing to fail"]
fn speed_of_applying_and_reading() {
    let run = Run::of_three();
    let pair = |at: u64| {
        if at.is_multiple_of(2) {
            What::Acquired { object: L, mode: Mode::Owned, count: 1 }
        } else {
            What::Released { object: L, mode: Mode::Owned, count: 1 }
        }
    };
    // A million a second and a clock that is read for each, and one that is read once per drain.
    let fine = numbered((0..EVENTS).map(|at| (at, A, pair(at))), run.seq);
    let coarse = numbered((0..EVENTS).map(|at| (at / 16_000 * 16_000, A, pair(at))), run.seq);
    let baseline = {
        let mut sum = 0;
        let began = Instant::now();
        for event in black_box(&coarse) {
            sum += event.time ^ u64::from(event.thread.0);
        }
        black_box(sum);
        began.elapsed().as_nanos() as f64 / EVENTS as f64
    };
    let contended = numbered(
        (0..EVENTS).map(|at| {
            // A holds, B comes to wait, A releases, B acquires, and the other way about.
            let (one, other) = if (at / 4).is_multiple_of(2) { (A, B) } else { (B, A) };
            match at % 4 {
                0 if at == 0 => (0, one, What::Acquired { object: L, mode: Mode::Owned, count: 1 }),
                0 => (at, one, What::Progress { done: 1, total: 2 }),
                1 => (at, other, What::WaitBegan { object: L, purpose: Purpose::Acquire, timed: false }),
                2 => (at, one, What::Released { object: L, mode: Mode::Owned, count: 1 }),
                _ => (at, other, What::Acquired { object: L, mode: Mode::Owned, count: 1 }),
            }
        }),
        run.seq,
    );
    let mixed =
        testing::stream(Shape { threads: 16, locks: 4, pools: 2, others: 11 }, Choices::new(1).take(400_000));
    println!("reading the events alone        {baseline:7.2} ns an event");
    for (name, events, start) in [
        ("acquire, release, clock per drain", &coarse, &run.model),
        ("acquire, release, clock per event", &fine, &run.model),
        ("two threads contending", &contended, &run.model),
        ("a simulated run of 16 threads", &mixed, &Model::new()),
    ] {
        println!("{name:34} {:7.2} ns an event", per_event(events, start));
    }

    // Once per lane and half its capacity, its old part is merged within one event.
    let mut model = run.model.clone();
    let mut longest = 0;
    for event in &fine {
        let began = Instant::now();
        model.apply(event);
        longest = longest.max(began.elapsed().as_micros());
    }
    println!("the longest single event       {longest:7} us");
    let lane = model.object_timeline(L).expect("the run has the lock");
    let window = model.now().saturating_sub(100_000)..model.now();
    for (name, width) in [("every span", 1), ("1000 cells", 100), ("100 cells", 1000)] {
        let began = Instant::now();
        let mut spans = 0;
        for _ in 0..20 {
            spans = black_box(lane.coarse(black_box(window.clone()), width)).count();
        }
        let micros = began.elapsed().as_micros() as f64 / 20.0;
        println!("100,000 stored changes, {name:10} {micros:9.1} us for {spans} spans");
    }
}
