//! A value that is made once, at its first use.
//!
//! One word says whether there is no value yet, a thread makes it, a thread makes it and others wait, or it is there. A
//! thread that brings the word from the first to the second state makes the value; all others wait until it is there,
//! or, where making it failed by a panic, until one of them may try again. Getting a value that is there is one load.

#[cfg(all(test, not(loom), not(target_arch = "wasm32")))]
mod tests;

use crate::atomic::{AtomicU32, Ordering};
use crate::object::{Caller, Object};
use crate::{futex, owner};
use core::fmt;
use core::ops::Deref;
use core::panic::Location;
// Not loom's: it is read and written by the thread that it names; what another one finds there is only not itself.
use core::sync::atomic::AtomicU32 as Plain;
use std::borrow::Cow;
use std::sync::OnceLock;
use threadlab_trace::{Mode, ObjectKind, Purpose};

/// There is no value, and nobody makes it.
const EMPTY: u32 = 0;
/// A thread makes the value.
const MAKING: u32 = 1;
/// A thread makes the value, and others may be asleep until it has.
const AWAITED: u32 = 2;
/// The value is there.
const MADE: u32 = 3;

/// A place for one value, which is put there once and then read by all threads.
///
/// ```
/// use threadlab_threads::Once;
///
/// static ANSWER: Once<u32> = Once::new();
///
/// assert_eq!(ANSWER.get(), None);
/// assert_eq!(*ANSWER.get_or_init(|| 6 * 7), 42);
/// assert_eq!(ANSWER.set(43), Err(43));
/// ```
pub struct Once<T> {
    word: AtomicU32,
    /// The number of the thread that makes the value.
    maker: Plain,
    /// Never waited for: the word decides which thread writes it, and lets others read it when it is written.
    value: OnceLock<T>,
    object: Object,
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// The right to make the value. Given up without a value, the next thread may try.
struct Making<'a, T> {
    once: &'a Once<T>,
    caller: Caller,
}

impl<T> Once<T> {
    /// A place without a value.
    #[cfg(not(loom))]
    pub const fn new() -> Self {
        Self {
            word: AtomicU32::new(EMPTY),
            maker: Plain::new(owner::NOBODY),
            value: OnceLock::new(),
            object: Object::unnamed(ObjectKind::Once),
        }
    }

    /// A place without a value.
    #[cfg(loom)]
    pub fn new() -> Self {
        Self::named("")
    }

    /// A place without a value, with a name by which the page shows it.
    pub fn named(name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            word: AtomicU32::new(EMPTY),
            maker: Plain::new(owner::NOBODY),
            value: OnceLock::new(),
            object: Object::named(ObjectKind::Once, name),
        }
    }

    /// The value, if it is there. Never blocks.
    #[inline]
    pub fn get(&self) -> Option<&T> {
        // Acquire: whoever sees that it is made sees the value.
        if self.word.load(Ordering::Acquire) == MADE { self.value.get() } else { None }
    }

    /// The value. Where there is none, it is made by `init`: one thread does so, the others wait for it. If `init`
    /// panics, there is still no value, and the next thread makes it.
    ///
    /// # Panics
    ///
    /// If `init` does; if `init` itself asks for the value that it is to make; and if this would have to wait on a
    /// page's own thread, which cannot block.
    #[inline]
    #[track_caller]
    pub fn get_or_init(&self, init: impl FnOnce() -> T) -> &T {
        if let Some(value) = self.get() {
            return value;
        }
        let caller = Location::caller();
        match self.begin(caller) {
            Ok(making) => making.finish(init()),
            Err(value) => value,
        }
    }

    /// Puts the value there, unless there is one already. Waits for a thread that makes one.
    ///
    /// # Errors
    ///
    /// If there is a value: `value` comes back.
    ///
    /// # Panics
    ///
    /// If it is called by what makes the value; and if it would have to wait on a page's own thread, which cannot
    /// block.
    #[track_caller]
    pub fn set(&self, value: T) -> Result<(), T> {
        match self.begin(Location::caller()) {
            Ok(making) => {
                making.finish(value);
                Ok(())
            }
            Err(_) => Err(value),
        }
    }

    /// The value, if there is one.
    pub fn into_inner(self) -> Option<T> {
        self.value.into_inner()
    }

    /// Gets the right to make the value, or the value that another thread has made.
    #[cold]
    fn begin(&self, caller: Caller) -> Result<Making<'_, T>, &T> {
        futex::checkpoint();
        let mut waiting = false;
        let outcome = loop {
            // The first guess is that there is none: loom loses sight of an exchange by another thread when this one
            // only looks before its own. Acquire: as in `get`.
            match self.word.compare_exchange(EMPTY, MAKING, Ordering::Acquire, Ordering::Acquire) {
                Ok(_) => {
                    self.maker.store(owner::me(), Ordering::Relaxed);
                    break Ok(Making { once: self, caller });
                }
                Err(MADE) => match self.value.get() {
                    Some(value) => break Err(value),
                    // It is written before the word says so.
                    None => unreachable!("a value that is made is there"),
                },
                Err(_) => self.await_maker(&mut waiting, caller),
            }
        };
        if waiting {
            self.object.tell(caller, |recorder, once| recorder.wait_ended(once, caller));
        }
        if outcome.is_ok() {
            self.object.tell(caller, |recorder, once| recorder.acquired(once, Mode::Owned, 1, false, caller));
        }
        outcome
    }

    /// Sleeps until the thread that makes the value has ended that, or for less long.
    fn await_maker(&self, waiting: &mut bool, caller: Caller) {
        assert!(
            self.maker.load(Ordering::Relaxed) != owner::me(),
            "{} is asked for its value by what makes that value",
            self.object.words()
        );
        futex::must_be_able_to_block();
        // Relaxed: only the bit matters, the outcome is looked at anew.
        let now = self.word.compare_exchange(MAKING, AWAITED, Ordering::Relaxed, Ordering::Relaxed);
        if matches!(now, Ok(_) | Err(AWAITED)) {
            if !*waiting {
                *waiting = true;
                self.object.tell(caller, |recorder, once| {
                    recorder.wait_began(once, Purpose::Set, false, caller);
                });
            }
            futex::wait(&self.word, AWAITED, None);
        }
    }

    /// Ends the making, with a value or without.
    fn end(&self, word: u32) {
        self.maker.store(owner::NOBODY, Ordering::Relaxed);
        // Release: whoever sees that the value is made sees the value.
        if self.word.swap(word, Ordering::Release) == AWAITED {
            // All of them: with a value they all go on, without one any of them may be the next to make it.
            futex::wake(&self.word, u32::MAX);
        }
    }
}

impl<'a, T> Making<'a, T> {
    fn finish(self, value: T) -> &'a T {
        let (once, caller) = (self.once, self.caller);
        core::mem::forget(self);
        // Nobody else can have written it.
        let value = once.value.get_or_init(|| value);
        once.object.tell(caller, |recorder, object| {
            recorder.set(object, caller);
            recorder.released(object, Mode::Owned, 1, Some(caller));
        });
        once.end(MADE);
        value
    }
}

impl<T> Drop for Making<'_, T> {
    /// What makes the value has panicked.
    fn drop(&mut self) {
        self.once.object.tell(self.caller, |recorder, object| {
            recorder.released(object, Mode::Owned, 1, Some(self.caller));
        });
        self.once.end(EMPTY);
    }
}

impl<T: fmt::Debug> fmt::Debug for Once<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Once")
            .field("object", &self.object)
            .field("value", &self.get())
            .finish_non_exhaustive()
    }
}

/// A value that is made by a function at its first use, by whichever thread comes first.
///
/// ```
/// use threadlab_threads::Lazy;
///
/// static PRIMES: Lazy<Vec<u32>> = Lazy::new(|| (2..20).filter(|n| (2..*n).all(|d| n % d != 0)).collect());
///
/// assert_eq!(PRIMES.last(), Some(&19));
/// ```
pub struct Lazy<T, F = fn() -> T> {
    once: Once<T>,
    init: F,
}

impl<T, F: Fn() -> T> Lazy<T, F> {
    /// A value that `init` will make. If that panics, the next use tries again.
    #[cfg(not(loom))]
    pub const fn new(init: F) -> Self {
        Self { once: Once::new(), init }
    }

    /// A value that `init` will make. If that panics, the next use tries again.
    #[cfg(loom)]
    pub fn new(init: F) -> Self {
        Self { once: Once::new(), init }
    }

    /// A value that `init` will make, with a name by which the page shows it.
    pub fn named(name: impl Into<Cow<'static, str>>, init: F) -> Self {
        Self { once: Once::named(name), init }
    }

    /// The value, made now where it is not there yet.
    ///
    /// # Panics
    ///
    /// As [`Once::get_or_init`].
    #[inline]
    #[track_caller]
    pub fn force(&self) -> &T {
        self.once.get_or_init(&self.init)
    }
}

impl<T, F: Fn() -> T> Deref for Lazy<T, F> {
    type Target = T;

    /// The value, made now where it is not there yet.
    ///
    /// # Panics
    ///
    /// As [`Once::get_or_init`].
    #[inline]
    #[track_caller]
    fn deref(&self) -> &T {
        self.force()
    }
}

impl<T: fmt::Debug, F> fmt::Debug for Lazy<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lazy")
            .field("object", &self.once.object)
            .field("value", &self.once.get())
            .finish_non_exhaustive()
    }
}
