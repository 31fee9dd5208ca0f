//! One end of a pipe between processes.

use threadlab_trace::ObjectId;

/// What a model knows of an end of a pipe beside its waiters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PipeEnd {
    other: Option<ObjectId>,
    sends: bool,
    receives: bool,
    outgoing: Channel,
    incoming: Channel,
}

/// One direction of a pipe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Channel {
    capacity: Option<u32>,
    fill: u32,
    messages: u64,
    sent: u64,
    received: u64,
}

impl PipeEnd {
    /// The other end, or `None` where the event that tells it was lost.
    pub fn other(&self) -> Option<ObjectId> {
        self.other
    }

    /// What goes out here, unless this end only receives.
    pub fn outgoing(&self) -> Option<&Channel> {
        self.sends.then_some(&self.outgoing)
    }

    /// What comes in here, unless this end only sends.
    pub fn incoming(&self) -> Option<&Channel> {
        self.receives.then_some(&self.incoming)
    }

    /// It is an end of a pipe whose other end is `other`; returns whether that fits.
    pub(crate) fn pair(&mut self, other: ObjectId, sends: bool, receives: bool) -> bool {
        let new = self.other.is_none();
        (self.other, self.sends, self.receives) = (Some(other), sends, receives);
        new
    }

    pub(crate) fn sized(&mut self, capacity: u32) -> bool {
        let new = self.outgoing.capacity.is_none();
        (self.outgoing.capacity, self.incoming.capacity) = (Some(capacity), Some(capacity));
        new
    }

    /// Both directions of the pipe, as this end has them: the outgoing and the incoming.
    pub(crate) fn channels(&mut self) -> (&mut Channel, &mut Channel) {
        (&mut self.outgoing, &mut self.incoming)
    }
}

impl Channel {
    /// How many bytes it holds at most, or `None` where that is not known.
    pub fn capacity(&self) -> Option<u32> {
        self.capacity
    }

    /// How many bytes are underway, with what frames the messages.
    pub fn fill(&self) -> u32 {
        self.fill
    }

    /// How many messages are wholly underway: they have been sent to their ends, and not received to theirs.
    pub fn messages(&self) -> u64 {
        self.messages
    }

    /// How many messages were sent in all.
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// How many messages were received in all.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Something was written, after which so many bytes were underway; returns whether that fits.
    pub(crate) fn send(&mut self, fill: u32, whole: bool) -> bool {
        let fits = fill >= self.fill;
        self.sent += u64::from(whole);
        self.messages += u64::from(whole);
        self.set_fill(fill) && fits
    }

    /// Something was read, or dropped, after which so many bytes were underway; returns whether that fits.
    pub(crate) fn receive(&mut self, fill: u32, whole: bool) -> bool {
        let fits = fill <= self.fill;
        self.received += u64::from(whole);
        self.messages = self.messages.saturating_sub(u64::from(whole));
        self.set_fill(fill) && fits
    }

    fn set_fill(&mut self, fill: u32) -> bool {
        self.fill = fill;
        if fill == 0 {
            // Those that were damaged are received by nobody.
            self.messages = 0;
        }
        self.capacity.is_none_or(|capacity| fill <= capacity)
    }
}
