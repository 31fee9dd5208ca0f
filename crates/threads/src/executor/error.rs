//! What can go wrong with executors and their tasks. Each error names the executor, and the task where there is one.

use crate::thread::{Panic, StartError};
use core::fmt;

/// An executor that was to be made without workers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{executor} cannot have 0 workers: nothing submitted to it would ever run")]
pub struct ZeroWorkers {
    /// The executor that was not made, in words.
    pub executor: String,
}

/// Why an executor takes no task.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It was shut down, or the program's main thread has ended.
    #[error("nothing can be submitted to {executor} any more: it was shut down")]
    ShutDown {
        /// The executor, in words.
        executor: String,
    },
    /// It has no worker, and none can be started.
    #[error("nothing can be submitted to {executor}, which has no worker: {error}")]
    NoWorker {
        /// The executor, in words.
        executor: String,
        /// Why none can be started.
        error: StartError,
    },
}

/// A task that an executor did not take, and why. The task has not run and comes back.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct SubmitError<F> {
    /// The task.
    pub task: F,
    /// Why it was not taken.
    pub reason: Refusal,
}

// Tasks need not be printable for the error to be.
impl<F> fmt::Debug for SubmitError<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubmitError").field("reason", &self.reason).finish_non_exhaustive()
    }
}

/// An executor whose shutdown was asked for by one of its own workers: it is shut down, but the worker cannot wait for
/// that, since it would wait for itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{executor} cannot be waited for by its own worker {worker}: it is shut down and ends when its tasks have"
)]
pub struct OwnWorker {
    /// The executor, in words.
    pub executor: String,
    /// The worker's name.
    pub worker: String,
}

/// Why a task has no result to give.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FutureError {
    /// It was not complete in time. It goes on.
    #[error("{task} has no result yet")]
    TimedOut {
        /// The task, in words.
        task: String,
    },
    /// It was cancelled before it began.
    #[error("{task} was cancelled")]
    Cancelled {
        /// The task, in words.
        task: String,
    },
    /// It panicked.
    #[error("{task} panicked: {panic}")]
    Panicked {
        /// The task, in words.
        task: String,
        /// What it said, and where.
        panic: Panic,
    },
}

/// Tasks that were not complete in time. They go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("tasks that were not complete in time: {unfinished} of {all}")]
pub struct Unfinished {
    /// How many were not.
    pub unfinished: usize,
    /// How many there are.
    pub all: usize,
}
