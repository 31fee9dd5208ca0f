//! The event: a flag that threads wait for.
//!
//! Its word has the flag, a bit that says that a thread may be asleep, and a generation that counts how often the flag
//! went up. A waiter goes on when the generation is no longer that in which it began to wait, so one that is slow to
//! wake does so even if the flag is down again by then. Changes, and the beginning of a wait, take a small lock: thus
//! what is recorded of them is in the order in which they happened. Asking, and waiting for a flag that is up, is one
//! load.

#[cfg(all(test, not(loom), not(target_arch = "wasm32")))]
mod tests;

use super::word::{Inner, inner};
use crate::atomic::{AtomicU32, Ordering};
use crate::object::{Caller, Object};
use crate::{clock, futex};
use core::panic::Location;
use core::time::Duration;
use std::borrow::Cow;
use threadlab_trace::{ObjectKind, Purpose};

/// The flag is up.
const SET: u32 = 1;
/// The flag is down and a thread may sleep until it goes up.
const AWAITED: u32 = 2;
/// One generation. The upper 30 bits count them and come round: a waiter would have to sleep through exactly 2^30 of
/// them to mistake one for its own.
const GENERATION: u32 = 4;

/// A flag that is down at first. Threads wait until it is [set](Self::set); it stays up until it is
/// [cleared](Self::clear).
///
/// ```
/// use std::sync::Arc;
/// use threadlab_threads::{Event, thread};
///
/// let ready = Arc::new(Event::named("ready"));
/// let theirs = Arc::clone(&ready);
/// let waiter = thread::spawn(move || theirs.wait());
/// ready.set();
/// waiter.join().unwrap();
/// ```
#[derive(Debug)]
pub struct Event {
    word: AtomicU32,
    /// Held while the word is changed or a wait begins.
    changing: Inner<()>,
    object: Object,
}

impl Default for Event {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

impl Event {
    /// An event that is not set.
    #[track_caller]
    pub fn new() -> Self {
        Self::named("")
    }

    /// An event that is not set, with a name by which the page shows it.
    #[track_caller]
    pub fn named(name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            word: AtomicU32::new(0),
            changing: inner(()),
            object: Object::introduced(ObjectKind::Event, name, None, Location::caller()),
        }
    }

    /// The word that waiters wait on, for a model checker that lets their time pass.
    #[cfg(loom)]
    pub fn word(&self) -> &AtomicU32 {
        &self.word
    }

    /// Whether a thread is present that waits, for a model checker.
    #[cfg(loom)]
    pub fn has_waiters(&self) -> bool {
        self.word.load(Ordering::Relaxed) & AWAITED != 0
    }

    /// Whether the flag is up at this moment.
    #[inline]
    pub fn is_set(&self) -> bool {
        // Acquire: what the thread that set it did before is seen by who sees the flag.
        self.word.load(Ordering::Acquire) & SET != 0
    }

    /// Puts the flag up: all threads that wait go on, even if it is cleared at once. Setting it again changes nothing.
    #[track_caller]
    pub fn set(&self) {
        futex::checkpoint();
        let caller = Location::caller();
        let changing = self.changing.lock();
        // Relaxed: it changes under the lock only.
        let now = self.word.load(Ordering::Relaxed);
        let mut next = now;
        if now & SET == 0 {
            next = (now & !AWAITED).wrapping_add(GENERATION) | SET;
            self.object.tell(caller, |recorder, event| recorder.set(event, caller));
        }
        // Release: whoever sees the flag, or the next generation, sees what was done before. An exchange, also where
        // nothing changes, so that what earlier setters did stays in sight too.
        self.word.swap(next, Ordering::Release);
        drop(changing);
        if now & AWAITED != 0 {
            futex::wake(&self.word, u32::MAX);
        }
    }

    /// Puts the flag down: threads that wait from now on wait until it is set again.
    #[track_caller]
    pub fn clear(&self) {
        futex::checkpoint();
        let caller = Location::caller();
        let _changing = self.changing.lock();
        if self.word.load(Ordering::Relaxed) & SET != 0 {
            self.object.tell(caller, |recorder, event| recorder.cleared(event, caller));
        }
        // Release: whoever sees the flag down sees what was done before. An exchange, so that a waiter that finds only
        // the next generation still sees what the setter did.
        self.word.fetch_and(!SET, Ordering::Release);
    }

    /// Blocks until the flag is up, and not at all where it is.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[inline]
    #[track_caller]
    pub fn wait(&self) {
        futex::checkpoint();
        if !self.is_set() {
            self.wait_unset(None, Location::caller());
        }
    }

    /// Blocks until the flag is up, but no longer than `timeout`; a timeout of zero never blocks. Returns whether the
    /// flag went up.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[track_caller]
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        futex::checkpoint();
        self.is_set()
            || (!timeout.is_zero() && self.wait_unset(Some(clock::after(timeout)), Location::caller()))
    }

    #[cold]
    fn wait_unset(&self, deadline: Option<Duration>, caller: Caller) -> bool {
        futex::must_be_able_to_block();
        let Some(asleep) = self.begin_wait(deadline.is_some(), caller) else { return true };
        loop {
            let why = futex::wait(&self.word, asleep, deadline);
            if self.has_gone_up_since(asleep) {
                break;
            }
            if why == futex::Wait::TimedOut {
                // Under the lock, so that no flag goes up between the look and the record.
                let _changing = self.changing.lock();
                if self.has_gone_up_since(asleep) {
                    break;
                }
                self.object.tell(caller, |recorder, event| recorder.wait_timed_out(event, caller));
                return false;
            }
        }
        self.object.tell(caller, |recorder, event| recorder.wait_ended(event, caller));
        true
    }

    /// Returns the word's value to sleep on, or `None` if the flag is up.
    fn begin_wait(&self, timed: bool, caller: Caller) -> Option<u32> {
        let _changing = self.changing.lock();
        if self.is_set() {
            return None;
        }
        self.object.tell(caller, |recorder, event| {
            recorder.wait_began(event, Purpose::Set, timed, caller);
        });
        // Relaxed: the bit is for the next setter, who comes by the lock.
        Some(self.word.fetch_or(AWAITED, Ordering::Relaxed) | AWAITED)
    }

    fn has_gone_up_since(&self, asleep: u32) -> bool {
        // Acquire: what the setter did before is seen by who goes on.
        (self.word.load(Ordering::Acquire) ^ asleep) >= GENERATION
    }
}
