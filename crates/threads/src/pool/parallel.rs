//! rayon's own parallel iterators on a pool's workers.

use super::error::{NewPoolError, TaskError};
use super::line::Shared;
use super::pool::Pool;
use super::workers::{Crew, with_pool};
use crate::object::Caller;
use crate::{futex, thread};
use core::panic::Location;
use rayon::iter::plumbing::{Consumer, Folder, Producer, ProducerCallback, UnindexedConsumer};
use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use std::sync::Arc;

/// Makes a pool of so many workers that runs rayon's parallel iterators wherever no other pool does, for as long as the
/// process lives. That is possible once in a process, before the first use of a parallel iterator outside of a pool's
/// [`install`](Pool::install): rayon makes a pool by itself then, and in the browser that has the calling thread as its
/// only worker.
///
/// # Errors
///
/// If the number is 0 or more than a pool can have, a worker cannot be started, or there is a global pool already.
///
/// # Panics
///
/// On a page's own thread, which cannot block.
#[track_caller]
pub fn make_global(name: impl Into<String>, processes: usize) -> Result<(), NewPoolError> {
    let crew = Crew::new(Some(name.into()), processes, Location::caller())?;
    futex::must_be_able_to_block();
    crew.make(processes, true).map(drop)
}

impl Pool {
    /// Runs `body` on a worker and waits for it: what rayon runs in parallel there, runs on this pool's workers. Called
    /// by a worker of this pool, it runs `body` at once.
    ///
    /// `body` is a task of the pool, and may borrow. Where a part of a parallel iterator waits for another, its worker
    /// takes other tasks meanwhile: within a parallel iterator, do not hold a lock that those might want.
    ///
    /// # Errors
    ///
    /// If `body` panicked. If the pool was closed before, or was terminated before a worker was free for it.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[track_caller]
    pub fn install<R: Send>(&self, body: impl FnOnce() -> R + Send) -> Result<R, TaskError> {
        let (shared, caller) = (&*self.shared, Location::caller());
        let identity = &shared.identity;
        let run = || thread::catch(body).map_err(|panic| identity.panicked(panic));
        if shared.is_served_by_caller() {
            return run();
        }
        futex::must_be_able_to_block();
        let entry = shared.enter().ok_or_else(|| identity.closed())?;
        let task = shared.announce(caller);
        identity.tell_wait(false, caller);
        let outcome = entry.rayon().install(|| {
            if shared.is_terminated() {
                shared.cancel_announced(caller);
                return Err(identity.terminated());
            }
            let end = shared.begin_announced(task, caller);
            let outcome = run();
            end.tell(outcome.is_err());
            outcome
        });
        identity.tell_wait_ended(caller);
        outcome
    }
}

/// Makes the pieces of a parallel iterator tasks of the pool that they run on.
pub trait Traced: ParallelIterator {
    /// Makes each piece of the iterator that a worker works on at once a task of the worker's pool, so that the page
    /// shows who does what. It belongs right before the call that consumes the iterator: what stands behind it is part
    /// of the task all the same, and zipping it hides the pieces. A piece that is worked on outside of any pool is no task.
    #[track_caller]
    fn traced(self) -> TracedPieces<Self> {
        TracedPieces { base: self, caller: Location::caller() }
    }
}

impl<I: ParallelIterator> Traced for I {}

/// A parallel iterator whose pieces are tasks; made by [`Traced::traced`].
#[derive(Clone, Debug)]
#[must_use = "iterators do nothing unless consumed"]
pub struct TracedPieces<I> {
    base: I,
    caller: Caller,
}

/// A piece that is being worked on. It is over when this is dropped.
struct Piece(Option<(Arc<Shared>, u32, Caller)>);

impl Piece {
    fn begin(caller: Caller) -> Self {
        Self(with_pool(|pool| {
            let task = pool.announce(caller);
            pool.begin_announced(task, caller);
            (Arc::clone(pool), task, caller)
        }))
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        if let Some((pool, task, caller)) = &self.0 {
            pool.identity.tell_ended(*task, std::thread::panicking(), caller);
        }
    }
}

impl<I: ParallelIterator> ParallelIterator for TracedPieces<I> {
    type Item = I::Item;

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        let Self { base, caller } = self;
        base.drive_unindexed(TracedConsumer { base: consumer, caller })
    }

    fn opt_len(&self) -> Option<usize> {
        self.base.opt_len()
    }
}

impl<I: IndexedParallelIterator> IndexedParallelIterator for TracedPieces<I> {
    fn drive<C: Consumer<Self::Item>>(self, consumer: C) -> C::Result {
        let Self { base, caller } = self;
        base.drive(TracedConsumer { base: consumer, caller })
    }

    fn len(&self) -> usize {
        self.base.len()
    }

    fn with_producer<CB: ProducerCallback<Self::Item>>(self, callback: CB) -> CB::Output {
        let Self { base, caller } = self;
        base.with_producer(TracedCallback { callback, caller })
    }
}

struct TracedCallback<CB> {
    callback: CB,
    caller: Caller,
}

impl<T, CB: ProducerCallback<T>> ProducerCallback<T> for TracedCallback<CB> {
    type Output = CB::Output;

    fn callback<P: Producer<Item = T>>(self, base: P) -> CB::Output {
        self.callback.callback(TracedProducer { base, caller: self.caller })
    }
}

struct TracedProducer<P> {
    base: P,
    caller: Caller,
}

impl<P: Producer> Producer for TracedProducer<P> {
    type Item = P::Item;
    type IntoIter = P::IntoIter;

    fn into_iter(self) -> P::IntoIter {
        self.base.into_iter()
    }

    fn min_len(&self) -> usize {
        self.base.min_len()
    }

    fn max_len(&self) -> usize {
        self.base.max_len()
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let (left, right) = self.base.split_at(index);
        (Self { base: left, caller: self.caller }, Self { base: right, caller: self.caller })
    }

    fn fold_with<F: Folder<Self::Item>>(self, folder: F) -> F {
        let _piece = Piece::begin(self.caller);
        self.base.fold_with(folder)
    }
}

struct TracedConsumer<C> {
    base: C,
    caller: Caller,
}

impl<T, C: Consumer<T>> Consumer<T> for TracedConsumer<C> {
    type Folder = TracedFolder<C::Folder>;
    type Reducer = C::Reducer;
    type Result = C::Result;

    fn split_at(self, index: usize) -> (Self, Self, C::Reducer) {
        let (left, right, reducer) = self.base.split_at(index);
        (Self { base: left, caller: self.caller }, Self { base: right, caller: self.caller }, reducer)
    }

    fn into_folder(self) -> Self::Folder {
        TracedFolder { piece: Piece::begin(self.caller), base: self.base.into_folder() }
    }

    fn full(&self) -> bool {
        self.base.full()
    }
}

impl<T, C: UnindexedConsumer<T>> UnindexedConsumer<T> for TracedConsumer<C> {
    fn split_off_left(&self) -> Self {
        Self { base: self.base.split_off_left(), caller: self.caller }
    }

    fn to_reducer(&self) -> C::Reducer {
        self.base.to_reducer()
    }
}

struct TracedFolder<F> {
    base: F,
    piece: Piece,
}

impl<T, F: Folder<T>> Folder<T> for TracedFolder<F> {
    type Result = F::Result;

    fn consume(self, item: T) -> Self {
        Self { base: self.base.consume(item), piece: self.piece }
    }

    fn consume_iter<I: IntoIterator<Item = T>>(self, items: I) -> Self {
        Self { base: self.base.consume_iter(items), piece: self.piece }
    }

    fn complete(self) -> F::Result {
        let Self { base, piece } = self;
        let result = base.complete();
        drop(piece);
        result
    }

    fn full(&self) -> bool {
        self.base.full()
    }
}
