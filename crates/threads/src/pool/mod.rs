//! Pools: a fixed number of workers that run tasks, each on the next worker that is free.
//!
//! A [`Pool`] means what Python's `multiprocessing.Pool` means, with threads of this process as its workers. What is
//! given to it is cut into tasks; a task is what a worker takes at once: one call of [`Pool::apply`], or a chunk of
//! the items of a [`Pool::map`]. Tasks begin in the order of their coming, and a worker is on its task until that
//! ends, even where it sleeps or waits for a lock: a pool of n runs n tasks at a time.
//!
//! The workers belong to a [`rayon::ThreadPool`], so the same pool also runs rayon's parallel iterators: inside
//! [`Pool::install`], and everywhere when it is made by [`make_global`]. [`Traced::traced`] makes their pieces visible
//! as tasks.
//!
//! A panic is the error of its task, and no harm to the worker. A worker of a pool cannot wait for a result of the same
//! pool without a timeout: if all workers did, none would be left to run what they wait for, so that is an error.
//!
//! ```
//! use threadlab_threads::Pool;
//!
//! let pool = Pool::new(4)?;
//! assert_eq!(pool.map(0..5, |x| x * x)?, [0, 1, 4, 9, 16]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod buffer;
mod chunk;
mod error;
mod identity;
mod imap;
mod line;
mod map;
mod parallel;
#[expect(clippy::module_inception, reason = "it has the type `Pool`")]
mod pool;
mod result;
mod starmap;
mod watched;
mod workers;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

pub use error::{JoinError, NewPoolError, NotReady, RefusalReason, Refused, ResultError, TaskError};
pub use imap::Imap;
pub use parallel::{Traced, TracedPieces, make_global};
pub use pool::Pool;
pub use result::{AsyncResult, Callbacks};
pub use starmap::Unpack;
