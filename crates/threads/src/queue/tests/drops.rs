//! Items that are dropped, and items whose own functions panic.

use super::{Bounded, PriorityQueue, Queue, SimpleQueue, for_each_queue};
use std::cmp::Ordering as Order;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

for_each_queue! {
    what_is_left_is_dropped_once
    an_immediate_shutdown_drops_what_it_throws_away
    a_drop_that_panics_does_not_keep_the_others
    a_drop_may_use_the_queue
}

/// Counts its drops, and does something more in the drop where it is told to; its comparisons panic where its number is
/// the largest.
struct Item {
    number: u32,
    drops: Arc<AtomicU32>,
    last_act: Option<Box<dyn Fn() + Send>>,
}

impl Item {
    fn new(number: u32, drops: &Arc<AtomicU32>) -> Self {
        Self { number, drops: Arc::clone(drops), last_act: None }
    }

    fn acting(number: u32, drops: &Arc<AtomicU32>, act: impl Fn() + Send + 'static) -> Self {
        Self { number, drops: Arc::clone(drops), last_act: Some(Box::new(act)) }
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        self.drops.fetch_add(1, Ordering::Relaxed);
        if let Some(act) = &self.last_act {
            act();
        }
    }
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Order::Equal
    }
}
impl Eq for Item {}
impl PartialOrd for Item {
    fn partial_cmp(&self, other: &Self) -> Option<Order> {
        Some(self.cmp(other))
    }
}
impl Ord for Item {
    fn cmp(&self, other: &Self) -> Order {
        assert!(self.number != u32::MAX && other.number != u32::MAX, "a clumsy comparison");
        self.number.cmp(&other.number)
    }
}

/// A queue with some items put and some of them got, and their drops.
fn filled<Q: Bounded<Item>>(put: u32, got: u32) -> (Q, Arc<AtomicU32>) {
    let (queue, drops) = (Q::make(0), Arc::default());
    for number in 0..put {
        queue.put(Item::new(number, &drops)).unwrap();
    }
    for _ in 0..got {
        drop(queue.get().unwrap());
    }
    assert_eq!(drops.load(Ordering::Relaxed), got);
    (queue, drops)
}

fn what_is_left_is_dropped_once<Q: Bounded<Item>>() {
    for (put, got) in [(0, 0), (1, 0), (1, 1), (32, 0), (32, 32), (33, 32), (100, 31), (100, 64), (100, 100)]
    {
        let (queue, drops) = filled::<Q>(put, got);
        drop(queue);
        assert_eq!(drops.load(Ordering::Relaxed), put);
    }
}

fn an_immediate_shutdown_drops_what_it_throws_away<Q: Bounded<Item>>() {
    for (put, got) in [(0, 0), (32, 31), (100, 40)] {
        let (queue, drops) = filled::<Q>(put, got);
        queue.shutdown_now();
        assert_eq!(drops.load(Ordering::Relaxed), put);
        drop(queue);
        assert_eq!(drops.load(Ordering::Relaxed), put);
    }
}

fn a_drop_that_panics_does_not_keep_the_others<Q: Bounded<Item>>() {
    for immediate in [false, true] {
        let (queue, drops) = filled::<Q>(40, 3);
        queue.put(Item::acting(20, &drops, || panic!("a clumsy drop"))).unwrap();
        for number in 20..60 {
            queue.put(Item::new(number, &drops)).unwrap();
        }
        if immediate {
            catch_unwind(AssertUnwindSafe(|| queue.shutdown_now())).unwrap_err();
            assert_eq!(drops.load(Ordering::Relaxed), 81);
            assert!(queue.try_get().is_err_and(|error| error.is_shut_down()));
            for _ in 0..3 {
                queue.task_done().unwrap();
            }
            queue.join();
        } else {
            catch_unwind(AssertUnwindSafe(|| drop(queue))).unwrap_err();
            assert_eq!(drops.load(Ordering::Relaxed), 81);
        }
    }
}

fn a_drop_may_use_the_queue<Q: Bounded<Item>>() {
    let (queue, drops) = (Arc::new(Q::make(0)), Arc::default());
    let weak = Arc::downgrade(&queue);
    let act = move || {
        let queue = weak.upgrade().expect("the test has it");
        assert!(queue.is_empty());
        queue.task_done().unwrap_err();
        queue.join();
        queue.shutdown();
    };
    queue.put(Item::acting(1, &drops, act)).unwrap();
    queue.shutdown_now();
    assert_eq!(drops.load(Ordering::Relaxed), 1);
}

#[test]
fn a_simple_queue_drops_what_is_left() {
    let (queue, drops) = (SimpleQueue::new(), Arc::default());
    for number in 0..50 {
        queue.put(Item::new(number, &drops)).unwrap();
    }
    drop(queue);
    assert_eq!(drops.load(Ordering::Relaxed), 50);
}

#[test]
fn items_without_a_size_are_counted() {
    let queue = Queue::unbounded();
    for _ in 0..100 {
        queue.put(()).unwrap();
    }
    assert_eq!((0..100).map(|_| queue.get().unwrap()).count(), 100);
    assert!(queue.try_get().is_err());
}

#[test]
fn a_comparison_that_panics_leaves_the_queue_usable() {
    let (queue, drops) = (PriorityQueue::bounded(3).unwrap(), Arc::default());
    queue.put(Item::new(2, &drops)).unwrap();
    let failed = catch_unwind(AssertUnwindSafe(|| queue.put(Item::new(u32::MAX, &drops))));
    failed.unwrap_err();
    assert_eq!((queue.len(), drops.load(Ordering::Relaxed)), (1, 1));
    queue.put(Item::new(1, &drops)).unwrap();
    assert_eq!([queue.get().unwrap().number, queue.get().unwrap().number], [1, 2]);
    for _ in 0..2 {
        queue.task_done().unwrap();
    }
    queue.task_done().unwrap_err();
}

#[test]
fn a_waiter_whose_comparison_panics_does_not_keep_the_wake() {
    let (queue, drops) = (Arc::new(PriorityQueue::bounded(2).unwrap()), Arc::default());
    queue.put(Item::new(1, &drops)).unwrap();
    queue.put(Item::new(3, &drops)).unwrap();
    let put = |number| {
        let (queue, drops) = (Arc::clone(&queue), Arc::clone(&drops));
        thread::spawn(move || catch_unwind(AssertUnwindSafe(|| queue.put(Item::new(number, &drops)).is_ok())))
    };
    let clumsy = put(u32::MAX);
    super::wait_for_sleepers(&*queue, 1);
    let patient = put(2);
    super::wait_for_sleepers(&*queue, 2);
    // There is room for one, and the clumsy one is woken for it, since it waits longest.
    assert_eq!(queue.get().unwrap().number, 1);
    assert!(patient.join().unwrap().unwrap());
    assert_eq!(queue.get().unwrap().number, 2);
    clumsy.join().unwrap().unwrap_err();
    assert_eq!((queue.len(), queue.sleepers()), (1, 0));
}
