//! Messages and items between two processes, beside a `MessageChannel` between two plain workers.

use crate::row::{Row, Samples};
use js_sys::{Function, Promise};
use threadlab_harness::{Named, run};
use threadlab_host::Options;
use threadlab_processes::process::spawn;
use threadlab_processes::{Connection, Error, Queue, one_way_pipe, pipe};
use threadlab_threads::clock;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Blob, BlobPropertyBag, MessageEvent, Url, Worker};

/// What is measured in one stretch of time: small ones in rounds of some milliseconds.
struct Load {
    /// The program of ours, and what the peer is to do.
    name: &'static str,
    /// How many messages a round has.
    count: u32,
    /// A message's bytes.
    size: u32,
}

const ROUND_TRIP: Load = Load { name: "pipe round trip", count: 500, size: 64 };
const THROUGHPUT: Load = Load { name: "pipe throughput", count: 16, size: 1 << 20 };
const ITEMS: Load = Load { name: "process queue", count: 5000, size: 64 };

const ROUNDS: u32 = 15;
const WARM_UP: u32 = 4;
/// Both sides are started anew so many times, in turn.
const RUNS: u32 = 4;

#[expect(clippy::needless_pass_by_value, reason = "that is how errors are mapped")]
fn text(error: Error) -> String {
    error.to_string()
}

/// Microseconds for a message, in each round but the first ones, in which the compiler is still at work. Events are
/// recorded as in any run.
fn time(load: &Load, mut round: impl FnMut() -> Result<(), Error>) -> Result<String, String> {
    let mut samples = Samples::default();
    for number in 0..ROUNDS + WARM_UP {
        let before = clock::now();
        round().map_err(text)?;
        let time = clock::now().saturating_sub(before).as_secs_f64() * 1e6 / f64::from(load.count);
        if number >= WARM_UP {
            samples.add(time);
        }
    }
    Ok(samples.write())
}

/// Sends back what comes, until nothing more does.
#[expect(clippy::needless_pass_by_value, reason = "a process's function takes its argument by value")]
fn echo(end: Connection) {
    while let Ok(message) = end.recv_bytes() {
        if end.send_bytes(&message).is_err() {
            return;
        }
    }
}

/// Receives messages, and tells when a round of them is complete.
fn swallow((receiver, complete): (Connection, Connection)) {
    while (0..THROUGHPUT.count).all(|_| receiver.recv_bytes().is_ok()) {
        if complete.send(&()).is_err() {
            return;
        }
    }
}

fn get((queue, complete): (Queue<String>, Connection)) {
    while (0..ITEMS.count).all(|_| queue.get().is_ok()) {
        if complete.send(&()).is_err() {
            return;
        }
    }
}

pub static PROGRAMS: &[Named] = &[
    (ROUND_TRIP.name, |_| {
        let (here, there) = pipe().map_err(text)?;
        spawn(echo, there).start().map_err(text)?;
        let message = [7; ROUND_TRIP.size as usize];
        time(&ROUND_TRIP, || {
            for _ in 0..ROUND_TRIP.count {
                here.send_bytes(&message)?;
                here.recv_bytes()?;
            }
            Ok(())
        })
    }),
    (THROUGHPUT.name, |_| {
        let (receiver, sender) = one_way_pipe().map_err(text)?;
        let (complete, tell) = one_way_pipe().map_err(text)?;
        spawn(swallow, (receiver, tell)).start().map_err(text)?;
        let message = vec![7; THROUGHPUT.size as usize];
        time(&THROUGHPUT, || {
            (0..THROUGHPUT.count).try_for_each(|_| sender.send_bytes(&message))?;
            complete.recv()
        })
    }),
    (ITEMS.name, |_| {
        let queue = Queue::unbounded().map_err(text)?;
        let (complete, tell) = one_way_pipe().map_err(text)?;
        spawn(get, (queue.clone(), tell)).start().map_err(text)?;
        let item = "x".repeat(ITEMS.size as usize);
        let samples = time(&ITEMS, || {
            (0..ITEMS.count).try_for_each(|_| queue.put(item.clone()).map_err(Error::from))?;
            complete.recv()
        });
        queue.shutdown().map_err(text)?;
        samples
    }),
];

/// The peer's two workers. The first starts the second, gives it a port, and times. Small messages are texts, which the
/// browser copies faster than arrays of bytes.
const PEER: &str = r#"
const answer = (port, { name, count }) => {
  let got = 0;
  port.onmessage = ({ data }) => {
    if (name === "pipe round trip") port.postMessage(data);
    else if (++got === count) { got = 0; port.postMessage(0); }
  };
};
const drive = async ({ name, count, size, rounds }) => {
  const { port1, port2 } = new MessageChannel();
  new Worker(location.href).postMessage({ port: port2, name, count }, [port2]);
  const message = size < 1000 ? "x".repeat(size) : new Uint8Array(size).fill(7);
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    const before = performance.now();
    await new Promise((done) => {
      if (name === "pipe round trip") {
        let left = count;
        port1.onmessage = ({ data }) => {
          left -= 1;
          if (left === 0) done(); else port1.postMessage(data);
        };
        port1.postMessage(message);
      } else {
        port1.onmessage = () => done();
        for (let sent = 0; sent < count; sent += 1) port1.postMessage(message);
      }
    });
    times.push((performance.now() - before) * 1000 / count);
  }
  postMessage(times.join(" "));
};
onmessage = ({ data: start }) => { if (start.port) answer(start.port, start); else drive(start); };
"#;

/// The peer's microseconds for a message, in each round but the first ones.
async fn peer(load: &Load) -> Samples {
    let kind = BlobPropertyBag::new();
    kind.set_type("text/javascript");
    let script = Blob::new_with_str_sequence_and_options(&js_sys::Array::of1(&PEER.into()), &kind);
    let script = script.and_then(|script| Url::create_object_url_with_blob(&script)).expect("a script");
    let worker = Worker::new(&script).expect("the browser makes a worker");
    let waiting = worker.clone();
    let answer = Promise::new(&mut move |resolve: Function, _| {
        let resolve = Closure::once_into_js(move |event: MessageEvent| {
            let _ = resolve.call1(&JsValue::NULL, &event.data());
        });
        waiting.set_onmessage(Some(resolve.unchecked_ref()));
    });
    let start = js_sys::Object::new();
    let fields = [
        ("name", JsValue::from_str(load.name)),
        ("count", load.count.into()),
        ("size", load.size.into()),
        ("rounds", (ROUNDS + WARM_UP).into()),
    ];
    for (name, value) in fields {
        js_sys::Reflect::set(&start, &name.into(), &value).expect("a plain object takes fields");
    }
    worker.post_message(&start).expect("the worker takes its start");
    let times = wasm_bindgen_futures::JsFuture::from(answer).await.expect("the peer answers");
    worker.terminate();
    let _ = Url::revoke_object_url(&script);
    let times = Samples::read(&times.as_string().unwrap_or_default());
    assert_eq!(times.len(), (ROUNDS + WARM_UP) as usize);
    times.without_first(WARM_UP as usize)
}

/// Measures both in turn and prints a row. `unit` is how the figures are called; `figure` makes them of microseconds.
async fn compare(id: &str, load: &Load, unit: &str, figure: fn(f64) -> f64, (target, least): (&str, f64)) {
    let (mut ours, mut theirs) = (Samples::default(), Samples::default());
    for _ in 0..RUNS {
        let run = run(load.name, "", Options::default()).await;
        ours.extend(&Samples::read(run.result()));
        theirs.extend(&peer(load).await);
    }
    let ratio = theirs.median() / ours.median();
    Row {
        id,
        peer: "postMessage through a MessageChannel",
        ours: figure(ours.median()),
        theirs: figure(theirs.median()),
        unit,
        ratio,
        target,
        holds: ratio >= least,
        spread: ours.spread().max(theirs.spread()),
    }
    .print();
}

#[wasm_bindgen_test]
async fn pipe_round_trip() {
    let target = ("at least 3x faster", 3.0);
    compare("pipe-round-trip", &ROUND_TRIP, "us for 64 bytes there and back", |micros| micros, target).await;
}

#[wasm_bindgen_test]
async fn pipe_throughput() {
    let target = ("at least 1.0x", 1.0);
    compare(
        "pipe-throughput",
        &THROUGHPUT,
        "MiB a second, by messages of 1 MiB",
        |micros| 1e6 / micros,
        target,
    )
    .await;
}

#[wasm_bindgen_test]
async fn process_queue() {
    let target = ("at least 3x faster", 3.0);
    compare("process-queue-1-1", &ITEMS, "us for an item of 64 bytes", |micros| micros, target).await;
}
