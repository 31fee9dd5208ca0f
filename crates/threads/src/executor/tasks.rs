//! The tasks that wait for a worker of an executor, and the workers that wait for a task.
//!
//! A worker is *occupied* from taking a task until just before the task's result can be seen. All others are about to
//! look for a task or sleep until there is one, so a new worker is needed only where each of them has a waiting task to
//! take already. Because a worker is not occupied any more when the result of its task is seen, whoever has seen it
//! finds that worker instead of calling for another.

use crate::atomic::{AtomicU32, Ordering};
use crate::futex;
use crate::sync::word::{Inner, Word, inner};
use core::fmt;
use lock_api::MutexGuard;
use std::collections::VecDeque;

/// Tasks, first come, first served.
pub struct Tasks<Q> {
    state: Inner<State<Q>>,
    /// What workers without a task sleep on: a count of their wakes.
    calls: AtomicU32,
    occupied: AtomicU32,
    max_workers: u32,
}

struct State<Q> {
    waiting: VecDeque<Q>,
    /// Tasks added so far, modulo 2^32: the next one's number.
    added: u32,
    /// Workers that have been started.
    workers: u32,
    asleep: u32,
    /// So many of those were woken and have not come yet; fewer if others, who were not woken, have come since.
    told: u32,
    shut: bool,
}

/// What is needed to add a task.
pub enum Entry<'a, Q> {
    /// Nothing: here is the place for it.
    Open(Opening<'a, Q>),
    /// Another worker.
    Worker,
    /// It cannot be had: no more tasks are taken.
    Shut,
}

/// The place for one task, held for some instructions.
pub struct Opening<'a, Q> {
    tasks: &'a Tasks<Q>,
    state: MutexGuard<'a, Word, State<Q>>,
}

impl<Q> fmt::Debug for Tasks<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tasks").field("max_workers", &self.max_workers).finish_non_exhaustive()
    }
}

impl<Q> Tasks<Q> {
    /// No tasks, and no workers yet.
    pub fn new(max_workers: u32) -> Self {
        let waiting = VecDeque::new();
        let state = State { waiting, added: 0, workers: 0, asleep: 0, told: 0, shut: false };
        let (calls, occupied) = (AtomicU32::new(0), AtomicU32::new(0));
        Self { state: inner(state), calls, occupied, max_workers }
    }

    /// The most workers that there can be.
    pub fn max_workers(&self) -> u32 {
        self.max_workers
    }

    /// Asks to add a task.
    pub fn enter(&self) -> Entry<'_, Q> {
        let state = self.state.lock();
        if state.shut {
            return Entry::Shut;
        }
        // Relaxed: a worker that became free before something that this thread has seen is seen free, and no more than
        // this is promised.
        let free = state.workers.saturating_sub(self.occupied.load(Ordering::Relaxed));
        if state.workers < self.max_workers && state.waiting.len() >= free as usize {
            return Entry::Worker;
        }
        Entry::Open(Opening { tasks: self, state })
    }

    /// The place for a task where `hired` more workers have been started than were known, perhaps none because there are
    /// no more to be had. Only while nobody shuts this down and others start no workers.
    pub fn enter_with(&self, hired: u32) -> Opening<'_, Q> {
        let mut state = self.state.lock();
        state.workers += hired;
        Opening { tasks: self, state }
    }

    /// Takes the next task; the calling worker is occupied then. Sleeps while there is none. `None` if there will be none
    /// any more.
    pub fn take(&self) -> Option<Q> {
        let mut state = self.state.lock();
        loop {
            if let Some(task) = state.waiting.pop_front() {
                // Relaxed: it changes with the lock, or by a worker whose decrement is seen as said in `enter`.
                self.occupied.fetch_add(1, Ordering::Relaxed);
                return Some(task);
            }
            if state.shut {
                return None;
            }
            // Relaxed: it changes under the lock only.
            let calls = self.calls.load(Ordering::Relaxed);
            state.asleep += 1;
            drop(state);
            futex::wait(&self.calls, calls, None);
            state = self.state.lock();
            state.asleep -= 1;
            state.told = state.told.saturating_sub(1);
        }
    }

    /// The calling worker is not occupied any more. To be called before the result of its task can be seen.
    pub fn leave(&self) {
        // Relaxed: see `enter`.
        self.occupied.fetch_sub(1, Ordering::Relaxed);
    }

    /// How many workers are occupied.
    #[cfg(all(test, not(loom), not(target_arch = "wasm32")))]
    pub fn occupied(&self) -> u32 {
        self.occupied.load(Ordering::Relaxed)
    }

    /// Takes no more tasks; workers end when none is left. `tell` is called before others see it, if it was not so
    /// before or with `always`.
    pub fn shut(&self, always: bool, tell: impl FnOnce()) {
        let mut state = self.state.lock();
        if !state.shut || always {
            tell();
        }
        state.shut = true;
        // Relaxed, here and below: whoever sleeps by the old value took it under the lock, and looks under the lock.
        self.calls.fetch_add(1, Ordering::Relaxed);
        state.told = state.asleep;
        drop(state);
        futex::wake(&self.calls, u32::MAX);
    }

    /// Throws out all tasks that no worker has taken.
    pub fn drain(&self) -> VecDeque<Q> {
        core::mem::take(&mut self.state.lock().waiting)
    }
}

impl<Q> Opening<'_, Q> {
    /// The number that the task will have.
    pub fn number(&self) -> u32 {
        self.state.added
    }

    /// Adds the task; `tell` is called before others see it.
    pub fn add(self, task: Q, tell: impl FnOnce()) {
        let Self { tasks, mut state } = self;
        tell();
        state.added = state.added.wrapping_add(1);
        state.waiting.push_back(task);
        let wake = state.asleep > state.told;
        if wake {
            state.told += 1;
            tasks.calls.fetch_add(1, Ordering::Relaxed);
        }
        drop(state);
        if wake {
            futex::wake(&tasks.calls, 1);
        }
    }
}
