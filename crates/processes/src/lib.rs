//! Processes with a memory of their own, and what they share.
//!
//! A [`Process`] is started with a function and an argument. Its memory is its own: it begins fresh, or as a copy of its
//! parent's, as its [`StartMethod`] says, and nothing that one process does to its data is seen in another. What they do
//! share lives in the kernel, a memory that belongs to the whole run: objects of this crate are given to a process as
//! part of its argument.
//!
//! In native tests there are no further processes; what processes share can be used between threads.

mod channel;
mod client;
mod error;
mod reference;
mod wire;

#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
mod kernel_side;
#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
mod lead;

pub mod connection;
pub mod process;
pub mod queue;
pub mod shared;
pub mod sync;

/// What a process does at the good end of its program.
fn end_process() {
    process::wait_for_children();
    // Nobody else is left to use a name, or to take it off.
    #[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
    if client::is_first_process() {
        sync::named::unlink_leaked();
    }
}

pub use channel::RawConnection;
pub use connection::{Connection, named_one_way_pipe, named_pipe, one_way_pipe, pipe};
pub use error::Error;
pub use process::{Process, StartMethod};
pub use queue::{Queue, SimpleQueue};
pub use shared::{Array, Value};
pub use threadlab_kernel::Rule;
