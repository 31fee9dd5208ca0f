//! Smallest first.

use super::api::{passing, printed, sizes, tasks};
use super::error::{GetError, PutError, TooManyDone, ZeroCapacity};
use super::heap::Heap;
use super::identity::{Identity, Patience};
use super::locked::Locked;
use core::fmt;
use core::panic::Location;
use core::time::Duration;
use std::borrow::Cow;
use threadlab_trace::ObjectKind;

const KIND: ObjectKind = ObjectKind::PriorityQueue;
type Core<T> = Locked<T, Heap<T>>;

/// A queue from which the smallest item is got first, by its [`Ord`]. It is stable: among equal items, the one that was
/// put first. For the largest first, put items in [`Reverse`](core::cmp::Reverse).
///
/// Items are compared while the queue is locked, so a comparison must not use the queue itself: it would wait for itself
/// for ever. A comparison that panics leaves the queue as it was: an item that was to be put is dropped, one that was to
/// be got stays.
///
/// ```
/// use threadlab_threads::PriorityQueue;
///
/// let errands = PriorityQueue::unbounded();
/// for errand in [(2, "eat"), (1, "cook"), (3, "wash up")] {
///     errands.put(errand).unwrap();
/// }
/// assert_eq!(errands.get().unwrap(), (1, "cook"));
/// ```
pub struct PriorityQueue<T: Ord>(pub(super) Core<T>);

impl<T: Ord> PriorityQueue<T> {
    sizes!();
    passing!();
    tasks!();
}

impl<T: Ord> Default for PriorityQueue<T> {
    #[track_caller]
    fn default() -> Self {
        Self::unbounded()
    }
}

printed!(PriorityQueue<T: Ord>);
