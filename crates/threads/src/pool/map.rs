//! A function called for each of many items, with all results at once.

use super::chunk::Outcome;
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
    outcomes: Vec<Option<Outcome<R>>>,
    left: usize,
}

/// The tasks that work on `chunks` and settle `pending`. There has to be a chunk.
pub(super) fn tasks<T: Send + 'static, R: Send + 'static>(
    chunks: Vec<Vec<T>>,
    call: impl Fn(T) -> R + Send + Sync + 'static,
    pending: &Arc<Pending<Vec<R>>>,
) -> Vec<Task> {
    let left = chunks.len();
    let outcomes = (0..left).map(|_| None).collect();
    let map = Arc::new(Map { chunks: inner(Some(Chunks { outcomes, left })), pending: Arc::clone(pending) });
    let call = Arc::new(call);
    let task = |(index, items)| {
        let (map, call) = (Arc::clone(&map), Arc::clone(&call));
        Box::new(move |turn: Turn<'_>| match turn {
            Turn::Run(end) => {
                let outcome = Outcome::of(items, &*call, &map.pending.pool().identity);
                // Whoever sees the result finds what the function has captured dropped.
                drop(call);
                map.finish(index, outcome, end);
            }
            Turn::Never(error, end) => map.never(error, end),
        }) as Task
    };
    chunks.into_iter().enumerate().map(task).collect()
}

impl<R> Map<R> {
    /// A chunk is done; the last one settles the result.
    fn finish(&self, index: usize, outcome: Outcome<R>, end: End<'_>) {
        let failed = outcome.has_failed();
        let mut chunks = self.chunks.lock();
        let Some(Chunks { outcomes, left }) = &mut *chunks else {
            // The pool was terminated meanwhile.
            drop(chunks);
            end.tell(failed);
            return;
        };
        outcomes[index] = Some(outcome);
        *left -= 1;
        if *left > 0 {
            end.tell(failed);
            return;
        }
        let done = chunks.take();
        drop(chunks);
        if let Some(Chunks { outcomes, .. }) = done {
            self.pending.settle(join(outcomes), Some(end));
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

/// All values in order, or the first error.
fn join<R>(outcomes: Vec<Option<Outcome<R>>>) -> Result<Vec<R>, TaskError> {
    let mut outcomes = outcomes.into_iter().flatten();
    let Some(Outcome { mut values, mut failures }) = outcomes.next() else { return Ok(Vec::new()) };
    let rest: Vec<_> = outcomes.collect();
    values.reserve(rest.iter().map(|outcome| outcome.values.len()).sum());
    for mut outcome in rest {
        values.append(&mut outcome.values);
        failures.append(&mut outcome.failures);
    }
    match failures.into_iter().next() {
        Some((_, error)) => Err(error),
        None => Ok(values),
    }
}
