//! Executors: threads that run what is submitted to them, and futures by which one hears what it came to.
//!
//! As in Python's `concurrent.futures`: [`Executor::submit`] gives a [`Future`] at once, and the task runs when a worker
//! is free. Workers are started as tasks come, up to a number; one that is free is used before another is started.
//!
//! ```
//! use threadlab_threads::executor::{Executor, When, as_completed, wait};
//!
//! let executor = Executor::named("squares", 2)?;
//! let future = executor.submit(|| 6 * 7)?;
//! assert_eq!(future.result()?, 42);
//! assert_eq!(future.result()?, 42);
//!
//! let squares: Result<Vec<u32>, _> = executor.map(1..=4, |number| number * number)?.collect();
//! assert_eq!(squares?, [1, 4, 9, 16]);
//!
//! let futures = [executor.submit(|| 1)?, executor.submit(|| 2)?];
//! let waited = wait(&futures, When::FirstCompleted, None);
//! assert!(!waited.done.is_empty());
//! let sum: u32 = as_completed(&futures).map(|future| future.result().unwrap()).sum();
//! assert_eq!(sum, 3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

// `tasks` is where tasks wait for workers and workers for tasks; `completion` is a future's state, and `observer` what a
// thread waits on for several of them. These three know neither threads nor events, so that a model checker can run them.
#[cfg(loom)]
pub mod completion;
#[cfg(not(loom))]
mod completion;
#[cfg(loom)]
pub mod observer;
#[cfg(not(loom))]
mod observer;
#[cfg(loom)]
pub mod tasks;
#[cfg(not(loom))]
mod tasks;

#[cfg(not(loom))]
mod crew;
#[cfg(not(loom))]
mod error;
#[cfg(not(loom))]
mod future;
#[cfg(not(loom))]
mod handle;
#[cfg(not(loom))]
mod map;
#[cfg(not(loom))]
mod wait;

#[cfg(not(loom))]
pub use error::{FutureError, OwnWorker, Refusal, SubmitError, Unfinished, ZeroWorkers};
#[cfg(not(loom))]
pub use future::Future;
#[cfg(not(loom))]
pub use handle::Executor;
#[cfg(not(loom))]
pub use map::Map;
#[cfg(not(loom))]
pub use wait::{AsCompleted, AsCompletedTimeout, Waited, When, as_completed, as_completed_timeout, wait};

#[cfg(all(test, not(loom), not(target_arch = "wasm32")))]
mod tests;
