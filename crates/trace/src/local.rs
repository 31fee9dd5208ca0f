//! A directory in this program's own memory: for native runs and for model checking.

use crate::merge::Directory;
use crate::reader::{LocalRing, RingMemory};
use crate::recorder::Trace;
use crate::ring::Ring;
use crate::sync::Ordering;

/// Reads a [`Trace`] of this program.
#[derive(Clone, Copy)]
pub struct LocalDirectory(pub &'static Trace);

impl LocalDirectory {
    fn ring(address: usize) -> &'static Ring {
        // SAFETY: the address comes from `newest` or `older` of a trace that lives for ever, as its rings do.
        unsafe { &*core::ptr::with_exposed_provenance::<Ring>(address) }
    }
}

impl Directory for LocalDirectory {
    fn newest(&self) -> usize {
        // Acquire: pairs with the registration, so that the ring is complete.
        self.0.newest.load(Ordering::Acquire).expose_provenance()
    }

    fn older(&self, ring: usize) -> usize {
        Self::ring(ring).older.load(Ordering::Relaxed).expose_provenance()
    }

    fn dropped(&self, ring: usize) -> u32 {
        Self::ring(ring).dropped.load(Ordering::Relaxed)
    }

    fn thread(&self, ring: usize) -> u32 {
        Self::ring(ring).thread.load(Ordering::Relaxed)
    }

    fn units(&self, ring: usize) -> impl RingMemory {
        LocalRing(Self::ring(ring))
    }
}
