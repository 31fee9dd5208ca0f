//! Where threads sleep that wait for one thing: an event count in one word. Changes count in steps of two; the lowest
//! bit says that somebody may sleep.
//!
//! The count is noted and changed under the lock of the object that the gate belongs to. A sleeper that noted the count
//! marks it as slept on by an exchange and sleeps while the word is what it became. If a change came in between, the
//! exchange fails; if it comes later, it finds the mark and wakes. Nothing is kept of a sleeper but the mark, so a
//! sleeper may vanish at any moment: the next change then wakes nobody, and removes the mark.

use crate::atomic::{AtomicU32, Ordering};
use core::time::Duration;
use threadlab_threads::futex::{self, Wait};

const SLEPT_ON: u32 = 1;
const STEP: u32 = 2;

/// An event count.
#[derive(Debug)]
pub struct Gate(AtomicU32);

impl Gate {
    /// One that nothing has happened at.
    #[must_use]
    pub fn new() -> Self {
        Self(AtomicU32::new(0))
    }

    /// The count, for a [`Self::sleep`] later on. To be called under the object's lock.
    #[inline]
    pub fn note(&self) -> u32 {
        // Relaxed: changes are made under the same lock. The mark, which is set without it, is left out.
        self.0.load(Ordering::Relaxed) & !SLEPT_ON
    }

    /// Whether something happened since the note.
    #[inline]
    pub fn has_changed(&self, noted: u32) -> bool {
        // Relaxed: who sees a change looks again, under the object's lock.
        self.0.load(Ordering::Relaxed) & !SLEPT_ON != noted & !SLEPT_ON
    }

    /// Sleeps until something happens that had not when the count was noted, or until the deadline. It may end for no
    /// reason.
    ///
    /// The count comes round after two thousand million changes: a thread that is held up for exactly as many between
    /// its note and its sleep misses them, and waits for the next.
    pub fn sleep(&self, noted: u32, deadline: Option<Duration>) -> Wait {
        let noted = noted & !SLEPT_ON;
        // Relaxed, both: either this or a change comes first in the order of the word, which is all that matters here;
        // what was changed is read under the object's lock.
        match self.0.compare_exchange(noted, noted | SLEPT_ON, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => {}
            Err(now) if now == noted | SLEPT_ON => {}
            Err(_) => return Wait::Changed,
        }
        futex::wait(&self.0, noted | SLEPT_ON, deadline)
    }

    /// Something happened that at most so many sleepers can use. To be called under the object's lock, after the change.
    ///
    /// A sleeper that was woken has to look again before it gives up, since no other was woken in its place.
    #[inline]
    pub fn changed(&self, most: u32) {
        // Relaxed: as for the sleeper.
        if self.0.fetch_add(STEP, Ordering::Relaxed) & SLEPT_ON != 0 {
            self.wake(most);
        }
    }

    #[cold]
    fn wake(&self, most: u32) {
        // Relaxed, both: sleepers that note the count from here on do so under the lock that the caller holds, so the
        // mark that is removed is that of the sleepers who are woken, or who find the count changed.
        self.0.fetch_and(!SLEPT_ON, Ordering::Relaxed);
        let woken = u32::try_from(futex::wake(&self.0, most)).unwrap_or(u32::MAX);
        if woken >= most {
            self.0.fetch_or(SLEPT_ON, Ordering::Relaxed);
        }
    }

    /// The word that sleepers wait on, for a model checker that lets their time pass.
    #[cfg(loom)]
    pub fn word(&self) -> &AtomicU32 {
        &self.0
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}
