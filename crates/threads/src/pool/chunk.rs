//! Items that one worker takes at once, and what became of them.

use super::error::TaskError;
use super::identity::Identity;
use crate::thread;
use core::iter::Peekable;
use std::vec;

/// How many items a chunk has where nobody says: four chunks for each worker, as Python's pools make them.
pub(super) fn usual_size(items: usize, workers: usize) -> usize {
    items.div_ceil(workers.saturating_mul(4)).max(1)
}

/// Cuts items into chunks of this size, which is not 0; the last one may be smaller.
pub(super) fn cut<T>(mut items: Vec<T>, size: usize) -> Vec<Vec<T>> {
    let mut chunks = Vec::with_capacity(items.len().div_ceil(size));
    // From the end, where items go in one piece: many times faster than one by one.
    while items.len() > size {
        let last = (items.len() - 1) / size * size;
        chunks.push(items.split_off(last));
    }
    if !items.is_empty() {
        chunks.push(items);
    }
    chunks.reverse();
    chunks
}

/// What a chunk's items came to.
pub(super) struct Outcome<R> {
    /// The results of the items that have one, in order.
    pub values: Vec<R>,
    /// The positions of the others and their errors, in order.
    pub failures: Vec<(usize, TaskError)>,
}

impl<R> Outcome<R> {
    /// Calls `call` for each item. A panic is the error of its item, and the next ones follow.
    pub fn of<T>(items: Vec<T>, call: &impl Fn(T) -> R, pool: &Identity) -> Self {
        let mut outcome = Self { values: Vec::with_capacity(items.len()), failures: Vec::new() };
        let mut items = items.into_iter();
        // One catch for as many items as there are without a panic, since it costs as much as a tiny task.
        while let Err(panic) = thread::catch(|| {
            for item in items.by_ref() {
                outcome.values.push(call(item));
            }
        }) {
            let position = outcome.values.len() + outcome.failures.len();
            outcome.failures.push((position, pool.panicked(panic)));
        }
        outcome
    }

    /// That of so many items that will not be worked on.
    pub fn none(items: usize, error: &TaskError) -> Self {
        Self { values: Vec::new(), failures: (0..items).map(|position| (position, error.clone())).collect() }
    }

    pub fn has_failed(&self) -> bool {
        !self.failures.is_empty()
    }
}

/// The items' results or errors, in order.
pub(super) struct Results<R> {
    values: vec::IntoIter<R>,
    failures: Peekable<vec::IntoIter<(usize, TaskError)>>,
    position: usize,
}

impl<R> IntoIterator for Outcome<R> {
    type Item = Result<R, TaskError>;
    type IntoIter = Results<R>;

    fn into_iter(self) -> Results<R> {
        Results {
            values: self.values.into_iter(),
            failures: self.failures.into_iter().peekable(),
            position: 0,
        }
    }
}

impl<R> Iterator for Results<R> {
    type Item = Result<R, TaskError>;

    fn next(&mut self) -> Option<Self::Item> {
        let here = self.position;
        let next = match self.failures.next_if(|(position, _)| *position == here) {
            Some((_, error)) => Err(error),
            None => Ok(self.values.next()?),
        };
        self.position += 1;
        Some(next)
    }
}
