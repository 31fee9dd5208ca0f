//! What goes wrong reaches those who wait, and the page.

use crate::run;
use std::hint::black_box;
use std::sync::Arc;
use threadlab_harness::{Named, Run};
use threadlab_host::{Engine, Failure, Options, Outcome, live_workers};
use threadlab_threads::thread::{JoinError, JoinHandle, sleep, spawn};
use threadlab_threads::{Lock, output, say};
use threadlab_trace::{ThreadId, What};
use wasm_bindgen_test::wasm_bindgen_test;

pub static PROGRAMS: &[Named] = &[
    ("panic", |_| {
        let clumsy: JoinHandle<()> = spawn(|| panic!("dropped it"));
        let Err(JoinError::Panicked { name, panic }) = clumsy.join() else { return Err("no panic".into()) };
        Ok(format!("{name}: {} at {}", panic.message, panic.line > 0 && panic.file.ends_with("failures.rs")))
    }),
    ("panicking holder", |_| {
        let lock = Arc::new(Lock::new(0));
        let theirs = Arc::clone(&lock);
        let holder: JoinHandle<()> = spawn(move || {
            *theirs.lock() = 7;
            let _held = theirs.lock();
            panic!("while holding")
        });
        let panicked = holder.join().is_err();
        let value = *lock.lock();
        Ok(format!("{panicked} {value}"))
    }),
    ("main panics", |_| panic!("no luck")),
    ("deep recursion", |_| {
        let deep: JoinHandle<u64> = spawn(|| recurse(black_box(0)));
        deep.join().map(|depth| depth.to_string()).map_err(|error| error.to_string())
    }),
    ("deep recursion in main", |_| Ok(recurse(black_box(0)).to_string())),
    ("large frames", |_| {
        let large: JoinHandle<u64> = spawn(|| {
            let sum = fill(black_box(40));
            say!("{sum}");
            sum
        });
        large.join().map(|sum| sum.to_string()).map_err(|error| error.to_string())
    }),
    ("unreachable", |_| {
        let trapped: JoinHandle<()> = spawn(|| core::arch::wasm32::unreachable());
        trapped.join().map(|()| String::new()).map_err(|error| error.to_string())
    }),
    ("endless loop", |_| {
        output::print("spinning");
        loop {
            black_box(0);
        }
    }),
    ("deadlock", |_| {
        let locks = Arc::new((Lock::new(()), Lock::new(())));
        let theirs = Arc::clone(&locks);
        let met = Arc::new(std::sync::Barrier::new(2));
        let meeting = Arc::clone(&met);
        let other = spawn(move || {
            let _second = theirs.1.lock();
            meeting.wait();
            let _first = theirs.0.lock();
        });
        let _first = locks.0.lock();
        met.wait();
        let _second = locks.1.lock();
        other.join().map(|()| String::new()).map_err(|error| error.to_string())
    }),
    ("sleeper forever", |_| {
        say!("asleep");
        sleep(std::time::Duration::MAX);
        Ok(String::new())
    }),
];

#[expect(unconditional_recursion, reason = "the stack is meant to overflow")]
fn recurse(depth: u64) -> u64 {
    black_box(recurse(black_box(depth + 1))) + 1
}

/// Calls itself with frames of 64 KiB, so that the stack in the memory ends before the browser's own does.
fn fill(depth: u64) -> u64 {
    #[expect(clippy::large_stack_arrays, reason = "the stack is meant to overflow")]
    let frame = black_box([depth; 8192]);
    if depth == 0 { frame[0] } else { fill(depth - 1) + black_box(&frame)[8191] }
}

fn died(run: &Run) -> (String, Option<ThreadId>) {
    match &run.outcome {
        Outcome::Failed(failure @ Failure::Died { thread, .. }) => (failure.to_string(), *thread),
        other => panic!("{other:?}"),
    }
}

#[wasm_bindgen_test]
async fn a_panic_reaches_the_joiner_and_the_page() {
    let run = run("panic").await;
    assert_eq!(run.result(), "Thread-1: dropped it at true");
    let told = run.events.iter().find(|event| matches!(event.what, What::ThreadPanicked { .. })).unwrap();
    assert_eq!(told.what, What::ThreadPanicked { message: "dropped it".into() });
    let place = run.events.iter().find(|event| event.place == told.place).unwrap();
    assert!(
        matches!(&place.what, What::PlaceDefined { file, .. } if file.ends_with("failures.rs")),
        "{place:?}"
    );
}

#[wasm_bindgen_test]
async fn a_panicking_holder_releases_its_lock() {
    assert_eq!(run("panicking holder").await.result(), "true 7");
}

#[wasm_bindgen_test]
async fn a_panic_of_the_main_thread_fails_the_run() {
    let run = run("main panics").await;
    let Outcome::Failed(Failure::Program(message)) = &run.outcome else { panic!("{:?}", run.outcome) };
    assert!(message.contains("no luck") && message.contains("failures.rs"), "{message}");
}

#[wasm_bindgen_test]
async fn a_stack_overflow_ends_the_process_with_a_message() {
    for (program, thread) in [("deep recursion", 2), ("deep recursion in main", 1)] {
        let (message, who) = died(&run(program).await);
        assert!(message.contains("stack overflowed"), "{program}: {message}");
        assert_eq!(who, Some(ThreadId(thread)), "{program}");
    }
}

#[wasm_bindgen_test]
async fn a_stack_that_runs_into_the_heap_is_noticed() {
    let run = threadlab_harness::run("large frames", "", Options::default()).await;
    let (message, _) = died(&run);
    assert!(!message.is_empty());
    assert_eq!(live_workers(), 0);
}

#[wasm_bindgen_test]
async fn a_trap_ends_the_process_with_a_message() {
    let (message, thread) = died(&run("unreachable").await);
    assert!(message.contains("trapped"), "{message}");
    assert_eq!(thread, Some(ThreadId(2)));
}

/// Stops the program once it is where it will stay.
async fn stop_when(program: &'static str, stays: fn(&What) -> bool, times: usize) {
    let run = threadlab_harness::run_and(program, "", Options::default(), move |process, events| {
        if events.iter().filter(|event| stays(&event.what)).count() >= times {
            process.stop();
        }
    })
    .await;
    assert_eq!(run.outcome, Outcome::Stopped, "{program}");
    assert_eq!(live_workers(), 0, "{program}");
    assert_eq!(crate::run("names").await.result(), "MainThread Thread-1 mine", "after {program}");
}

#[wasm_bindgen_test]
async fn a_process_can_be_stopped_in_any_state() {
    stop_when("endless loop", |what| matches!(what, What::Printed { .. }), 1).await;
    stop_when("deadlock", |what| matches!(what, What::WaitBegan { .. }), 2).await;
    stop_when("sleeper forever", |what| matches!(what, What::SleepBegan { .. }), 1).await;
}

#[wasm_bindgen_test]
async fn a_worker_that_the_browser_does_not_start_fails_the_run_with_how_many_it_gave() {
    use wasm_bindgen::JsCast;
    let module = wasm_bindgen::module().unchecked_into();
    let engine = Engine::from_parts(module, "there-is-no-such-script.js").unwrap();
    let run = threadlab_harness::run_on(&engine, "names", Options::default()).await;
    let Outcome::Failed(Failure::NoWorker { given: 0, .. }) = &run.outcome else {
        panic!("{:?}", run.outcome)
    };
    assert_eq!(live_workers(), 0);
}

#[wasm_bindgen_test]
async fn an_unknown_program_is_a_failure_that_names_it() {
    let run = run("no such thing").await;
    assert_eq!(run.outcome, Outcome::Failed(Failure::Program("no program no such thing".into())));
}
