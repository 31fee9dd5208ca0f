//! Threads natively, as in the browser's own tests: see `tests/workers`.

mod life;
mod local;
mod timer;

use super::*;
use crate::process::{self, Failure, Options};
use crate::{Lock, clock, lock, output};
use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;
use std::sync::Arc;
use threadlab_trace::{Event, ThreadId, What};

fn run(program: impl FnOnce() -> Result<String, String> + Send + 'static) -> process::Run {
    process::run(Options::default(), program)
}

fn position(events: &[Event], what: impl Fn(&Event) -> bool) -> usize {
    events.iter().position(what).expect("the event is there")
}

#[test]
fn join_gives_the_value() {
    assert_eq!(spawn(|| 6 * 7).join(), Ok(42));
}

#[test]
fn a_panic_reaches_the_joiner_with_its_place() {
    let clumsy: JoinHandle<()> = Builder::new().name("clumsy").spawn(|| panic!("dropped {}", "it")).unwrap();
    let JoinError::Panicked { name, panic } = clumsy.join().unwrap_err() else { panic!("a panic") };
    assert_eq!((name.as_str(), panic.message.as_str()), ("clumsy", "dropped it"));
    assert!(panic.file.ends_with("mod.rs") && panic.line > 0);
    assert_eq!(panic.to_string(), format!("dropped it (mod.rs, line {})", panic.line), "without its folders");
}

#[test]
fn a_panicking_holder_releases_its_lock() {
    let lock = Arc::new(Lock::new(0));
    let theirs = Arc::clone(&lock);
    let outcome = spawn(move || {
        *theirs.lock() = 1;
        let _held = theirs.lock();
        panic!("while holding");
    })
    .join();
    assert!(outcome.is_err());
    assert_eq!(*lock.lock(), 1);
}

#[test]
fn a_join_that_timed_out_can_be_repeated() {
    let gate = Arc::new(Lock::new(()));
    let held = gate.lock();
    let theirs = Arc::clone(&gate);
    let handle = spawn(move || drop(theirs.lock()));
    let still_runs = JoinError::TimedOut { name: handle.thread().name() };
    assert_eq!(handle.join_timeout(Duration::from_millis(5)), Err(still_runs));
    assert!(!handle.is_finished());
    drop(held);
    handle.join_timeout(Duration::from_mins(1)).unwrap();
}

#[test]
fn names_are_given_or_counted() {
    let run = run(|| {
        let name = || current().name();
        let usual = spawn(name).join().unwrap();
        let empty = Builder::new().name("").spawn(name).unwrap().join().unwrap();
        let given = Builder::new().name("mine").spawn(name).unwrap().join().unwrap();
        Ok(format!("{} {usual} {empty} {given}", current().name()))
    });
    assert_eq!(run.outcome.unwrap(), "MainThread Thread-1 Thread-2 mine");
}

#[test]
fn ended_threads_leave_their_worker_to_the_next() {
    let run = process::run(Options { max_threads: 2, ..Options::default() }, || {
        for round in 0..500 {
            assert_eq!(spawn(move || round).join(), Ok(round));
        }
        Ok(String::new())
    });
    run.outcome.unwrap();
}

#[test]
fn one_thread_too_many_is_an_error_that_says_how_many_there_are() {
    let run = process::run(Options { max_threads: 3, ..Options::default() }, || {
        let gate = Arc::new(Lock::new(()));
        let held = gate.lock();
        let wait = |gate: &Arc<Lock<()>>| {
            let gate = Arc::clone(gate);
            Builder::new().spawn(move || drop(gate.lock()))
        };
        let handles = [wait(&gate).unwrap(), wait(&gate).unwrap()];
        let error = wait(&gate).unwrap_err();
        drop(held);
        for handle in handles {
            handle.join().unwrap();
        }
        Err(error.to_string())
    });
    let message = "no more threads: this process has 3 already, and that is the most it can have";
    assert_eq!(run.outcome, Err(Failure::Error(message.into())));
    let created = run.events.iter().filter(|event| matches!(event.what, What::ThreadCreated { .. })).count();
    assert_eq!(created, 2);
}

#[test]
fn the_process_ends_when_its_last_thread_does() {
    let run = run(|| {
        let _left_alone = spawn(|| {
            sleep(Duration::from_millis(20));
            output::print("late");
        });
        Ok("main is done".into())
    });
    let late = position(&run.events, |event| matches!(&event.what, What::Printed { text } if text == "late"));
    let result = position(&run.events, |event| matches!(event.what, What::Result { .. }));
    assert!(late < result);
}

#[test]
fn a_failing_main_thread_is_told_with_its_message_and_place() {
    let run = run(|| panic!("no luck"));
    let Err(Failure::Panicked(panic)) = run.outcome else { panic!("a panic") };
    assert_eq!(panic.message, "no luck");
    let panicked = position(
        &run.events,
        |event| matches!(&event.what, What::ThreadPanicked { message } if message == "no luck"),
    );
    assert_eq!(run.events[panicked].thread, ThreadId::MAIN);
    let place = run.events[panicked].place;
    let defined = run.events.iter().find(|event| event.place == place).unwrap();
    assert!(matches!(&defined.what, What::PlaceDefined { line, .. } if *line == panic.line));
}

#[test]
fn what_lets_others_go_on_comes_before_what_was_let_on() {
    let run = run(|| {
        let lock = Arc::new(lock::named("counter", 0));
        let adders: Vec<_> = (0..4)
            .map(|_| {
                let lock = Arc::clone(&lock);
                spawn(move || {
                    for _ in 0..2000 {
                        *lock.lock() += 1;
                    }
                })
            })
            .collect();
        for adder in adders {
            adder.join().unwrap();
        }
        Ok(lock.lock().to_string())
    });
    assert_eq!((run.outcome.as_deref(), run.lost), (Ok("8000"), 0));
    let mut holder = None;
    let mut created = 0;
    for event in &run.events {
        match event.what {
            What::ObjectCreated { .. } => created += 1,
            What::Acquired { .. } => assert_eq!(holder.replace(event.thread), None, "one holder at a time"),
            What::Released { .. } => assert_eq!(holder.take(), Some(event.thread)),
            _ => {}
        }
    }
    assert_eq!((holder, created), (None, 1));
    for id in 2..6 {
        let finished =
            position(&run.events, |event| event.thread == ThreadId(id) && event.what == What::ThreadFinished);
        let joined = position(&run.events, |event| event.what == What::JoinEnded { target: ThreadId(id) });
        assert!(finished < joined);
    }
}

#[test]
fn sleep_passes_in_program_time_and_follows_a_change_of_scale() {
    let run = process::run(Options { time_scale: 0.001, ..Options::default() }, || {
        // 10 ms would take 10 s at this scale; speeding up wakes the sleeper to finish the rest at once.
        let began = clock::now();
        let process = super::current::process();
        let asleep = Arc::new(AtomicU32::new(0));
        let tells = Arc::clone(&asleep);
        let sleeper = spawn(move || {
            tells.store(1, Ordering::Release);
            sleep(Duration::from_millis(10));
        });
        while asleep.load(Ordering::Acquire) == 0 {
            yield_now();
        }
        process.set_time_scale(1000.0);
        sleeper.join().unwrap();
        Ok((clock::now().saturating_sub(began) < Duration::from_secs(9)).to_string())
    });
    assert_eq!(run.outcome.unwrap(), "true");
}
