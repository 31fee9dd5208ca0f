//! A binary heap that gives the smallest item first, and equal ones in the order of their coming.
//!
//! All comparisons of an operation come before its first change, so that one that panics leaves the heap as it was.
//!
//! # What limits it
//!
//! With thousands of items, taking one takes twice as long as with std's `BinaryHeap`, which is neither stable nor safe
//! from comparisons that panic: the numbers are moved along with the items, and the way that was found is walked a
//! second time for the moves. Numbers beside each item in one vector took half as long again. Four children for each
//! item, and moving while comparing (which takes unsafe code), made no difference that could be measured.

use core::cmp::Ordering;

/// The heap: no item comes before its parent, which is at half its place.
///
/// The numbers, which decide between equal items, are apart from the items: looking for a place mostly reads items only.
pub(super) struct Heap<T> {
    items: Vec<T>,
    tickets: Vec<u64>,
}

impl<T> Heap<T> {
    pub const fn new() -> Self {
        Self { items: Vec::new(), tickets: Vec::new() }
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }
}

impl<T: Ord> Heap<T> {
    /// The place that an item with a number higher than all others' will have.
    pub fn place(&self, item: &T) -> usize {
        let mut place = self.items.len();
        while place > 0 {
            let parent = (place - 1) / 2;
            // The new item comes after its equals.
            if item.cmp(&self.items[parent]) != Ordering::Less {
                break;
            }
            place = parent;
        }
        place
    }

    /// Puts an item at the [`place`](Self::place) that was found for it. Compares nothing.
    pub fn insert(&mut self, place: usize, ticket: u64, item: T) {
        let mut free = self.items.len();
        self.items.push(item);
        self.tickets.push(ticket);
        while free > place {
            let parent = (free - 1) / 2;
            self.items.swap(free, parent);
            self.tickets.swap(free, parent);
            free = parent;
        }
    }

    /// Takes the smallest item, with its number.
    pub fn pop(&mut self) -> Option<(u64, T)> {
        let last = self.items.len().checked_sub(1)?;
        let mut place = self.place_for_last(last);
        let (mut item, mut ticket) = (self.items.pop()?, self.tickets.pop()?);
        if last > 0 {
            // From there up to the root, each takes its parent's place; the root comes out.
            loop {
                core::mem::swap(&mut self.items[place], &mut item);
                core::mem::swap(&mut self.tickets[place], &mut ticket);
                if place == 0 {
                    break;
                }
                place = (place - 1) / 2;
            }
        }
        Some((ticket, item))
    }

    /// Where the last item goes when the root is taken out.
    ///
    /// First the way down along the smaller children to the bottom, then back up: the last item comes from the bottom
    /// and mostly belongs there, so this compares less than looking at it on the way down would.
    fn place_for_last(&self, last: usize) -> usize {
        let mut place = 0;
        let mut child = 1;
        while child + 1 < last {
            place = child + usize::from(self.is_before(child + 1, child));
            child = 2 * place + 1;
        }
        if child < last {
            place = child;
        }
        while place > 0 && self.is_before(last, place) {
            place = (place - 1) / 2;
        }
        place
    }

    #[inline]
    fn is_before(&self, one: usize, other: usize) -> bool {
        let order = self.items[one].cmp(&self.items[other]);
        // No match of three arms: which of two items is smaller is hard to foresee, that they are equal is easy.
        if order == Ordering::Equal {
            self.tickets[one] < self.tickets[other]
        } else {
            order == Ordering::Less
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::cell::Cell;

    fn push<T: Ord>(heap: &mut Heap<T>, ticket: u64, item: T) {
        let place = heap.place(&item);
        heap.insert(place, ticket, item);
    }

    /// Numbers that look random, from a seed.
    fn numbers(seed: u64) -> impl Iterator<Item = u64> {
        let mut state = seed;
        std::iter::repeat_with(move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 33
        })
    }

    #[test]
    fn gives_what_a_stable_sort_gives() {
        for size in 0..if cfg!(miri) { 20 } else { 200_u32 } {
            let mut heap = Heap::new();
            let items: Vec<u64> =
                numbers(size.into()).take(size as usize).map(|number| number % 16).collect();
            for (ticket, &item) in items.iter().enumerate() {
                push(&mut heap, ticket as u64, item);
            }
            let mut sorted: Vec<(u64, u64)> =
                items.iter().enumerate().map(|(ticket, &item)| (ticket as u64, item)).collect();
            sorted.sort_by_key(|&(_, item)| item);
            let popped: Vec<(u64, u64)> = std::iter::from_fn(|| heap.pop()).collect();
            assert_eq!(popped, sorted);
        }
    }

    #[test]
    fn pushes_between_pops_keep_the_order() {
        let mut heap = Heap::new();
        let mut model: Vec<(u64, u64)> = Vec::new();
        for (ticket, number) in numbers(7).take(if cfg!(miri) { 200 } else { 5000 }).enumerate() {
            let ticket = ticket as u64;
            if number % 5 < 3 {
                push(&mut heap, ticket, number % 64);
                model.push((number % 64, ticket));
            } else {
                let least = model.iter().enumerate().min_by_key(|(_, entry)| **entry).map(|(at, _)| at);
                let expected = least.map(|at| model.remove(at)).map(|(item, ticket)| (ticket, item));
                assert_eq!(heap.pop(), expected);
            }
            assert_eq!(heap.len(), model.len());
        }
    }

    thread_local! {
        /// Comparisons until the one that panics.
        static FUSE: Cell<u32> = const { Cell::new(u32::MAX) };
    }

    #[derive(Debug, PartialEq, Eq)]
    struct Fused(u64);
    impl PartialOrd for Fused {
        fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }
    impl Ord for Fused {
        fn cmp(&self, other: &Self) -> Ordering {
            let left = FUSE.get();
            assert!(left > 0, "this comparison fails");
            FUSE.set(left - 1);
            self.0.cmp(&other.0)
        }
    }

    #[test]
    fn a_comparison_that_panics_changes_nothing() {
        for fuse in 0..12 {
            let mut heap = Heap::new();
            for (ticket, number) in numbers(3).take(50).enumerate() {
                push(&mut heap, ticket as u64, Fused(number));
            }
            FUSE.set(fuse);
            let place = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| heap.place(&Fused(0))));
            FUSE.set(fuse);
            let popped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| heap.pop()));
            FUSE.set(u32::MAX);
            // The way down from 50 items compares five times.
            assert!(popped.is_err() || fuse > 5);
            assert!(place.is_err() || fuse > 0);
            let gone = usize::from(popped.is_ok());
            let rest: Vec<u64> = std::iter::from_fn(|| heap.pop()).map(|(_, item)| item.0).collect();
            assert_eq!(rest.len() + gone, 50);
            assert!(rest.is_sorted());
        }
    }
}
