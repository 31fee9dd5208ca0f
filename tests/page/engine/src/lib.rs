//! An engine whose programs go wrong. The page knows programs by the names of its demos only, so they have those
//! names; which of its programs a demo runs is chosen by the number of threads that a person asks for.
#![cfg(all(target_arch = "wasm32", target_feature = "atomics"))]

mod objects;
mod pools;
mod processes;
mod shared;

use std::hint::black_box;
use std::sync::{Arc, Barrier};
use std::time::Duration;
use threadlab_threads::lock::RawLock;
use threadlab_threads::process::Program;
use threadlab_threads::thread::{self, JoinHandle};
use threadlab_threads::{Queue, lock, output, say};

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
        Some("7") => lone_getter,
        Some("8") => late_release,
        Some("9") => objects::all,
        Some("10") => crowd,
        Some("11") => objects::busy,
        Some("12") => pools::all,
        Some("13") => pools::busy,
        Some("14") => pools::exhausted,
        Some("15") => processes::all,
        Some("16") => processes::staying,
        Some("17") => processes::left_behind,
        Some("18") => ticking,
        Some("19") => shared::staying,
        Some("20") => shared::deadlock,
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

/// A thread that waits for an item which nobody will put, and another that has nothing to do with it.
fn lone_getter() -> Result<String, String> {
    let other: JoinHandle<()> = thread::spawn(|| say!("nothing to do"));
    other.join().map_err(|error| error.to_string())?;
    let getter = thread::spawn(|| Queue::<u32>::named("jobs").get().is_ok());
    getter.join().map(|got| got.to_string()).map_err(|error| error.to_string())
}

/// Two threads wait for a lock that a third one, which sleeps, will release for the main thread.
fn late_release() -> Result<String, String> {
    let gate = Arc::new(RawLock::named("gate"));
    gate.acquire();
    let waiting = (0..2).map(|_| {
        let gate = Arc::clone(&gate);
        thread::spawn(move || {
            gate.acquire();
            gate.release().is_ok()
        })
    });
    let waiting: Vec<_> = waiting.collect();
    thread::sleep(Duration::from_secs(2));
    let opener = Arc::clone(&gate);
    let opener = thread::spawn(move || {
        thread::sleep(Duration::from_secs(1));
        opener.release().is_ok()
    });
    for thread in waiting.into_iter().chain([opener]) {
        thread.join().map_err(|error| error.to_string())?;
    }
    Ok("opened".to_owned())
}

/// Many threads at a barrier that waits for one more.
fn crowd() -> Result<String, String> {
    let phase = Arc::new(threadlab_threads::Barrier::named("phase", 13).map_err(|error| error.to_string())?);
    for number in 0..12 {
        let phase = Arc::clone(&phase);
        let name = format!("a thread with a rather long name, number {number}");
        let thread = thread::Builder::new().name(name).spawn(move || phase.wait().is_ok());
        thread.map_err(|error| error.to_string())?;
    }
    Ok(String::new())
}

/// As many threads as a process is expected to hold, each of which prints ten times a second for ever.
fn ticking() -> Result<String, String> {
    const TICKS: u32 = 100;
    let ticker = |_| {
        thread::spawn(|| {
            for tick in (1..=TICKS).cycle() {
                thread::sleep(Duration::from_millis(100));
                say!("tick {tick}");
                output::progress(tick, TICKS);
            }
        })
    };
    let tickers: Vec<JoinHandle<()>> = (0..64).map(ticker).collect();
    for ticker in tickers {
        ticker.join().map_err(|error| error.to_string())?;
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
