//! Bare bytes through a pipe.

use crate::client::{self, Taken};
use crate::error::Error;
use crate::reference::Reference;
use crate::wire::Request;
use threadlab_kernel::{Rule, framing, limits};

/// As much as is asked for at once.
const MOST: usize = 64 << 10;

/// An end of a pipe without any regard to messages: bytes go in wherever there is room, and come out wherever somebody
/// reads. Bytes that several write at once get mixed, and several readers get parts of what was meant for one.
///
/// [`write_message`](Self::write_message) writes a message in the format of the pipe but, unlike
/// [`Connection::send`](crate::Connection::send), lets others write in its middle. Receiving it as usual
/// ([`Connection::recv_bytes`](crate::Connection::recv_bytes)) finds out whether that happened. It shows why writers of one
/// end need a lock.
#[derive(Clone, Debug)]
pub struct RawConnection(Reference);

impl RawConnection {
    pub(crate) fn new(reference: Reference) -> Self {
        Self(reference)
    }

    /// Writes as many of the bytes as there is room for, and returns how many. Waits while there is no room at all.
    ///
    /// # Errors
    ///
    /// If nobody is left to read ([`Error::is_broken_pipe`]), if this end only receives, or if it was closed.
    #[track_caller]
    pub fn write(&self, bytes: &[u8]) -> Result<usize, Error> {
        let bytes = &bytes[..bytes.len().min(MOST)];
        let taken = self.endlessly(&Request::Write { end: self.0.handle(), bytes })?;
        Ok(taken.numbers[0] as usize)
    }

    /// Writes all of the bytes, in as many goes as it takes. Others may write in between.
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write). Some of the bytes may have been written.
    #[track_caller]
    pub fn write_all(&self, bytes: &[u8]) -> Result<(), Error> {
        let mut left = bytes;
        while !left.is_empty() {
            let written = self.write(left)?;
            left = left.get(written..).unwrap_or_default();
        }
        Ok(())
    }

    /// Writes bytes as a message with a checksum, which can be received at the other end like one that was sent. Others
    /// may write in its middle, and then what is received is [`Rule::Corrupted`].
    ///
    /// # Errors
    ///
    /// As [`write_all`](Self::write_all), and if the message has more than 256 MiB.
    #[track_caller]
    pub fn write_message(&self, message: &[u8]) -> Result<(), Error> {
        let header = (message.len() <= limits::MESSAGE_BYTES as usize)
            .then(|| framing::header(message))
            .flatten()
            .ok_or_else(|| self.0.error(Rule::MessageTooLong))?;
        self.write_all(&header)?;
        self.write_all(message)
    }

    /// Reads as many bytes as there are and as `into` has room for, and returns how many. Waits while there are none.
    ///
    /// # Errors
    ///
    /// If nothing more will come ([`Error::is_end_of_file`]), if this end only sends, or if it was closed.
    #[track_caller]
    pub fn read(&self, into: &mut [u8]) -> Result<usize, Error> {
        let most = u32::try_from(into.len().min(MOST)).unwrap_or(u32::MAX);
        let taken = self.endlessly(&Request::Read { end: self.0.handle(), most })?;
        let read = taken.bytes.len().min(into.len());
        into[..read].copy_from_slice(&taken.bytes[..read]);
        Ok(read)
    }

    #[track_caller]
    fn endlessly(&self, request: &Request<'_>) -> Result<Taken, Error> {
        // Without a deadline it comes back when it took place.
        let taken = client::until(request, None, || {}).map_err(|rule| self.0.error(rule))?;
        taken.ok_or_else(|| self.0.timed_out())
    }
}
