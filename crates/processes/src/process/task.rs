//! What a process is to do, and how that gets into its memory.

use super::exit::{self, Ending, ExitCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Mutex;
#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
use std::sync::PoisonError;

/// What a process is to do: once, in its own memory.
pub(super) type Body = Box<dyn FnOnce() -> Result<ExitCode, String> + Send>;

/// What a process that has not been started is to do.
#[cfg_attr(
    not(all(target_arch = "wasm32", target_feature = "atomics")),
    expect(dead_code, reason = "there are no processes in native tests")
)]
pub(super) enum Task {
    /// A function with an argument that is yet to be written down, which may fail.
    Function(Box<dyn Fn() -> Result<Written, String> + Send>),
    /// A closure, which needs a copy of this memory.
    Closure(Mutex<Option<Body>>),
}

/// A function and its argument as another memory of the same program can have them.
#[cfg_attr(
    not(all(target_arch = "wasm32", target_feature = "atomics")),
    expect(dead_code, reason = "there are no processes in native tests")
)]
#[derive(Clone, Debug)]
pub(super) struct Written {
    /// The place of [`call`], with its types, among the module's functions.
    call: usize,
    /// The place of the program's function.
    function: usize,
    argument: Vec<u8>,
}

/// The type of [`call`] whatever its parameters are.
type Call = fn(usize, &[u8]) -> Result<ExitCode, String>;

impl Task {
    pub fn function<A, R>(function: fn(A) -> R, argument: A) -> Self
    where
        A: Serialize + DeserializeOwned + Send + 'static,
        R: Ending + 'static,
    {
        let call: Call = call::<A, R>;
        Self::Function(Box::new(move || {
            let argument = postcard::to_stdvec(&argument).map_err(|error| error.to_string())?;
            Ok(Written { call: call as usize, function: function as usize, argument })
        }))
    }

    pub fn closure<R: Ending + 'static>(body: impl FnOnce() -> R + Send + 'static) -> Self {
        Self::Closure(Mutex::new(Some(Box::new(move || exit::run(body)))))
    }

    /// The closure, once.
    #[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
    pub fn take_closure(&self) -> Option<Body> {
        match self {
            Self::Function(_) => None,
            Self::Closure(body) => body.lock().unwrap_or_else(PoisonError::into_inner).take(),
        }
    }

    /// The closure again, which was not used up after all.
    #[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
    pub fn give_back(&self, body: Body) {
        if let Self::Closure(place) = self {
            *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(body);
        }
    }
}

/// Runs a function that goes by its place, with an argument that was written down by [`Task::function`].
fn call<A: DeserializeOwned, R: Ending>(function: usize, argument: &[u8]) -> Result<ExitCode, String> {
    // SAFETY: `Task::function` wrote the place of a function of this type along with this instance of `call`, and
    // functions have the same places in all memories of a module.
    let function = unsafe { core::mem::transmute::<usize, fn(A) -> R>(function) };
    let argument = postcard::from_bytes(argument)
        .map_err(|error| format!("the argument cannot be read in the new process: {error}"))?;
    exit::run(|| function(argument))
}

impl Written {
    /// The bytes for another memory of the same program.
    #[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
    pub fn to_bytes(&self) -> Vec<u8> {
        // Numbers and bytes can always be written.
        postcard::to_stdvec(&(self.call, self.function, &self.argument)).unwrap_or_default()
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote in a process of the same run.
    #[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let (call, function, argument) = postcard::from_bytes(bytes)
            .map_err(|error| format!("the process's task cannot be read: {error}"))?;
        Ok(Self { call, function, argument })
    }

    /// Runs the function.
    #[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
    pub fn run(&self) -> Result<ExitCode, String> {
        // SAFETY: only `Task::function` writes these down, with the place of a function of this type, and functions have
        // the same places in all memories of a module.
        let call = unsafe { core::mem::transmute::<usize, Call>(self.call) };
        call(self.function, &self.argument)
    }
}
