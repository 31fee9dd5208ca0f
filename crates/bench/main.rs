//! Benchmarks of the engine beside its peers, in one module and one run. Each prints rows that `cargo xtask bench`
//! collects.
//!
//! The module is built twice: with unwinding, as the engine is, and without, for the peer that does not compile with it.
//! In each build both sides have the same flags.
#![cfg(all(target_arch = "wasm32", target_feature = "atomics"))]

#[cfg(panic = "unwind")]
mod conditions;
#[cfg(panic = "unwind")]
mod contest;
#[cfg(panic = "unwind")]
mod events;
#[cfg(panic = "unwind")]
mod locks;
#[cfg(panic = "unwind")]
mod pipes;
#[cfg(panic = "unwind")]
mod pool;
#[cfg(panic = "abort")]
mod pool_start;
#[cfg(panic = "unwind")]
mod processes;
#[cfg(panic = "unwind")]
mod queues;
mod row;
#[cfg(panic = "abort")]
mod spawning;
#[cfg(panic = "unwind")]
mod sync;
#[cfg(panic = "unwind")]
mod timers;
#[cfg(panic = "unwind")]
mod tracing;

use threadlab_harness::{Named, find};

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[cfg(panic = "unwind")]
static PROGRAMS: &[&[Named]] = &[
    locks::PROGRAMS,
    events::PROGRAMS,
    conditions::PROGRAMS,
    pipes::PROGRAMS,
    pool::PROGRAMS,
    processes::PROGRAMS,
    queues::PROGRAMS,
    sync::PROGRAMS,
    timers::PROGRAMS,
    tracing::PROGRAMS,
];
#[cfg(panic = "abort")]
static PROGRAMS: &[&[Named]] = &[pool_start::PROGRAMS, spawning::PROGRAMS];

threadlab_threads::engine!(|name: &str, arguments: &str| {
    let programs = PROGRAMS.iter().find(|programs| programs.iter().any(|(known, _)| *known == name));
    find(programs.copied().unwrap_or_default(), name, arguments)
});
