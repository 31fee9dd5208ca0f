//! The mutual exclusion lock.
//!
//! One word with three values, after the second mutex of Ulrich Drepper's "Futexes Are Tricky" (2011): free, held,
//! and held with waiters. Acquiring a free lock and releasing one that nobody waits for are one atomic operation each
//! and no call to the system. It is not fair: a thread that comes while another is being woken may overtake it.

use crate::sync::{AtomicU32, Ordering};
use crate::{clock, futex, recording};
use core::panic::Location;
use core::time::Duration;
use lock_api::{Mutex, MutexGuard, RawMutex, RawMutexTimed};
use std::borrow::Cow;
use threadlab_trace::{ObjectId, ObjectKind};

/// A value that one thread at a time can reach, through the guard that [`lock`](Mutex::lock) returns.
///
/// There is no poisoning: a holder that panics releases the lock as its stack unwinds, as a `with` block does in
/// Python. Guards may be sent to another thread and dropped there, since a lock has no owner.
pub type Lock<T> = Mutex<RawLock, T>;

/// The hold on a [`Lock`]; dropping it releases the lock.
pub type LockGuard<'a, T> = MutexGuard<'a, RawLock, T>;

const FREE: u32 = 0;
const HELD: u32 = 1;
/// Held, and a thread may be waiting: whoever releases it wakes one.
const AWAITED: u32 = 2;

/// The number of a lock whose introduction is being recorded.
const INTRODUCING: u32 = u32::MAX;

/// How often a contended lock is looked at before its thread goes to sleep. Spinning pays while holds are shorter than
/// the way to sleep and back, some microseconds; the number is that of std's mutex, against which it is measured.
const SPINS: u32 = 100;

/// What a guard knows of its hold: whether acquiring it was traced, so that the release need not ask again.
#[derive(Debug)]
pub struct Hold {
    traced: bool,
}

/// A [`Lock`] with a name by which the page shows it.
pub fn named<T>(name: impl Into<Cow<'static, str>>, value: T) -> Lock<T> {
    Lock::from_raw(RawLock::named(name), value)
}

/// The algorithm of [`Lock`] without the value: the lock itself, to be acquired and released by hand.
#[derive(Debug)]
pub struct RawLock {
    state: AtomicU32,
    /// The number by which events know the lock; 0 until the first of them.
    object: core::sync::atomic::AtomicU32,
    name: Cow<'static, str>,
}

impl RawLock {
    /// A free lock with a name by which the page shows it.
    pub fn named(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), ..Self::unnamed() }
    }

    #[cfg(not(loom))]
    const fn unnamed() -> Self {
        Self {
            state: AtomicU32::new(FREE),
            object: core::sync::atomic::AtomicU32::new(0),
            name: Cow::Borrowed(""),
        }
    }

    #[cfg(loom)]
    fn unnamed() -> Self {
        Self {
            state: AtomicU32::new(FREE),
            object: core::sync::atomic::AtomicU32::new(0),
            name: Cow::Borrowed(""),
        }
    }

    /// The word that waiters wait on, for a model checker that lets their time pass.
    #[cfg(loom)]
    pub fn word(&self) -> &AtomicU32 {
        &self.state
    }

    /// Blocks until the lock is free and takes it.
    #[inline]
    #[track_caller]
    pub fn acquire(&self) {
        self.hold();
    }

    /// Takes the lock if it is free. Never blocks.
    #[inline]
    #[track_caller]
    pub fn try_acquire(&self) -> bool {
        self.try_hold().is_some()
    }

    /// Blocks until the lock is free and takes it, but no longer than `timeout`. Returns whether it was taken.
    #[track_caller]
    pub fn acquire_timeout(&self, timeout: Duration) -> bool {
        // A deadline past the end of time never comes.
        self.acquire_until(clock::now().checked_add(timeout).unwrap_or(Duration::MAX), Location::caller())
    }

    /// Releases the lock and wakes a thread that waits for it, if there is one. Any thread may release it.
    ///
    /// # Panics
    ///
    /// If the lock is free: there is nothing to release.
    #[inline]
    #[track_caller]
    pub fn release(&self) {
        assert!(self.is_locked(), "release of a lock that nobody holds");
        if recording::is_on() {
            self.record_released(Some(Location::caller()));
        }
        // Two threads may have come to release one hold: the second finds nothing to release either.
        assert!(self.free() != FREE, "release of a lock that nobody holds");
    }

    #[inline]
    #[track_caller]
    fn hold(&self) -> Hold {
        futex::checkpoint();
        if !self.take_if_free() {
            self.acquire_contended(None, Location::caller());
            return Hold { traced: recording::is_on() };
        }
        self.hold_taken(Location::caller())
    }

    #[inline]
    #[track_caller]
    fn try_hold(&self) -> Option<Hold> {
        futex::checkpoint();
        self.take_if_free().then(|| self.hold_taken(Location::caller()))
    }

    /// The hold of a lock that was just taken without a wait.
    #[inline]
    fn hold_taken(&self, caller: &'static Location<'static>) -> Hold {
        let traced = recording::is_on();
        if traced {
            self.record_acquired(caller);
        }
        Hold { traced }
    }

    #[inline]
    fn take_if_free(&self) -> bool {
        // Acquire: what the last holder did is seen by this one.
        self.state.compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    fn acquire_until(&self, deadline: Duration, caller: &'static Location<'static>) -> bool {
        futex::checkpoint();
        if !self.take_if_free() {
            return self.acquire_contended(Some(deadline), caller);
        }
        self.hold_taken(caller);
        true
    }

    #[cold]
    fn acquire_contended(&self, deadline: Option<Duration>, caller: &'static Location<'static>) -> bool {
        if self.spin_until_free() && self.take_if_free() {
            self.tell(|recorder, object| recorder.acquired(object, false, caller), caller);
            return true;
        }
        self.tell(|recorder, object| recorder.wait_began(object, caller), caller);
        // Having waited, a thread cannot know whether others still wait, so it takes the lock as awaited.
        while self.state.swap(AWAITED, Ordering::Acquire) != FREE {
            if futex::wait(&self.state, AWAITED, deadline) == futex::Wait::TimedOut {
                // One last look: a lock that is free is taken even when the time is up.
                let taken =
                    self.state.compare_exchange(FREE, AWAITED, Ordering::Acquire, Ordering::Relaxed).is_ok();
                self.tell(
                    |recorder, object| {
                        if taken {
                            recorder.acquired(object, true, caller);
                        } else {
                            recorder.wait_timed_out(object, caller);
                        }
                    },
                    caller,
                );
                return taken;
            }
        }
        self.tell(|recorder, object| recorder.acquired(object, true, caller), caller);
        true
    }

    /// Looks at the lock for a short while. Others that already sleep for it go first, so it ends at once then.
    fn spin_until_free(&self) -> bool {
        let spins = if cfg!(loom) { 1 } else { SPINS };
        for _ in 0..spins {
            match self.state.load(Ordering::Relaxed) {
                FREE => return true,
                AWAITED => return false,
                _ => core::hint::spin_loop(),
            }
        }
        false
    }

    /// Lets the next one in; returns what the word was.
    #[inline]
    fn free(&self) -> u32 {
        futex::checkpoint();
        // Release: what this holder did is seen by the next one.
        let was = self.state.swap(FREE, Ordering::Release);
        if was == AWAITED {
            self.wake_one();
        }
        was
    }

    #[cold]
    fn wake_one(&self) {
        futex::wake(&self.state, 1);
    }

    // Out of line, so that the way of a thread that is not traced stays short.
    #[inline(never)]
    fn record_acquired(&self, caller: &'static Location<'static>) {
        self.tell(|recorder, object| recorder.acquired(object, false, caller), caller);
    }

    #[inline(never)]
    fn record_released(&self, caller: Option<&'static Location<'static>>) {
        self.tell(|recorder, object| recorder.released(object, caller), caller.unwrap_or(Location::caller()));
    }

    /// Records an event about this lock, which is introduced first where it has not been yet.
    fn tell(
        &self,
        event: impl FnOnce(&mut threadlab_trace::Recorder, ObjectId),
        caller: &'static Location<'static>,
    ) {
        recording::record(|recorder| {
            let object = match self.object.load(Ordering::Acquire) {
                0 | INTRODUCING => self.introduce(recorder, caller),
                known => ObjectId(known),
            };
            event(recorder, object);
        });
    }

    #[cold]
    fn introduce(
        &self,
        recorder: &mut threadlab_trace::Recorder,
        caller: &'static Location<'static>,
    ) -> ObjectId {
        match self.object.compare_exchange(0, INTRODUCING, Ordering::Acquire, Ordering::Acquire) {
            Ok(_) => {
                let fresh = recorder.trace().new_object();
                recorder.object_created(fresh, ObjectKind::Lock, &self.name, caller);
                // Release: stored after the introduction is recorded, so no event about the lock can come before it.
                self.object.store(fresh.0, Ordering::Release);
                fresh
            }
            Err(_) => loop {
                // Another thread is writing one event; there is nothing shorter to wait for.
                match self.object.load(Ordering::Acquire) {
                    INTRODUCING => core::hint::spin_loop(),
                    known => break ObjectId(known),
                }
            },
        }
    }
}

// SAFETY: the word goes from free to held by one atomic exchange only, so there is one holder at a time; it is taken
// with acquire and let go with release ordering.
unsafe impl RawMutex for RawLock {
    #[cfg(not(loom))]
    const INIT: Self = Self::unnamed();
    #[cfg(loom)]
    const INIT: Self = panic!("loom's atomics cannot be made in a constant: use RawLock::named");

    type Guard = Hold;

    #[inline]
    #[track_caller]
    fn lock(&self) -> Hold {
        self.hold()
    }

    #[inline]
    #[track_caller]
    fn try_lock(&self) -> Option<Hold> {
        self.try_hold()
    }

    #[inline]
    unsafe fn unlock(&self, hold: Hold) {
        if hold.traced {
            self.record_released(None);
        }
        self.free();
    }

    fn is_locked(&self) -> bool {
        self.state.load(Ordering::Relaxed) != FREE
    }
}

// SAFETY: the timed functions take the lock by the same exchange as the others.
unsafe impl RawMutexTimed for RawLock {
    type Duration = Duration;
    /// A time by [`clock::now`].
    type Instant = Duration;

    #[track_caller]
    fn try_lock_for(&self, timeout: Duration) -> Option<Hold> {
        self.acquire_timeout(timeout).then(|| Hold { traced: recording::is_on() })
    }

    #[track_caller]
    fn try_lock_until(&self, deadline: Duration) -> Option<Hold> {
        self.acquire_until(deadline, Location::caller()).then(|| Hold { traced: recording::is_on() })
    }
}
