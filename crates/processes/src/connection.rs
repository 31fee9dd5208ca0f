//! Pipes: two ends, and whole messages between them.
//!
//! A message is a value that serde can write ([`Connection::send`]) or plain bytes ([`Connection::send_bytes`]). It
//! arrives whole, once, and in the order in which it was sent, also where several threads or processes use one end:
//! whoever begins with a message keeps the others waiting until it is through. A message that fits into the pipe goes
//! in at once or not at all. A longer one is streamed: its sender goes on while the receiver makes room.
//!
//! An end is a thing like any other: given to a process as a part of its argument, it is that process's; what is
//! dropped is closed. When all who could send have closed their end or ended, a receiver gets what is still there and
//! then an error that [is the end of the file](Error::is_end_of_file). When nobody is left to receive, sending fails
//! with [a broken pipe](Error::is_broken_pipe). A process that keeps a clone of an end which it does not use keeps the
//! pipe open by it. So does a forked process, which has all ends that its parent had at that moment.
//!
//! Below the messages are bare bytes: see [`RawConnection`].

mod builder;
mod transfer;

pub use builder::{Builder, named_one_way_pipe, named_pipe, one_way_pipe, pipe};

use crate::channel::RawConnection;
use crate::client;
use crate::error::Error;
use crate::reference::Reference;
use crate::wire::Request;
use core::time::Duration;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use threadlab_threads::clock;

/// What can be done at an end of a pipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Direction {
    Both,
    Receives,
    Sends,
}

/// One end of a pipe, of which [`pipe`] and [`one_way_pipe`] make two.
///
/// Clones are the same end, for other threads of the process. The end is closed for the process when the last of them
/// is dropped.
///
/// ```
/// let (here, there) = threadlab_processes::pipe()?;
/// here.send(&(42, "hello"))?;
/// let (number, word): (i32, String) = there.recv()?;
/// assert_eq!((number, word.as_str()), (42, "hello"));
/// # Ok::<(), threadlab_processes::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Connection {
    reference: Reference,
    direction: Direction,
    /// How many bytes the pipe holds in each direction, messages' headers included.
    capacity: u32,
}

impl Connection {
    pub(crate) fn new(reference: Reference, direction: Direction, capacity: u32) -> Self {
        Self { reference, direction, capacity }
    }

    /// The name of the pipe, or an empty text.
    pub fn name(&self) -> &str {
        self.reference.name()
    }

    /// How many bytes the pipe holds in each direction. A message takes its length and 16 more.
    pub fn capacity(&self) -> usize {
        self.capacity as usize
    }

    /// Whether messages can be received at this end.
    pub fn is_readable(&self) -> bool {
        self.direction != Direction::Sends
    }

    /// Whether messages can be sent at this end.
    pub fn is_writable(&self) -> bool {
        self.direction != Direction::Receives
    }

    /// Sends a copy of a value. Waits while there is no room, and while others send at this end.
    ///
    /// # Errors
    ///
    /// If nobody is left to receive ([`Error::is_broken_pipe`]), if this end only receives, if it was closed
    /// ([`close`](Self::close)), if the value cannot be written as bytes, or if it makes more than 256 MiB.
    #[track_caller]
    pub fn send<T: Serialize + ?Sized>(&self, value: &T) -> Result<(), Error> {
        self.send_message(&self.write_down(value)?, None)
    }

    /// Sends a copy of a value, but waits no longer than `timeout` of real time.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`Error::TimedOut`]. The value was not sent then. If it does not fit into the pipe
    /// and was begun, its receiver is told that it was cut short ([`Rule::Torn`](crate::Rule::Torn)).
    #[track_caller]
    pub fn send_timeout<T: Serialize + ?Sized>(&self, value: &T, timeout: Duration) -> Result<(), Error> {
        self.send_message(&self.write_down(value)?, Some(clock::after(timeout)))
    }

    /// Sends plain bytes as one message, which may be empty. Waits as [`send`](Self::send) does.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    #[track_caller]
    pub fn send_bytes(&self, bytes: &[u8]) -> Result<(), Error> {
        self.send_message(bytes, None)
    }

    /// Sends plain bytes as one message, but waits no longer than `timeout` of real time.
    ///
    /// # Errors
    ///
    /// As [`send_timeout`](Self::send_timeout).
    #[track_caller]
    pub fn send_bytes_timeout(&self, bytes: &[u8], timeout: Duration) -> Result<(), Error> {
        self.send_message(bytes, Some(clock::after(timeout)))
    }

    /// Receives the next value. Waits until there is one.
    ///
    /// # Errors
    ///
    /// If nothing more will come ([`Error::is_end_of_file`]), if the message was damaged by the end of its sender or by
    /// bare bytes ([`Error::is_damaged`]), if this end only sends, or if it was closed. [`Error::Unreadable`] if what
    /// came is no `T`; it is gone then.
    #[track_caller]
    pub fn recv<T: DeserializeOwned>(&self) -> Result<T, Error> {
        self.read_back(&self.receive_message(None)?)
    }

    /// Receives the next value, but waits no longer than `timeout` of real time for it to begin.
    ///
    /// A message that has begun is received to its end, which takes longer if it is long. If nothing more of it comes for
    /// a second, it is given up: whoever receives next is told that it was cut short.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv), and [`Error::TimedOut`].
    #[track_caller]
    pub fn recv_timeout<T: DeserializeOwned>(&self, timeout: Duration) -> Result<T, Error> {
        self.read_back(&self.receive_message(Some(clock::after(timeout)))?)
    }

    /// Receives the next message as plain bytes. Waits until there is one.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    #[track_caller]
    pub fn recv_bytes(&self) -> Result<Vec<u8>, Error> {
        self.receive_message(None)
    }

    /// Receives the next message as plain bytes, with a timeout as in [`recv_timeout`](Self::recv_timeout).
    ///
    /// # Errors
    ///
    /// As [`recv_timeout`](Self::recv_timeout).
    #[track_caller]
    pub fn recv_bytes_timeout(&self, timeout: Duration) -> Result<Vec<u8>, Error> {
        self.receive_message(Some(clock::after(timeout)))
    }

    /// Whether there is something to receive, be it an error such as the end of the file. Waits for it, but no longer than
    /// `timeout` of real time; not at all where that is zero. It takes nothing.
    ///
    /// # Errors
    ///
    /// If this end only sends, or was closed.
    #[track_caller]
    pub fn poll(&self, timeout: Duration) -> Result<bool, Error> {
        self.wait_for_message(clock::after(timeout))
    }

    /// Closes this end for the whole process. Whoever in it has a clone gets an error from then on, also where it waits
    /// at this moment.
    ///
    /// # Errors
    ///
    /// If it was closed before, by a clone.
    #[track_caller]
    pub fn close(self) -> Result<(), Error> {
        client::take(&Request::Close { handle: self.reference.handle() })
            .map_err(|rule| self.reference.error(rule))?;
        Ok(())
    }

    /// This end as a channel for bare bytes, which knows nothing of messages.
    pub fn raw(&self) -> RawConnection {
        RawConnection::new(self.reference.clone())
    }

    fn write_down<T: Serialize + ?Sized>(&self, value: &T) -> Result<Vec<u8>, Error> {
        postcard::to_stdvec(value)
            .map_err(|error| Error::Unwritable { object: self.reference.words(), reason: error.to_string() })
    }

    fn read_back<T: DeserializeOwned>(&self, message: &[u8]) -> Result<T, Error> {
        postcard::from_bytes(message)
            .map_err(|error| Error::Unreadable { object: self.reference.words(), reason: error.to_string() })
    }
}
