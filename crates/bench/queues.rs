//! Queues between producers and consumers, beside channels with the same bounds.

use crate::row::{Row, Samples, is_result};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Arc, Barrier, Condvar, Mutex, mpsc};
use std::time::Duration;
use threadlab_harness::{Named, run_counting};
use threadlab_host::Options;
use threadlab_threads::{PriorityQueue, Queue, clock, thread, untraced};
use wasm_bindgen_test::wasm_bindgen_test;

/// Items passed in a round, by all producers together: some milliseconds.
const ITEMS: u32 = 32_000;
const ROUNDS: usize = 31;
const WARM_UP: usize = 4;
/// The room of bounded queues.
const CAPACITY: usize = 128;
/// Items of a traced stretch: each is two events, which the page has to read meanwhile.
const TRACED_ITEMS: u32 = 5000;

pub static PROGRAMS: &[Named] = &[
    ("queue bounded 1:1", |_| compare(&[ours::<1, 1, true>, crossbeam::<1, 1, true>, std_channel::<true>])),
    ("queue bounded 2:2", |_| compare(&[ours::<2, 2, true>, crossbeam::<2, 2, true>])),
    ("queue bounded 8:8", |_| compare(&[ours::<8, 8, true>, crossbeam::<8, 8, true>])),
    ("queue unbounded 1:1", |_| {
        compare(&[ours::<1, 1, false>, crossbeam::<1, 1, false>, std_channel::<false>])
    }),
    ("queue unbounded 2:2", |_| compare(&[ours::<2, 2, false>, crossbeam::<2, 2, false>])),
    ("queue unbounded 8:8", |_| compare(&[ours::<8, 8, false>, crossbeam::<8, 8, false>])),
    ("priority queue 2:2", |_| compare(&[priority::<2>, heap::<2>])),
    ("queue tracing", |_| {
        let queue = Queue::unbounded();
        let (mut traced, mut plain) = (Samples::default(), Samples::default());
        for round in 0..10 * ROUNDS + WARM_UP {
            let without = untraced(|| put_and_get(&queue, TRACED_ITEMS))?;
            let with = put_and_get(&queue, TRACED_ITEMS)?;
            // The page gets time to read what was recorded.
            thread::sleep(Duration::from_millis(4));
            if round >= WARM_UP {
                plain.add(without);
                traced.add(with);
            }
        }
        Ok(format!("{}\n{}", traced.write(), plain.write()))
    }),
];

/// Nanoseconds for an item that one thread puts and gets.
fn put_and_get(queue: &Queue<u64>, items: u32) -> Result<f64, String> {
    let before = clock::now();
    for item in 0..items {
        queue.put(item.into()).map_err(|error| error.to_string())?;
        queue.get().map_err(|error| error.to_string())?;
    }
    Ok(clock::now().saturating_sub(before).as_secs_f64() * 1e9 / f64::from(items))
}

/// What one thread of a round does with its share of the items.
type Work = Box<dyn FnOnce(u32) + Send>;

/// The threads of a round.
struct Round {
    producers: Vec<Work>,
    consumers: Vec<Work>,
}

/// Times the contenders in turn, each as often first as the others. Their samples, a line each.
fn compare(contenders: &[fn() -> Round]) -> Result<String, String> {
    let mut samples = vec![Samples::default(); contenders.len()];
    for round in 0..ROUNDS + WARM_UP {
        for turn in 0..contenders.len() {
            let which = (round + turn) % contenders.len();
            let time = time(contenders[which]())?;
            // The first rounds are the compiler's.
            if round >= WARM_UP {
                samples[which].add(time);
            }
        }
    }
    Ok(samples.iter().map(Samples::write).collect::<Vec<_>>().join("\n"))
}

/// Nanoseconds for an item, from the start of all threads to the end of the last.
fn time(round: Round) -> Result<f64, String> {
    let threads = round.producers.len() + round.consumers.len();
    let start = Arc::new(Barrier::new(threads));
    let run = |work: Work, count: u32| {
        let start = Arc::clone(&start);
        thread::spawn(move || {
            untraced(|| {
                start.wait();
                let began = clock::now();
                work(count);
                (began, clock::now())
            })
        })
    };
    let share = |of: usize| ITEMS / u32::try_from(of).unwrap_or(1);
    let (puts, gets) = (share(round.producers.len()), share(round.consumers.len()));
    let consumers: Vec<_> = round.consumers.into_iter().map(|work| run(work, gets)).collect();
    let producers: Vec<_> = round.producers.into_iter().map(|work| run(work, puts)).collect();
    let (mut began, mut ended) = (Duration::MAX, Duration::ZERO);
    for thread in producers.into_iter().chain(consumers) {
        let (first, last) = thread.join().map_err(|error| error.to_string())?;
        began = began.min(first);
        ended = ended.max(last);
    }
    Ok(ended.saturating_sub(began).as_secs_f64() * 1e9 / f64::from(ITEMS))
}

/// `count` copies of a thread's work.
fn copies<H>(count: usize, hand: impl Fn() -> H, work: impl Fn(H, u32) + Copy + Send + 'static) -> Vec<Work>
where
    H: Send + 'static,
{
    (0..count)
        .map(|_| {
            let hand = hand();
            Box::new(move |items| work(hand, items)) as Work
        })
        .collect()
}

// None of the channels is closed before its items are through, so no put and no get fails.

fn ours<const PRODUCERS: usize, const CONSUMERS: usize, const BOUNDED: bool>() -> Round {
    let maxsize = if BOUNDED { CAPACITY.cast_signed() } else { 0 };
    let queue: Arc<Queue<u64>> = Arc::new(Queue::with_maxsize(maxsize));
    let hand = || Arc::clone(&queue);
    Round {
        producers: copies(PRODUCERS, hand, |queue, items| {
            (0..items).for_each(|item| drop(queue.put(item.into())));
        }),
        consumers: copies(CONSUMERS, hand, |queue, items| {
            (0..items).for_each(|_| {
                std::hint::black_box(queue.get().ok());
            });
        }),
    }
}

fn crossbeam<const PRODUCERS: usize, const CONSUMERS: usize, const BOUNDED: bool>() -> Round {
    let (sender, receiver) =
        if BOUNDED { crossbeam_channel::bounded(CAPACITY) } else { crossbeam_channel::unbounded() };
    Round {
        producers: copies(
            PRODUCERS,
            || sender.clone(),
            |sender, items| {
                (0..items).for_each(|item| {
                    let _ = sender.send(u64::from(item));
                });
            },
        ),
        consumers: copies(
            CONSUMERS,
            || receiver.clone(),
            |receiver, items| {
                (0..items).for_each(|_| {
                    std::hint::black_box(receiver.recv().ok());
                });
            },
        ),
    }
}

/// Std's channel, which has one consumer at most.
fn std_channel<const BOUNDED: bool>() -> Round {
    fn consume(receiver: mpsc::Receiver<u64>) -> Vec<Work> {
        vec![Box::new(move |items| {
            (0..items).for_each(|_| {
                std::hint::black_box(receiver.recv().ok());
            });
        })]
    }
    if BOUNDED {
        let (sender, receiver) = mpsc::sync_channel(CAPACITY);
        let producers = copies(
            1,
            || sender.clone(),
            |sender, items| {
                (0..items).for_each(|item| {
                    let _ = sender.send(u64::from(item));
                });
            },
        );
        Round { producers, consumers: consume(receiver) }
    } else {
        let (sender, receiver) = mpsc::channel();
        let producers = copies(
            1,
            || sender.clone(),
            |sender, items| {
                (0..items).for_each(|item| {
                    let _ = sender.send(u64::from(item));
                });
            },
        );
        Round { producers, consumers: consume(receiver) }
    }
}

/// Numbers in no order.
fn scattered(item: u32) -> u64 {
    u64::from(item.wrapping_mul(0x9E37_79B1))
}

fn priority<const EACH: usize>() -> Round {
    let queue: Arc<PriorityQueue<u64>> = Arc::new(PriorityQueue::unbounded());
    let hand = || Arc::clone(&queue);
    Round {
        producers: copies(EACH, hand, |queue, items| {
            (0..items).for_each(|item| drop(queue.put(scattered(item))));
        }),
        consumers: copies(EACH, hand, |queue, items| {
            (0..items).for_each(|_| {
                std::hint::black_box(queue.get().ok());
            });
        }),
    }
}

fn heap<const EACH: usize>() -> Round {
    type Heap = (Mutex<BinaryHeap<Reverse<u64>>>, Condvar);
    let heap: Arc<Heap> = Arc::default();
    let hand = || Arc::clone(&heap);
    Round {
        producers: copies(EACH, hand, |heap, items| {
            for item in 0..items {
                let Ok(mut items) = heap.0.lock() else { return };
                items.push(Reverse(scattered(item)));
                drop(items);
                heap.1.notify_one();
            }
        }),
        consumers: copies(EACH, hand, |heap, items| {
            for _ in 0..items {
                let Ok(items) = heap.0.lock() else { return };
                let Ok(mut items) = heap.1.wait_while(items, |items| items.is_empty()) else { return };
                std::hint::black_box(items.pop());
            }
        }),
    }
}

/// Runs a program and prints a row for each peer.
async fn measure(id: &str, program: &str, peers: &[&str]) {
    let run = run_counting(program, Options::default(), is_result, || {}).await;
    let samples: Vec<Samples> = run.result().lines().map(Samples::read).collect();
    assert_eq!(samples.len(), 1 + peers.len());
    let ours = &samples[0];
    for (peer, theirs) in peers.iter().zip(&samples[1..]) {
        let ratio = theirs.median() / ours.median();
        Row {
            id,
            peer,
            ours: ours.median(),
            theirs: theirs.median(),
            unit: "ns an item",
            ratio,
            target: "at least 1.0x",
            holds: ratio >= 1.0,
            spread: ours.spread().max(theirs.spread()),
        }
        .print();
    }
}

#[wasm_bindgen_test]
async fn queue_channels() {
    const CROSSBEAM: &str = "crossbeam-channel";
    const STD: &str = "std::sync::mpsc";
    measure("queue-bounded-1-1", "queue bounded 1:1", &[CROSSBEAM, STD]).await;
    measure("queue-bounded-2-2", "queue bounded 2:2", &[CROSSBEAM]).await;
    measure("queue-bounded-8-8", "queue bounded 8:8", &[CROSSBEAM]).await;
    measure("queue-unbounded-1-1", "queue unbounded 1:1", &[CROSSBEAM, STD]).await;
    measure("queue-unbounded-2-2", "queue unbounded 2:2", &[CROSSBEAM]).await;
    measure("queue-unbounded-8-8", "queue unbounded 8:8", &[CROSSBEAM]).await;
    measure("queue-priority-2-2", "priority queue 2:2", &["Mutex<BinaryHeap> and Condvar"]).await;
}

#[wasm_bindgen_test]
async fn queue_tracing() {
    let run = run_counting("queue tracing", Options::default(), is_result, || {}).await;
    assert_eq!(run.lost, 0);
    let (traced, plain) = run.result().split_once('\n').expect("two series");
    let (traced, plain) = (Samples::read(traced), Samples::read(plain));
    let added = (traced.median() - plain.median()) / 2.0;
    Row {
        id: "queue-tracing",
        peer: "target",
        ours: added,
        theirs: 30.0,
        unit: "ns added to an operation",
        ratio: 30.0 / added,
        target: "at most 30 ns",
        holds: added <= 30.0,
        spread: traced.spread(),
    }
    .print();
    wasm_bindgen_test::console_log!("queue, untraced, one thread: {:.1} ns for put and get", plain.median());
}
