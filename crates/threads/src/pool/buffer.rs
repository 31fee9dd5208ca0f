//! Vectors that several threads take apart or put together, each a range of its own, without copying what is in them.

use std::sync::Arc;

/// The memory of a vector that knows nothing of the values in it: the ranges do.
struct Memory<T> {
    /// Of length 0, so that dropping it drops no values.
    vector: Vec<T>,
    start: *mut T,
    length: usize,
}

// SAFETY: values are reached through ranges only, each of which has places of its own, so that sharing the memory sends
// values to other threads and shares none.
unsafe impl<T: Send> Send for Memory<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Memory<T> {}

impl<T> Memory<T> {
    /// That of an empty vector, which has room for so many values.
    fn new(mut vector: Vec<T>, length: usize) -> Arc<Self> {
        assert!(vector.is_empty() && vector.capacity() >= length);
        let start = vector.as_mut_ptr();
        Arc::new(Self { vector, start, length })
    }

    /// The ranges of `size` places, of which the last one may have fewer.
    fn ranges(&self, size: usize) -> impl Iterator<Item = (usize, usize)> {
        let length = self.length;
        (0..length).step_by(size).map(move |begin| (begin, length.min(begin.saturating_add(size))))
    }
}

/// A range of a vector's values, which it owns and gives one after another.
pub(super) struct Items<T> {
    memory: Arc<Memory<T>>,
    /// From here to the end there are values, and no other range has these places.
    next: usize,
    end: usize,
}

impl<T> Items<T> {
    /// Cuts a vector into ranges of `size`, which is not 0; the last one may be smaller.
    pub fn cut(mut items: Vec<T>, size: usize) -> Vec<Self> {
        let length = items.len();
        // SAFETY: 0 is within the capacity, and the values that the vector forgets are in the ranges below.
        unsafe { items.set_len(0) };
        let memory = Memory::new(items, length);
        let range = |(next, end)| Self { memory: Arc::clone(&memory), next, end };
        memory.ranges(size).map(range).collect()
    }
}

impl<T> Iterator for Items<T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        if self.next == self.end {
            return None;
        }
        let place = self.next;
        self.next += 1;
        // SAFETY: the place is within the vector, and there is a value that only this range has; it has it no longer,
        // since `next` is past it.
        Some(unsafe { self.memory.start.add(place).read() })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len(), Some(self.len()))
    }
}

impl<T> ExactSizeIterator for Items<T> {
    fn len(&self) -> usize {
        self.end - self.next
    }
}

impl<T> Drop for Items<T> {
    fn drop(&mut self) {
        self.for_each(drop);
    }
}

/// A range of a vector's places, to be filled from its beginning, with the values that are there by now.
pub(super) struct Places<T> {
    memory: Arc<Memory<T>>,
    begin: usize,
    /// Up to here there are values. No other range has the places from `begin` to `end`.
    filled: usize,
    end: usize,
}

impl<T> Places<T> {
    /// The ranges of `size`, which is not 0, of a vector of this length; the last one may be smaller.
    pub fn cut(length: usize, size: usize) -> Vec<Self> {
        let memory = Memory::new(Vec::with_capacity(length), length);
        let range = |(begin, end)| Self { memory: Arc::clone(&memory), begin, filled: begin, end };
        memory.ranges(size).map(range).collect()
    }

    /// Puts a value into the next place.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[inline]
    pub fn push(&mut self, value: T) {
        assert!(self.filled < self.end, "a chunk has a result for each item");
        // SAFETY: the place is within the vector's capacity, has no value, and only this range has it.
        unsafe { self.memory.start.add(self.filled).write(value) };
        self.filled += 1;
    }

    /// The vector, from all of its ranges.
    ///
    /// # Panics
    ///
    /// If they are not all ranges of a vector, in order and filled.
    pub fn join(ranges: Vec<Self>) -> Vec<T> {
        let Some(first) = ranges.first() else { return Vec::new() };
        let memory = Arc::clone(&first.memory);
        let end = ranges.iter().try_fold(0, |begin, range| {
            let follows = Arc::ptr_eq(&range.memory, &memory) && range.begin == begin;
            (follows && range.filled == range.end).then_some(range.end)
        });
        assert!(end == Some(memory.length), "all ranges are there, in order and filled");
        for mut range in ranges {
            // The vector takes the values over.
            range.filled = range.begin;
        }
        let Some(memory) = Arc::into_inner(memory) else {
            unreachable!("all ranges were there, and each is gone")
        };
        let Memory { mut vector, length, .. } = memory;
        // SAFETY: the ranges covered all places up to the length, in order, and each was filled.
        unsafe { vector.set_len(length) };
        vector
    }
}

impl<T> Drop for Places<T> {
    fn drop(&mut self) {
        while self.filled > self.begin {
            self.filled -= 1;
            // SAFETY: there is a value that only this range has; it has it no longer, since `filled` is before it.
            drop(unsafe { self.memory.start.add(self.filled).read() });
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    fn values(shared: &Arc<()>, count: usize) -> Vec<(usize, Arc<()>)> {
        (0..count).map(|number| (number, Arc::clone(shared))).collect()
    }

    #[test]
    fn all_items_come_in_ranges_and_are_dropped_once() {
        let shared = Arc::new(());
        for (count, size) in [(0, 1), (1, 1), (7, 3), (9, 3), (5, usize::MAX)] {
            let ranges = Items::cut(values(&shared, count), size);
            assert_eq!(ranges.len(), count.div_ceil(size));
            assert!(ranges.iter().all(|range| (1..=size).contains(&range.len())));
            let numbers: Vec<_> = ranges.into_iter().flatten().map(|(number, _)| number).collect();
            assert_eq!(numbers, (0..count).collect::<Vec<_>>());
            assert_eq!(Arc::strong_count(&shared), 1);
            // Some are never taken.
            let mut ranges = Items::cut(values(&shared, count), size);
            drop(ranges.pop());
            if let Some(range) = ranges.first_mut() {
                range.next();
            }
            drop(ranges);
            assert_eq!(Arc::strong_count(&shared), 1);
        }
    }

    #[test]
    fn values_without_a_size_come_through() {
        assert_eq!(
            Items::cut(vec![(); 5], 2).into_iter().map(|range| range.len()).collect::<Vec<_>>(),
            [2, 2, 1]
        );
        let mut ranges = Places::cut(3, 2);
        for range in &mut ranges {
            for _ in range.begin..range.end {
                range.push(());
            }
        }
        assert_eq!(Places::join(ranges).len(), 3);
    }

    #[test]
    fn a_vector_is_put_together_by_several_threads() {
        let shared = Arc::new(());
        let items = Items::cut(values(&shared, 10), 3);
        let places = Places::cut(10, 3);
        let parts = std::thread::scope(|scope| {
            let fill = |(items, mut places): (Items<_>, Places<_>)| {
                scope.spawn(move || {
                    items.for_each(|item| places.push(item));
                    places
                })
            };
            let threads: Vec<_> = items.into_iter().zip(places).map(fill).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let whole = Places::join(parts);
        assert_eq!(whole.iter().map(|(number, _)| *number).collect::<Vec<_>>(), (0..10).collect::<Vec<_>>());
        assert_eq!(Arc::strong_count(&shared), 11);
        drop(whole);
        assert_eq!(Arc::strong_count(&shared), 1);
    }

    #[test]
    fn what_is_not_whole_is_refused_and_dropped() {
        let shared = Arc::new(());
        let parts = |filled: usize| {
            let mut parts = Places::cut(4, 2);
            for value in values(&shared, filled) {
                parts[value.0 / 2].push(value);
            }
            parts
        };
        let refuses = |parts: Vec<Places<_>>| {
            assert!(catch_unwind(AssertUnwindSafe(|| Places::join(parts))).is_err());
            assert_eq!(Arc::strong_count(&shared), 1);
        };
        refuses(parts(3));
        let mut turned = parts(4);
        turned.reverse();
        refuses(turned);
        let mut short = parts(4);
        short.pop();
        refuses(short);
        let (mut mixed, mut other) = (parts(4), parts(4));
        mixed[1] = other.pop().unwrap();
        drop(other);
        refuses(mixed);
        let mut full = parts(4);
        assert!(catch_unwind(AssertUnwindSafe(|| full[1].push((9, Arc::clone(&shared))))).is_err());
        assert_eq!(Places::join(full).len(), 4);
        assert_eq!(Places::<u8>::join(Vec::new()), []);
    }
}
