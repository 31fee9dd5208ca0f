//! The agenda of the timers under every interleaving that loom can find.
//!
//! Run by `cargo xtask test --only loom`.
#![cfg(loom)]

use loom::sync::atomic::{AtomicU32, Ordering};
use loom::sync::{Arc, Mutex};
use loom::thread::{self, JoinHandle};
use threadlab_threads::agenda::{Agenda, Item, Now};
use threadlab_threads::futex;

struct Number(u32);

impl Item for Number {
    fn is_void(&self) -> bool {
        false
    }
}

struct Shared {
    agenda: Agenda<Number>,
    changed: AtomicU32,
    /// How many items have run, and which was the last.
    ran: AtomicU32,
    last: AtomicU32,
    /// Seconds of program time.
    time: AtomicU32,
    /// Workers that have left.
    left: AtomicU32,
    workers: Mutex<Vec<JoinHandle<()>>>,
}

fn shared() -> Arc<Shared> {
    Arc::new(Shared {
        agenda: Agenda::new(),
        changed: AtomicU32::new(0),
        ran: AtomicU32::new(0),
        last: AtomicU32::new(0),
        time: AtomicU32::new(0),
        left: AtomicU32::new(0),
        workers: Mutex::new(Vec::new()),
    })
}

fn call(shared: &Arc<Shared>) -> Result<(), ()> {
    let theirs = Arc::clone(shared);
    let worker = thread::spawn(move || {
        let now = || Now { seconds: f64::from(theirs.time.load(Ordering::Relaxed)), factor: 1.0 };
        theirs.agenda.serve(&theirs.changed, now, |Number(number)| {
            theirs.agenda.hand_over(|| call(&theirs).is_ok());
            theirs.last.store(number, Ordering::Relaxed);
            theirs.ran.fetch_add(1, Ordering::Release);
            futex::wake(&theirs.ran, u32::MAX);
        });
        theirs.left.fetch_add(1, Ordering::Release);
    });
    shared.workers.lock().unwrap().push(worker);
    Ok(())
}

/// Adds an item that is due at once.
fn add(shared: &Arc<Shared>, number: u32) {
    shared.agenda.add(0.0, Number(number), &shared.changed, || call(shared)).unwrap();
}

fn wait_for(shared: &Shared, count: u32) {
    loop {
        match shared.ran.load(Ordering::Acquire) {
            ran if ran >= count => return,
            ran => futex::wait(&shared.ran, ran, None),
        };
    }
}

/// Ends the workers: each lingers until its time is over.
fn end(shared: &Shared) {
    let called = shared.workers.lock().unwrap().len();
    while (shared.left.load(Ordering::Acquire) as usize) < called {
        futex::expire(&shared.changed);
        thread::yield_now();
    }
    for worker in shared.workers.lock().unwrap().drain(..) {
        worker.join().unwrap();
    }
}

#[test]
fn an_item_that_comes_while_the_worker_leaves_is_run() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(|| {
        let shared = shared();
        add(&shared, 1);
        wait_for(&shared, 1);
        // The worker may be lingering, about to, or leaving by now.
        futex::expire(&shared.changed);
        add(&shared, 2);
        wait_for(&shared, 2);
        assert_eq!(shared.last.load(Ordering::Relaxed), 2);
        end(&shared);
    });
}

#[test]
fn an_item_that_is_due_before_the_one_waited_for_is_run_first() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(|| {
        let shared = shared();
        // Its time never comes by itself.
        shared.agenda.add(1000.0, Number(1), &shared.changed, || call(&shared)).unwrap();
        add(&shared, 2);
        wait_for(&shared, 1);
        assert_eq!(shared.last.load(Ordering::Relaxed), 2);
        shared.time.store(2000, Ordering::Relaxed);
        shared.changed.fetch_add(1, Ordering::Release);
        futex::wake(&shared.changed, u32::MAX);
        wait_for(&shared, 2);
        end(&shared);
    });
}
