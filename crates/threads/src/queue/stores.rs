//! The two orders in which a [`Locked`](super::locked::Locked) core gives its items.

use super::heap::Heap;
use super::locked::Store;

/// Last in, first out.
pub(super) struct Stack<T>(Vec<(u64, T)>);

impl<T> Default for Stack<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Store<T> for Stack<T> {
    type Place = ();

    fn place(&self, _item: &T) {}

    fn insert(&mut self, (): (), ticket: u64, item: T) {
        self.0.push((ticket, item));
    }

    fn pop(&mut self) -> Option<(u64, T)> {
        self.0.pop()
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

impl<T> Default for Heap<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Ord> Store<T> for Heap<T> {
    type Place = usize;

    fn place(&self, item: &T) -> usize {
        self.place(item)
    }

    fn insert(&mut self, place: usize, ticket: u64, item: T) {
        self.insert(place, ticket, item);
    }

    fn pop(&mut self) -> Option<(u64, T)> {
        self.pop()
    }

    fn len(&self) -> usize {
        self.len()
    }
}
