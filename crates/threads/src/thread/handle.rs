//! Starting a thread and waiting for its value.

use super::current::Thread;
use super::error::{JoinError, StartError};
use super::life;
use super::panics::Panic;
use super::workers::{self, Job, Release};
use crate::object::Caller;
use crate::process::{Process, lock};
use crate::{clock, futex, stack};
use core::fmt;
use core::panic::Location;
use core::time::Duration;
use std::sync::{Arc, Mutex};

/// A thread with the value that it will leave: starts it, waits for it and takes the value. Dropping the handle lets a
/// thread that was started go on by itself.
pub struct JoinHandle<T> {
    startable: Startable,
    left: Arc<Left<T>>,
}

/// All of a handle that does not depend on the type of the value, so that it is compiled once.
struct Startable {
    process: &'static Process,
    thread: Thread,
    /// What there is to do, until the thread starts.
    body: Mutex<Option<Body>>,
}

/// Runs, on a worker, as the thread that was started there, and keeps what it leaves.
type Body = Box<dyn FnOnce(Caller) + Send>;

/// What a thread leaves to whoever joins it.
type Left<T> = Mutex<Option<Result<T, Panic>>>;

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").field("thread", self.thread()).finish_non_exhaustive()
    }
}

impl<T: Send + 'static> JoinHandle<T> {
    pub(super) fn new(
        process: &'static Process,
        thread: Thread,
        body: impl FnOnce() -> T + Send + 'static,
    ) -> Self {
        let left = Arc::default();
        let body = body_of(process, thread.clone(), Box::new(body), Arc::clone(&left));
        Self { startable: Startable { process, thread, body: Mutex::new(Some(body)) }, left }
    }

    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// If it has been started before, or if the process may have no more threads or the system gives none. In the
    /// latter cases nothing is lost: it can be started later.
    #[track_caller]
    pub fn start(&self) -> Result<(), StartError> {
        self.start_for(Location::caller())
    }

    pub(crate) fn start_for(&self, caller: Caller) -> Result<(), StartError> {
        self.startable.start(caller)
    }
}

/// Takes the function as a box, so that this is compiled for each type of value and not for each function.
fn body_of<T: Send + 'static>(
    process: &'static Process,
    thread: Thread,
    run: Box<dyn FnOnce() -> T + Send>,
    left: Arc<Left<T>>,
) -> Body {
    Box::new(move |caller| {
        let value = life::live(process, &thread, caller, run);
        *lock(&left) = Some(value);
    })
}

impl Startable {
    fn start(&self, caller: Caller) -> Result<(), StartError> {
        futex::checkpoint();
        stack::check();
        let mut body = lock(&self.body);
        if body.is_none() {
            return Err(StartError::AlreadyStarted { name: self.thread.name() });
        }
        let slot = workers::reserve(self.process)?;
        let Some(run) = body.take() else {
            unreachable!("the body is there: it was looked at under the lock")
        };
        self.thread.start();
        self.thread.announce(caller);
        life::begin(self.process, &self.thread);
        // Shared with the job, so that a worker that is refused does not take the body along.
        let run = Arc::new(Mutex::new(Some(run)));
        let job = Job { thread: self.thread.clone(), body: self.work(Arc::clone(&run), caller) };
        if let Err(none) = slot.run(self.process, job) {
            *body = lock(&run).take();
            self.thread.tell_over(caller);
            life::never_began(self.process, &self.thread);
            return Err(none.into());
        }
        Ok(())
    }

    /// What the worker does for this thread.
    fn work(&self, run: Arc<Mutex<Option<Body>>>, caller: Caller) -> Box<dyn FnOnce() -> Release + Send> {
        let (process, thread) = (self.process, self.thread.clone());
        Box::new(move || {
            let run = lock(&run).take();
            if let Some(run) = run {
                run(caller);
            }
            Box::new(move || life::end(process, &thread))
        })
    }
}

impl<T> JoinHandle<T> {
    /// The thread.
    pub fn thread(&self) -> &Thread {
        &self.startable.thread
    }

    /// Whether the thread has ended, so that a join would not block.
    pub fn is_finished(&self) -> bool {
        self.thread().is_finished()
    }

    /// Waits for the thread to end and takes its value. A panic is returned by every join, a value by the first;
    /// [`Thread::join`] only waits.
    ///
    /// # Errors
    ///
    /// If the thread panicked, has not been started, is the calling one, or has left its value to an earlier join.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[track_caller]
    pub fn join(&self) -> Result<T, JoinError> {
        self.thread().wait(None, Location::caller())?;
        self.take()
    }

    /// Waits for the thread to end, but no longer than `timeout` of real time, and takes its value.
    ///
    /// # Errors
    ///
    /// As [`JoinHandle::join`], and [`JoinError::TimedOut`] if the thread still runs; it can be joined again.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[track_caller]
    pub fn join_timeout(&self, timeout: Duration) -> Result<T, JoinError> {
        self.thread().wait(Some(clock::after(timeout)), Location::caller())?;
        self.take()
    }

    fn take(&self) -> Result<T, JoinError> {
        let mut left = lock(&self.left);
        match left.take() {
            Some(Ok(value)) => Ok(value),
            Some(Err(panic)) => {
                *left = Some(Err(panic.clone()));
                Err(JoinError::Panicked { name: self.thread().name(), panic })
            }
            None => Err(JoinError::Taken { name: self.thread().name() }),
        }
    }
}
