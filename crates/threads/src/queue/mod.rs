//! Queues: threads put items in, others get them out, and wait for one another.
//!
//! | queue | what is got first | bounds | tasks |
//! |---|---|---|---|
//! | [`Queue`] | what was put first | optional | counted |
//! | [`LifoQueue`] | what was put last | optional | counted |
//! | [`PriorityQueue`] | the smallest; of equal ones, what was put first | optional | counted |
//! | [`SimpleQueue`] | what was put first | none | not counted |
//!
//! They mean what Python's `queue` module means. An item that cannot be put comes back in the error. Of the threads that
//! wait for an item or for room, any one may go on next, and one that comes later may be faster than all of them.

mod api;
mod blocks;
mod end;
mod error;
mod fifo;
mod gate;
mod heap;
mod identity;
mod lifo;
mod locked;
mod priority;
#[expect(clippy::module_inception, reason = "it has the type `Queue`")]
mod queue;
mod simple;
mod stores;
mod tasks;
#[cfg(all(test, not(loom)))]
mod tests;

pub use error::{GetError, PutError, TooManyDone, ZeroCapacity};
pub use lifo::LifoQueue;
pub use priority::PriorityQueue;
pub use queue::Queue;
pub use simple::SimpleQueue;
