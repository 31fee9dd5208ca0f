//! Queues: each item comes out once, and those of one producer in order where the queue has one.

use super::{Dice, Load};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use threadlab_threads::queue::{GetError, PutError};
use threadlab_threads::thread::spawn;
use threadlab_threads::{LifoQueue, PriorityQueue, Queue, SimpleQueue, untraced};

super::stresses![
    stress_queue,
    stress_unbounded_queue,
    stress_lifo_queue,
    stress_priority_queue,
    stress_simple_queue,
    stress_shutdown
];

/// An item: its producer, and its number there.
type Item = (u32, u32);

/// What all queues have, and reporting tasks where there are any.
trait Passes: Send + Sync + 'static {
    fn put(&self, item: Item, dice: &mut Dice) -> Result<(), PutError<Item>>;
    fn get(&self, dice: &mut Dice) -> Result<Item, GetError>;
    fn shutdown(&self);
    fn done(&self) {}
    fn all_done(&self) {}
}

macro_rules! passes {
    ($queue:ident $(, $done:ident, $all_done:ident)?) => {
        impl Passes for $queue<Item> {
            fn put(&self, item: Item, dice: &mut Dice) -> Result<(), PutError<Item>> {
                match dice.between(0, 3) {
                    0 => self.try_put(item),
                    1 => self.put_timeout(item, dice.timeout()),
                    _ => self.put(item),
                }
            }

            fn get(&self, dice: &mut Dice) -> Result<Item, GetError> {
                match dice.between(0, 3) {
                    0 => self.try_get(),
                    1 => self.get_timeout(dice.timeout()),
                    _ => self.get(),
                }
            }

            fn shutdown(&self) {
                self.shutdown();
            }

            $(fn done(&self) {
                self.$done().unwrap();
            }

            fn all_done(&self) {
                self.$all_done();
            })?
        }
    };
}

passes!(Queue, task_done, join);
passes!(LifoQueue, task_done, join);
passes!(PriorityQueue, task_done, join);
passes!(SimpleQueue);

/// Producers and consumers at a queue that is shut down when all is put. `in_order`: the items of a producer come out
/// as it put them.
fn pass(load: &Load, queue: impl Passes, in_order: bool) {
    let threads = load.threads(2);
    let producers = load.dice().between(1, threads - 1);
    let share = load.operations.div_ceil(threads);
    let queue = Arc::new(queue);
    let arrived: Arc<Vec<AtomicU32>> = Arc::new((0..producers * share).map(|_| AtomicU32::new(0)).collect());
    let (theirs, arrivals, finished) = (Arc::clone(&queue), Arc::clone(&arrived), AtomicU32::new(0));
    load.team(threads, move |number, dice, operations| {
        if number < producers {
            for sequence in 0..operations {
                let mut item = (number, sequence);
                while let Err(refused) = theirs.put(item, dice) {
                    assert!(refused.is_full());
                    item = refused.into_item();
                    assert_eq!(item, (number, sequence), "what was not put comes back");
                }
            }
            // AcqRel: whoever shuts the queue down comes after everybody's puts.
            if finished.fetch_add(1, Ordering::AcqRel) + 1 == producers {
                theirs.shutdown();
            }
            return;
        }
        let mut latest = vec![None; producers as usize];
        loop {
            match theirs.get(dice) {
                Ok((producer, sequence)) => {
                    arrivals[(producer * operations + sequence) as usize].fetch_add(1, Ordering::Relaxed);
                    let before = latest[producer as usize].replace(sequence);
                    assert!(!in_order || before < Some(sequence), "{before:?} before {sequence}");
                    theirs.done();
                }
                Err(error) if error.is_shut_down() => break,
                Err(_) => dice.dawdle(),
            }
        }
    });
    queue.all_done();
    assert!(arrived.iter().all(|times| times.load(Ordering::Relaxed) == 1), "each item once");
}

fn stress_queue(load: &Load) {
    let capacity = load.dice().between(1, 16) as usize;
    pass(load, Queue::bounded(capacity).unwrap(), true);
}

fn stress_unbounded_queue(load: &Load) {
    pass(load, Queue::unbounded(), true);
}

fn stress_lifo_queue(load: &Load) {
    let capacity = load.dice().between(1, 16) as usize;
    pass(load, LifoQueue::bounded(capacity).unwrap(), false);
}

fn stress_priority_queue(load: &Load) {
    let capacity = load.dice().between(1, 16) as usize;
    pass(load, PriorityQueue::bounded(capacity).unwrap(), false);
}

fn stress_simple_queue(load: &Load) {
    pass(load, SimpleQueue::new(), true);
}

/// Queues that are shut down in the middle, gently or at once: what was put was got, is left, or was thrown away, and
/// nobody is left waiting.
fn stress_shutdown(load: &Load) {
    for round in 0..(load.operations / 200).max(1) {
        let mut dice = Dice(load.seed.wrapping_add(u64::from(round)));
        let queue = Arc::new(Queue::bounded(dice.between(1, 4) as usize).unwrap());
        let (put, got) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(Vec::new())));
        let recorded = load.recorded;
        let threads = (0..4).map(|number| {
            let (queue, put, got) = (Arc::clone(&queue), Arc::clone(&put), Arc::clone(&got));
            let mut dice = Dice(dice.next());
            spawn(move || {
                let mut work = || {
                    let mut mine = Vec::new();
                    for item in 0.. {
                        if number % 2 == 0 {
                            match queue.put((number, item)) {
                                Ok(()) => mine.push((number, item)),
                                Err(refused) if refused.is_shut_down() => break,
                                Err(refused) => panic!("{refused}"),
                            }
                        } else if let Ok(item) = Passes::get(&*queue, &mut dice) {
                            mine.push(item);
                        } else if queue.get().map(|item| mine.push(item)).is_err() {
                            break;
                        }
                    }
                    let all = if number % 2 == 0 { &put } else { &got };
                    all.lock().unwrap().extend(mine);
                };
                if recorded { work() } else { untraced(work) }
            })
        });
        let threads: Vec<_> = threads.collect();
        for _ in 0..dice.between(0, 20) {
            dice.dawdle();
        }
        let immediate = dice.one_in(2);
        if immediate {
            queue.shutdown_now();
        } else {
            queue.shutdown();
        }
        super::end(threads);
        let (mut put, mut got) = (put.lock().unwrap().clone(), got.lock().unwrap().clone());
        put.sort_unstable();
        got.sort_unstable();
        assert!(queue.is_empty());
        assert!(got.windows(2).all(|pair| pair[0] < pair[1]), "no item twice");
        if immediate {
            assert!(got.iter().all(|item| put.binary_search(item).is_ok()), "nothing from nowhere");
        } else {
            assert_eq!(got, put, "what was put before the end is got");
        }
    }
}
