//! The reading side of a channel.

use super::{Channel, Part};
use crate::attempt::{Side, Step};
use crate::error::Rule;
use crate::framing::{Checksum, HEADER_BYTES, Header};
use crate::ids::Caller;
use crate::limits;
use crate::objects::Scene;
use crate::table::Gates;

/// A message that is being read.
#[derive(Debug)]
struct Message {
    by: Caller,
    header: Header,
    got: u32,
    sum: Checksum,
    /// Bare reading took some of its bytes.
    spoiled: bool,
}

/// How far reading has come.
#[derive(Debug, Default)]
pub(super) struct Receiving {
    message: Option<Message>,
    /// How many bytes are still to come of a message whose receiver is gone.
    skip: u32,
    /// A message's receiver is gone, and nobody was told.
    lost: bool,
    /// Bytes came that are no header: what is no header now is more of the same damage.
    seeking: bool,
}

impl Receiving {
    pub fn by(&self) -> Option<Caller> {
        self.message.as_ref().map(|message| message.by)
    }

    /// The receiver is gone in the middle of a message. The rest of it is of no use to others.
    pub fn lose(&mut self) {
        let Some(message) = self.message.take() else { return };
        self.skip = if message.spoiled { 0 } else { message.header.length - message.got };
        self.seeking = message.spoiled || message.header.checksum.is_some();
        self.lost = true;
    }
}

impl Channel {
    /// Gives the next part of the message that the caller has begun, or begins one.
    pub fn recv(&mut self, scene: Scene<'_>, into: &mut [u8]) -> Result<Step<Part>, Rule> {
        match &self.receiving.message {
            Some(message) if message.by != scene.caller => return Ok(Step::Blocked(Side::Takers)),
            Some(message) if message.spoiled => {
                self.receiving.seeking = true;
                return Err(self.stop_receiving(scene.gates, Rule::Corrupted));
            }
            Some(_) => {}
            None => match self.next_header(scene)? {
                Some(header) => {
                    self.receiving.message = Some(Message {
                        by: scene.caller,
                        header,
                        got: 0,
                        sum: Checksum::new(),
                        spoiled: false,
                    });
                }
                None => return Ok(Step::Blocked(Side::Takers)),
            },
        }
        let (available, cut) = self.available();
        let Some(message) = &mut self.receiving.message else { return Ok(Step::Blocked(Side::Takers)) };
        let Header { length: total, checksum } = message.header;
        let left = (total - message.got) as usize;
        let given = available.min(left).min(into.len());
        if given == 0 && left > 0 && !into.is_empty() {
            if let Some(why) = cut {
                self.cuts.pop_front();
                return Err(self.stop_receiving(scene.gates, why));
            }
            if scene.holders == 0 {
                return Err(self.stop_receiving(scene.gates, Rule::Torn));
            }
            return Ok(Step::Blocked(Side::Takers));
        }
        // Not more than what was left, which is 32 bits long.
        message.got += u32::try_from(given).unwrap_or(0);
        let finished = message.got == total;
        let into = &mut into[..given];
        self.consume(given, Some(into), scene.gates);
        if let (Some(message), Some(expected)) = (&mut self.receiving.message, checksum) {
            message.sum.add(into);
            if finished && message.sum.value() != expected {
                self.receiving.seeking = true;
                return Err(self.stop_receiving(scene.gates, Rule::Corrupted));
            }
        }
        if finished {
            self.receiving.message = None;
            scene.gates.all(Side::Takers);
        }
        Ok(Step::Done(Part { total, given, finished, fill: self.fill() }))
    }

    /// Reads as many bytes as there are and as are wanted.
    pub fn read(&mut self, scene: Scene<'_>, into: &mut [u8]) -> Result<Step<usize>, Rule> {
        let given = into.len().min(self.ring.len());
        if given == 0 && !into.is_empty() {
            return if scene.holders == 0 { Err(Rule::EndOfFile) } else { Ok(Step::Blocked(Side::Takers)) };
        }
        self.consume(given, Some(&mut into[..given]), scene.gates);
        let read = self.written - self.ring.len() as u64;
        while self.cuts.front().is_some_and(|cut| cut.at <= read) {
            self.cuts.pop_front();
        }
        if given > 0 {
            if let Some(message) = &mut self.receiving.message {
                message.spoiled = true;
            }
            self.receiving.skip = 0;
        }
        Ok(Step::Done(given))
    }

    /// Finds out whether there is something to receive, be it an error.
    pub fn poll(&mut self, scene: Scene<'_>) -> Step<()> {
        if self.receiving.message.is_none() && !self.receiving.lost {
            if !self.skip(scene) {
                return Step::Blocked(Side::Takers);
            }
            while self.receiving.seeking && self.available().0 >= HEADER_BYTES && self.peek().is_none() {
                self.seek(scene.gates);
            }
        }
        let (available, cut) = self.available();
        let least = if self.receiving.seeking { HEADER_BYTES } else { 1 };
        if self.receiving.lost || available >= least || cut.is_some() || scene.holders == 0 {
            Step::Done(())
        } else {
            Step::Blocked(Side::Takers)
        }
    }

    /// The caller gives up a message in its middle. Returns whether it had one.
    pub fn abandon_receiving(&mut self, scene: Scene<'_>) -> bool {
        let mine = self.receiving.by() == Some(scene.caller);
        if mine {
            self.receiving.lose();
            scene.gates.everybody();
        }
        mine
    }

    fn stop_receiving(&mut self, gates: &Gates, why: Rule) -> Rule {
        self.receiving.message = None;
        gates.all(Side::Takers);
        why
    }

    /// Takes the next header out, once it is whole.
    fn next_header(&mut self, scene: Scene<'_>) -> Result<Option<Header>, Rule> {
        if core::mem::take(&mut self.receiving.lost) {
            return Err(Rule::Torn);
        }
        if !self.skip(scene) {
            return Ok(None);
        }
        loop {
            let (available, cut) = self.available();
            if available >= HEADER_BYTES {
                if let Some(header) = self.peek() {
                    self.receiving.seeking = false;
                    self.consume(HEADER_BYTES, None, scene.gates);
                    return Ok(Some(header));
                }
                self.seek(scene.gates);
                if !core::mem::replace(&mut self.receiving.seeking, true) {
                    return Err(Rule::Corrupted);
                }
            } else if let Some(why) = cut {
                self.consume(available, None, scene.gates);
                self.cuts.pop_front();
                self.receiving.seeking = false;
                return Err(why);
            } else if scene.holders == 0 {
                self.consume(available, None, scene.gates);
                let damaged = available > 0 && !self.receiving.seeking;
                return Err(if damaged { Rule::Torn } else { Rule::EndOfFile });
            } else {
                return Ok(None);
            }
        }
    }

    /// What the next bytes say, if they are a header.
    fn peek(&self) -> Option<Header> {
        let (front, back) = self.ring.as_slices();
        let bytes = if let Some(bytes) = front.first_chunk() {
            *bytes
        } else {
            let mut bytes = [0; HEADER_BYTES];
            bytes.iter_mut().zip(front.iter().chain(back)).for_each(|(to, from)| *to = *from);
            bytes
        };
        Header::from_bytes(bytes).filter(|header| header.length <= limits::MESSAGE_BYTES)
    }

    /// Drops bytes up to the next that a header could begin with.
    fn seek(&mut self, gates: &Gates) {
        let (available, _) = self.available();
        let bytes = self.ring.iter().take(available).skip(1);
        let after = bytes.take_while(|byte| !Header::may_begin_with(**byte)).count();
        self.consume((after + 1).min(available), None, gates);
    }

    /// Drops what is there of a message whose receiver is gone. Returns whether nothing of it is still to come.
    fn skip(&mut self, scene: Scene<'_>) -> bool {
        while self.receiving.skip > 0 {
            let (available, cut) = self.available();
            let skipped = available.min(self.receiving.skip as usize);
            self.consume(skipped, None, scene.gates);
            self.receiving.skip -= u32::try_from(skipped).unwrap_or(0);
            if self.receiving.skip == 0 {
                break;
            }
            if cut.is_some() {
                self.cuts.pop_front();
            } else if scene.holders > 0 {
                return false;
            }
            self.receiving.skip = 0;
        }
        true
    }
}
