//! What locks and semaphores of every sort have in common: permits that are taken and given back.

use crate::client::{self, Outcome};
use crate::error::Error;
use crate::reference::Reference;
use crate::wire::Request;
use core::time::Duration;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use threadlab_threads::clock;

/// An object of the kernel that has permits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Permits(Reference);

/// What it shows of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State {
    /// The permits that can be had.
    pub left: u32,
    /// How often the calling thread has taken it, for a lock that its owner can take again.
    pub depth: u32,
}

impl Permits {
    /// Makes an object of this kind and name.
    #[track_caller]
    pub fn make(
        request: &Request<'_>,
        kind: &'static str,
        name: impl Into<Cow<'static, str>>,
    ) -> Result<Self, Error> {
        Reference::make(request, kind, name).map(Self)
    }

    /// The permits of an object that this process has already.
    pub const fn of(reference: Reference) -> Self {
        Self(reference)
    }

    pub const fn reference(&self) -> &Reference {
        &self.0
    }

    /// Takes a permit, or a lock so many times, before the deadline, which is `None` for ever. Returns whether it did.
    #[track_caller]
    pub fn take_until(&self, levels: u32, deadline: Option<Duration>) -> Result<bool, Error> {
        let request = Request::AcquireLevels { semaphore: self.0.handle(), levels };
        let taken = client::until(&request, deadline, || {}).map_err(|rule| self.0.error(rule))?;
        Ok(taken.is_some())
    }

    /// Takes a permit, however long that takes.
    #[track_caller]
    pub fn take(&self) -> Result<(), Error> {
        self.take_until(1, None)?;
        Ok(())
    }

    /// Takes a permit, but waits no longer than `timeout` for it, and not at all where that is zero.
    #[track_caller]
    pub fn take_timeout(&self, timeout: Duration) -> Result<bool, Error> {
        if timeout.is_zero() {
            return self.take_if_any();
        }
        self.take_until(1, Some(clock::after(timeout)))
    }

    /// Takes a permit if there is one.
    #[track_caller]
    pub fn take_if_any(&self) -> Result<bool, Error> {
        let request = Request::Acquire { semaphore: self.0.handle() };
        match client::attempt(&request) {
            Ok(Outcome::Taken(_)) => Ok(true),
            Ok(Outcome::Blocked(_)) => Ok(false),
            Err(rule) => Err(self.0.error(rule)),
        }
    }

    /// Gives permits back.
    #[track_caller]
    pub fn give(&self, permits: u32) -> Result<(), Error> {
        self.0.take(&Request::ReleasePermits { semaphore: self.0.handle(), permits })?;
        Ok(())
    }

    /// As [`give`](Self::give), by a drop, which has no place in the program.
    pub fn give_quietly(&self, permits: u32) -> Result<(), Error> {
        self.0.take_quietly(&Request::ReleasePermits { semaphore: self.0.handle(), permits })?;
        Ok(())
    }

    /// Gives a lock back however often it was taken. Returns how often that was.
    #[track_caller]
    pub fn give_all(&self) -> Result<u32, Error> {
        let given = self.0.take_quietly(&Request::ReleaseAll { semaphore: self.0.handle() })?;
        Ok(given.numbers[0])
    }

    #[track_caller]
    pub fn state(&self) -> Result<State, Error> {
        let state = self.0.take(&Request::SemaphoreState { semaphore: self.0.handle() })?;
        let [left, _, mine, depth] = state.numbers;
        Ok(State { left, depth: if mine == 0 { 0 } else { depth } })
    }
}
