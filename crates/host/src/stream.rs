//! The events that are recorded in one memory.

use crate::memory::View;
use js_sys::WebAssembly;
use threadlab_trace::{Event, Merge, RemoteDirectory};

/// A directory of events in a memory, and how far it has been read.
pub(crate) struct Stream {
    memory: WebAssembly::Memory,
    trace: usize,
    merge: Merge,
    lost: u64,
}

impl Stream {
    /// The directory at this address.
    pub(crate) fn new(memory: WebAssembly::Memory, trace: usize) -> Self {
        Self { memory, trace, merge: Merge::new(), lost: 0 }
    }

    pub(crate) fn memory(&self) -> &WebAssembly::Memory {
        &self.memory
    }

    /// Adds what has happened since the last time to `events`; `tick` is the time in milliseconds for events that tell
    /// none, `last` that nothing will happen any more.
    pub(crate) fn drain(&mut self, tick: u32, last: bool, events: &mut Vec<Event>) {
        let directory = RemoteDirectory::new(View::new(&self.memory), self.trace);
        directory.set_tick(tick);
        if last {
            self.merge.finish(&directory, events);
        } else {
            self.merge.drain(&directory, events);
        }
        self.lost = self.merge.dropped(&directory) + self.merge.garbage();
    }

    /// Whether all that had happened was read at the last time.
    pub(crate) fn is_complete(&self) -> bool {
        !self.merge.holds_back()
    }

    /// Events that were dropped, as of the last time.
    pub(crate) fn lost(&self) -> u64 {
        self.lost
    }
}
