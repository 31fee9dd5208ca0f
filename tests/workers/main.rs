//! The engine on real workers in a headless browser. Each test runs a program of its own in a process of its own.
//!
//! Run by `cargo xtask test --only workers`.
#![cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
#![expect(clippy::needless_pass_by_value, reason = "a process's function takes its argument by value")]

mod caught_up;
mod failures;
mod kills;
mod lock_demos;
mod locks;
mod page_frames;
mod page_thread;
mod pipes;
mod pool_demos;
mod process_behaviours;
mod process_demos;
mod process_ends;
mod process_queues;
mod process_shared;
mod process_sync;
mod processes;
mod shared_events;
mod thread_demos;
mod threads;

use threadlab_harness::{Named, Run, find};
use threadlab_host::{Options, live_workers};

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

static PROGRAMS: &[&[Named]] = &[
    thread_demos::PROGRAMS,
    threads::PROGRAMS,
    lock_demos::PROGRAMS,
    locks::PROGRAMS,
    caught_up::PROGRAMS,
    failures::PROGRAMS,
    kills::PROGRAMS,
    processes::PROGRAMS,
    page_frames::PROGRAMS,
    pipes::PROGRAMS,
    pool_demos::PROGRAMS,
    process_behaviours::PROGRAMS,
    process_demos::PROGRAMS,
    process_ends::PROGRAMS,
    process_queues::PROGRAMS,
    process_shared::PROGRAMS,
    process_sync::PROGRAMS,
    shared_events::PROGRAMS,
];

threadlab_threads::engine!(|name: &str, arguments: &str| {
    let programs = PROGRAMS.iter().find(|programs| programs.iter().any(|(known, _)| *known == name));
    find(programs.copied().unwrap_or_default(), name, arguments)
});

/// Runs a program with the usual settings. Whatever happens in it, no worker is left and no event is lost.
async fn run(program: &str) -> Run {
    let run = threadlab_harness::run(program, "", Options::default()).await;
    assert_eq!((run.lost, live_workers()), (0, 0));
    run
}
