//! A function called for each of many items, with all results at once.

use super::buffer::{Items, Places};
use super::chunk::{self, Failures};
use super::error::TaskError;
use super::line::{End, Task, Turn};
use super::result::Pending;
use crate::sync::word::{Inner, inner};
use std::sync::Arc;

/// A map whose chunks are being worked on.
struct Map<R> {
    /// `None` when the result is settled.
    chunks: Inner<Option<Chunks<R>>>,
    pending: Arc<Pending<Vec<R>>>,
}

struct Chunks<R> {
    done: Vec<Option<Places<R>>>,
    /// The errors, with the numbers of their chunks.
    failures: Vec<(usize, TaskError)>,
    left: usize,
}

/// The tasks that work on `items`, in chunks of `size`, and settle `pending`. There has to be an item.
pub(super) fn tasks<T: Send + 'static, R: Send + 'static>(
    items: Vec<T>,
    size: usize,
    call: impl Fn(T) -> R + Send + Sync + 'static,
    pending: &Arc<Pending<Vec<R>>>,
) -> Vec<Task> {
    let places = Places::cut(items.len(), size);
    let left = places.len();
    let chunks = Chunks { done: (0..left).map(|_| None).collect(), failures: Vec::new(), left };
    let map = Arc::new(Map { chunks: inner(Some(chunks)), pending: Arc::clone(pending) });
    let call = Arc::new(call);
    let task = |(index, (items, mut places)): (usize, (Items<T>, Places<R>))| {
        let (map, call) = (Arc::clone(&map), Arc::clone(&call));
        Box::new(move |turn: Turn<'_>| match turn {
            Turn::Run(end) => {
                let identity = &map.pending.pool().identity;
                let failures = chunk::work(items, &*call, identity, |value| places.push(value));
                // Whoever sees the result finds what the function has captured dropped.
                drop(call);
                map.finish(index, places, failures, end);
            }
            Turn::Never(error, end) => map.never(error, end),
        }) as Task
    };
    Items::cut(items, size).into_iter().zip(places).enumerate().map(task).collect()
}

impl<R> Map<R> {
    /// A chunk is done; the last one settles the result.
    fn finish(&self, index: usize, places: Places<R>, failures: Failures, end: End<'_>) {
        let failed = !failures.is_empty();
        let mut state = self.chunks.lock();
        let Some(chunks) = &mut *state else {
            // The pool was terminated meanwhile.
            drop(state);
            end.tell(failed);
            return;
        };
        chunks.done[index] = Some(places);
        // One is enough, since the map has the first error only.
        chunks.failures.extend(failures.into_iter().next().map(|(_, error)| (index, error)));
        chunks.left -= 1;
        if chunks.left > 0 {
            end.tell(failed);
            return;
        }
        let chunks = state.take();
        drop(state);
        if let Some(chunks) = chunks {
            self.pending.settle(chunks.join(), Some(end));
        }
    }

    /// A chunk will never be worked on, so the map has no result.
    fn never(&self, error: TaskError, end: End<'_>) {
        let first = self.chunks.lock().take();
        match first {
            Some(_) => self.pending.settle(Err(error), Some(end)),
            None => end.tell(true),
        }
    }
}

impl<R> Chunks<R> {
    /// All values in order, or the first error.
    fn join(self) -> Result<Vec<R>, TaskError> {
        match self.failures.into_iter().min_by_key(|(index, _)| *index) {
            Some((_, error)) => Err(error),
            None => Ok(Places::join(self.done.into_iter().flatten().collect())),
        }
    }
}
