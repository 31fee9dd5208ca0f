//! What one queue does and the others do not.

use super::{LifoQueue, PriorityQueue, Queue, SHORT, SimpleQueue};
use crate::queue::ZeroCapacity;
use std::cmp::Reverse;
use std::fmt::Debug;

#[test]
fn each_has_its_order() {
    let (fifo, lifo, priority) = (Queue::unbounded(), LifoQueue::unbounded(), PriorityQueue::unbounded());
    for item in [111, 333, 222] {
        fifo.put(item).unwrap();
        lifo.put(item).unwrap();
        priority.put(item).unwrap();
    }
    assert_eq!([(); 3].map(|()| fifo.get().unwrap()), [111, 333, 222]);
    assert_eq!([(); 3].map(|()| lifo.get().unwrap()), [222, 333, 111]);
    assert_eq!([(); 3].map(|()| priority.get().unwrap()), [111, 222, 333]);
}

/// Compared by its first part only.
#[derive(Debug)]
struct Job(u32, u32);
impl PartialEq for Job {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl Eq for Job {}
impl PartialOrd for Job {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Job {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

#[test]
fn equal_priorities_keep_the_order_of_their_coming() {
    let queue = PriorityQueue::unbounded();
    for number in 0..300 {
        queue.put(Job(number % 3, number)).unwrap();
    }
    let numbers: Vec<u32> = std::iter::from_fn(|| queue.try_get().ok()).map(|job| job.1).collect();
    let expected: Vec<u32> = (0..3).flat_map(|priority| (priority..300).step_by(3)).collect();
    assert_eq!(numbers, expected);
}

#[test]
fn reversed_items_give_the_largest_first() {
    let queue = PriorityQueue::unbounded();
    for item in [1, 3, 2] {
        queue.put(Reverse(item)).unwrap();
    }
    assert_eq!(queue.get().unwrap(), Reverse(3));
}

#[test]
fn no_capacity_is_an_error() {
    fn is_refused<Q: Debug>(made: Result<Q, ZeroCapacity>, name: &str) {
        let error = made.unwrap_err();
        assert_eq!(error.queue(), name);
        assert!(error.to_string().starts_with(&format!("{name} cannot have a capacity of 0")), "{error}");
    }
    is_refused(Queue::<u8>::bounded(0), "the Queue");
    is_refused(LifoQueue::<u8>::named_bounded("plates", 0), "LifoQueue 'plates'");
    is_refused(PriorityQueue::<u8>::bounded(0), "the PriorityQueue");
}

#[test]
fn the_capacity_is_told() {
    assert_eq!(Queue::<u8>::bounded(usize::MAX).unwrap().capacity(), Some(usize::MAX));
    assert_eq!(Queue::<u8>::unbounded().capacity(), None);
    assert_eq!(LifoQueue::<u8>::with_maxsize(4).capacity(), Some(4));
    assert_eq!(PriorityQueue::<u8>::with_maxsize(-4).capacity(), None);
}

#[test]
fn a_large_capacity_costs_no_memory() {
    let queue = Queue::bounded(1 << 40).unwrap();
    queue.put([0_u8; 100]).unwrap();
    assert!(!queue.is_full());
}

#[test]
fn a_simple_queue_is_a_queue_without_bounds() {
    let queue = SimpleQueue::named("post");
    assert_eq!(format!("{queue:?}"), "SimpleQueue 'post' with 0 items");
    assert!(queue.is_empty() && queue.try_get().unwrap_err().is_empty());
    assert!(queue.get_timeout(SHORT).unwrap_err().is_empty());
    for item in 0..100 {
        queue.put(item).unwrap();
    }
    assert_eq!(queue.len(), 100);
    assert_eq!((queue.get(), queue.get()), (Ok(0), Ok(1)));
    queue.shutdown_now();
    assert!(queue.get().unwrap_err().is_shut_down());
    assert_eq!(queue.put(7).unwrap_err().into_item(), 7);
}

#[test]
fn queues_are_shared_by_all_threads() {
    fn shared<Q: Send + Sync>() {}
    // Cells may be sent, but not shared: that is enough.
    shared::<Queue<std::cell::Cell<u8>>>();
    shared::<LifoQueue<std::cell::Cell<u8>>>();
    shared::<PriorityQueue<std::cell::Cell<u8>>>();
    shared::<SimpleQueue<std::cell::Cell<u8>>>();
}
