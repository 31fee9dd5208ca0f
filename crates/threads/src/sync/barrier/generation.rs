//! One filling of a barrier, shared by those who came to it.

use crate::atomic::{AtomicU32, Ordering};
use crate::futex;
use core::time::Duration;
use std::sync::Arc;

/// What becomes of those who came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// All came: they may go on.
    Passed,
    /// It broke, or was reset.
    Broken,
}

const OPEN: u32 = 0;
const PASSED: u32 = 1;
const BROKEN: u32 = 2;

/// The record of a generation. It has a word of its own, so whoever is slow to leave it never takes part in the next.
#[derive(Debug)]
pub(super) struct Generation(AtomicU32);

impl Generation {
    pub fn new() -> Arc<Self> {
        Arc::new(Self(AtomicU32::new(OPEN)))
    }

    /// What waiters wait on, for a model checker that lets their time pass.
    #[cfg(loom)]
    pub fn futex(&self) -> &AtomicU32 {
        &self.0
    }

    /// What was decided, if anything was.
    pub fn outcome(&self) -> Option<Outcome> {
        // Acquire: what all parties did before they came is seen by each that goes on.
        match self.0.load(Ordering::Acquire) {
            OPEN => None,
            PASSED => Some(Outcome::Passed),
            _ => Some(Outcome::Broken),
        }
    }

    /// Decides, once. The barrier's state must be locked; [`wake`](Self::wake) follows when it no longer is.
    pub fn decide(&self, outcome: Outcome) {
        let value = match outcome {
            Outcome::Passed => PASSED,
            Outcome::Broken => BROKEN,
        };
        // Release: pairs with the load in `outcome`.
        self.0.store(value, Ordering::Release);
    }

    /// Wakes all who came, after the decision.
    pub fn wake(&self) {
        futex::wake(&self.0, u32::MAX);
    }

    /// Waits for the decision; `None` if the deadline passed before.
    pub fn wait(&self, deadline: Option<Duration>) -> Option<Outcome> {
        loop {
            if let Some(outcome) = self.outcome() {
                return Some(outcome);
            }
            if futex::wait(&self.0, OPEN, deadline) == futex::Wait::TimedOut {
                return self.outcome();
            }
        }
    }
}
