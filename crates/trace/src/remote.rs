//! A directory in another process's memory, which can be reached only by copying bytes: how the page reads it.
//!
//! Both sides are compiled for the same pointer width (wasm32 in the browser), so the layout of the `repr(C)`
//! structures here is the layout there.

use crate::merge::Directory;
use crate::reader::RingMemory;
use crate::record::{UNIT_BYTES, Unit};
use crate::recorder::Trace;
use crate::ring::{Chunk, Ring};
use core::mem::offset_of;

/// Memory that is shared with a running process. Addresses past its end read as zero and are not written.
pub trait SharedMemory {
    /// Loads a 32-bit word atomically, sequentially consistent. The address is a multiple of four.
    fn load(&self, address: usize) -> u32;
    /// Stores a 32-bit word atomically, sequentially consistent. The address is a multiple of four.
    fn store(&self, address: usize, value: u32);
    /// Copies bytes that nobody writes at the same time.
    fn copy(&self, address: usize, into: &mut [u8]);
}

/// Reads the [`Trace`] that lies at an address of another process's memory.
#[derive(Clone, Copy, Debug)]
pub struct RemoteDirectory<M> {
    memory: M,
    trace: usize,
}

impl<M: SharedMemory> RemoteDirectory<M> {
    /// The directory at the address that the process told.
    pub fn new(memory: M, trace: usize) -> Self {
        Self { memory, trace }
    }

    /// Tells the process how late it is, in milliseconds since its epoch, so that its threads need not read the clock
    /// for each event.
    pub fn set_tick(&self, millis: u32) {
        self.memory.store(self.trace + offset_of!(Trace, tick), millis);
    }

    fn pointer(&self, address: usize) -> usize {
        let mut bytes = [0; size_of::<usize>()];
        if bytes.len() == size_of::<u32>() {
            return self.memory.load(address) as usize;
        }
        // Only in native tests of this module: a pointer is two words there.
        self.memory.copy(address, &mut bytes);
        usize::from_ne_bytes(bytes)
    }
}

impl<M: SharedMemory> Directory for RemoteDirectory<M> {
    fn newest(&self) -> usize {
        self.pointer(self.trace + offset_of!(Trace, newest))
    }

    fn older(&self, ring: usize) -> usize {
        self.pointer(ring + offset_of!(Ring, older))
    }

    fn dropped(&self, ring: usize) -> u32 {
        self.memory.load(ring + offset_of!(Ring, dropped))
    }

    fn thread(&self, ring: usize) -> u32 {
        self.memory.load(ring + offset_of!(Ring, thread))
    }

    fn units(&self, ring: usize) -> impl RingMemory {
        RemoteRing { directory: self, ring }
    }
}

struct RemoteRing<'a, M> {
    directory: &'a RemoteDirectory<M>,
    ring: usize,
}

impl<M: SharedMemory> RingMemory for RemoteRing<'_, M> {
    fn first(&self) -> usize {
        self.directory.pointer(self.ring + offset_of!(Ring, first))
    }

    fn written(&self) -> u32 {
        self.directory.memory.load(self.ring + offset_of!(Ring, written))
    }

    fn set_left(&self, chunks: u32) {
        self.directory.memory.store(self.ring + offset_of!(Ring, left), chunks);
    }

    fn next(&self, chunk: usize) -> usize {
        self.directory.pointer(chunk + offset_of!(Chunk, next))
    }

    fn read(&self, chunk: usize, from: usize, into: &mut [Unit]) {
        const MOST: usize = 64;
        let mut bytes = [0; MOST * UNIT_BYTES];
        let mut address = chunk + offset_of!(Chunk, units) + from * UNIT_BYTES;
        for piece in into.chunks_mut(MOST) {
            let bytes = &mut bytes[..piece.len() * UNIT_BYTES];
            self.directory.memory.copy(address, bytes);
            for (unit, bytes) in piece.iter_mut().zip(bytes.as_chunks::<UNIT_BYTES>().0) {
                *unit = Unit::from_bytes(bytes);
            }
            address += bytes.len();
        }
    }
}
