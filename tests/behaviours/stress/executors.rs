//! Executors: each task runs once or is cancelled, its callbacks run once, and no more run at once than there are workers.

use super::{Dice, Load};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use threadlab_threads::executor::{Executor, Future, FutureError, When, as_completed, wait};
use threadlab_threads::thread::spawn;
use threadlab_threads::untraced;

super::stresses![stress_executor, stress_executor_shutdown];

/// What is known of a task from its own doings and from what was done to it.
#[derive(Default)]
struct Known {
    runs: AtomicU32,
    /// Whether a call of `cancel` said that it is cancelled.
    cancelled: AtomicU32,
    callbacks_added: AtomicU32,
    callbacks_run: AtomicU32,
}

/// A task that was submitted, and what it has to come to.
#[derive(Clone)]
struct Entry {
    future: Future<u32>,
    known: Arc<Known>,
    /// `None`: a panic.
    value: Option<u32>,
}

/// How many tasks run at once.
#[derive(Default)]
struct Crowd {
    now: AtomicU32,
    most: AtomicU32,
}

impl Entry {
    /// What the task would have come to had the caller run it.
    fn check(&self, outcome: &Result<u32, FutureError>) {
        let cancelled = self.known.cancelled.load(Ordering::Relaxed) > 0;
        match outcome {
            Ok(value) => assert_eq!(self.value, Some(*value)),
            Err(FutureError::Panicked { .. }) => assert_eq!(self.value, None),
            Err(FutureError::Cancelled { .. }) => {
                assert!(self.future.is_cancelled());
                return;
            }
            Err(FutureError::TimedOut { .. }) => return,
        }
        assert!(!cancelled, "what was cancelled has no result");
        assert_eq!(self.known.runs.load(Ordering::Relaxed), 1, "what has a result has run");
    }

    /// To be called when its executor has been shut down.
    fn check_end(&self) {
        let known = &self.known;
        assert!(self.future.is_done());
        let cancelled = known.cancelled.load(Ordering::Relaxed) > 0 || self.future.is_cancelled();
        assert_eq!(known.runs.load(Ordering::Relaxed), u32::from(!cancelled), "each once, or cancelled");
        assert_eq!(
            known.callbacks_run.load(Ordering::Relaxed),
            known.callbacks_added.load(Ordering::Relaxed)
        );
        self.check(&self.future.result());
    }

    fn add_callback(&self, dice: &mut Dice) {
        self.known.callbacks_added.fetch_add(1, Ordering::Relaxed);
        let (known, fails) = (Arc::clone(&self.known), dice.one_in(4));
        self.future.add_done_callback(move |future| {
            assert!(future.is_done());
            known.callbacks_run.fetch_add(1, Ordering::Relaxed);
            assert!(!fails, "a callback that fails now and then");
        });
    }
}

/// Submits a task with random doings. `None` if the executor was shut down.
fn submit(executor: &Executor, crowd: &Arc<Crowd>, dice: &mut Dice) -> Option<Entry> {
    let value = (!dice.one_in(8)).then(|| dice.between(0, 1000));
    let known: Arc<Known> = Arc::default();
    let (runs, crowd, mut theirs) = (Arc::clone(&known), Arc::clone(crowd), Dice(dice.next()));
    let task = move || {
        let now = crowd.now.fetch_add(1, Ordering::Relaxed) + 1;
        crowd.most.fetch_max(now, Ordering::Relaxed);
        runs.runs.fetch_add(1, Ordering::Relaxed);
        theirs.dawdle();
        crowd.now.fetch_sub(1, Ordering::Relaxed);
        value.unwrap_or_else(|| panic!("a task that fails now and then"))
    };
    let future = executor.submit(task).ok()?;
    Some(Entry { future, known, value })
}

fn futures(entries: &[Entry]) -> Vec<Future<u32>> {
    entries.iter().map(|entry| entry.future.clone()).collect()
}

/// Waits for some, and checks what comes back.
fn wait_for_some(entries: &[Entry], dice: &mut Dice) {
    let when = match dice.between(0, 2) {
        0 => When::FirstCompleted,
        1 => When::FirstException,
        _ => When::AllCompleted,
    };
    let timeout = dice.one_in(2).then(|| dice.timeout());
    let waited = wait(&futures(entries), when, timeout);
    assert!(waited.done.iter().all(Future::is_done));
    assert_eq!(waited.done.len() + waited.not_done.len(), entries.len());
    if timeout.is_some() || entries.is_empty() {
        return;
    }
    match when {
        When::FirstCompleted => assert!(!waited.done.is_empty()),
        When::AllCompleted => assert!(waited.not_done.is_empty()),
        When::FirstException => {
            let failed = |future: &Future<u32>| matches!(future.exception(), Ok(Some(_)));
            assert!(waited.not_done.is_empty() || waited.done.iter().any(failed));
        }
    }
}

fn stress_executor(load: &Load) {
    quiet();
    let workers = load.dice().between(1, 6);
    let executor = Arc::new(Executor::named("stress", workers as usize).unwrap());
    let (crowd, all): (Arc<Crowd>, Arc<Mutex<Vec<Entry>>>) = Default::default();
    let (theirs, crowds, every) = (Arc::clone(&executor), Arc::clone(&crowd), Arc::clone(&all));
    load.shared_by(4).team(load.threads(1).min(8), move |_, dice, operations| {
        let mut mine: Vec<Entry> = Vec::new();
        for _ in 0..operations {
            let recent = mine.len().saturating_sub(dice.between(0, 6) as usize);
            let some = mine.get(recent).cloned();
            match (dice.between(0, 9), some) {
                (0..=4, _) | (_, None) => {
                    mine.push(submit(&theirs, &crowds, dice).expect("it is not shut down"));
                }
                (5, Some(entry)) => {
                    if entry.future.cancel() {
                        entry.known.cancelled.fetch_add(1, Ordering::Relaxed);
                    }
                }
                (6, Some(entry)) => entry.check(&entry.future.result_timeout(dice.timeout())),
                (7, Some(entry)) => entry.add_callback(dice),
                (8, _) => wait_for_some(&mine[recent..], dice),
                _ => {
                    let completed = as_completed(&futures(&mine[recent..])).map(|future| {
                        assert!(future.is_done());
                    });
                    assert_eq!(completed.count(), mine.len() - recent);
                }
            }
        }
        for entry in &mine {
            entry.check(&entry.future.result());
        }
        every.lock().unwrap().extend(mine);
    });
    executor.shutdown().unwrap();
    assert!((1..=workers).contains(&crowd.most.load(Ordering::Relaxed)));
    assert!(executor.workers() <= workers as usize);
    all.lock().unwrap().iter().for_each(Entry::check_end);
}

/// Executors that are shut down while tasks are submitted and cancelled: nothing that was taken is left undone.
fn stress_executor_shutdown(load: &Load) {
    quiet();
    for round in 0..(load.operations / 200).max(1) {
        let mut dice = Dice(load.seed.wrapping_add(u64::from(round)));
        let executor = Arc::new(Executor::new(dice.between(1, 4) as usize).unwrap());
        let (crowd, all): (Arc<Crowd>, Arc<Mutex<Vec<Entry>>>) = Default::default();
        let recorded = load.recorded;
        let threads = (0..3).map(|_| {
            let (executor, crowd, all) = (Arc::clone(&executor), Arc::clone(&crowd), Arc::clone(&all));
            let mut dice = Dice(dice.next());
            spawn(move || {
                let mut work = || {
                    let mut mine = Vec::new();
                    while let Some(entry) = submit(&executor, &crowd, &mut dice) {
                        if dice.one_in(4) && entry.future.cancel() {
                            entry.known.cancelled.fetch_add(1, Ordering::Relaxed);
                        }
                        if dice.one_in(4) {
                            entry.add_callback(&mut dice);
                        }
                        mine.push(entry);
                        // So that what is recorded stays in bounds.
                        if mine.len() > 200 {
                            let _ = mine[0].future.result_timeout(Duration::from_micros(100));
                        }
                    }
                    all.lock().unwrap().extend(mine);
                };
                if recorded { work() } else { untraced(work) }
            })
        });
        let threads: Vec<_> = threads.collect();
        for _ in 0..dice.between(0, 20) {
            dice.dawdle();
        }
        match dice.between(0, 2) {
            0 => executor.shutdown().unwrap(),
            1 => executor.shutdown_cancelling().unwrap(),
            _ => {
                executor.begin_shutdown();
                executor.begin_shutdown_cancelling();
                executor.shutdown().unwrap();
            }
        }
        super::end(threads);
        all.lock().unwrap().iter().for_each(Entry::check_end);
    }
}

/// Callbacks that fail are reported: to nobody.
fn quiet() {
    threadlab_threads::thread::set_error_hook(Some(Arc::new(|_, _| ())));
}
