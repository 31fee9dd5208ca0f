//! Threads on shared-memory atomics: Web Workers in the browser, the system's threads in native tests.
//!
//! Everything that a thread does here is traced: the events of [`threadlab_trace`] tell the page who runs, who waits
//! for whom and who holds what. A thread outside a traced process records nothing and pays one load for asking.
//!
//! ```
//! use std::sync::Arc;
//! use threadlab_threads::{Lock, thread};
//!
//! let total = Arc::new(Lock::new(0));
//! let adders: Vec<_> = (0..4)
//!     .map(|_| {
//!         let total = Arc::clone(&total);
//!         thread::spawn(move || *total.lock() += 1)
//!     })
//!     .collect();
//! for adder in adders {
//!     adder.join().unwrap();
//! }
//! assert_eq!(*total.lock(), 4);
//! ```
//!
//! From the floor up: [`futex`] is the only place that blocks; what is in [`sync`] stands on it; [`thread`] on both;
//! [`process`] runs a program with all of its threads.
#![cfg_attr(all(target_arch = "wasm32", target_feature = "atomics"), feature(stdarch_wasm_atomic_wait))]
#![cfg_attr(
    all(target_arch = "wasm32", not(target_feature = "atomics")),
    expect(
        dead_code,
        reason = "a page links this crate for what demos say of themselves, and runs no process"
    )
)]

#[cfg(loom)]
#[path = "thread/timer/agenda.rs"]
pub mod agenda;
mod atomic;
pub mod clock;
pub mod cores;
pub mod executor;
pub mod futex;
#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
pub mod heap;
mod object;
#[cfg(not(loom))]
pub mod output;
pub mod owner;
#[cfg(not(loom))]
pub mod page;
#[cfg(not(loom))]
pub mod pool;
#[cfg(not(loom))]
pub mod process;
#[cfg(not(loom))]
mod program_clock;
pub mod queue;
mod recording;
pub mod spin;
#[cfg(not(loom))]
pub mod stack;
pub mod sync;
#[cfg(not(loom))]
pub mod thread;
#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
pub mod worker;

#[cfg(not(loom))]
pub use pool::Pool;
pub use queue::{LifoQueue, PriorityQueue, Queue, SimpleQueue};
pub use recording::{record, untraced};
pub use sync::barrier::Barrier;
pub use sync::condition::Condition;
pub use sync::event::Event;
pub use sync::lock::{self, Lock, LockGuard};
pub use sync::once::{Lazy, Once};
pub use sync::rlock::RLock;
pub use sync::rwlock::{self, RwLock, RwLockReadGuard, RwLockWriteGuard};
pub use sync::semaphore::{BoundedSemaphore, Semaphore};
