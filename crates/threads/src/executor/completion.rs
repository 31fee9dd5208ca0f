//! How a task stands, what it came to, and who is to be told: a future without its task, its events and its callbacks'
//! meaning, so that a model checker can look at it.
//!
//! One word says whether the task is pending, running, cancelled or finished, and has a bit for threads that may sleep
//! until it is one of the latter two. The word changes, and a wait begins, under a small lock only: thus what is
//! recorded of them is in the order in which they happened, and a callback or observer is either in the list that
//! whoever completes the task takes, or comes to a task that is complete. Looking at a result that is there is one load.

use super::observer::Observer;
use crate::atomic::{AtomicU32, Ordering};
use crate::futex;
use crate::sync::word::{Inner, inner};
use core::time::Duration;
use std::sync::{Arc, OnceLock};

const PENDING: u32 = 0;
const RUNNING: u32 = 1;
const CANCELLED: u32 = 2;
const FINISHED: u32 = 3;
/// The bits of the above.
const STAGE: u32 = 3;
/// A thread may sleep until the task is complete.
const AWAITED: u32 = 4;

/// How a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It has not begun and can be cancelled.
    Pending,
    /// It has begun.
    Running,
    /// It will never run.
    Cancelled,
    /// It has run; what it came to is there.
    Finished,
}

impl Stage {
    fn of(word: u32) -> Self {
        match word & STAGE {
            PENDING => Self::Pending,
            RUNNING => Self::Running,
            CANCELLED => Self::Cancelled,
            _ => Self::Finished,
        }
    }

    /// Whether nothing more will happen to the task.
    pub fn is_complete(self) -> bool {
        matches!(self, Self::Cancelled | Self::Finished)
    }
}

/// What a thread says of its wait, at the moment at which it is to be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// It is about to sleep.
    Began,
    /// What it waited for has happened.
    Ended,
    /// It gave up.
    TimedOut,
}

/// The completion of a task that comes to a `V`, after which its callbacks `C` are to be called.
#[derive(Debug)]
pub struct Completion<V, C> {
    word: AtomicU32,
    /// Never waited for: it is written by the thread that ran the task, before the word says that it is finished.
    value: OnceLock<V>,
    /// Held while the word is changed or a wait begins.
    after: Inner<After<C>>,
}

/// Who is to be told when the task is complete.
#[derive(Debug)]
struct After<C> {
    observers: Vec<(Arc<Observer>, usize)>,
    callbacks: Vec<C>,
}

impl<C> Default for After<C> {
    fn default() -> Self {
        Self { observers: Vec::new(), callbacks: Vec::new() }
    }
}

impl<V, C> Default for Completion<V, C> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V, C> Completion<V, C> {
    /// That of a task that is pending.
    pub fn new() -> Self {
        Self { word: AtomicU32::new(PENDING), value: OnceLock::new(), after: inner(After::default()) }
    }

    /// The word that waiters wait on, for a model checker that lets their time pass.
    #[cfg(loom)]
    pub fn word(&self) -> &AtomicU32 {
        &self.word
    }

    /// How the task stands at this moment.
    pub fn stage(&self) -> Stage {
        // Acquire: whoever sees the task complete sees what it did.
        Stage::of(self.word.load(Ordering::Acquire))
    }

    /// What the task came to, once it is finished.
    pub fn value(&self) -> Option<&V> {
        match self.stage() {
            Stage::Finished => self.value.get(),
            _ => None,
        }
    }

    /// The task begins, unless it was cancelled. Returns whether it does; `tell` is called before others see it.
    pub fn begin(&self, tell: impl FnOnce()) -> bool {
        let _after = self.after.lock();
        // Relaxed, here and below: under the lock it is what the last change left.
        let now = self.word.load(Ordering::Relaxed);
        let begins = now & STAGE == PENDING;
        if begins {
            tell();
            // Relaxed: what the task was given came to this thread with the task.
            self.word.store(now & AWAITED | RUNNING, Ordering::Relaxed);
        }
        begins
    }

    /// The task, which this thread has begun, is finished. `tell` is called before others see it, with whether there are
    /// callbacks; these come back, to be called in their order.
    pub fn finish(&self, value: V, failed: bool, tell: impl FnOnce(bool)) -> Vec<C> {
        // Nobody else can have written it: a task begins once.
        self.value.get_or_init(|| value);
        let mut after = self.after.lock();
        tell(!after.callbacks.is_empty());
        let told = core::mem::take(&mut *after);
        let was = self.complete(FINISHED);
        drop(after);
        self.wake(was, told, failed)
    }

    /// Cancels the task if it has not begun; `tell` is called before others see it. Returns the callbacks, to be called
    /// in their order, or `None` if it is too late. A task that was cancelled already has none left.
    pub fn cancel(&self, tell: impl FnOnce()) -> Option<Vec<C>> {
        let mut after = self.after.lock();
        match self.word.load(Ordering::Relaxed) & STAGE {
            PENDING => tell(),
            CANCELLED => return Some(Vec::new()),
            _ => return None,
        }
        let told = core::mem::take(&mut *after);
        let was = self.complete(CANCELLED);
        drop(after);
        Some(self.wake(was, told, false))
    }

    /// To be called under the lock. Returns what the word was.
    fn complete(&self, word: u32) -> u32 {
        // Release: whoever sees the task complete sees what it did, and its value.
        self.word.swap(word, Ordering::Release)
    }

    fn wake(&self, was: u32, told: After<C>, failed: bool) -> Vec<C> {
        if was & AWAITED != 0 {
            futex::wake(&self.word, u32::MAX);
        }
        for (observer, index) in told.observers {
            observer.notify(index, failed);
        }
        told.callbacks
    }

    /// Keeps a callback for the task's completion, or gives it back where the task is complete: it is to be called at
    /// once then.
    pub fn add_callback(&self, callback: C) -> Option<C> {
        let mut after = self.after.lock();
        if self.stage().is_complete() {
            return Some(callback);
        }
        after.callbacks.push(callback);
        None
    }

    /// Has an observer notified of the task's completion, as the one with this index; at once where it is complete.
    /// `failed` says of a value whether it is a failure.
    pub fn observe(&self, observer: &Arc<Observer>, index: usize, failed: impl FnOnce(&V) -> bool) {
        {
            let mut after = self.after.lock();
            if !self.stage().is_complete() {
                after.observers.push((Arc::clone(observer), index));
                return;
            }
        }
        observer.notify(index, self.value().is_some_and(failed));
    }

    /// Tells an observer nothing more.
    pub fn forget(&self, observer: &Arc<Observer>) {
        self.after.lock().observers.retain(|(known, _)| !Arc::ptr_eq(known, observer));
    }

    /// How many observers would be told.
    #[cfg(all(test, not(loom), not(target_arch = "wasm32")))]
    pub fn observers(&self) -> usize {
        self.after.lock().observers.len()
    }

    /// Waits until the task is complete or the deadline has passed. Returns whether it is complete. `tell` is called
    /// only where the thread sleeps.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    pub fn wait(&self, deadline: Option<Duration>, tell: impl Fn(Waiting)) -> bool {
        if self.stage().is_complete() {
            return true;
        }
        futex::must_be_able_to_block();
        {
            let _after = self.after.lock();
            if self.stage().is_complete() {
                return true;
            }
            tell(Waiting::Began);
            // Relaxed: the bit is for whoever completes the task, who comes by the lock.
            self.word.fetch_or(AWAITED, Ordering::Relaxed);
        }
        loop {
            // Acquire: as in `stage`.
            let now = self.word.load(Ordering::Acquire);
            if Stage::of(now).is_complete() {
                break;
            }
            if futex::wait(&self.word, now, deadline) == futex::Wait::TimedOut {
                // Under the lock, so that the task does not end between the look and the record.
                let _after = self.after.lock();
                if self.stage().is_complete() {
                    break;
                }
                tell(Waiting::TimedOut);
                return false;
            }
        }
        tell(Waiting::Ended);
        true
    }
}
