//! The end of a worker's stack.
//!
//! Stacks lie in the process's memory without a guard page: one that grows too long overwrites what lies below it.
//! The main thread's stack lies at the memory's beginning, so there the browser notices. For the others a mark near
//! the end of the stack is looked at whenever the thread passes here anyway; once it is gone, the memory cannot be
//! trusted any more and the process ends.

/// The size of a worker's stack, in bytes. The page gives it to each worker.
pub const STACK_BYTES: usize = 2 << 20;

#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
mod worker {
    use super::STACK_BYTES;
    use core::cell::Cell;
    use core::ptr;

    /// What is left of the stack above the mark, at most, when it is set: the frames between the worker's start and
    /// [`mark_end`].
    const FIRST_FRAMES: usize = 64 << 10;
    const MARK: [u64; 8] = [0x5AFE_57AC_C0DE_D00D; 8];

    thread_local! {
        static END: Cell<*mut [u64; 8]> = const { Cell::new(ptr::null_mut()) };
    }

    /// Sets the mark near the end of the calling worker's stack.
    pub(crate) fn mark_end() {
        let local = 0_u8;
        let here = ptr::from_ref(&local).expose_provenance();
        let end = (here - STACK_BYTES + FIRST_FRAMES).next_multiple_of(align_of_val(&MARK));
        let end = ptr::with_exposed_provenance_mut::<[u64; 8]>(end);
        // SAFETY: the worker's stack is one allocation of STACK_BYTES that ends at most FIRST_FRAMES above this
        // frame, so the mark lies inside it, far below all frames that there are.
        unsafe { end.write_volatile(MARK) };
        END.set(end);
    }

    /// Ends the process if the calling thread's stack has grown past its end.
    pub(crate) fn check() {
        let end = END.get();
        // SAFETY: the mark lies inside this worker's stack, as above.
        if !end.is_null() && unsafe { end.read_volatile() } != MARK {
            crate::worker::die("the thread's stack overflowed: it is 2 MiB, and calls went deeper");
        }
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
pub(crate) use worker::{check, mark_end};

/// Native stacks have a guard page.
#[cfg(not(all(target_arch = "wasm32", target_feature = "atomics")))]
pub(crate) fn check() {}
