//! The start of a pool, until each of its workers has run something.

use crate::row::{Row, Samples};
use js_sys::{Function, Promise};
use std::sync::{Arc, Barrier};
use threadlab_harness::{Named, run};
use threadlab_host::Options;
use threadlab_threads::{Pool, clock};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue, wasm_bindgen};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Blob, BlobPropertyBag, MessageEvent, Url, Worker, WorkerOptions, WorkerType};

// Named so that it is linked; it is called by its name in JavaScript.
pub use wasm_bindgen_rayon::init_thread_pool;

const SIZES: [u32; 4] = [1, 4, 8, 16];
const ROUNDS: usize = 9;

pub static PROGRAMS: &[Named] = &[("pool start", |size| {
    let size: usize = size.parse().map_err(|_| "no size")?;
    let before = clock::now();
    let pool = Pool::new(size).map_err(|error| error.to_string())?;
    // None gets through before all workers are there.
    let all = Arc::new(Barrier::new(size));
    pool.map_chunked(0..size, 1, move |_| drop(all.wait())).map_err(|error| error.to_string())?;
    Ok((clock::now().saturating_sub(before).as_secs_f64() * 1e3).to_string())
})];

/// Returns when each worker of rayon's global pool has run something.
#[wasm_bindgen]
#[must_use]
pub fn bench_broadcast() -> usize {
    rayon::broadcast(|_| ()).len()
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = url)]
    static SCRIPT: String;
}

/// What runs on a worker with a memory of its own: the peer makes a global pool, of which a memory has one.
const PEER: &str = "onmessage = async ({ data }) => {
  try {
    const engine = await import(data.script);
    await engine.default({ module_or_path: data.module });
    const before = performance.now();
    await engine.initThreadPool(data.size);
    const workers = engine.bench_broadcast();
    postMessage([performance.now() - before, workers]);
  } catch (error) {
    postMessage([String(error), 0]);
  }
};";

/// The peer's time for a pool of this size, in milliseconds.
async fn peer(size: u32) -> f64 {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let kind = BlobPropertyBag::new();
    kind.set_type("text/javascript");
    let script = Blob::new_with_str_sequence_and_options(&js_sys::Array::of1(&PEER.into()), &kind);
    let script = script.and_then(|script| Url::create_object_url_with_blob(&script)).expect("a script");
    let worker = Worker::new_with_options(&script, &options).expect("the browser makes a worker");
    let waiting = worker.clone();
    let answer = Promise::new(&mut move |resolve: Function, _| {
        let resolve = Closure::once_into_js(move |event: MessageEvent| {
            let _ = resolve.call1(&JsValue::NULL, &event.data());
        });
        waiting.set_onmessage(Some(resolve.unchecked_ref()));
    });
    let start = js_sys::Object::new();
    let fields = [
        ("script", SCRIPT.with(|script| JsValue::from_str(script))),
        ("module", wasm_bindgen::module()),
        ("size", size.into()),
    ];
    for (name, value) in fields {
        js_sys::Reflect::set(&start, &name.into(), &value).expect("a plain object takes fields");
    }
    worker.post_message(&start).expect("the worker takes its start");
    let answer = wasm_bindgen_futures::JsFuture::from(answer).await.expect("the peer starts its workers");
    worker.terminate();
    let answer: js_sys::Array = answer.unchecked_into();
    let _ = Url::revoke_object_url(&script);
    assert_eq!(answer.get(1).as_f64(), Some(size.into()), "{:?}", answer.get(0));
    answer.get(0).as_f64().unwrap_or(f64::NAN)
}

#[wasm_bindgen_test]
async fn pool_start() {
    for size in SIZES {
        let (mut ours, mut theirs) = (Samples::default(), Samples::default());
        for round in 0..ROUNDS {
            let run = run("pool start", &size.to_string(), Options::default()).await;
            let time = peer(size).await;
            // The first round is the compiler's.
            if round > 0 {
                ours.add(run.result().parse().expect("a number"));
                theirs.add(time);
            }
        }
        let ratio = theirs.median() / ours.median();
        Row {
            id: &format!("pool-start-{size}"),
            peer: "wasm-bindgen-rayon's initThreadPool",
            ours: ours.median(),
            theirs: theirs.median(),
            unit: "ms",
            ratio,
            target: "at least 1.0x",
            holds: ratio >= 1.0,
            spread: ours.spread().max(theirs.spread()),
        }
        .print();
    }
}
