//! What runs on a Web Worker: the engine's exports, and its messages to the page.
//!
//! The messages are described in [`threadlab_trace::protocol`].

use crate::atomic::{AtomicU32, Ordering};
use crate::process::{Options, Process, Program};
use crate::thread::Start;
use crate::{clock, futex, stack, thread};
use core::sync::atomic::AtomicPtr;
use core::time::Duration;
use js_sys::{Object, Reflect};
use threadlab_trace::{Trace, frame_meter, protocol};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// The worker's own `postMessage`: it reaches the page although this worker never returns to its event loop.
    #[wasm_bindgen(js_name = postMessage, catch)]
    fn post_message(message: &JsValue) -> Result<(), JsValue>;
}

/// The directory of this memory's process, which copies of the memory begin with.
static TRACE: AtomicPtr<Trace> = AtomicPtr::new(core::ptr::null_mut());

/// Runs a program as a process's main thread, on a worker whose module has just been given a memory of its own, or a copy
/// of another process's. `find` makes the program from its name and arguments, or says why it cannot.
pub fn lead(
    find: impl FnOnce(&str, &str) -> Result<Program, String>,
    program: &str,
    arguments: &str,
    epoch: f64,
    options: Options,
) {
    clock::set_epoch(epoch);
    let trace = Process::new_trace(|| post(&[(protocol::KIND, protocol::DRAIN.into())]));
    // Relaxed: nobody else runs in this memory yet.
    let copied = TRACE.swap(core::ptr::from_ref(trace).cast_mut(), Ordering::Relaxed);
    // SAFETY: it is null, or the directory of the process whose memory this is a copy of, which is never freed.
    if let Some(copied) = unsafe { copied.as_ref() } {
        trace.number_objects_after(copied);
    }
    let process = Process::new(Some(trace), options);
    post(&[
        (protocol::KIND, protocol::STARTED.into()),
        (protocol::MEMORY, wasm_bindgen::memory()),
        (protocol::TRACE, address(trace)),
        (protocol::CONTROLS, address(process.controls())),
    ]);
    let outcome = match find(program, arguments) {
        Ok(program) => process.run(program).map_err(|failure| failure.to_string()),
        Err(message) => Err(message),
    };
    let failure = outcome.err().map_or(JsValue::NULL, Into::into);
    post(&[(protocol::KIND, protocol::EXITED.into()), (protocol::FAILURE, failure)]);
}

/// As [`lead`], on a worker that is not the first in its memory, which is a copy: its stack lies in the heap like those of
/// further threads.
pub fn lead_in_copy(program: Program, epoch: f64, options: Options) {
    stack::mark_end();
    lead(|_, _| Ok(program), "", "", epoch, options);
}

/// Workers that were asked for and have not begun.
static COMING: AtomicU32 = AtomicU32::new(0);

/// Waits until no worker is about to begin in this process: what it does to the memory before its thread runs cannot be
/// copied half done. Returns false if that takes longer than the deadline.
pub fn wait_until_none_is_coming(deadline: Duration) -> bool {
    loop {
        // Acquire: what those did that have begun is seen.
        let coming = COMING.load(Ordering::Acquire);
        if coming == 0 {
            return true;
        }
        if futex::wait(&COMING, coming, Some(deadline)) == futex::Wait::TimedOut {
            return false;
        }
    }
}

/// A worker has begun, or will not.
fn has_come() {
    // Release: pairs with the load above.
    COMING.fetch_sub(1, Ordering::Release);
    futex::wake(&COMING, u32::MAX);
}

/// Runs threads on a worker that has joined a process, for as long as the process lives. `start` is what
/// [`request`] told the page.
#[wasm_bindgen]
pub fn threadlab_run(start: usize, epoch: f64) {
    clock::set_epoch(epoch);
    stack::mark_end();
    has_come();
    // SAFETY: the page passes on, once, the address that `request` made by `Box::into_raw`.
    let start = unsafe { Box::from_raw(core::ptr::with_exposed_provenance_mut::<Start>(start)) };
    start.run_until_the_process_ends();
}

/// The number of the thread that this worker runs, or 0: asked by the worker's script when the thread has trapped.
#[wasm_bindgen]
#[must_use]
pub fn threadlab_thread() -> u32 {
    thread::current_id().0
}

/// Asks the page for a worker that begins with `start`.
pub(crate) fn request(start: Start) -> Result<(), String> {
    let start = Box::into_raw(Box::new(start));
    let message = object(&[
        (protocol::KIND, protocol::SPAWN.into()),
        (protocol::START, number(start.expose_provenance())),
    ]);
    // Relaxed: whoever waits for it is the thread itself, or has heard of its request.
    COMING.fetch_add(1, Ordering::Relaxed);
    post_message(&message).map_err(|error| {
        has_come();
        // SAFETY: the message was not sent, so nobody else has the address.
        drop(unsafe { Box::from_raw(start) });
        format!("{error:?}")
    })
}

/// Has the page measure its frames by these words, which stay where they are until it is done.
pub(crate) fn measure_frames(words: &[AtomicU32; frame_meter::WORDS]) {
    post(&[(protocol::KIND, protocol::MEASURE_FRAMES.into()), (protocol::METER, address(words))]);
}

/// Ends the process, which has been damaged, with a message.
pub(crate) fn die(message: &str) -> ! {
    post(&[
        (protocol::KIND, protocol::DIED.into()),
        (protocol::FAILURE, message.into()),
        (protocol::THREAD, thread::current_id().0.into()),
    ]);
    core::arch::wasm32::unreachable()
}

/// Sends the page a message of [`threadlab_trace::protocol`].
pub fn post(fields: &[(&str, JsValue)]) {
    // A message that cannot be sent has no one to be told: the page is gone, and its workers go with it.
    let _ = post_message(&object(fields));
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // Setting a field of a plain object cannot fail.
        let _ = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object.into()
}

fn address<T>(place: &T) -> JsValue {
    number(core::ptr::from_ref(place).expose_provenance())
}

#[expect(clippy::cast_precision_loss, reason = "addresses of a 32-bit memory are exact in a double")]
fn number(address: usize) -> JsValue {
    JsValue::from_f64(address as f64)
}

/// Makes the module an engine: exports the function by which a process's leader starts a program. The argument is a
/// function from a program's name and arguments to the [`Program`](crate::process::Program), or to a message that
/// says why there is none.
#[macro_export]
macro_rules! engine {
    ($find:expr) => {
        /// Runs a program as the main thread of a new process; see `threadlab_threads::worker::lead`.
        #[::wasm_bindgen::prelude::wasm_bindgen]
        pub fn threadlab_lead(program: &str, arguments: &str, epoch: f64, max_threads: u32, time_scale: f32) {
            let options = $crate::process::Options { max_threads, time_scale };
            $crate::worker::lead($find, program, arguments, epoch, options);
        }
    };
}
