//! What both queues are made of.

use super::error::PutError;
use crate::client::{self, Taken};
use crate::error::Error;
use crate::reference::Reference;
use crate::wire::Request;
use core::time::Duration;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use threadlab_threads::clock;

/// How long an operation waits.
#[derive(Clone, Copy, Debug)]
pub(super) enum Patience {
    Endless,
    /// Not at all.
    None,
    Until(Duration),
}

impl Patience {
    pub fn of(timeout: Duration) -> Self {
        Self::Until(clock::after(timeout))
    }

    /// When it is over, by the process's clock.
    fn deadline(self) -> Option<Duration> {
        match self {
            Self::Endless => None,
            Self::None => Some(Duration::ZERO),
            Self::Until(deadline) => Some(deadline),
        }
    }
}

/// What a queue says of itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    pub items: usize,
    pub unfinished: usize,
}

/// A process's hold on a queue of bytes in the kernel.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Untyped {
    reference: Reference,
    /// How many items it holds at most; 0 is any number.
    capacity: u32,
}

impl Untyped {
    /// A queue for so many items; 0 is any number.
    #[track_caller]
    pub fn new(kind: &'static str, name: Cow<'static, str>, capacity: u32) -> Result<Self, Error> {
        Ok(Self { reference: Reference::make(&Request::Queue { capacity }, kind, name)?, capacity })
    }

    pub fn name(&self) -> &str {
        self.reference.name()
    }

    pub fn capacity(&self) -> Option<usize> {
        (self.capacity > 0).then_some(self.capacity as usize)
    }

    #[track_caller]
    pub fn put<T: Serialize>(&self, item: T, patience: Patience) -> Result<(), PutError<T>> {
        let put = postcard::to_stdvec(&item)
            .map_err(|error| Error::Unwritable { object: self.reference.words(), reason: error.to_string() })
            .and_then(|bytes| self.put_bytes(&bytes, patience));
        put.map_err(|error| PutError::new(item, error))
    }

    #[track_caller]
    fn put_bytes(&self, item: &[u8], patience: Patience) -> Result<(), Error> {
        let request = Request::Put { queue: self.reference.handle(), item };
        match self.until(&request, patience)? {
            Some(_) => Ok(()),
            None => Err(Error::Full { object: self.reference.words() }),
        }
    }

    #[track_caller]
    pub fn get<T: DeserializeOwned>(&self, patience: Patience) -> Result<T, Error> {
        let request = Request::Get { queue: self.reference.handle() };
        match self.until(&request, patience)? {
            Some(taken) => postcard::from_bytes(&taken.bytes).map_err(|error| Error::Unreadable {
                object: self.reference.words(),
                reason: error.to_string(),
            }),
            None => Err(Error::Empty { object: self.reference.words() }),
        }
    }

    #[track_caller]
    pub fn state(&self) -> Result<State, Error> {
        let [items, _, unfinished, _] =
            self.take(&Request::QueueState { queue: self.reference.handle() })?.numbers;
        Ok(State { items: items as usize, unfinished: unfinished as usize })
    }

    /// Lets go of the queue for the whole process. Again changes nothing.
    #[track_caller]
    pub fn close(&self) {
        // The only rule against it is that it was closed before.
        let _ = client::take(&Request::Close { handle: self.reference.handle() });
    }

    #[track_caller]
    pub fn shut_down(&self) -> Result<(), Error> {
        self.take(&Request::CloseQueue { queue: self.reference.handle() }).map(drop)
    }

    #[track_caller]
    pub fn task_done(&self) -> Result<(), Error> {
        self.take(&Request::TaskDone { queue: self.reference.handle() }).map(drop)
    }

    #[track_caller]
    pub fn join(&self, patience: Patience) -> Result<(), Error> {
        match self.until(&Request::JoinQueue { queue: self.reference.handle() }, patience)? {
            Some(_) => Ok(()),
            None => Err(self.reference.timed_out()),
        }
    }

    #[track_caller]
    fn take(&self, request: &Request<'_>) -> Result<Taken, Error> {
        client::take(request).map_err(|rule| self.reference.error(rule))
    }

    #[track_caller]
    fn until(&self, request: &Request<'_>, patience: Patience) -> Result<Option<Taken>, Error> {
        client::until(request, patience.deadline(), || {}).map_err(|rule| self.reference.error(rule))
    }
}
