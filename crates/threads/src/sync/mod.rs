//! Objects by which threads wait for one another.

pub mod lock;
pub(crate) mod word;
