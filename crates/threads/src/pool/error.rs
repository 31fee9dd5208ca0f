//! What can go wrong with pools and their tasks. Each error names the pool.

use crate::thread::{Panic, StartError};
use core::fmt;
use std::sync::Arc;

/// Why there is no new pool.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NewPoolError {
    /// It was to have no workers.
    #[error("{pool} cannot have 0 workers: nothing would ever run its tasks")]
    NoWorkers {
        /// The pool that was not made, in words.
        pool: Arc<str>,
    },
    /// It was to have more workers than any pool can.
    #[error("{pool} cannot have {workers} workers: {most} is the most that a pool can have")]
    TooManyWorkers {
        /// The pool that was not made, in words.
        pool: Arc<str>,
        /// The workers that it was to have.
        workers: usize,
        /// The most that a pool can have.
        most: usize,
    },
    /// One of its workers could not be started. Those that had been started end.
    #[error("{pool} cannot start worker {worker}: {why}")]
    Start {
        /// The pool that was not made, in words.
        pool: Arc<str>,
        /// Which worker, counted from 1.
        worker: usize,
        /// Why.
        why: StartError,
    },
    /// The process has a global pool already, or rayon has made one by itself because it was used before.
    #[error("{pool} cannot be the global pool: the process has one already")]
    GlobalExists {
        /// The pool that was not made, in words.
        pool: Arc<str>,
    },
}

/// Why a task came to no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TaskError {
    /// It panicked. The worker goes on with other tasks.
    #[error("a task of {pool} panicked: {panic}")]
    Panicked {
        /// The pool, in words.
        pool: Arc<str>,
        /// What it said, and where.
        panic: Panic,
    },
    /// The pool was terminated before the task began.
    #[error("{pool} was terminated before the task began")]
    Terminated {
        /// The pool, in words.
        pool: Arc<str>,
    },
    /// The pool was closed or terminated before it was given the task.
    #[error("{pool} takes no more tasks: it was closed")]
    Closed {
        /// The pool, in words.
        pool: Arc<str>,
    },
    /// Chunks were to have no items.
    #[error("{pool} cannot make chunks of 0 items")]
    EmptyChunks {
        /// The pool, in words.
        pool: Arc<str>,
    },
    /// A worker of the pool wanted to wait for the result, which could leave no worker to run the task.
    #[error("a worker of {pool} cannot wait for a task of the same pool")]
    OwnWorker {
        /// The pool, in words.
        pool: Arc<str>,
    },
}

/// Why a result gives nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResultError {
    /// The task came to no result.
    #[error(transparent)]
    Task(#[from] TaskError),
    /// The result was not there in time. It can be asked again.
    #[error("the result from {pool} is not ready")]
    TimedOut {
        /// The pool, in words.
        pool: Arc<str>,
    },
    /// An earlier call has taken the value.
    #[error("the result from {pool} has been taken by an earlier call")]
    Taken {
        /// The pool, in words.
        pool: Arc<str>,
    },
}

/// A result was asked how it came out before it did.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the result from {pool} is not ready, so nobody knows yet whether it is a success")]
pub struct NotReady {
    pub(super) pool: Arc<str>,
}

impl NotReady {
    /// The pool, in words.
    pub fn pool(&self) -> &str {
        &self.pool
    }
}

/// Why a pool was not waited for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// It has been neither closed nor terminated, so its workers will not end.
    #[error("{pool} cannot be joined: it has been neither closed nor terminated")]
    StillOpen {
        /// The pool, in words.
        pool: Arc<str>,
    },
    /// One of its own workers wanted to wait for it, and so for its own end.
    #[error("{pool} cannot be joined by one of its own workers")]
    OwnWorker {
        /// The pool, in words.
        pool: Arc<str>,
    },
}

/// Work that a pool did not take, and why. None of it has run.
#[derive(Clone, PartialEq, Eq)]
pub struct Refused<W> {
    pub(super) pool: Arc<str>,
    pub(super) reason: RefusalReason,
    pub(super) work: W,
}

/// Why a pool did not take work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalReason {
    /// It was closed or terminated.
    Closed,
    /// Chunks were to have no items.
    EmptyChunks,
}

impl<W> Refused<W> {
    /// The work: what was to be called, with the items for it where there were some.
    pub fn into_work(self) -> W {
        self.work
    }

    /// Why it was refused.
    pub fn reason(&self) -> RefusalReason {
        self.reason
    }

    /// The pool, in words.
    pub fn pool(&self) -> &str {
        &self.pool
    }
}

impl<W> From<Refused<W>> for TaskError {
    fn from(Refused { pool, reason, .. }: Refused<W>) -> Self {
        match reason {
            RefusalReason::Closed => Self::Closed { pool },
            RefusalReason::EmptyChunks => Self::EmptyChunks { pool },
        }
    }
}

impl<W> fmt::Display for Refused<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (pool, reason) = (Arc::clone(&self.pool), self.reason);
        TaskError::from(Refused { pool, reason, work: () }).fmt(f)
    }
}

// The work need not be printable for the error to be.
impl<W> fmt::Debug for Refused<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refused")
            .field("pool", &self.pool)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

impl<W> core::error::Error for Refused<W> {}
