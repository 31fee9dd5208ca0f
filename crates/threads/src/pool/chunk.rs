//! Items that one worker takes at once, and what became of them.

use super::buffer::Items;
use super::error::TaskError;
use super::identity::Identity;
use crate::thread;
use core::iter::Peekable;
use std::vec;

/// How many items a chunk has where nobody says: four chunks for each worker, as Python's pools make them.
pub(super) fn usual_size(items: usize, workers: usize) -> usize {
    items.div_ceil(workers.saturating_mul(4)).max(1)
}

/// The positions of items that came to no result and their errors, in order.
pub(super) type Failures = Vec<(usize, TaskError)>;

/// Calls `call` for each item and `keep` for each result. A panic is the error of its item, and the next ones follow.
pub(super) fn work<T, R>(
    mut items: Items<T>,
    call: &impl Fn(T) -> R,
    pool: &Identity,
    mut keep: impl FnMut(R),
) -> Failures {
    let (all, mut failures) = (items.len(), Vec::new());
    // One catch for as many items as there are without a panic, since it costs as much as a tiny task.
    while let Err(panic) = thread::catch(|| {
        for item in items.by_ref() {
            keep(call(item));
        }
    }) {
        // It was the last one taken.
        failures.push((all - items.len() - 1, pool.panicked(panic)));
    }
    failures
}

/// What a chunk's items came to.
pub(super) struct Outcome<R> {
    /// The results of the items that have one, in order.
    pub values: Vec<R>,
    /// The positions of the others and their errors, in order.
    pub failures: Failures,
}

impl<R> Outcome<R> {
    /// That of calling `call` for each item.
    pub fn of<T>(items: Items<T>, call: &impl Fn(T) -> R, pool: &Identity) -> Self {
        let mut values = Vec::with_capacity(items.len());
        let failures = work(items, call, pool, |value| values.push(value));
        Self { values, failures }
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
