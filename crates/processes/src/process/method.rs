//! How processes are started.

use super::Process;
use super::exit::Ending;
use crate::error::Error;
use core::cell::Cell;
use core::fmt;
use core::str::FromStr;
use core::sync::atomic::{AtomicU32, Ordering};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What the memory of a new process begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StartMethod {
    /// Nothing: all statics are as the program begins with.
    Spawn,
    /// A copy of its parent's memory at that moment: it sees its parent's data, and its locks as they were. A lock that
    /// another thread of the parent held is held in the copy for ever, since that thread is not there.
    Fork,
    /// A copy of a memory in which nothing has run yet.
    ForkServer,
}

/// All methods, the usual one first.
const METHODS: [StartMethod; 3] = [StartMethod::Spawn, StartMethod::Fork, StartMethod::ForkServer];

impl StartMethod {
    /// The name: `spawn`, `fork` or `forkserver`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Spawn => "spawn",
            Self::Fork => "fork",
            Self::ForkServer => "forkserver",
        }
    }

    /// As events tell it.
    #[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
    pub(super) const fn in_events(self) -> threadlab_trace::StartMethod {
        match self {
            Self::Spawn => threadlab_trace::StartMethod::Spawn,
            Self::Fork => threadlab_trace::StartMethod::Fork,
            Self::ForkServer => threadlab_trace::StartMethod::ForkServer,
        }
    }

    pub(super) const fn in_kernel(self) -> threadlab_kernel::StartMethod {
        match self {
            Self::Spawn => threadlab_kernel::StartMethod::Spawn,
            Self::Fork => threadlab_kernel::StartMethod::Fork,
            Self::ForkServer => threadlab_kernel::StartMethod::Forkserver,
        }
    }
}

impl fmt::Display for StartMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for StartMethod {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let method = METHODS.into_iter().find(|method| method.name() == name);
        method.ok_or_else(|| Error::UnknownMethod { name: name.to_owned() })
    }
}

/// The usual method's place among [`METHODS`].
static USUAL: AtomicU32 = AtomicU32::new(0);

/// The methods there are, the usual one of a program that sets none first.
pub fn start_methods() -> &'static [StartMethod] {
    &METHODS
}

thread_local! {
    /// The usual method while [`with_start_method`] runs.
    static CONTEXT: Cell<Option<StartMethod>> = const { Cell::new(None) };
}

/// The method by which [`Process::new`] starts processes.
///
/// A lock or other object between processes that is made while this is [`StartMethod::Fork`] is for forked processes
/// only: starting another one with it is [`Error::MadeForFork`]. Those that are made otherwise are for all.
pub fn start_method() -> StartMethod {
    CONTEXT.get().unwrap_or_else(usual)
}

fn usual() -> StartMethod {
    METHODS.get(USUAL.load(Ordering::Relaxed) as usize).copied().unwrap_or(StartMethod::Spawn)
}

/// Changes the method by which [`Process::new`] starts processes, in the calling process. One that has been started
/// begins with the method by which that was done.
pub fn set_start_method(method: StartMethod) {
    let place = METHODS.iter().position(|known| *known == method).unwrap_or(0);
    USUAL.store(u32::try_from(place).unwrap_or(0), Ordering::Relaxed);
}

/// Runs `make` with this as the usual method in the calling thread: a context, in Python's words.
///
/// ```
/// use threadlab_processes::process::{StartMethod, start_method, with_start_method};
///
/// let method = with_start_method(StartMethod::Fork, start_method);
/// assert_eq!((method, start_method()), (StartMethod::Fork, StartMethod::Spawn));
/// ```
pub fn with_start_method<R>(method: StartMethod, make: impl FnOnce() -> R) -> R {
    struct Restore(Option<StartMethod>);
    impl Drop for Restore {
        fn drop(&mut self) {
            CONTEXT.set(self.0);
        }
    }
    let _restore = Restore(CONTEXT.replace(Some(method)));
    make()
}

/// A process that is spawned, whatever the usual method is.
pub fn spawn<A, R>(function: fn(A) -> R, argument: A) -> Process
where
    A: Serialize + DeserializeOwned + Send + 'static,
    R: Ending + 'static,
{
    Process::by(StartMethod::Spawn, function, argument)
}

/// A process that is forked, whatever the usual method is.
pub fn fork<A, R>(function: fn(A) -> R, argument: A) -> Process
where
    A: Serialize + DeserializeOwned + Send + 'static,
    R: Ending + 'static,
{
    Process::by(StartMethod::Fork, function, argument)
}

/// A process that the fork server starts, whatever the usual method is.
pub fn forkserver<A, R>(function: fn(A) -> R, argument: A) -> Process
where
    A: Serialize + DeserializeOwned + Send + 'static,
    R: Ending + 'static,
{
    Process::by(StartMethod::ForkServer, function, argument)
}
