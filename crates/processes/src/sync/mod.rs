//! Objects by which threads of several processes wait for one another.
//!
//! They are used as those of [`threadlab_threads`] between the threads of one process, with two differences. They guard
//! no value, since no memory is common to those who use them: what they guard is a [`Value`](crate::Value), a queue or
//! whatever else the program means. And each operation has a [`Result`], since a process can end at any moment: who
//! waits for something that only the dead could give gets [`Rule::Abandoned`](crate::Rule::Abandoned).
//!
//! An object is made by one process and given to others as part of the argument that they are started with. Its clones
//! are the same object.

pub mod barrier;
pub mod condition;
pub mod event;
pub mod lock;
pub mod named;
mod permits;
pub mod rlock;
pub mod semaphore;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

pub use barrier::Barrier;
pub use condition::Condition;
pub use event::Event;
pub use lock::{Lock, LockGuard};
pub use named::NamedSemaphore;
pub use rlock::{RLock, RLockGuard};
pub use semaphore::{BoundedSemaphore, Permit, Semaphore};

pub(crate) use permits::Permits;
