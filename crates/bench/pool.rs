//! Pools beside rayon's own iterators, a pool made of channels, and one thread.

use crate::row::{Row, Samples, is_result};
use rayon::prelude::*;
use std::hint::black_box;
use std::sync::Arc;
use threadlab_harness::{Named, run_counting};
use threadlab_host::Options;
use threadlab_threads::{Pool, clock, thread, untraced};
use wasm_bindgen_test::wasm_bindgen_test;

const WORKERS: usize = 2;
const ROUNDS: usize = 41;
const WARM_UP: usize = 5;

/// Items that cost about 0.1 ms each, and how many steps each takes.
const HEAVY_ITEMS: u32 = 400;
const STEPS: u32 = 80_000;

/// Items that cost some nanoseconds each.
const TINY_ITEMS: u32 = 100_000;

pub static PROGRAMS: &[Named] = &[
    ("pool heavy", |_| {
        let pool = new_pool()?;
        let items: Arc<[u32]> = (0..HEAVY_ITEMS).collect();
        let (theirs, alone) = (Arc::clone(&items), Arc::clone(&items));
        compare(&mut [
            &mut || pool.map(items.to_vec(), heavy).map_err(|error| error.to_string()),
            &mut || par_iter(&pool, &theirs, heavy),
            &mut || Ok(alone.iter().map(|item| heavy(*item)).collect()),
        ])
    }),
    ("pool tiny", |_| {
        let pool = new_pool()?;
        let items: Arc<[u32]> = (0..TINY_ITEMS).collect();
        let channels = Channels::start()?;
        let (theirs, others) = (Arc::clone(&items), Arc::clone(&items));
        compare(&mut [
            &mut || pool.map(items.to_vec(), tiny).map_err(|error| error.to_string()),
            &mut || par_iter(&pool, &theirs, tiny),
            &mut || channels.map(others.to_vec(), tiny),
        ])
    }),
];

fn new_pool() -> Result<Pool, String> {
    let pool = untraced(|| Pool::new(WORKERS)).map_err(|error| error.to_string())?;
    Ok(pool)
}

fn heavy(item: u32) -> u32 {
    (0..STEPS).fold(item, |value, step| black_box(value.rotate_left(5) ^ step).wrapping_mul(0x9E37_79B1))
}

fn tiny(item: u32) -> u32 {
    black_box(item).wrapping_mul(0x9E37_79B1)
}

/// rayon's own way, on the same workers. It is given a vector of its own, as the others are.
fn par_iter(pool: &Pool, items: &Arc<[u32]>, work: fn(u32) -> u32) -> Result<Vec<u32>, String> {
    let items = items.to_vec();
    pool.install(|| items.into_par_iter().map(work).collect()).map_err(|error| error.to_string())
}

/// A pool as people make it of channels: workers take jobs from one and send results to another.
struct Channels {
    jobs: crossbeam_channel::Sender<Job>,
    results: crossbeam_channel::Receiver<(usize, Vec<u32>)>,
}

/// The number of a chunk, its items, and what is to be done with each.
type Job = (usize, Vec<u32>, fn(u32) -> u32);

impl Channels {
    fn start() -> Result<Self, String> {
        let (jobs, work) = crossbeam_channel::unbounded::<Job>();
        let (done, results) = crossbeam_channel::unbounded();
        for _ in 0..WORKERS {
            let (work, done) = (work.clone(), done.clone());
            let worker = thread::Builder::new().daemon(true).spawn(move || {
                for (index, items, call) in work {
                    let _ = done.send((index, items.into_iter().map(call).collect()));
                }
            });
            worker.map_err(|error| error.to_string())?;
        }
        Ok(Self { jobs, results })
    }

    /// With as many chunks as [`Pool::map`] makes.
    #[expect(clippy::needless_pass_by_value, reason = "the pool takes its items too")]
    fn map(&self, items: Vec<u32>, call: fn(u32) -> u32) -> Result<Vec<u32>, String> {
        let size = items.len().div_ceil(4 * WORKERS);
        let mut chunks = 0;
        for (index, chunk) in items.chunks(size).enumerate() {
            self.jobs.send((index, chunk.to_vec(), call)).map_err(|error| error.to_string())?;
            chunks += 1;
        }
        let mut parts = vec![Vec::new(); chunks];
        for _ in 0..chunks {
            let (index, part) = self.results.recv().map_err(|error| error.to_string())?;
            parts[index] = part;
        }
        Ok(parts.concat())
    }
}

/// Times the contenders in turn, each as often first as the others; a line of milliseconds for each.
fn compare(contenders: &mut [&mut dyn FnMut() -> Result<Vec<u32>, String>]) -> Result<String, String> {
    let mut samples = vec![Samples::default(); contenders.len()];
    for round in 0..ROUNDS + WARM_UP {
        for turn in 0..contenders.len() {
            let which = (round + turn) % contenders.len();
            let before = clock::now();
            black_box(contenders[which]()?);
            let time = clock::now().saturating_sub(before).as_secs_f64() * 1e3;
            // The first rounds are the compiler's.
            if round >= WARM_UP {
                samples[which].add(time);
            }
        }
    }
    Ok(samples.iter().map(Samples::write).collect::<Vec<_>>().join("\n"))
}

/// What a row promises.
struct Peer {
    id: &'static str,
    name: &'static str,
    target: &'static str,
    /// The ratio that fulfils it.
    least: f64,
}

/// Runs a program and prints a row for each peer. Rounds are compared pair by pair, since other programs slow some of
/// them down.
async fn measure(program: &str, unit: &str, items: f64, peers: &[Peer]) {
    let run = run_counting(program, Options::default(), is_result, || {}).await;
    assert_eq!(run.lost, 0);
    let samples: Vec<Samples> = run.result().lines().map(Samples::read).collect();
    assert_eq!(samples.len(), 1 + peers.len());
    let ours = &samples[0];
    if let [_, rayon, alone, ..] = &*samples {
        let ratio = alone.by(rayon).median();
        wasm_bindgen_test::console_log!("{program}: rayon itself beside the last peer: {ratio:.3}x");
    }
    for (Peer { id, name, target, least }, theirs) in peers.iter().zip(&samples[1..]) {
        let ratios = theirs.by(ours);
        Row {
            id,
            peer: name,
            ours: ours.median() / items,
            theirs: theirs.median() / items,
            unit,
            ratio: ratios.median(),
            target,
            holds: ratios.median() >= *least,
            spread: ratios.spread(),
        }
        .print();
    }
}

#[wasm_bindgen_test]
async fn pool_heavy() {
    let peers = [
        Peer { id: "pool-map-cpu", name: "rayon par_iter", target: "at least 0.97x", least: 0.97 },
        Peer {
            id: "pool-map-cpu",
            name: "one thread",
            target: "at least 1.9x on two free cores",
            least: 1.9,
        },
    ];
    measure("pool heavy", "ms a map", 1.0, &peers).await;
}

#[wasm_bindgen_test]
async fn pool_tiny() {
    let peers = [
        // 1.1 times its time.
        Peer { id: "pool-map-tiny", name: "rayon par_iter", target: "at least 0.91x", least: 1.0 / 1.1 },
        Peer { id: "pool-map-tiny", name: "crossbeam-channel pool", target: "faster", least: 1.0 },
    ];
    measure("pool tiny", "ns an item", f64::from(TINY_ITEMS) / 1e6, &peers).await;
}
