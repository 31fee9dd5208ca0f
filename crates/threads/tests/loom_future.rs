//! What executors are made of, under every interleaving that loom can find: a future's completion, the observer of
//! several of them, and the tasks that wait for workers.
//!
//! Run by `cargo xtask test --only loom`.
#![cfg(loom)]

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use loom::thread;
use std::time::Duration;
use threadlab_threads::executor::completion::{Completion, Stage, Waiting};
use threadlab_threads::executor::observer::{Goal, Observer};
use threadlab_threads::executor::tasks::{Entry, Tasks};
use threadlab_threads::futex;

/// Longer than any test lasts: the time of such a wait passes when the test lets it.
const LONG: Option<Duration> = Some(Duration::MAX);

/// A future, and what its task writes and those who see it complete read; loom fails the test if these are not in order.
struct Shared {
    future: Completion<u32, u32>,
    written: UnsafeCell<u32>,
}

// SAFETY: it is written before the task is finished and read by those who have seen that; that this is enough is what the
// tests show.
unsafe impl Sync for Shared {}
// SAFETY: as above.
unsafe impl Send for Shared {}

impl Shared {
    fn new() -> Arc<Self> {
        Arc::new(Self { future: Completion::new(), written: UnsafeCell::new(0) })
    }

    /// Runs the task as a worker does; returns the callbacks, or `None` if it was cancelled.
    fn run(&self) -> Option<Vec<u32>> {
        if !self.future.begin(|| ()) {
            return None;
        }
        // SAFETY: nobody reads it before the task is finished.
        self.written.with_mut(|written| unsafe { *written = 7 });
        Some(self.future.finish(42, false, |_| ()))
    }

    /// Looks at what the task did.
    fn check(&self) {
        assert_eq!(self.future.value(), Some(&42));
        // SAFETY: it is written before the task is finished, and never again.
        assert_eq!(self.written.with(|written| unsafe { *written }), 7);
    }
}

#[test]
fn two_waiters_see_what_the_task_did() {
    loom::model(|| {
        let shared = Shared::new();
        let waiters = [(); 2].map(|()| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                assert!(shared.future.wait(None, |_| ()));
                shared.check();
            })
        });
        assert_eq!(shared.run(), Some(Vec::new()));
        for waiter in waiters {
            waiter.join().unwrap();
        }
    });
}

#[test]
fn who_only_looks_sees_what_the_task_did() {
    loom::model(|| {
        let shared = Shared::new();
        let theirs = Arc::clone(&shared);
        let worker = thread::spawn(move || theirs.run());
        if shared.future.stage() == Stage::Finished {
            shared.check();
        }
        worker.join().unwrap();
        shared.check();
    });
}

#[test]
fn a_task_is_cancelled_or_runs_and_its_waiter_goes_on() {
    loom::model(|| {
        let shared = Shared::new();
        let (theirs, others) = (Arc::clone(&shared), Arc::clone(&shared));
        let worker = thread::spawn(move || theirs.run().is_some());
        let waiter = thread::spawn(move || {
            assert!(others.future.wait(None, |_| ()));
            if others.future.stage() == Stage::Finished {
                others.check();
            }
        });
        let cancelled = shared.future.cancel(|| ()).is_some();
        let ran = worker.join().unwrap();
        waiter.join().unwrap();
        assert_ne!(cancelled, ran);
        assert_eq!(shared.future.stage(), if cancelled { Stage::Cancelled } else { Stage::Finished });
    });
}

#[test]
fn of_two_who_cancel_one_calls_the_callbacks() {
    loom::model(|| {
        let shared = Shared::new();
        assert_eq!(shared.future.add_callback(1), None);
        let theirs = Arc::clone(&shared);
        let other = thread::spawn(move || theirs.future.cancel(|| ()));
        let mine = shared.future.cancel(|| ()).unwrap();
        let others = other.join().unwrap().unwrap();
        assert_eq!([mine, others].concat(), [1]);
    });
}

#[test]
fn a_callback_that_is_added_late_is_called_once() {
    loom::model(|| {
        let shared = Shared::new();
        assert_eq!(shared.future.add_callback(1), None);
        let theirs = Arc::clone(&shared);
        let worker = thread::spawn(move || theirs.run().unwrap());
        let at_once = shared.future.add_callback(2);
        if at_once.is_some() {
            shared.check();
        }
        let mut called = worker.join().unwrap();
        called.extend(at_once);
        assert_eq!(called, [1, 2]);
    });
}

#[test]
fn a_timeout_that_races_with_the_end_is_one_or_the_other() {
    loom::model(|| {
        let shared = Shared::new();
        let (theirs, clock) = (Arc::clone(&shared), Arc::clone(&shared));
        let waiter = thread::spawn(move || {
            // What is recorded of a wait agrees with what is recorded of the task.
            let tell = |waiting| match waiting {
                Waiting::Began | Waiting::TimedOut => assert!(!theirs.future.stage().is_complete()),
                Waiting::Ended => theirs.check(),
            };
            if theirs.future.wait(LONG, tell) {
                theirs.check();
            }
        });
        let time = thread::spawn(move || {
            futex::expire(clock.future.word());
        });
        shared.run();
        time.join().unwrap();
        waiter.join().unwrap();
        shared.check();
    });
}

/// Two futures whose workers end them, and an observer of both.
fn observed(goal: Goal) -> ([Arc<Shared>; 2], std::sync::Arc<Observer>) {
    let shared = [Shared::new(), Shared::new()];
    let observer = std::sync::Arc::new(Observer::new(goal, 2));
    shared[0].future.observe(&observer, 0, |_| false);
    (shared, observer)
}

#[test]
fn an_observer_of_all_waits_for_all() {
    loom::model(|| {
        let (shared, observer) = observed(Goal::All);
        let workers = shared.clone().map(|shared| {
            thread::spawn(move || {
                shared.run();
            })
        });
        // Perhaps too late to be told by the worker.
        shared[1].future.observe(&observer, 1, |_| false);
        assert!(observer.wait(None, |_| ()));
        shared[0].check();
        shared[1].check();
        let mut order = [observer.take(), observer.take()].map(Option::unwrap);
        order.sort_unstable();
        assert_eq!(order, [0, 1]);
        assert_eq!(observer.take(), None);
        for worker in workers {
            worker.join().unwrap();
        }
    });
}

#[test]
fn an_observer_goes_from_one_to_the_next() {
    loom::model(|| {
        let (shared, observer) = observed(Goal::One);
        shared[1].future.observe(&observer, 1, |_| false);
        let workers = shared.clone().map(|shared| {
            thread::spawn(move || {
                shared.run();
            })
        });
        let mut seen = [false; 2];
        for _ in 0..2 {
            assert!(observer.wait(None, |_| ()));
            let index = observer.take().unwrap();
            assert!(!std::mem::replace(&mut seen[index], true));
            shared[index].check();
        }
        for worker in workers {
            worker.join().unwrap();
        }
    });
}

#[test]
fn an_observers_timeout_that_races_with_a_task_loses_nothing() {
    loom::model(|| {
        let shared = Shared::new();
        let observer = std::sync::Arc::new(Observer::new(Goal::One, 1));
        shared.future.observe(&observer, 0, |_| false);
        let (theirs, clock) = (Arc::clone(&shared), std::sync::Arc::clone(&observer));
        let notified = Arc::new(AtomicBool::new(false));
        let notifies = Arc::clone(&notified);
        let worker = thread::spawn(move || {
            theirs.run();
            notifies.store(true, Ordering::SeqCst);
        });
        let time = thread::spawn(move || {
            futex::expire(clock.word());
        });
        let tell = |waiting| match waiting {
            Waiting::TimedOut => assert!(!notified.load(Ordering::SeqCst), "nobody gives up what has come"),
            Waiting::Began | Waiting::Ended => {}
        };
        if observer.wait(LONG, tell) {
            assert_eq!(observer.take(), Some(0));
            shared.check();
        } else {
            worker.join().unwrap();
            time.join().unwrap();
            assert!(observer.wait(None, |_| ()));
            assert_eq!(observer.take(), Some(0));
            return;
        }
        worker.join().unwrap();
        time.join().unwrap();
    });
}

#[test]
fn a_forgotten_observer_does_not_keep_the_task() {
    loom::model(|| {
        let shared = Shared::new();
        let observer = std::sync::Arc::new(Observer::new(Goal::One, 1));
        shared.future.observe(&observer, 0, |_| false);
        let theirs = Arc::clone(&shared);
        let worker = thread::spawn(move || theirs.run().is_some());
        shared.future.forget(&observer);
        assert!(worker.join().unwrap());
        assert_eq!(std::sync::Arc::strong_count(&observer), 1);
    });
}

/// Adds a task where no other worker is called for.
fn add(tasks: &Tasks<u32>, task: u32) {
    match tasks.enter() {
        Entry::Open(opening) => opening.add(task, || ()),
        Entry::Worker => tasks.enter_with(0).add(task, || ()),
        Entry::Shut => panic!("it is open"),
    }
}

#[test]
fn two_workers_take_each_task_once_and_end() {
    loom::model(|| {
        let tasks = Arc::new(Tasks::new(2));
        tasks.enter_with(1).add(1, || ());
        let sum = Arc::new(AtomicU32::new(0));
        let workers = [(); 2].map(|()| {
            let (tasks, sum) = (Arc::clone(&tasks), Arc::clone(&sum));
            thread::spawn(move || {
                while let Some(task) = tasks.take() {
                    sum.fetch_add(task, Ordering::Relaxed);
                    tasks.leave();
                }
            })
        });
        add(&tasks, 2);
        tasks.shut(false, || ());
        assert!(matches!(tasks.enter(), Entry::Shut));
        for worker in workers {
            worker.join().unwrap();
        }
        assert_eq!(sum.load(Ordering::Relaxed), 3);
    });
}

#[test]
fn a_sleeping_worker_is_woken_for_each_task() {
    loom::model(|| {
        let tasks = Arc::new(Tasks::new(1));
        drop(tasks.enter_with(1));
        let theirs = Arc::clone(&tasks);
        let worker = thread::spawn(move || {
            // Ends only if neither task is overslept, since nobody shuts this down.
            assert_eq!(theirs.take(), Some(1));
            theirs.leave();
            assert_eq!(theirs.take(), Some(2));
        });
        add(&tasks, 1);
        add(&tasks, 2);
        worker.join().unwrap();
    });
}

#[test]
fn whoever_has_seen_a_result_finds_its_worker_free() {
    loom::model(|| {
        let tasks = Arc::new(Tasks::new(2));
        let shared = Shared::new();
        tasks.enter_with(1).add(0, || ());
        let (theirs, future) = (Arc::clone(&tasks), Arc::clone(&shared));
        let worker = thread::spawn(move || {
            while theirs.take().is_some() {
                assert!(future.future.begin(|| ()));
                future.future.finish(42, false, |_| theirs.leave());
            }
        });
        assert!(shared.future.wait(None, |_| ()));
        assert!(matches!(tasks.enter(), Entry::Open(_)), "no second worker is called for");
        tasks.shut(false, || ());
        worker.join().unwrap();
    });
}
