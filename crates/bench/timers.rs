//! How late timers are, beside `setTimeout` in a worker of its own.

use crate::row::{Row, Samples, is_result};
use js_sys::{Function, Promise};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use threadlab_harness::{Named, run_counting};
use threadlab_host::Options;
use threadlab_threads::clock;
use threadlab_threads::thread::Timer;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{MessageEvent, Worker};

/// The delay that is asked for, and how often in a round.
const DELAY_MS: u32 = 5;
const TIMES: u32 = 40;
const ROUNDS: u32 = 6;

pub static PROGRAMS: &[Named] =
    &[("one timer", |_| lateness(0)), ("ten thousand timers", |_| lateness(10_000))];

/// Milliseconds by which timers are late while so many others are pending, one after the other.
fn lateness(others: u32) -> Result<String, String> {
    let others: Vec<_> = (0..others).map(|_| Timer::new(Duration::from_hours(1), || ())).collect();
    for other in &others {
        other.start().map_err(|error| error.to_string())?;
    }
    let delay = Duration::from_millis(DELAY_MS.into());
    let late: Arc<Mutex<Samples>> = Arc::default();
    // The first one pays for its worker.
    for time in 0..=TIMES {
        let late = Arc::clone(&late);
        let due = clock::after(delay);
        let timer = Timer::new(delay, move || {
            let by = clock::now().saturating_sub(due).as_secs_f64() * 1e3;
            if let Ok(mut late) = late.lock()
                && time > 0
            {
                late.add(by);
            }
        });
        timer.start().map_err(|error| error.to_string())?;
        timer.join().map_err(|error| error.to_string())?;
    }
    for other in &others {
        other.cancel();
    }
    let late = late.lock().map_err(|error| error.to_string())?;
    Ok(late.write())
}

/// The same by `setTimeout`, in a worker that does nothing else.
async fn set_timeout(others: u32) -> Samples {
    let script = format!(
        "for (let other = 0; other < {others}; other++) setTimeout(() => 0, 3600000);\
         let late = [], due = 0;\
         function rang() {{\
           late.push(performance.now() - due);\
           if (late.length <= {TIMES}) ask(); else postMessage(late.slice(1).join(' '));\
         }}\
         function ask() {{ due = performance.now() + {DELAY_MS}; setTimeout(rang, {DELAY_MS}); }}\
         ask();"
    );
    let url = format!("data:text/javascript,{}", js_sys::encode_uri_component(&script));
    let worker = Worker::new(&url).expect("the browser makes a worker");
    let waiting = worker.clone();
    let answered = Promise::new(&mut move |resolve: Function, _| {
        let resolve = Closure::once_into_js(move |event: MessageEvent| {
            let _ = resolve.call1(&JsValue::NULL, &event.data());
        });
        waiting.set_onmessage(Some(resolve.unchecked_ref()));
    });
    let answer = wasm_bindgen_futures::JsFuture::from(answered).await;
    worker.terminate();
    Samples::read(&answer.ok().and_then(|answer| answer.as_string()).unwrap_or_default())
}

#[wasm_bindgen_test]
async fn timer_lateness() {
    for (id, program, others) in
        [("timer-lateness-1", "one timer", 0), ("timer-lateness-10000", "ten thousand timers", 10_000)]
    {
        let (mut ours, mut theirs) = (Samples::default(), Samples::default());
        for _ in 0..ROUNDS {
            let run = run_counting(program, Options::default(), is_result, || {}).await;
            ours.extend(&Samples::read(run.result()));
            theirs.extend(&set_timeout(others).await);
        }
        for (quantile, part) in [("p50", 0.5), ("p99", 0.99)] {
            let (mine, peers) = (ours.at(part), theirs.at(part));
            Row {
                id: &format!("{id}-{quantile}"),
                peer: "setTimeout in a worker",
                ours: mine,
                theirs: peers,
                unit: "ms late",
                ratio: peers / mine,
                target: "less late",
                holds: mine < peers,
                spread: ours.spread().max(theirs.spread()),
            }
            .print();
        }
    }
}
