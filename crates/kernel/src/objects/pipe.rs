//! The ends of pipes. What is written at one end is read at the other. Each end is an object: its holders write into
//! the channel that it has, and read from that of the other end. The end of a one-way pipe that only reads has none.

use crate::ids::{Handle, Pid};
use crate::objects::channel::Channel;
use crate::table::Gates;

/// One end.
#[derive(Debug)]
pub(crate) struct End {
    /// What goes out here, with the handle of the end that it is read by.
    out: Option<(Channel, Handle)>,
}

impl End {
    /// An end that only reads.
    pub fn reading() -> Self {
        Self { out: None }
    }

    /// An end that writes to another.
    pub fn writing(channel: Channel, reader: Handle) -> Self {
        Self { out: Some((channel, reader)) }
    }

    /// The end that reads what is written here has become known.
    pub fn set_reader(&mut self, reader: Handle) {
        if let Some((_, known)) = &mut self.out {
            *known = reader;
        }
    }

    /// What its holders write into.
    pub fn outgoing(&mut self) -> Option<&mut Channel> {
        self.out.as_mut().map(|(channel, _)| channel)
    }

    /// What the holders of the end `reader` read from, if that is the other end.
    pub fn incoming_of(&mut self, reader: Handle) -> Option<&mut Channel> {
        self.out.as_mut().filter(|(_, known)| *known == reader).map(|(channel, _)| channel)
    }

    pub fn readers(&self) -> u128 {
        self.out.as_ref().map_or(0, |(channel, _)| channel.readers)
    }

    pub fn granted(&self) -> usize {
        self.out.as_ref().map_or(0, |(channel, _)| channel.capacity())
    }

    /// The process does not hold this end any more.
    pub fn holder_left(&mut self, pid: Pid, gates: &Gates) {
        if let Some((channel, _)) = &mut self.out {
            channel.writer_left(pid, gates);
        }
    }

    /// The process does not hold the other end any more.
    pub fn reader_left(&mut self, pid: Pid, gates: &Gates) {
        if let Some((channel, _)) = &mut self.out {
            channel.reader_left(pid, gates);
        }
    }

    /// The process has got the other end, if that is `reader`.
    pub fn reader_came(&mut self, reader: Handle, pid: Pid) {
        if let Some(channel) = self.incoming_of(reader) {
            channel.readers |= pid.bit();
        }
    }

    /// What one process can read, another can as well.
    pub fn inherit_reading(&mut self, parent: Pid, child: Pid) {
        if let Some((channel, _)) = &mut self.out
            && channel.readers & parent.bit() != 0
        {
            channel.readers |= child.bit();
        }
    }
}
