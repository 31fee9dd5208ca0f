//! A state that threads wait to see changed.

use super::line::Shared;
use crate::atomic::{AtomicU32, Ordering};
use crate::futex::{self, Wait};
use crate::object::Caller;
use crate::sync::word::{Inner, inner};
use core::time::Duration;

/// A state of results from a pool.
///
/// It is changed under a lock, and so are the events told that belong to the change or begin a wait: thus no wait is
/// recorded as begun after what ends it was.
pub(super) struct Watched<S> {
    state: Inner<Looked<S>>,
    /// Counts the changes that sleepers have to see; changed under the lock.
    changes: AtomicU32,
}

struct Looked<S> {
    state: S,
    /// Threads that sleep, or are about to.
    sleepers: u32,
}

/// Why nothing was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotSeen {
    /// It was not there in time.
    TimedOut,
    /// A worker of the pool cannot wait for it.
    OwnWorker,
}

impl<S> Watched<S> {
    pub fn new(state: S) -> Self {
        Self { state: inner(Looked { state, sleepers: 0 }), changes: AtomicU32::new(0) }
    }

    /// Looks at the state as it is.
    pub fn look<R>(&self, look: impl FnOnce(&mut S) -> R) -> R {
        look(&mut self.state.lock().state)
    }

    /// Changes the state so that those who wait have to look again.
    pub fn change<R>(&self, change: impl FnOnce(&mut S) -> R) -> R {
        let mut looked = self.state.lock();
        let result = change(&mut looked.state);
        let awaited = looked.sleepers > 0;
        if awaited {
            // Relaxed: sleepers read it under the lock, or compare it in going to sleep.
            self.changes.fetch_add(1, Ordering::Relaxed);
        }
        drop(looked);
        if awaited {
            futex::wake(&self.changes, u32::MAX);
        }
        result
    }

    /// Waits until `look` finds something in the state.
    pub fn wait<R>(
        &self,
        pool: &Shared,
        deadline: Option<Duration>,
        caller: Caller,
        mut look: impl FnMut(&mut S) -> Option<R>,
    ) -> Result<R, NotSeen> {
        futex::checkpoint();
        let mut looked = self.state.lock();
        if let Some(found) = look(&mut looked.state) {
            return Ok(found);
        }
        if deadline.is_none() && pool.is_served_by_caller() {
            return Err(NotSeen::OwnWorker);
        }
        if deadline.is_some_and(|deadline| deadline <= crate::clock::now()) {
            return Err(NotSeen::TimedOut);
        }
        futex::must_be_able_to_block();
        pool.identity.tell_wait(deadline.is_some(), caller);
        looked.sleepers += 1;
        loop {
            // Relaxed: it changes under the lock, which is held.
            let seen = self.changes.load(Ordering::Relaxed);
            drop(looked);
            let why = futex::wait(&self.changes, seen, deadline);
            looked = self.state.lock();
            if let Some(found) = look(&mut looked.state) {
                looked.sleepers -= 1;
                drop(looked);
                pool.identity.tell_wait_ended(caller);
                return Ok(found);
            }
            if why == Wait::TimedOut {
                looked.sleepers -= 1;
                pool.identity.tell_timed_out(caller);
                return Err(NotSeen::TimedOut);
            }
        }
    }
}
