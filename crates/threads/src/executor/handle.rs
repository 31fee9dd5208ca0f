//! The executor as programs see it.

use super::crew::{Crew, Submitted};
use super::error::{OwnWorker, Refusal, SubmitError, ZeroWorkers};
use super::future::Future;
use super::map::Map;
use crate::object::{Caller, Object};
use crate::sync::word::inner;
use crate::{cores, futex, stack, thread};
use core::fmt;
use core::panic::Location;
use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;
use threadlab_trace::{ObjectKind, Size};

/// Threads that run what is submitted, at most so many at a time.
///
/// Workers are started when there is a task that no free worker could take, and stay until the executor is shut down.
/// Dropping it shuts it down and waits until all tasks have run, as leaving Python's `with` does; in one of its own
/// workers, which would wait for itself, it does not wait.
///
/// The program's end waits for the tasks. As in Python, an executor that is still there when the main thread has ended
/// well is shut down then: it runs what was submitted and takes nothing more. So one that is never dropped keeps no
/// program from ending.
///
/// A task may wait for another one of the same executor. If all workers do so and the others have not begun, they wait
/// for ever, which the page shows.
pub struct Executor {
    crew: Arc<Crew>,
    /// Where it was made.
    made: Caller,
}

impl fmt::Debug for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Executor")
            .field("object", self.crew.object())
            .field("max_workers", &self.max_workers())
            .finish_non_exhaustive()
    }
}

impl Executor {
    /// An executor of at most `max_workers` workers.
    ///
    /// # Errors
    ///
    /// If there are to be none.
    #[track_caller]
    pub fn new(max_workers: usize) -> Result<Self, ZeroWorkers> {
        Self::named("", max_workers)
    }

    /// An executor with a name by which the page shows it, and with which its workers' names begin.
    ///
    /// # Errors
    ///
    /// If there are to be no workers.
    #[track_caller]
    pub fn named(name: impl Into<Cow<'static, str>>, max_workers: usize) -> Result<Self, ZeroWorkers> {
        let (name, made) = (name.into(), Location::caller());
        // More than can be counted can never be had.
        let max_workers = u32::try_from(max_workers).unwrap_or(u32::MAX);
        if max_workers == 0 {
            return Err(ZeroWorkers { executor: Object::named(ObjectKind::Executor, name).words() });
        }
        Ok(Self::made(name, max_workers, made))
    }

    /// An executor of a worker for each [processor](crate::cores::count).
    #[track_caller]
    pub fn per_core() -> Self {
        Self::made("".into(), u32::try_from(cores::count()).unwrap_or(u32::MAX), Location::caller())
    }

    fn made(name: Cow<'static, str>, max_workers: u32, made: Caller) -> Self {
        let process = thread::process();
        let prefix = if name.is_empty() { process.usual_executor_name() } else { name.clone().into_owned() };
        let object = Object::introduced(ObjectKind::Executor, name, Some((Size::Workers, max_workers)), made);
        let crew = Arc::new(Crew::new(Arc::new(object), prefix, max_workers));
        process.end_with_main(&crew);
        Self { crew, made }
    }

    /// The most workers that it has.
    pub fn max_workers(&self) -> usize {
        self.crew.max_workers() as usize
    }

    /// How many workers have been started.
    pub fn workers(&self) -> usize {
        self.crew.workers()
    }

    /// How many workers are occupied.
    #[cfg(all(test, not(target_arch = "wasm32")))]
    pub(super) fn occupied(&self) -> u32 {
        self.crew.occupied()
    }

    /// Submits a task, which a worker runs as soon as one can. Its value has to be one that threads can share, since all
    /// clones of the future look at the same.
    ///
    /// If a worker is to be started for it and the process may have no more threads, it waits for one of the workers
    /// that there are.
    ///
    /// # Errors
    ///
    /// If the executor was shut down, or has no worker and none can be started. The task comes back.
    #[track_caller]
    pub fn submit<T, F>(&self, task: F) -> Result<Future<T>, SubmitError<F>>
    where
        T: Send + Sync + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        self.submit_from(task, Location::caller())
    }

    fn submit_from<T, F>(&self, task: F, caller: Caller) -> Result<Future<T>, SubmitError<F>>
    where
        T: Send + Sync + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        futex::checkpoint();
        stack::check();
        let opening = match self.crew.enter(caller) {
            Ok(opening) => opening,
            Err(reason) => return Err(SubmitError { task, reason }),
        };
        let object = self.crew.object();
        let future = Future::new(Arc::clone(object), opening.number(), caller);
        let submitted = Submitted { work: task, future: future.clone() };
        opening.add(Box::new(submitted), || {
            object.tell(caller, |recorder, executor| recorder.tasks_added(executor, 1, caller));
        });
        Ok(future)
    }

    /// Submits `f(item)` for each of the items, all at once, and gives the results in the order of the items. They are
    /// computed whether or not anybody asks for them. The iterator ends after the first error; see [`Map`].
    ///
    /// # Errors
    ///
    /// If the executor was shut down, or has no worker and none can be started. If that comes to be in the middle, the
    /// tasks that were submitted and have not begun are cancelled.
    #[track_caller]
    pub fn map<I, T, F>(&self, items: I, f: F) -> Result<Map<T>, Refusal>
    where
        I: IntoIterator,
        I::Item: Send + 'static,
        T: Send + 'static,
        F: Fn(I::Item) -> T + Send + Sync + 'static,
    {
        let (caller, f) = (Location::caller(), Arc::new(f));
        let mut futures: VecDeque<Future<_>> = VecDeque::new();
        for item in items {
            let f = Arc::clone(&f);
            match self.submit_from(move || inner(Some(f(item))), caller) {
                Ok(future) => futures.push_back(future),
                Err(error) => {
                    for future in futures {
                        future.cancel_from(caller);
                    }
                    return Err(error.reason);
                }
            }
        }
        Ok(Map::new(futures))
    }

    /// Takes no more tasks, runs those that were submitted, and returns when all workers have ended.
    ///
    /// # Errors
    ///
    /// If one of the executor's own workers calls it. The executor is shut down then, but not waited for.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[track_caller]
    pub fn shutdown(&self) -> Result<(), OwnWorker> {
        self.begin_shutdown();
        self.join(Location::caller())
    }

    /// Takes no more tasks, cancels those that no worker has begun, and returns when the others have ended.
    ///
    /// # Errors
    ///
    /// As [`Executor::shutdown`].
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[track_caller]
    pub fn shutdown_cancelling(&self) -> Result<(), OwnWorker> {
        self.begin_shutdown_cancelling();
        self.join(Location::caller())
    }

    /// Takes no more tasks, and returns at once. Those that were submitted run.
    #[track_caller]
    pub fn begin_shutdown(&self) {
        futex::checkpoint();
        self.crew.shut(false, Location::caller());
    }

    /// Takes no more tasks, cancels those that no worker has begun, and returns at once.
    #[track_caller]
    pub fn begin_shutdown_cancelling(&self) {
        futex::checkpoint();
        self.crew.shut(true, Location::caller());
    }

    fn join(&self, caller: Caller) -> Result<(), OwnWorker> {
        match self.crew.join(caller) {
            None => Ok(()),
            Some(worker) => Err(OwnWorker { executor: self.crew.object().words(), worker: worker.name() }),
        }
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        self.crew.shut(false, self.made);
        // In one of its own workers: the others end by themselves.
        let _ = self.join(self.made);
    }
}
