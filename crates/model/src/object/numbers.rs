//! Numbers that come and go: the items of a queue.

use std::collections::VecDeque;

use crate::limits::MAX_NUMBERS;

/// Numbers in the order in which they came. All are counted, but only so many as [`MAX_NUMBERS`] are known singly.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Numbers {
    known: VecDeque<u32>,
    others: u64,
}

impl Numbers {
    /// How many there are.
    pub fn count(&self) -> u64 {
        self.known.len() as u64 + self.others
    }

    /// Those that are known singly, in the order in which they came.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator {
        self.known.iter().copied()
    }

    #[inline]
    pub(crate) fn add(&mut self, number: u32) {
        if self.known.len() < MAX_NUMBERS {
            self.known.push_back(number);
        } else {
            self.others += 1;
        }
    }

    /// Takes a number out; returns whether it can have been there.
    #[inline]
    pub(crate) fn remove(&mut self, number: u32) -> bool {
        let at = match (self.known.front(), self.known.back()) {
            (Some(&front), _) if front == number => Some(0),
            (_, Some(&back)) if back == number => Some(self.known.len() - 1),
            _ => self.known.iter().position(|&known| known == number),
        };
        match at {
            Some(at) => {
                self.known.remove(at);
                true
            }
            None if self.others > 0 => {
                self.others -= 1;
                true
            }
            None => false,
        }
    }

    pub(crate) fn clear(&mut self) {
        self.known.clear();
        self.others = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_in_any_order_and_beyond_the_limit_they_are_only_counted() {
        let mut numbers = Numbers::default();
        let limit = u32::try_from(MAX_NUMBERS).unwrap();
        (0..limit + 2).for_each(|number| numbers.add(number));
        assert_eq!(numbers.count(), u64::from(limit) + 2);
        assert!(numbers.remove(3) && numbers.remove(0) && numbers.remove(limit - 1));
        assert_eq!(numbers.iter().take(3).collect::<Vec<_>>(), [1, 2, 4]);
        assert!(numbers.remove(limit) && numbers.remove(limit + 1));
        assert!(!numbers.remove(3), "it has gone");
        assert_eq!(numbers.count(), u64::from(limit) - 3);
    }
}
