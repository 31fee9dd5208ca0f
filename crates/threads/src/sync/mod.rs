//! Objects by which threads wait for one another.

pub mod barrier;
pub mod condition;
pub mod event;
pub mod lock;
pub mod once;
pub mod rlock;
pub mod rwlock;
pub mod semaphore;
#[cfg(all(test, not(loom), not(target_arch = "wasm32")))]
mod testing;
pub mod word;
