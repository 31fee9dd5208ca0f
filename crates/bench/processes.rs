//! The start of a process, until its function runs.

use crate::row::{Row, Samples};
use js_sys::{Function, Promise};
use std::time::Duration;
use threadlab_harness::{Named, run};
use threadlab_host::Options;
use threadlab_processes::process::ExitCode;
use threadlab_processes::{Process, StartMethod};
use threadlab_threads::clock;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue, wasm_bindgen};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Blob, BlobPropertyBag, Url, Worker, WorkerOptions, WorkerType};

/// Starts of each method in a run, without the first one.
const STARTS: usize = 6;
const RUNS: usize = 5;

/// Ends with the microseconds since its parent started it. All processes of a run have one clock.
fn since(started: Duration) -> ExitCode {
    let passed = clock::now().saturating_sub(started).as_micros();
    ExitCode(i32::try_from(passed).unwrap_or(i32::MAX))
}

pub static PROGRAMS: &[Named] = &[("process start", |method| {
    let method: StartMethod =
        method.parse().map_err(|error: threadlab_processes::Error| error.to_string())?;
    let mut samples = Samples::default();
    for round in 0..=STARTS {
        let child = Process::by(method, since, clock::now());
        let micros = child.start().and_then(|()| child.join()).map_err(|error| error.to_string())?;
        // The first one waits for what is made once for a run.
        if round > 0 {
            samples.add(f64::from(micros) / 1e3);
        }
    }
    Ok(samples.write())
})];

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = url)]
    static SCRIPT: String;
}

/// A worker that instantiates this module in a memory of its own and answers once, in milliseconds.
async fn bare_worker() -> f64 {
    let now = || {
        let performance = web_sys::window().and_then(|window| window.performance());
        performance.map_or(f64::NAN, |performance| performance.now())
    };
    let script = SCRIPT.with(|script| js_sys::JSON::stringify(&JsValue::from_str(script)));
    let script = String::from(script.expect("an address is text"));
    let text = format!(
        "import * as engine from {script};
         onmessage = ({{ data: module }}) => {{ engine.initSync({{ module }}); postMessage(1); }};"
    );
    let kind = BlobPropertyBag::new();
    kind.set_type("text/javascript");
    let script = Blob::new_with_str_sequence_and_options(&js_sys::Array::of1(&text.into()), &kind);
    let script = script.and_then(|script| Url::create_object_url_with_blob(&script)).expect("a script");
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let before = now();
    let worker = Worker::new_with_options(&script, &options).expect("the browser makes a worker");
    let waiting = worker.clone();
    let answered = Promise::new(&mut move |resolve: Function, _| {
        let resolve = Closure::once_into_js(move |_: JsValue| {
            let _ = resolve.call0(&JsValue::NULL);
        });
        waiting.set_onmessage(Some(resolve.unchecked_ref()));
    });
    worker.post_message(&wasm_bindgen::module()).expect("the worker takes the module");
    let _ = wasm_bindgen_futures::JsFuture::from(answered).await;
    let time = now() - before;
    worker.terminate();
    let _ = Url::revoke_object_url(&script);
    time
}

#[wasm_bindgen_test]
async fn process_start() {
    let methods = [StartMethod::Spawn, StartMethod::Fork, StartMethod::ForkServer];
    let mut ours = methods.map(|_| Samples::default());
    let mut theirs = Samples::default();
    for round in 0..=RUNS {
        for (samples, method) in ours.iter_mut().zip(methods) {
            let run = run("process start", method.name(), Options::default()).await;
            if round > 0 {
                samples.extend(&Samples::read(run.result()));
            }
        }
        for _ in 0..STARTS {
            let time = bare_worker().await;
            // The first round is the compiler's.
            if round > 0 {
                theirs.add(time);
            }
        }
    }
    let peer = "a bare Worker with the same module";
    let spawned = ours[0].clone();
    for ((samples, method), (id, target, least)) in ours.iter().zip(methods).zip([
        ("process-start-spawn", "at most 1.2x the time", 1.0 / 1.2),
        ("process-start-fork", "at most 1.2x the time", 1.0 / 1.2),
        ("process-start-forkserver", "faster than spawn", 1.0),
    ]) {
        let (peer, theirs) =
            if method == StartMethod::ForkServer { ("spawn", &spawned) } else { (peer, &theirs) };
        let ratio = theirs.median() / samples.median();
        Row {
            id,
            peer,
            ours: samples.median(),
            theirs: theirs.median(),
            unit: "ms until its function runs",
            ratio,
            target,
            holds: ratio >= least,
            spread: samples.spread().max(theirs.spread()),
        }
        .print();
    }
}
