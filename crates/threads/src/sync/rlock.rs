//! The re-entrant lock: its holder can acquire it again, and gives it up with the last of as many releases.

use super::word::Word;
use crate::atomic::{AtomicU32, Ordering};
use crate::object::{Caller, Object};
use crate::{clock, futex, owner};
use core::fmt;
use core::marker::PhantomData;
use core::ops::Deref;
use core::panic::Location;
use core::time::Duration;
use std::borrow::Cow;
use threadlab_trace::{Mode, ObjectKind, Purpose};

/// A release of a re-entrant lock by a thread that does not hold it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{lock} cannot be released: only the thread that holds it can do that")]
pub struct NotOwned {
    /// The lock, in words.
    pub lock: String,
}

/// The algorithm of [`RLock`] without a value: acquired and released by hand, by the thread that holds it.
#[derive(Debug)]
pub struct RawRLock {
    word: Word,
    /// Who holds it, by [`owner::me`]. Only a thread that reads its own number here relies on what it reads, and only
    /// that thread writes its number, so no ordering is needed beside the word's.
    owner: AtomicU32,
    /// How many times it is held; touched by the holder only.
    depth: AtomicU32,
    object: Object,
}

impl Default for RawRLock {
    fn default() -> Self {
        Self::new()
    }
}

impl RawRLock {
    /// A free lock.
    pub fn new() -> Self {
        Self::named("")
    }

    /// A free lock with a name by which the page shows it.
    pub fn named(name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            word: Word::new(),
            owner: AtomicU32::new(owner::NOBODY),
            depth: AtomicU32::new(0),
            object: Object::named(ObjectKind::RLock, name),
        }
    }

    /// The word that waiters wait on, for a model checker that lets their time pass.
    #[cfg(loom)]
    pub fn word(&self) -> &AtomicU32 {
        self.word.futex()
    }

    /// Blocks until no other thread holds the lock, and takes it once more.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block, or if it is held 2^32 - 1 times.
    #[track_caller]
    pub fn acquire(&self) {
        self.acquire_until(None, 1, Location::caller());
    }

    /// Takes the lock once more if no other thread holds it. Never blocks.
    ///
    /// # Panics
    ///
    /// If it is held 2^32 - 1 times.
    #[track_caller]
    pub fn try_acquire(&self) -> bool {
        futex::checkpoint();
        let caller = Location::caller();
        let taken = self.deepen() || self.take_if_free(1);
        if taken {
            self.tell_acquired(1, false, caller);
        }
        taken
    }

    /// Blocks until no other thread holds the lock, but no longer than `timeout`, and takes it once more. Returns
    /// whether it did. A timeout of zero never blocks.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block, or if it is held 2^32 - 1 times.
    #[track_caller]
    pub fn acquire_timeout(&self, timeout: Duration) -> bool {
        if timeout.is_zero() {
            return self.try_acquire();
        }
        self.acquire_until(Some(clock::after(timeout)), 1, Location::caller())
    }

    /// Gives the lock back once. With the last time it is free for others.
    ///
    /// # Errors
    ///
    /// If the calling thread does not hold it.
    #[track_caller]
    pub fn release(&self) -> Result<(), NotOwned> {
        self.release_at(Some(Location::caller()))
    }

    fn release_at(&self, caller: Option<Caller>) -> Result<(), NotOwned> {
        futex::checkpoint();
        let depth = self.depth();
        if depth == 0 {
            return Err(NotOwned { lock: self.object.words() });
        }
        self.tell_released(1, caller);
        self.depth.store(depth - 1, Ordering::Relaxed);
        if depth == 1 {
            self.free();
        }
        Ok(())
    }

    /// How many times the calling thread holds the lock.
    pub fn depth(&self) -> u32 {
        if self.is_mine() { self.depth.load(Ordering::Relaxed) } else { 0 }
    }

    /// Whether a thread holds the lock at this moment.
    pub fn is_locked(&self) -> bool {
        self.word.is_held()
    }

    fn is_mine(&self) -> bool {
        self.owner.load(Ordering::Relaxed) == owner::me()
    }

    /// Takes it once more if the calling thread holds it.
    fn deepen(&self) -> bool {
        let mine = self.is_mine();
        if mine {
            let depth = self.depth.load(Ordering::Relaxed);
            let deeper = depth.checked_add(1).unwrap_or_else(|| panic!("{} is held too often", self.object));
            self.depth.store(deeper, Ordering::Relaxed);
        }
        mine
    }

    fn take_if_free(&self, depth: u32) -> bool {
        let taken = self.word.take_if_free() || self.word.take_soon();
        if taken {
            self.own(depth);
        }
        taken
    }

    /// The word was taken: so the lock is the calling thread's.
    fn own(&self, depth: u32) {
        self.owner.store(owner::me(), Ordering::Relaxed);
        self.depth.store(depth, Ordering::Relaxed);
    }

    /// Takes it so many times more.
    fn acquire_until(&self, deadline: Option<Duration>, count: u32, caller: Caller) -> bool {
        futex::checkpoint();
        if self.deepen() || self.take_if_free(count) {
            self.tell_acquired(count, false, caller);
            return true;
        }
        futex::must_be_able_to_block();
        self.object.tell(caller, |recorder, lock| {
            recorder.wait_began(lock, Purpose::Acquire, deadline.is_some(), caller);
        });
        let taken = self.word.take(deadline);
        if taken {
            self.own(count);
            self.tell_acquired(count, true, caller);
        } else {
            self.object.tell(caller, |recorder, lock| recorder.wait_timed_out(lock, caller));
        }
        taken
    }

    fn free(&self) {
        self.owner.store(owner::NOBODY, Ordering::Relaxed);
        self.word.free();
    }

    /// Tells that the calling thread is about to [`RawRLock::let_go`].
    pub(super) fn tell_letting_go(&self, caller: Caller) {
        self.tell_released(self.depth(), Some(caller));
    }

    /// Gives the lock up however often it is held; returns how often that was.
    pub(super) fn let_go(&self) -> u32 {
        let depth = self.depth.load(Ordering::Relaxed);
        self.free();
        depth
    }

    /// Takes the lock as often as it was held before [`RawRLock::let_go`].
    pub(super) fn take_again(&self, depth: u32, caller: Caller) {
        self.acquire_until(None, depth, caller);
    }

    fn tell_acquired(&self, count: u32, waited: bool, caller: Caller) {
        self.object.tell(caller, |recorder, lock| {
            recorder.acquired(lock, Mode::Owned, count, waited, caller);
        });
    }

    fn tell_released(&self, count: u32, caller: Option<Caller>) {
        let place = caller.unwrap_or(Location::caller());
        self.object.tell(place, |recorder, lock| recorder.released(lock, Mode::Owned, count, caller));
    }
}

/// A value that one thread at a time can reach, through guards of which that thread may have several. As each of them
/// gives a shared reference only, a value that is to change needs a cell within.
#[derive(Debug, Default)]
pub struct RLock<T: ?Sized> {
    raw: RawRLock,
    value: T,
}

// SAFETY: references to the value are reached through guards only, guards stay in their thread, and one thread at a
// time has any. So the value is handed from thread to thread, which `T: Send` allows, and never reached by two at once.
unsafe impl<T: ?Sized + Send> Sync for RLock<T> {}

impl<T> RLock<T> {
    /// A free lock.
    pub fn new(value: T) -> Self {
        Self::named("", value)
    }

    /// A free lock with a name by which the page shows it.
    pub fn named(name: impl Into<Cow<'static, str>>, value: T) -> Self {
        Self { raw: RawRLock::named(name), value }
    }

    /// The value, when no lock is needed any more.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T: ?Sized> RLock<T> {
    /// Blocks until no other thread holds the lock, and holds it once more.
    ///
    /// # Panics
    ///
    /// As [`RawRLock::acquire`].
    #[track_caller]
    pub fn lock(&self) -> RLockGuard<'_, T> {
        self.raw.acquire();
        RLockGuard::new(self)
    }

    /// Holds the lock once more if no other thread holds it. Never blocks.
    ///
    /// # Panics
    ///
    /// As [`RawRLock::try_acquire`].
    #[track_caller]
    pub fn try_lock(&self) -> Option<RLockGuard<'_, T>> {
        self.raw.try_acquire().then(|| RLockGuard::new(self))
    }

    /// Blocks until no other thread holds the lock, but no longer than `timeout`, and holds it once more.
    ///
    /// # Panics
    ///
    /// As [`RawRLock::acquire_timeout`].
    #[track_caller]
    pub fn try_lock_for(&self, timeout: Duration) -> Option<RLockGuard<'_, T>> {
        self.raw.acquire_timeout(timeout).then(|| RLockGuard::new(self))
    }

    /// Whether a thread holds the lock at this moment.
    pub fn is_locked(&self) -> bool {
        self.raw.is_locked()
    }

    /// How many times the calling thread holds the lock.
    pub fn depth(&self) -> u32 {
        self.raw.depth()
    }
}

/// One hold on an [`RLock`]; dropping it gives that one back.
#[must_use = "the lock is given back when the guard is dropped"]
pub struct RLockGuard<'a, T: ?Sized> {
    lock: &'a RLock<T>,
    /// It stays in its thread, which owns the lock.
    stays: PhantomData<*const ()>,
}

impl<'a, T: ?Sized> RLockGuard<'a, T> {
    fn new(lock: &'a RLock<T>) -> Self {
        Self { lock, stays: PhantomData }
    }

    /// The lock without its value.
    pub(super) fn raw(&self) -> &'a RawRLock {
        &self.lock.raw
    }
}

impl<T: ?Sized> Deref for RLockGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.lock.value
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RLockGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized> Drop for RLockGuard<'_, T> {
    fn drop(&mut self) {
        // The guard stayed in the thread that holds the lock, so there is something to release.
        let _ = self.lock.raw.release_at(None);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::thread::spawn;
    use core::cell::Cell;
    use std::sync::Arc;

    #[test]
    fn its_holder_acquires_it_again_and_others_only_after_as_many_releases() {
        let lock = Arc::new(RawRLock::named("deep"));
        let others_get_it = |lock: &Arc<RawRLock>| {
            let lock = Arc::clone(lock);
            spawn(move || lock.try_acquire() && lock.release().is_ok()).join() == Ok(true)
        };
        for depth in 1..=3 {
            lock.acquire();
            assert_eq!(lock.depth(), depth);
        }
        assert!(lock.try_acquire() && lock.acquire_timeout(Duration::ZERO));
        for _ in 0..5 {
            assert!(!others_get_it(&lock));
            lock.release().unwrap();
        }
        assert!(others_get_it(&lock) && !lock.is_locked());
    }

    #[test]
    fn only_its_holder_can_release_it() {
        let lock = Arc::new(RawRLock::named("mine"));
        assert_eq!(
            lock.release().unwrap_err().to_string(),
            "RLock 'mine' cannot be released: only the thread that holds it can do that"
        );
        lock.acquire();
        let theirs = Arc::clone(&lock);
        assert!(spawn(move || theirs.release()).join().unwrap().is_err());
        assert_eq!(lock.depth(), 1);
        lock.release().unwrap();
        assert!(lock.release().is_err());
    }

    #[test]
    fn a_reused_worker_does_not_hold_what_its_last_thread_held() {
        let run = crate::process::run(crate::process::Options { max_threads: 2, time_scale: 1.0 }, || {
            let lock = Arc::new(RawRLock::new());
            for expected in [true, false] {
                let lock = Arc::clone(&lock);
                assert_eq!(spawn(move || lock.try_acquire()).join(), Ok(expected));
            }
            Ok(String::new())
        });
        run.outcome.unwrap();
    }

    #[test]
    fn a_value_is_reached_by_several_guards_of_one_thread() {
        let lock = RLock::named("counter", Cell::new(0));
        let outer = lock.lock();
        outer.set(1);
        {
            let inner = lock.lock();
            inner.set(inner.get() + 1);
            assert_eq!(lock.depth(), 2);
        }
        assert_eq!((outer.get(), lock.depth()), (2, 1));
        drop(outer);
        assert!(!lock.is_locked());
        assert_eq!(lock.into_inner().get(), 2);
    }
}
