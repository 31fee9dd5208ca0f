//! Who waits for an object.

use threadlab_trace::{Purpose, ThreadId};

/// A thread that waits for an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiter {
    /// The thread.
    pub thread: ThreadId,
    /// What it waits for.
    pub purpose: Purpose,
    /// Whether it will give up by itself when a time is over.
    pub timed: bool,
    /// What it waited for has happened: it was notified, the event was set meanwhile, the barrier let it go. Only its own
    /// word that it goes on has not come yet.
    pub released: bool,
}

/// The waiters of one object, in the order in which they came.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Waiters(Vec<Waiter>);

impl Waiters {
    pub(crate) fn as_slice(&self) -> &[Waiter] {
        &self.0
    }

    pub(crate) fn push(&mut self, waiter: Waiter) {
        self.0.push(waiter);
    }

    /// Takes a thread out, keeping the order of the others.
    #[inline]
    pub(crate) fn remove(&mut self, thread: ThreadId) -> Option<Waiter> {
        let at = self.0.iter().rposition(|waiter| waiter.thread == thread)?;
        Some(self.0.remove(at))
    }

    pub(crate) fn any_for(&self, purpose: Purpose) -> bool {
        self.0.iter().any(|waiter| waiter.purpose == purpose)
    }

    /// Lets go at most `most` of those who wait for `purpose`, the longest waiting first; returns how many.
    pub(crate) fn release(&mut self, purpose: Purpose, most: u32) -> u32 {
        let mut released = 0;
        for waiter in self.0.iter_mut().filter(|waiter| !waiter.released && waiter.purpose == purpose) {
            if released == most {
                break;
            }
            waiter.released = true;
            released += 1;
        }
        released
    }

    /// Something has changed that all who wait for `purpose` will look at.
    pub(crate) fn rouse(&mut self, purpose: Option<Purpose>) {
        // Who waits for a notification has it or not.
        let look = |waiter: &&mut Waiter| {
            waiter.purpose != Purpose::Notification && purpose.is_none_or(|purpose| waiter.purpose == purpose)
        };
        self.0.iter_mut().filter(look).for_each(|waiter| waiter.released = true);
    }

    /// What let this thread go is used up.
    pub(crate) fn take_release(&mut self, thread: ThreadId) {
        if let Some(waiter) = self.0.iter_mut().find(|waiter| waiter.thread == thread) {
            waiter.released = false;
        }
    }

    /// One that was thought to be let go is not, the latest of them; returns whether there was one.
    pub(crate) fn hold_back(&mut self) -> bool {
        let latest = self.0.iter_mut().rev().find(|waiter| waiter.released);
        latest.map(|waiter| waiter.released = false).is_some()
    }
}
