//! The kernel's rules, seen from the processes that use it.
#![cfg(not(loom))]

mod locks;
mod meetings;
mod pipes;
mod processes;
mod queues;
mod shared;
mod support;
