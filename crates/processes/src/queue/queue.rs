//! The queue with bounds and tasks.

use super::error::PutError;
use super::untyped::{Patience, Untyped};
use crate::error::Error;
use crate::reference::words;
use core::fmt;
use core::marker::PhantomData;
use core::time::Duration;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

const KIND: &str = "Queue";

/// A queue between processes: what was put first is got first. It also counts tasks, as Python's `JoinableQueue` does:
/// [`task_done`](Self::task_done), [`join`](Self::join).
///
/// Clones are the same queue, for other threads and as arguments of processes.
///
/// ```
/// let jobs = threadlab_processes::Queue::bounded(2)?;
/// jobs.put("wash")?;
/// jobs.put("dry")?;
/// assert_eq!(jobs.try_put("fold").unwrap_err().into_item(), "fold");
/// # Ok::<(), threadlab_processes::Error>(())
/// ```
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Queue<T> {
    bytes: Untyped,
    // A queue owns no item: what is in it are bytes.
    items: PhantomData<fn(T) -> T>,
}

impl<T> Clone for Queue<T> {
    fn clone(&self) -> Self {
        Self { bytes: self.bytes.clone(), items: PhantomData }
    }
}

impl<T> fmt::Debug for Queue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl<T> Queue<T> {
    /// A queue for any number of items.
    ///
    /// # Errors
    ///
    /// If there are too many shared objects.
    #[track_caller]
    pub fn unbounded() -> Result<Self, Error> {
        Self::named("")
    }

    /// A queue for any number of items, with a name by which errors call it.
    ///
    /// # Errors
    ///
    /// As [`unbounded`](Self::unbounded).
    #[track_caller]
    pub fn named(name: impl Into<Cow<'static, str>>) -> Result<Self, Error> {
        Ok(Self { bytes: Untyped::new(KIND, name.into(), 0)?, items: PhantomData })
    }

    /// A queue for at most `capacity` items: a put waits while it is full.
    ///
    /// # Errors
    ///
    /// If the capacity is 0, since nothing could ever be put, or if there are too many shared objects.
    #[track_caller]
    pub fn bounded(capacity: usize) -> Result<Self, Error> {
        Self::named_bounded("", capacity)
    }

    /// A queue for at most `capacity` items, with a name by which errors call it.
    ///
    /// # Errors
    ///
    /// As [`bounded`](Self::bounded).
    #[track_caller]
    pub fn named_bounded(name: impl Into<Cow<'static, str>>, capacity: usize) -> Result<Self, Error> {
        let name = name.into();
        if capacity == 0 {
            return Err(Error::ZeroCapacity { object: words(KIND, &name) });
        }
        // More than that do not fit into any memory.
        let capacity = u32::try_from(capacity).unwrap_or(u32::MAX);
        Ok(Self { bytes: Untyped::new(KIND, name, capacity)?, items: PhantomData })
    }

    /// Its name, or an empty text.
    pub fn name(&self) -> &str {
        self.bytes.name()
    }

    /// How many items there is room for in all, or `None` for any number.
    pub fn capacity(&self) -> Option<usize> {
        self.bytes.capacity()
    }

    /// How many items there are at this moment.
    ///
    /// # Errors
    ///
    /// If the queue was closed in this process.
    #[track_caller]
    pub fn len(&self) -> Result<usize, Error> {
        self.bytes.state().map(|state| state.items)
    }

    /// Whether there is no item at this moment. Others may have changed that when the caller looks at the answer; to act
    /// on it, use [`try_get`](Self::try_get).
    ///
    /// # Errors
    ///
    /// As [`len`](Self::len).
    #[track_caller]
    pub fn is_empty(&self) -> Result<bool, Error> {
        self.len().map(|items| items == 0)
    }

    /// Whether there is no room at this moment. Others may have changed that when the caller looks at the answer; to act
    /// on it, use [`try_put`](Self::try_put).
    ///
    /// # Errors
    ///
    /// As [`len`](Self::len).
    #[track_caller]
    pub fn is_full(&self) -> Result<bool, Error> {
        let items = self.len()?;
        Ok(self.capacity().is_some_and(|capacity| items >= capacity))
    }

    /// Leaves the queue: no thread of the calling process can use it any more, by whatever clone, and whoever of it waits
    /// there gets an error. Other processes go on using it, with what is in it. Closing it again changes nothing.
    #[track_caller]
    pub fn close(&self) {
        self.bytes.close();
    }

    /// Shuts the queue down for all processes: nothing can be put in any more, and whoever waits to put is sent away. What
    /// is in it can still be got; whoever waits to get is sent away, and so is everybody once it is empty. Shutting down
    /// again changes nothing.
    ///
    /// # Errors
    ///
    /// If the queue was closed in this process.
    #[track_caller]
    pub fn shutdown(&self) -> Result<(), Error> {
        self.bytes.shut_down()
    }

    /// Says that an item that was got is done with.
    ///
    /// # Errors
    ///
    /// If it was called as often as items were put, or if the queue was closed in this process.
    #[track_caller]
    pub fn task_done(&self) -> Result<(), Error> {
        self.bytes.task_done()
    }

    /// How many of the items that were put have not been said to be done with.
    ///
    /// # Errors
    ///
    /// If the queue was closed in this process.
    #[track_caller]
    pub fn unfinished_tasks(&self) -> Result<usize, Error> {
        self.bytes.state().map(|state| state.unfinished)
    }

    /// Waits until each item that was put has been said to be done with.
    ///
    /// # Errors
    ///
    /// [`Rule::Abandoned`](crate::Rule::Abandoned) if all that are not done with were got by processes that have ended, or
    /// if the queue was closed in this process.
    #[track_caller]
    pub fn join(&self) -> Result<(), Error> {
        self.bytes.join(Patience::Endless)
    }

    /// Waits as [`join`](Self::join) does, but no longer than `timeout` of real time.
    ///
    /// # Errors
    ///
    /// As [`join`](Self::join), and [`Error::TimedOut`].
    #[track_caller]
    pub fn join_timeout(&self, timeout: Duration) -> Result<(), Error> {
        self.bytes.join(Patience::of(timeout))
    }
}

impl<T: Serialize> Queue<T> {
    /// Puts a copy of an item. Waits while there is no room.
    ///
    /// # Errors
    ///
    /// If the queue was closed or shut down, before or while this waits; if the item cannot be written as bytes or makes
    /// more than 16 MiB; if there is no memory left for it; or, where there is no room,
    /// [`Rule::Abandoned`](crate::Rule::Abandoned) if all who could have made some have died. The error has the item.
    #[track_caller]
    pub fn put(&self, item: T) -> Result<(), PutError<T>> {
        self.bytes.put(item, Patience::Endless)
    }

    /// Puts a copy of an item if there is room. Never blocks.
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put), and if there is no room ([`PutError::is_full`]).
    #[track_caller]
    pub fn try_put(&self, item: T) -> Result<(), PutError<T>> {
        self.bytes.put(item, Patience::None)
    }

    /// Puts a copy of an item. Waits while there is no room, but no longer than `timeout` of real time.
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put), and if there was no room in time ([`PutError::is_full`]).
    #[track_caller]
    pub fn put_timeout(&self, item: T, timeout: Duration) -> Result<(), PutError<T>> {
        self.bytes.put(item, Patience::of(timeout))
    }
}

impl<T: DeserializeOwned> Queue<T> {
    /// Takes the next item. Waits while there is none.
    ///
    /// # Errors
    ///
    /// If the queue was closed, or was shut down and nothing is left; [`Rule::Abandoned`](crate::Rule::Abandoned) if it is
    /// empty and all who could have put have died; [`Error::Unreadable`] if the item is no `T`, and gone then.
    #[track_caller]
    pub fn get(&self) -> Result<T, Error> {
        self.bytes.get(Patience::Endless)
    }

    /// Takes the next item if there is one. Never blocks.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get), and [`Error::Empty`].
    #[track_caller]
    pub fn try_get(&self) -> Result<T, Error> {
        self.bytes.get(Patience::None)
    }

    /// Takes the next item. Waits while there is none, but no longer than `timeout` of real time.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get), and [`Error::Empty`] if there was none in time.
    #[track_caller]
    pub fn get_timeout(&self, timeout: Duration) -> Result<T, Error> {
        self.bytes.get(Patience::of(timeout))
    }
}
