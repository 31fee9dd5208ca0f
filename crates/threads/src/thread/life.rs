//! What every thread goes through, from its first event to its last.

use super::current::{self, Thread, tell_panic};
use super::panics::{Panic, catch};
use super::{hook, local};
use crate::object::Caller;
use crate::process::{Process, lock};
use crate::{recording, stack};

/// The thread counts as alive from here on.
pub(super) fn begin(process: &'static Process, thread: &Thread) {
    lock(process.alive()).insert(thread.id().0, thread.clone());
    if !thread.is_daemon() {
        process.thread_begins();
    }
}

/// Runs a thread's body on the worker that runs as this thread, and tells its end. Its own data is gone behind it.
pub(super) fn live<T>(
    process: &'static Process,
    thread: &Thread,
    caller: Caller,
    body: impl FnOnce() -> T,
) -> Result<T, Panic> {
    recording::record(|recorder| recorder.thread_started(caller));
    let value = catch(body);
    let value = drop_own_data().and(value);
    tell_end(process, thread, caller, value.as_ref().err());
    value
}

fn drop_own_data() -> Result<(), Panic> {
    catch(local::drop_values)
}

fn tell_end(process: &'static Process, thread: &Thread, caller: Caller, failure: Option<&Panic>) {
    stack::check();
    if let Some(panic) = failure {
        hook::call(process, thread, panic);
    }
    recording::record(|recorder| match failure {
        None => recorder.thread_finished(caller),
        Some(panic) => tell_panic(recorder, panic),
    });
}

/// The thread has ended: it is listed no more, and those who wait for it go on.
pub(super) fn end(process: &'static Process, thread: &Thread) {
    forget(process, thread);
    thread.end();
    if !thread.is_daemon() {
        process.thread_ended();
    }
}

/// The thread could not be started after all.
pub(super) fn never_began(process: &'static Process, thread: &Thread) {
    forget(process, thread);
    thread.take_back_start();
    if !thread.is_daemon() {
        process.thread_ended();
    }
}

fn forget(process: &'static Process, thread: &Thread) {
    lock(process.alive()).remove(&thread.id().0);
}

/// A thread of the calling thread's process, not started. An empty name stands for the usual one; daemon threads make
/// daemon threads unless told otherwise.
pub(super) fn conceive(name: Option<String>, daemon: Option<bool>) -> Thread {
    let process = current::process();
    let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| process.usual_name());
    let daemon = daemon.unwrap_or_else(|| current::current().is_daemon());
    Thread::new(process.new_thread_id(), name, daemon)
}
