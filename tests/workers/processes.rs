//! Processes: their memory, their ends, and how they are started.

use crate::run;
use core::sync::atomic::{AtomicU32, Ordering};
use threadlab_harness::Named;
use threadlab_host::Outcome;
use threadlab_processes::process::{ExitCode, active_children, current_pid, exit, fork, forkserver, spawn};
use threadlab_processes::{Error, Process, Rule, StartMethod};
use threadlab_threads::say;
use threadlab_threads::thread::sleep;
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
        let words = vec!["seen".to_owned(), "in the copy".to_owned()];
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
        let child = spawn(|()| sleep(core::time::Duration::from_millis(50)), ());
        let mut seen =
            vec![format!("{} {:?} {}", child.is_alive(), child.exit_code(), active_children().len())];
        child.start().map_err(text)?;
        seen.push(format!("{} {:?} {}", child.is_alive(), child.exit_code(), active_children().len()));
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
        let endless = spawn(|()| sleep(core::time::Duration::MAX), ()).daemon(true);
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
    ("stopped with its family", |_| {
        let child = spawn(|()| sleep(core::time::Duration::MAX), ());
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
