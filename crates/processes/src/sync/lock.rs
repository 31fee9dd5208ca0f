//! The mutual exclusion lock between processes. It has no owner: any thread of any process may release it. It is not
//! fair: a thread that comes while another is being woken may overtake it.

use super::Permits;
use crate::error::Error;
use crate::wire::Request;
use core::marker::PhantomData;
use core::time::Duration;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A lock that threads of several processes take in turn.
///
/// A process that ends while it holds the lock, in whatever way, leaves it abandoned: who waits for it, or comes, gets
/// [`Rule::Abandoned`](crate::Rule::Abandoned). Once what the lock guards has been put in order, an explicit
/// [`release`](Self::release) makes it free again.
///
/// ```
/// use threadlab_processes::sync::Lock;
///
/// let lock = Lock::named("screen")?;
/// {
///     let _held = lock.lock()?;
///     assert!(!lock.try_acquire()?);
/// }
/// assert!(!lock.is_locked()?);
/// # Ok::<(), threadlab_processes::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Lock(Permits);

impl Lock {
    /// A free lock.
    ///
    /// # Errors
    ///
    /// If there are too many shared objects.
    #[track_caller]
    pub fn new() -> Result<Self, Error> {
        Self::named("")
    }

    /// A free lock with a name by which errors and the page call it.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    #[track_caller]
    pub fn named(name: impl Into<Cow<'static, str>>) -> Result<Self, Error> {
        Permits::make(&Request::Semaphore { value: 1, bounded: true }, "Lock", name).map(Self)
    }

    /// Blocks until the lock is free and takes it.
    ///
    /// # Errors
    ///
    /// [`Rule::Abandoned`](crate::Rule::Abandoned) if the process that held it has ended.
    #[track_caller]
    pub fn acquire(&self) -> Result<(), Error> {
        self.0.take()
    }

    /// Takes the lock if it is free. Never blocks. Returns whether it was taken.
    ///
    /// # Errors
    ///
    /// As [`acquire`](Self::acquire).
    #[track_caller]
    pub fn try_acquire(&self) -> Result<bool, Error> {
        self.0.take_if_any()
    }

    /// Blocks until the lock is free and takes it, but no longer than `timeout`. Returns whether it was taken. A timeout
    /// of zero never blocks.
    ///
    /// # Errors
    ///
    /// As [`acquire`](Self::acquire).
    #[track_caller]
    pub fn acquire_timeout(&self, timeout: Duration) -> Result<bool, Error> {
        self.0.take_timeout(timeout)
    }

    /// Releases the lock, whoever took it, also one that was abandoned.
    ///
    /// # Errors
    ///
    /// [`Rule::ReleasedTooOften`](crate::Rule::ReleasedTooOften) if it is free.
    #[track_caller]
    pub fn release(&self) -> Result<(), Error> {
        self.0.give(1)
    }

    /// As [`acquire`](Self::acquire), and releases it when the guard is dropped.
    ///
    /// # Errors
    ///
    /// As [`acquire`](Self::acquire).
    #[track_caller]
    pub fn lock(&self) -> Result<LockGuard<'_>, Error> {
        self.acquire()?;
        Ok(LockGuard::new(&self.0))
    }

    /// As [`try_acquire`](Self::try_acquire), with a guard.
    ///
    /// # Errors
    ///
    /// As [`acquire`](Self::acquire).
    #[track_caller]
    pub fn try_lock(&self) -> Result<Option<LockGuard<'_>>, Error> {
        Ok(self.try_acquire()?.then(|| LockGuard::new(&self.0)))
    }

    /// As [`acquire_timeout`](Self::acquire_timeout), with a guard.
    ///
    /// # Errors
    ///
    /// As [`acquire`](Self::acquire).
    #[track_caller]
    pub fn try_lock_for(&self, timeout: Duration) -> Result<Option<LockGuard<'_>>, Error> {
        Ok(self.acquire_timeout(timeout)?.then(|| LockGuard::new(&self.0)))
    }

    /// Whether somebody holds the lock at this moment.
    ///
    /// # Errors
    ///
    /// Only those of every operation.
    #[track_caller]
    pub fn is_locked(&self) -> Result<bool, Error> {
        Ok(self.0.state()?.left == 0)
    }

    pub(super) const fn permits(&self) -> &Permits {
        &self.0
    }
}

/// The hold on a lock; dropping it releases the lock. It stays in its thread.
#[must_use = "the lock is released when the guard is dropped"]
#[derive(Debug)]
pub struct LockGuard<'a> {
    lock: &'a Permits,
    stays: PhantomData<*const ()>,
}

impl<'a> LockGuard<'a> {
    /// The hold on a lock that the calling thread has just taken.
    pub(super) const fn new(lock: &'a Permits) -> Self {
        Self { lock, stays: PhantomData }
    }
}

impl Drop for LockGuard<'_> {
    fn drop(&mut self) {
        // It is refused only where somebody else released the lock by hand. A drop has nobody to tell.
        let _ = self.lock.give_quietly(1);
    }
}
