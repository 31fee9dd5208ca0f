//! The workers that threads run on, and their reuse.

use super::current::{Thread, run_as, start_of};
use crate::atomic::{AtomicU32, Ordering};
use crate::futex;
use crate::process::{Process, lock};
use std::sync::{Arc, Mutex};

/// One thread's work: runs on a worker as that thread, tells its end, and then lets the joiners go on by the second
/// step, which is returned so that the worker can be offered to others before anybody knows that it is free.
pub(super) struct Job {
    pub thread: Thread,
    pub body: Box<dyn FnOnce() -> Release + Send>,
}

/// Lets those go on who wait for a thread that has ended.
pub(super) type Release = Box<dyn FnOnce()>;

/// A worker that waits for its next thread.
pub(super) struct Parked {
    /// 0 while there is nothing to do; waited on.
    assigned: AtomicU32,
    job: Mutex<Option<Job>>,
}

/// The workers of a process.
#[derive(Default)]
pub(crate) struct Workers {
    idle: Vec<Arc<Parked>>,
    /// Workers that were made, besides the one that runs the main thread. None ends before the process does.
    made: u32,
}

/// What a new worker starts with.
pub(crate) struct Start {
    process: &'static Process,
    job: Job,
}

/// Why a worker could not be had: how many threads there are.
pub(super) struct NoWorker {
    pub threads: u32,
    pub reason: NoWorkerReason,
}

pub(super) enum NoWorkerReason {
    /// The process has as many as it may have.
    Limit,
    /// The system refused another.
    Refused(String),
}

/// A worker set aside for one job.
pub(super) enum Slot {
    /// One that waits.
    Parked(Arc<Parked>),
    /// One to be made, which was counted already.
    New,
}

/// Sets a worker aside: a parked one, or the right to make another.
pub(super) fn reserve(process: &'static Process) -> Result<Slot, NoWorker> {
    let mut workers = lock(&process.workers);
    if let Some(parked) = workers.idle.pop() {
        return Ok(Slot::Parked(parked));
    }
    let threads = workers.made + 1;
    if threads >= process.max_threads() {
        return Err(NoWorker { threads, reason: NoWorkerReason::Limit });
    }
    workers.made += 1;
    Ok(Slot::New)
}

impl Slot {
    /// Has the job run.
    pub(super) fn run(self, process: &'static Process, job: Job) -> Result<(), NoWorker> {
        match self {
            Self::Parked(parked) => {
                *lock(&parked.job) = Some(job);
                // Release: the worker that sees the word sees the job.
                parked.assigned.store(1, Ordering::Release);
                futex::wake(&parked.assigned, 1);
                Ok(())
            }
            Self::New => make_worker(Start { process, job }).map_err(|reason| {
                let mut workers = lock(&process.workers);
                workers.made -= 1;
                NoWorker { threads: workers.made + 1, reason: NoWorkerReason::Refused(reason) }
            }),
        }
    }
}

/// Asks the page for a worker. It answers by starting one or by ending the process, so there is nothing to wait for.
#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
fn make_worker(start: Start) -> Result<(), String> {
    if !futex::can_block() {
        // Its message would go to the page itself, where nobody listens.
        return Err("the page's own thread belongs to no process".into());
    }
    crate::worker::request(start)
}

#[cfg(all(target_arch = "wasm32", not(target_feature = "atomics")))]
fn make_worker(_start: Start) -> Result<(), String> {
    Err("a page has one thread only: threads are spawned in a process".into())
}

#[cfg(not(target_arch = "wasm32"))]
fn make_worker(start: Start) -> Result<(), String> {
    let made = std::thread::Builder::new().spawn(|| start.run_until_the_process_ends());
    made.map(drop).map_err(|error| error.to_string())
}

impl Start {
    /// A worker's life: its first thread, then others as they come. Workers end with their process.
    pub(crate) fn run_until_the_process_ends(self) {
        let Self { process, mut job } = self;
        start_of(process);
        let me = Arc::new(Parked { assigned: AtomicU32::new(0), job: Mutex::new(None) });
        loop {
            let Job { thread, body } = job;
            let release = run_as(process, &thread, body);
            drop(thread);
            // Offered before the joiner goes on, so that what it spawns next finds this worker.
            lock(&process.workers).idle.push(Arc::clone(&me));
            release();
            job = me.next_job();
        }
    }
}

impl Parked {
    fn next_job(&self) -> Job {
        loop {
            // Acquire: pairs with the store of whoever left the job.
            if self.assigned.swap(0, Ordering::Acquire) == 1
                && let Some(job) = lock(&self.job).take()
            {
                return job;
            }
            futex::wait(&self.assigned, 0, None);
        }
    }
}
