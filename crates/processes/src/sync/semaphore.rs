//! Semaphores between processes: a number of permits that threads take and give back.

use super::Permits;
use crate::error::Error;
use crate::wire::Request;
use core::time::Duration;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A counter of permits without an upper bound but 2^31 - 1.
///
/// The permits that a process has taken from among the first ones and not given back die with it. While no other can be
/// had and nobody who lives could give one back, who wants one gets [`Rule::Abandoned`](crate::Rule::Abandoned), until
/// somebody replaces it by a [`release`](Counter::release).
///
/// ```
/// use threadlab_processes::sync::Semaphore;
///
/// let tickets = Semaphore::new(1)?;
/// let mine = tickets.acquire()?;
/// assert!(tickets.try_acquire()?.is_none());
/// drop(mine);
/// assert_eq!(tickets.permits()?, 1);
/// # Ok::<(), threadlab_processes::Error>(())
/// ```
pub type Semaphore = Counter<false>;

/// A counter of permits that never has more than it began with.
pub type BoundedSemaphore = Counter<true>;

/// A semaphore: [`Semaphore`] or, where `BOUNDED`, [`BoundedSemaphore`].
///
/// Any thread of any process may give permits back, also ones that it did not take. Permits are not handed out in the
/// order of asking.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Counter<const BOUNDED: bool>(Permits);

impl<const BOUNDED: bool> Counter<BOUNDED> {
    const KIND: &'static str = if BOUNDED { "BoundedSemaphore" } else { "Semaphore" };

    /// A semaphore with so many permits.
    ///
    /// # Errors
    ///
    /// If there are more than 2^31 - 1 permits, or too many shared objects.
    #[track_caller]
    pub fn new(permits: u32) -> Result<Self, Error> {
        Self::named("", permits)
    }

    /// A semaphore with a name by which errors and the page call it. Other processes do not find it by this name; for
    /// that there is [`NamedSemaphore`](super::NamedSemaphore).
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    #[track_caller]
    pub fn named(name: impl Into<Cow<'static, str>>, permits: u32) -> Result<Self, Error> {
        Permits::make(&Request::Semaphore { value: permits, bounded: BOUNDED }, Self::KIND, name).map(Self)
    }

    /// Blocks until there is a permit and takes it.
    ///
    /// # Errors
    ///
    /// [`Rule::Abandoned`](crate::Rule::Abandoned) if all who could give one back have ended.
    #[track_caller]
    pub fn acquire(&self) -> Result<Permit<'_>, Error> {
        self.0.take()?;
        Ok(Permit(&self.0))
    }

    /// Takes a permit if there is one. Never blocks.
    ///
    /// # Errors
    ///
    /// As [`acquire`](Self::acquire).
    #[track_caller]
    pub fn try_acquire(&self) -> Result<Option<Permit<'_>>, Error> {
        Ok(self.0.take_if_any()?.then_some(&self.0).map(Permit))
    }

    /// Blocks until there is a permit and takes it, but no longer than `timeout`. A timeout of zero never blocks.
    ///
    /// # Errors
    ///
    /// As [`acquire`](Self::acquire).
    #[track_caller]
    pub fn acquire_timeout(&self, timeout: Duration) -> Result<Option<Permit<'_>>, Error> {
        Ok(self.0.take_timeout(timeout)?.then_some(&self.0).map(Permit))
    }

    /// Gives one permit back, or a new one where none was taken.
    ///
    /// # Errors
    ///
    /// [`Rule::ReleasedTooOften`](crate::Rule::ReleasedTooOften) for a bounded semaphore that has all it began with,
    /// [`Rule::TooManyPermits`](crate::Rule::TooManyPermits).
    #[track_caller]
    pub fn release(&self) -> Result<(), Error> {
        self.release_many(1)
    }

    /// Gives so many permits at once. Of the threads that wait, as many go on.
    ///
    /// # Errors
    ///
    /// As [`release`](Self::release), and [`Rule::NoPermits`](crate::Rule::NoPermits) if it is none. Nothing has changed
    /// in these cases.
    #[track_caller]
    pub fn release_many(&self, permits: u32) -> Result<(), Error> {
        self.0.give(permits)
    }

    /// The permits that are left at this moment.
    ///
    /// # Errors
    ///
    /// Only those of every operation.
    #[track_caller]
    pub fn permits(&self) -> Result<u32, Error> {
        Ok(self.0.state()?.left)
    }
}

impl Semaphore {
    /// The semaphore that this process has opened by its name.
    pub(super) const fn of(permits: Permits) -> Self {
        Self(permits)
    }
}

/// A permit taken from a semaphore; dropping it gives it back. It may be sent to another thread of its process.
#[must_use = "a permit that is dropped is given back at once"]
#[derive(Debug)]
pub struct Permit<'a>(&'a Permits);

impl Permit<'_> {
    /// Keeps the permit for good: it is not given back when this is dropped. [`release`](Counter::release) can still
    /// give it back by hand.
    pub fn forget(self) {
        core::mem::forget(self);
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        // It is refused only where others have released a bounded semaphore by hand too often. The permit is then back
        // already, and a drop has nobody to tell.
        let _ = self.0.give_quietly(1);
    }
}
