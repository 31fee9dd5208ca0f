//! How many bytes the shared objects hold together. It ends before the memory does, so that what is small, like the
//! tables, never finds it exhausted.

use crate::error::Rule;
use core::sync::atomic::{AtomicUsize, Ordering};

/// What is granted at a time to what grows and shrinks.
const GRAIN: usize = 64 << 10;

#[derive(Debug)]
pub(crate) struct Budget {
    used: AtomicUsize,
    most: usize,
}

impl Budget {
    pub const fn new(most: usize) -> Self {
        Self { used: AtomicUsize::new(0), most }
    }

    /// Grants so many bytes. To be given back with [`Self::give_back`].
    pub fn claim(&self, bytes: usize) -> Result<(), Rule> {
        // Relaxed, here and below: a number that orders nothing.
        self.used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                used.checked_add(bytes).filter(|used| *used <= self.most)
            })
            .map(drop)
            .map_err(|_| Rule::NoMemory)
    }

    pub fn give_back(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// How many bytes are granted.
    pub fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }
}

/// What one object was granted that grows and shrinks.
#[derive(Debug, Default)]
pub(crate) struct Grant {
    bytes: usize,
    granted: usize,
}

impl Grant {
    /// The object is going to hold so many bytes more.
    pub fn grow(&mut self, by: usize, budget: &Budget) -> Result<(), Rule> {
        let bytes = self.bytes.checked_add(by).ok_or(Rule::NoMemory)?;
        if bytes > self.granted {
            let more = (bytes - self.granted).next_multiple_of(GRAIN);
            budget.claim(more)?;
            self.granted += more;
        }
        self.bytes = bytes;
        Ok(())
    }

    /// The object holds so many bytes less.
    pub fn shrink(&mut self, by: usize, budget: &Budget) {
        self.bytes -= by;
        if self.bytes == 0 && self.granted > GRAIN {
            budget.give_back(self.granted - GRAIN);
            self.granted = GRAIN;
        }
    }

    /// The object is freed: takes note of what was granted, to be given back.
    pub fn granted(&self) -> usize {
        self.granted
    }
}
