//! Small programs for the memory orderings that the code relies on, each with the places that do.
//!
//! `loom_litmus.rs` runs them under every interleaving and every old value that the orderings allow, and shows that the
//! next weaker ordering would not do. `litmus/main.rs` runs them natively, many times, which finds what a compiler or a
//! processor makes of them beyond the model.
//!
//! Shared words come from one side of the facade or the other, so a program is written once.

pub mod exchanges;
pub mod passing;

#[cfg(not(loom))]
pub use native::{Arc, AtomicU32, Ordering, Slot, spawn};
#[cfg(loom)]
pub use under_loom::{Arc, AtomicU32, Ordering, Slot, spawn};

#[cfg(loom)]
mod under_loom {
    pub use loom::sync::Arc;
    pub use loom::sync::atomic::{AtomicU32, Ordering};
    pub use loom::thread::spawn;

    /// A place that one thread at a time may touch; loom fails the program where two do.
    pub struct Slot(loom::cell::UnsafeCell<u32>);

    // SAFETY: loom sees every access and stops the program before two meet.
    unsafe impl Sync for Slot {}

    impl Slot {
        pub fn new(value: u32) -> Self {
            Self(loom::cell::UnsafeCell::new(value))
        }

        pub fn get(&self) -> u32 {
            // SAFETY: as above.
            self.0.with(|place| unsafe { *place })
        }

        pub fn set(&self, value: u32) {
            // SAFETY: as above.
            self.0.with_mut(|place| unsafe { *place = value });
        }
    }
}

#[cfg(not(loom))]
mod native {
    pub use std::sync::Arc;
    pub use std::sync::atomic::{AtomicU32, Ordering};
    pub use std::thread::spawn;

    /// A place that one thread at a time may touch, with no more order than a plain variable has.
    pub struct Slot(AtomicU32);

    impl Slot {
        pub fn new(value: u32) -> Self {
            Self(AtomicU32::new(value))
        }

        pub fn get(&self) -> u32 {
            self.0.load(Ordering::Relaxed)
        }

        pub fn set(&self, value: u32) {
            self.0.store(value, Ordering::Relaxed);
        }
    }
}
