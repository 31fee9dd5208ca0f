//! The re-entrant lock between processes: its owner, one thread of one process, can take it again, and gives it up with
//! the last of as many releases.

use super::Permits;
use super::lock::LockGuard;
use crate::error::Error;
use crate::wire::Request;
use core::time::Duration;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// One hold on an [`RLock`]; dropping it gives that one back.
pub type RLockGuard<'a> = LockGuard<'a>;

/// A lock that its owner, a thread of any process, can take any number of times.
///
/// A process that ends while one of its threads owns the lock leaves it abandoned, as it does a
/// [`Lock`](super::Lock); then, and only then, somebody else's [`release`](Self::release) makes it free.
///
/// ```
/// use threadlab_processes::sync::RLock;
///
/// let lock = RLock::new()?;
/// let outer = lock.lock()?;
/// let inner = lock.lock()?;
/// assert_eq!(lock.depth()?, 2);
/// # drop((outer, inner));
/// # Ok::<(), threadlab_processes::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RLock(Permits);

impl RLock {
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
        Permits::make(&Request::RecursiveLock, "RLock", name).map(Self)
    }

    /// The lock that is part of another object.
    pub(crate) const fn of(permits: Permits) -> Self {
        Self(permits)
    }

    /// Blocks until no other thread owns the lock, and takes it once more.
    ///
    /// # Errors
    ///
    /// [`Rule::Abandoned`](crate::Rule::Abandoned) if its owner's process has ended,
    /// [`Rule::TooDeep`](crate::Rule::TooDeep) after very many times.
    #[track_caller]
    pub fn acquire(&self) -> Result<(), Error> {
        self.0.take()
    }

    /// Takes the lock once more if no other thread owns it. Never blocks. Returns whether it did.
    ///
    /// # Errors
    ///
    /// As [`acquire`](Self::acquire).
    #[track_caller]
    pub fn try_acquire(&self) -> Result<bool, Error> {
        self.0.take_if_any()
    }

    /// Blocks until no other thread owns the lock, but no longer than `timeout`, and takes it once more. Returns whether
    /// it did. A timeout of zero never blocks.
    ///
    /// # Errors
    ///
    /// As [`acquire`](Self::acquire).
    #[track_caller]
    pub fn acquire_timeout(&self, timeout: Duration) -> Result<bool, Error> {
        self.0.take_timeout(timeout)
    }

    /// Gives the lock back once. With the last time it is free for others. One that was abandoned becomes free by
    /// anybody's release.
    ///
    /// # Errors
    ///
    /// [`Rule::NotHeld`](crate::Rule::NotHeld) if the calling thread does not own it.
    #[track_caller]
    pub fn release(&self) -> Result<(), Error> {
        self.0.give(1)
    }

    /// As [`acquire`](Self::acquire), and gives it back when the guard is dropped.
    ///
    /// # Errors
    ///
    /// As [`acquire`](Self::acquire).
    #[track_caller]
    pub fn lock(&self) -> Result<RLockGuard<'_>, Error> {
        self.acquire()?;
        Ok(LockGuard::new(&self.0))
    }

    /// As [`try_acquire`](Self::try_acquire), with a guard.
    ///
    /// # Errors
    ///
    /// As [`acquire`](Self::acquire).
    #[track_caller]
    pub fn try_lock(&self) -> Result<Option<RLockGuard<'_>>, Error> {
        Ok(self.try_acquire()?.then(|| LockGuard::new(&self.0)))
    }

    /// As [`acquire_timeout`](Self::acquire_timeout), with a guard.
    ///
    /// # Errors
    ///
    /// As [`acquire`](Self::acquire).
    #[track_caller]
    pub fn try_lock_for(&self, timeout: Duration) -> Result<Option<RLockGuard<'_>>, Error> {
        Ok(self.acquire_timeout(timeout)?.then(|| LockGuard::new(&self.0)))
    }

    /// Whether somebody owns the lock at this moment.
    ///
    /// # Errors
    ///
    /// Only those of every operation.
    #[track_caller]
    pub fn is_locked(&self) -> Result<bool, Error> {
        Ok(self.0.state()?.left == 0)
    }

    /// How many times the calling thread has taken the lock.
    ///
    /// # Errors
    ///
    /// Only those of every operation.
    #[track_caller]
    pub fn depth(&self) -> Result<u32, Error> {
        Ok(self.0.state()?.depth)
    }

    pub(crate) const fn permits(&self) -> &Permits {
        &self.0
    }
}
