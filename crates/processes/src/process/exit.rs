//! How a process's function ends, and what exit code that makes.

use core::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// An exit code: 0 says that all went well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExitCode(pub i32);

/// What a process's function may return.
pub trait Ending {
    /// The exit code, or why it failed, which makes 1.
    ///
    /// # Errors
    ///
    /// The failure's text.
    fn ending(self) -> Result<ExitCode, String>;
}

impl Ending for () {
    fn ending(self) -> Result<ExitCode, String> {
        Ok(ExitCode(0))
    }
}

impl Ending for ExitCode {
    fn ending(self) -> Result<ExitCode, String> {
        Ok(self)
    }
}

impl<T: Ending, E: Display> Ending for Result<T, E> {
    fn ending(self) -> Result<ExitCode, String> {
        self.map_err(|error| error.to_string())?.ending()
    }
}

/// Ends the calling process's function with this exit code, from however deep in its calls. Guards and other values on
/// the way are dropped.
///
/// To be called on a child's main thread: elsewhere it ends the calling thread as a panic does.
pub fn exit(code: i32) -> ! {
    // Not by a panic, which would be told as one.
    resume_unwind(Box::new(ExitCode(code)))
}

/// Runs a process's function to its end, or until it calls [`exit`]. A panic goes on.
pub(super) fn run<R: Ending>(function: impl FnOnce() -> R) -> Result<ExitCode, String> {
    match catch_unwind(AssertUnwindSafe(function)) {
        Ok(ending) => ending.ending(),
        Err(payload) => match payload.downcast::<ExitCode>() {
            Ok(code) => Ok(*code),
            Err(panic) => resume_unwind(panic),
        },
    }
}
