//! Readers-writer locks and semaphores beside what std has, or what one makes of it.

use crate::contest::{Contest, compare};
use crate::locks::each;
use crate::row::{Row, Samples, is_result};
use std::hint::black_box;
use std::sync::{Condvar, Mutex};
use threadlab_harness::{Named, run_counting};
use threadlab_host::Options;
use threadlab_threads::{RwLock, Semaphore, untraced};
use wasm_bindgen_test::wasm_bindgen_test;

const ROUNDS: u32 = 201;
const WARM_UP: u32 = 20;
/// A round takes about a millisecond, two hundred times the clock's step.
const PAIRS: u32 = 100_000;

/// Every how manieth operation of the mixed load writes.
const WRITES: u32 = 20;

/// A semaphore as one makes it of std's parts.
struct Peer {
    permits: Mutex<u32>,
    given: Condvar,
}

impl Peer {
    fn new(permits: u32) -> Self {
        Self { permits: Mutex::new(permits), given: Condvar::new() }
    }

    fn acquire(&self) {
        let Ok(mut permits) = self.permits.lock() else { return };
        while *permits == 0 {
            permits = match self.given.wait(permits) {
                Ok(permits) => permits,
                Err(_) => return,
            };
        }
        *permits -= 1;
    }

    fn release(&self) {
        if let Ok(mut permits) = self.permits.lock() {
            *permits += 1;
        }
        self.given.notify_one();
    }
}

/// Nanoseconds for a call of each, in rounds.
fn alone(ours: impl Fn(), theirs: impl Fn()) -> String {
    let mut samples = [Samples::default(), Samples::default()];
    for round in 0..ROUNDS + WARM_UP {
        for turn in [round % 2, 1 - round % 2] {
            let time = untraced(|| if turn == 0 { each(PAIRS, &ours) } else { each(PAIRS, &theirs) });
            if round >= WARM_UP {
                samples[turn as usize].add(time);
            }
        }
    }
    samples.each_ref().map(Samples::write).join("\n")
}

pub static PROGRAMS: &[Named] = &[
    ("read alone", |_| {
        let (ours, theirs) = (RwLock::new(1_u64), std::sync::RwLock::new(1_u64));
        Ok(alone(
            || {
                black_box(*black_box(&ours).read());
            },
            || {
                if let Ok(value) = black_box(&theirs).read() {
                    black_box(*value);
                }
            },
        ))
    }),
    ("write alone", |_| {
        let (ours, theirs) = (RwLock::new(1_u64), std::sync::RwLock::new(1_u64));
        Ok(alone(
            || *black_box(&ours).write() += 1,
            || {
                if let Ok(mut value) = black_box(&theirs).write() {
                    *value += 1;
                }
            },
        ))
    }),
    ("mostly read", |_| {
        let (ours, theirs) = (RwLock::new(1_u64), std::sync::RwLock::new(1_u64));
        compare(
            move |turn| {
                if turn % WRITES == 0 {
                    *ours.write() += 1;
                } else {
                    black_box(*ours.read());
                }
            },
            move |turn| {
                if turn % WRITES == 0 {
                    if let Ok(mut value) = theirs.write() {
                        *value += 1;
                    }
                } else if let Ok(value) = theirs.read() {
                    black_box(*value);
                }
            },
        )
    }),
    ("permit alone", |_| {
        let (ours, theirs) = (Semaphore::new(3).map_err(|error| error.to_string())?, Peer::new(3));
        Ok(alone(
            || drop(black_box(&ours).acquire()),
            || {
                black_box(&theirs).acquire();
                black_box(&theirs).release();
            },
        ))
    }),
    ("one permit for two", |_| {
        let (ours, theirs) = (Semaphore::new(1).map_err(|error| error.to_string())?, Peer::new(1));
        compare(
            move |_| drop(black_box(ours.acquire())),
            move |_| {
                theirs.acquire();
                theirs.release();
            },
        )
    }),
];

async fn measure_alone(program: &str, id: &str, peer: &str, least: f64, target: &str) {
    let run = run_counting(program, Options::default(), is_result, || {}).await;
    assert_eq!(run.lost, 0);
    let samples: Vec<Samples> = run.result().lines().map(Samples::read).collect();
    let [ours, theirs] = &samples[..] else { panic!("two series") };
    let ratio = theirs.median() / ours.median();
    Row {
        id,
        peer,
        ours: ours.median(),
        theirs: theirs.median(),
        unit: "ns for acquire and release",
        ratio,
        target,
        holds: ratio >= least,
        spread: ours.spread().max(theirs.spread()),
    }
    .print();
}

const RWLOCK: &str = "std::sync::RwLock";
const PEER: &str = "std Mutex + Condvar";

#[wasm_bindgen_test]
async fn rwlock_uncontended() {
    measure_alone("read alone", "rwlock-read", RWLOCK, 1.0, "at least 1.0x").await;
    measure_alone("write alone", "rwlock-write", RWLOCK, 0.0, "for orientation").await;
}

#[wasm_bindgen_test]
async fn rwlock_contended() {
    Contest::run("mostly read").await.print("rwlock-95-reads", RWLOCK, 1.0, "at least 1.0x");
}

#[wasm_bindgen_test]
async fn semaphore_uncontended() {
    measure_alone("permit alone", "semaphore", PEER, 3.0, "at least 3x").await;
}

#[wasm_bindgen_test]
async fn semaphore_contended() {
    Contest::run("one permit for two").await.print("semaphore-contended", PEER, 1.0, "at least 1.0x");
}
