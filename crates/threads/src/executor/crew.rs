//! The workers of an executor: how they are started, what they do, and how they end.

use super::error::Refusal;
use super::future::Future;
use super::tasks::{Entry, Opening, Tasks};
use crate::object::{Caller, Object};
use crate::process::{EndsWithMain, lock};
use crate::thread::{self, Builder, StartError, Thread, catch};
use core::panic::Location;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// A task, whatever it comes to.
pub(super) trait Task: Send {
    /// Runs it unless it was cancelled; `leave` as for [`Future::run`].
    fn run(self: Box<Self>, leave: &dyn Fn());
    /// Cancels it if it has not begun.
    fn cancel(&self, caller: Caller);
}

/// A function, and the future that its value goes to.
pub(super) struct Submitted<F, T> {
    pub work: F,
    pub future: Future<T>,
}

impl<F: FnOnce() -> T + Send, T: Send + Sync> Task for Submitted<F, T> {
    fn run(self: Box<Self>, leave: &dyn Fn()) {
        let Self { work, future } = *self;
        future.run(work, leave);
    }

    fn cancel(&self, caller: Caller) {
        self.future.cancel_from(caller);
    }
}

/// What an executor's handle and its workers share.
pub(super) struct Crew {
    tasks: Tasks<Box<dyn Task>>,
    /// Those that have been started. Held while another one is, and while the executor is shut down.
    workers: Mutex<Vec<Thread>>,
    object: Arc<Object>,
    /// What the workers' names begin with.
    name: String,
}

impl Crew {
    pub fn new(object: Arc<Object>, name: String, max_workers: u32) -> Self {
        Self { tasks: Tasks::new(max_workers), workers: Mutex::default(), object, name }
    }

    pub fn object(&self) -> &Arc<Object> {
        &self.object
    }

    pub fn max_workers(&self) -> u32 {
        self.tasks.max_workers()
    }

    /// How many have been started.
    pub fn workers(&self) -> usize {
        lock(&self.workers).len()
    }

    /// How many are occupied.
    #[cfg(all(test, not(target_arch = "wasm32")))]
    pub fn occupied(&self) -> u32 {
        self.tasks.occupied()
    }

    /// A place for a task, for which a worker is started where none is free and there may be another.
    pub fn enter(self: &Arc<Self>, caller: Caller) -> Result<Opening<'_, Box<dyn Task>>, Refusal> {
        let shut_down = || Refusal::ShutDown { executor: self.object.words() };
        match self.tasks.enter() {
            Entry::Open(opening) => return Ok(opening),
            Entry::Shut => return Err(shut_down()),
            Entry::Worker => {}
        }
        let mut workers = lock(&self.workers);
        match self.tasks.enter() {
            Entry::Open(opening) => return Ok(opening),
            Entry::Shut => return Err(shut_down()),
            Entry::Worker => {}
        }
        match self.hire(workers.len(), caller) {
            Ok(worker) => workers.push(worker),
            Err(error) if workers.is_empty() => {
                return Err(Refusal::NoWorker { executor: self.object.words(), error });
            }
            // The workers that there are will come to it.
            Err(_) => return Ok(self.tasks.enter_with(0)),
        }
        Ok(self.tasks.enter_with(1))
    }

    /// Starts another worker. Not a daemon, whoever starts it, so that the program's end waits for its tasks, and for the
    /// threads that they start.
    fn hire(self: &Arc<Self>, others: usize, caller: Caller) -> Result<Thread, StartError> {
        let name = format!("{}-worker-{}", self.name, others + 1);
        let crew = Arc::clone(self);
        let worker = Builder::new().name(name).daemon(false).build(move || crew.work(caller));
        worker.start_for(caller)?;
        Ok(worker.thread().clone())
    }

    /// A worker's life.
    fn work(&self, caller: Caller) {
        self.object.tell(caller, |recorder, executor| recorder.worker_joined(executor, caller));
        while let Some(task) = self.tasks.take() {
            // What the task panics with is its future's. This is for what its parts do when they are dropped.
            if let Err(panic) = catch(|| task.run(&|| self.tasks.leave())) {
                thread::report(&format!("what is left of a task of {}", self.object), &panic);
            }
        }
    }

    /// Takes no more tasks, and throws out those that have not begun if they are to be cancelled.
    pub fn shut(&self, cancel: bool, caller: Caller) {
        {
            // No worker is being started meanwhile, so all that there ever are can be waited for.
            let _workers = lock(&self.workers);
            self.tasks.shut(cancel, || {
                self.object.tell(caller, |recorder, executor| recorder.shut_down(executor, cancel, caller));
            });
        }
        let thrown_out = if cancel { self.tasks.drain() } else { VecDeque::new() };
        for task in thrown_out {
            let dropped = catch(|| {
                task.cancel(caller);
                drop(task);
            });
            if let Err(panic) = dropped {
                thread::report(&format!("what is left of a task of {}", self.object), &panic);
            }
        }
    }

    /// Waits until all workers have ended, which they do once this is shut down. Returns the calling thread where it is
    /// one of them; it has not waited then.
    pub fn join(&self, caller: Caller) -> Option<Thread> {
        let workers = lock(&self.workers).clone();
        let me = thread::current();
        if workers.contains(&me) {
            return Some(me);
        }
        for worker in workers {
            // It was started, and is not the calling one: it ends.
            let _ = worker.wait(None, caller);
        }
        None
    }
}

impl EndsWithMain for Crew {
    #[track_caller]
    fn main_ends(&self) {
        self.shut(false, Location::caller());
    }
}
