//! The pool as programs see it.

use super::buffer::Items;
use super::chunk;
use super::error::{JoinError, NewPoolError, RefusalReason, Refused, TaskError};
use super::imap::{self, Imap};
use super::line::{Entry, Shared, Task, Turn};
use super::map;
use super::result::{AsyncResult, Callbacks, Pending};
use super::starmap::Unpack;
use super::workers::{Crew, Made};
use crate::object::Caller;
use crate::thread::{self, Thread};
use core::fmt;
use core::panic::Location;
use std::sync::Arc;

/// Work that a pool has taken, or gives back.
type Begun<R, W> = Result<Arc<Pending<R>>, Refused<W>>;

/// A fixed number of workers that run tasks; see the [module](super).
///
/// The workers are daemon threads: they keep no program from ending. Dropping the pool terminates it.
pub struct Pool {
    pub(super) shared: Arc<Shared>,
    workers: Vec<Thread>,
}

impl Pool {
    /// A pool of so many workers, with a name like "Pool-2".
    ///
    /// # Errors
    ///
    /// If the number is 0 or more than a pool can have, or a worker cannot be started.
    #[track_caller]
    pub fn new(processes: usize) -> Result<Self, NewPoolError> {
        Self::make(None, processes, Location::caller())
    }

    /// A pool with one worker for each core that the program can use.
    ///
    /// # Errors
    ///
    /// If a worker cannot be started.
    #[track_caller]
    pub fn per_core() -> Result<Self, NewPoolError> {
        Self::make(None, crate::cores::count(), Location::caller())
    }

    /// A pool of so many workers, with a name by which the page shows it and that its workers' names begin with. An
    /// empty one stands for the usual name.
    ///
    /// # Errors
    ///
    /// As [`Pool::new`].
    #[track_caller]
    pub fn named(name: impl Into<String>, processes: usize) -> Result<Self, NewPoolError> {
        Self::make(Some(name.into()), processes, Location::caller())
    }

    fn make(name: Option<String>, processes: usize, caller: Caller) -> Result<Self, NewPoolError> {
        let Made { rayon, shared, threads } = Crew::new(name, processes, caller)?.make(processes, false)?;
        if let Some(rayon) = rayon {
            shared.open(rayon);
        }
        Ok(Self { shared, workers: threads })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.shared.identity.name()
    }

    /// Its workers, in the order in which they were made. They are alive until the pool has been closed and its tasks
    /// have ended.
    pub fn workers(&self) -> &[Thread] {
        &self.workers
    }

    /// Calls `call` for each item, waits for all of them, and returns the results in the order of the items. The items
    /// are cut into four chunks for each worker, of equal sizes but for the last; see [`map_chunked`](Self::map_chunked).
    ///
    /// # Errors
    ///
    /// With the error of the first item in order that has one, when all others are done too: its call panicked. If the
    /// pool was closed before or is terminated before all chunks have begun. If the calling thread is a worker of this
    /// pool.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[track_caller]
    pub fn map<I, R, F>(&self, items: I, call: F) -> Result<Vec<R>, TaskError>
    where
        I: IntoIterator<Item: Send + 'static>,
        R: Send + 'static,
        F: Fn(I::Item) -> R + Send + Sync + 'static,
    {
        self.map_now(items, None, call, Location::caller())
    }

    /// As [`map`](Self::map), in chunks of `chunk_size` items: the items of a chunk go to the same worker, one after
    /// another.
    ///
    /// # Errors
    ///
    /// As [`map`](Self::map), and [`TaskError::EmptyChunks`] if `chunk_size` is 0.
    ///
    /// # Panics
    ///
    /// As [`map`](Self::map).
    #[track_caller]
    pub fn map_chunked<I, R, F>(&self, items: I, chunk_size: usize, call: F) -> Result<Vec<R>, TaskError>
    where
        I: IntoIterator<Item: Send + 'static>,
        R: Send + 'static,
        F: Fn(I::Item) -> R + Send + Sync + 'static,
    {
        self.map_now(items, Some(chunk_size), call, Location::caller())
    }

    /// As [`map`](Self::map), for a function of several arguments, of which each item is a tuple.
    ///
    /// # Errors
    ///
    /// As [`map`](Self::map).
    ///
    /// # Panics
    ///
    /// As [`map`](Self::map).
    #[track_caller]
    pub fn starmap<I, R, F>(&self, items: I, call: F) -> Result<Vec<R>, TaskError>
    where
        I: IntoIterator<Item: Send + 'static>,
        R: Send + 'static,
        F: Unpack<I::Item, R> + Send + Sync + 'static,
    {
        self.map_now(items, None, move |arguments| call.call(arguments), Location::caller())
    }

    /// As [`starmap`](Self::starmap), in chunks of `chunk_size` items.
    ///
    /// # Errors
    ///
    /// As [`map_chunked`](Self::map_chunked).
    ///
    /// # Panics
    ///
    /// As [`map`](Self::map).
    #[track_caller]
    pub fn starmap_chunked<I, R, F>(&self, items: I, chunk_size: usize, call: F) -> Result<Vec<R>, TaskError>
    where
        I: IntoIterator<Item: Send + 'static>,
        R: Send + 'static,
        F: Unpack<I::Item, R> + Send + Sync + 'static,
    {
        self.map_now(items, Some(chunk_size), move |arguments| call.call(arguments), Location::caller())
    }

    fn map_now<I, R, F>(
        &self,
        items: I,
        chunk_size: Option<usize>,
        call: F,
        caller: Caller,
    ) -> Result<Vec<R>, TaskError>
    where
        I: IntoIterator<Item: Send + 'static>,
        R: Send + 'static,
        F: Fn(I::Item) -> R + Send + Sync + 'static,
    {
        if self.shared.is_served_by_caller() {
            return Err(self.shared.identity.own_worker());
        }
        let pending = self.begin_map(items, chunk_size, call, Callbacks::new(), caller)?;
        pending.take_now(caller)
    }

    /// Begins what [`map`](Self::map) does, and lets the calling thread go on.
    ///
    /// # Errors
    ///
    /// If the pool was closed: gives the items and the function back.
    #[track_caller]
    pub fn map_async<I, R, F>(&self, items: I, call: F) -> Result<AsyncResult<Vec<R>>, Refused<(I, F)>>
    where
        I: IntoIterator<Item: Send + 'static>,
        R: Send + 'static,
        F: Fn(I::Item) -> R + Send + Sync + 'static,
    {
        self.begin_map(items, None, call, Callbacks::new(), Location::caller()).map(AsyncResult::new)
    }

    /// As [`map_async`](Self::map_async), in chunks of `chunk_size` items where that is given, with functions to be
    /// called when the results are there.
    ///
    /// # Errors
    ///
    /// If the pool was closed or `chunk_size` is 0: gives the items and the function back.
    #[track_caller]
    pub fn map_async_with<I, R, F>(
        &self,
        items: I,
        chunk_size: Option<usize>,
        call: F,
        callbacks: Callbacks<Vec<R>>,
    ) -> Result<AsyncResult<Vec<R>>, Refused<(I, F)>>
    where
        I: IntoIterator<Item: Send + 'static>,
        R: Send + 'static,
        F: Fn(I::Item) -> R + Send + Sync + 'static,
    {
        self.begin_map(items, chunk_size, call, callbacks, Location::caller()).map(AsyncResult::new)
    }

    fn begin_map<I, R, F>(
        &self,
        items: I,
        chunk_size: Option<usize>,
        call: F,
        callbacks: Callbacks<Vec<R>>,
        caller: Caller,
    ) -> Begun<Vec<R>, (I, F)>
    where
        I: IntoIterator<Item: Send + 'static>,
        R: Send + 'static,
        F: Fn(I::Item) -> R + Send + Sync + 'static,
    {
        let (entry, (items, call)) = self.enter((items, call), chunk_size)?;
        let items: Vec<_> = items.into_iter().collect();
        let size = chunk_size.unwrap_or_else(|| chunk::usual_size(items.len(), self.workers.len()));
        let pending = Pending::new(Arc::clone(&self.shared), callbacks);
        if items.is_empty() {
            pending.settle(Ok(Vec::new()), None);
        } else {
            let tasks = map::tasks(items, size, call, &pending);
            self.shared.add(&entry, tasks, caller);
        }
        Ok(pending)
    }

    /// Calls `call` for each item and returns an iterator that gives the results in the order of the items, each as soon
    /// as it and those before it are there. All items are taken at once; each is a task.
    ///
    /// # Errors
    ///
    /// If the pool was closed: gives the items and the function back.
    #[track_caller]
    pub fn imap<I, R, F>(&self, items: I, call: F) -> Result<Imap<R>, Refused<(I, F)>>
    where
        I: IntoIterator<Item: Send + 'static>,
        R: Send + 'static,
        F: Fn(I::Item) -> R + Send + Sync + 'static,
    {
        self.begin_imap(items, 1, call, true, Location::caller())
    }

    /// As [`imap`](Self::imap), in chunks of `chunk_size` items. The results of a chunk come together.
    ///
    /// # Errors
    ///
    /// If the pool was closed or `chunk_size` is 0: gives the items and the function back.
    #[track_caller]
    pub fn imap_chunked<I, R, F>(
        &self,
        items: I,
        chunk_size: usize,
        call: F,
    ) -> Result<Imap<R>, Refused<(I, F)>>
    where
        I: IntoIterator<Item: Send + 'static>,
        R: Send + 'static,
        F: Fn(I::Item) -> R + Send + Sync + 'static,
    {
        self.begin_imap(items, chunk_size, call, true, Location::caller())
    }

    /// As [`imap`](Self::imap), but the results come as they are completed.
    ///
    /// # Errors
    ///
    /// If the pool was closed: gives the items and the function back.
    #[track_caller]
    pub fn imap_unordered<I, R, F>(&self, items: I, call: F) -> Result<Imap<R>, Refused<(I, F)>>
    where
        I: IntoIterator<Item: Send + 'static>,
        R: Send + 'static,
        F: Fn(I::Item) -> R + Send + Sync + 'static,
    {
        self.begin_imap(items, 1, call, false, Location::caller())
    }

    /// As [`imap_unordered`](Self::imap_unordered), in chunks of `chunk_size` items. The results of a chunk come
    /// together and in order.
    ///
    /// # Errors
    ///
    /// If the pool was closed or `chunk_size` is 0: gives the items and the function back.
    #[track_caller]
    pub fn imap_unordered_chunked<I, R, F>(
        &self,
        items: I,
        chunk_size: usize,
        call: F,
    ) -> Result<Imap<R>, Refused<(I, F)>>
    where
        I: IntoIterator<Item: Send + 'static>,
        R: Send + 'static,
        F: Fn(I::Item) -> R + Send + Sync + 'static,
    {
        self.begin_imap(items, chunk_size, call, false, Location::caller())
    }

    fn begin_imap<I, R, F>(
        &self,
        items: I,
        chunk_size: usize,
        call: F,
        in_order: bool,
        caller: Caller,
    ) -> Result<Imap<R>, Refused<(I, F)>>
    where
        I: IntoIterator<Item: Send + 'static>,
        R: Send + 'static,
        F: Fn(I::Item) -> R + Send + Sync + 'static,
    {
        let (entry, (items, call)) = self.enter((items, call), Some(chunk_size))?;
        let chunks = Items::cut(items.into_iter().collect(), chunk_size);
        let (tasks, results) = imap::tasks(chunks, call, &self.shared, in_order);
        self.shared.add(&entry, tasks, caller);
        Ok(results)
    }

    /// Calls `call` on a worker, waits for it, and returns its result.
    ///
    /// # Errors
    ///
    /// If it panicked. If the pool was closed before or is terminated before it begins. If the calling thread is a
    /// worker of this pool.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[track_caller]
    pub fn apply<R, F>(&self, call: F) -> Result<R, TaskError>
    where
        R: Send + 'static,
        F: FnOnce() -> R + Send + 'static,
    {
        let caller = Location::caller();
        if self.shared.is_served_by_caller() {
            return Err(self.shared.identity.own_worker());
        }
        self.begin_apply(call, Callbacks::new(), caller)?.take_now(caller)
    }

    /// Begins what [`apply`](Self::apply) does, and lets the calling thread go on.
    ///
    /// # Errors
    ///
    /// If the pool was closed: gives the function back.
    #[track_caller]
    pub fn apply_async<R, F>(&self, call: F) -> Result<AsyncResult<R>, Refused<F>>
    where
        R: Send + 'static,
        F: FnOnce() -> R + Send + 'static,
    {
        self.begin_apply(call, Callbacks::new(), Location::caller()).map(AsyncResult::new)
    }

    /// As [`apply_async`](Self::apply_async), with functions to be called when the result is there.
    ///
    /// # Errors
    ///
    /// If the pool was closed: gives the function back.
    #[track_caller]
    pub fn apply_async_with<R, F>(
        &self,
        call: F,
        callbacks: Callbacks<R>,
    ) -> Result<AsyncResult<R>, Refused<F>>
    where
        R: Send + 'static,
        F: FnOnce() -> R + Send + 'static,
    {
        self.begin_apply(call, callbacks, Location::caller()).map(AsyncResult::new)
    }

    fn begin_apply<R, F>(&self, call: F, callbacks: Callbacks<R>, caller: Caller) -> Begun<R, F>
    where
        R: Send + 'static,
        F: FnOnce() -> R + Send + 'static,
    {
        let (entry, call) = self.enter(call, None)?;
        let pending = Pending::new(Arc::clone(&self.shared), callbacks);
        let theirs = Arc::clone(&pending);
        let task: Task = Box::new(move |turn: Turn<'_>| match turn {
            Turn::Run(end) => {
                let identity = &theirs.pool().identity;
                let outcome = thread::catch(call).map_err(|panic| identity.panicked(panic));
                theirs.settle(outcome, Some(end));
            }
            Turn::Never(error, end) => theirs.settle(Err(error), Some(end)),
        });
        self.shared.add(&entry, vec![task], caller);
        Ok(pending)
    }

    /// Lets work in, where the pool is open and chunks have items.
    fn enter<W>(&self, work: W, chunk_size: Option<usize>) -> Result<(Entry, W), Refused<W>> {
        let reason = match self.shared.enter() {
            Some(_) if chunk_size == Some(0) => RefusalReason::EmptyChunks,
            Some(entry) => return Ok((entry, work)),
            None => RefusalReason::Closed,
        };
        Err(Refused { pool: self.shared.identity.words(), reason, work })
    }

    /// Takes no more work. What it has been given goes on; the workers end after it.
    #[track_caller]
    pub fn close(&self) {
        self.shared.close(Location::caller());
    }

    /// Takes no more work and throws away the tasks that have not begun: their results are [`TaskError::Terminated`], at
    /// once. It does not wait for tasks that run; the workers end after them.
    #[track_caller]
    pub fn terminate(&self) {
        self.shared.terminate(Location::caller());
    }

    /// Waits until all workers have ended.
    ///
    /// # Errors
    ///
    /// If the pool has been neither closed nor terminated, or if the calling thread is one of its workers.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[track_caller]
    pub fn join(&self) -> Result<(), JoinError> {
        let caller = Location::caller();
        if self.shared.is_open() {
            return Err(JoinError::StillOpen { pool: self.shared.identity.words() });
        }
        if self.shared.is_served_by_caller() {
            return Err(JoinError::OwnWorker { pool: self.shared.identity.words() });
        }
        for worker in &self.workers {
            // It cannot fail: the worker was started, is not the calling thread, and there is no deadline.
            let _ = worker.wait(None, caller);
        }
        Ok(())
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.terminate(Location::caller());
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("name", &self.name())
            .field("workers", &self.workers.len())
            .field("open", &self.shared.is_open())
            .finish()
    }
}
