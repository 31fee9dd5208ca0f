//! Objects by which threads wait for one another.

pub mod condition;
pub mod lock;
pub mod rlock;
pub mod word;
