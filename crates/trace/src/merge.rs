//! Many rings into one ordered stream.

use crate::reader::{Cursor, RingMemory};
use crate::{Event, ThreadId};
use std::collections::VecDeque;

/// A process's directory of rings, wherever its memory is. Rings go by their address; 0 is none.
pub trait Directory {
    /// The ring registered last.
    fn newest(&self) -> usize;
    /// The ring registered before this one.
    fn older(&self, ring: usize) -> usize;
    /// How many events the ring's thread dropped, wrapping.
    fn dropped(&self, ring: usize) -> u32;
    /// The thread that the ring recorded last.
    fn thread(&self, ring: usize) -> u32;
    /// Access to the ring's units.
    #[doc(hidden)]
    fn units(&self, ring: usize) -> impl RingMemory;
}

/// The farthest that an event's number may be ahead of the next one due, before it is taken for garbage: twice what the
/// budget holds.
const MAX_AHEAD: u64 = 1 << 21;

/// How many drains the stream waits for a number that is missing. A worker takes a number and publishes its event
/// within nanoseconds unless the system takes it off its core in between, for milliseconds; a worker that died in
/// between never publishes it.
const PATIENCE: u32 = 60;

/// Rings of a process that are known at most; more of them are garbage.
const MAX_RINGS: usize = 4096;

/// Puts the events of all rings of a process into their total order.
///
/// Events have consecutive numbers, so the order is restored by a window over the numbers: an event is handed on when
/// all before it have been. No sorting, and an event costs a few nanoseconds.
#[derive(Default)]
pub struct Merge {
    /// The rings, oldest first, each with its cursor.
    rings: Vec<(usize, Cursor)>,
    /// The number of the window's first place.
    base: u64,
    /// The events that came before an earlier one, at the place of their number.
    window: VecDeque<Option<Event>>,
    /// Drains in which the window's first place stayed empty while later ones did not.
    stalled: u32,
    garbage: u64,
    scratch: Vec<Event>,
}

impl Merge {
    /// A merge that has read nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads all rings and hands the events that are due to `sink`, in order. Events whose predecessors are not
    /// there yet wait for a later call. Never blocks. Returns how many events were handed on.
    pub fn drain(&mut self, directory: &impl Directory, sink: &mut Vec<Event>) -> usize {
        let before = sink.len();
        self.read(directory, sink);
        self.hand_on(sink);
        if self.window.is_empty() {
            self.stalled = 0;
        } else {
            self.stalled += 1;
            if self.stalled > PATIENCE {
                self.skip_gap();
                self.hand_on(sink);
            }
        }
        sink.len() - before
    }

    /// The last drain of a process whose workers have stopped: nothing is waited for any more.
    pub fn finish(&mut self, directory: &impl Directory, sink: &mut Vec<Event>) {
        self.read(directory, sink);
        while !self.window.is_empty() {
            self.hand_on(sink);
            self.skip_gap();
        }
    }

    /// How many events the process's threads dropped because the memory budget was used up, as of the last drain.
    pub fn dropped(&self, directory: &impl Directory) -> u64 {
        self.rings.iter().map(|(ring, _)| u64::from(directory.dropped(*ring))).sum()
    }

    /// Whether events are held back because an earlier one has not come.
    pub fn holds_back(&self) -> bool {
        !self.window.is_empty()
    }

    /// Records that could not be understood. More than zero means that the process's memory was overwritten.
    pub fn garbage(&self) -> u64 {
        self.garbage
    }

    /// The thread that the ring with this index (in the order of registration) recorded last.
    pub fn thread(&self, directory: &impl Directory, index: usize) -> Option<ThreadId> {
        self.rings.get(index).map(|(ring, _)| ThreadId(directory.thread(*ring)))
    }

    /// Takes in what the rings hold. An event whose place was given up already goes straight to `sink`.
    fn read(&mut self, directory: &impl Directory, sink: &mut Vec<Event>) {
        self.find_new_rings(directory);
        let Self { rings, base, window, garbage, scratch, .. } = self;
        for (ring, cursor) in rings {
            let memory = directory.units(*ring);
            cursor.drain(&memory, |seq, event| match event {
                Some(event) if seq < *base => scratch.push(event),
                Some(event) if seq - *base < MAX_AHEAD => {
                    let place = usize::try_from(seq - *base).unwrap_or(usize::MAX);
                    if place >= window.len() {
                        window.resize_with(place + 1, || None);
                    }
                    window[place] = Some(event);
                }
                _ => *garbage += 1,
            });
        }
        sink.append(scratch);
    }

    fn find_new_rings(&mut self, directory: &impl Directory) {
        let known = self.rings.last().map_or(0, |(ring, _)| *ring);
        let from = self.rings.len();
        let mut ring = directory.newest();
        while ring != known && ring != 0 && self.rings.len() < MAX_RINGS {
            self.rings.push((ring, Cursor::new(&directory.units(ring))));
            ring = directory.older(ring);
        }
        self.rings[from..].reverse();
    }

    fn hand_on(&mut self, sink: &mut Vec<Event>) {
        while let Some(Some(_)) = self.window.front() {
            sink.extend(self.window.pop_front().flatten());
            self.base += 1;
            self.stalled = 0;
        }
    }

    fn skip_gap(&mut self) {
        while let Some(None) = self.window.front() {
            self.window.pop_front();
            self.base += 1;
        }
        self.stalled = 0;
    }
}
