//! How a run can end.

use threadlab_trace::ThreadId;

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its program came to its end. The result is among the events.
    Finished,
    /// It was stopped.
    Stopped,
    /// It ended before its program did, or its program failed.
    Failed(Failure),
}

/// Why a process failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The program returned an error or its main thread panicked.
    #[error("{0}")]
    Program(String),
    /// A thread ended in a way that no program can catch, and the process's memory cannot be trusted any more.
    #[error("{message}. This ended the whole process.")]
    Died {
        /// What happened.
        message: String,
        /// The thread, where it is known.
        thread: Option<ThreadId>,
    },
    /// The browser did not start a worker.
    #[error(
        "The browser gave this run {given} {} and no more ({reason}). Ask for fewer threads, or close other pages.",
        if *given == 1 { "thread" } else { "threads" }
    )]
    NoWorker {
        /// How many workers it started before.
        given: usize,
        /// What it said.
        reason: String,
    },
}

impl Failure {
    /// The thread that failed, where it is known and is not told by the events.
    #[must_use]
    pub fn thread(&self) -> Option<ThreadId> {
        match self {
            Self::Died { thread, .. } => *thread,
            _ => None,
        }
    }

    /// A trap as a person would say it. `error` is the browser's own text.
    pub(crate) fn died(error: &str, thread: u32) -> Self {
        let message = if error.contains("call stack") || error.contains("too much recursion") {
            format!("The thread's stack overflowed: its calls went too deep ({error})")
        } else if error.contains("out of bounds") {
            format!("The thread reached outside the process's memory, as after a stack overflow ({error})")
        } else if error.contains("RuntimeError") {
            format!("The thread trapped ({error})")
        } else {
            error.to_owned()
        };
        Self::Died { message, thread: (thread != 0).then_some(ThreadId(thread)) }
    }
}

/// Why a process could not be started at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// The browser made no worker.
    #[error("The browser started no worker for this run: {0}")]
    NoWorker(String),
}
