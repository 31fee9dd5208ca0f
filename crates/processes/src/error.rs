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
    /// Threads of the process were being started and did not begin in time, so its memory could not be copied.
    #[error(
        "{object}: threads of its parent are about to begin and did not, so the memory cannot be copied; try again"
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
}
