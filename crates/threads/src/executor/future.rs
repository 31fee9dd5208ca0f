//! The handle of a task that was submitted.

use super::completion::{Completion, Stage, Waiting};
use super::error::FutureError;
use super::observer::Observer;
use crate::object::{Caller, Object};
use crate::thread::{self, Panic, catch};
use crate::{clock, futex};
use core::fmt;
use core::panic::Location;
use core::time::Duration;
use std::sync::Arc;
use threadlab_trace::Purpose;

/// A task that was submitted to an [`Executor`](super::Executor), and what it will have come to. Clones mean the same
/// task, and are equal. Dropping all of them lets the task run all the same.
///
/// The value stays with the future, so it can be asked for any number of times and by any number of threads, as in
/// Python, where all of them would get the same object: [`result`](Self::result) gives a clone, and
/// [`result_ref`](Self::result_ref) lends the value itself. For large values that are to be kept, let the task return
/// an [`Arc`].
pub struct Future<T> {
    shared: Arc<Shared<T>>,
}

struct Shared<T> {
    completion: Completion<Result<T, Panic>, Callback<T>>,
    executor: Arc<Object>,
    number: u32,
    /// Where it was submitted.
    submitted: Caller,
}

type Callback<T> = Box<dyn FnOnce(&Future<T>) + Send>;

impl<T> Clone for Future<T> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<T> PartialEq for Future<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl<T> Eq for Future<T> {}

impl<T> fmt::Debug for Future<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Future")
            .field("task", &self.words())
            .field("stage", &self.shared.completion.stage())
            .finish_non_exhaustive()
    }
}

impl<T> Future<T> {
    pub(super) fn new(executor: Arc<Object>, number: u32, submitted: Caller) -> Self {
        let completion = Completion::new();
        Self { shared: Arc::new(Shared { completion, executor, number, submitted }) }
    }

    pub(super) fn executor(&self) -> &Object {
        &self.shared.executor
    }

    /// A number that tells it from others at the same time.
    pub(super) fn address(&self) -> usize {
        Arc::as_ptr(&self.shared).addr()
    }

    /// Has `observer` told of its completion as the one with this index.
    pub(super) fn observe(&self, observer: &Arc<Observer>, index: usize) {
        self.shared.completion.observe(observer, index, Result::is_err);
    }

    /// Tells `observer` nothing more.
    pub(super) fn forget(&self, observer: &Arc<Observer>) {
        self.shared.completion.forget(observer);
    }

    /// How many observers would be told.
    #[cfg(all(test, not(target_arch = "wasm32")))]
    pub(super) fn observers(&self) -> usize {
        self.shared.completion.observers()
    }

    /// How to speak of the task: `task 3 of Executor 'web'`.
    fn words(&self) -> String {
        format!("task {} of {}", self.shared.number, self.shared.executor)
    }

    /// The value, when the task has returned.
    ///
    /// # Errors
    ///
    /// If the task panicked or was cancelled.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[track_caller]
    pub fn result(&self) -> Result<T, FutureError>
    where
        T: Clone,
    {
        self.outcome(None, Location::caller()).cloned()
    }

    /// The value, when the task has returned, but waits no longer than `timeout` of real time; a timeout of zero never
    /// blocks.
    ///
    /// # Errors
    ///
    /// As [`Future::result`], and [`FutureError::TimedOut`] if the task is not complete; it goes on.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[track_caller]
    pub fn result_timeout(&self, timeout: Duration) -> Result<T, FutureError>
    where
        T: Clone,
    {
        self.outcome(Some(timeout), Location::caller()).cloned()
    }

    /// A look at the value, when the task has returned.
    ///
    /// # Errors
    ///
    /// As [`Future::result`].
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[track_caller]
    pub fn result_ref(&self) -> Result<&T, FutureError> {
        self.outcome(None, Location::caller())
    }

    /// The panic that ended the task, or `None` where it returned: when it has done one of these.
    ///
    /// # Errors
    ///
    /// If the task was cancelled.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[track_caller]
    pub fn exception(&self) -> Result<Option<Panic>, FutureError> {
        panic_of(self.outcome(None, Location::caller()))
    }

    /// As [`Future::exception`], but waits no longer than `timeout` of real time.
    ///
    /// # Errors
    ///
    /// As [`Future::exception`], and [`FutureError::TimedOut`] if the task is not complete; it goes on.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[track_caller]
    pub fn exception_timeout(&self, timeout: Duration) -> Result<Option<Panic>, FutureError> {
        panic_of(self.outcome(Some(timeout), Location::caller()))
    }

    /// Cancels the task if it has not begun: it never runs. Returns whether it is cancelled, by this call or an earlier
    /// one; a task that runs or is finished is not.
    #[track_caller]
    pub fn cancel(&self) -> bool {
        self.cancel_from(Location::caller())
    }

    pub(super) fn cancel_from(&self, caller: Caller) -> bool {
        futex::checkpoint();
        let tell = || {
            self.executor().tell(caller, |recorder, executor| recorder.tasks_cancelled(executor, 1, caller));
        };
        let Some(callbacks) = self.shared.completion.cancel(tell) else { return false };
        self.call(callbacks);
        true
    }

    /// Whether the task was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.shared.completion.stage() == Stage::Cancelled
    }

    /// Whether the task has begun and has not ended at this moment.
    pub fn is_running(&self) -> bool {
        self.shared.completion.stage() == Stage::Running
    }

    /// Whether the task has ended or was cancelled, so that asking for its result would not block.
    pub fn is_done(&self) -> bool {
        self.shared.completion.stage().is_complete()
    }

    /// Has `callback` called with this future when the task has ended or was cancelled: by the worker that ran it or the
    /// thread that cancelled it, after the callbacks that were added before; at once, by the calling thread, where that
    /// has happened already. The result can be had by others before the callbacks have run.
    ///
    /// A callback that panics does not keep the next one from running. The panic is reported to the process's
    /// [error hook](crate::thread::set_error_hook).
    pub fn add_done_callback(&self, callback: impl FnOnce(&Self) + Send + 'static) {
        futex::checkpoint();
        let now = self.shared.completion.add_callback(Box::new(callback));
        self.call(now);
    }

    fn call(&self, callbacks: impl IntoIterator<Item = Callback<T>>) {
        for callback in callbacks {
            if let Err(panic) = catch(|| callback(self)) {
                thread::report(&format!("a callback of {}", self.words()), &panic);
            }
        }
    }

    /// Runs the task by `work`, unless it was cancelled. `leave` is called once, before the result can be seen, or after
    /// the last callback has run where there are any.
    pub(super) fn run(&self, work: impl FnOnce() -> T, leave: impl Fn()) {
        let Shared { completion, executor, number, submitted } = &*self.shared;
        let begins = completion.begin(|| {
            executor.tell(submitted, |recorder, executor| {
                recorder.task_began(executor, *number, submitted);
            });
        });
        if !begins {
            leave();
            return;
        }
        let value = catch(work);
        let failed = value.is_err();
        let mut left = false;
        let callbacks = completion.finish(value, failed, |callbacks| {
            executor.tell(submitted, |recorder, executor| {
                recorder.task_ended(executor, *number, failed, submitted);
            });
            if !callbacks {
                leave();
                left = true;
            }
        });
        self.call(callbacks);
        if !left {
            leave();
        }
    }

    fn outcome(&self, timeout: Option<Duration>, caller: Caller) -> Result<&T, FutureError> {
        futex::checkpoint();
        let completion = &self.shared.completion;
        let complete = if timeout == Some(Duration::ZERO) {
            completion.stage().is_complete()
        } else {
            completion.wait(timeout.map(clock::after), |waiting| {
                tell_waiting(self.executor(), waiting, timeout.is_some(), caller);
            })
        };
        if !complete {
            return Err(FutureError::TimedOut { task: self.words() });
        }
        match completion.value() {
            Some(Ok(value)) => Ok(value),
            Some(Err(panic)) => Err(FutureError::Panicked { task: self.words(), panic: panic.clone() }),
            None => Err(FutureError::Cancelled { task: self.words() }),
        }
    }
}

/// Of what a task came to, the panic.
fn panic_of<T>(outcome: Result<&T, FutureError>) -> Result<Option<Panic>, FutureError> {
    match outcome {
        Ok(_) => Ok(None),
        Err(FutureError::Panicked { panic, .. }) => Ok(Some(panic)),
        Err(error) => Err(error),
    }
}

/// Records how a thread's wait for results of an executor goes.
pub(super) fn tell_waiting(executor: &Object, waiting: Waiting, timed: bool, caller: Caller) {
    executor.tell(caller, |recorder, executor| match waiting {
        Waiting::Began => recorder.wait_began(executor, Purpose::Result, timed, caller),
        Waiting::Ended => recorder.wait_ended(executor, caller),
        Waiting::TimedOut => recorder.wait_timed_out(executor, caller),
    });
}
