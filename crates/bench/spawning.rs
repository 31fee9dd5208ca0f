//! Spawning a thread and joining it.

use crate::row::{Row, Samples};
use js_sys::{Function, Promise};
use threadlab_harness::{Named, run};
use threadlab_host::Options;
use threadlab_threads::{clock, thread, untraced};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Worker;

const NEW: u32 = 25;
const REUSED: u32 = 401;

pub static PROGRAMS: &[Named] = &[("spawn and join", |_| {
    let mut samples = Samples::default();
    let spawn_and_join = || {
        let before = clock::now();
        let joined = thread::spawn(|| 1).join();
        joined
            .map(|_| clock::now().saturating_sub(before).as_secs_f64() * 1e3)
            .map_err(|error| error.to_string())
    };
    let first = spawn_and_join()?;
    for _ in 0..REUSED {
        samples.add(untraced(spawn_and_join)?);
    }
    Ok(format!("{first}\n{}", samples.write()))
})];

fn now() -> f64 {
    web_sys::window()
        .and_then(|window| window.performance())
        .map_or(f64::NAN, |performance| performance.now())
}

/// A new worker that answers once, in milliseconds.
async fn bare_worker() -> f64 {
    let before = now();
    let script = "data:text/javascript,postMessage(1)";
    let worker = Worker::new(script).expect("the browser makes a worker");
    let waiting = worker.clone();
    let answered = Promise::new(&mut move |resolve: Function, _| {
        let resolve = Closure::once_into_js(move |_: JsValue| {
            let _ = resolve.call0(&JsValue::NULL);
        });
        waiting.set_onmessage(Some(resolve.unchecked_ref()));
    });
    let _ = wasm_bindgen_futures::JsFuture::from(answered).await;
    worker.terminate();
    now() - before
}

/// A thread of wasm_thread's, in milliseconds.
async fn wasm_thread() -> f64 {
    let before = now();
    let joined = wasm_thread::spawn(|| 1).join_async().await;
    assert!(joined.is_ok());
    now() - before
}

#[wasm_bindgen_test]
async fn spawn_and_join() {
    let (mut ours, mut theirs, mut bare) = (Samples::default(), Samples::default(), Samples::default());
    let mut firsts = Samples::default();
    for round in 0..NEW {
        let run = run("spawn and join", "", Options::default()).await;
        let (first, reused) = run.result().split_once('\n').expect("two lines");
        firsts.add(first.parse().expect("a number"));
        ours.add(Samples::read(reused).median());
        let (thread, worker) = (wasm_thread().await, bare_worker().await);
        // The first round is the compiler's.
        if round > 0 {
            theirs.add(thread);
            bare.add(worker);
        }
    }
    let spread = ours.spread().max(theirs.spread());
    for (peer, samples, target, least) in [
        ("wasm_thread", &theirs, "at least 100x faster", 100.0),
        ("a bare new Worker and its answer", &bare, "faster", 1.0),
    ] {
        let ratio = samples.median() / ours.median();
        Row {
            id: "spawn-join-reused",
            peer,
            ours: ours.median() * 1e3,
            theirs: samples.median() * 1e3,
            unit: "us",
            ratio,
            target,
            holds: ratio >= least,
            spread,
        }
        .print();
    }
    Row {
        id: "spawn-join-new-worker",
        peer: "wasm_thread",
        ours: firsts.median() * 1e3,
        theirs: theirs.median() * 1e3,
        unit: "us",
        ratio: theirs.median() / firsts.median(),
        target: "for orientation",
        holds: true,
        spread: firsts.spread(),
    }
    .print();
}
