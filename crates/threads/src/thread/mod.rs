//! Threads: made by [`spawn`] or a [`Builder`], awaited through a [`JoinHandle`] or a [`Thread`].
//!
//! A worker whose thread has ended parks and runs the next thread that is spawned, so that only the first use of a
//! worker pays for its making.

mod builder;
mod current;
mod error;
mod handle;
mod hook;
mod life;
mod local;
mod panics;
mod sleep;
mod timer;
mod workers;

pub use builder::{Builder, spawn, start_new_thread};
pub use current::{Thread, active_count, current, current_id, enumerate};
pub use error::{JoinError, StartError};
pub use handle::JoinHandle;
pub use hook::{ErrorHook, set_error_hook};
pub use local::Local;
pub use panics::Panic;
pub use sleep::{sleep, yield_now};
pub use timer::Timer;

pub(crate) use current::{process, run_main};
pub(crate) use hook::report;
pub(crate) use panics::catch;
pub(crate) use timer::Timers;
#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
pub(crate) use workers::Start;
pub(crate) use workers::Workers;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
