//! Processes: their memory, their ends, and how they are started.

use crate::run;
use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;
use std::sync::Arc;
use threadlab_harness::Named;
use threadlab_host::Outcome;
use threadlab_processes::process::{ExitCode, active_children, current_pid, exit, fork, forkserver, spawn};
use threadlab_processes::{Error, Process, Rule, StartMethod, sync};
use threadlab_threads::lock::RawLock;
use threadlab_threads::thread::{self, sleep};
use threadlab_threads::{Event, Lock, say};
use wasm_bindgen_test::wasm_bindgen_test;

/// What a child sees of its parent's memory.
static CHANGED: AtomicU32 = AtomicU32::new(1);

fn text(error: Error) -> String {
    error.to_string()
}

fn show_static(name: String) -> ExitCode {
    let seen = CHANGED.swap(99, Ordering::Relaxed);
    say!("{name} sees {seen}");
    ExitCode(i32::try_from(seen).unwrap_or(-1))
}

fn by_all(start: fn(StartMethod) -> Process) -> Result<String, String> {
    let mut codes = Vec::new();
    for method in [StartMethod::Spawn, StartMethod::Fork, StartMethod::ForkServer] {
        CHANGED.store(5, Ordering::Relaxed);
        let child = start(method);
        child.start().map_err(text)?;
        codes.push(child.join().map_err(text)?);
        if CHANGED.load(Ordering::Relaxed) != 5 {
            return Err("a child changed its parent's memory".into());
        }
    }
    Ok(format!("{codes:?}"))
}

pub static PROGRAMS: &[Named] = &[
    ("statics by each method", |_| {
        by_all(|method| Process::by(method, show_static, format!("a process by {method}")))
    }),
    ("a forked closure", |_| {
        let words = ["seen".to_owned(), "in the copy".to_owned()];
        let child = Process::forking(move || say!("{}", words.join(" ")));
        child.start().map_err(text)?;
        Ok(child.join().map_err(text)?.to_string())
    }),
    ("exit codes", |_| {
        fn end(how: u32) -> Result<ExitCode, String> {
            match how {
                0 => Ok(ExitCode(0)),
                1 => exit(8),
                2 => Err("it did not work".into()),
                3 => panic!("no luck"),
                _ => core::arch::wasm32::unreachable(),
            }
        }
        let mut codes = Vec::new();
        for how in 0..5 {
            let child = spawn(end, how);
            child.start().map_err(text)?;
            codes.push(child.join().map_err(text)?);
        }
        Ok(format!("{codes:?}"))
    }),
    ("a life", |_| {
        let end = sync::Event::new().map_err(text)?;
        let child = spawn(|end: sync::Event| end.wait(), end.clone());
        let mut seen =
            vec![format!("{} {:?} {}", child.is_alive(), child.exit_code(), active_children().len())];
        child.start().map_err(text)?;
        seen.push(format!("{} {:?} {}", child.is_alive(), child.exit_code(), active_children().len()));
        end.set().map_err(text)?;
        child.join().map_err(text)?;
        seen.push(format!("{} {:?} {}", child.is_alive(), child.exit_code(), active_children().len()));
        let twice = child.start().err().and_then(|error| error.rule());
        seen.push(format!("{}", twice == Some(Rule::AlreadyStarted)));
        let early = spawn(|()| (), ()).join().err().and_then(|error| error.rule());
        seen.push(format!("{}", early == Some(Rule::NotStarted)));
        Ok(seen.join(", "))
    }),
    ("terminated", |_| {
        fn spin(_: u32) {
            loop {
                core::hint::black_box(0);
            }
        }
        let (one, other) = (spawn(spin, 0), forkserver(spin, 0));
        one.start().map_err(text)?;
        other.start().map_err(text)?;
        one.terminate().map_err(text)?;
        other.kill().map_err(text)?;
        Ok(format!("{} {}", one.join().map_err(text)?, other.join().map_err(text)?))
    }),
    ("waited for", |_| {
        let child = fork(|number: u32| say!("child {number} of {}", current_pid()), 7);
        child.start().map_err(text)?;
        let endless = spawn(|()| sleep(Duration::MAX), ()).daemon(true);
        endless.start().map_err(text)?;
        Ok("the main function is over".into())
    }),
    ("grandchildren", |_| {
        fn descend(levels: u32) -> ExitCode {
            if levels == 0 {
                return ExitCode(0);
            }
            let child = fork(descend, levels - 1);
            let code = child.start().and_then(|()| child.join());
            ExitCode(code.map_or(-100, |code| code + 1))
        }
        Ok(descend(4).0.to_string())
    }),
    ("a fork beside a holder", |_| {
        static SHARED: Lock<u32> = Lock::from_raw(<RawLock as lock_api::RawMutex>::INIT, 0);
        let (held, go_on) = (Arc::new(Event::new()), Arc::new(Event::new()));
        let (theirs, their_end) = (Arc::clone(&held), Arc::clone(&go_on));
        let holder = thread::spawn(move || {
            let _guard = SHARED.lock();
            theirs.set();
            their_end.wait();
        });
        held.wait();
        let asks = Process::forking(|| ExitCode(i32::from(SHARED.try_lock().is_some())));
        let waits = Process::forking(|| drop(SHARED.lock()));
        asks.start().and_then(|()| waits.start()).map_err(text)?;
        // Its holder in the parent lets go; the one in the copy is not there.
        go_on.set();
        holder.join().map_err(|error| error.to_string())?;
        drop(SHARED.lock());
        let had = asks.join().map_err(text)?;
        let waited = waits.join_timeout(Duration::from_millis(200));
        waits.terminate().map_err(text)?;
        Ok(format!("{had} {} {}", matches!(waited, Err(Error::TimedOut { .. })), waits.join().map_err(text)?))
    }),
    ("as many as there can be", |_| {
        let mut children = Vec::new();
        let refused = loop {
            let child = spawn(|()| thread::sleep(Duration::MAX), ());
            match child.start() {
                Ok(()) => children.push(child),
                Err(error) => break error,
            }
        };
        let first = children.remove(0);
        first.terminate().and_then(|()| first.join()).map_err(text)?;
        // What failed can be tried again, and the rest goes on.
        let alive = children.iter().filter(|child| child.is_alive()).count();
        for child in &children {
            child.kill().map_err(text)?;
        }
        for child in &children {
            child.join().map_err(text)?;
        }
        Ok(format!("{} {} {refused}", alive == children.len(), children.len() > 50))
    }),
    ("a hundred, one after another", |_| {
        for number in 0..100 {
            let method = [StartMethod::Spawn, StartMethod::Fork, StartMethod::ForkServer][number % 3];
            let child =
                Process::by(method, |number: usize| ExitCode(i32::try_from(number).unwrap_or(-1)), number);
            let code = child.start().and_then(|()| child.join()).map_err(text)?;
            if code.cast_unsigned() as usize != number {
                return Err(format!("number {number} ended with {code}"));
            }
        }
        Ok(active_children().len().to_string())
    }),
    ("stopped with its family", |_| {
        let child = spawn(|()| sleep(Duration::MAX), ());
        child.start().map_err(text)?;
        say!("started");
        child.join().map_err(text)?;
        Ok(String::new())
    }),
];

#[wasm_bindgen_test]
async fn a_process_has_a_memory_of_its_own_that_begins_as_its_method_says() {
    let run = run("statics by each method").await;
    assert_eq!(run.result(), "[1, 5, 1]");
    let lines: Vec<_> = run.children.values().flat_map(|child| child.lines()).collect();
    assert_eq!(
        lines,
        ["a process by spawn sees 1", "a process by fork sees 5", "a process by forkserver sees 1"]
    );
}

#[wasm_bindgen_test]
async fn a_forked_closure_has_what_it_captured() {
    let run = run("a forked closure").await;
    assert_eq!(run.result(), "0");
    assert_eq!(run.children.values().next().unwrap().lines(), ["seen in the copy"]);
}

#[wasm_bindgen_test]
async fn exit_codes_tell_how_a_process_ended() {
    let run = run("exit codes").await;
    assert_eq!(run.result(), "[0, 8, 1, 1, -11]");
    let failures: Vec<_> =
        run.children.values().map(|child| child.failure.as_deref().unwrap_or("")).collect();
    assert!(failures[2].contains("it did not work"), "{failures:?}");
    assert!(failures[3].contains("no luck"), "{failures:?}");
    assert!(failures[4].contains("trapped"), "{failures:?}");
}

#[wasm_bindgen_test]
async fn a_process_has_a_life_before_while_and_after() {
    assert_eq!(run("a life").await.result(), "false None 0, true None 1, false Some(0) 0, true, true");
}

#[wasm_bindgen_test]
async fn processes_are_terminated_and_killed() {
    assert_eq!(run("terminated").await.result(), "-15 -9");
}

#[wasm_bindgen_test]
async fn a_program_waits_for_its_children_but_not_for_daemons() {
    let run = run("waited for").await;
    assert_eq!(run.result(), "the main function is over");
    let mut codes: Vec<_> = run.children.values().map(|child| child.code.unwrap()).collect();
    codes.sort_unstable();
    assert_eq!(codes, [-15, 0]);
}

#[wasm_bindgen_test]
async fn processes_start_processes() {
    let run = run("grandchildren").await;
    assert_eq!((run.result(), run.children.len()), ("4", 4));
}

#[wasm_bindgen_test]
async fn a_fork_has_the_locks_as_they_were() {
    assert_eq!(run("a fork beside a holder").await.result(), "0 true -15");
}

#[wasm_bindgen_test]
async fn one_process_too_many_is_an_error_and_the_rest_goes_on() {
    let run = run("as many as there can be").await;
    let result = run.result();
    assert!(result.starts_with("true true Process 'Process-"), "{result}");
    assert!(result.ends_with("there can be 64 processes at a time"), "{result}");
}

#[wasm_bindgen_test]
async fn nothing_is_left_of_processes_that_have_ended() {
    let run = run("a hundred, one after another").await;
    assert_eq!((run.result(), run.children.len()), ("0", 100));
    // Forks copy the parent's memory, which stays as small as it was.
    let largest = run.children.values().map(|child| child.memory_bytes).max();
    assert!(largest < Some(48 << 20), "{largest:?}");
}

#[wasm_bindgen_test]
async fn stop_ends_the_whole_family() {
    let options = threadlab_host::Options::default();
    let run = threadlab_harness::run_and("stopped with its family", "", options, |process, events| {
        if events.iter().any(|event| {
            matches!(
                event.what,
                threadlab_trace::What::JoinBegan { .. } | threadlab_trace::What::Printed { .. }
            )
        }) {
            process.stop();
        }
    })
    .await;
    assert_eq!((run.outcome, threadlab_host::live_workers()), (Outcome::Stopped, 0));
}
