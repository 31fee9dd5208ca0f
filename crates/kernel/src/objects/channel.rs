//! One direction of a pipe: a bounded ring of bytes, and messages in it.
//!
//! A message has one sender and one receiver: whoever begins with it keeps the others waiting until it is whole, over as
//! many attempts as it takes. A message that fits into the ring is written at once or not at all, so it cannot be cut
//! short. Longer ones are streamed.
//!
//! Bare bytes know nothing of that. They go in wherever there is room and come out wherever somebody reads, also in the
//! middle of a message. Where the channel knows that a message was cut, by bare bytes or by its sender's end, it
//! remembers where ([`Cut`]); where it cannot know, the messages' own checksums show it ([`crate::framing`]). After a
//! damaged message the receiver looks for the next header, so what comes after it is received again.

use super::Scene;
use crate::attempt::{Side, Step};
use crate::error::Rule;
use crate::framing::{HEADER_BYTES, Header};
use crate::ids::{Caller, Pid};
use crate::limits;
use crate::table::Gates;
use receiving::Receiving;
use std::collections::VecDeque;

mod receiving;

/// What an attempt to send took of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// How many bytes of the given part it took.
    pub taken: usize,
    /// Whether the message is whole now.
    pub finished: bool,
    /// How many bytes the pipe holds in this direction.
    pub fill: u32,
}

/// What an attempt to receive gave of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The whole message's length.
    pub total: u32,
    /// How many bytes it gave.
    pub given: usize,
    /// Whether these are the message's last.
    pub finished: bool,
    /// How many bytes the pipe holds in this direction.
    pub fill: u32,
}

/// A message that is being written.
#[derive(Debug)]
struct Sending {
    by: Caller,
    total: u32,
    sent: u32,
    /// Whether its header is written.
    begun: bool,
    /// Whether bare bytes came in between: the rest is not written any more.
    spoiled: bool,
}

/// A place in the stream where a message ends before its end.
#[derive(Debug)]
struct Cut {
    /// How many bytes were written before it.
    at: u64,
    why: Rule,
}

/// One direction of a pipe.
#[derive(Debug)]
pub(crate) struct Channel {
    ring: VecDeque<u8>,
    capacity: usize,
    /// The processes that can read.
    pub readers: u128,
    /// How many bytes were ever written.
    written: u64,
    cuts: VecDeque<Cut>,
    sending: Option<Sending>,
    receiving: Receiving,
    /// The least room that a blocked writer has use for.
    room_wanted: usize,
}

impl Channel {
    /// An empty one for so many bytes, with these readers. The bytes are claimed by whoever makes it.
    pub fn new(capacity: usize, readers: u128) -> Result<Self, Rule> {
        let mut ring = VecDeque::new();
        ring.try_reserve_exact(capacity).map_err(|_| Rule::NoMemory)?;
        Ok(Self {
            ring,
            capacity,
            readers,
            written: 0,
            cuts: VecDeque::new(),
            sending: None,
            receiving: Receiving::default(),
            room_wanted: usize::MAX,
        })
    }

    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Sends a part of a message of `total` bytes: the first part begins it, if the caller has none begun.
    pub fn send(&mut self, scene: Scene<'_>, total: u32, part: &[u8]) -> Result<Step<Sent>, Rule> {
        if self.readers == 0 {
            self.stop_sending(scene.caller);
            return Err(Rule::BrokenPipe);
        }
        let (capacity, free) = (self.capacity, self.capacity - self.ring.len());
        if !self.sending.as_ref().is_some_and(|sending| sending.by == scene.caller) {
            if total > limits::MESSAGE_BYTES {
                return Err(Rule::MessageTooLong);
            }
            if part.len() as u64 > u64::from(total) {
                return Err(Rule::MessageChanged);
            }
            if self.sending.is_some() {
                return Ok(Step::Blocked(Side::Givers));
            }
            self.sending = Some(Sending { by: scene.caller, total, sent: 0, begun: false, spoiled: false });
        }
        let Some(sending) = &mut self.sending else { return Ok(Step::Blocked(Side::Givers)) };
        let left = (sending.total - sending.sent) as usize;
        if sending.total != total || part.len() > left {
            return Err(Rule::MessageChanged);
        }
        let mut room = free;
        if !sending.begun {
            let whole = HEADER_BYTES + part.len();
            let fits = part.len() == left && whole <= capacity;
            let least = if fits { whole } else { HEADER_BYTES + part.len().min(1) };
            if room < least {
                self.room_wanted = self.room_wanted.min(least);
                return Ok(Step::Blocked(Side::Givers));
            }
            sending.begun = true;
            self.ring.extend(&Header { length: total, checksum: None }.to_bytes());
            self.written += HEADER_BYTES as u64;
            room -= HEADER_BYTES;
        }
        let taken = if sending.spoiled { part.len() } else { part.len().min(room) };
        if taken == 0 && !part.is_empty() {
            // Half of the ring: the receiver then has as much to do while this sender is being woken.
            self.room_wanted = self.room_wanted.min(part.len().min(capacity / 2));
            return Ok(Step::Blocked(Side::Givers));
        }
        if !sending.spoiled {
            self.ring.extend(&part[..taken]);
            self.written += taken as u64;
        }
        // Not more than what was left, which is 32 bits long.
        sending.sent += u32::try_from(taken).unwrap_or(0);
        let finished = sending.sent == sending.total;
        if finished {
            self.sending = None;
            scene.gates.all(Side::Givers);
        }
        scene.gates.all(Side::Takers);
        Ok(Step::Done(Sent { taken, finished, fill: self.fill() }))
    }

    /// Writes as many bytes as there is room for.
    pub fn write(&mut self, scene: Scene<'_>, bytes: &[u8]) -> Result<Step<usize>, Rule> {
        if self.readers == 0 {
            return Err(Rule::BrokenPipe);
        }
        let written = bytes.len().min(self.capacity - self.ring.len());
        if written == 0 && !bytes.is_empty() {
            self.room_wanted = 1;
            return Ok(Step::Blocked(Side::Givers));
        }
        if written > 0 {
            if let Some(sending) = self.sending.as_mut().filter(|sending| sending.begun && !sending.spoiled) {
                sending.spoiled = true;
                self.cut(Rule::Corrupted);
            }
            self.ring.extend(&bytes[..written]);
            self.written += written as u64;
            scene.gates.all(Side::Takers);
        }
        Ok(Step::Done(written))
    }

    /// The caller gives up a message in its middle. Returns whether it had one.
    pub fn abandon_sending(&mut self, scene: Scene<'_>) -> bool {
        let mine = self.stop_sending(scene.caller);
        if mine {
            scene.gates.everybody();
        }
        mine
    }

    fn stop_sending(&mut self, caller: Caller) -> bool {
        let Some(sending) = self.sending.take_if(|sending| sending.by == caller) else { return false };
        if sending.begun && !sending.spoiled {
            self.cut(Rule::Torn);
        }
        true
    }

    /// The process cannot write any more.
    pub fn writer_left(&mut self, pid: Pid, gates: &Gates) {
        if let Some(by) = self.sending.as_ref().map(|sending| sending.by).filter(|by| by.pid == pid) {
            self.stop_sending(by);
        }
        gates.everybody();
    }

    /// The process cannot read any more.
    pub fn reader_left(&mut self, pid: Pid, gates: &Gates) {
        self.readers &= !pid.bit();
        if self.receiving.by().is_some_and(|by| by.pid == pid) {
            self.receiving.lose();
        }
        gates.everybody();
    }

    fn cut(&mut self, why: Rule) {
        self.cuts.push_back(Cut { at: self.written, why });
    }

    /// How many bytes lie before the next cut, or at all, and whether there is a cut behind them.
    fn available(&self) -> (usize, Option<Rule>) {
        let all = self.ring.len();
        let read = self.written - all as u64;
        match self.cuts.front() {
            // Not more than there are bytes: cuts lie within what is not yet read.
            Some(cut) => {
                (usize::try_from(cut.at.saturating_sub(read)).unwrap_or(all).min(all), Some(cut.why))
            }
            None => (all, None),
        }
    }

    /// Takes bytes out, and copies them if that is wanted.
    fn consume(&mut self, count: usize, into: Option<&mut [u8]>, gates: &Gates) {
        if let Some(into) = into {
            let (front, back) = self.ring.as_slices();
            let in_front = count.min(front.len());
            into[..in_front].copy_from_slice(&front[..in_front]);
            into[in_front..count].copy_from_slice(&back[..count - in_front]);
        }
        self.ring.drain(..count);
        if self.capacity - self.ring.len() >= self.room_wanted {
            self.room_wanted = usize::MAX;
            gates.all(Side::Givers);
        }
    }

    /// How many bytes it holds.
    pub fn fill(&self) -> u32 {
        u32::try_from(self.ring.len()).unwrap_or(u32::MAX)
    }
}
