//! Who holds an object.

use threadlab_trace::{Mode, Purpose, ThreadId};

/// A thread's hold of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The thread.
    pub thread: ThreadId,
    /// In which way.
    pub mode: Mode,
    /// How many times: the levels of a re-entrant lock, the permits taken; otherwise mostly 1. Never 0.
    pub count: u32,
    /// The number of events that the model had seen when it began or grew last.
    pub(crate) since: u64,
}

impl Hold {
    /// Whether nobody but its thread can end it, and a waiter for `purpose` has to wait for that.
    pub(crate) fn is_certain(&self, purpose: Purpose) -> bool {
        match self.mode {
            Mode::Owned => true,
            Mode::Shared => purpose == Purpose::Acquire,
            _ => false,
        }
    }
}

/// The holds of one object, one for each thread, in the order in which they began.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Holders(Vec<Hold>);

impl Holders {
    pub(crate) fn as_slice(&self) -> &[Hold] {
        &self.0
    }

    /// The hold that keeps all others out.
    #[inline]
    pub(crate) fn exclusive(&self) -> Option<&Hold> {
        match self.0.as_slice() {
            [hold] if matches!(hold.mode, Mode::Owned | Mode::Transferable) => Some(hold),
            _ => None,
        }
    }

    /// Where this thread's hold is.
    #[inline]
    pub(crate) fn position(&self, thread: ThreadId) -> Option<usize> {
        self.0.iter().rposition(|hold| hold.thread == thread)
    }

    pub(crate) fn get_mut(&mut self, at: usize) -> &mut Hold {
        &mut self.0[at]
    }

    /// Adds the hold of a thread that has none.
    #[inline]
    pub(crate) fn push(&mut self, hold: Hold) {
        self.0.push(hold);
    }

    #[inline]
    pub(crate) fn remove(&mut self, at: usize) -> Hold {
        self.0.remove(at)
    }

    pub(crate) fn pop(&mut self) -> Option<Hold> {
        self.0.pop()
    }
}
