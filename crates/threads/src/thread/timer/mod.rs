//! Timers: functions that run after a delay, on threads of their own.
//!
//! All pending timers of a process lie in one heap, ordered by when they are due, and one worker waits for the first
//! of them. When that is due, the worker takes it out, calls for another worker to wait for the rest, and runs the
//! function itself (the leader/followers pattern of Schmidt et al., 2000): a function that takes long makes no other
//! timer late, and nothing is handed over before the first function runs. When nothing is pending, no worker waits for
//! long.

mod agenda;
mod service;

use super::current::{self, Thread, run_as};
use super::error::{JoinError, StartError};
use super::life;
use crate::object::Caller;
use crate::process::{Process, lock};
use crate::{futex, stack};
use core::fmt;
use core::panic::Location;
use core::time::Duration;
use std::sync::{Arc, Mutex};

pub(crate) use service::Timers;

/// A thread that runs a function once, after a delay, unless it is cancelled before that.
///
/// The delay is a minimum, in program time, which passes faster or slower than real time by the process's time scale.
/// Ten thousand pending timers cost one waiting worker.
pub struct Timer {
    process: &'static Process,
    delay: Duration,
    pending: Arc<Pending>,
}

/// A timer as the schedule and its owner share it.
pub(crate) struct Pending {
    thread: Thread,
    caller: Caller,
    stage: Mutex<Stage>,
}

enum Stage {
    /// Not started.
    Made(Box<dyn FnOnce() + Send>),
    /// Started; the function has not begun.
    Waiting(Box<dyn FnOnce() + Send>),
    /// The function has begun, or never will.
    Over,
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timer")
            .field("thread", &self.pending.thread)
            .field("delay", &self.delay)
            .finish_non_exhaustive()
    }
}

impl Timer {
    /// A timer that will call `function` when `delay` has passed since its start. Its thread is named like any other,
    /// and is a daemon if the calling one is.
    #[track_caller]
    pub fn new(delay: Duration, function: impl FnOnce() + Send + 'static) -> Self {
        Self::made("", delay, Box::new(function), Location::caller())
    }

    /// A timer whose thread has a name.
    #[track_caller]
    pub fn named(name: impl Into<String>, delay: Duration, function: impl FnOnce() + Send + 'static) -> Self {
        Self::made(name, delay, Box::new(function), Location::caller())
    }

    fn made(
        name: impl Into<String>,
        delay: Duration,
        function: Box<dyn FnOnce() + Send>,
        caller: Caller,
    ) -> Self {
        let thread = life::conceive(Some(name.into()), None);
        let pending = Pending { thread, caller, stage: Mutex::new(Stage::Made(function)) };
        Self { process: current::process(), delay, pending: Arc::new(pending) }
    }

    /// The timer's thread: alive from the start until the function has returned or the timer was cancelled.
    pub fn thread(&self) -> &Thread {
        &self.pending.thread
    }

    /// How long after its start the function will run, at the earliest.
    pub fn delay(&self) -> Duration {
        self.delay
    }

    /// Starts the timer. One that has been cancelled already ends at once without calling the function.
    ///
    /// # Errors
    ///
    /// If it has been started before, or if no worker can be had to wait for it; in the latter case it can be started
    /// later.
    #[track_caller]
    pub fn start(&self) -> Result<(), StartError> {
        futex::checkpoint();
        stack::check();
        let (process, pending, caller) = (self.process, &self.pending, Location::caller());
        let mut stage = lock(&pending.stage);
        if !pending.thread.start() {
            return Err(StartError::AlreadyStarted { name: pending.thread.name() });
        }
        life::begin(process, &pending.thread);
        let Stage::Made(function) = core::mem::replace(&mut *stage, Stage::Over) else {
            drop(stage);
            life::end(process, &pending.thread);
            return Ok(());
        };
        *stage = Stage::Waiting(function);
        drop(stage);
        process.timers().tell_started(pending, self.delay, caller);
        process.timers().add(process, self.delay, pending).map_err(|none| {
            let mut stage = lock(&pending.stage);
            if let Stage::Waiting(function) = core::mem::replace(&mut *stage, Stage::Over) {
                *stage = Stage::Made(function);
            }
            drop(stage);
            process.timers().tell_cancelled(pending.number(), caller);
            life::never_began(process, &pending.thread);
            none.into()
        })
    }

    /// Stops the timer if its function has not begun. Returns whether it did: the function will never run then.
    #[track_caller]
    pub fn cancel(&self) -> bool {
        let caller = Location::caller();
        futex::checkpoint();
        let was = core::mem::replace(&mut *lock(&self.pending.stage), Stage::Over);
        match was {
            Stage::Over => return false,
            Stage::Made(_) => return true,
            Stage::Waiting(_) => {}
        }
        self.process.timers().tell_cancelled(self.pending.number(), caller);
        self.process.timers().note_cancelled();
        self.pending.thread.tell_over(caller);
        life::end(self.process, &self.pending.thread);
        // Only here the function is dropped, which may do anything.
        drop(was);
        true
    }

    /// Whether the timer has been started and has not ended.
    pub fn is_alive(&self) -> bool {
        self.pending.thread.is_alive()
    }

    /// Waits until the function has returned, or the timer was cancelled.
    ///
    /// # Errors
    ///
    /// If the timer has not been started, or its own function calls this.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[track_caller]
    pub fn join(&self) -> Result<(), JoinError> {
        self.pending.thread.join()
    }

    /// Waits as [`Timer::join`] does, but no longer than `timeout` of real time.
    ///
    /// # Errors
    ///
    /// As [`Timer::join`], and [`JoinError::TimedOut`] if the timer is still alive.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[track_caller]
    pub fn join_timeout(&self, timeout: Duration) -> Result<(), JoinError> {
        self.pending.thread.join_timeout(timeout)
    }
}

impl Pending {
    /// The number by which events know the timer: its thread's.
    fn number(&self) -> u32 {
        self.thread.id().0
    }

    fn is_over(&self) -> bool {
        matches!(*lock(&self.stage), Stage::Over)
    }

    /// Runs the function on the calling worker, as the timer's thread.
    fn fire(&self, process: &'static Process) {
        let Stage::Waiting(function) = core::mem::replace(&mut *lock(&self.stage), Stage::Over) else {
            process.timers().hand_over(process);
            return;
        };
        run_as(process, &self.thread, || {
            self.thread.announce(self.caller);
            let _ = life::live(process, &self.thread, self.caller, || {
                process.timers().tell_fired(self.number(), self.caller);
                process.timers().hand_over(process);
                function();
            });
        });
        life::end(process, &self.thread);
    }
}
