//! The messages between a page and the workers of its processes, as `postMessage` carries them: plain objects with a
//! field [`KIND`] and the fields named below.
//!
//! Page to worker: [`LEAD`] starts a run's first process, [`CHILD`] and [`FORKED`] further ones, [`RUN`] starts a further
//! worker in a process. Worker to page: [`KERNEL`] and [`STARTED`] once by each leader, [`SPAWN`] for each further worker
//! that is wanted, [`KERNEL_BEGUN`] by each that uses what processes share, [`DRAIN`] when the page has fallen behind, [`EXITED`] at the end of the program, [`READY`] when a
//! worker's script has been loaded and [`DIED`] when its thread ended in a way that no program can catch. A worker asks
//! for a further process by [`START_PROCESS`] and for the end of one by [`END_PROCESS`], and has the page measure its frames
//! by [`MEASURE_FRAMES`].
//!
//! One worker of a run may be its supervisor, which runs no program: it is the page's hand in the kernel, where the page
//! itself must not wait. It is started by [`SUPERVISE`], told [`COPY_TEMPLATE`], [`EXPEL`] and [`BURY`], and answers
//! [`TEMPLATE`], [`EXPELLED`] and [`BURIED`].

/// The field that says which message it is.
pub const KIND: &str = "kind";

/// Page to leader: run a program. Carries [`MODULE`], [`PROGRAM`], [`ARGUMENTS`], [`EPOCH`], [`TIME_SCALE`],
/// [`MAX_THREADS`].
pub const LEAD: &str = "lead";
/// Page to worker: join a process. Carries [`MODULE`], [`MEMORY`], [`EPOCH`], [`START`], [`STACK_BYTES`].
pub const RUN: &str = "run";

/// Page to leader: run a function of the program in a process of its own. Carries [`MODULE`], [`KERNEL`], [`EPOCH`],
/// [`TIME_SCALE`], [`MAX_THREADS`], [`PROCESS`], [`MEMORY`], [`TASK`], and [`STACK_BYTES`] where the memory is a copy.
pub const CHILD: &str = "child";
/// Page to leader: go on in a copy of the parent's memory. Carries [`MODULE`], [`KERNEL`], [`MEMORY`], [`EPOCH`],
/// [`START`], [`STACK_BYTES`], [`PROCESS`].
pub const FORKED: &str = "forked";
/// Page to worker: be the run's supervisor. Carries [`MODULE`], [`KERNEL`].
pub const SUPERVISE: &str = "supervise";

/// Worker to page: it has reached the kernel. Carries [`TRACE`], the address of the kernel's own
/// [`Trace`](crate::Trace) in its memory, which is the same from all workers.
pub const KERNEL_BEGUN: &str = "kernelBegun";
/// Worker to page: the browser has refused a memory, so give those up that are not used. Carries [`DONE`].
pub const MAKE_ROOM: &str = "makeRoom";
/// Worker to page: start a further process, which the kernel knows already. Carries [`PROCESS`], [`METHOD`], and as the
/// method asks for them [`MEMORY`], [`TASK`] and [`START`].
pub const START_PROCESS: &str = "startProcess";
/// Worker to page: end a process. Carries [`PROCESS`], [`CODE`].
pub const END_PROCESS: &str = "endProcess";
/// Leader to page: the exit code that its program has set. Carries [`CODE`].
pub const EXIT_CODE: &str = "exitCode";

/// Page to supervisor: copy the template, a memory in which nothing has run yet. Carries [`PROCESS`].
pub const COPY_TEMPLATE: &str = "copyTemplate";
/// Supervisor to page: the copy. Carries [`PROCESS`], and [`MEMORY`] unless the browser has none left.
pub const TEMPLATE: &str = "template";
/// Page to supervisor: let no thread of the process into the kernel any more. Carries [`PROCESS`].
pub const EXPEL: &str = "expel";
/// Supervisor to page: no thread of the process is in the kernel. Carries [`PROCESS`].
pub const EXPELLED: &str = "expelled";
/// Page to supervisor: the process has ended. Carries [`PROCESS`], [`CODE`].
pub const BURY: &str = "bury";
/// Supervisor to page: the kernel knows of the end. Carries [`PROCESS`] and [`ORPHANS`].
pub const BURIED: &str = "buried";

/// Leader to page: the process exists. Carries [`MEMORY`], [`TRACE`], [`CONTROLS`].
pub const STARTED: &str = "started";
/// Worker to page: a further worker is wanted. Carries [`START`].
pub const SPAWN: &str = "spawn";
/// Worker to page: read the rings now.
pub const DRAIN: &str = "drain";
/// Worker to page: measure the frames, and work meanwhile if that is asked for. Carries [`METER`].
pub const MEASURE_FRAMES: &str = "measureFrames";
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
/// The shared memory in which the run's kernel lives. As a message's kind: leader to page, this is it.
pub const KERNEL: &str = "kernel";
/// How many pages of 64 KiB a new memory of the engine has. Goes along with [`KERNEL`].
pub const FIRST_PAGES: &str = "firstPages";
/// Shared words of a process: how many of its threads are in the kernel, and whether no more may be. Every worker but the
/// supervisor gets it.
pub const GATE: &str = "gate";
/// The number of a process, as the kernel gave it.
pub const PROCESS: &str = "process";
/// How a process is started: one of the three methods below.
pub const METHOD: &str = "method";
/// With a memory of its own.
pub const SPAWN_METHOD: &str = "spawn";
/// With a copy of its parent's memory.
pub const FORK_METHOD: &str = "fork";
/// With a copy of a memory in which nothing has run yet.
pub const FORKSERVER_METHOD: &str = "forkserver";
/// What a child is to do: bytes that the engine's module understands.
pub const TASK: &str = "task";
/// How a process ended: its exit code, negative where a signal of that number ended it.
pub const CODE: &str = "code";
/// A shared array whose first number becomes 1, and is notified, when it has been done.
pub const DONE: &str = "done";
/// The numbers of the processes that have to end because their parent has.
pub const ORPHANS: &str = "orphans";
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
/// The address of a [`frame_meter`](crate::frame_meter).
pub const METER: &str = "meter";
/// Why the program failed, as text.
pub const FAILURE: &str = "failure";
/// The thread that died: its number, or 0 where it is not known.
pub const THREAD: &str = "thread";
/// The size of the worker's stack in bytes.
pub const STACK_BYTES: &str = "stackBytes";
