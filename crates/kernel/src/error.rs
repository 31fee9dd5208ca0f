//! What can go wrong. Each error names the process, object or name, and the rule.

use crate::ids::{Handle, Pid};
use crate::limits;
use core::fmt;

/// An operation that cannot be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{subject}: {rule}")]
pub struct Error {
    /// What it was about.
    pub subject: Subject,
    /// Why it cannot be done.
    pub rule: Rule,
}

/// What an operation was about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A process.
    Process(Pid),
    /// A shared object.
    Object(Handle),
    /// A kind of object that was to be made.
    New(&'static str),
    /// The name of a semaphore or process.
    Name(String),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Process(pid) => write!(f, "process {pid}"),
            Self::Object(handle) => write!(f, "shared object {handle}"),
            Self::New(kind) => write!(f, "a new {kind}"),
            Self::Name(name) => write!(f, "the name '{name}'"),
        }
    }
}

macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $rule:ident $message:literal $(, $limit:expr)*;)+) => {
        /// Why an operation cannot be done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
        #[repr(u8)]
        pub enum Rule {
            $($(#[doc = $doc])+ #[error($message $(, $limit)*)] $rule,)+
        }

        impl Rule {
            const ALL: &[Self] = &[$(Self::$rule,)+];
        }
    };
}

rules! {
    /// The process is being ended: the thread is to do nothing any more.
    Killed "it is being ended";
    /// The process has ended, or there never was one.
    NoSuchProcess "there is no such process";
    /// The limit of processes is reached.
    TooManyProcesses "there can be {} processes at a time", limits::PROCESSES;
    /// All numbers of processes have been used.
    NoNumbersLeft "the run has had so many of these that their numbers have run out";
    /// A daemon process was to have a child.
    DaemonParent "a daemon process cannot have children: nobody would wait for them";
    /// The process was started before.
    AlreadyStarted "it was started before; a process can be started once";
    /// The process was not started.
    NotStarted "it was not started";
    /// The process is not a child of the one that asks.
    NotAChild "only its parent can do that";
    /// A process was to join itself.
    JoinsItself "it cannot wait for its own end";
    /// A thread of the process is inside the kernel.
    StillInside "one of its threads is in the middle of an operation, or it was not killed";
    /// The object does not exist any more, or the process has no reference to it.
    BadHandle "it is closed, or was never open in this process";
    /// The object is of another kind.
    WrongKind "it is an object of another kind";
    /// The limit of objects is reached.
    TooManyObjects "there can be {} shared objects at a time", limits::OBJECTS;
    /// All bytes that shared objects can hold are in use.
    NoMemory "all shared objects together can hold {} MiB", limits::BYTES >> 20;
    /// The pipe's room is out of range.
    BadCapacity "a pipe can hold {} to {} bytes", limits::PIPE_BYTES_RANGE.0, limits::PIPE_BYTES_RANGE.1;
    /// A one-way pipe's end was used in the other direction.
    WrongDirection "this end of a one-way pipe works in the other direction only";
    /// All writers have closed the pipe, and everything was read.
    EndOfFile "nothing more will come: whoever could write has closed the pipe or ended";
    /// No reader has the pipe open.
    BrokenPipe "nobody is left to read from the pipe";
    /// A message was cut short by the end of its sender or its receiver.
    Torn "a message was cut short: its sender or its receiver ended in the middle of it";
    /// The bytes that came are not a message.
    Corrupted "the bytes are not a whole message: several wrote or read at once without a lock";
    /// The message exceeds the limit.
    MessageTooLong "a message can have {} bytes", limits::MESSAGE_BYTES;
    /// A message was continued with another length than it was begun with.
    MessageChanged "the message was begun with another length";
    /// The queue was closed.
    Closed "the queue was closed";
    /// The item exceeds the limit.
    ItemTooLong "an item can have {} bytes", limits::ITEM_BYTES;
    /// There were more calls of task done than items.
    TooManyDone "more tasks were said to be done than were put in";
    /// Whoever could have ended the wait has ended without doing so.
    Abandoned "whoever could have ended this wait ended before";
    /// The lock is not held, or by another thread.
    NotHeld "the calling thread does not hold the lock";
    /// A bounded semaphore or lock was released more often than acquired.
    ReleasedTooOften "it was released more often than acquired";
    /// No permit was to be released.
    NoPermits "at least 1 permit has to be released";
    /// The semaphore's value exceeds the limit.
    TooManyPermits "a semaphore's value can be {}", limits::PERMITS;
    /// A lock was taken again too often by its owner.
    TooDeep "a lock can be taken {} times by its owner", limits::PERMITS;
    /// The number of parties is out of range.
    BadParties "a barrier can have 1 to {} parties", limits::PARTIES;
    /// The barrier was broken, or reset while parties waited.
    BrokenBarrier "the barrier is broken: a party gave up or ended, or it was reset";
    /// What a barrier's last party does between two rounds came to the barrier itself.
    InAction "the others wait for what the calling thread does: it cannot wait there itself";
    /// The caller does not wait there.
    NotWaiting "the calling thread does not wait there";
    /// Bytes outside of the block.
    OutOfBounds "the bytes lie outside of it";
    /// The shared block is too large.
    BlockTooLarge "a shared block can have {} MiB", limits::SHARED_BYTES >> 20;
    /// The name is in use.
    NameTaken "it is in use";
    /// The name is not in use.
    NoSuchName "nothing has this name";
    /// The name is empty or too long.
    BadName "a name has 1 to {} bytes", limits::NAME_BYTES;
    /// The limit of names is reached.
    TooManyNames "there can be {} named semaphores at a time", limits::NAMES;
}

impl Rule {
    /// The rule's number, for where only numbers can pass. It is never 0.
    pub const fn code(self) -> u32 {
        self as u32 + 1
    }

    /// The rule with this number.
    pub fn from_code(code: u32) -> Option<Self> {
        Self::ALL.get(usize::try_from(code.checked_sub(1)?).ok()?).copied()
    }

    pub(crate) fn about(self, subject: Subject) -> Error {
        Error { subject, rule: self }
    }

    pub(crate) fn of(self, handle: Handle) -> Error {
        self.about(Subject::Object(handle))
    }

    pub(crate) fn of_process(self, pid: Pid) -> Error {
        self.about(Subject::Process(pid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_comes_back_from_its_number() {
        let mut codes = 1..;
        for rule in Rule::ALL {
            assert_eq!(Some(rule.code()), codes.next());
            assert_eq!(Rule::from_code(rule.code()), Some(*rule));
        }
        assert_eq!(Rule::from_code(0), None);
        assert_eq!(Rule::from_code(codes.start), None);
    }

    #[test]
    fn errors_name_the_object_and_the_limit() {
        let error = Rule::TooManyProcesses.of_process(Pid::from_raw(7));
        assert_eq!(error.to_string(), "process 7: there can be 64 processes at a time");
        let error = Rule::BadCapacity.about(Subject::New("pipe"));
        assert_eq!(error.to_string(), "a new pipe: a pipe can hold 64 to 16777216 bytes");
    }
}
