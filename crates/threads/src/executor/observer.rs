//! Waiting for several tasks at once: each tells the observer when it is complete.

use super::completion::Waiting;
use crate::atomic::{AtomicU32, Ordering};
use crate::futex;
use crate::sync::word::{Inner, inner};
use core::time::Duration;
use std::collections::VecDeque;

/// Nobody sleeps, or whoever does is to look again.
const AWAKE: u32 = 0;
const ASLEEP: u32 = 1;

/// What an observer waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// A task that is complete and has not been [taken](Observer::take).
    One,
    /// A task that failed, or that all are complete.
    Failure,
    /// That all are complete.
    All,
}

/// What one thread waits on for several tasks.
#[derive(Debug)]
pub struct Observer {
    arrived: Inner<Arrived>,
    /// Waited on by the one thread that uses the observer.
    word: AtomicU32,
    goal: Goal,
    tasks: usize,
}

#[derive(Debug, Default)]
struct Arrived {
    /// Those complete and not taken, in the order of their completion.
    complete: VecDeque<usize>,
    count: usize,
    failed: bool,
}

impl Observer {
    /// One for so many tasks.
    pub fn new(goal: Goal, tasks: usize) -> Self {
        Self { arrived: inner(Arrived::default()), word: AtomicU32::new(AWAKE), goal, tasks }
    }

    /// The word that it waits on, for a model checker that lets its time pass.
    #[cfg(loom)]
    pub fn word(&self) -> &AtomicU32 {
        &self.word
    }

    /// The task with this index is complete. To be called once for each.
    pub fn notify(&self, index: usize, failed: bool) {
        let mut arrived = self.arrived.lock();
        arrived.complete.push_back(index);
        arrived.count += 1;
        arrived.failed |= failed;
        // Relaxed: the word only says whether to look again; what is seen then comes by the lock.
        let wake = self.is_reached(&arrived) && self.word.swap(AWAKE, Ordering::Relaxed) == ASLEEP;
        drop(arrived);
        if wake {
            futex::wake(&self.word, 1);
        }
    }

    /// The task that is complete for longest and has not been taken.
    pub fn take(&self) -> Option<usize> {
        self.arrived.lock().complete.pop_front()
    }

    fn is_reached(&self, arrived: &Arrived) -> bool {
        let all = arrived.count == self.tasks;
        match self.goal {
            Goal::One => !arrived.complete.is_empty() || all,
            Goal::Failure => arrived.failed || all,
            Goal::All => all,
        }
    }

    /// Waits until the goal is reached or the deadline has passed. Returns whether it is reached. `tell` is called only
    /// where the thread sleeps. For one thread at a time.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    pub fn wait(&self, deadline: Option<Duration>, tell: impl Fn(Waiting)) -> bool {
        let mut slept = false;
        loop {
            let outcome = {
                let arrived = self.arrived.lock();
                if self.is_reached(&arrived) {
                    break;
                }
                if !slept {
                    futex::must_be_able_to_block();
                    tell(Waiting::Began);
                    slept = true;
                }
                // Relaxed: it changes under the lock only.
                self.word.store(ASLEEP, Ordering::Relaxed);
                drop(arrived);
                futex::wait(&self.word, ASLEEP, deadline)
            };
            if outcome == futex::Wait::TimedOut {
                let arrived = self.arrived.lock();
                if self.is_reached(&arrived) {
                    break;
                }
                self.word.store(AWAKE, Ordering::Relaxed);
                tell(Waiting::TimedOut);
                return false;
            }
        }
        if slept {
            tell(Waiting::Ended);
        }
        true
    }
}
