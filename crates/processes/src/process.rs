//! Processes: made, started, awaited and ended.

mod exit;
mod memory;
mod method;
mod start;
mod task;

pub use exit::{Ending, ExitCode, exit};
pub use memory::memory_bytes;
pub use method::{
    StartMethod, fork, forkserver, set_start_method, spawn, start_method, start_methods, with_start_method,
};

#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
pub(crate) use start::run_forked;

use crate::client;
use crate::error::Error;
use crate::reference::words;
use crate::wire::{self, ENDED, ListedChild, RUNNING, Request};
use core::fmt;
use core::panic::Location;
use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::{Mutex, TryLockError};
use task::Task;
use threadlab_kernel::Rule;
use threadlab_threads::{clock, record};

/// A process with a memory of its own, started or not.
///
/// Dropping it lets it run on. A program waits for all processes that it has started, but for daemon processes, which end
/// with their parent.
pub struct Process {
    name: String,
    daemon: bool,
    method: StartMethod,
    /// Taken by the start.
    task: Mutex<Option<Task>>,
    /// Its number, or 0 before it has one.
    pid: AtomicU32,
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process").field("name", &self.name).field("pid", &self.pid()).finish_non_exhaustive()
    }
}

/// Names given to processes without one, so far.
static USUAL_NAMES: AtomicU32 = AtomicU32::new(0);

impl Process {
    /// A process that will run `function` with `argument`, started by the usual method (see [`set_start_method`]). The
    /// function goes by reference, and the argument as bytes. What the function returns becomes the exit code.
    ///
    /// ```
    /// # use threadlab_processes::Process;
    /// fn greet(names: Vec<String>) {
    ///     for name in names {
    ///         println!("Hello, {name}");
    ///     }
    /// }
    /// let process = Process::new(greet, vec!["Ada".to_owned(), "Grace".to_owned()]);
    /// ```
    ///
    /// An argument that means nothing in another memory does not compile:
    ///
    /// ```compile_fail
    /// # use threadlab_processes::Process;
    /// # use std::sync::atomic::AtomicPtr;
    /// fn greet(names: AtomicPtr<String>) {
    ///     println!("Hello, {names:?}");
    /// }
    /// let process = Process::new(greet, AtomicPtr::default());
    /// ```
    pub fn new<A, R>(function: fn(A) -> R, argument: A) -> Self
    where
        A: Serialize + DeserializeOwned + Send + 'static,
        R: Ending + 'static,
    {
        Self::by(start_method(), function, argument)
    }

    /// As [`new`](Self::new), started by this method.
    pub fn by<A, R>(method: StartMethod, function: fn(A) -> R, argument: A) -> Self
    where
        A: Serialize + DeserializeOwned + Send + 'static,
        R: Ending + 'static,
    {
        Self::with(method, Task::function(function, argument))
    }

    /// A process that will run `body` in a copy of the calling process's memory: it has everything that the process has
    /// at that moment.
    pub fn forking<R: Ending + 'static>(body: impl FnOnce() -> R + Send + 'static) -> Self {
        Self::with(StartMethod::Fork, Task::closure(body))
    }

    fn with(method: StartMethod, task: Task) -> Self {
        let number = USUAL_NAMES.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        Self {
            name: format!("Process-{number}"),
            daemon: false,
            method,
            task: Mutex::new(Some(task)),
            pid: AtomicU32::new(0),
        }
    }

    /// Gives it a name instead of "Process-N". Names are for people: several processes may have the same.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Has it end when its parent ends, instead of being waited for.
    #[must_use]
    pub fn daemon(mut self, daemon: bool) -> Self {
        self.daemon = daemon;
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it ends with its parent.
    pub fn is_daemon(&self) -> bool {
        self.daemon
    }

    /// How it is started.
    pub fn start_method(&self) -> StartMethod {
        self.method
    }

    /// Its number, once it has been started. Numbers are not used again in a run.
    pub fn pid(&self) -> Option<u32> {
        // Acquire: what its start did has been done.
        Some(self.pid.load(Ordering::Acquire)).filter(|pid| *pid != 0)
    }

    /// Starts it.
    ///
    /// # Errors
    ///
    /// If it has been started, if a daemon process starts one, if there are too many processes, if the browser has no
    /// memory for it, or if its argument cannot be written as bytes. In all cases but the first it can be started later.
    #[track_caller]
    pub fn start(&self) -> Result<(), Error> {
        let mut task = match self.task.try_lock() {
            Ok(task) => task,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            // By another thread right now, or by the fork that this memory is the copy of, which never unlocks it here.
            Err(TryLockError::WouldBlock) => return Err(self.error(Rule::AlreadyStarted)),
        };
        let Some(ready) = &*task else { return Err(self.error(Rule::AlreadyStarted)) };
        let name = &self.name;
        let method = wire::method_code(self.method.in_kernel());
        let created = client::take(&Request::Create { name, method, daemon: self.daemon })
            .map_err(|rule| self.error(rule))?;
        let pid = created.numbers[0];
        if let Err(error) = start::start(self, pid, ready, Location::caller()) {
            // It was not started, so nobody else has it.
            let _ = client::take(&Request::Release { process: pid });
            return Err(error);
        }
        *task = None;
        // Release: see `pid`.
        self.pid.store(pid, Ordering::Release);
        Ok(())
    }

    /// Whether it has been started and has not ended.
    pub fn is_alive(&self) -> bool {
        self.state().is_some_and(|[state, ..]| state == RUNNING)
    }

    /// What it ended with, once it has: 0 where all went well, 1 after a panic, what [`exit`] was given, or the negative
    /// number of the signal that ended it, such as -15 for [`terminate`](Self::terminate).
    pub fn exit_code(&self) -> Option<i32> {
        let [state, code, ..] = self.state()?;
        (state == ENDED).then(|| code.cast_signed())
    }

    fn state(&self) -> Option<[u32; 4]> {
        Some(client::take(&Request::Status { process: self.pid()? }).ok()?.numbers)
    }

    /// Waits until it has ended, and returns its exit code. Any number of times.
    ///
    /// # Errors
    ///
    /// If it has not been started, or is not a child of the calling process.
    #[track_caller]
    pub fn join(&self) -> Result<i32, Error> {
        self.wait(None, Location::caller())
    }

    /// Waits until it has ended, but no longer than `timeout` of real time.
    ///
    /// # Errors
    ///
    /// As [`join`](Self::join), and [`Error::TimedOut`] if it still runs.
    #[track_caller]
    pub fn join_timeout(&self, timeout: Duration) -> Result<i32, Error> {
        self.wait(Some(clock::after(timeout)), Location::caller())
    }

    fn wait(&self, deadline: Option<Duration>, caller: &'static Location<'static>) -> Result<i32, Error> {
        let pid = self.pid().ok_or_else(|| self.error(Rule::NotStarted))?;
        let ended = wait_for(pid, deadline, caller).map_err(|rule| self.error(rule))?;
        ended.ok_or_else(|| Error::TimedOut { object: self.words() })
    }

    /// Ends it, whatever its threads do, with the exit code -15. One that has ended stays as it is.
    ///
    /// # Errors
    ///
    /// If it has not been started.
    #[track_caller]
    pub fn terminate(&self) -> Result<(), Error> {
        self.signal(-15, Location::caller())
    }

    /// As [`terminate`](Self::terminate), with the exit code -9.
    ///
    /// # Errors
    ///
    /// If it has not been started.
    #[track_caller]
    pub fn kill(&self) -> Result<(), Error> {
        self.signal(-9, Location::caller())
    }

    fn signal(&self, code: i32, caller: &'static Location<'static>) -> Result<(), Error> {
        let pid = self.pid().ok_or_else(|| self.error(Rule::NotStarted))?;
        if self.is_alive() {
            end(pid, code, caller);
        }
        Ok(())
    }

    fn words(&self) -> String {
        words("Process", &self.name)
    }

    fn unwritable(&self, reason: String) -> Error {
        Error::Unwritable { object: self.words(), reason }
    }

    fn error(&self, rule: Rule) -> Error {
        Error::Rule { object: self.words(), rule }
    }
}

/// Waits until a child has ended, and returns its exit code, or `None` once the deadline has passed.
fn wait_for(
    pid: u32,
    deadline: Option<Duration>,
    caller: &'static Location<'static>,
) -> Result<Option<i32>, Rule> {
    let mut waited = false;
    let ended = client::until(&Request::Join { process: pid }, deadline, || {
        waited = true;
        record(|recorder| recorder.process_join_began(pid, deadline.is_some(), caller));
    });
    let code = ended.as_ref().ok().and_then(Option::as_ref).map(|taken| taken.numbers[0].cast_signed());
    record(|recorder| match code {
        Some(_) => recorder.process_join_ended(pid, caller),
        // Who did not wait has nothing to give up.
        None if waited => recorder.process_join_timed_out(pid, caller),
        None => {}
    });
    ended.map(|_| code)
}

/// Has a process end, and tells so first.
fn end(pid: u32, code: i32, caller: &'static Location<'static>) {
    record(|recorder| recorder.process_end_asked(pid, caller));
    start::end(pid, code);
}

/// Does what was written down for this process.
#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
pub(crate) fn run_written(task: &[u8]) -> Result<ExitCode, String> {
    task::Written::from_bytes(task)?.run()
}

/// What a process does at the good end of its program: daemon children end with it, the others are waited for.
pub(crate) fn wait_for_children() {
    for child in active_children() {
        if child.daemon {
            end(child.pid, -15, Location::caller());
        }
        // A child that cannot be waited for has been released.
        let _ = wait_for(child.pid, None, Location::caller());
    }
}

/// A child of the calling process that is alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Child {
    /// Its number.
    pub pid: u32,
    /// Its name.
    pub name: String,
    /// Whether it ends with its parent.
    pub daemon: bool,
}

/// The children of the calling process that have been started and have not ended.
pub fn active_children() -> Vec<Child> {
    let Ok(listed) = client::take(&Request::ActiveChildren) else { return Vec::new() };
    let children: Vec<ListedChild> = postcard::from_bytes(&listed.bytes).unwrap_or_default();
    children
        .into_iter()
        .map(|child| Child { pid: child.process, name: child.name, daemon: child.daemon })
        .collect()
}

/// The number of the calling process.
pub fn current_pid() -> u32 {
    client::process()
}
