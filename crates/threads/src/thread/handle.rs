//! Making a thread and waiting for it.

use super::current::{self, Thread, tell_panic};
use super::panics::{Panic, catch};
use super::workers::{self, Job, NoWorker, NoWorkerReason};
use crate::atomic::{AtomicU32, Ordering};
use crate::process::lock;
use crate::{clock, futex, recording, stack};
use core::fmt;
use core::panic::Location;
use core::time::Duration;
use std::sync::{Arc, Mutex};

/// Why a thread could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpawnError {
    /// The process has as many threads as it may have.
    #[error("no more threads: this process has {threads} already, and that is the most it can have")]
    TooManyThreads {
        /// The threads that it has, the main thread and those between two uses included.
        threads: u32,
    },
    /// The system gives no more threads.
    #[error("no more threads: the system gave {threads} and refused another ({reason})")]
    Refused {
        /// The threads that it gave.
        threads: u32,
        /// What the system said.
        reason: String,
    },
}

/// Why a thread has no value to give.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// The thread panicked.
    #[error("{name} panicked: {panic}")]
    Panicked {
        /// The thread's name.
        name: String,
        /// What it said, and where.
        panic: Panic,
    },
}

/// Why [`JoinHandle::join_timeout`] returns no value.
#[derive(Debug, thiserror::Error)]
pub enum JoinTimeoutError<T> {
    /// The thread still runs. Its handle is given back.
    #[error("{} still runs", .0.thread().name())]
    TimedOut(JoinHandle<T>),
    /// The thread ended without a value.
    #[error(transparent)]
    Failed(#[from] JoinError),
}

const RUNNING: u32 = 0;
const ENDED: u32 = 1;

/// What a thread leaves to whoever joins it.
struct Packet<T> {
    /// Waited on by the joiner.
    state: AtomicU32,
    value: Mutex<Option<Result<T, JoinError>>>,
}

/// The right to wait for a thread and take its value. Dropping it lets the thread go on by itself.
pub struct JoinHandle<T> {
    thread: Thread,
    packet: Arc<Packet<T>>,
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").field("thread", &self.thread).finish_non_exhaustive()
    }
}

/// Makes a thread that runs `body`, with a name like "Thread-2".
///
/// # Panics
///
/// If the thread cannot be made; [`Builder::spawn`] returns an error instead.
#[track_caller]
pub fn spawn<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    match Builder::new().spawn(body) {
        Ok(handle) => handle,
        Err(error) => panic!("{error}"),
    }
}

/// A thread to be made.
#[derive(Clone, Debug, Default)]
#[must_use = "a builder makes a thread only when `spawn` is called"]
pub struct Builder {
    name: Option<String>,
}

impl Builder {
    /// A thread with the usual properties.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives the thread a name. An empty one stands for the usual name, "Thread-" and its number.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.name = (!name.is_empty()).then_some(name);
        self
    }

    /// Makes the thread and starts it.
    ///
    /// # Errors
    ///
    /// If the process may have no more threads or the system gives none; `body` has not run then.
    #[track_caller]
    pub fn spawn<T: Send + 'static>(
        self,
        body: impl FnOnce() -> T + Send + 'static,
    ) -> Result<JoinHandle<T>, SpawnError> {
        let caller = Location::caller();
        futex::checkpoint();
        stack::check();
        let process = current::process();
        let slot = workers::reserve(process)?;
        let id = process.new_thread_id();
        // The main thread is number 1, so the first of the others is "Thread-1".
        let name = self.name.unwrap_or_else(|| format!("Thread-{}", id.0 - 1));
        let thread = Thread::new(id, name);
        let packet = Arc::new(Packet { state: AtomicU32::new(RUNNING), value: Mutex::new(None) });
        let job =
            Job { thread: thread.clone(), body: work(thread.clone(), Arc::clone(&packet), body, caller) };
        recording::record(|recorder| recorder.thread_created(id, thread.name(), false, caller));
        process.thread_begins();
        if let Err(none) = slot.run(process, job) {
            // The new thread has been announced, so its end is told too.
            recording::record(|recorder| {
                let parent = recorder.thread();
                recorder.set_thread(id);
                recorder.thread_finished(caller);
                recorder.set_thread(parent);
            });
            process.thread_ended();
            return Err(none.into());
        }
        Ok(JoinHandle { thread, packet })
    }
}

impl From<NoWorker> for SpawnError {
    fn from(NoWorker { threads, reason }: NoWorker) -> Self {
        match reason {
            NoWorkerReason::Limit => Self::TooManyThreads { threads },
            NoWorkerReason::Refused(reason) => Self::Refused { threads, reason },
        }
    }
}

/// What the worker does for one thread.
fn work<T: Send + 'static>(
    thread: Thread,
    packet: Arc<Packet<T>>,
    body: impl FnOnce() -> T + Send + 'static,
    caller: &'static Location<'static>,
) -> Box<dyn FnOnce() -> workers::Release + Send> {
    Box::new(move || {
        recording::record(|recorder| recorder.thread_started(caller));
        let value = catch(body);
        stack::check();
        let value = value.map_err(|panic| JoinError::Panicked { name: thread.name().into(), panic });
        recording::record(|recorder| match &value {
            Ok(_) => recorder.thread_finished(caller),
            Err(JoinError::Panicked { panic, .. }) => tell_panic(recorder, panic),
        });
        *lock(&packet.value) = Some(value);
        Box::new(move || {
            // Release: what the thread did is seen by its joiner.
            packet.state.store(ENDED, Ordering::Release);
            futex::wake(&packet.state, u32::MAX);
        })
    })
}

impl<T> JoinHandle<T> {
    /// The thread.
    pub fn thread(&self) -> &Thread {
        &self.thread
    }

    /// Whether the thread has ended, so that a join would not block.
    pub fn is_finished(&self) -> bool {
        self.packet.state.load(Ordering::Acquire) == ENDED
    }

    /// Waits for the thread to end and returns its value.
    ///
    /// # Errors
    ///
    /// If the thread panicked.
    #[track_caller]
    pub fn join(self) -> Result<T, JoinError> {
        self.wait(None, Location::caller());
        self.take()
    }

    /// Waits for the thread to end, but no longer than `timeout` of real time, and returns its value.
    ///
    /// # Errors
    ///
    /// If the thread still runs, which gives the handle back, or if it panicked.
    #[track_caller]
    pub fn join_timeout(self, timeout: Duration) -> Result<T, JoinTimeoutError<T>> {
        let deadline = clock::now().checked_add(timeout);
        if self.wait(deadline, Location::caller()) {
            Ok(self.take()?)
        } else {
            Err(JoinTimeoutError::TimedOut(self))
        }
    }

    /// Blocks until the thread has ended or the deadline has passed; tells which.
    fn wait(&self, deadline: Option<Duration>, caller: &'static Location<'static>) -> bool {
        futex::checkpoint();
        let target = self.thread.id();
        let waits = !self.is_finished();
        if waits {
            recording::record(|recorder| recorder.join_began(target, deadline.is_some(), caller));
        }
        while !self.is_finished() {
            if futex::wait(&self.packet.state, RUNNING, deadline) == futex::Wait::TimedOut
                && !self.is_finished()
            {
                recording::record(|recorder| recorder.join_timed_out(target, caller));
                return false;
            }
        }
        recording::record(|recorder| recorder.join_ended(target, caller));
        true
    }

    fn take(self) -> Result<T, JoinError> {
        let value = lock(&self.packet.value).take();
        // Joining takes the handle, so the value is taken once, and it is there before the state says so.
        value.unwrap_or_else(|| unreachable!("a thread that ended has left a value"))
    }
}
