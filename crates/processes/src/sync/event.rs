//! The event between processes: a flag that threads wait for.

use crate::client;
use crate::error::Error;
use crate::reference::Reference;
use crate::wire::Request;
use core::time::Duration;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use threadlab_threads::clock;

/// A flag that is down at first. Threads wait until it is [set](Self::set); it stays up until it is
/// [cleared](Self::clear).
///
/// ```
/// use core::time::Duration;
/// use threadlab_processes::sync::Event;
///
/// let ready = Event::named("ready")?;
/// assert!(!ready.wait_timeout(Duration::ZERO)?);
/// ready.set()?;
/// ready.wait()?;
/// # Ok::<(), threadlab_processes::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Event(Reference);

impl Event {
    /// An event that is not set.
    ///
    /// # Errors
    ///
    /// If there are too many shared objects.
    #[track_caller]
    pub fn new() -> Result<Self, Error> {
        Self::named("")
    }

    /// An event that is not set, with a name by which errors and the page call it.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    #[track_caller]
    pub fn named(name: impl Into<Cow<'static, str>>) -> Result<Self, Error> {
        Reference::make(&Request::Event, "Event", name).map(Self)
    }

    /// Whether the flag is up at this moment.
    ///
    /// # Errors
    ///
    /// Only those of every operation.
    #[track_caller]
    pub fn is_set(&self) -> Result<bool, Error> {
        Ok(self.look()?.is_set)
    }

    /// Puts the flag up: all threads that wait go on, even if it is cleared at once. Setting it again changes nothing.
    ///
    /// # Errors
    ///
    /// Only those of every operation.
    #[track_caller]
    pub fn set(&self) -> Result<(), Error> {
        self.0.take(&Request::EventSet { event: self.0.handle() })?;
        Ok(())
    }

    /// Puts the flag down: threads that wait from now on wait until it is set again.
    ///
    /// # Errors
    ///
    /// Only those of every operation.
    #[track_caller]
    pub fn clear(&self) -> Result<(), Error> {
        self.0.take(&Request::EventClear { event: self.0.handle() })?;
        Ok(())
    }

    /// Blocks until the flag is up, and not at all where it is.
    ///
    /// # Errors
    ///
    /// Only those of every operation.
    #[track_caller]
    pub fn wait(&self) -> Result<(), Error> {
        self.wait_until(None)?;
        Ok(())
    }

    /// Blocks until the flag is up, but no longer than `timeout`. Returns whether it was.
    ///
    /// # Errors
    ///
    /// Only those of every operation.
    #[track_caller]
    pub fn wait_timeout(&self, timeout: Duration) -> Result<bool, Error> {
        self.wait_until(Some(clock::after(timeout)))
    }

    #[track_caller]
    fn wait_until(&self, deadline: Option<Duration>) -> Result<bool, Error> {
        let Look { is_set, times } = self.look()?;
        if is_set {
            return Ok(true);
        }
        let request = Request::EventWait { event: self.0.handle(), times };
        let set = client::until(&request, deadline, || {}).map_err(|rule| self.0.error(rule))?;
        Ok(set.is_some())
    }

    #[track_caller]
    fn look(&self) -> Result<Look, Error> {
        let looked = self.0.take(&Request::EventLook { event: self.0.handle() })?;
        let [is_set, times, ..] = looked.numbers;
        Ok(Look { is_set: is_set != 0, times })
    }
}

/// An event at one moment.
struct Look {
    is_set: bool,
    /// How often it was set. One that waits goes on when that has changed, even if the flag is down again by then.
    times: u32,
}
