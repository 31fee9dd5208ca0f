//! Tests of all queues: what they do alike is tested for each of them.

mod alike;
mod crowds;
mod drops;
mod each;

use super::{GetError, LifoQueue, PriorityQueue, PutError, Queue, SimpleQueue, TooManyDone};
use core::time::Duration;

/// Longer than any test takes.
const LONG: Duration = Duration::from_mins(10);
/// Short enough to wait for.
const SHORT: Duration = Duration::from_millis(3);

/// What queues with bounds and tasks have in common.
trait Bounded<T>: Send + Sync + Sized + 'static {
    fn make(maxsize: isize) -> Self;
    fn put(&self, item: T) -> Result<(), PutError<T>>;
    fn try_put(&self, item: T) -> Result<(), PutError<T>>;
    fn put_timeout(&self, item: T, timeout: Duration) -> Result<(), PutError<T>>;
    fn get(&self) -> Result<T, GetError>;
    fn try_get(&self) -> Result<T, GetError>;
    fn get_timeout(&self, timeout: Duration) -> Result<T, GetError>;
    fn len(&self) -> usize;
    fn is_empty(&self) -> bool;
    fn is_full(&self) -> bool;
    fn task_done(&self) -> Result<(), TooManyDone>;
    fn join(&self);
    fn join_timeout(&self, timeout: Duration) -> bool;
    fn shutdown(&self);
    fn shutdown_now(&self);
    /// How many threads sleep in a put or a get, so that tests can wait for that.
    fn sleepers(&self) -> u32;
}

macro_rules! bounded {
    ($($queue:ident)*) => {$(
        impl<T: Ord + Send + 'static> Bounded<T> for $queue<T> {
            fn make(maxsize: isize) -> Self { Self::named_with_maxsize("tested", maxsize) }
            fn put(&self, item: T) -> Result<(), PutError<T>> { self.put(item) }
            fn try_put(&self, item: T) -> Result<(), PutError<T>> { self.try_put(item) }
            fn put_timeout(&self, item: T, timeout: Duration) -> Result<(), PutError<T>> {
                self.put_timeout(item, timeout)
            }
            fn get(&self) -> Result<T, GetError> { self.get() }
            fn try_get(&self) -> Result<T, GetError> { self.try_get() }
            fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> { self.get_timeout(timeout) }
            fn len(&self) -> usize { self.len() }
            fn is_empty(&self) -> bool { self.is_empty() }
            fn is_full(&self) -> bool { self.is_full() }
            fn task_done(&self) -> Result<(), TooManyDone> { self.task_done() }
            fn join(&self) { self.join() }
            fn join_timeout(&self, timeout: Duration) -> bool { self.join_timeout(timeout) }
            fn shutdown(&self) { self.shutdown() }
            fn shutdown_now(&self) { self.shutdown_now() }
            fn sleepers(&self) -> u32 { self.0.sleepers() }
        }
    )*};
}

bounded!(Queue LifoQueue PriorityQueue);

/// Makes a test for each queue of each function, which takes the queue as a type parameter.
macro_rules! for_each_queue {
    ($($test:ident)*) => {
        mod queue { $(#[test] fn $test() { super::$test::<crate::queue::Queue<_>>(); })* }
        mod lifo_queue { $(#[test] fn $test() { super::$test::<crate::queue::LifoQueue<_>>(); })* }
        mod priority_queue { $(#[test] fn $test() { super::$test::<crate::queue::PriorityQueue<_>>(); })* }
    };
}
use for_each_queue;

/// Waits until so many threads sleep in the queue.
fn wait_for_sleepers<T, Q: Bounded<T>>(queue: &Q, count: u32) {
    while queue.sleepers() < count {
        std::thread::yield_now();
    }
}
