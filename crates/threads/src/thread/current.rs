//! Who the calling thread is.

use super::panics::{Panic, catch};
use crate::process::{Failure, Process, Program};
use crate::recording;
use core::cell::RefCell;
use core::panic::Location;
use std::sync::Arc;
use threadlab_trace::{Recorder, ThreadId};

/// A handle to a thread: its number and its name.
#[derive(Clone, Debug)]
pub struct Thread {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    id: ThreadId,
    name: String,
}

impl Thread {
    pub(super) fn new(id: ThreadId, name: String) -> Self {
        Self { inner: Arc::new(Inner { id, name }) }
    }

    /// The thread's number; it is not used again in its process.
    pub fn id(&self) -> ThreadId {
        self.inner.id
    }

    /// The thread's name.
    pub fn name(&self) -> &str {
        &self.inner.name
    }
}

thread_local! {
    static CURRENT: RefCell<Option<(&'static Process, Thread)>> = const { RefCell::new(None) };
}

/// The calling thread. One that no process started, as in a native test, is the main thread of no process.
pub fn current() -> Thread {
    CURRENT
        .with_borrow(|current| current.as_ref().map(|(_, thread)| thread.clone()))
        .unwrap_or_else(|| Thread::new(ThreadId::MAIN, "MainThread".into()))
}

/// The calling thread's process.
pub(super) fn process() -> &'static Process {
    CURRENT.with_borrow(|current| current.as_ref().map_or_else(Process::ambient, |(process, _)| process))
}

/// The calling thread's number, or 0 where no process started it.
#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
pub(crate) fn id() -> u32 {
    CURRENT.with(|current| match current.try_borrow() {
        Ok(current) => current.as_ref().map_or(0, |(_, thread)| thread.id().0),
        Err(_) => 0,
    })
}

/// Makes the calling worker run as `thread` of `process` while `body` runs.
pub(super) fn run_as(process: &'static Process, thread: &Thread, body: impl FnOnce()) {
    CURRENT.set(Some((process, thread.clone())));
    recording::record(|recorder| recorder.set_thread(thread.id()));
    body();
    CURRENT.set(None);
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
    let thread = Thread::new(ThreadId::MAIN, "MainThread".into());
    let mut outcome = Err(Failure::Error("the program did not run".into()));
    run_as(process, &thread, || {
        recording::record(|recorder| recorder.thread_started(caller));
        outcome = match catch(program) {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(message)) => Err(Failure::Error(message)),
            Err(panic) => Err(Failure::Panicked(panic)),
        };
        recording::record(|recorder| tell_end(recorder, &outcome, caller));
    });
    outcome
}

fn tell_end(recorder: &mut Recorder, outcome: &Result<String, Failure>, caller: &'static Location<'static>) {
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
