//! Results that are taken one by one while others are still worked on.

use super::buffer::Items;
use super::chunk::{Outcome, Results};
use super::error::{ResultError, TaskError};
use super::line::{Shared, Task, Turn};
use super::watched::{NotSeen, Watched};
use crate::clock;
use crate::object::Caller;
use core::fmt;
use core::iter::FusedIterator;
use core::panic::Location;
use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The results of [`Pool::imap`](super::Pool::imap) and [`Pool::imap_unordered`](super::Pool::imap_unordered), as they
/// come: an iterator that waits for the next one. An item that came to no result gives its error in its place, and the
/// next step gives the next item's result. Dropping the iterator lets the work go on.
///
/// Where the next result is not there yet, and the calling thread is a worker of the same pool, the iterator gives
/// [`TaskError::OwnWorker`] and ends.
pub struct Imap<R> {
    stream: Arc<Stream<R>>,
    /// The chunk whose results are given at present.
    current: Option<Results<R>>,
    /// Chunks taken so far.
    taken: usize,
    /// Items that have not been given.
    left: usize,
}

struct Stream<R> {
    pool: Arc<Shared>,
    arrived: Watched<Arrived<R>>,
    in_order: bool,
}

struct Arrived<R> {
    /// By their places in the order in which they are given.
    chunks: BTreeMap<usize, Outcome<R>>,
    count: usize,
}

/// The tasks that work on the chunks, and the iterator of their results, in order of input or of completion.
pub(super) fn tasks<T: Send + 'static, R: Send + 'static>(
    chunks: Vec<Items<T>>,
    call: impl Fn(T) -> R + Send + Sync + 'static,
    pool: &Arc<Shared>,
    in_order: bool,
) -> (Vec<Task>, Imap<R>) {
    let left = chunks.iter().map(Items::len).sum();
    let arrived = Watched::new(Arrived { chunks: BTreeMap::new(), count: 0 });
    let stream = Arc::new(Stream { pool: Arc::clone(pool), arrived, in_order });
    let call = Arc::new(call);
    let task = |(index, items): (usize, Items<T>)| {
        let (stream, call) = (Arc::clone(&stream), Arc::clone(&call));
        Box::new(move |turn: Turn<'_>| {
            let (outcome, end) = match turn {
                Turn::Run(end) => (Outcome::of(items, &*call, &stream.pool.identity), end),
                Turn::Never(error, end) => (Outcome::none(items.len(), &error), end),
            };
            // Whoever sees the results finds what the function has captured dropped.
            drop(call);
            stream.arrived.change(|arrived| {
                end.tell(outcome.has_failed());
                let place = if stream.in_order { index } else { arrived.count };
                arrived.chunks.insert(place, outcome);
                arrived.count += 1;
            });
        }) as Task
    };
    let tasks = chunks.into_iter().enumerate().map(task).collect();
    (tasks, Imap { stream, current: None, taken: 0, left })
}

impl<R> Imap<R> {
    /// The next result, as [`Iterator::next`] gives it, but waits no longer than `timeout` of real time. Any thread may
    /// call it.
    ///
    /// # Errors
    ///
    /// [`ResultError::TimedOut`] if the next result is not there in time; the iterator has not moved then.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[track_caller]
    pub fn next_timeout(&mut self, timeout: Duration) -> Option<Result<R, ResultError>> {
        match self.step(Some(clock::after(timeout)), Location::caller()) {
            Ok(next) => next.map(|next| next.map_err(Into::into)),
            Err(_) => Some(Err(ResultError::TimedOut { pool: self.stream.pool.identity.words() })),
        }
    }

    fn step(
        &mut self,
        deadline: Option<Duration>,
        caller: Caller,
    ) -> Result<Option<Result<R, TaskError>>, NotSeen> {
        if self.left == 0 {
            return Ok(None);
        }
        loop {
            if let Some(next) = self.current.as_mut().and_then(Iterator::next) {
                self.left -= 1;
                return Ok(Some(next));
            }
            let (stream, place) = (&self.stream, self.taken);
            let take = |arrived: &mut Arrived<R>| arrived.chunks.remove(&place);
            let outcome = stream.arrived.wait(&stream.pool, deadline, caller, take)?;
            self.taken += 1;
            self.current = Some(outcome.into_iter());
        }
    }
}

impl<R> Iterator for Imap<R> {
    type Item = Result<R, TaskError>;

    #[track_caller]
    fn next(&mut self) -> Option<Self::Item> {
        self.step(None, Location::caller()).unwrap_or_else(|_| {
            // Without a deadline this is the only reason.
            self.left = 0;
            Some(Err(self.stream.pool.identity.own_worker()))
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<R> ExactSizeIterator for Imap<R> {}
impl<R> FusedIterator for Imap<R> {}

impl<R> fmt::Debug for Imap<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Imap")
            .field("pool", &self.stream.pool.identity.words())
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}
