//! Who is told when a thread fails.

use super::current::{self, Thread};
use super::panics::{Panic, catch};
use crate::process::{Process, lock};
use crate::{output, recording};
use std::sync::Arc;

/// Is told of a thread that failed, and how.
pub type ErrorHook = Arc<dyn Fn(&Thread, &Panic) + Send + Sync>;

/// Has `hook` called once for each thread of the calling thread's process that ends by a panic, in that thread, before
/// those who join it go on. The main thread's panic ends the program instead. `None` brings back the usual hook, which
/// leaves the telling to the thread's last event, or writes a line to the standard error output where the thread is not
/// traced. A hook that panics itself is ignored. Returns the hook that was set before.
///
/// It is also told of a panic that ended nothing, such as that of a future's callback, with the thread that it was in; the
/// usual hook prints a line then, since the thread goes on.
pub fn set_error_hook(hook: Option<ErrorHook>) -> Option<ErrorHook> {
    core::mem::replace(&mut *lock(current::process().error_hook()), hook)
}

/// Tells of a panic that the calling thread survived; `what` panicked.
pub(crate) fn report(what: &str, panic: &Panic) {
    let hook = lock(current::process().error_hook()).clone();
    match hook {
        Some(hook) => {
            let _ = catch(|| hook(&current::current(), panic));
        }
        None if recording::is_on() => output::print(format!("{what} panicked: {panic}")),
        None => eprintln!("{what} panicked: {panic}"),
    }
}

/// Tells of a thread that failed.
pub(super) fn call(process: &'static Process, thread: &Thread, panic: &Panic) {
    // Cloned, so that a hook may set another.
    let hook = lock(process.error_hook()).clone();
    match hook {
        Some(hook) => {
            // Its own failure has nobody left to be told to.
            let _ = catch(|| hook(thread, panic));
        }
        None if recording::is_on() => {}
        None => eprintln!("{} panicked: {panic}", thread.name()),
    }
}
