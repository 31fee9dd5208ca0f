//! What can go wrong with threads.

use super::panics::Panic;
use super::workers::{NoWorker, NoWorkerReason};

/// Why a thread could not be started.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// It has been started before: a thread runs once.
    #[error("{name} cannot be started: a thread starts once, and this one has")]
    AlreadyStarted {
        /// The thread's name.
        name: String,
    },
    /// The process has as many threads as it may have.
    #[error("no more threads: this process has {threads} already, and that is the most it can have")]
    TooManyThreads {
        /// The threads that it has, the main thread and those between two uses included.
        threads: u32,
    },
    /// The system gives no more threads.
    #[error("no more threads: the system gave {threads} and refused another ({reason})")]
    Refused {
        /// The threads that it gave.
        threads: u32,
        /// What the system said.
        reason: String,
    },
}

impl From<NoWorker> for StartError {
    fn from(NoWorker { threads, reason }: NoWorker) -> Self {
        match reason {
            NoWorkerReason::Limit => Self::TooManyThreads { threads },
            NoWorkerReason::Refused(reason) => Self::Refused { threads, reason },
        }
    }
}

/// Why a join gives no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// The thread has not been started, so it will not end either.
    #[error("{name} cannot be joined: it has not been started")]
    NotStarted {
        /// The thread's name.
        name: String,
    },
    /// A thread that waited for its own end would wait for ever.
    #[error("{name} cannot be joined by itself")]
    Oneself {
        /// The thread's name.
        name: String,
    },
    /// The thread is still alive.
    #[error("{name} still runs")]
    TimedOut {
        /// The thread's name.
        name: String,
    },
    /// An earlier join has taken the value.
    #[error("the value of {name} has been taken by an earlier join")]
    Taken {
        /// The thread's name.
        name: String,
    },
    /// The thread panicked.
    #[error("{name} panicked: {panic}")]
    Panicked {
        /// The thread's name.
        name: String,
        /// What it said, and where.
        panic: Panic,
    },
}
