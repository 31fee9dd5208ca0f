//! Who the calling thread is.

use super::error::JoinError;
use super::panics::{Panic, catch};
use crate::atomic::{AtomicU32, Ordering};
use crate::object::Caller;
use crate::process::{Failure, Process, Program, lock};
use crate::{clock, futex, owner, recording};
use core::cell::RefCell;
use core::fmt;
use core::panic::Location;
use core::sync::atomic::AtomicBool;
use core::time::Duration;
use std::sync::{Arc, Mutex};
use threadlab_trace::{Recorder, ThreadId};

/// A thread, whether it has not started yet, is alive or has ended. Clones mean the same thread, and are equal.
#[derive(Clone)]
pub struct Thread {
    inner: Arc<Inner>,
}

struct Inner {
    id: ThreadId,
    name: Mutex<String>,
    daemon: bool,
    /// Where the thread is in its life; waited on by those who join it.
    state: AtomicU32,
    /// Whether an event has told of its creation.
    announced: AtomicBool,
}

const NOT_STARTED: u32 = 0;
const ALIVE: u32 = 1;
const ENDED: u32 = 2;

impl fmt::Debug for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Thread").field("id", &self.id()).field("name", &self.name()).finish_non_exhaustive()
    }
}

impl PartialEq for Thread {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }
}

impl Eq for Thread {}

impl Thread {
    /// A thread that has not started.
    pub(super) fn new(id: ThreadId, name: String, daemon: bool) -> Self {
        let state = AtomicU32::new(NOT_STARTED);
        let inner = Inner { id, name: Mutex::new(name), daemon, state, announced: AtomicBool::new(false) };
        Self { inner: Arc::new(inner) }
    }

    fn main() -> Self {
        let main = Self::new(ThreadId::MAIN, "MainThread".into(), false);
        main.inner.state.store(ALIVE, Ordering::Relaxed);
        main.inner.announced.store(true, Ordering::Relaxed);
        main
    }

    /// The thread's number; it is not used again in its process.
    pub fn id(&self) -> ThreadId {
        self.inner.id
    }

    /// The thread's name at this moment. Names are for people: several threads may have the same.
    pub fn name(&self) -> String {
        lock(&self.inner.name).clone()
    }

    /// Gives the thread another name, at any time of its life. An empty one is allowed here.
    #[track_caller]
    pub fn set_name(&self, name: impl Into<String>) {
        let (name, caller) = (name.into(), Location::caller());
        lock(&self.inner.name).clone_from(&name);
        if self.inner.announced.load(Ordering::Relaxed) {
            recording::record(|recorder| recorder.thread_renamed(self.id(), &name, caller));
        }
    }

    /// Whether the program ends without waiting for this thread.
    pub fn is_daemon(&self) -> bool {
        self.inner.daemon
    }

    /// Whether the thread has started and has not ended.
    pub fn is_alive(&self) -> bool {
        self.inner.state.load(Ordering::Relaxed) == ALIVE
    }

    /// Whether the thread has ended, so that a join would not block. What it did is visible then.
    pub fn is_finished(&self) -> bool {
        // Acquire: pairs with the store in `end`.
        self.inner.state.load(Ordering::Acquire) == ENDED
    }

    /// Waits until the thread has ended, whether well or by a panic. Any number of threads may do so, any number of
    /// times.
    ///
    /// # Errors
    ///
    /// If the thread has not been started, or is the calling one, which could never go on.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[track_caller]
    pub fn join(&self) -> Result<(), JoinError> {
        self.wait(None, Location::caller())
    }

    /// Waits until the thread has ended, but no longer than `timeout` of real time.
    ///
    /// # Errors
    ///
    /// As [`Thread::join`], and [`JoinError::TimedOut`] if the thread is still alive.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block.
    #[track_caller]
    pub fn join_timeout(&self, timeout: Duration) -> Result<(), JoinError> {
        self.wait(Some(clock::after(timeout)), Location::caller())
    }

    pub(crate) fn wait(&self, deadline: Option<Duration>, caller: Caller) -> Result<(), JoinError> {
        futex::checkpoint();
        let target = self.id();
        match self.inner.state.load(Ordering::Acquire) {
            NOT_STARTED => return Err(JoinError::NotStarted { name: self.name() }),
            ENDED => {
                // A timer that was cancelled has ended without a word about it.
                if self.inner.announced.load(Ordering::Relaxed) {
                    recording::record(|recorder| recorder.join_ended(target, caller));
                }
                return Ok(());
            }
            _ => {}
        }
        if *self == current() {
            return Err(JoinError::Oneself { name: self.name() });
        }
        futex::must_be_able_to_block();
        self.announce(caller);
        recording::record(|recorder| recorder.join_began(target, deadline.is_some(), caller));
        while !self.is_finished() {
            let waited = futex::wait(&self.inner.state, ALIVE, deadline);
            let why = match self.inner.state.load(Ordering::Acquire) {
                // Its start was taken back.
                NOT_STARTED => JoinError::NotStarted { name: self.name() },
                ALIVE if waited == futex::Wait::TimedOut => JoinError::TimedOut { name: self.name() },
                _ => continue,
            };
            recording::record(|recorder| recorder.join_timed_out(target, caller));
            return Err(why);
        }
        recording::record(|recorder| recorder.join_ended(target, caller));
        Ok(())
    }

    /// Tells of the thread's creation, as the calling thread's doing, unless that has been told.
    pub(super) fn announce(&self, caller: Caller) {
        // Relaxed: whoever is second has other reasons to know that the first has recorded it, or does not care.
        if !self.inner.announced.swap(true, Ordering::Relaxed) {
            let (id, name, daemon) = (self.id(), self.name(), self.is_daemon());
            recording::record(|recorder| recorder.thread_created(id, &name, daemon, caller));
        }
    }

    /// Tells that the thread will not run, if its creation has been told.
    pub(super) fn tell_over(&self, caller: Caller) {
        if !self.inner.announced.load(Ordering::Relaxed) {
            return;
        }
        recording::record(|recorder| {
            let me = recorder.thread();
            recorder.set_thread(self.id());
            recorder.thread_started(caller);
            recorder.thread_finished(caller);
            recorder.set_thread(me);
        });
    }

    /// It has started: returns whether it had not before.
    pub(super) fn start(&self) -> bool {
        self.inner.state.compare_exchange(NOT_STARTED, ALIVE, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// It could not be started after all.
    pub(super) fn take_back_start(&self) {
        self.inner.state.store(NOT_STARTED, Ordering::Relaxed);
        futex::wake(&self.inner.state, u32::MAX);
    }

    /// It has ended: those who join it go on.
    pub(super) fn end(&self) {
        // Release: what the thread did is seen by whoever joins it.
        self.inner.state.store(ENDED, Ordering::Release);
        futex::wake(&self.inner.state, u32::MAX);
    }
}

thread_local! {
    static CURRENT: RefCell<Option<(&'static Process, Thread)>> = const { RefCell::new(None) };
    /// What [`current`] gives where no process started the thread.
    static STRANGER: Thread = Thread::main();
}

/// The calling thread: the very one that was started. One that no process started, as in a native test, is the main
/// thread of no process.
pub fn current() -> Thread {
    CURRENT
        .with_borrow(|current| current.as_ref().map(|(_, thread)| thread.clone()))
        .unwrap_or_else(|| STRANGER.with(Clone::clone))
}

/// The calling thread's process.
pub(crate) fn process() -> &'static Process {
    CURRENT.with_borrow(|current| current.as_ref().map_or_else(Process::ambient, |(process, _)| process))
}

/// All threads of the calling thread's process that are alive, in the order in which they were made, the main
/// thread first. Threads that have not started and those that have ended are not among them.
pub fn enumerate() -> Vec<Thread> {
    let process = process();
    let mut alive: Vec<Thread> = lock(process.alive()).values().cloned().collect();
    if alive.first().is_none_or(|first| first.id() != ThreadId::MAIN) {
        // No program runs, as in a native test.
        alive.insert(0, STRANGER.with(Clone::clone));
    }
    alive
}

/// How many threads [`enumerate`] would list.
pub fn active_count() -> usize {
    enumerate().len()
}

/// The calling thread's number, or 0 where no process started it.
pub fn current_id() -> ThreadId {
    let id = CURRENT.with(|current| match current.try_borrow() {
        Ok(current) => current.as_ref().map(|(_, thread)| thread.id()),
        Err(_) => None,
    });
    id.unwrap_or(ThreadId(0))
}

/// Makes the calling worker run as `thread` of `process` while `body` runs.
pub(super) fn run_as<R>(process: &'static Process, thread: &Thread, body: impl FnOnce() -> R) -> R {
    let before = CURRENT.replace(Some((process, thread.clone())));
    let owner = owner::replace(owner::NOBODY);
    recording::record(|recorder| recorder.set_thread(thread.id()));
    let result = body();
    owner::replace(owner);
    if let Some((_, before)) = &before {
        recording::record(|recorder| recorder.set_thread(before.id()));
    }
    CURRENT.set(before);
    result
}

/// The recorder of a worker of this process, where the process is traced.
pub(crate) fn start_of(process: &'static Process) {
    recording::set(process.trace().map(threadlab_trace::Trace::attach));
}

/// Runs a program's main function on the calling thread.
#[track_caller]
pub(crate) fn run_main(process: &'static Process, program: Program) -> Result<String, Failure> {
    let caller = Location::caller();
    start_of(process);
    let thread = Thread::main();
    lock(process.alive()).insert(thread.id().0, thread.clone());
    run_as(process, &thread, || {
        recording::record(|recorder| recorder.thread_started(caller));
        let outcome = match catch(program) {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(message)) => Err(Failure::Error(message)),
            Err(panic) => Err(Failure::Panicked(panic)),
        };
        // The main thread's own data goes when its part is done, as that of others does.
        let outcome = match catch(super::local::drop_values) {
            Ok(()) => outcome,
            Err(panic) => outcome.and(Err(Failure::Panicked(panic))),
        };
        if outcome.is_ok() {
            process.main_ends();
        }
        recording::record(|recorder| tell_end(recorder, &outcome, caller));
        outcome
    })
}

fn tell_end(recorder: &mut Recorder, outcome: &Result<String, Failure>, caller: Caller) {
    match outcome {
        Ok(_) => recorder.thread_finished(caller),
        Err(Failure::Error(message)) => {
            recorder.thread_finished(caller);
            recorder.failed(message, caller);
        }
        Err(Failure::Panicked(panic)) => {
            tell_panic(recorder, panic);
            recorder.failed(&panic.message, caller);
        }
    }
}

/// Records that the thread ends by a panic.
pub(super) fn tell_panic(recorder: &mut Recorder, panic: &Panic) {
    recorder.thread_panicked(&panic.message, &panic.file, panic.line);
}
