//! The results of a map, in the order of its items.

use super::error::FutureError;
use super::future::Future;
use crate::sync::word::Inner;
use core::iter::FusedIterator;
use core::panic::Location;
use std::collections::VecDeque;

/// A result that only the iterator gets, so that it can be given by value without being cloned.
pub(super) type Place<T> = Inner<Option<T>>;

/// The results of [`Executor::map`](super::Executor::map), in the order of the items. Each is waited for when it is its
/// turn. It ends after the first error, and cancels the tasks that have not begun then.
///
/// Dropped before its end, it cancels those too, but only if its first result has been asked for: a map whose results
/// nobody wants runs to its end.
#[derive(Debug)]
pub struct Map<T> {
    futures: VecDeque<Future<Place<T>>>,
    asked: bool,
}

impl<T> Map<T> {
    pub(super) fn new(futures: VecDeque<Future<Place<T>>>) -> Self {
        Self { futures, asked: false }
    }

    #[track_caller]
    fn cancel_rest(&mut self) {
        let caller = Location::caller();
        for future in self.futures.drain(..) {
            future.cancel_from(caller);
        }
    }
}

impl<T> Iterator for Map<T> {
    type Item = Result<T, FutureError>;

    #[track_caller]
    fn next(&mut self) -> Option<Self::Item> {
        self.asked = true;
        let future = self.futures.pop_front()?;
        match future.result_ref() {
            // It is there: nobody else takes it.
            Ok(place) => place.lock().take().map(Ok),
            Err(error) => {
                self.cancel_rest();
                Some(Err(error))
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // It may end early.
        (self.futures.len().min(1), Some(self.futures.len()))
    }
}

impl<T> FusedIterator for Map<T> {}

impl<T> Drop for Map<T> {
    fn drop(&mut self) {
        if self.asked {
            self.cancel_rest();
        }
    }
}
