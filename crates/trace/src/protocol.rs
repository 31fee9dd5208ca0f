//! The messages between a page and the workers of its processes, as `postMessage` carries them: plain objects with a
//! field [`KIND`] and the fields named below.
//!
//! Page to worker: [`LEAD`] starts a process, [`RUN`] starts a further worker in it. Worker to page: [`STARTED`] once
//! by the leader, [`SPAWN`] for each further worker that is wanted, [`DRAIN`] when the page has fallen behind,
//! [`EXITED`] at the end of the program, [`READY`] when a worker's script has been loaded and [`DIED`] when its thread
//! ended in a way that no program can catch.

/// The field that says which message it is.
pub const KIND: &str = "kind";

/// Page to leader: run a program. Carries [`MODULE`], [`PROGRAM`], [`ARGUMENTS`], [`EPOCH`], [`TIME_SCALE`],
/// [`MAX_THREADS`].
pub const LEAD: &str = "lead";
/// Page to worker: join a process. Carries [`MODULE`], [`MEMORY`], [`EPOCH`], [`START`], [`STACK_BYTES`].
pub const RUN: &str = "run";

/// Leader to page: the process exists. Carries [`MEMORY`], [`TRACE`], [`CONTROLS`].
pub const STARTED: &str = "started";
/// Worker to page: a further worker is wanted. Carries [`START`].
pub const SPAWN: &str = "spawn";
/// Worker to page: read the rings now.
pub const DRAIN: &str = "drain";
/// Leader to page: the program has ended and all its events are in the rings. Carries [`FAILURE`], or null.
pub const EXITED: &str = "exited";

/// Worker to page: its script is there, and it waits for [`LEAD`] or [`RUN`].
pub const READY: &str = "ready";
/// Worker to page: its thread trapped, and the process with it. Carries [`FAILURE`] and [`THREAD`].
pub const DIED: &str = "died";

/// The compiled `WebAssembly.Module`.
pub const MODULE: &str = "module";
/// The process's shared `WebAssembly.Memory`.
pub const MEMORY: &str = "memory";
/// The program's name.
pub const PROGRAM: &str = "program";
/// The program's arguments, as the program reads them.
pub const ARGUMENTS: &str = "arguments";
/// The start of the process's time: milliseconds since 1970, with fractions.
pub const EPOCH: &str = "epoch";
/// How many times faster than real time the program's sleeps pass.
pub const TIME_SCALE: &str = "timeScale";
/// How many threads may be alive at once.
pub const MAX_THREADS: &str = "maxThreads";
/// The address that the new worker begins with.
pub const START: &str = "start";
/// The address of the process's [`Trace`](crate::Trace).
pub const TRACE: &str = "trace";
/// The address of the process's controls: a 32-bit float, the time scale, and a word that is counted up after a change.
/// The waiters of both are notified.
pub const CONTROLS: &str = "controls";
/// Why the program failed, as text.
pub const FAILURE: &str = "failure";
/// The thread that died: its number, or 0 where it is not known.
pub const THREAD: &str = "thread";
/// The size of the worker's stack in bytes.
pub const STACK_BYTES: &str = "stackBytes";
