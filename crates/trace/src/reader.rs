//! The consumer's end of a ring, and the two ways of reaching a ring's memory.

use crate::Event;
use crate::record::{Header, UNIT_BYTES, Unit};
use crate::ring::{CHUNK_UNITS, Chunk, Ring};
use crate::sync::Ordering;

/// Access to a ring, wherever its memory is. Chunks go by their address; the ring's counters wrap.
pub trait RingMemory {
    /// The chunk in which reading begins.
    fn first(&self) -> usize;
    /// Units published so far. Everything written before the count was stored can be read afterwards.
    fn written(&self) -> u32;
    /// Tells the producer how many chunks have been left for good. All reading of them comes before.
    fn set_left(&self, chunks: u32);
    /// The chunk behind this one, which has been published.
    fn next(&self, chunk: usize) -> usize;
    /// Copies published units of one chunk, beginning at `from`.
    fn read(&self, chunk: usize, from: usize, into: &mut [Unit]);
}

/// Reads the events of one ring, in order. Never waits.
#[derive(Debug)]
pub(crate) struct Cursor {
    chunk: usize,
    index: usize,
    read: u32,
    left: u32,
    /// Units of an event whose text is not complete yet cannot occur: events are published whole. A header that
    /// claims more text than was published is garbage and ends the reading of what is published.
    text: Vec<u8>,
}

impl Cursor {
    pub(crate) fn new(memory: &impl RingMemory) -> Self {
        Self { chunk: memory.first(), index: 0, read: 0, left: 0, text: Vec::new() }
    }

    /// Hands every published event to `sink`; `None` stands for a record that could not be understood.
    /// Returns how many units were read.
    pub(crate) fn drain(
        &mut self,
        memory: &impl RingMemory,
        mut sink: impl FnMut(u64, Option<Event>),
    ) -> u32 {
        let mut published = memory.written().wrapping_sub(self.read);
        let total = published;
        let mut buffer = [Unit::default(); 64];
        while published > 0 {
            let count = self.fill(memory, published, &mut buffer);
            let mut at = 0;
            while at < count {
                let header = Header::unpack(buffer[at]);
                at += 1;
                let bytes = header.text_bytes();
                if bytes == 0 {
                    sink(header.seq, header.event(&[]));
                    continue;
                }
                self.text.clear();
                let mut wanted = bytes.div_ceil(UNIT_BYTES);
                let here = wanted.min(count - at);
                for unit in &buffer[at..at + here] {
                    self.text.extend_from_slice(&unit.to_bytes());
                }
                at += here;
                wanted -= here;
                // The rest of a text that goes past the buffer is fetched straight behind it.
                let mut rest = published - u32::try_from(count).unwrap_or(u32::MAX);
                while wanted > 0 && rest > 0 {
                    let mut piece = [Unit::default(); 64];
                    let limit = u32::try_from(wanted).unwrap_or(u32::MAX).min(rest);
                    let got = self.fill(memory, limit, &mut piece);
                    for unit in &piece[..got] {
                        self.text.extend_from_slice(&unit.to_bytes());
                    }
                    wanted -= got;
                    rest -= u32::try_from(got).unwrap_or(rest);
                    published -= u32::try_from(got).unwrap_or(published);
                }
                self.text.truncate(bytes);
                sink(header.seq, if wanted == 0 { header.event(&self.text) } else { None });
            }
            published -= u32::try_from(count).unwrap_or(published);
        }
        total
    }

    /// Reads up to `limit` units of the current chunk, moving to the next chunk first where this one is at its end.
    fn fill(&mut self, memory: &impl RingMemory, limit: u32, into: &mut [Unit]) -> usize {
        if self.index == CHUNK_UNITS {
            self.chunk = memory.next(self.chunk);
            self.index = 0;
            self.left = self.left.wrapping_add(1);
            // Told at once: the producer may be waiting for room.
            memory.set_left(self.left);
        }
        let count = into.len().min(limit as usize).min(CHUNK_UNITS - self.index);
        memory.read(self.chunk, self.index, &mut into[..count]);
        self.index += count;
        self.read = self.read.wrapping_add(u32::try_from(count).unwrap_or(0));
        count
    }
}

/// A ring in this program's own memory: for native runs and for model checking.
pub(crate) struct LocalRing<'a>(pub &'a Ring);

impl LocalRing<'_> {
    fn chunk<'c>(address: usize) -> &'c Chunk {
        // SAFETY: the addresses come from `first` and `next` of a live ring, whose chunks live as long as it does.
        unsafe { &*core::ptr::with_exposed_provenance::<Chunk>(address) }
    }
}

impl RingMemory for LocalRing<'_> {
    fn first(&self) -> usize {
        self.0.first.load(Ordering::Relaxed).expose_provenance()
    }

    fn written(&self) -> u32 {
        self.0.written.load(Ordering::Acquire)
    }

    fn set_left(&self, chunks: u32) {
        // Release: what was read of the chunks was read before the producer sees that they are free.
        self.0.left.store(chunks, Ordering::Release);
    }

    fn next(&self, chunk: usize) -> usize {
        Self::chunk(chunk).next.load(Ordering::Relaxed).expose_provenance()
    }

    fn read(&self, chunk: usize, from: usize, into: &mut [Unit]) {
        for (cell, unit) in Self::chunk(chunk).units[from..].iter().zip(into) {
            // SAFETY: the cursor reads only units that `written` has published, and the producer does not write to
            // those again before `set_left` has passed their chunk.
            *unit = cell.with(|slot| unsafe { slot.read() });
        }
    }
}
