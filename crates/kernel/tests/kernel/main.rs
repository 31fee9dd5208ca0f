//! The kernel's rules, seen from the processes that use it.
#![cfg(not(loom))]

mod events;
mod killing;
mod locks;
mod meetings;
mod pipes;
mod processes;
mod properties;
mod queues;
mod shared;
mod support;
