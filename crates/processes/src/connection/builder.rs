//! Making pipes.

use super::{Connection, Direction};
use crate::client;
use crate::error::Error;
use crate::reference::{Reference, kind_in_events, words};
use crate::wire::Request;
use std::borrow::Cow;
use threadlab_kernel::limits;

/// What ends of pipes are called in errors.
const KIND: &str = "Connection";

/// A pipe that is to be made, with other than the usual properties.
///
/// ```
/// use threadlab_processes::connection::Builder;
///
/// let (receiver, sender) = Builder::new().name("numbers").one_way(true).capacity(1024).build()?;
/// assert!(!sender.is_readable() && !receiver.is_writable());
/// # Ok::<(), threadlab_processes::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until its pipe is built"]
pub struct Builder {
    name: Cow<'static, str>,
    one_way: bool,
    capacity: usize,
}

impl Default for Builder {
    fn default() -> Self {
        Self { name: Cow::Borrowed(""), one_way: false, capacity: limits::PIPE_BYTES as usize }
    }
}

impl Builder {
    /// A pipe in both directions, without a name, which holds 64 KiB in each.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives it a name by which errors call both ends.
    pub fn name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = name.into();
        self
    }

    /// Whether messages go from the second end to the first only.
    pub fn one_way(mut self, one_way: bool) -> Self {
        self.one_way = one_way;
        self
    }

    /// How many bytes it holds in each direction, from 64 to 16 MiB. A message takes its length and 16 more; one that is
    /// longer than the pipe is streamed.
    pub fn capacity(mut self, bytes: usize) -> Self {
        self.capacity = bytes;
        self
    }

    /// Makes it. Of a one-way pipe, the first end receives and the second sends.
    ///
    /// # Errors
    ///
    /// If the capacity is out of range, if there are too many shared objects, or if they take too much memory.
    #[track_caller]
    pub fn build(self) -> Result<(Connection, Connection), Error> {
        let Self { name, one_way, capacity } = self;
        // A capacity that is no number of 32 bits is out of range, as 2^32 - 1 is.
        let capacity = u32::try_from(capacity).unwrap_or(u32::MAX);
        let made = client::make(&Request::Pipe { duplex: !one_way, capacity }, kind_in_events(KIND), &name)
            .map_err(|rule| Error::Rule { object: words(KIND, &name), rule })?;
        let [first, second, ..] = made.numbers;
        let end = |handle, one_way_direction| {
            let direction = if one_way { one_way_direction } else { Direction::Both };
            Connection::new(Reference::new(handle, KIND, name.clone()), direction, capacity)
        };
        Ok((end(first, Direction::Receives), end(second, Direction::Sends)))
    }
}

/// A pipe in both directions: what is sent at one end is received at the other. It holds 64 KiB in each direction; see
/// [`Builder`] for others.
///
/// # Errors
///
/// If there are too many shared objects, or they take too much memory.
#[track_caller]
pub fn pipe() -> Result<(Connection, Connection), Error> {
    Builder::new().build()
}

/// A pipe in both directions, with a name by which errors call both ends.
///
/// # Errors
///
/// As [`pipe`].
#[track_caller]
pub fn named_pipe(name: impl Into<Cow<'static, str>>) -> Result<(Connection, Connection), Error> {
    Builder::new().name(name).build()
}

/// A pipe in one direction: the first end only receives, and the second only sends.
///
/// # Errors
///
/// As [`pipe`].
#[track_caller]
pub fn one_way_pipe() -> Result<(Connection, Connection), Error> {
    Builder::new().one_way(true).build()
}

/// A pipe in one direction, with a name by which errors call both ends. The first end only receives, and the second only
/// sends.
///
/// # Errors
///
/// As [`pipe`].
#[track_caller]
pub fn named_one_way_pipe(name: impl Into<Cow<'static, str>>) -> Result<(Connection, Connection), Error> {
    Builder::new().name(name).one_way(true).build()
}
