//! Executors and futures: lines 83 to 90.
//!
//! What Python raises from a task is a panic here, or a `Result` that is the task's value: the future gives either as it
//! is. Numbers of workers are unsigned, so only zero is left to be refused.

use crate::settle;
use crate::times::at_once;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use threadlab_threads::executor::{
    Executor, Future, FutureError, Refusal, Waited, When, as_completed, as_completed_timeout, wait,
};
use threadlab_threads::thread::{self, Panic, Thread, set_error_hook, spawn};
use threadlab_threads::{Barrier, Event};
use threadlab_trace::What;

crate::behaviours![
    b83_a_future_gives_its_tasks_value_or_panic_every_time_and_the_worker_goes_on => one_worker_did_it_all,
    b84_a_result_that_is_not_there_in_time_is_an_error_and_the_task_goes_on,
    b85_a_task_can_be_cancelled_until_it_begins,
    b86_callbacks_run_in_order_though_one_fails_and_at_once_when_it_is_late,
    b87_a_map_submits_all_at_once_gives_results_in_order_and_ends_after_the_first_error,
    b88_a_shutdown_runs_or_cancels_what_is_queued_and_takes_no_more,
    b89_no_more_tasks_run_at_once_than_there_are_workers_and_idle_ones_are_used_again,
    b90_wait_and_as_completed_tell_quick_from_slow,
];

/// The events of a program whose tasks wait for one another say so, while they do.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn workers_that_wait_for_a_queued_task_are_seen_as_a_deadlock() {
    use threadlab_threads::process::{self, Options};

    let queued: Arc<Mutex<Option<Future<u32>>>> = Arc::default();
    let theirs = Arc::clone(&queued);
    let program = move || {
        let executor = Arc::new(Executor::named("x", 1).unwrap());
        let inner = Arc::clone(&executor);
        let outer = executor.submit(move || {
            let future = inner.submit(|| 1).unwrap();
            *theirs.lock().unwrap() = Some(future.clone());
            future.result()
        });
        assert!(matches!(outer.unwrap().result(), Ok(Err(FutureError::Cancelled { .. }))));
        Ok(String::new())
    };
    let (mut model, mut seen, mut words) = (threadlab_model::Model::new(), 0, None);
    let run = process::run_and(Options::default(), program, |_, events| {
        events[seen..].iter().for_each(|event| model.apply(event));
        seen = events.len();
        if let Some(deadlock) = model.deadlock() {
            // Somebody from outside ends it.
            if let Some(future) = queued.lock().unwrap().take() {
                words = Some(deadlock.words(&model));
                future.cancel();
            }
        }
    });
    run.outcome.unwrap();
    let words = words.unwrap();
    let cause =
        "the only worker of Executor 'x' waits for results of Executor 'x', and 1 task waits for a worker";
    assert!(words.contains(cause), "{words}");
}

/// What a task waits for.
fn gate() -> (Arc<Event>, impl FnOnce() + Send + 'static) {
    let open = Arc::new(Event::named("gate"));
    let theirs = Arc::clone(&open);
    (open, move || theirs.wait())
}

/// Submits a task that waits to be let go, and returns when it waits.
fn occupy(executor: &Executor) -> (Arc<Event>, Future<()>) {
    let (open, task) = gate();
    let future = executor.submit(task).unwrap();
    settle();
    assert!(future.is_running());
    (open, future)
}

fn b83_a_future_gives_its_tasks_value_or_panic_every_time_and_the_worker_goes_on() {
    let executor = Executor::named("calls", 1).unwrap();
    let good = executor.submit(|| 6 * 7).unwrap();
    let wrong = executor.submit(|| "six".parse::<u32>()).unwrap();
    let bad: Future<()> = executor.submit(|| panic!("no luck")).unwrap();
    for _ in 0..2 {
        assert_eq!(good.result(), Ok(42));
        assert_eq!(good.exception(), Ok(None));
        assert!(wrong.result().unwrap().is_err());
        let panic = bad.exception().unwrap().unwrap();
        assert_eq!(panic.message, "no luck");
        let task = "task 2 of Executor 'calls'".into();
        assert_eq!(bad.result(), Err(FutureError::Panicked { task, panic }));
    }
    assert_eq!(executor.submit(|| thread::current().name()).unwrap().result().unwrap(), "calls-worker-1");
}

fn one_worker_did_it_all(events: &[threadlab_trace::Event]) {
    let workers = events.iter().filter(|event| matches!(event.what, What::WorkerJoined { .. })).count();
    let ended = events.iter().filter_map(|event| match event.what {
        What::TaskEnded { task, failed, .. } => Some((task, failed)),
        _ => None,
    });
    assert_eq!(workers, 1);
    assert_eq!(ended.collect::<Vec<_>>(), [(0, false), (1, false), (2, true), (3, false)]);
}

fn b84_a_result_that_is_not_there_in_time_is_an_error_and_the_task_goes_on() {
    let executor = Executor::named("slow", 1).unwrap();
    let (open, running) = occupy(&executor);
    let pending = executor.submit(|| 7).unwrap();
    for timeout in [Duration::ZERO, Duration::from_millis(1)] {
        let late = |number| FutureError::TimedOut { task: format!("task {number} of Executor 'slow'") };
        assert_eq!(running.result_timeout(timeout), Err(late(0)));
        assert_eq!(pending.result_timeout(timeout), Err(late(1)));
        assert_eq!(pending.exception_timeout(timeout), Err(late(1)));
    }
    assert!(running.is_running() && !pending.is_running() && !pending.is_done());
    open.set();
    assert_eq!(at_once(|long| running.result_timeout(long)), Ok(()));
    assert_eq!(pending.result(), Ok(7));
    assert_eq!(pending.result_timeout(Duration::ZERO), Ok(7));
}

fn b85_a_task_can_be_cancelled_until_it_begins() {
    let executor = Executor::named("x", 1).unwrap();
    let ran: Arc<AtomicU32> = Arc::default();
    let (open, running) = occupy(&executor);
    let runs = Arc::clone(&ran);
    let queued = executor.submit(move || runs.fetch_add(1, Ordering::Relaxed)).unwrap();
    let theirs = queued.clone();
    let waiter = spawn(move || theirs.result());
    settle();
    assert!(!running.cancel());
    assert!(queued.cancel());
    assert!(queued.is_cancelled() && queued.is_done() && !running.is_cancelled());
    let cancelled = || FutureError::Cancelled { task: "task 1 of Executor 'x'".into() };
    assert_eq!(queued.result(), Err(cancelled()));
    assert_eq!(queued.exception(), Err(cancelled()));
    // Whoever waited for it does not wait for the worker.
    assert_eq!(waiter.join().unwrap(), Err(cancelled()));
    open.set();
    assert_eq!(running.result(), Ok(()));
    assert!(!running.cancel());
    executor.shutdown().unwrap();
    assert_eq!(ran.load(Ordering::Relaxed), 0);
    assert!(queued.cancel(), "it still is");
}

fn b86_callbacks_run_in_order_though_one_fails_and_at_once_when_it_is_late() {
    let reported: Arc<Mutex<Vec<String>>> = Arc::default();
    let reports = Arc::clone(&reported);
    set_error_hook(Some(Arc::new(move |thread: &Thread, panic: &Panic| {
        reports.lock().unwrap().push(format!("{}: {}", thread.name(), panic.message));
    })));
    let called: Arc<Mutex<Vec<String>>> = Arc::default();
    let note = |name: &'static str| {
        let called = Arc::clone(&called);
        move |future: &Future<u32>| {
            assert_eq!(future.result(), Ok(42));
            called.lock().unwrap().push(format!("{name} in {}", thread::current().name()));
        }
    };
    let executor = Executor::named("x", 1).unwrap();
    let (open, _) = occupy(&executor);
    let future = executor.submit(|| 42).unwrap();
    future.add_done_callback(note("a"));
    future.add_done_callback(|_| panic!("a callback that fails"));
    future.add_done_callback(note("b"));
    open.set();
    executor.shutdown().unwrap();
    assert_eq!(future.result(), Ok(42));
    assert_eq!(*called.lock().unwrap(), ["a in x-worker-1", "b in x-worker-1"]);
    future.add_done_callback(note("c"));
    assert_eq!(called.lock().unwrap().split_off(2), ["c in MainThread"]);
    assert_eq!(*reported.lock().unwrap(), ["x-worker-1: a callback that fails"]);
}

fn b87_a_map_submits_all_at_once_gives_results_in_order_and_ends_after_the_first_error() {
    let executor = Executor::named("x", 2).unwrap();
    let gates: Arc<[Event; 4]> = Arc::default();
    let theirs = Arc::clone(&gates);
    let results = executor.map(0..4, move |item: usize| {
        // Each waits for the one after it, so they end in the opposite order by twos.
        if item.is_multiple_of(2) {
            theirs[item + 1].wait();
        }
        theirs[item].set();
        item
    });
    let results: Result<Vec<usize>, _> = results.unwrap().collect();
    assert_eq!(results, Ok(vec![0, 1, 2, 3]));

    let mut failing = executor.map([1, 0, 2], |item: u32| 6 / item).unwrap();
    assert_eq!(failing.next(), Some(Ok(6)));
    assert!(matches!(failing.next(), Some(Err(FutureError::Panicked { .. }))));
    assert_eq!((failing.next(), failing.next()), (None, None));

    let ran: Arc<AtomicU32> = Arc::default();
    let runs = Arc::clone(&ran);
    let unread = executor.map(0..10, move |_| runs.fetch_add(1, Ordering::Relaxed)).unwrap();
    executor.shutdown().unwrap();
    assert_eq!(ran.load(Ordering::Relaxed), 10);
    drop(unread);
}

fn b88_a_shutdown_runs_or_cancels_what_is_queued_and_takes_no_more() {
    for cancelling in [false, true] {
        let executor = Arc::new(Executor::named("x", 2).unwrap());
        let ran: Arc<AtomicU32> = Arc::default();
        let busy = [occupy(&executor), occupy(&executor)];
        let queued: Vec<_> = (0..20)
            .map(|_| {
                let runs = Arc::clone(&ran);
                executor.submit(move || runs.fetch_add(1, Ordering::Relaxed)).unwrap()
            })
            .collect();
        let theirs = Arc::clone(&executor);
        let ending = spawn(move || if cancelling { theirs.shutdown_cancelling() } else { theirs.shutdown() });
        settle();
        assert!(!ending.is_finished());
        let refused = executor.submit(|| 1).unwrap_err();
        assert_eq!(refused.reason, Refusal::ShutDown { executor: "Executor 'x'".into() });
        assert_eq!((refused.task)(), 1);
        for (open, _) in &busy {
            open.set();
        }
        ending.join().unwrap().unwrap();
        assert!(busy.iter().all(|(_, future)| future.result().is_ok()));
        assert!(queued.iter().all(Future::is_done));
        assert!(queued.iter().all(|future| future.is_cancelled() == cancelling));
        assert_eq!(ran.load(Ordering::Relaxed), if cancelling { 0 } else { 20 });
        // Its workers have ended.
        assert_eq!(thread::active_count(), 1);
    }
}

fn b89_no_more_tasks_run_at_once_than_there_are_workers_and_idle_ones_are_used_again() {
    let error = Executor::named("none", 0).unwrap_err();
    assert!(error.to_string().contains("Executor 'none'"), "{error}");
    let executor = Executor::named("three", 3).unwrap();
    for number in 0..10 {
        assert_eq!(executor.submit(move || number).unwrap().result(), Ok(number));
    }
    assert_eq!(executor.workers(), 1, "whoever sees the result finds the worker idle");
    let counts: Arc<[AtomicU32; 2]> = Arc::default();
    // Nobody passes it before three of them run.
    let together = Arc::new(Barrier::new(3).unwrap());
    let tasks: Vec<_> = (0..12)
        .map(|_| {
            let (counts, together) = (Arc::clone(&counts), Arc::clone(&together));
            let task = move || {
                let running = counts[0].fetch_add(1, Ordering::Relaxed) + 1;
                counts[1].fetch_max(running, Ordering::Relaxed);
                together.wait().unwrap();
                counts[0].fetch_sub(1, Ordering::Relaxed);
            };
            executor.submit(task).unwrap()
        })
        .collect();
    wait(&tasks, When::AllCompleted, None);
    assert_eq!(counts[1].load(Ordering::Relaxed), 3);
    assert_eq!(executor.workers(), 3);
}

fn b90_wait_and_as_completed_tell_quick_from_slow() {
    let executor = Executor::named("x", 2).unwrap();
    let (open, slow) = occupy(&executor);
    let quick = executor.submit(|| ()).unwrap();
    let both = [slow.clone(), quick.clone()];
    let quick_only = Waited { done: vec![quick.clone()], not_done: vec![slow.clone()] };
    assert_eq!(at_once(|long| wait(&both, When::FirstCompleted, Some(long))), quick_only);
    assert_eq!(wait(&both, When::AllCompleted, Some(Duration::from_millis(1))), quick_only);
    assert_eq!(wait(&both, When::AllCompleted, Some(Duration::ZERO)), quick_only);
    let bad: Future<()> = executor.submit(|| panic!("bad")).unwrap();
    let with_bad = [slow.clone(), bad.clone(), bad.clone()];
    let waited = wait(&with_bad, When::FirstException, None);
    assert_eq!(waited, Waited { done: vec![bad.clone()], not_done: vec![slow.clone()] });

    let mut in_time = as_completed_timeout(&both, Duration::from_millis(1));
    assert_eq!(in_time.next(), Some(Ok(quick.clone())));
    let late = in_time.next().unwrap().unwrap_err();
    assert_eq!(late.to_string(), "tasks that were not complete in time: 1 of 2");
    assert_eq!(in_time.next(), None);

    let mut completed = as_completed(&[slow.clone(), quick.clone(), slow.clone(), quick.clone()]);
    assert_eq!(completed.next(), Some(quick));
    let rest = spawn(move || completed.collect::<Vec<_>>());
    settle();
    assert!(!rest.is_finished());
    open.set();
    assert_eq!(rest.join().unwrap(), [slow]);
    assert_eq!(as_completed::<()>(&[]).next(), None);
}
