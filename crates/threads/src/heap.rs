//! The heap of a process on workers.
//!
//! It is that of std, Doug Lea's, behind a lock of our own: a process that is forked has to hold that lock while its
//! memory is copied, so that the copy's heap is whole, and std's lock can be reached by nobody.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::hint;
use core::sync::atomic::{AtomicU32, Ordering};
use dlmalloc::Dlmalloc;

struct Heap {
    held: AtomicU32,
    inside: UnsafeCell<Dlmalloc>,
}

// SAFETY: `inside` is reached by the one thread that holds the lock.
unsafe impl Sync for Heap {}

#[global_allocator]
static HEAP: Heap = Heap { held: AtomicU32::new(0), inside: UnsafeCell::new(Dlmalloc::new()) };

impl Heap {
    /// Runs `act` as the only thread. As std's, the lock only spins: a page's own thread comes here too and cannot
    /// sleep, and nobody holds it for long.
    #[inline]
    fn alone<R>(&self, act: impl FnOnce(&mut Dlmalloc) -> R) -> R {
        // Acquire: what the last holder did to the heap is seen.
        while self.held.swap(1, Ordering::Acquire) != 0 {
            hint::spin_loop();
        }
        // SAFETY: the exchange made this thread the only holder, and no way leads from `act` back here.
        let result = act(unsafe { &mut *self.inside.get() });
        // Release: the next holder sees what was done.
        self.held.store(0, Ordering::Release);
        result
    }
}

// SAFETY: each function hands on to the same one of an allocator that keeps the contract; one thread is in it at a time.
unsafe impl GlobalAlloc for Heap {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those that are asked for.
        self.alone(|heap| unsafe { heap.malloc(layout.size(), layout.align()) })
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        self.alone(|heap| unsafe { heap.calloc(layout.size(), layout.align()) })
    }

    #[inline]
    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: as above.
        self.alone(|heap| unsafe { heap.free(place, layout.size(), layout.align()) });
    }

    #[inline]
    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        self.alone(|heap| unsafe { heap.realloc(place, layout.size(), layout.align(), size) })
    }
}

/// Runs `act` while no thread can change the heap, and hands it the address of the word that says so: 1 now, 0 where
/// nobody holds the heap. `act` must not allocate, nor panic: it would wait for itself for ever.
pub fn hold<R>(act: impl FnOnce(usize) -> R) -> R {
    HEAP.alone(|_| act(HEAP.held.as_ptr().expose_provenance()))
}
