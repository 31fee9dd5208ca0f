//! The model of real programs: their threads run natively, and the events that the engine recorded are folded.
//!
//! Every program ends by itself and none of its checks depends on how its threads happened to take turns.

use std::{sync::Arc, time::Duration};

use threadlab_model::{Model, Progress, SpanKind, Thread, ThreadState, testing};
use threadlab_threads::{
    Lock, lock,
    output::{print, progress},
    process::{self, Options, Run},
    thread,
};
use threadlab_trace::{Event, ObjectKind, PlaceId, ThreadId, What};

/// How many events at the beginning and the end of a stream are followed one by one; in between it is every hundredth.
const CLOSELY: usize = 300;

/// Runs a program to its end and folds its events, checking the model on the way.
fn fold(program: impl FnOnce() -> Result<String, String> + Send + 'static) -> (Run, Model) {
    // Sleeps of the programs pass quickly.
    let run = process::run(Options { time_scale: 1000.0, ..Options::default() }, program);
    let mut model = Model::new();
    for (at, event) in run.events.iter().enumerate() {
        model.apply(event);
        assert_eq!(model.anomalies(), 0, "event {at} is out of place: {event:?}");
        if at < CLOSELY || at + CLOSELY > run.events.len() || at.is_multiple_of(100) {
            assert_eq!(testing::check(&model), Ok(()), "after event {at}: {event:?}");
        }
    }
    model.end(model.now());
    assert_eq!(testing::check(&model), Ok(()), "after the end");
    assert_eq!((model.events(), model.lost(), model.left_out()), (run.events.len() as u64, 0, 0));
    (run, model)
}

fn count(events: &[Event], which: impl Fn(&What) -> bool) -> u64 {
    events.iter().filter(|event| which(&event.what)).count() as u64
}

fn thread<'m>(model: &'m Model, name: &str) -> &'m Thread {
    model.threads().find(|thread| thread.name() == name).unwrap_or_else(|| panic!("there is no {name}"))
}

/// The file and line where a thread was last.
fn place(model: &Model, place: PlaceId) -> &str {
    model.place(place).map_or("", |place| place.file)
}

#[test]
fn threads_that_contend_for_a_lock() {
    const THREADS: usize = 4;
    const ROUNDS: u32 = 500;
    let (run, model) = fold(|| {
        let total = Arc::new(lock::named("total", 0_u32));
        let adders: Vec<_> = (0..THREADS)
            .map(|_| {
                let total = Arc::clone(&total);
                thread::spawn(move || {
                    for round in 1..=ROUNDS {
                        *total.lock() += 1;
                        progress(round, ROUNDS);
                    }
                })
            })
            .collect();
        for adder in adders {
            adder.join().map_err(|error| error.to_string())?;
        }
        Ok(total.lock().to_string())
    });

    let all = THREADS as u64 * u64::from(ROUNDS);
    assert_eq!(model.result(), Some(all.to_string().as_str()));
    assert_eq!(run.outcome.as_deref(), Ok(all.to_string().as_str()));
    let names: Vec<&str> = model.threads().map(Thread::name).collect();
    assert_eq!(names, ["MainThread", "Thread-1", "Thread-2", "Thread-3", "Thread-4"]);
    assert!(model.threads().all(|thread| thread.state() == ThreadState::Finished));
    for thread in model.threads().skip(1) {
        assert_eq!(thread.progress(), Some(Progress { done: ROUNDS, total: ROUNDS }));
        assert_eq!(thread.parent(), Some(ThreadId::MAIN));
        assert!(place(&model, thread.place()).ends_with("recorded.rs"), "{thread:?}");
    }

    let total = model.objects().next().expect("the program has a lock");
    assert_eq!((total.name(), total.kind()), ("total", Some(ObjectKind::Lock)));
    assert_eq!((total.holder(), total.waiters().len()), (None, 0));
    assert_eq!(total.acquisitions(), all + 1, "the main thread looks at the end");
    let waits = count(&run.events, |what| matches!(what, What::WaitBegan { .. }));
    assert_eq!(total.contended(), waits, "every wait ended with having the lock");
}

#[test]
fn sleeping_joining_with_a_timeout_and_printing() {
    let (run, model) = fold(|| {
        let gate = Arc::new(Lock::new(()));
        let closed = gate.lock();
        let sleeper = thread::Builder::new().name("sleeper");
        let behind = Arc::clone(&gate);
        let sleeper = sleeper.spawn(move || {
            drop(behind.lock());
            thread::sleep(Duration::from_millis(500));
            print("awake");
        });
        let sleeper = sleeper.map_err(|error| error.to_string())?;
        // It cannot end before the gate is open.
        let soon = sleeper.join_timeout(Duration::from_millis(1));
        assert!(matches!(soon, Err(thread::JoinError::TimedOut { .. })), "it went through a closed gate");
        print("opening");
        drop(closed);
        sleeper.join().map_err(|error| error.to_string())?;
        Ok(String::new())
    });

    assert_eq!(run.outcome.as_deref(), Ok(""));
    let lines: Vec<_> = model.output().lines().map(|line| (line.text.as_str(), line.thread)).collect();
    let sleeper = thread(&model, "sleeper");
    assert_eq!(lines, [("opening", ThreadId::MAIN), ("awake", sleeper.id())]);
    let lane = model.thread_timeline(sleeper.id()).expect("it has a lane");
    assert_eq!(lane.all().filter(|span| span.kind == SpanKind::Sleeping).count(), 1);
    let main = model.thread_timeline(ThreadId::MAIN).expect("it has a lane");
    assert!(main.all().any(|span| span.kind == SpanKind::Joining(sleeper.id())));
    assert_eq!(model.objects().next().map(|gate| gate.words().to_string()).as_deref(), Some("Lock 1"));
}

#[test]
fn a_panic_reaches_the_model_and_frees_the_lock() {
    let (run, model) = fold(|| {
        let shared = Arc::new(Lock::new(0));
        let panicking = Arc::clone(&shared);
        let worker = thread::spawn(move || {
            let _held = panicking.lock();
            panic!("no more paper");
        });
        let error = worker.join().err().map(|error| error.to_string());
        *shared.lock() += 1;
        error.ok_or_else(|| "it did not panic".to_owned())
    });

    assert!(run.outcome.is_ok(), "{:?}", run.outcome);
    let worker = thread(&model, "Thread-1");
    assert_eq!(worker.state(), ThreadState::Panicked);
    let panic = worker.panic().expect("it panicked");
    assert_eq!(panic.message, "no more paper");
    assert!(place(&model, panic.place).ends_with("recorded.rs"));
    assert!(worker.holds().is_empty());
    assert_eq!(model.failure(), None);
    assert_eq!(model.objects().next().map(|lock| (lock.holder(), lock.acquisitions())), Some((None, 2)));
}

#[test]
fn a_program_that_fails() {
    let (run, model) = fold(|| Err("no such file".to_owned()));
    assert!(run.outcome.is_err());
    let failure = model.failure().expect("it failed");
    assert_eq!((failure.message.as_str(), failure.thread), ("no such file", ThreadId::MAIN));
}

#[test]
fn a_main_thread_that_panics() {
    let (run, model) = fold(|| panic!("main is gone"));
    assert!(run.outcome.is_err());
    let failure = model.failure().expect("it failed");
    assert_eq!((failure.message.as_str(), failure.thread), ("main is gone", ThreadId::MAIN));
    assert_eq!(model.thread(ThreadId::MAIN).map(Thread::state), Some(ThreadState::Panicked));
}

#[test]
fn a_thread_that_waits_for_itself_and_gives_up_is_never_in_deadlock() {
    let (run, model) = fold(|| {
        let own = lock::named("own", ());
        let held = own.lock();
        let again = own.try_lock_for(Duration::from_millis(1)).is_some();
        drop(held);
        Ok(again.to_string())
    });
    assert_eq!(model.result(), Some("false"));
    let waiting = run.events.iter().position(|event| matches!(event.what, What::WaitBegan { .. }));
    let waiting = waiting.expect("it waited");
    let mut model = Model::new();
    model.extend(&run.events[..=waiting]);
    let words = model.waits_for_words(ThreadId::MAIN);
    assert_eq!(words.as_deref(), Some("Lock 'own', held by itself"));
    assert_eq!(model.deadlock(), None, "it waits for some time only");
}

#[test]
fn many_short_lives() {
    const LIVES: usize = 300;
    let (run, model) = fold(|| {
        for life in 0..LIVES {
            let thread = thread::spawn(move || life);
            let value = thread.join().map_err(|error| error.to_string())?;
            assert_eq!(value, life);
        }
        Ok(String::new())
    });
    assert!(run.outcome.is_ok(), "{:?}", run.outcome);
    assert_eq!(model.threads().len(), LIVES + 1);
    assert!(model.threads().all(|thread| thread.ended().is_some()));
    // Each life ended before the next began, and the model's clocks say so.
    let lives: Vec<&Thread> = model.threads().skip(1).collect();
    assert!(lives.windows(2).all(|pair| pair[0].ended() <= pair[1].started()));
}
