//! Entries in the order in which they came, found by a number that is small when the stream is honest.

use std::collections::BTreeMap;

/// Numbers below this are looked up in an array, others in a tree: one stray huge number must not cost memory.
const DENSE: usize = 1 << 16;

/// In the array: no entry has this number.
const NONE: u32 = u32::MAX;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table<T> {
    entries: Vec<T>,
    dense: Vec<u32>,
    sparse: BTreeMap<u32, u32>,
    limit: usize,
}

impl<T> Table<T> {
    pub(crate) const fn new(limit: usize) -> Self {
        Self { entries: Vec::new(), dense: Vec::new(), sparse: BTreeMap::new(), limit }
    }

    /// Where the entry with this number is.
    #[inline]
    pub(crate) fn index(&self, number: u32) -> Option<usize> {
        if let Some(&at) = self.dense.get(number as usize) {
            return (at != NONE).then_some(at as usize);
        }
        if (number as usize) < DENSE {
            return None;
        }
        self.sparse.get(&number).map(|&at| at as usize)
    }

    /// Adds an entry, unless the table is full. The number must be new.
    pub(crate) fn insert(&mut self, number: u32, entry: T) -> Option<usize> {
        let index = self.entries.len();
        let at = u32::try_from(index).ok().filter(|_| index < self.limit)?;
        let place = number as usize;
        if place < DENSE {
            if self.dense.len() <= place {
                self.dense.resize(place + 1, NONE);
            }
            self.dense[place] = at;
        } else {
            self.sparse.insert(number, at);
        }
        self.entries.push(entry);
        Some(index)
    }

    pub(crate) fn get(&self, number: u32) -> Option<&T> {
        self.index(number).map(|at| &self.entries[at])
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.entries.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.entries.iter_mut()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}

impl<T> std::ops::Index<usize> for Table<T> {
    type Output = T;

    #[inline]
    fn index(&self, at: usize) -> &T {
        &self.entries[at]
    }
}

impl<T> std::ops::IndexMut<usize> for Table<T> {
    #[inline]
    fn index_mut(&mut self, at: usize) -> &mut T {
        &mut self.entries[at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_small_and_huge_numbers_and_stops_at_its_limit() {
        let mut table = Table::new(3);
        assert_eq!(table.insert(7, 'a'), Some(0));
        assert_eq!(table.insert(u32::MAX, 'b'), Some(1));
        assert_eq!(table.insert(0, 'c'), Some(2));
        assert_eq!(table.insert(1, 'd'), None);
        assert_eq!(table.iter().copied().collect::<String>(), "abc");
        assert_eq!(
            [7, u32::MAX, 0, 1, 9].map(|n| table.get(n).copied()),
            [Some('a'), Some('b'), Some('c'), None, None]
        );
    }

    #[test]
    fn a_huge_number_does_not_grow_the_array() {
        let mut table = Table::new(3);
        table.insert(u32::MAX - 1, ());
        assert_eq!(table.dense.len(), 0);
    }
}
