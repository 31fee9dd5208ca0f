//! Numbers in memory that processes share.
//!
//! A [`Value`] is one, an [`Array`] is a row of them. Each has a re-entrant lock, as Python's have: `get` and `set` take
//! it for a moment, so that they wait while somebody holds it for longer, and `update` reads and writes under it. The
//! `unlocked` ways do without: each of them is whole by itself, but what is read may be old by the time that it is
//! written back.

mod array;
mod block;
mod plain;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
mod value;

pub use array::Array;
pub use plain::Plain;
pub use value::Value;
