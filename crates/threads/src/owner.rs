//! A number for the calling thread by which a lock knows its owner.
//!
//! Not the thread's id: natively there are threads that no process started, and a worker runs one thread after
//! another, each of which must be told from those before it.

use core::sync::atomic::{AtomicU32, Ordering};

/// Nobody.
pub(crate) const NOBODY: u32 = 0;

/// The last number given. Numbers come round after four thousand million threads.
static LAST: AtomicU32 = AtomicU32::new(NOBODY);

fn fresh() -> u32 {
    // Relaxed: the numbers need only differ.
    loop {
        let number = LAST.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        if number != NOBODY {
            return number;
        }
    }
}

#[cfg(not(loom))]
mod place {
    use super::NOBODY;
    use core::cell::Cell;

    thread_local! {
        static ME: Cell<u32> = const { Cell::new(NOBODY) };
    }

    /// The calling thread's number.
    #[inline]
    pub fn me() -> u32 {
        match ME.get() {
            NOBODY => {
                let number = super::fresh();
                ME.set(number);
                number
            }
            number => number,
        }
    }

    /// The worker runs another thread from now on; returns what makes it run the one before again.
    pub(crate) fn replace(number: u32) -> u32 {
        ME.replace(number)
    }
}

#[cfg(loom)]
mod place {
    loom::thread_local! {
        static ME: u32 = super::fresh();
    }

    /// The calling thread's number.
    pub fn me() -> u32 {
        ME.with(|number| *number)
    }
}

pub use place::me;
#[cfg(not(loom))]
pub(crate) use place::replace;
