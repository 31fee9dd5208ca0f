//! Starting and ending processes from a worker.
//!
//! The new process's memory is made here, so that a browser that has none left is an error of the one who starts it. The
//! page makes the worker.

use super::super::Process;
use super::super::method::StartMethod;
use super::super::task::{Body, Task};
use crate::client;
use crate::error::Error;
use crate::process::ExitCode;
use crate::reference;
use crate::wire::Request;
use core::panic::Location;
use core::ptr;
use core::time::Duration;
use threadlab_threads::process::{Options, options};
use threadlab_threads::{clock, heap, record, worker};
use threadlab_trace::protocol;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = threadlabKernel, js_name = newMemory)]
    fn new_memory() -> bool;
    #[wasm_bindgen(js_namespace = threadlabKernel, js_name = copyMemory)]
    fn copy_memory(held_word: usize) -> bool;
    #[wasm_bindgen(js_namespace = threadlabKernel, js_name = newMemoryForCopy)]
    fn new_memory_for_copy() -> bool;
    #[wasm_bindgen(js_namespace = threadlabKernel, js_name = startProcess)]
    fn start_process(process: u32, method: &str, task: *const u8, length: usize, address: usize);
}

/// How long a fork waits for threads of its process that are about to begin.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often a copy is begun while the memory grows before each.
const MOST_COPIES: u32 = 4;

/// What a forked process goes on with, at the same address in its memory as in its parent's.
struct Forked {
    body: Body,
    options: Options,
}

pub(in crate::process) fn start(
    process: &Process,
    pid: u32,
    task: &Task,
    caller: &'static Location<'static>,
) -> Result<(), Error> {
    let write = |write: &dyn Fn() -> Result<super::super::task::Written, String>| {
        reference::giving_to(pid, process.method, write, |reason| process.unwritable(reason))
    };
    match (process.method, task) {
        (StartMethod::Fork, Task::Function(function)) => {
            let written = write(function)?;
            fork(process, pid, Box::new(move || written.run()), caller).map_err(|(error, _)| error)
        }
        (_, Task::Function(function)) => {
            let bytes = write(function)?.to_bytes();
            if process.method == StartMethod::Spawn && !new_memory() {
                return Err(Error::NoMemory { object: process.words() });
            }
            tell_kernel(process, pid)?;
            announce(process, pid, caller);
            start_process(pid, process.method.name(), bytes.as_ptr(), bytes.len(), 0);
            Ok(())
        }
        (_, Task::Closure(_)) => {
            let Some(body) = task.take_closure() else {
                return Err(process.error(threadlab_kernel::Rule::AlreadyStarted));
            };
            fork(process, pid, body, caller).map_err(|(error, body)| {
                task.give_back(body);
                error
            })
        }
    }
}

fn tell_kernel(process: &Process, pid: u32) -> Result<(), Error> {
    client::take(&Request::Start { process: pid }).map_err(|rule| process.error(rule))?;
    Ok(())
}

/// Tells of a process that is sure to be started, before it can do anything.
fn announce(process: &Process, pid: u32, caller: &'static Location<'static>) {
    let method = process.method.in_events();
    record(|recorder| recorder.process_created(pid, &process.name, method, process.daemon, caller));
}

/// Copies this process's memory for one that goes on with `body`. A failure gives it back.
fn fork(
    process: &Process,
    pid: u32,
    body: Body,
    caller: &'static Location<'static>,
) -> Result<(), (Error, Body)> {
    if !worker::wait_until_none_is_coming(clock::after(PATIENCE)) {
        return Err((Error::Busy { object: process.words() }, body));
    }
    if let Err(rule) = client::take(&Request::InheritAll { process: pid }) {
        return Err((process.error(rule), body));
    }
    let forked = Box::into_raw(Box::new(Forked { body, options: options() }));
    let told = copy(process).and_then(|()| tell_kernel(process, pid));
    if told.is_ok() {
        announce(process, pid, caller);
        start_process(pid, StartMethod::Fork.name(), ptr::null(), 0, forked.expose_provenance());
    }
    // SAFETY: it comes from `into_raw` above. The new process uses the one in its own memory.
    let forked = unsafe { Box::from_raw(forked) };
    told.map_err(|error| (error, forked.body))
}

/// Copies this process's memory. The copy's own is had first, since the browser may take seconds to find one, and other
/// threads would spin for the heap meanwhile.
fn copy(process: &Process) -> Result<(), Error> {
    for _ in 0..MOST_COPIES {
        if !new_memory_for_copy() {
            return Err(Error::NoMemory { object: process.words() });
        }
        // Nothing in here allocates.
        if reference::unchanged(|| heap::hold(copy_memory)) {
            return Ok(());
        }
    }
    Err(Error::Busy { object: process.words() })
}

/// Goes on in a copy of the parent's memory; returns what the process is to do, and its settings.
///
/// # Safety
///
/// The calling worker is the only one in a memory that [`fork`] copied, `address` is what it told, and this is called
/// once.
pub(crate) unsafe fn run_forked(
    address: usize,
) -> (impl FnOnce() -> Result<ExitCode, String> + Send + 'static, Options) {
    // SAFETY: the memory is a copy that was made while `unchanged` held its lock.
    unsafe { reference::open_in_copy() };
    // SAFETY: in this memory the box that `fork` made was left as it was when the memory was copied.
    let forked = unsafe { Box::from_raw(ptr::with_exposed_provenance_mut::<Forked>(address)) };
    (forked.body, forked.options)
}

pub(in crate::process) fn end(pid: u32, code: i32) {
    worker::post(&[
        (protocol::KIND, protocol::END_PROCESS.into()),
        (protocol::PROCESS, pid.into()),
        (protocol::CODE, code.into()),
    ]);
}
