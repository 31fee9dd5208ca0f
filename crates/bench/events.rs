//! Events: what one costs its thread, and how many the page takes in.

use crate::row::{Row, Samples, is_result};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use threadlab_harness::{Named, run_counting};
use threadlab_host::Options;
use threadlab_threads::lock::RawLock;
use threadlab_threads::{clock, output, thread, untraced};
use wasm_bindgen_test::wasm_bindgen_test;

/// Events a second that are produced for the page to take in.
const RATE: u32 = 2_400_000;
/// For so many seconds, by so many threads.
const SECONDS: u32 = 3;
const PRODUCERS: u32 = 2;

pub static PROGRAMS: &[Named] = &[
    ("producer", |_| {
        const EVENTS: u32 = 10_000;
        let mut samples = Samples::default();
        let lock = RawLock::named("measured");
        let time = || {
            let before = clock::now();
            for _ in 0..EVENTS / 2 {
                lock.acquire();
                let _ = lock.release();
            }
            clock::now().saturating_sub(before).as_secs_f64() * 1e9 / f64::from(EVENTS)
        };
        for _ in 0..121 {
            let without = untraced(time);
            samples.add(time() - without);
            // The page gets time to read, so that no more memory is needed.
            thread::sleep(Duration::from_millis(5));
        }
        Ok(samples.write())
    }),
    ("stream", |_| {
        // Each producer holds its own pace, in bursts of a millisecond.
        let producers: Vec<_> = (0..PRODUCERS)
            .map(|_| {
                thread::spawn(|| {
                    let lock = RawLock::named("streamed");
                    let burst = RATE / PRODUCERS / 1000;
                    let began = clock::now();
                    for millisecond in 1..=SECONDS * 1000 {
                        for _ in 0..burst / 2 {
                            lock.acquire();
                            let _ = lock.release();
                        }
                        let due = began + Duration::from_millis(u64::from(millisecond));
                        while clock::now() < due {
                            std::hint::spin_loop();
                        }
                    }
                    clock::now().saturating_sub(began).as_secs_f64()
                })
            })
            .collect();
        let mut longest = 0.0_f64;
        for producer in producers {
            longest = longest.max(producer.join().map_err(|error| error.to_string())?);
        }
        output::progress(1, 1);
        Ok(longest.to_string())
    }),
];

#[wasm_bindgen_test]
async fn producer() {
    let run = run_counting("producer", Options::default(), is_result, || {}).await;
    assert_eq!(run.lost, 0);
    let samples = Samples::read(run.result());
    Row {
        id: "event-producer",
        peer: "target",
        ours: samples.median(),
        theirs: 30.0,
        unit: "ns an event",
        ratio: 30.0 / samples.median(),
        target: "at most 30 ns",
        holds: samples.median() <= 30.0,
        spread: samples.spread(),
    }
    .print();
}

#[wasm_bindgen_test]
async fn drained() {
    let performance = web_sys::window().and_then(|window| window.performance()).expect("a page has a clock");
    let turns: Rc<RefCell<Vec<f64>>> = Rc::default();
    let times = Rc::clone(&turns);
    let run = run_counting("stream", Options::default(), is_result, move || {
        times.borrow_mut().push(performance.now());
    })
    .await;
    let seconds: f64 = run.result().parse().expect("a number");
    #[expect(clippy::cast_precision_loss, reason = "some millions")]
    let rate = run.count as f64 / seconds / 1e6;
    let mut frames = Samples::default();
    turns.borrow().windows(2).for_each(|pair| frames.add(pair[1] - pair[0]));
    wasm_bindgen_test::console_log!(
        "{} events in {seconds:.2} s, {} lost; the page's turns came every {:.1} ms (median)",
        run.count,
        run.lost,
        frames.median()
    );
    Row {
        id: "events-drained",
        peer: "target",
        ours: rate,
        theirs: 2.0,
        unit: "million events a second, none lost, at the page's frame rate",
        ratio: rate / 2.0,
        target: "at least 2 million",
        holds: rate >= 2.0 && run.lost == 0 && frames.median() < 17.5,
        spread: frames.spread(),
    }
    .print();
}
