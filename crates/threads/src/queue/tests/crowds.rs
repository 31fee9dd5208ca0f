//! Many producers and consumers.

use super::{Bounded, LONG, Queue, SimpleQueue, for_each_queue};
use std::collections::HashSet;
use std::sync::Arc;
use std::thread;

for_each_queue! {
    each_item_arrives_once
    each_item_arrives_once_through_one_slot
    more_threads_than_a_word_has_bits
    a_shutdown_in_the_middle_loses_nothing
}

const SCALE: u32 = if cfg!(miri) { 20 } else { 1000 };

/// Moves `each` items from each of some producers to some consumers, and returns what each consumer got.
fn move_items<Q: Bounded<(u32, u32)>>(
    queue: &Arc<Q>,
    producers: u32,
    consumers: u32,
    each: u32,
) -> Vec<Vec<(u32, u32)>> {
    let consumers: Vec<_> = (0..consumers)
        .map(|_| {
            let queue = Arc::clone(queue);
            thread::spawn(move || {
                let mut got = Vec::new();
                while let Ok(item) = queue.get() {
                    got.push(item);
                    queue.task_done().unwrap();
                }
                got
            })
        })
        .collect();
    let producers: Vec<_> = (0..producers)
        .map(|producer| {
            let queue = Arc::clone(queue);
            thread::spawn(move || {
                for number in 0..each {
                    queue.put((number, producer)).unwrap();
                }
            })
        })
        .collect();
    for producer in producers {
        producer.join().unwrap();
    }
    queue.join();
    queue.shutdown();
    consumers.into_iter().map(|consumer| consumer.join().unwrap()).collect()
}

fn assert_each_once(got: &[Vec<(u32, u32)>], count: usize) {
    let all: Vec<_> = got.iter().flatten().collect();
    assert_eq!(all.len(), count);
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), count);
}

fn each_item_arrives_once<Q: Bounded<(u32, u32)>>() {
    for maxsize in [0, 2, 64] {
        let got = move_items(&Arc::new(Q::make(maxsize)), 4, 4, SCALE);
        assert_each_once(&got, 4 * SCALE as usize);
    }
}

fn each_item_arrives_once_through_one_slot<Q: Bounded<(u32, u32)>>() {
    let got = move_items(&Arc::new(Q::make(1)), 3, 2, SCALE / 4);
    assert_each_once(&got, 3 * (SCALE as usize / 4));
}

fn more_threads_than_a_word_has_bits<Q: Bounded<(u32, u32)>>() {
    let threads = if cfg!(miri) { 5 } else { 50 };
    let got = move_items(&Arc::new(Q::make(7)), threads, threads, SCALE / 20);
    assert_each_once(&got, (threads * (SCALE / 20)) as usize);
}

fn a_shutdown_in_the_middle_loses_nothing<Q: Bounded<(u32, u32)>>() {
    let queue = Arc::new(Q::make(3));
    let producers: Vec<_> = (0..3)
        .map(|producer| {
            let queue = Arc::clone(&queue);
            // Ends with an error, and says how many it has put.
            thread::spawn(move || {
                (0..u32::MAX).take_while(|&number| queue.put((number, producer)).is_ok()).count()
            })
        })
        .collect();
    let consumers: Vec<_> = (0..2)
        .map(|_| {
            let queue = Arc::clone(&queue);
            thread::spawn(move || {
                let mut got = Vec::new();
                while let Ok(item) = queue.get_timeout(LONG) {
                    got.push(item);
                    if got.len() == SCALE as usize {
                        queue.shutdown();
                    }
                }
                got
            })
        })
        .collect();
    let put: usize = producers.into_iter().map(|producer| producer.join().unwrap()).sum();
    let got: Vec<_> = consumers.into_iter().map(|consumer| consumer.join().unwrap()).collect();
    assert_each_once(&got, put);
}

#[test]
fn items_of_one_producer_stay_in_order() {
    for maxsize in [0, 3] {
        let got = move_items(&Arc::new(<Queue<_> as Bounded<_>>::make(maxsize)), 3, 1, 2 * SCALE);
        for producer in 0..3 {
            let numbers: Vec<u32> =
                got[0].iter().filter(|item| item.1 == producer).map(|item| item.0).collect();
            assert_eq!(numbers, (0..2 * SCALE).collect::<Vec<_>>());
        }
    }
}

#[test]
fn a_simple_queue_moves_items_in_order() {
    let queue = Arc::new(SimpleQueue::new());
    let theirs = Arc::clone(&queue);
    let consumer = thread::spawn(move || std::iter::from_fn(|| theirs.get().ok()).collect::<Vec<u32>>());
    for item in 0..3 * SCALE {
        queue.put(item).unwrap();
    }
    queue.shutdown();
    assert_eq!(consumer.join().unwrap(), (0..3 * SCALE).collect::<Vec<_>>());
}
