//! A process: a program, its threads, and what they share beside the program's own data.

use crate::atomic::{AtomicU32, Ordering};
use crate::program_clock::{ProgramClock, ProgramNow};
use crate::thread::{ErrorHook, Thread, Timers};
use crate::{clock, futex, recording, thread};
use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use threadlab_trace::{Surroundings, Trace};

/// A program: what the main thread runs. Its result, or its error as text, is shown when it ends.
pub type Program = Box<dyn FnOnce() -> Result<String, String> + Send>;

/// Limits and settings of a process.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// How many threads may be alive at once, the main thread included. At least 1.
    pub max_threads: u32,
    /// How many times faster than real time sleeps pass. Positive.
    pub time_scale: f32,
}

impl Default for Options {
    /// 96 threads, whose stacks of 2 MiB leave room for events and data in a memory of 256 MiB; real time.
    fn default() -> Self {
        Self { max_threads: 96, time_scale: 1.0 }
    }
}

/// One running process. It lives until its memory is given up, in the browser with the process, so it is only ever
/// borrowed for ever.
pub struct Process {
    trace: Option<&'static Trace>,
    max_threads: u32,
    controls: Controls,
    threads_made: AtomicU32,
    usual_names_made: AtomicU32,
    usual_executor_names_made: AtomicU32,
    usual_pool_names_made: AtomicU32,
    end_with_main: Mutex<EndingWithMain>,
    /// Threads that have been started and have not ended, without the main thread and daemon threads.
    running: AtomicU32,
    /// The threads that are alive, by their numbers.
    alive: Mutex<BTreeMap<u32, Thread>>,
    error_hook: Mutex<Option<ErrorHook>>,
    timers: Timers,
    program_clock: ProgramClock,
    pub(crate) workers: Mutex<thread::Workers>,
}

/// Something whose threads wait for work as long as there may be more, and that would keep the program from ending.
pub(crate) trait EndsWithMain: Send + Sync {
    /// The main thread has ended well: there need be no more work.
    fn main_ends(&self);
}

/// What is to be told when the main thread has ended well; `None` afterwards.
type EndingWithMain = Option<Vec<Weak<dyn EndsWithMain>>>;

/// What the page changes while a process runs; it finds this by its address.
#[repr(C)]
pub(crate) struct Controls {
    /// The time scale's bits. Sleepers wait on this word, so that a change wakes them.
    pub time_scale: AtomicU32,
    /// Counted up, and its waiters woken, whenever a waiting timer thread has to think again.
    pub timers_changed: AtomicU32,
}

/// The factor that a time scale's bits stand for.
pub(crate) fn factor(bits: u32) -> f64 {
    f64::from(f32::from_bits(bits)).max(f64::from(f32::MIN_POSITIVE))
}

/// The real time that so many seconds of program time take.
pub(crate) fn real(seconds: f64, factor: f64) -> Duration {
    Duration::try_from_secs_f64(seconds / factor).unwrap_or(Duration::MAX)
}

impl Process {
    /// A process without threads. It is never freed.
    pub(crate) fn new(trace: Option<&'static Trace>, options: Options) -> &'static Self {
        Box::leak(Box::new(Self {
            trace,
            max_threads: options.max_threads.max(1),
            controls: Controls {
                time_scale: AtomicU32::new(options.time_scale.to_bits()),
                timers_changed: AtomicU32::new(0),
            },
            threads_made: AtomicU32::new(1),
            usual_names_made: AtomicU32::new(0),
            usual_executor_names_made: AtomicU32::new(0),
            usual_pool_names_made: AtomicU32::new(0),
            end_with_main: Mutex::new(Some(Vec::new())),
            running: AtomicU32::new(0),
            alive: Mutex::default(),
            error_hook: Mutex::default(),
            timers: Timers::new(),
            program_clock: ProgramClock::new(),
            workers: Mutex::new(thread::Workers::default()),
        }))
    }

    /// The process of threads that belong to none: native threads that no program started. It is not traced.
    pub(crate) fn ambient() -> &'static Self {
        static AMBIENT: OnceLock<&'static Process> = OnceLock::new();
        AMBIENT.get_or_init(|| Self::new(None, Options::default()))
    }

    /// A directory for the events of a process.
    pub(crate) fn new_trace(ask_to_drain: fn()) -> &'static Trace {
        Box::leak(Box::new(Trace::new(Surroundings { now: clock::micros, ask_to_drain })))
    }

    pub(crate) fn trace(&self) -> Option<&'static Trace> {
        self.trace
    }

    pub(crate) fn max_threads(&self) -> u32 {
        self.max_threads
    }

    pub(crate) fn controls(&self) -> &Controls {
        &self.controls
    }

    pub(crate) fn alive(&self) -> &Mutex<BTreeMap<u32, Thread>> {
        &self.alive
    }

    pub(crate) fn error_hook(&self) -> &Mutex<Option<ErrorHook>> {
        &self.error_hook
    }

    pub(crate) fn timers(&self) -> &Timers {
        &self.timers
    }

    /// Program time, and how fast it passes.
    pub(crate) fn program_now(&self) -> ProgramNow {
        self.program_clock.look(&self.controls.time_scale)
    }

    /// A name for a thread that was given none.
    pub(crate) fn usual_name(&self) -> String {
        format!("Thread-{}", self.usual_names_made.fetch_add(1, Ordering::Relaxed).wrapping_add(1))
    }

    /// A name for an executor that was given none, for its workers.
    pub(crate) fn usual_executor_name(&self) -> String {
        format!("Executor-{}", self.usual_executor_names_made.fetch_add(1, Ordering::Relaxed).wrapping_add(1))
    }

    /// A name for a pool that was given none.
    pub(crate) fn usual_pool_name(&self) -> String {
        format!("Pool-{}", self.usual_pool_names_made.fetch_add(1, Ordering::Relaxed).wrapping_add(1))
    }

    /// Has `it` told when the main thread has ended well, if it is still there then; at once where that has happened.
    pub(crate) fn end_with_main<E: EndsWithMain + 'static>(&self, it: &Arc<E>) {
        if let Some(list) = &mut *lock(&self.end_with_main) {
            list.retain(|other| other.strong_count() > 0);
            list.push(Arc::<E>::downgrade(it));
            return;
        }
        it.main_ends();
    }

    /// The main thread has ended well.
    pub(crate) fn main_ends(&self) {
        if let Some(act) = AT_END.get() {
            act();
        }
        let list = lock(&self.end_with_main).take();
        for it in list.iter().flatten().filter_map(Weak::upgrade) {
            it.main_ends();
        }
    }

    pub(crate) fn new_thread_id(&self) -> threadlab_trace::ThreadId {
        threadlab_trace::ThreadId(self.threads_made.fetch_add(1, Ordering::Relaxed).wrapping_add(1))
    }

    pub(crate) fn thread_begins(&self) {
        self.running.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn thread_ended(&self) {
        // Release: what the thread did is done when the main thread sees that none is left.
        if self.running.fetch_sub(1, Ordering::Release) == 1 {
            futex::wake(&self.running, u32::MAX);
        }
    }

    /// Runs the program on the calling thread, which becomes the process's main thread, and waits for the other
    /// threads but daemon threads. A program that fails is not waited for: its error is returned at once.
    pub(crate) fn run(&'static self, program: Program) -> Result<String, Failure> {
        let result = thread::run_main(self, program)?;
        loop {
            match self.running.load(Ordering::Acquire) {
                0 => break,
                running => futex::wait(&self.running, running, None),
            };
        }
        recording::record(|recorder| recorder.result(&result, core::panic::Location::caller()));
        Ok(result)
    }

    /// Changes the time scale; sleepers go on at the new one.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn set_time_scale(&self, scale: f32) {
        self.controls.time_scale.store(scale.to_bits(), Ordering::Relaxed);
        futex::wake(&self.controls.time_scale, u32::MAX);
        Timers::scale_changed(self);
    }
}

/// The limits and settings of the calling thread's process, as they are now.
pub fn options() -> Options {
    let process = thread::process();
    let time_scale = f32::from_bits(process.controls.time_scale.load(Ordering::Relaxed));
    Options { max_threads: process.max_threads, time_scale }
}

/// What the main thread does when its program has come to a good end, see [`at_end`].
static AT_END: OnceLock<fn()> = OnceLock::new();

/// Has the main thread of every process call this when its program has come to a good end, before the process waits for
/// its other threads. The first function stays; for layers above that have more to wait for.
pub fn at_end(act: fn()) {
    let _ = AT_END.set(act);
}

/// Why a program failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The program returned an error.
    #[error("{0}")]
    Error(String),
    /// Its main thread panicked.
    #[error("the main thread panicked: {0}")]
    Panicked(thread::Panic),
}

/// A program's run from outside, for native tests: its outcome and the events that tell it.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Debug)]
pub struct Run {
    /// The program's result.
    pub outcome: Result<String, Failure>,
    /// All events, in their total order.
    pub events: Vec<threadlab_trace::Event>,
    /// Events dropped because the budget was used up.
    pub lost: u64,
}

/// Runs a program as a traced process of its own on native threads, and returns when it and its threads have ended.
///
/// # Panics
///
/// If the system cannot start the main thread.
#[cfg(not(target_arch = "wasm32"))]
pub fn run(options: Options, program: impl FnOnce() -> Result<String, String> + Send + 'static) -> Run {
    run_and(options, program, |_, _| ())
}

/// As [`run`]; `act` is called with all events so far whenever there are new ones, and can change the process's time
/// scale.
///
/// # Panics
///
/// If the system cannot start the main thread.
#[cfg(not(target_arch = "wasm32"))]
pub fn run_and(
    options: Options,
    program: impl FnOnce() -> Result<String, String> + Send + 'static,
    mut act: impl FnMut(&Process, &[threadlab_trace::Event]),
) -> Run {
    use threadlab_trace::{LocalDirectory, Merge};

    let trace = Process::new_trace(|| {});
    let process = Process::new(Some(trace), options);
    let leader = std::thread::spawn(move || process.run(Box::new(program)));
    let (mut merge, mut events) = (Merge::new(), Vec::new());
    while !leader.is_finished() {
        let before = events.len();
        merge.drain(&LocalDirectory(trace), &mut events);
        if events.len() > before {
            act(process, &events);
        }
        std::thread::sleep(core::time::Duration::from_millis(1));
    }
    let outcome = leader.join().expect("a program's panics are caught");
    merge.finish(&LocalDirectory(trace), &mut events);
    Run { outcome, lost: merge.dropped(&LocalDirectory(trace)), events }
}

/// Takes a lock whose holders never panic while they hold it.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
