//! What an operation comes to: it is done, or it would block.

use crate::ids::{Handle, Pid};

/// An operation that took place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done<T> {
    /// What came of it.
    pub value: T,
    /// Its number in the order of all operations of all processes. Of two operations on one object, the one that took
    /// place first has the lower number.
    pub order: u64,
}

/// An operation that took place, or would have blocked and changed nothing that others can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt<T> {
    /// It took place.
    Done(Done<T>),
    /// It would block. It is to be attempted again after [`crate::Kernel::wait`] with this ticket.
    Blocked(Ticket),
}

impl<T> Attempt<T> {
    /// What came of it, if it took place.
    pub fn done(self) -> Option<T> {
        match self {
            Self::Done(done) => Some(done.value),
            Self::Blocked(_) => None,
        }
    }
}

/// What to wait on, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The word.
    pub word: WaitWord,
    /// The state of the word when the operation would have blocked.
    pub noted: u32,
}

/// The number of a word that threads wait on. It says where the word is, not what it belongs to: any number can be
/// waited on without harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitWord(u32);

const OF_PROCESS: u32 = 1 << 31;

impl WaitWord {
    /// The word with this number.
    pub const fn from_raw(number: u32) -> Self {
        Self(number)
    }

    /// The word's number.
    pub const fn raw(self) -> u32 {
        self.0
    }

    pub(crate) fn of_object(handle: Handle, side: Side) -> Self {
        Self(u32::from(handle.place()) << 2 | side as u32)
    }

    pub(crate) fn of_process(pid: Pid) -> Self {
        Self(OF_PROCESS | pid.raw())
    }

    pub(crate) fn place(self) -> Place {
        if self.0 & OF_PROCESS == 0 {
            let side = match self.0 & 3 {
                0 => Side::Takers,
                1 => Side::Givers,
                _ => Side::Joiners,
            };
            Place::Object(((self.0 >> 2) & 0xFFFF) as u16, side)
        } else {
            Place::Process(Pid::from_raw(self.0 & !OF_PROCESS))
        }
    }
}

/// Where a word is.
pub(crate) enum Place {
    Object(u16, Side),
    Process(Pid),
}

/// Who waits at an object: each kind of waiters has a word of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Those who wait for bytes, an item, a permit, a notification or other parties.
    Takers = 0,
    /// Those who wait for room, or for their turn to write.
    Givers = 1,
    /// Those who wait for all tasks to be done.
    Joiners = 2,
}

/// What an object says to an operation that holds its lock.
pub(crate) enum Step<T> {
    Done(T),
    Blocked(Side),
}
