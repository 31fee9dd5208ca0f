//! The page's side of a process: starts it, relays its threads, drains its events, stops it.
//!
//! It knows nothing of what runs inside: it takes an [`Engine`] (a module of WebAssembly that speaks
//! [`threadlab_trace::protocol`]), a program's name and its arguments, and gives back events.
//!
//! A process is one fresh shared memory and the workers that live in it. The leader, its first worker, makes the
//! memory and runs the program; it may block, so the workers for further threads are made here, at its request.
//! Stopping ends all workers at once, in whatever state they are, and with the last of them the memory is given up.
#![cfg(target_arch = "wasm32")]

mod engine;
mod failure;
mod family;
mod frame_meter;
mod frames;
mod member;
mod memory;
mod messages;
mod numbered;
mod process;
mod stream;
mod supervisor;
mod support;
mod workers;

pub use engine::{Engine, LoadError};
pub use failure::{Failure, Outcome, StartError};
pub use process::{ChildNews, Notice, Options, Process};
pub use support::{Missing, support};
pub use workers::live_workers;
