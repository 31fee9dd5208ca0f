//! Semaphores: a number of permits that threads take and give back. With none left, a thread that wants one waits.
//!
//! [`Semaphore`] counts freely, so that one thread can give what another takes; a [`BoundedSemaphore`] never has more
//! permits than it began with, which finds releases that are one too many. The algorithm is told in `count.rs`.

mod count;
mod error;
#[cfg(all(test, not(loom), not(target_arch = "wasm32")))]
mod tests;

pub use error::{ReleaseError, TooManyPermits};

use crate::object::{Caller, Object};
use crate::sync::word::{Inner, inner};
use crate::{clock, futex, recording};
use core::panic::Location;
use core::time::Duration;
use count::{Count, Left, MOST};
use std::borrow::Cow;
use threadlab_trace::{Mode, ObjectKind, Purpose, Size};

/// A counter of permits without an upper bound (but for the word's, 2^31 - 1).
///
/// ```
/// use threadlab_threads::Semaphore;
///
/// let tickets = Semaphore::new(1)?;
/// let mine = tickets.acquire();
/// assert!(tickets.try_acquire().is_none());
/// drop(mine);
/// assert_eq!(tickets.permits(), 1);
/// # Ok::<(), threadlab_threads::sync::semaphore::TooManyPermits>(())
/// ```
pub type Semaphore = Permits<false>;

/// A counter of permits that never has more than it began with.
pub type BoundedSemaphore = Permits<true>;

/// A semaphore: [`Semaphore`] or, where `BOUNDED`, [`BoundedSemaphore`].
///
/// Any thread may give permits back, also ones that it did not take. Permits are not handed out in the order of asking.
#[derive(Debug)]
pub struct Permits<const BOUNDED: bool>(Core);

/// What a semaphore is made of, of either sort.
#[derive(Debug)]
struct Core {
    count: Count,
    /// The most permits that it may have.
    most: u32,
    /// A traced release looks whether there is room, records itself and gives: in one step, so that no release is
    /// recorded that fails.
    releasing: Inner<()>,
    object: Object,
}

/// A permit taken from a semaphore; dropping it gives it back. It may be sent to another thread.
#[must_use = "a permit that is dropped is given back at once"]
#[derive(Debug)]
pub struct Permit<'a> {
    core: &'a Core,
    /// What was left when it was taken: while nobody else comes, that is still so when it is given back.
    left: Left,
    /// Whether taking it was traced, so that the release need not ask again.
    traced: bool,
}

impl<const BOUNDED: bool> Default for Permits<BOUNDED> {
    /// A semaphore with one permit.
    #[track_caller]
    fn default() -> Self {
        Self::make(Cow::Borrowed(""), 1, Location::caller())
    }
}

impl<const BOUNDED: bool> Permits<BOUNDED> {
    const KIND: ObjectKind = if BOUNDED { ObjectKind::BoundedSemaphore } else { ObjectKind::Semaphore };

    /// A semaphore with so many permits.
    ///
    /// # Errors
    ///
    /// If there are more than 2^31 - 1.
    #[track_caller]
    pub fn new(permits: u32) -> Result<Self, TooManyPermits> {
        Self::named("", permits)
    }

    /// A semaphore with a name by which the page shows it.
    ///
    /// # Errors
    ///
    /// If there are more than 2^31 - 1 permits.
    #[track_caller]
    pub fn named(name: impl Into<Cow<'static, str>>, permits: u32) -> Result<Self, TooManyPermits> {
        let name = name.into();
        if permits > MOST {
            let semaphore = Object::named(Self::KIND, name).words();
            return Err(TooManyPermits { semaphore, permits, most: MOST });
        }
        Ok(Self::make(name, permits, Location::caller()))
    }

    fn make(name: Cow<'static, str>, permits: u32, caller: Caller) -> Self {
        Self(Core {
            count: Count::new(permits),
            most: if BOUNDED { permits } else { MOST },
            releasing: inner(()),
            object: Object::introduced(Self::KIND, name, Some((Size::Permits, permits)), caller),
        })
    }

    /// The word that waiters wait on, for a model checker that lets their time pass.
    #[cfg(loom)]
    pub fn word(&self) -> &crate::atomic::AtomicU32 {
        self.0.count.futex()
    }

    /// Blocks until there is a permit and takes it.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[inline]
    #[track_caller]
    pub fn acquire(&self) -> Permit<'_> {
        if let Some(permit) = self.try_acquire() {
            return permit;
        }
        self.0.take_contended(None, Location::caller());
        self.0.permit_waited_for()
    }

    /// Takes a permit if there is one. Never blocks.
    #[inline]
    #[track_caller]
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        futex::checkpoint();
        let left = self.0.count.take_if_any()?;
        let traced = recording::is_on();
        if traced {
            self.0.record_acquired(Location::caller());
        }
        Some(Permit { core: &self.0, left, traced })
    }

    /// Blocks until there is a permit and takes it, but no longer than `timeout`. A timeout of zero never blocks.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[track_caller]
    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        self.try_acquire().or_else(|| {
            let taken =
                !timeout.is_zero() && self.0.take_contended(Some(clock::after(timeout)), Location::caller());
            taken.then(|| self.0.permit_waited_for())
        })
    }

    /// Gives one permit back, or a new one where none was taken, and wakes a thread that waits for it.
    ///
    /// # Errors
    ///
    /// If there would be too many permits then. Nothing has changed in that case.
    #[inline]
    #[track_caller]
    pub fn release(&self) -> Result<(), ReleaseError> {
        self.release_many(1)
    }

    /// Gives so many permits at once. Of the threads that wait, as many go on.
    ///
    /// # Errors
    ///
    /// If it is none, or there would be too many permits then. Nothing has changed in that case.
    #[inline]
    #[track_caller]
    pub fn release_many(&self, permits: u32) -> Result<(), ReleaseError> {
        if permits == 0 {
            return Err(self.0.released_none());
        }
        if self.0.give(permits, Location::caller()) { Ok(()) } else { Err(self.0.over(permits, BOUNDED)) }
    }

    /// The permits that are left at this moment.
    pub fn permits(&self) -> u32 {
        self.0.count.permits()
    }
}

impl Core {
    fn permit_waited_for(&self) -> Permit<'_> {
        Permit { core: self, left: Left::NONE, traced: recording::is_on() }
    }

    #[cold]
    fn take_contended(&self, deadline: Option<Duration>, caller: Caller) -> bool {
        if self.count.take_soon() {
            self.record_acquired(caller);
            return true;
        }
        futex::must_be_able_to_block();
        self.object.tell(caller, |recorder, semaphore| {
            recorder.wait_began(semaphore, Purpose::Acquire, deadline.is_some(), caller);
        });
        let taken = self.count.take(deadline);
        self.object.tell(caller, |recorder, semaphore| {
            if taken {
                recorder.acquired(semaphore, Mode::Permits, 1, true, caller);
            } else {
                recorder.wait_timed_out(semaphore, caller);
            }
        });
        taken
    }

    /// Gives permits back; returns whether there was room for them.
    #[inline]
    fn give(&self, permits: u32, caller: Caller) -> bool {
        futex::checkpoint();
        if recording::is_on() {
            return self.give_traced(permits, Some(caller));
        }
        self.count.give(permits, self.most)
    }

    #[inline(never)]
    fn give_traced(&self, permits: u32, caller: Option<Caller>) -> bool {
        let _one_at_a_time = self.releasing.lock();
        if !self.count.has_room(permits, self.most) {
            return false;
        }
        let place = caller.unwrap_or(Location::caller());
        self.object.tell(place, |recorder, semaphore| {
            recorder.released(semaphore, Mode::Permits, permits, caller);
        });
        self.count.give(permits, self.most)
    }

    // Out of line, so that the way of a thread that is not traced stays short.
    #[inline(never)]
    fn record_acquired(&self, caller: Caller) {
        self.object.tell(caller, |recorder, semaphore| {
            recorder.acquired(semaphore, Mode::Permits, 1, false, caller);
        });
    }

    #[cold]
    fn released_none(&self) -> ReleaseError {
        ReleaseError::None { semaphore: self.object.words() }
    }

    #[cold]
    fn over(&self, permits: u32, bounded: bool) -> ReleaseError {
        let (semaphore, most) = (self.object.words(), self.most);
        if bounded {
            ReleaseError::OverBound { semaphore, permits, bound: most }
        } else {
            ReleaseError::OverLimit { semaphore, permits, most }
        }
    }
}

impl Permit<'_> {
    /// Keeps the permit for good: it is not given back when this is dropped. [`release`](Permits::release) can still
    /// give it back by hand.
    pub fn forget(self) {
        core::mem::forget(self);
    }
}

impl Drop for Permit<'_> {
    #[inline]
    fn drop(&mut self) {
        // It is refused where others have released a bounded semaphore by hand too often. The permit is then back
        // already, and a drop has nobody to tell.
        let core = self.core;
        futex::checkpoint();
        if self.traced {
            core.give_traced(1, None);
        } else {
            core.count.give_back(self.left, core.most);
        }
    }
}
