//! What can go wrong with a queue. Each error names the queue.

use core::fmt;
use std::sync::Arc;

/// A queue that was to be made with room for no items.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{queue} cannot have a capacity of 0: nothing could ever be put into it")]
pub struct ZeroCapacity {
    pub(super) queue: Arc<str>,
}

impl ZeroCapacity {
    /// The queue that was not made, in words.
    pub fn queue(&self) -> &str {
        &self.queue
    }
}

/// An item that was not put, and why.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub enum PutError<T> {
    /// There was no room, or none in time.
    #[error("{queue} is full")]
    Full {
        /// The queue, in words.
        queue: Arc<str>,
        /// The item.
        item: T,
    },
    /// The queue was shut down.
    #[error("nothing can be put into {queue} any more: it was shut down")]
    ShutDown {
        /// The queue, in words.
        queue: Arc<str>,
        /// The item.
        item: T,
    },
}

impl<T> PutError<T> {
    /// The item that was not put.
    pub fn into_item(self) -> T {
        match self {
            Self::Full { item, .. } | Self::ShutDown { item, .. } => item,
        }
    }

    /// The queue, in words.
    pub fn queue(&self) -> &str {
        match self {
            Self::Full { queue, .. } | Self::ShutDown { queue, .. } => queue,
        }
    }

    /// Whether there was no room.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full { .. })
    }

    /// Whether the queue was shut down.
    pub fn is_shut_down(&self) -> bool {
        matches!(self, Self::ShutDown { .. })
    }
}

// Items need not be printable for the error to be.
impl<T> fmt::Debug for PutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.is_full() { "Full" } else { "ShutDown" };
        f.debug_struct(name).field("queue", &self.queue()).finish_non_exhaustive()
    }
}

/// Why there was no item to get.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GetError {
    /// There was none, or none in time.
    #[error("{queue} is empty")]
    Empty {
        /// The queue, in words.
        queue: Arc<str>,
    },
    /// The queue was shut down, and there is none left.
    #[error("there is nothing to get from {queue} any more: it was shut down")]
    ShutDown {
        /// The queue, in words.
        queue: Arc<str>,
    },
}

impl GetError {
    /// The queue, in words.
    pub fn queue(&self) -> &str {
        match self {
            Self::Empty { queue } | Self::ShutDown { queue } => queue,
        }
    }

    /// Whether there was no item.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty { .. })
    }

    /// Whether the queue was shut down.
    pub fn is_shut_down(&self) -> bool {
        matches!(self, Self::ShutDown { .. })
    }
}

/// A task reported done though all items that were put have been reported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("task_done was called more often than items were put into {queue}")]
pub struct TooManyDone {
    pub(super) queue: Arc<str>,
}

impl TooManyDone {
    /// The queue, in words.
    pub fn queue(&self) -> &str {
        &self.queue
    }
}
