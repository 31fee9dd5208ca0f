//! Semaphores and locks. A block of shared bytes has a lock, so its handle will do for a lock's.

use super::{Kernel, Shape};
use crate::attempt::{Attempt, Done};
use crate::error::{Error, Rule};
use crate::ids::{Caller, Handle};
use crate::objects::semaphore::{Semaphore, SemaphoreState};
use crate::objects::{Body, Kind, Scene};
use crate::recording;
use threadlab_trace::{ObjectKind, Purpose, Size};

/// A semaphore, or the lock of a shared block.
struct Lockable;

impl Lockable {
    fn of(body: &mut Body) -> Option<&mut Semaphore> {
        match body {
            Body::Semaphore(semaphore) => Some(semaphore),
            Body::Shared(shared) => Some(&mut shared.lock),
            _ => None,
        }
    }
}

impl Kind for Body {
    fn of(body: &mut Body) -> Option<&mut Self> {
        Some(body)
    }
}

impl Kernel {
    /// Makes a semaphore with so many permits. A bounded one cannot have more than that. A lock is a bounded one with 1.
    ///
    /// # Errors
    ///
    /// [`Rule::TooManyPermits`], [`Rule::TooManyObjects`].
    pub fn semaphore(&self, caller: Caller, value: u32, bounded: bool) -> Result<Done<Handle>, Error> {
        let usual = if bounded { ObjectKind::BoundedSemaphore } else { ObjectKind::Semaphore };
        let shape = match recording::kind_or(usual) {
            kind @ ObjectKind::Lock => Shape { kind, size: None },
            kind => Shape { kind, size: Some((Size::Permits, value)) },
        };
        self.make(caller, "semaphore", shape, || {
            let semaphore = Semaphore::counting(value, bounded)?;
            Ok(if shape.kind == ObjectKind::Lock { semaphore.for_lock() } else { semaphore }.into())
        })
    }

    /// Makes a lock that its owner, a thread, can take again, and that only its owner can release.
    ///
    /// # Errors
    ///
    /// [`Rule::TooManyObjects`].
    pub fn recursive_lock(&self, caller: Caller) -> Result<Done<Handle>, Error> {
        let shape = Shape { kind: ObjectKind::RLock, size: None };
        self.make(caller, "lock", shape, || Ok(Semaphore::recursive().into()))
    }

    /// Takes a permit.
    ///
    /// # Errors
    ///
    /// [`Rule::Abandoned`] if it would wait and all permits that are out died with their holders; [`Rule::TooDeep`],
    /// [`Rule::BadHandle`], [`Rule::WrongKind`].
    pub fn acquire(&self, caller: Caller, semaphore: Handle) -> Result<Attempt<()>, Error> {
        self.acquire_levels(caller, semaphore, 1)
    }

    /// Takes a recursive lock so many times, to have it back after [`Self::release_all`]. Any other takes it once.
    ///
    /// # Errors
    ///
    /// As for [`Self::acquire`].
    pub fn acquire_levels(
        &self,
        caller: Caller,
        semaphore: Handle,
        levels: u32,
    ) -> Result<Attempt<()>, Error> {
        self.attempt::<Body, _>(caller, semaphore, Purpose::Acquire, |body, scene| {
            Lockable::of(body).ok_or(Rule::WrongKind)?.acquire(scene, levels.max(1))
        })
    }

    /// Gives permits back, or as many levels of a recursive lock. A permit that died with its holder comes back by
    /// anybody's release.
    ///
    /// # Errors
    ///
    /// [`Rule::ReleasedTooOften`], [`Rule::NoPermits`], [`Rule::TooManyPermits`]; [`Rule::NotHeld`] for a recursive lock
    /// that the caller does not own; [`Rule::BadHandle`], [`Rule::WrongKind`].
    pub fn release(&self, caller: Caller, semaphore: Handle, permits: u32) -> Result<Done<()>, Error> {
        self.on_lock(caller, semaphore, |semaphore, scene| semaphore.release(scene, permits))
    }

    /// Gives a recursive lock back altogether, or one permit of any other. Returns how many levels it was.
    ///
    /// # Errors
    ///
    /// As for [`Self::release`].
    pub fn release_all(&self, caller: Caller, semaphore: Handle) -> Result<Done<u32>, Error> {
        self.on_lock(caller, semaphore, Semaphore::release_all)
    }

    /// How many permits it has, and the like.
    ///
    /// # Errors
    ///
    /// [`Rule::BadHandle`], [`Rule::WrongKind`].
    pub fn semaphore_state(&self, caller: Caller, semaphore: Handle) -> Result<Done<SemaphoreState>, Error> {
        self.on_lock(caller, semaphore, |semaphore, _| Ok(semaphore.state()))
    }

    pub(super) fn on_lock<T>(
        &self,
        caller: Caller,
        handle: Handle,
        act: impl FnOnce(&mut Semaphore, Scene<'_>) -> Result<T, Rule>,
    ) -> Result<Done<T>, Error> {
        self.act::<Body, _>(caller, handle, |body, scene| {
            act(Lockable::of(body).ok_or(Rule::WrongKind)?, scene)
        })
    }
}
