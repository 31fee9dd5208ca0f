//! Programs that have the page measure its frames, and work on its own thread.

use crate::run;
use std::time::Duration;
use threadlab_harness::Named;
use threadlab_host::{Options, Outcome, live_workers};
use threadlab_threads::page::{Frames, LONGEST_SLICE, PageError, watch, work};
use threadlab_threads::thread::{sleep, spawn};
use threadlab_threads::{clock, say};
use threadlab_trace::What;
use wasm_bindgen_test::wasm_bindgen_test;

const SLICE: Duration = Duration::from_millis(60);

/// Whether a frame came only after this long. The page rounds the times of its clock, and so does this.
fn waited_for(frames: Frames, long: Duration) -> bool {
    frames.count > 0 && frames.longest + Duration::from_micros(1) >= long
}

pub static PROGRAMS: &[Named] = &[
    ("page works", |_| {
        let begin = clock::now();
        let frames = work(3, SLICE).map_err(|error| error.to_string())?;
        let took = clock::now().saturating_sub(begin);
        Ok(format!("{} {} {}", waited_for(frames, SLICE), frames.late > 0, took >= 3 * SLICE))
    }),
    ("page watches", |_| {
        let watched = watch(|| {
            // Some frames' time.
            sleep(Duration::from_millis(100));
            "a value"
        });
        let (value, frames) = watched.map_err(|error| error.to_string())?;
        Ok(format!("{value} {}", frames.count > 0 && !frames.longest.is_zero()))
    }),
    ("page watches twice at once", |_| {
        let other = spawn(|| work(2, SLICE));
        let (inner, outer) = watch(|| watch(|| other.join())).map_err(|error| error.to_string())?;
        let (other, inner) = inner.map_err(|error| error.to_string())?;
        let other = other.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
        Ok(format!("{} {}", waited_for(other, SLICE), outer.count >= inner.count && inner.count > 0))
    }),
    ("page watches a panic", |_| {
        let panicked = spawn(|| watch(|| panic!("in sight of the page"))).join();
        let panicked: Result<Result<((), Frames), PageError>, _> = panicked;
        let after = watch(|| 1).map_err(|error| error.to_string())?;
        Ok(format!("{} {}", panicked.is_err(), after.0))
    }),
    ("page rests", |_| {
        let watched = watch(|| sleep(Duration::from_millis(100)));
        let ((), frames) = watched.map_err(|error| error.to_string())?;
        Ok((frames.count > 0 && frames.longest < LONGEST_SLICE).to_string())
    }),
    ("page works for hours", |_| {
        say!("it works");
        work(100_000, LONGEST_SLICE).map_err(|error| error.to_string())?;
        Ok("it is done".into())
    }),
];

#[wasm_bindgen_test]
async fn a_page_that_works_has_no_frame_meanwhile() {
    let run = run("page works").await;
    assert_eq!(run.result(), "true true true");
    // Whoever waits for the page uses no core.
    let slept = run.events.iter().find_map(|event| match event.what {
        What::SleepBegan { micros } => Some(micros),
        _ => None,
    });
    assert_eq!(slept.map(u64::from), Some(3 * 60_000));
}

#[wasm_bindgen_test]
async fn a_page_measures_its_frames_while_a_worker_works() {
    assert_eq!(run("page watches").await.result(), "a value true");
}

#[wasm_bindgen_test]
async fn a_page_measures_for_several_threads() {
    assert_eq!(run("page watches twice at once").await.result(), "true true");
}

#[wasm_bindgen_test]
async fn a_panic_ends_the_measurement() {
    assert_eq!(run("page watches a panic").await.result(), "true 1");
}

#[wasm_bindgen_test]
async fn a_page_that_works_can_stop_the_program_and_its_own_work() {
    let run =
        threadlab_harness::run_and("page works for hours", "", Options::default(), |process, events| {
            if events.iter().any(|event| matches!(event.what, What::SleepBegan { .. })) {
                process.stop();
            }
        })
        .await;
    assert_eq!(run.outcome, Outcome::Stopped);
    assert_eq!(live_workers(), 0);
    // If the page worked on, it would have no two frames with less than a slice between them.
    while crate::run("page rests").await.result() != "true" {}
}
