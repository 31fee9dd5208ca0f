//! A result that will be there later.

use super::error::{NotReady, ResultError, TaskError};
use super::line::{End, Shared};
use super::watched::{NotSeen, Watched};
use crate::object::Caller;
use crate::sync::word::{Inner, inner};
use crate::{clock, thread};
use core::fmt;
use core::panic::Location;
use core::time::Duration;
use std::sync::Arc;

/// The result of work that a pool was given and that may still go on. Dropping it lets the work go on.
pub struct AsyncResult<T> {
    pending: Arc<Pending<T>>,
}

/// What is called when a result is there: one of the two functions, once, by the worker that has finished the work,
/// before anybody who waits for the result goes on. For work that never runs it is the thread that terminates the pool.
/// A panic in such a function goes to the error hook of threads and changes nothing of the result.
pub struct Callbacks<T> {
    success: Option<OnSuccess<T>>,
    error: Option<OnError>,
}

type OnSuccess<T> = Box<dyn FnOnce(&T) + Send>;
type OnError = Box<dyn FnOnce(&TaskError) + Send>;

impl<T> Default for Callbacks<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for Callbacks<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callbacks").finish_non_exhaustive()
    }
}

impl<T> Callbacks<T> {
    /// None.
    pub fn new() -> Self {
        Self { success: None, error: None }
    }

    /// What is called with the value.
    #[must_use]
    pub fn on_success(mut self, call: impl FnOnce(&T) + Send + 'static) -> Self {
        self.success = Some(Box::new(call));
        self
    }

    /// What is called with the error.
    #[must_use]
    pub fn on_error(mut self, call: impl FnOnce(&TaskError) + Send + 'static) -> Self {
        self.error = Some(Box::new(call));
        self
    }

    fn call(self, outcome: &Result<T, TaskError>) {
        let called = thread::catch(|| match (outcome, self) {
            (Ok(value), Self { success: Some(call), .. }) => call(value),
            (Err(error), Self { error: Some(call), .. }) => call(error),
            _ => {}
        });
        if let Err(panic) = called {
            thread::report("something called for a pool", &panic);
        }
    }
}

/// What those who work on a result and those who wait for it share.
pub(super) struct Pending<T> {
    pool: Arc<Shared>,
    state: Watched<State<T>>,
    callbacks: Inner<Option<Callbacks<T>>>,
}

enum State<T> {
    Awaited,
    Success(T),
    Taken,
    Failure(TaskError),
}

impl<T> Pending<T> {
    pub fn new(pool: Arc<Shared>, callbacks: Callbacks<T>) -> Arc<Self> {
        let (state, callbacks) = (Watched::new(State::Awaited), inner(Some(callbacks)));
        Arc::new(Self { pool, state, callbacks })
    }

    pub fn pool(&self) -> &Arc<Shared> {
        &self.pool
    }

    /// The result is there. To be called once. `end` is told when the callbacks are done and before anybody sees the
    /// result.
    pub fn settle(&self, outcome: Result<T, TaskError>, end: Option<End<'_>>) {
        let callbacks = self.callbacks.lock().take();
        if let Some(callbacks) = callbacks {
            callbacks.call(&outcome);
        }
        self.state.change(|state| {
            if let Some(end) = end {
                end.tell(outcome.is_err());
            }
            *state = match outcome {
                Ok(value) => State::Success(value),
                Err(error) => State::Failure(error),
            };
        });
    }

    /// Waits for the result and takes it.
    pub fn take(&self, deadline: Option<Duration>, caller: Caller) -> Result<T, ResultError> {
        let found = self.state.wait(&self.pool, deadline, caller, |state| {
            match core::mem::replace(state, State::Taken) {
                State::Awaited => {
                    *state = State::Awaited;
                    None
                }
                State::Success(value) => Some(Ok(value)),
                State::Taken => Some(Err(ResultError::Taken { pool: self.pool.identity.words() })),
                State::Failure(error) => {
                    *state = State::Failure(error.clone());
                    Some(Err(error.into()))
                }
            }
        });
        found.map_err(|why| self.not_seen(why))?
    }

    /// Waits for the result and takes it, where nobody else can.
    pub fn take_now(&self, caller: Caller) -> Result<T, TaskError> {
        self.take(None, caller).map_err(|error| match error {
            ResultError::Task(error) => error,
            // Without a deadline and without others there is only the former.
            ResultError::TimedOut { pool } | ResultError::Taken { pool } => TaskError::OwnWorker { pool },
        })
    }

    /// Waits until the result is there.
    fn wait(&self, deadline: Option<Duration>, caller: Caller) -> Result<(), ResultError> {
        let there = |state: &mut State<T>| (!matches!(state, State::Awaited)).then_some(());
        self.state.wait(&self.pool, deadline, caller, there).map_err(|why| self.not_seen(why))
    }

    fn not_seen(&self, why: NotSeen) -> ResultError {
        match why {
            NotSeen::TimedOut => ResultError::TimedOut { pool: self.pool.identity.words() },
            NotSeen::OwnWorker => self.pool.identity.own_worker().into(),
        }
    }
}

impl<T> AsyncResult<T> {
    pub(super) fn new(pending: Arc<Pending<T>>) -> Self {
        Self { pending }
    }

    /// Waits for the result and takes it. A value is returned by the first call only, an error by every one.
    ///
    /// # Errors
    ///
    /// If the work came to no result: it panicked, or the pool was terminated before it began. If the value has been
    /// taken. If it is not there yet and the calling thread is a worker of the same pool.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[track_caller]
    pub fn get(&self) -> Result<T, ResultError> {
        self.pending.take(None, Location::caller())
    }

    /// As [`get`](Self::get), but waits no longer than `timeout` of real time, and may be called by any thread.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get), and [`ResultError::TimedOut`] if the result is not there in time; the work goes on, and
    /// the result can be asked for again.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[track_caller]
    pub fn get_timeout(&self, timeout: Duration) -> Result<T, ResultError> {
        self.pending.take(Some(clock::after(timeout)), Location::caller())
    }

    /// Waits until the result is there, be it a value or an error.
    ///
    /// # Errors
    ///
    /// If it is not there yet and the calling thread is a worker of the same pool.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[track_caller]
    pub fn wait(&self) -> Result<(), ResultError> {
        self.pending.wait(None, Location::caller())
    }

    /// As [`wait`](Self::wait), but no longer than `timeout` of real time. Returns whether the result is there. Any
    /// thread may call it.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[track_caller]
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        self.pending.wait(Some(clock::after(timeout)), Location::caller()).is_ok()
    }

    /// Whether the result is there, be it a value or an error.
    pub fn ready(&self) -> bool {
        self.pending.state.look(|state| !matches!(state, State::Awaited))
    }

    /// Whether the result is a value, taken or not.
    ///
    /// # Errors
    ///
    /// If the result is not there yet.
    pub fn successful(&self) -> Result<bool, NotReady> {
        self.pending.state.look(|state| match state {
            State::Awaited => Err(NotReady { pool: self.pending.pool.identity.words() }),
            State::Success(_) | State::Taken => Ok(true),
            State::Failure(_) => Ok(false),
        })
    }
}

impl<T> fmt::Debug for AsyncResult<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.pending.pool.identity.words();
        f.debug_struct("AsyncResult").field("pool", &words).field("ready", &self.ready()).finish()
    }
}
