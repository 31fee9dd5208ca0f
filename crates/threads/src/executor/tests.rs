//! What the behaviours do not show: limits, values, panics in odd places, and what is recorded.

use super::*;
use crate::process::{self, Options};
use crate::thread::{self, StartError, set_error_hook};
use crate::{Event, untraced};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use threadlab_trace::What;

const LONG: Duration = Duration::from_hours(1);

/// Runs a program that must not fail as a process of its own, and returns what happened to executors, shortly, with the
/// threads' numbers.
fn told(program: impl FnOnce() + Send + 'static) -> Vec<String> {
    let run = process::run(Options::default(), move || {
        program();
        Ok(String::new())
    });
    run.outcome.unwrap();
    assert_eq!(run.lost, 0);
    let words = |event: &threadlab_trace::Event| {
        let what = match &event.what {
            What::WorkerJoined { .. } => "joined".into(),
            What::TasksAdded { count, .. } => format!("added {count}"),
            What::TaskBegan { task, .. } => format!("began {task}"),
            What::TaskEnded { task, failed, .. } => {
                format!("ended {task}{}", if *failed { " badly" } else { "" })
            }
            What::TasksCancelled { count, .. } => format!("cancelled {count}"),
            What::ShutDown { immediate, .. } => {
                format!("shut down{}", if *immediate { " at once" } else { "" })
            }
            What::WaitBegan { purpose, timed, .. } => {
                format!("waits: {purpose:?}{}", if *timed { ", timed" } else { "" })
            }
            What::WaitEnded { .. } => "wait ended".into(),
            What::WaitTimedOut { .. } => "timed out".into(),
            What::ObjectSized { size, value, .. } => format!("{size:?} {value}"),
            _ => return None,
        };
        Some(format!("{} {what}", event.thread.0))
    };
    run.events.iter().filter_map(words).collect()
}

/// A task that is on until it is let go.
#[derive(Clone)]
struct Hold(Arc<(Event, Event)>);

impl Hold {
    fn new() -> Self {
        Self(Arc::new((Event::new(), Event::new())))
    }

    /// The task.
    fn task(&self) -> impl FnOnce() + Send + 'static + use<> {
        let hold = self.clone();
        move || {
            untraced(|| {
                hold.0.0.set();
                hold.0.1.wait();
            });
        }
    }

    fn until_it_runs(&self) {
        untraced(|| self.0.0.wait());
    }

    fn let_go(&self) {
        untraced(|| self.0.1.set());
    }
}

#[test]
fn executors_without_workers_are_refused() {
    let error = Executor::named("none", 0).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Executor 'none' cannot have 0 workers: nothing submitted to it would ever run"
    );
    assert_eq!(Executor::per_core().max_workers(), crate::cores::count());
}

#[test]
fn workers_are_named_after_their_executor() {
    told(|| {
        let name = || thread::current().name();
        let named = Executor::named("web", 2).unwrap();
        assert_eq!(named.submit(name).unwrap().result().unwrap(), "web-worker-1");
        for number in 1..=2 {
            let unnamed = Executor::new(1).unwrap();
            assert_eq!(
                unnamed.submit(name).unwrap().result().unwrap(),
                format!("Executor-{number}-worker-1")
            );
        }
    });
}

#[test]
fn a_task_that_no_worker_can_be_had_for_comes_back() {
    let run = process::run(Options { max_threads: 1, ..Options::default() }, || {
        let executor = Executor::named("lonely", 2).unwrap();
        let error = executor.submit(|| 42).unwrap_err();
        let Refusal::NoWorker { executor: words, error: StartError::TooManyThreads { threads: 1 } } =
            error.reason
        else {
            panic!("{error}")
        };
        assert_eq!(words, "Executor 'lonely'");
        assert_eq!((error.task)(), 42);
        assert!(executor.map(0..3, |item| item).is_err());
        Ok(String::new())
    });
    run.outcome.unwrap();
}

#[test]
fn where_no_more_workers_can_be_had_those_there_are_do_it() {
    let run = process::run(Options { max_threads: 2, ..Options::default() }, || {
        let executor = Executor::new(8).unwrap();
        let hold = Hold::new();
        executor.submit(hold.task()).unwrap();
        hold.until_it_runs();
        let more: Vec<_> = (0..5).map(|number| executor.submit(move || number).unwrap()).collect();
        assert_eq!(executor.workers(), 1);
        hold.let_go();
        let results: Vec<_> = more.iter().map(|future| future.result().unwrap()).collect();
        assert_eq!(results, [0, 1, 2, 3, 4]);
        Ok(String::new())
    });
    run.outcome.unwrap();
}

#[test]
fn a_task_refused_by_a_shut_down_executor_comes_back() {
    let executor = Executor::named("done", 1).unwrap();
    executor.shutdown().unwrap();
    executor.shutdown_cancelling().unwrap();
    let text = String::from("mine");
    let error = executor.submit(move || text).unwrap_err();
    assert_eq!(error.to_string(), "nothing can be submitted to Executor 'done' any more: it was shut down");
    assert_eq!((error.task)(), "mine");
}

#[test]
fn values_are_lent_or_cloned_and_errors_are_values() {
    struct Plain(u32);
    let executor = Executor::named("values", 1).unwrap();
    let plain = executor.submit(|| Plain(7)).unwrap();
    assert_eq!(plain.result_ref().unwrap().0, 7);
    let failed = executor.submit(|| "x".parse::<u32>()).unwrap();
    assert!(failed.result().unwrap().is_err());
    assert_eq!(failed.exception(), Ok(None));
    let panicked: Future<()> = executor.submit(|| panic!("no")).unwrap();
    let message = panicked.result().unwrap_err().to_string();
    assert!(message.starts_with("task 2 of Executor 'values' panicked: no ("), "{message}");
    assert_eq!(panicked.exception().unwrap().unwrap().message, "no");
}

#[test]
fn a_map_gives_values_that_cannot_be_cloned_or_shared() {
    struct Own(std::cell::Cell<u32>);
    let executor = Executor::new(2).unwrap();
    let results = executor.map(1..=3, |item| Own(item.into())).unwrap();
    assert_eq!(results.map(|own| own.unwrap().0.get()).sum::<u32>(), 6);
}

#[test]
fn a_map_that_is_dropped_halfway_cancels_the_rest_and_one_that_was_not_asked_runs() {
    let executor = Executor::new(1).unwrap();
    let hold = Hold::new();
    let ran: Arc<Mutex<Vec<u32>>> = Arc::default();
    let runs = Arc::clone(&ran);
    let note = move |item| runs.lock().unwrap().push(item);
    let mut asked = executor.map(0..1, note.clone()).unwrap();
    assert_eq!(asked.next(), Some(Ok(())));
    assert_eq!(asked.next(), None);
    executor.submit(hold.task()).unwrap();
    hold.until_it_runs();
    drop(executor.map(1..3, note.clone()).unwrap());
    let (mut halfway, first) = (executor.map(3..9, note).unwrap(), hold.clone());
    let opener = thread::spawn(move || first.let_go());
    assert_eq!(halfway.next(), Some(Ok(())));
    opener.join().unwrap();
    let hold = Hold::new();
    drop(halfway);
    executor.submit(hold.task()).unwrap();
    hold.let_go();
    executor.shutdown().unwrap();
    let ran = ran.lock().unwrap();
    assert_eq!(ran[..4], [0, 1, 2, 3]);
    assert!(ran.len() < 10 && ran.is_sorted(), "{ran:?}");
}

#[test]
fn the_first_error_of_a_map_cancels_what_has_not_begun() {
    let executor = Executor::new(1).unwrap();
    let hold = Hold::new();
    let ran: Arc<Mutex<Vec<u32>>> = Arc::default();
    let (runs, holds) = (Arc::clone(&ran), hold.clone());
    let mut results = executor
        .map(0..10, move |item| {
            runs.lock().unwrap().push(item);
            if item == 1 {
                holds.task()();
            }
            assert_ne!(item, 0, "the first fails");
        })
        .unwrap();
    hold.until_it_runs();
    assert!(results.next().unwrap().is_err());
    assert_eq!(results.next(), None);
    hold.let_go();
    executor.shutdown().unwrap();
    assert_eq!(*ran.lock().unwrap(), [0, 1]);
}

#[test]
fn a_worker_is_free_before_its_task_is_seen_done() {
    let executor = Executor::new(2).unwrap();
    for _ in 0..5000 {
        let future = executor.submit(|| ()).unwrap();
        // Not by a wait: waking up would take longer than the worker could be late.
        while !future.is_done() {
            std::hint::spin_loop();
        }
    }
    assert_eq!(executor.workers(), 1);
}

#[test]
fn a_worker_that_is_in_a_callback_is_not_taken_for_free() {
    let executor = Arc::new(Executor::new(2).unwrap());
    let (theirs, hold) = (Arc::clone(&executor), Hold::new());
    let first = executor.submit(hold.task()).unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    first.add_done_callback(move |_| {
        // It is the first worker that waits here.
        let _ = tell.send(theirs.submit(|| 1).unwrap().result());
    });
    hold.let_go();
    assert_eq!(told.recv_timeout(LONG), Ok(Ok(1)));
    assert_eq!(executor.workers(), 2);
    // What is cancelled leaves its worker free, too.
    executor.submit(|| ()).unwrap().cancel();
    executor.shutdown().unwrap();
    assert_eq!(executor.occupied(), 0);
}

#[test]
fn those_who_wait_for_several_leave_nothing_behind() {
    let executor = Executor::new(1).unwrap();
    let hold = Hold::new();
    let futures = [executor.submit(hold.task()).unwrap(), executor.submit(|| ()).unwrap()];
    for when in [When::FirstCompleted, When::FirstException, When::AllCompleted] {
        let waited = wait(&futures, when, Some(Duration::from_millis(1)));
        assert_eq!((waited.done.len(), waited.not_done.len()), (0, 2));
    }
    assert!(as_completed_timeout(&futures, Duration::ZERO).next().unwrap().is_err());
    drop(as_completed(&futures));
    let observers: usize = futures.iter().map(Future::observers).sum();
    hold.let_go();
    assert_eq!(observers, 0);
}

#[test]
fn a_panic_in_what_a_task_leaves_behind_is_reported_and_the_worker_lives() {
    struct Bad;
    impl Drop for Bad {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }
    told(|| {
        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        let listener = Arc::clone(&heard);
        set_error_hook(Some(Arc::new(move |thread: &thread::Thread, panic: &thread::Panic| {
            listener.lock().unwrap().push(format!("{} {}", thread.name(), panic.message));
        })));
        let executor = Executor::named("x", 1).unwrap();
        let hold = Hold::new();
        executor.submit(hold.task()).unwrap();
        hold.until_it_runs();
        // Its value has no owner but the worker, and what a cancelled task had captured is the worker's too.
        drop(executor.submit(|| Bad).unwrap());
        let bad = Bad;
        let cancelled = executor.submit(move || std::mem::forget(bad)).unwrap();
        assert!(cancelled.cancel());
        let last = executor.submit(|| 1).unwrap();
        hold.let_go();
        assert_eq!(last.result(), Ok(1));
        assert_eq!(executor.workers(), 1);
        executor.shutdown().unwrap();
        assert_eq!(*heard.lock().unwrap(), ["x-worker-1 dropped", "x-worker-1 dropped"]);
    });
}

#[test]
fn cancelling_calls_back_in_the_thread_that_cancels() {
    let executor = Executor::new(1).unwrap();
    let hold = Hold::new();
    executor.submit(hold.task()).unwrap();
    hold.until_it_runs();
    let queued = executor.submit(|| ()).unwrap();
    let called: Arc<Mutex<Vec<_>>> = Arc::default();
    for number in 0..2 {
        let calls = Arc::clone(&called);
        queued.add_done_callback(move |future| {
            calls.lock().unwrap().push((number, std::thread::current().id(), future.is_cancelled()));
        });
    }
    assert!(queued.cancel());
    let me = std::thread::current().id();
    assert_eq!(*called.lock().unwrap(), [(0, me, true), (1, me, true)]);
    assert!(queued.cancel(), "it still is");
    assert_eq!(called.lock().unwrap().len(), 2);
    hold.let_go();
}

#[test]
fn a_worker_can_shut_its_executor_down_but_not_wait_for_that() {
    told(|| {
        let executor = Arc::new(Executor::named("x", 1).unwrap());
        let theirs = Arc::clone(&executor);
        let error = executor.submit(move || theirs.shutdown().unwrap_err()).unwrap().result().unwrap();
        assert_eq!(error.worker, "x-worker-1");
        assert!(executor.submit(|| ()).is_err());
        // The last handle may be dropped by a task, too.
        let executor = Arc::new(Executor::named("y", 2).unwrap());
        let (theirs, hold) = (Arc::clone(&executor), Hold::new());
        let waits = hold.task();
        let dropping = executor.submit(move || {
            waits();
            drop(theirs);
        });
        drop(executor);
        hold.let_go();
        dropping.unwrap().result().unwrap();
    });
}

#[test]
fn the_programs_end_waits_for_what_was_submitted_to_an_executor_that_stays() {
    let done: Arc<Mutex<Vec<u32>>> = Arc::default();
    let does = Arc::clone(&done);
    let lines = told(move || {
        let executor = Executor::new(1).unwrap();
        let hold = Hold::new();
        executor.submit(hold.task()).unwrap();
        hold.until_it_runs();
        for number in 0..3 {
            let does = Arc::clone(&does);
            executor.submit(move || does.lock().unwrap().push(number)).unwrap();
        }
        std::mem::forget(executor);
        let later = hold.clone();
        thread::Builder::new().daemon(true).spawn(move || later.let_go()).unwrap();
    });
    assert_eq!(*done.lock().unwrap(), [0, 1, 2]);
    assert!(lines.contains(&"1 shut down".into()), "{lines:?}");
}

#[test]
fn an_executor_made_after_the_main_threads_end_takes_nothing() {
    let refused: Arc<Mutex<Option<Refusal>>> = Arc::default();
    let tells = Arc::clone(&refused);
    told(move || {
        thread::spawn(move || {
            // The main thread does not tell when it has ended: it takes nothing then.
            let refusal = loop {
                if let Err(error) = Executor::named("late", 1).unwrap().submit(|| ()) {
                    break error.reason;
                }
                thread::yield_now();
            };
            *tells.lock().unwrap() = Some(refusal);
        });
    });
    let shut_down = Refusal::ShutDown { executor: "Executor 'late'".into() };
    assert_eq!(*refused.lock().unwrap(), Some(shut_down));
}

#[test]
fn waits_and_tasks_are_told_in_order() {
    let lines = told(|| {
        let executor = Executor::named("x", 1).unwrap();
        let hold = Hold::new();
        let first = executor.submit(hold.task()).unwrap();
        let bad: Future<()> = executor.submit(|| panic!("bad")).unwrap();
        let cancelled = executor.submit(|| ()).unwrap();
        hold.until_it_runs();
        assert!(first.result_timeout(Duration::ZERO).is_err());
        assert!(first.result_timeout(Duration::from_millis(1)).is_err());
        assert!(cancelled.cancel());
        assert!(!first.cancel());
        hold.let_go();
        assert!(bad.result_timeout(LONG).is_err());
        assert!(first.is_done() && bad.is_done());
        executor.shutdown().unwrap();
    });
    let of =
        |thread: &str| -> Vec<&str> { lines.iter().filter_map(|line| line.strip_prefix(thread)).collect() };
    let worker = ["joined", "began 0", "ended 0", "began 1", "ended 1 badly"];
    assert_eq!(of("2 "), worker);
    let main = of("1 ");
    assert_eq!(
        main[..7],
        ["Workers 1", "added 1", "added 1", "added 1", "waits: Result, timed", "timed out", "cancelled 1"]
    );
    // It waits for the second task only where that has not ended yet.
    let rest = &main[7..];
    assert!(rest == ["shut down"] || rest == ["waits: Result, timed", "wait ended", "shut down"], "{rest:?}");
}
