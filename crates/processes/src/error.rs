//! What can go wrong between processes. Each error names the object and the rule.

use threadlab_kernel::Rule;

/// Why something between processes could not be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The kernel's rules do not allow it.
    #[error("{object}: {rule}")]
    Rule {
        /// The object, as people call it.
        object: String,
        /// The rule.
        rule: Rule,
    },
    /// The time that was to be waited is over. Nothing has happened.
    #[error("{object}: it took longer than was to be waited")]
    TimedOut {
        /// The object.
        object: String,
    },
    /// There was no room, or none in time. Nothing was put.
    #[error("{object} is full")]
    Full {
        /// The object.
        object: String,
    },
    /// There was nothing to get, or nothing in time.
    #[error("{object} is empty")]
    Empty {
        /// The object.
        object: String,
    },
    /// A queue that was to be made with room for no items.
    #[error("{object} cannot have a capacity of 0: nothing could ever be put into it")]
    ZeroCapacity {
        /// The queue.
        object: String,
    },
    /// The process's own memory has no room for what came.
    #[error("{object}: the process has no memory left for a message of {bytes} bytes")]
    NoRoom {
        /// The object.
        object: String,
        /// The message's length.
        bytes: u32,
    },
    /// The value cannot be written as bytes.
    #[error("{object}: the value cannot be written as bytes ({reason})")]
    Unwritable {
        /// The object.
        object: String,
        /// What the writer says.
        reason: String,
    },
    /// The bytes are no value of this type.
    #[error("{object}: what came is no value of the type that was asked for ({reason})")]
    Unreadable {
        /// The object.
        object: String,
        /// What the reader says.
        reason: String,
    },
    /// The browser gives no further memory.
    #[error(
        "{object}: the browser has no memory left for another process. It allows about 120 at a time; let some end first"
    )]
    NoMemory {
        /// The process.
        object: String,
    },
    /// Threads of the process were being started and did not begin in time, or its memory kept growing, so it could not be
    /// copied.
    #[error(
        "{object}: its parent's memory is not at rest (threads are about to begin, or it grows); try again"
    )]
    Busy {
        /// The process.
        object: String,
    },
    /// An array has no element of this number.
    #[error("{object} has {length} elements: there is none with the number {index}")]
    NoSuchElement {
        /// The array.
        object: String,
        /// The number, counted from 0.
        index: usize,
        /// How many elements it has.
        length: usize,
    },
    /// There is no way of this name to start a process.
    #[error("there is no start method '{name}': it is one of 'spawn', 'fork' and 'forkserver'")]
    UnknownMethod {
        /// The name.
        name: String,
    },
    /// The object was made for forked processes only.
    #[error(
        "{object}: it was made for processes that are forked, and cannot be given to one that is started by '{method}'"
    )]
    MadeForFork {
        /// The object.
        object: String,
        /// How the process is started.
        method: &'static str,
    },
    /// Processes need workers.
    #[error("{object}: processes run in a browser only")]
    NotHere {
        /// The process.
        object: String,
    },
}

impl Error {
    /// The kernel's rule, where it is one.
    pub fn rule(&self) -> Option<Rule> {
        match self {
            Self::Rule { rule, .. } => Some(*rule),
            _ => None,
        }
    }

    /// Whether the time that was to be waited is over.
    pub fn is_timed_out(&self) -> bool {
        matches!(self, Self::TimedOut { .. })
    }

    /// Whether a pipe has nothing more to receive, ever: whoever could write has closed it or ended.
    pub fn is_end_of_file(&self) -> bool {
        self.rule() == Some(Rule::EndOfFile)
    }

    /// Whether nobody is left to read what is sent into a pipe.
    pub fn is_broken_pipe(&self) -> bool {
        self.rule() == Some(Rule::BrokenPipe)
    }

    /// Whether a message came damaged: cut short, or mixed with others. The messages after it can be received.
    pub fn is_damaged(&self) -> bool {
        matches!(self.rule(), Some(Rule::Torn | Rule::Corrupted))
    }

    /// Whether the object was closed, for the calling process or for all.
    pub fn is_closed(&self) -> bool {
        matches!(self.rule(), Some(Rule::Closed | Rule::BadHandle))
    }

    /// Whether there was no room.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full { .. })
    }

    /// Whether there was nothing to get.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty { .. })
    }
}
