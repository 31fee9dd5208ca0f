//! Queues between processes: items go in as bytes and come out as copies.
//!
//! | queue | bounds | tasks |
//! |---|---|---|
//! | [`Queue`] | optional | counted |
//! | [`SimpleQueue`] | none | not counted |
//!
//! Any number of threads of any number of processes can put and get. Each item is got once, and items that one thread
//! puts are got in that order. An item that could not be put comes back in the error.
//!
//! A queue can be left and shut down, which are two things. [`Queue::close`] leaves it: the calling process cannot use
//! it any more, and others go on. [`Queue::shutdown`] ends it for all: nothing can be put in any more, and who gets is
//! told once what is in it has been got.

mod error;
#[expect(clippy::module_inception, reason = "it has the type `Queue`")]
mod queue;
mod simple;
mod untyped;

pub use error::PutError;
pub use queue::Queue;
pub use simple::SimpleQueue;
