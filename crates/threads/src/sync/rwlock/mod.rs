//! The readers-writer lock: many may read at once, or one may write.
//!
//! It is fair: whoever has to wait is let in in the order of coming, the readers up to the next writer together. The
//! algorithm is told in `queue.rs`.

mod queue;
#[cfg(all(test, not(loom), not(target_arch = "wasm32")))]
mod tests;

use super::lock::Hold;
use crate::object::{Caller, Object};
use crate::{clock, futex, recording};
use core::panic::Location;
use core::time::Duration;
use lock_api::{RawRwLockTimed, RwLockReadGuard as ReadGuard, RwLockWriteGuard as WriteGuard};
use queue::{Queued, Side};
use std::borrow::Cow;
use threadlab_trace::{Mode, ObjectKind, Purpose};

/// A value that many threads can read at once, through the guards that [`read`](lock_api::RwLock::read) returns, or one
/// can change, through that of [`write`](lock_api::RwLock::write).
///
/// Readers do not starve writers, nor writers readers: with a writer waiting, readers that come wait too. A thread that
/// reads must therefore not begin to read a second time, since a writer may have come between.
///
/// There is no poisoning: a holder that panics lets go as its stack unwinds. A guard stays in its thread.
///
/// ```
/// use threadlab_threads::{RwLock, rwlock};
///
/// let prices = rwlock::named("prices", vec![3, 5]);
/// assert_eq!(prices.read().len(), 2);
/// prices.write().push(8);
/// assert_eq!(*prices.read(), [3, 5, 8]);
/// ```
pub type RwLock<T> = lock_api::RwLock<RawRwLock, T>;

/// A reader's hold on a [`RwLock`]; dropping it ends it.
pub type RwLockReadGuard<'a, T> = ReadGuard<'a, RawRwLock, T>;

/// The writer's hold on a [`RwLock`]; dropping it ends it.
pub type RwLockWriteGuard<'a, T> = WriteGuard<'a, RawRwLock, T>;

/// A [`RwLock`] with a name by which the page shows it.
pub fn named<T>(name: impl Into<Cow<'static, str>>, value: T) -> RwLock<T> {
    RwLock::from_raw(RawRwLock::named(name), value)
}

/// The algorithm of [`RwLock`] without the value.
#[derive(Debug)]
pub struct RawRwLock {
    queued: Queued,
    object: Object,
}

impl Default for RawRwLock {
    fn default() -> Self {
        Self::new()
    }
}

impl Side {
    const fn mode(self) -> Mode {
        match self {
            Self::Reader => Mode::Shared,
            Self::Writer => Mode::Owned,
        }
    }

    const fn purpose(self) -> Purpose {
        match self {
            Self::Reader => Purpose::AcquireShared,
            Self::Writer => Purpose::Acquire,
        }
    }
}

impl RawRwLock {
    /// A free lock.
    #[cfg(not(loom))]
    pub const fn new() -> Self {
        Self { queued: Queued::new(), object: Object::unnamed(ObjectKind::RwLock) }
    }

    /// A free lock.
    #[cfg(loom)]
    pub fn new() -> Self {
        Self { queued: Queued::new(), object: Object::unnamed(ObjectKind::RwLock) }
    }

    /// A free lock with a name by which the page shows it.
    pub fn named(name: impl Into<Cow<'static, str>>) -> Self {
        Self { queued: Queued::new(), object: Object::named(ObjectKind::RwLock, name) }
    }

    /// Lets the time of every timed wait pass, for a model checker.
    #[cfg(loom)]
    pub fn expire(&self) {
        self.queued.expire();
    }

    #[inline]
    fn hold(&self, side: Side, caller: Caller) -> Hold {
        futex::checkpoint();
        if !self.queued.take_if_free(side) {
            self.take_contended(side, None, caller);
            return Hold::new(recording::is_on());
        }
        self.hold_taken(side, caller)
    }

    #[inline]
    fn try_hold(&self, side: Side, caller: Caller) -> Option<Hold> {
        futex::checkpoint();
        self.queued.take_if_free(side).then(|| self.hold_taken(side, caller))
    }

    fn hold_for(&self, side: Side, timeout: Duration, caller: Caller) -> Option<Hold> {
        if timeout.is_zero() {
            return self.try_hold(side, caller);
        }
        self.hold_until(side, clock::after(timeout), caller)
    }

    fn hold_until(&self, side: Side, deadline: Duration, caller: Caller) -> Option<Hold> {
        self.try_hold(side, caller).or_else(|| {
            self.take_contended(side, Some(deadline), caller).then(|| Hold::new(recording::is_on()))
        })
    }

    /// The hold of a lock that was just taken without a wait.
    #[inline]
    fn hold_taken(&self, side: Side, caller: Caller) -> Hold {
        let traced = recording::is_on();
        if traced {
            self.record_acquired(side, caller);
        }
        Hold::new(traced)
    }

    #[cold]
    fn take_contended(&self, side: Side, deadline: Option<Duration>, caller: Caller) -> bool {
        if self.queued.take_soon(side) {
            self.record_acquired(side, caller);
            return true;
        }
        assert!(!self.queued.is_full(), "{} has no room for more readers", self.object.words());
        futex::must_be_able_to_block();
        self.object.tell(caller, |recorder, lock| {
            recorder.wait_began(lock, side.purpose(), deadline.is_some(), caller);
        });
        let taken = self.queued.take(side, deadline);
        self.object.tell(caller, |recorder, lock| {
            if taken {
                recorder.acquired(lock, side.mode(), 1, true, caller);
            } else {
                recorder.wait_timed_out(lock, caller);
            }
        });
        taken
    }

    // Out of line, so that the way of a thread that is not traced stays short.
    #[inline(never)]
    fn record_acquired(&self, side: Side, caller: Caller) {
        self.object.tell(caller, |recorder, lock| recorder.acquired(lock, side.mode(), 1, false, caller));
    }

    #[inline(never)]
    fn record_released(&self, side: Side) {
        self.object.tell(Location::caller(), |recorder, lock| {
            recorder.released(lock, side.mode(), 1, None);
        });
    }
}

// SAFETY: the word counts the readers and has one bit for a writer. A reader comes in only by an exchange on a word
// without that bit, a writer only by one on a word without either, so there are readers or one writer; each takes the
// lock with acquire and lets it go with release ordering.
unsafe impl lock_api::RawRwLock for RawRwLock {
    #[cfg(not(loom))]
    const INIT: Self = Self::new();
    #[cfg(loom)]
    const INIT: Self = panic!("loom's atomics cannot be made in a constant: use RawRwLock::named");

    type SharedGuard = Hold;
    type ExclusiveGuard = Hold;

    #[inline]
    #[track_caller]
    fn lock_shared(&self) -> Hold {
        self.hold(Side::Reader, Location::caller())
    }

    #[inline]
    #[track_caller]
    fn try_lock_shared(&self) -> Option<Hold> {
        self.try_hold(Side::Reader, Location::caller())
    }

    #[inline]
    unsafe fn unlock_shared(&self, hold: Hold) {
        futex::checkpoint();
        if hold.traced() {
            self.record_released(Side::Reader);
        }
        self.queued.end_read();
    }

    #[inline]
    #[track_caller]
    fn lock_exclusive(&self) -> Hold {
        self.hold(Side::Writer, Location::caller())
    }

    #[inline]
    #[track_caller]
    fn try_lock_exclusive(&self) -> Option<Hold> {
        self.try_hold(Side::Writer, Location::caller())
    }

    #[inline]
    unsafe fn unlock_exclusive(&self, hold: Hold) {
        futex::checkpoint();
        if hold.traced() {
            self.record_released(Side::Writer);
        }
        self.queued.end_write();
    }

    fn is_locked(&self) -> bool {
        self.queued.is_held()
    }

    fn is_locked_exclusive(&self) -> bool {
        self.queued.is_held_by_writer()
    }
}

// SAFETY: the timed functions take the lock by the same exchanges as the others.
unsafe impl RawRwLockTimed for RawRwLock {
    type Duration = Duration;
    /// A time by [`clock::now`].
    type Instant = Duration;

    #[track_caller]
    fn try_lock_shared_for(&self, timeout: Duration) -> Option<Hold> {
        self.hold_for(Side::Reader, timeout, Location::caller())
    }

    #[track_caller]
    fn try_lock_shared_until(&self, deadline: Duration) -> Option<Hold> {
        self.hold_until(Side::Reader, deadline, Location::caller())
    }

    #[track_caller]
    fn try_lock_exclusive_for(&self, timeout: Duration) -> Option<Hold> {
        self.hold_for(Side::Writer, timeout, Location::caller())
    }

    #[track_caller]
    fn try_lock_exclusive_until(&self, deadline: Duration) -> Option<Hold> {
        self.hold_until(Side::Writer, deadline, Location::caller())
    }
}
