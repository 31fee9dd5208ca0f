//! Threads: made by [`spawn`] or a [`Builder`], awaited through a [`JoinHandle`].
//!
//! A worker whose thread has ended parks and runs the next thread that is spawned, so that only the first use of a
//! worker pays for its making.

mod current;
mod handle;
mod panics;
mod sleep;
mod workers;

pub use current::{Thread, current};
pub use handle::{Builder, JoinError, JoinHandle, JoinTimeoutError, SpawnError, spawn};
pub use panics::Panic;
pub use sleep::{sleep, yield_now};

#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
pub(crate) use current::id;
pub(crate) use current::run_main;
#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
pub(crate) use workers::Start;
pub(crate) use workers::Workers;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
