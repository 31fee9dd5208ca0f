//! First in, first out, and nothing else.

use super::api::{passing, printed};
use super::error::{GetError, PutError};
use super::fifo::Fifo as Core;
use super::identity::{Identity, Patience};
use core::fmt;
use core::panic::Location;
use core::time::Duration;
use std::borrow::Cow;
use threadlab_trace::ObjectKind;

const KIND: ObjectKind = ObjectKind::SimpleQueue;

/// A queue for any number of items, without a count of tasks: the item that was put first is got first. Putting never
/// waits and fails only after a shutdown.
///
/// Unlike Python's, it can be shut down, so that those who wait for items can be sent home.
pub struct SimpleQueue<T>(pub(super) Core<T>);

impl<T> SimpleQueue<T> {
    /// An empty queue.
    #[track_caller]
    pub fn new() -> Self {
        Self::named("")
    }

    /// An empty queue with a name by which the page and errors show it.
    #[track_caller]
    pub fn named(name: impl Into<Cow<'static, str>>) -> Self {
        Self(Core::new(Identity::unbounded(KIND, name, Location::caller())))
    }

    passing!();
}

impl<T> Default for SimpleQueue<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

printed!(SimpleQueue<T>);
