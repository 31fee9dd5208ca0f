//! Queues: lines 49 to 58.

use crate::settle;
use crate::times::{A_WHILE, LONG, takes};
use std::cmp::Ordering as Order;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use threadlab_threads::queue::{LifoQueue, PriorityQueue, Queue, SimpleQueue};
use threadlab_threads::thread::{JoinHandle, sleep, spawn};

crate::behaviours![
    b49_each_sort_of_queue_has_its_order,
    b50_the_size_goes_up_and_down_with_empty_and_full_at_its_ends,
    b51_a_size_of_zero_or_less_is_no_bound,
    b52_getting_from_an_empty_queue_fails_at_once_or_in_time,
    b53_one_slot_or_item_lets_one_waiter_go,
    b54_more_tasks_done_than_items_put_is_an_error,
    b55_a_comparison_that_fails_leaves_the_queue_unlocked,
    b56_shutting_down_at_once_empties_the_queue_and_join_waits_for_what_was_taken,
    b57_each_number_arrives_once_and_in_order_where_there_is_one_of_each_side,
    b58_the_simple_queue_is_unbounded_and_first_in_first_out,
];

/// Puts three numbers and gets what is there.
macro_rules! order {
    ($queue:expr) => {{
        let queue = $queue;
        for item in [111, 333, 222] {
            queue.put(item).unwrap();
        }
        [(); 3].map(|()| queue.get().unwrap())
    }};
}

fn b49_each_sort_of_queue_has_its_order() {
    assert_eq!(order!(Queue::unbounded()), [111, 333, 222]);
    assert_eq!(order!(Queue::bounded(3).unwrap()), [111, 333, 222]);
    assert_eq!(order!(LifoQueue::unbounded()), [222, 333, 111]);
    assert_eq!(order!(PriorityQueue::unbounded()), [111, 222, 333]);
    assert_eq!(order!(SimpleQueue::new()), [111, 333, 222]);
}

fn b50_the_size_goes_up_and_down_with_empty_and_full_at_its_ends() {
    let queue = Queue::named_bounded("five", 5).unwrap();
    let look = |size: usize| {
        assert_eq!((queue.len(), queue.is_empty(), queue.is_full()), (size, size == 0, size == 5));
    };
    look(0);
    for size in 1..=5 {
        queue.put(size).unwrap();
        look(size);
    }
    let refused = queue.try_put(6).unwrap_err();
    assert!(refused.is_full() && refused.to_string().contains("Queue 'five'"), "{refused}");
    assert_eq!(refused.into_item(), 6);
    for size in (0..5).rev() {
        queue.get().unwrap();
        look(size);
    }
}

/// This is Python's parameter. Beside it, a bound of zero is an error, since it can only be a mistake.
fn b51_a_size_of_zero_or_less_is_no_bound() {
    for maxsize in [0, -1, isize::MIN] {
        let queue = Queue::with_maxsize(maxsize);
        assert_eq!(queue.capacity(), None);
        for item in 0..2000 {
            queue.put(item).unwrap();
            assert!(!queue.is_full());
        }
        assert_eq!(queue.len(), 2000);
    }
    assert_eq!(Queue::<u32>::with_maxsize(2).capacity(), Some(2));
    assert!(Queue::<u32>::bounded(0).is_err());
}

fn b52_getting_from_an_empty_queue_fails_at_once_or_in_time() {
    let queue: Queue<u32> = Queue::named("none");
    let error = queue.try_get().unwrap_err();
    assert!(error.is_empty() && error.to_string().contains("Queue 'none'"), "{error}");
    assert!(queue.get_timeout(Duration::ZERO).unwrap_err().is_empty());
    assert!(takes(A_WHILE, || queue.get_timeout(A_WHILE)).unwrap_err().is_empty());
    let full = Queue::bounded(1).unwrap();
    full.put(1).unwrap();
    assert_eq!(takes(A_WHILE, || full.put_timeout(2, A_WHILE)).unwrap_err().into_item(), 2);
}

/// Two waiters of which one and then the other is let go by `let_one_go`.
fn one_after_the_other(waiters: [JoinHandle<()>; 2], done: &AtomicU32, let_one_go: impl Fn()) {
    settle();
    assert_eq!(done.load(Ordering::Relaxed), 0);
    let_one_go();
    while done.load(Ordering::Relaxed) == 0 {
        sleep(Duration::from_millis(1));
    }
    settle();
    assert_eq!(done.load(Ordering::Relaxed), 1);
    let_one_go();
    for waiter in waiters {
        waiter.join().unwrap();
    }
}

fn b53_one_slot_or_item_lets_one_waiter_go() {
    let done: Arc<AtomicU32> = Arc::default();
    let queue = Arc::new(Queue::named_bounded("narrow", 1).unwrap());
    queue.put(0).unwrap();
    let putters = [1, 2].map(|item| {
        let (queue, done) = (Arc::clone(&queue), Arc::clone(&done));
        spawn(move || {
            queue.put(item).unwrap();
            done.fetch_add(1, Ordering::Relaxed);
        })
    });
    one_after_the_other(putters, &done, || assert!(queue.try_get().is_ok()));

    let done: Arc<AtomicU32> = Arc::default();
    let queue = Arc::new(Queue::named("empty"));
    let getters = [(); 2].map(|()| {
        let (queue, done) = (Arc::clone(&queue), Arc::clone(&done));
        spawn(move || {
            let _: u32 = queue.get().unwrap();
            done.fetch_add(1, Ordering::Relaxed);
        })
    });
    one_after_the_other(getters, &done, || queue.try_put(7).unwrap());
}

fn b54_more_tasks_done_than_items_put_is_an_error() {
    let queue = Queue::named("tasks");
    assert!(queue.task_done().is_err());
    queue.put(()).unwrap();
    queue.get().unwrap();
    assert_eq!(queue.task_done(), Ok(()));
    let error = queue.task_done().unwrap_err();
    assert!(error.to_string().contains("Queue 'tasks'"), "{error}");
    queue.join();
}

/// A number whose comparison can be made to fail.
#[derive(Debug)]
struct Touchy(u32, Arc<AtomicU32>);

impl Ord for Touchy {
    fn cmp(&self, other: &Self) -> Order {
        assert_eq!(self.1.load(Ordering::Relaxed), 0, "touchy");
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for Touchy {
    fn partial_cmp(&self, other: &Self) -> Option<Order> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Touchy {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Order::Equal
    }
}

impl Eq for Touchy {}

/// Python's queues can be given other insides. Here what a program can make fail is the comparison of its items.
fn b55_a_comparison_that_fails_leaves_the_queue_unlocked() {
    let fails: Arc<AtomicU32> = Arc::default();
    let queue = Arc::new(PriorityQueue::named("touchy"));
    let item = |number| Touchy(number, Arc::clone(&fails));
    for number in [3, 1, 2] {
        queue.put(item(number)).unwrap();
    }
    fails.store(1, Ordering::Relaxed);
    let put = catch_unwind(AssertUnwindSafe(|| queue.put(item(0))));
    assert!(put.is_err(), "there was something to compare with");
    // A get may have something to compare or not.
    let got = catch_unwind(AssertUnwindSafe(|| queue.try_get().map(|Touchy(number, _)| number)));
    fails.store(0, Ordering::Relaxed);
    let theirs = Arc::clone(&queue);
    let another = item(4);
    let other = spawn(move || {
        theirs.put(another).unwrap();
        let mut left = Vec::new();
        while let Ok(Touchy(number, _)) = theirs.try_get() {
            left.push(number);
        }
        left
    });
    let mut all = other.join().unwrap();
    if let Ok(Ok(number)) = got {
        all.insert(0, number);
    }
    assert_eq!(all, [1, 2, 3, 4]);
}

fn b56_shutting_down_at_once_empties_the_queue_and_join_waits_for_what_was_taken() {
    let queue = Queue::named("closing");
    queue.put(1).unwrap();
    queue.put(2).unwrap();
    assert_eq!(queue.get(), Ok(1));
    queue.shutdown_now();
    assert!(queue.is_empty());
    assert!(queue.get().unwrap_err().is_shut_down());
    let refused = queue.put(3).unwrap_err();
    assert!(refused.is_shut_down());
    assert_eq!(refused.into_item(), 3);
    assert!(!takes(A_WHILE, || queue.join_timeout(A_WHILE)));
    assert_eq!(queue.task_done(), Ok(()));
    assert!(queue.join_timeout(LONG));
    assert!(queue.task_done().is_err());
}

/// As many of each as there is room for in a process, which has 96 threads at most.
const SIDE: u32 = 45;
const NUMBERS: u32 = 10_000;

fn b57_each_number_arrives_once_and_in_order_where_there_is_one_of_each_side() {
    for (producers, consumers) in [(SIDE, SIDE), (1, 1)] {
        let queue = Arc::new(Queue::named_bounded("belt", 64).unwrap());
        let next: Arc<AtomicU32> = Arc::default();
        let takers: Vec<JoinHandle<Vec<u32>>> = (0..consumers)
            .map(|_| {
                let queue = Arc::clone(&queue);
                spawn(move || std::iter::from_fn(|| queue.get().ok()).collect())
            })
            .collect();
        let givers: Vec<JoinHandle<()>> = (0..producers)
            .map(|_| {
                let (queue, next) = (Arc::clone(&queue), Arc::clone(&next));
                spawn(move || {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= NUMBERS {
                            break;
                        }
                        queue.put(number).unwrap();
                    }
                })
            })
            .collect();
        for giver in givers {
            giver.join().unwrap();
        }
        queue.shutdown();
        let mut arrived: Vec<u32> = takers.into_iter().flat_map(|taker| taker.join().unwrap()).collect();
        if consumers > 1 {
            arrived.sort_unstable();
        }
        assert!(arrived.into_iter().eq(0..NUMBERS), "{producers}:{consumers}");
    }
}

/// It has no capacity, so nothing about it can be full, and no tasks; those calls do not exist.
fn b58_the_simple_queue_is_unbounded_and_first_in_first_out() {
    let queue = SimpleQueue::new();
    assert!(queue.try_get().unwrap_err().is_empty());
    assert!(takes(A_WHILE, || queue.get_timeout(A_WHILE)).unwrap_err().is_empty());
    for item in 0..5000 {
        queue.put(item).unwrap();
    }
    assert_eq!((queue.len(), queue.is_empty()), (5000, false));
    for item in 0..5000 {
        assert_eq!(queue.get(), Ok(item));
    }
    assert!(queue.is_empty());
}
