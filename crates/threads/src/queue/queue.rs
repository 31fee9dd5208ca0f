//! First in, first out, with all that Python's `queue.Queue` can do.

use super::api::{passing, printed, sizes, tasks};
use super::error::{GetError, PutError, TooManyDone, ZeroCapacity};
use super::fifo::Fifo as Core;
use super::identity::{Identity, Patience};
use core::fmt;
use core::panic::Location;
use core::time::Duration;
use std::borrow::Cow;
use threadlab_trace::ObjectKind;

const KIND: ObjectKind = ObjectKind::Queue;

/// A queue: the item that was put first is got first. For any number of producers and consumers, which share it by
/// reference or in an [`Arc`](std::sync::Arc).
///
/// ```
/// use std::sync::Arc;
/// use threadlab_threads::{Queue, thread};
///
/// let jobs = Arc::new(Queue::bounded(2)?);
/// let theirs = Arc::clone(&jobs);
/// let worker = thread::spawn(move || {
///     let mut sum = 0;
///     while let Ok(job) = theirs.get() {
///         sum += job;
///         theirs.task_done().unwrap();
///     }
///     sum
/// });
/// for job in 1..=10 {
///     jobs.put(job).unwrap();
/// }
/// jobs.join();
/// jobs.shutdown();
/// assert_eq!(worker.join().unwrap(), 55);
/// # Ok::<(), threadlab_threads::queue::ZeroCapacity>(())
/// ```
pub struct Queue<T>(pub(super) Core<T>);

impl<T> Queue<T> {
    sizes!();
    passing!();
    tasks!();
}

impl<T> Default for Queue<T> {
    #[track_caller]
    fn default() -> Self {
        Self::unbounded()
    }
}

printed!(Queue<T>);
