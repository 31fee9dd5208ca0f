//! The ring: a queue of units from one thread to the page, in the process's memory.
//!
//! It is a single-producer single-consumer queue over a linked list of chunks: the producer fills the last chunk and
//! links a new one behind it, the consumer follows, and chunks that the consumer has left are filled again. This is
//! the unbounded queue with a node cache that Dmitry Vyukov described, with chunks of units in the place of nodes.
//! Neither side ever waits for the other; one store publishes a whole event, text and all.
//!
//! The page reads a ring through a byte array, so its layout is fixed ([`Ring`] and [`Chunk`] are `repr(C)`) and told
//! to the reader by [`crate::remote`].

use crate::record::Unit;
use crate::sync::{AtomicPtr, AtomicU32, Ordering, UnsafeCell};
use core::ptr;

/// Units in a chunk. 512 units are 16 KiB: large enough that linking costs nothing, small enough for 64 idle threads.
#[cfg(not(loom))]
pub const CHUNK_UNITS: usize = 512;
/// Units in a chunk, as small as can be for model checking.
#[cfg(loom)]
pub const CHUNK_UNITS: usize = 2;

/// A piece of a ring.
#[repr(C)]
pub struct Chunk {
    pub(crate) next: AtomicPtr<Chunk>,
    pub(crate) units: [UnsafeCell<Unit>; CHUNK_UNITS],
}

impl Chunk {
    fn allocate() -> *mut Self {
        Box::into_raw(Box::new(Self {
            next: AtomicPtr::new(ptr::null_mut()),
            units: core::array::from_fn(|_| UnsafeCell::new(Unit::default())),
        }))
    }
}

/// The shared part of a ring. All counters wrap.
#[repr(C)]
pub struct Ring {
    /// The ring that was registered before this one. Written before the ring is published, never again.
    pub(crate) older: AtomicPtr<Ring>,
    /// The chunk in which reading begins.
    pub(crate) first: AtomicPtr<Chunk>,
    /// Units published by the producer.
    pub(crate) written: AtomicU32,
    /// Chunks that the consumer has left for good.
    pub(crate) left: AtomicU32,
    /// Events dropped because the budget was used up.
    pub(crate) dropped: AtomicU32,
    /// The thread that runs on this ring's worker now, so that a worker that dies can be told by its thread.
    pub(crate) thread: AtomicU32,
}

impl Ring {
    pub(crate) fn new() -> Self {
        Self {
            older: AtomicPtr::new(ptr::null_mut()),
            first: AtomicPtr::new(Chunk::allocate()),
            written: AtomicU32::new(0),
            left: AtomicU32::new(0),
            dropped: AtomicU32::new(0),
            thread: AtomicU32::new(0),
        }
    }
}

/// How many chunks a process may still allocate.
pub(crate) struct Budget {
    chunks: AtomicU32,
}

impl Budget {
    pub(crate) fn new(chunks: u32) -> Self {
        Self { chunks: AtomicU32::new(chunks) }
    }

    /// Takes one chunk, leaving at least `reserve`.
    fn take(&self, reserve: u32) -> bool {
        self.chunks
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| (left > reserve).then(|| left - 1))
            .is_ok()
    }
}

/// The producer's end of a ring. There is one for each ring; it is not shared.
pub(crate) struct Writer<'a> {
    ring: &'a Ring,
    /// The chunk being filled and how many of its units are.
    tail: *mut Chunk,
    filled: usize,
    /// The oldest chunk of the list, which is refilled first once the consumer has left it.
    oldest: *mut Chunk,
    /// Chunks taken back after the consumer left them.
    reclaimed: u32,
    /// Units written, published or not.
    written: u32,
    /// Chunks filled to the end.
    passed: u32,
    /// Chunks in the list.
    chunks: u32,
}

/// Chunks that a ring has whatever the budget says. The reader leaves a chunk only for the next one, so with a single
/// chunk, once full, there would never be room again.
const OWN_CHUNKS: u32 = 2;

// SAFETY: the raw pointers lead to chunks that only this writer links and fills; the parts that it shares with the
// reader are atomics. Nothing in it is tied to the thread that made it.
unsafe impl Send for Writer<'_> {}

impl<'a> Writer<'a> {
    /// The writer of a new ring.
    pub(crate) fn new(ring: &'a Ring) -> Self {
        let first = ring.first.load(Ordering::Relaxed);
        Self { ring, tail: first, filled: 0, oldest: first, reclaimed: 0, written: 0, passed: 0, chunks: 1 }
    }

    /// Makes sure that `count` more units can be pushed. Returns false, and changes nothing that the reader could
    /// see, when `budget` has no more than `reserve` chunks left.
    #[inline]
    pub(crate) fn has_room(&mut self, count: usize, budget: &Budget, reserve: u32) -> bool {
        self.filled + count <= CHUNK_UNITS || self.make_room(count, budget, reserve)
    }

    /// Writes a unit for which [`Self::has_room`] has found room. The reader sees it after [`Self::publish`].
    #[inline]
    pub(crate) fn push(&mut self, unit: Unit) {
        if self.filled == CHUNK_UNITS {
            self.step();
        }
        // SAFETY: `tail` is a chunk of this ring, allocated and never freed while the ring lives.
        let chunk = unsafe { &*self.tail };
        // SAFETY: the unit lies past what `written` publishes, so the reader does not touch it; and a chunk that is
        // being refilled was left by the reader before it was linked again.
        chunk.units[self.filled].with_mut(|slot| unsafe { slot.write(unit) });
        self.filled += 1;
        self.written = self.written.wrapping_add(1);
    }

    /// Shows the reader all units pushed so far.
    #[inline]
    pub(crate) fn publish(&self) {
        // Release: a reader that sees the count sees the units, and the links between chunks, too.
        self.ring.written.store(self.written, Ordering::Release);
    }

    /// How far the reader is behind, in chunks that it has not left yet.
    #[inline]
    pub(crate) fn backlog_chunks(&self) -> u32 {
        self.passed.wrapping_sub(self.ring.left.load(Ordering::Relaxed))
    }

    /// Links chunks behind the tail until `count` more units fit.
    #[cold]
    fn make_room(&mut self, count: usize, budget: &Budget, reserve: u32) -> bool {
        let mut room = CHUNK_UNITS - self.filled;
        let mut last = self.tail;
        while room < count {
            // SAFETY: every chunk of the list lives as long as the ring.
            let next = unsafe { &(*last).next };
            let linked = next.load(Ordering::Relaxed);
            last = if linked.is_null() {
                let Some(chunk) = self.spare(budget, reserve) else { return false };
                // Relaxed: the reader follows the link only after it saw the `written` that is stored later.
                next.store(chunk, Ordering::Relaxed);
                chunk
            } else {
                linked // from an attempt that found room for a part only
            };
            room += CHUNK_UNITS;
        }
        true
    }

    /// A chunk that nobody uses: the oldest one if the reader has left it, else a new one if the budget allows.
    fn spare(&mut self, budget: &Budget, reserve: u32) -> Option<*mut Chunk> {
        // Acquire: the reader's last look at the chunk happens before it is filled again.
        if self.ring.left.load(Ordering::Acquire) != self.reclaimed {
            let chunk = self.oldest;
            // SAFETY: as above; the reader has left this chunk, so it no longer reads its link.
            let next = unsafe { &(*chunk).next };
            self.oldest = next.load(Ordering::Relaxed);
            next.store(ptr::null_mut(), Ordering::Relaxed);
            self.reclaimed = self.reclaimed.wrapping_add(1);
            return Some(chunk);
        }
        let allowed = self.chunks < OWN_CHUNKS || budget.take(reserve);
        allowed.then(|| {
            self.chunks += 1;
            Chunk::allocate()
        })
    }

    fn step(&mut self) {
        // SAFETY: `tail` is a chunk of this ring.
        let next = unsafe { (*self.tail).next.load(Ordering::Relaxed) };
        assert!(!next.is_null(), "a unit was pushed without room for it");
        self.tail = next;
        self.filled = 0;
        self.passed = self.passed.wrapping_add(1);
    }
}
