//! The queue that can only be put into and got from.

use super::error::PutError;
use super::untyped::{Patience, Untyped};
use crate::error::Error;
use core::fmt;
use core::marker::PhantomData;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

const KIND: &str = "SimpleQueue";

/// A queue between processes for any number of items, without tasks and timeouts. What was put first is got first.
///
/// Clones are the same queue, for other threads and as arguments of processes.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub struct SimpleQueue<T> {
    bytes: Untyped,
    // A queue owns no item: what is in it are bytes.
    items: PhantomData<fn(T) -> T>,
}

impl<T> Clone for SimpleQueue<T> {
    fn clone(&self) -> Self {
        Self { bytes: self.bytes.clone(), items: PhantomData }
    }
}

impl<T> fmt::Debug for SimpleQueue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimpleQueue").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl<T> SimpleQueue<T> {
    /// An empty queue.
    ///
    /// # Errors
    ///
    /// If there are too many shared objects.
    #[track_caller]
    pub fn new() -> Result<Self, Error> {
        Self::named("")
    }

    /// An empty queue with a name by which errors call it.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    #[track_caller]
    pub fn named(name: impl Into<Cow<'static, str>>) -> Result<Self, Error> {
        Ok(Self { bytes: Untyped::new(KIND, name.into(), 0)?, items: PhantomData })
    }

    /// Its name, or an empty text.
    pub fn name(&self) -> &str {
        self.bytes.name()
    }

    /// Whether there is no item at this moment.
    ///
    /// # Errors
    ///
    /// If the queue was closed in this process.
    #[track_caller]
    pub fn is_empty(&self) -> Result<bool, Error> {
        self.bytes.state().map(|state| state.items == 0)
    }

    /// Leaves the queue, as [`Queue::close`](super::Queue::close) does.
    #[track_caller]
    pub fn close(&self) {
        self.bytes.close();
    }
}

impl<T: Serialize> SimpleQueue<T> {
    /// Puts a copy of an item. Never blocks.
    ///
    /// # Errors
    ///
    /// If the queue was closed, if the item cannot be written as bytes or makes more than 16 MiB, or if there is no memory
    /// left for it. The error has the item.
    #[track_caller]
    pub fn put(&self, item: T) -> Result<(), PutError<T>> {
        self.bytes.put(item, Patience::None)
    }
}

impl<T: DeserializeOwned> SimpleQueue<T> {
    /// Takes the next item. Waits while there is none.
    ///
    /// # Errors
    ///
    /// As [`Queue::get`](super::Queue::get).
    #[track_caller]
    pub fn get(&self) -> Result<T, Error> {
        self.bytes.get(Patience::Endless)
    }
}
