//! The queues under every interleaving that loom can find. Loom watches the slots of items too: two threads that reach
//! one at once are an error.
//!
//! Run by `cargo xtask test --only loom`.
#![cfg(loom)]

use loom::model::Builder;
use loom::sync::Arc;
use loom::thread;
use std::time::Duration;
use threadlab_threads::futex;
use threadlab_threads::queue::{GetError, LifoQueue, PriorityQueue, PutError, Queue, TooManyDone};

/// Under loom it passes when a test says so.
const SOME_TIME: Duration = Duration::from_hours(1);

/// What is tested of each queue.
trait Subject: Sized + Send + Sync + 'static {
    fn make(maxsize: isize) -> Arc<Self>;
    fn put(&self, item: u32) -> Result<(), PutError<u32>>;
    fn try_put(&self, item: u32) -> Result<(), PutError<u32>>;
    fn put_timeout(&self, item: u32) -> Result<(), PutError<u32>>;
    fn get(&self) -> Result<u32, GetError>;
    fn try_get(&self) -> Result<u32, GetError>;
    fn get_timeout(&self) -> Result<u32, GetError>;
    fn task_done(&self) -> Result<(), TooManyDone>;
    fn join(&self);
    fn join_timeout(&self) -> bool;
    fn shutdown(&self);
    fn shutdown_now(&self);
    /// Lets the time of those pass who wait to get, to put, or for all tasks.
    fn expire(&self, which: usize);
}

macro_rules! subject {
    ($($queue:ident)*) => {$(
        impl Subject for $queue<u32> {
            fn make(maxsize: isize) -> Arc<Self> { Arc::new(Self::with_maxsize(maxsize)) }
            fn put(&self, item: u32) -> Result<(), PutError<u32>> { self.put(item) }
            fn try_put(&self, item: u32) -> Result<(), PutError<u32>> { self.try_put(item) }
            fn put_timeout(&self, item: u32) -> Result<(), PutError<u32>> { self.put_timeout(item, SOME_TIME) }
            fn get(&self) -> Result<u32, GetError> { self.get() }
            fn try_get(&self) -> Result<u32, GetError> { self.try_get() }
            fn get_timeout(&self) -> Result<u32, GetError> { self.get_timeout(SOME_TIME) }
            fn task_done(&self) -> Result<(), TooManyDone> { self.task_done() }
            fn join(&self) { self.join() }
            fn join_timeout(&self) -> bool { self.join_timeout(SOME_TIME) }
            fn shutdown(&self) { self.shutdown() }
            fn shutdown_now(&self) { self.shutdown_now() }
            fn expire(&self, which: usize) { futex::expire(self.words()[which]); }
        }
    )*};
}

subject!(Queue LifoQueue PriorityQueue);

/// Makes a test for each queue of each function.
macro_rules! for_each_queue {
    ($($test:ident)*) => {
        mod queue { $(#[test] fn $test() { super::$test::<super::Queue<u32>>(); })* }
        mod lifo_queue { $(#[test] fn $test() { super::$test::<super::LifoQueue<u32>>(); })* }
        mod priority_queue { $(#[test] fn $test() { super::$test::<super::PriorityQueue<u32>>(); })* }
    };
}

for_each_queue! {
    items_of_two_producers_arrive_once
    one_slot_passes_items_both_ways
    two_blocked_getters_both_get
    two_blocked_putters_both_put
    a_try_is_never_in_the_way
    a_getter_whose_time_is_up_takes_no_item_along
    a_putter_whose_time_is_up_leaves_no_item_behind
    a_getter_that_gave_up_does_not_keep_anothers_wake
    a_putter_that_gave_up_does_not_keep_anothers_wake
    a_shutdown_sends_blocked_getters_away
    a_shutdown_sends_a_blocked_putter_away
    an_immediate_shutdown_loses_no_count
    a_join_sees_all_tasks_done
    a_join_that_gives_up_leaves_the_others_alone
}

/// Explores with so many preemptions fewer than is asked for by `LOOM_MAX_PREEMPTIONS`, where as many take too long.
fn with_fewer_preemptions(by: usize, model: impl Fn() + Send + Sync + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound = builder.preemption_bound.map(|bound| bound.saturating_sub(by).max(1));
    builder.check(model);
}

/// Starts a thread that uses the queue.
fn start<Q: Subject, R: 'static>(
    queue: &Arc<Q>,
    act: impl FnOnce(&Q) -> R + 'static,
) -> thread::JoinHandle<R> {
    let queue = Arc::clone(queue);
    thread::spawn(move || act(&queue))
}

fn sorted<const N: usize>(mut items: [u32; N]) -> [u32; N] {
    items.sort_unstable();
    items
}

fn items_of_two_producers_arrive_once<Q: Subject>() {
    loom::model(|| {
        let queue = Q::make(0);
        let producers = [1, 2].map(|item| start(&queue, move |queue| queue.put(item).unwrap()));
        let got = [queue.get().unwrap(), queue.get().unwrap()];
        assert_eq!(sorted(got), [1, 2]);
        producers.map(|producer| producer.join().unwrap());
        assert!(queue.try_get().unwrap_err().is_empty());
    });
}

fn one_slot_passes_items_both_ways<Q: Subject>() {
    with_fewer_preemptions(1, || {
        let queue = Q::make(1);
        let producer = start(&queue, |queue| {
            queue.put(1).unwrap();
            queue.put(2).unwrap();
        });
        // With one slot, all queues are in order.
        assert_eq!([(); 2].map(|()| queue.get().unwrap()), [1, 2]);
        producer.join().unwrap();
    });
}

fn two_blocked_getters_both_get<Q: Subject>() {
    with_fewer_preemptions(1, || {
        let queue = Q::make(0);
        let getters = [(); 2].map(|()| start(&queue, |queue| queue.get().unwrap()));
        queue.put(1).unwrap();
        queue.put(2).unwrap();
        assert_eq!(sorted(getters.map(|getter| getter.join().unwrap())), [1, 2]);
    });
}

fn two_blocked_putters_both_put<Q: Subject>() {
    with_fewer_preemptions(2, || {
        let queue = Q::make(1);
        queue.put(1).unwrap();
        let putters = [2, 3].map(|item| start(&queue, move |queue| queue.put(item).unwrap()));
        assert_eq!(sorted([(); 3].map(|()| queue.get().unwrap())), [1, 2, 3]);
        putters.map(|putter| putter.join().unwrap());
    });
}

fn a_try_is_never_in_the_way<Q: Subject>() {
    loom::model(|| {
        let queue = Q::make(1);
        let putter = start(&queue, |queue| queue.try_put(1).is_ok());
        let getter = start(&queue, |queue| queue.try_get().ok());
        let mine = queue.try_put(2).is_ok();
        let theirs = putter.join().unwrap();
        let got = getter.join().unwrap();
        let put = u32::from(mine) + u32::from(theirs);
        assert!(put == 2 || (put == 1 && !(mine && theirs)));
        assert!(got.is_some() || put == 1);
        let left = queue.try_get().ok();
        assert_eq!(put, u32::from(got.is_some()) + u32::from(left.is_some()));
        assert!(got.is_none() || got != left);
    });
}

fn a_getter_whose_time_is_up_takes_no_item_along<Q: Subject>() {
    loom::model(|| {
        let queue = Q::make(0);
        let getter = start(&queue, |queue| queue.get_timeout());
        let time = start(&queue, |queue| queue.expire(0));
        queue.put(1).unwrap();
        time.join().unwrap();
        match getter.join().unwrap() {
            Ok(item) => assert_eq!((item, queue.try_get().is_err()), (1, true)),
            Err(error) => assert!(error.is_empty() && queue.try_get() == Ok(1)),
        }
    });
}

fn a_putter_whose_time_is_up_leaves_no_item_behind<Q: Subject>() {
    loom::model(|| {
        let queue = Q::make(1);
        queue.put(1).unwrap();
        let putter = start(&queue, |queue| queue.put_timeout(2));
        let time = start(&queue, |queue| queue.expire(1));
        assert_eq!(queue.get(), Ok(1));
        time.join().unwrap();
        match putter.join().unwrap() {
            Ok(()) => assert_eq!(queue.try_get(), Ok(2)),
            Err(error) => assert!(error.is_full() && error.into_item() == 2 && queue.try_get().is_err()),
        }
    });
}

fn a_getter_that_gave_up_does_not_keep_anothers_wake<Q: Subject>() {
    with_fewer_preemptions(1, || {
        let queue = Q::make(0);
        let patient = start(&queue, |queue| queue.get().unwrap());
        let hasty = start(&queue, |queue| queue.get_timeout().ok());
        queue.expire(0);
        queue.put(1).unwrap();
        // The hasty one may have got it, or may wait without its time ever passing.
        queue.put(2).unwrap();
        let mut got = vec![patient.join().unwrap()];
        got.extend(hasty.join().unwrap());
        got.extend(queue.try_get());
        got.sort_unstable();
        assert_eq!(got, [1, 2]);
    });
}

fn a_putter_that_gave_up_does_not_keep_anothers_wake<Q: Subject>() {
    with_fewer_preemptions(2, || {
        let queue = Q::make(1);
        queue.put(1).unwrap();
        let hasty = start(&queue, |queue| queue.put_timeout(3).is_ok());
        let patient = start(&queue, |queue| queue.put(2).unwrap());
        queue.expire(1);
        queue.get().unwrap();
        queue.get().unwrap();
        patient.join().unwrap();
        hasty.join().unwrap();
    });
}

fn a_shutdown_sends_blocked_getters_away<Q: Subject>() {
    with_fewer_preemptions(1, || {
        let queue = Q::make(0);
        let getters = [(); 2].map(|()| start(&queue, |queue| queue.get()));
        queue.put(1).unwrap();
        queue.shutdown();
        let got = getters.map(|getter| getter.join().unwrap());
        assert_eq!(got.iter().filter(|got| **got == Ok(1)).count(), 1);
        assert!(got.into_iter().any(|got| got.is_err_and(|error| error.is_shut_down())));
    });
}

fn a_shutdown_sends_a_blocked_putter_away<Q: Subject>() {
    loom::model(|| {
        let queue = Q::make(1);
        queue.put(1).unwrap();
        let putter = start(&queue, |queue| queue.put(2));
        let getter = start(&queue, |queue| queue.get().unwrap());
        queue.shutdown();
        let first = getter.join().unwrap();
        match putter.join().unwrap() {
            Ok(()) => assert_eq!(sorted([first, queue.get().unwrap()]), [1, 2]),
            Err(error) => assert_eq!((error.is_shut_down(), error.into_item(), first), (true, 2, 1)),
        }
        assert!(queue.get().unwrap_err().is_shut_down());
    });
}

fn an_immediate_shutdown_loses_no_count<Q: Subject>() {
    with_fewer_preemptions(1, || {
        let queue = Q::make(0);
        queue.put(1).unwrap();
        let putter = start(&queue, |queue| queue.put(2).is_ok());
        let getter = start(&queue, |queue| match queue.get() {
            Ok(_) => {
                queue.task_done().unwrap();
                true
            }
            Err(error) => {
                assert!(error.is_shut_down());
                false
            }
        });
        queue.shutdown_now();
        // What was put is thrown away or got, and either way counted.
        queue.join();
        putter.join().unwrap();
        getter.join().unwrap();
        assert!(queue.try_get().unwrap_err().is_shut_down());
        assert!(queue.task_done().is_err());
    });
}

fn a_join_sees_all_tasks_done<Q: Subject>() {
    loom::model(|| {
        let queue = Q::make(0);
        queue.put(1).unwrap();
        queue.put(2).unwrap();
        let done = Arc::new(loom::cell::UnsafeCell::new(0));
        let worker = {
            let done = Arc::clone(&done);
            start(&queue, move |queue| {
                queue.get().unwrap();
                // SAFETY: loom fails the test if the joiner reads it meanwhile.
                done.with_mut(|done| unsafe { *done = 1 });
                queue.task_done().unwrap();
            })
        };
        let other = start(&queue, |queue| {
            queue.get().unwrap();
            queue.task_done().unwrap();
        });
        queue.join();
        // SAFETY: as above.
        assert_eq!(done.with(|done| unsafe { *done }), 1);
        worker.join().unwrap();
        other.join().unwrap();
        assert!(queue.task_done().is_err());
    });
}

fn a_join_that_gives_up_leaves_the_others_alone<Q: Subject>() {
    with_fewer_preemptions(1, || {
        let queue = Q::make(0);
        queue.put(1).unwrap();
        let patient = start(&queue, |queue| queue.join());
        let hasty = start(&queue, |queue| queue.join_timeout());
        queue.expire(2);
        queue.task_done().unwrap();
        patient.join().unwrap();
        hasty.join().unwrap();
    });
}
