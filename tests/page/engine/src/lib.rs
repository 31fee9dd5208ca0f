//! An engine whose programs go wrong. The page knows programs by the names of its demos only, so they have those
//! names; which of its programs a demo runs is chosen by the number of threads that a person asks for.
#![cfg(all(target_arch = "wasm32", target_feature = "atomics"))]

use std::hint::black_box;
use std::sync::{Arc, Barrier};
use threadlab_threads::process::Program;
use threadlab_threads::thread::{self, JoinHandle};
use threadlab_threads::{lock, say};

threadlab_threads::engine!(find);

/// A program by the number of threads among the arguments.
fn find(_demo: &str, arguments: &str) -> Result<Program, String> {
    let threads = arguments.split('&').find_map(|pair| pair.strip_prefix("threads="));
    let program: fn() -> Result<String, String> = match threads {
        Some("1") => good,
        Some("2") => endless_loop,
        Some("3") => deadlock,
        Some("4") => panic,
        Some("5") => overflow,
        Some("6") => panic_in_main,
        other => return Err(format!("there is no program {other:?}")),
    };
    Ok(Box::new(program))
}

/// Comes to its end.
#[expect(clippy::unnecessary_wraps, reason = "as all programs here")]
fn good() -> Result<String, String> {
    Ok("good".to_owned())
}

/// Two threads that never come back to anything that could be interrupted.
fn endless_loop() -> Result<String, String> {
    let other: JoinHandle<()> = thread::spawn(spin);
    say!("spinning");
    spin();
    other.join().map_err(|error| error.to_string())?;
    Ok(String::new())
}

fn spin() {
    loop {
        black_box(0);
    }
}

/// Two threads, each of which holds what the other waits for.
fn deadlock() -> Result<String, String> {
    let shared = Arc::new((lock::named("left", ()), lock::named("right", ()), Barrier::new(2)));
    let mut threads = Vec::new();
    for number in 1..=2 {
        let shared = Arc::clone(&shared);
        threads.push(thread::spawn(move || {
            let (left, right, met) = &*shared;
            let (first, second) = if number == 1 { (left, right) } else { (right, left) };
            let _first = first.lock();
            met.wait();
            let _second = second.lock();
        }));
    }
    for thread in threads {
        thread.join().map_err(|error| error.to_string())?;
    }
    Ok(String::new())
}

/// A thread that panics, and a joiner that makes the best of it.
fn panic() -> Result<String, String> {
    let clumsy: JoinHandle<()> = thread::spawn(|| panic!("dropped it"));
    match clumsy.join() {
        Ok(()) => Err("it did not panic".to_owned()),
        Err(error) => Ok(format!("it was noticed: {error}")),
    }
}

fn panic_in_main() -> Result<String, String> {
    panic!("no luck")
}

fn overflow() -> Result<String, String> {
    let deep: JoinHandle<u64> = thread::spawn(|| recurse(black_box(0)));
    deep.join().map(|depth| depth.to_string()).map_err(|error| error.to_string())
}

#[expect(unconditional_recursion, reason = "the stack is meant to overflow")]
fn recurse(depth: u64) -> u64 {
    black_box(recurse(black_box(depth + 1))) + 1
}
