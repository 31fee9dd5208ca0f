//! Why an item was not put.

use crate::error::Error;
use core::fmt;

/// An item that was not put, and why.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct PutError<T> {
    item: T,
    error: Error,
}

impl<T> PutError<T> {
    pub(super) fn new(item: T, error: Error) -> Self {
        Self { item, error }
    }

    /// The item.
    pub fn into_item(self) -> T {
        self.item
    }

    /// Why it was not put.
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// Whether there was no room, or none in time.
    pub fn is_full(&self) -> bool {
        self.error.is_full()
    }

    /// Whether the queue was closed in this process or shut down for all.
    pub fn is_closed(&self) -> bool {
        self.error.is_closed()
    }
}

impl<T> From<PutError<T>> for Error {
    /// Drops the item.
    fn from(refused: PutError<T>) -> Self {
        refused.error
    }
}

// Items need not be printable for the error to be.
impl<T> fmt::Debug for PutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PutError").field("error", &self.error).finish_non_exhaustive()
    }
}
