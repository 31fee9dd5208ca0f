//! The mutual exclusion of one word, without events: what [`RawLock`](super::lock::RawLock) adds them to, and what
//! other objects guard their own state with.
//!
//! Three values, after the second mutex of Ulrich Drepper's "Futexes Are Tricky" (2011): free, held, and held with
//! waiters. Acquiring a free lock and releasing one that nobody waits for are one atomic operation each and no call to
//! the system. It is not fair: a thread that comes while another is being woken may overtake it.

use crate::atomic::{AtomicU32, Ordering};
use crate::futex;
use crate::spin::pause;
use core::marker::PhantomData;
use core::time::Duration;
use lock_api::{Mutex, RawMutex};

const FREE: u32 = 0;
const HELD: u32 = 1;
/// Held, and a thread may be waiting: whoever releases it wakes one.
const AWAITED: u32 = 2;

/// How often a contended lock is looked at before its thread goes to sleep. Looking pays while holds are shorter than
/// the way to sleep and back, some microseconds.
const LOOKS: u32 = 40;
/// The longest pause between two looks is two to the power of this, in steps of [`pause`]. The longer it is, the more
/// often a thread holds the lock before it goes to the other one's processor: two threads pass 1.5 to 2 times as many
/// holds as with looks without pauses, and the slower one still gets a quarter of them.
const LONGEST: u32 = 9;

/// A value that one thread at a time can reach, without events: for an object's own state, held for some instructions
/// and never across a wait, and for measuring what events cost a [`Lock`](super::lock::Lock).
pub type Inner<T> = Mutex<Word, T>;

/// A value in a free lock without events.
pub fn inner<T>(value: T) -> Inner<T> {
    Inner::from_raw(Word::new(), value)
}

/// The word of a lock.
#[derive(Debug)]
pub struct Word(AtomicU32);

impl Word {
    /// A free one.
    #[cfg(not(loom))]
    pub(crate) const fn new() -> Self {
        Self(AtomicU32::new(FREE))
    }

    /// A free one.
    #[cfg(loom)]
    pub(crate) fn new() -> Self {
        Self(AtomicU32::new(FREE))
    }

    /// What waiters wait on, for a model checker that lets their time pass.
    #[cfg(loom)]
    pub(crate) fn futex(&self) -> &AtomicU32 {
        &self.0
    }

    /// Whether a thread holds it at this moment.
    #[inline]
    pub(crate) fn is_held(&self) -> bool {
        self.0.load(Ordering::Relaxed) != FREE
    }

    /// Takes it if it is free.
    #[inline]
    pub(crate) fn take_if_free(&self) -> bool {
        // Acquire: what the last holder did is seen by this one.
        self.0.compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// Takes it if it becomes free within a short while. Others that already sleep for it go first, so it ends at once
    /// then.
    #[inline]
    pub(crate) fn take_soon(&self) -> bool {
        let looks = if cfg!(loom) { 1 } else { LOOKS };
        for look in 0..looks {
            match self.0.load(Ordering::Relaxed) {
                // Another may be quicker; it will not hold the lock for long either.
                FREE if self.take_if_free() => return true,
                AWAITED => return false,
                // Growing pauses, since each look slows the holder down.
                _ => pause(1 << look.min(LONGEST)),
            }
        }
        false
    }

    /// Waits until it is free and takes it. Returns whether it did so before the deadline passed.
    pub(crate) fn take(&self, deadline: Option<Duration>) -> bool {
        // Having waited, a thread cannot know whether others still wait, so it takes the word as awaited.
        // Acquire: what the last holder did is seen by this one.
        while self.0.swap(AWAITED, Ordering::Acquire) != FREE {
            if futex::wait(&self.0, AWAITED, deadline) == futex::Wait::TimedOut {
                // One last look: a word that is free is taken even when the time is up.
                return self.0.compare_exchange(FREE, AWAITED, Ordering::Acquire, Ordering::Relaxed).is_ok();
            }
        }
        true
    }

    /// Lets the next one in. Returns whether anybody held it.
    #[inline]
    pub(crate) fn free(&self) -> bool {
        // Release: what this holder did is seen by the next one.
        let was = self.0.swap(FREE, Ordering::Release);
        if was == AWAITED {
            self.wake_one();
        }
        was != FREE
    }

    #[cold]
    fn wake_one(&self) {
        futex::wake(&self.0, 1);
    }

    #[cold]
    fn take_inner(&self) {
        if self.take_soon() {
            return;
        }
        if futex::can_block() {
            self.take(None);
            return;
        }
        // A page's own thread: whoever holds it is within some instructions of letting it go.
        while !self.take_if_free() {
            core::hint::spin_loop();
        }
    }
}

// SAFETY: the word goes from free to held by one atomic exchange only, so there is one holder at a time; it is taken
// with acquire and let go with release ordering.
unsafe impl RawMutex for Word {
    #[cfg(not(loom))]
    const INIT: Self = Self::new();
    #[cfg(loom)]
    const INIT: Self = panic!("loom's atomics cannot be made in a constant: use `inner`");

    /// A guard stays in its thread.
    type Guard = PhantomData<*const ()>;

    #[inline]
    fn lock(&self) -> Self::Guard {
        if !self.take_if_free() {
            self.take_inner();
        }
        PhantomData
    }

    #[inline]
    fn try_lock(&self) -> Option<Self::Guard> {
        self.take_if_free().then_some(PhantomData)
    }

    #[inline]
    unsafe fn unlock(&self, _: Self::Guard) {
        self.free();
    }

    fn is_locked(&self) -> bool {
        self.is_held()
    }
}
