//! The mutual exclusion lock: the word of [`super::word`], with events. It is not fair: a thread that comes while
//! another is being woken may overtake it.

use super::word::Word;
use crate::object::{Caller, Object};
use crate::{clock, futex, recording};
use core::marker::PhantomData;
use core::panic::Location;
use core::time::Duration;
use lock_api::{Mutex, MutexGuard, RawMutex, RawMutexTimed};
use std::borrow::Cow;
use threadlab_trace::{Mode, ObjectKind, Purpose};

/// A value that one thread at a time can reach, through the guard that [`lock`](Mutex::lock) returns.
///
/// There is no poisoning: a holder that panics releases the lock as its stack unwinds, as a `with` block does in
/// Python. A guard stays in its thread; a lock that one thread acquires and another releases is a [`RawLock`].
pub type Lock<T> = Mutex<RawLock, T>;

/// The hold on a [`Lock`]; dropping it releases the lock.
pub type LockGuard<'a, T> = MutexGuard<'a, RawLock, T>;

/// What a guard knows of its hold: whether acquiring it was traced, so that the release need not ask again. It cannot
/// be sent to another thread, so whoever holds a lock by a guard is the one who must release it, and a round of such
/// holds is a deadlock for certain.
#[derive(Debug)]
pub struct Hold {
    traced: bool,
    stays: PhantomData<*const ()>,
}

impl Hold {
    #[inline]
    pub(crate) const fn new(traced: bool) -> Self {
        Self { traced, stays: PhantomData }
    }

    #[inline]
    pub(crate) const fn traced(&self) -> bool {
        self.traced
    }
}

/// A release of a lock that nobody holds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{lock} cannot be released: nobody holds it")]
pub struct NotLocked {
    /// The lock, in words.
    pub lock: String,
}

/// A [`Lock`] with a name by which the page shows it.
pub fn named<T>(name: impl Into<Cow<'static, str>>, value: T) -> Lock<T> {
    Lock::from_raw(RawLock::named(name), value)
}

/// The algorithm of [`Lock`] without the value: the lock itself, to be acquired and released by hand, by any thread.
#[derive(Debug)]
pub struct RawLock {
    word: Word,
    object: Object,
}

impl Default for RawLock {
    fn default() -> Self {
        Self::new()
    }
}

impl RawLock {
    /// A free lock.
    #[cfg(not(loom))]
    pub const fn new() -> Self {
        Self { word: Word::new(), object: Object::unnamed(ObjectKind::Lock) }
    }

    /// A free lock.
    #[cfg(loom)]
    pub fn new() -> Self {
        Self { word: Word::new(), object: Object::unnamed(ObjectKind::Lock) }
    }

    /// A free lock with a name by which the page shows it.
    pub fn named(name: impl Into<Cow<'static, str>>) -> Self {
        Self { word: Word::new(), object: Object::named(ObjectKind::Lock, name) }
    }

    /// The word that waiters wait on, for a model checker that lets their time pass.
    #[cfg(loom)]
    pub fn word(&self) -> &crate::atomic::AtomicU32 {
        self.word.futex()
    }

    /// Blocks until the lock is free and takes it.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[inline]
    #[track_caller]
    pub fn acquire(&self) {
        self.hold(Mode::Transferable);
    }

    /// Takes the lock if it is free. Never blocks.
    #[inline]
    #[track_caller]
    pub fn try_acquire(&self) -> bool {
        self.try_hold(Mode::Transferable).is_some()
    }

    /// Blocks until the lock is free and takes it, but no longer than `timeout`. Returns whether it was taken. A timeout
    /// of zero never blocks.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[track_caller]
    pub fn acquire_timeout(&self, timeout: Duration) -> bool {
        if timeout.is_zero() {
            return self.try_acquire();
        }
        self.acquire_until(clock::after(timeout), Mode::Transferable, Location::caller())
    }

    /// Whether a thread holds the lock at this moment.
    pub fn is_locked(&self) -> bool {
        self.word.is_held()
    }

    /// Releases the lock and wakes a thread that waits for it, if there is one. Any thread may release it.
    ///
    /// # Errors
    ///
    /// If the lock is free: there is nothing to release.
    #[inline]
    #[track_caller]
    pub fn release(&self) -> Result<(), NotLocked> {
        self.release_as(Mode::Transferable, Some(Location::caller()))
    }

    /// Releases a hold of one mode or the other.
    #[inline]
    fn release_as(&self, mode: Mode, caller: Option<Caller>) -> Result<(), NotLocked> {
        if !self.is_locked() {
            return Err(self.not_locked());
        }
        if recording::is_on() {
            self.record_released(mode, caller);
        }
        // Two threads may have come to release one hold: the second finds nothing to release either.
        if self.free() { Ok(()) } else { Err(self.not_locked()) }
    }

    #[cold]
    fn not_locked(&self) -> NotLocked {
        NotLocked { lock: self.object.words() }
    }

    #[inline]
    #[track_caller]
    fn hold(&self, mode: Mode) -> Hold {
        futex::checkpoint();
        if !self.word.take_if_free() {
            self.acquire_contended(None, mode, Location::caller());
            return Hold::new(recording::is_on());
        }
        self.hold_taken(mode, Location::caller())
    }

    #[inline]
    #[track_caller]
    fn try_hold(&self, mode: Mode) -> Option<Hold> {
        futex::checkpoint();
        self.word.take_if_free().then(|| self.hold_taken(mode, Location::caller()))
    }

    /// The hold of a lock that was just taken without a wait.
    #[inline]
    fn hold_taken(&self, mode: Mode, caller: Caller) -> Hold {
        let traced = recording::is_on();
        if traced {
            self.record_acquired(mode, caller);
        }
        Hold::new(traced)
    }

    fn acquire_until(&self, deadline: Duration, mode: Mode, caller: Caller) -> bool {
        futex::checkpoint();
        if !self.word.take_if_free() {
            return self.acquire_contended(Some(deadline), mode, caller);
        }
        self.hold_taken(mode, caller);
        true
    }

    #[cold]
    fn acquire_contended(&self, deadline: Option<Duration>, mode: Mode, caller: Caller) -> bool {
        if self.word.take_soon() {
            self.record_acquired(mode, caller);
            return true;
        }
        futex::must_be_able_to_block();
        self.object.tell(caller, |recorder, lock| {
            recorder.wait_began(lock, Purpose::Acquire, deadline.is_some(), caller);
        });
        let taken = self.word.take(deadline);
        self.object.tell(caller, |recorder, lock| {
            if taken {
                recorder.acquired(lock, mode, 1, true, caller);
            } else {
                recorder.wait_timed_out(lock, caller);
            }
        });
        taken
    }

    /// Blocks until the lock is free and takes it, for a caller further up.
    pub(super) fn acquire_at(&self, mode: Mode, caller: Caller) {
        futex::checkpoint();
        if self.word.take_if_free() {
            self.record_acquired(mode, caller);
        } else {
            self.acquire_contended(None, mode, caller);
        }
    }

    /// Tells that a hold is about to be released by [`RawLock::free`].
    pub(super) fn tell_released(&self, mode: Mode, caller: Caller) {
        self.record_released(mode, Some(caller));
    }

    /// Lets the next one in; returns whether anybody held it.
    #[inline]
    pub(super) fn free(&self) -> bool {
        futex::checkpoint();
        self.word.free()
    }

    // Out of line, so that the way of a thread that is not traced stays short.
    #[inline(never)]
    fn record_acquired(&self, mode: Mode, caller: Caller) {
        self.object.tell(caller, |recorder, lock| recorder.acquired(lock, mode, 1, false, caller));
    }

    #[inline(never)]
    fn record_released(&self, mode: Mode, caller: Option<Caller>) {
        let place = caller.unwrap_or(Location::caller());
        self.object.tell(place, |recorder, lock| recorder.released(lock, mode, 1, caller));
    }
}

// SAFETY: the word goes from free to held by one atomic exchange only, so there is one holder at a time; it is taken
// with acquire and let go with release ordering.
unsafe impl RawMutex for RawLock {
    #[cfg(not(loom))]
    const INIT: Self = Self::new();
    #[cfg(loom)]
    const INIT: Self = panic!("loom's atomics cannot be made in a constant: use RawLock::named");

    type Guard = Hold;

    #[inline]
    #[track_caller]
    fn lock(&self) -> Hold {
        self.hold(Mode::Owned)
    }

    #[inline]
    #[track_caller]
    fn try_lock(&self) -> Option<Hold> {
        self.try_hold(Mode::Owned)
    }

    #[inline]
    unsafe fn unlock(&self, hold: Hold) {
        if hold.traced() {
            self.record_released(Mode::Owned, None);
        }
        self.free();
    }

    fn is_locked(&self) -> bool {
        self.is_locked()
    }
}

// SAFETY: the timed functions take the lock by the same exchange as the others.
unsafe impl RawMutexTimed for RawLock {
    type Duration = Duration;
    /// A time by [`clock::now`].
    type Instant = Duration;

    #[track_caller]
    fn try_lock_for(&self, timeout: Duration) -> Option<Hold> {
        if timeout.is_zero() {
            return self.try_lock();
        }
        self.try_lock_until(clock::after(timeout))
    }

    #[track_caller]
    fn try_lock_until(&self, deadline: Duration) -> Option<Hold> {
        let held = self.acquire_until(deadline, Mode::Owned, Location::caller());
        held.then(|| Hold::new(recording::is_on()))
    }
}
