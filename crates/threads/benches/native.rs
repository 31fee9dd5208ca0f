//! The native build beside the best native crates, for orientation: what is measured and promised is the engine on
//! workers, and natively threads sleep in the parking lot of the peer's own authors.
//!
//! Run by `cargo xtask bench`, which collects the lines that begin with `BENCH`.

use std::hint::black_box;
use std::sync::Arc;
use std::thread;
use std::time::Instant;
use threadlab_threads::{Condition, Lock, Queue, RwLock, lock};

const ROUNDS: usize = 31;
const WARM_UP: usize = 3;
const OPERATIONS: u32 = 100_000;
const TURNS: u32 = 2000;
const CAPACITY: usize = 128;

/// Nanoseconds for one of so many operations.
fn each(operations: u32, act: impl FnOnce()) -> f64 {
    let before = Instant::now();
    act();
    before.elapsed().as_secs_f64() * 1e9 / f64::from(operations)
}

/// Measures both sides in turn and prints the row.
fn compare(id: &str, peer: &str, unit: &str, ours: impl Fn() -> f64, theirs: impl Fn() -> f64) {
    let mut samples = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS + WARM_UP {
        let times = if round % 2 == 0 {
            let first = ours();
            [first, theirs()]
        } else {
            let first = theirs();
            [ours(), first]
        };
        if round >= WARM_UP {
            samples.iter_mut().zip(times).for_each(|(samples, time)| samples.push(time));
        }
    }
    for samples in &mut samples {
        samples.sort_by(f64::total_cmp);
    }
    let [ours, theirs] = samples.each_ref().map(|samples| samples[ROUNDS / 2]);
    let spreads = samples
        .each_ref()
        .map(|samples| (samples[ROUNDS * 3 / 4] - samples[ROUNDS / 4]) / samples[ROUNDS / 2]);
    let (ratio, spread) = (theirs / ours, spreads[0].max(spreads[1]));
    println!(
        r#"BENCH {{"id":"native-{id}","peer":"{peer}","ours":{ours:.4},"theirs":{theirs:.4},"unit":"{unit}","ratio":{ratio:.3},"target":"for orientation","holds":true,"spread":{spread:.3}}}"#
    );
}

/// Has two threads do the same at once.
fn both(act: impl Fn() + Send + Sync + 'static) {
    let act = Arc::new(act);
    let theirs = Arc::clone(&act);
    let other = thread::spawn(move || theirs());
    act();
    other.join().expect("a benchmark does not panic");
}

fn locks() {
    let (ours, theirs) = (Lock::new(0_u64), parking_lot::Mutex::new(0_u64));
    compare(
        "lock-uncontended",
        "parking_lot::Mutex",
        "ns for acquire and release",
        || each(OPERATIONS, || (0..OPERATIONS).for_each(|_| *black_box(&ours).lock() += 1)),
        || each(OPERATIONS, || (0..OPERATIONS).for_each(|_| *black_box(&theirs).lock() += 1)),
    );
    let (ours, theirs) = (Arc::new(lock::named("", 0_u64)), Arc::new(parking_lot::Mutex::new(0_u64)));
    compare(
        "lock-contended",
        "parking_lot::Mutex",
        "ns for acquire and release, 2 threads",
        || {
            let lock = Arc::clone(&ours);
            each(2 * OPERATIONS, || both(move || (0..OPERATIONS).for_each(|_| *lock.lock() += 1)))
        },
        || {
            let lock = Arc::clone(&theirs);
            each(2 * OPERATIONS, || both(move || (0..OPERATIONS).for_each(|_| *lock.lock() += 1)))
        },
    );
    let (ours, theirs) = (RwLock::new(0_u64), parking_lot::RwLock::new(0_u64));
    compare(
        "rwlock-read-uncontended",
        "parking_lot::RwLock",
        "ns for acquire and release",
        || {
            each(OPERATIONS, || {
                (0..OPERATIONS).for_each(|_| {
                    black_box(*black_box(&ours).read());
                });
            })
        },
        || {
            each(OPERATIONS, || {
                (0..OPERATIONS).for_each(|_| {
                    black_box(*black_box(&theirs).read());
                });
            })
        },
    );
}

fn conditions() {
    compare(
        "condition-ping-pong",
        "parking_lot::Condvar",
        "ns for a turn",
        || {
            let shared = Arc::new((Lock::new(0_u32), Condition::new()));
            let play = move |me: u32| {
                let (turn, changed) = &*shared;
                for _ in 0..TURNS {
                    let mut turn = turn.lock();
                    while *turn != me {
                        changed.wait(&mut turn).expect("the lock is held");
                    }
                    *turn = 1 - me;
                    changed.notify(&turn, 1).expect("the lock is held");
                }
            };
            let theirs = play.clone();
            each(TURNS, || {
                let other = thread::spawn(move || theirs(1));
                play(0);
                other.join().expect("a benchmark does not panic");
            })
        },
        || {
            let shared = Arc::new((parking_lot::Mutex::new(0_u32), parking_lot::Condvar::new()));
            let play = move |me: u32| {
                let (turn, changed) = &*shared;
                for _ in 0..TURNS {
                    let mut turn = turn.lock();
                    while *turn != me {
                        changed.wait(&mut turn);
                    }
                    *turn = 1 - me;
                    changed.notify_one();
                }
            };
            let theirs = play.clone();
            each(TURNS, || {
                let other = thread::spawn(move || theirs(1));
                play(0);
                other.join().expect("a benchmark does not panic");
            })
        },
    );
}

fn queues() {
    compare(
        "queue-bounded-1-1",
        "crossbeam-channel",
        "ns for an item",
        || {
            let queue = Arc::new(Queue::bounded(CAPACITY).expect("room for some"));
            let theirs = Arc::clone(&queue);
            each(OPERATIONS, || {
                let producer = thread::spawn(move || {
                    (0..OPERATIONS).for_each(|item| theirs.put(item).expect("the queue is open"));
                });
                (0..OPERATIONS).for_each(|_| {
                    black_box(queue.get().expect("the queue is open"));
                });
                producer.join().expect("a benchmark does not panic");
            })
        },
        || {
            let (sender, receiver) = crossbeam_channel::bounded(CAPACITY);
            each(OPERATIONS, || {
                let producer = thread::spawn(move || {
                    (0..OPERATIONS).for_each(|item| sender.send(item).expect("the receiver is there"));
                });
                (0..OPERATIONS).for_each(|_| {
                    black_box(receiver.recv().expect("the sender is there"));
                });
                producer.join().expect("a benchmark does not panic");
            })
        },
    );
}

fn main() {
    locks();
    conditions();
    queues();
}
