//! How many of the items that were put have been reported done, and who waits until all are.
//!
//! The number of items put is the queue's own count, so putting pays nothing for this.

use crate::atomic::{AtomicU32, AtomicU64, Ordering};
use crate::futex::{self, Wait};
use core::time::Duration;

/// A thread may be waiting for all to be done.
const JOINED: u64 = 1;
/// One task, in a count whose lowest bit is [`JOINED`].
const ONE: u64 = 2;

/// A count of tasks done.
pub(super) struct Tasks {
    /// Tasks that were reported, or are about to be. Never more than were put.
    claimed: AtomicU64,
    /// Tasks that were reported, and the mark.
    done: AtomicU64,
    /// Counts the times when all were done, for those who wait.
    all_done: AtomicU32,
}

impl Tasks {
    pub fn new() -> Self {
        Self { claimed: AtomicU64::new(0), done: AtomicU64::new(0), all_done: AtomicU32::new(0) }
    }

    /// The word that waiters wait on, for a model checker that lets their time pass.
    #[cfg(loom)]
    pub fn word(&self) -> &AtomicU32 {
        &self.all_done
    }

    /// Claims up to `most` tasks of those that were put, to report them. Returns how many.
    pub fn claim(&self, most: u64, put: impl Fn() -> u64) -> u64 {
        // Acquire, here and below: who sees the tasks that others have claimed sees as many items put. Otherwise it might
        // find too few of them for its own.
        let mut claimed = self.claimed.load(Ordering::Acquire);
        loop {
            let count = most.min(put().saturating_sub(claimed));
            if count == 0 {
                return 0;
            }
            match self.claimed.compare_exchange_weak(
                claimed,
                claimed + count,
                Ordering::AcqRel,
                Ordering::Acquire,
            ) {
                Ok(_) => return count,
                Err(now) => claimed = now,
            }
        }
    }

    /// Reports claimed tasks done, and wakes those who wait for all of them if these were the last.
    pub fn report(&self, count: u64, put: impl Fn() -> u64) {
        // Release: the work on the task is seen by who waits for it. Acquire: the last reporter sees all items put that
        // the others have seen, so one of them sees that all are done.
        let was = self.done.fetch_add(count * ONE, Ordering::AcqRel);
        if was & JOINED != 0 && was / ONE + count == put() {
            self.wake();
        }
    }

    #[cold]
    fn wake(&self) {
        // The mark goes before the count: a waiter that sets it again afterwards has noted the count before, so it looks
        // again.
        self.done.fetch_and(!JOINED, Ordering::AcqRel);
        // Release: who sees the new number sees the tasks done.
        self.all_done.fetch_add(1, Ordering::Release);
        futex::wake(&self.all_done, u32::MAX);
    }

    /// Whether all items put were reported done at some moment in this call.
    pub fn are_done(&self, put: impl Fn() -> u64) -> bool {
        // Acquire: the work on the tasks is seen. The items put are read after it, and never fewer than those done: if
        // both are equal, they were when the items were read.
        self.done.load(Ordering::Acquire) / ONE == put()
    }

    /// Waits until all items put are reported done. Returns whether they were before the deadline.
    pub fn wait(&self, deadline: Option<Duration>, put: impl Fn() -> u64) -> bool {
        loop {
            // Acquire: noted before the mark is set, so a wake after that is not missed.
            let noted = self.all_done.load(Ordering::Acquire);
            // Acquire as in `are_done`; Release only because there is no other exchange with both.
            let done = self.done.fetch_or(JOINED, Ordering::AcqRel);
            if done / ONE == put() {
                return true;
            }
            if futex::wait(&self.all_done, noted, deadline) == Wait::TimedOut {
                return self.are_done(put);
            }
        }
    }
}
