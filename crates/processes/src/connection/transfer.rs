//! Messages through a pipe, in as many parts as it takes.

use super::Connection;
use crate::client;
use crate::error::Error;
use crate::wire::Request;
use core::time::Duration;
use threadlab_kernel::{Rule, framing, limits};
use threadlab_threads::clock;

/// As much of a message as is asked for at first, when its length is not known.
const FIRST_PART: u32 = 4 << 10;

/// How much room a message is given at once in this memory because its header says that it is so long. A longer one gets
/// more as it comes, since who writes bare bytes can claim any length.
const TRUSTED_LENGTH: u32 = 16 << 20;

/// How long the receiver of a message that has begun waits for more of it, at least, where it has a timeout.
const BETWEEN_PARTS: Duration = Duration::from_secs(1);

impl Connection {
    /// Sends a message to its end, or gives it up at the deadline, which is `None` for never.
    #[track_caller]
    pub(super) fn send_message(&self, message: &[u8], deadline: Option<Duration>) -> Result<(), Error> {
        let end = self.reference.handle();
        let total = u32::try_from(message.len())
            .ok()
            .filter(|total| *total <= limits::MESSAGE_BYTES)
            .ok_or_else(|| self.reference.error(Rule::MessageTooLong))?;
        let whole = message.len() + framing::HEADER_BYTES;
        // What fits is given whole, so that it goes in at once. Of the rest not more than there can be room for, because
        // all that is given is copied.
        let most = if whole <= self.capacity() { message.len() } else { self.capacity() };
        let mut left = message;
        loop {
            let part = &left[..left.len().min(most)];
            match client::until(&Request::Send { end, total, part }, deadline, || {}) {
                Ok(Some(taken)) => {
                    let [took, finished, ..] = taken.numbers;
                    left = left.get(took as usize..).unwrap_or_default();
                    if finished != 0 {
                        return Ok(());
                    }
                }
                Ok(None) => {
                    self.abandon();
                    return Err(self.reference.timed_out());
                }
                Err(rule) => return Err(self.reference.error(rule)),
            }
        }
    }

    /// Receives a whole message. It has to begin before the deadline, which is `None` for never.
    #[track_caller]
    pub(super) fn receive_message(&self, deadline: Option<Duration>) -> Result<Vec<u8>, Error> {
        let end = self.reference.handle();
        let mut message = Vec::new();
        let mut most = FIRST_PART;
        let mut patience = deadline;
        let mut begun = false;
        loop {
            match client::until(&Request::Receive { end, most }, patience, || {}) {
                Ok(Some(taken)) => {
                    let [total, _, finished, _] = taken.numbers;
                    if !begun && finished != 0 {
                        return Ok(taken.bytes);
                    }
                    if !append(&mut message, total, &taken.bytes) {
                        self.abandon();
                        return Err(Error::NoRoom { object: self.reference.words(), bytes: total });
                    }
                    if finished != 0 {
                        return Ok(message);
                    }
                    begun = true;
                    most = self.capacity.min(total);
                    patience = deadline.map(|deadline| deadline.max(clock::after(BETWEEN_PARTS)));
                }
                Ok(None) => {
                    if begun {
                        self.abandon();
                    }
                    return Err(self.reference.timed_out());
                }
                Err(rule) => return Err(self.reference.error(rule)),
            }
        }
    }

    /// Waits until there is something to receive. Returns false once the deadline has passed.
    #[track_caller]
    pub(super) fn wait_for_message(&self, deadline: Duration) -> Result<bool, Error> {
        let end = self.reference.handle();
        let came = client::until(&Request::Poll { end }, Some(deadline), || {});
        came.map(|came| came.is_some()).map_err(|rule| self.reference.error(rule))
    }

    /// Gives up the message that the calling thread has begun at this end.
    fn abandon(&self) {
        // An end that was closed meanwhile has no message begun.
        let _ = client::take_quietly(&Request::Abandon { end: self.reference.handle() });
    }
}

/// Adds a part to a message of `total` bytes. Returns false if the process has no memory for it.
fn append(message: &mut Vec<u8>, total: u32, part: &[u8]) -> bool {
    let missing = if message.is_empty() { total.min(TRUSTED_LENGTH) as usize } else { 0 };
    if message.try_reserve(missing.max(part.len())).is_err() {
        return false;
    }
    message.extend_from_slice(part);
    true
}
