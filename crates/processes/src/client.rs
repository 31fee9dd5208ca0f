//! The process's side of the kernel: attempts, and waits in between.

use crate::wire::{Order, Reply, Request, patience_code};
use core::panic::Location;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use core::time::Duration;
use std::sync::{Mutex, PoisonError};
use threadlab_kernel::{Patience, Rule};
use threadlab_threads::{clock, owner, record};
use threadlab_trace::{ObjectId, ObjectKind};

#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
#[path = "client_worker.rs"]
mod back_end;
#[cfg(not(all(target_arch = "wasm32", target_feature = "atomics")))]
#[path = "client_native.rs"]
mod back_end;

/// What an operation that took place has brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    /// Its number among all operations of all processes.
    pub order: u64,
    pub numbers: [u32; 4],
    pub bytes: Vec<u8>,
}

/// What an attempt came to.
pub(crate) enum Outcome {
    Taken(Taken),
    Blocked(Blocked),
}

/// What an operation that would block is to wait for.
#[derive(Clone, Copy)]
pub(crate) struct Blocked {
    word: u32,
    noted: u32,
}

impl Blocked {
    /// Waits until it may be worth another attempt. Returns false once the deadline has passed.
    pub fn wait(self, deadline: Option<Duration>) -> bool {
        let milliseconds = match deadline {
            None => -1.0,
            Some(deadline) => match deadline.checked_sub(clock::now()) {
                Some(left) if !left.is_zero() => left.as_secs_f64() * 1000.0,
                _ => return false,
            },
        };
        back_end::wait(self.word, self.noted, milliseconds);
        true
    }
}

/// Attempts an operation once.
#[track_caller]
pub(crate) fn attempt(request: &Request<'_>) -> Result<Outcome, Rule> {
    let outcome = send(request, Patience::Never, None);
    tell_used(request.object().map(|(object, _)| object), Location::caller());
    outcome
}

/// Does an operation that never blocks.
#[track_caller]
pub(crate) fn take(request: &Request<'_>) -> Result<Taken, Rule> {
    taken(attempt(request)?)
}

/// As [`take`], without telling where in the program: for what a drop does, and for what is a part of something else.
pub(crate) fn take_quietly(request: &Request<'_>) -> Result<Taken, Rule> {
    taken(send(request, Patience::Never, None)?)
}

/// As [`take`], for a request that makes an object, which events call by this kind and name, or opens one. The answer is
/// its number.
#[track_caller]
pub(crate) fn make(request: &Request<'_>, kind: ObjectKind, name: &str) -> Result<Taken, Rule> {
    let made = taken(send(request, Patience::Never, Some((kind.code(), name)))?)?;
    tell_used(Some(made.numbers[0]), Location::caller());
    Ok(made)
}

fn taken(outcome: Outcome) -> Result<Taken, Rule> {
    match outcome {
        Outcome::Taken(taken) => Ok(taken),
        Outcome::Blocked(_) => Err(Rule::WrongKind),
    }
}

/// Attempts an operation until it takes place, or until the deadline, which is `None` for ever. `blocks` is called
/// before the first wait. Returns `None` once the deadline has passed.
///
/// Events tell of the wait in two streams: the kernel's, where the attempt that would block is the beginning and the one
/// that takes place the end, and the calling process's, which has the place in the program.
#[track_caller]
pub(crate) fn until(
    request: &Request<'_>,
    deadline: Option<Duration>,
    blocks: impl FnOnce(),
) -> Result<Option<Taken>, Rule> {
    let caller = Location::caller();
    let patience = match deadline {
        None => Patience::ForEver,
        Some(deadline) if !deadline.is_zero() && deadline > clock::now() => Patience::ForATime,
        Some(_) => Patience::Never,
    };
    let object = request.object();
    let mut wait = None;
    let mut blocks = Some(blocks);
    let came = loop {
        match send(request, patience, None) {
            Ok(Outcome::Taken(taken)) => break Ok(Some(taken)),
            Err(rule) => break Err(rule),
            Ok(Outcome::Blocked(blocked)) => {
                if patience == Patience::Never {
                    break Ok(None);
                }
                if let Some(blocks) = blocks.take() {
                    blocks();
                    wait = object.and_then(|(object, purpose)| Some((ObjectId::shared(object), purpose?)));
                    if let Some((object, purpose)) = wait {
                        let timed = deadline.is_some();
                        record(|recorder| recorder.wait_began(object, purpose, timed, caller));
                    }
                }
                if !blocked.wait(deadline) {
                    break Ok(None);
                }
            }
        }
    };
    match wait {
        Some((object, _)) if matches!(came, Ok(None)) => {
            give_up(request);
            record(|recorder| recorder.wait_timed_out(object, caller));
        }
        Some((object, _)) => {
            record(|recorder| recorder.wait_ended(object, caller));
        }
        None => tell_used(object.map(|(object, _)| object), caller),
    }
    came
}

/// Tells the kernel that the calling thread's time is over.
fn give_up(request: &Request<'_>) {
    // A barrier breaks by that, and is told so by a request of its own.
    if !matches!(request, Request::BarrierWait { .. })
        && let Some((handle, _)) = request.object()
    {
        // It matters to events only, and only while the object is open.
        let _ = take_quietly(&Request::GiveUp { handle });
    }
}

fn tell_used(object: Option<u32>, caller: &'static Location<'static>) {
    if let Some(object) = object {
        record(|recorder| recorder.used(ObjectId::shared(object), caller));
    }
}

fn send(request: &Request<'_>, patience: Patience, label: Option<(u8, &str)>) -> Result<Outcome, Rule> {
    reply_to(process(), request, patience, label)
}

fn reply_to(
    process: u32,
    request: &Request<'_>,
    patience: Patience,
    label: Option<(u8, &str)>,
) -> Result<Outcome, Rule> {
    let order = Order {
        thread: threadlab_threads::thread::current_id().0,
        // Not read anew: where it is old, the kernel knows better when the page last read.
        time: record(|recorder| recorder.time()).unwrap_or(0),
        patience: patience_code(patience),
        label,
        request: *request,
    };
    // Numbers and bytes can always be written and read again.
    let order = postcard::to_stdvec(&order).unwrap_or_default();
    let reply = back_end::call(process, thread(), &order);
    match postcard::from_bytes(&reply) {
        Ok(Reply::Done { order, numbers, bytes }) => Ok(Outcome::Taken(Taken { order, numbers, bytes })),
        Ok(Reply::Blocked { word, noted }) => Ok(Outcome::Blocked(Blocked { word, noted })),
        Ok(Reply::Failed { rule }) => match Rule::from_code(rule) {
            // The process is being ended, and nothing is to happen in it any more.
            Some(Rule::Killed) => back_end::end_here(),
            Some(rule) => Err(rule),
            None => Err(Rule::WrongKind),
        },
        Err(_) => Err(Rule::WrongKind),
    }
}

/// The number of the calling process, or 0 before it has reached the kernel.
static PROCESS: AtomicU32 = AtomicU32::new(0);
/// Whether the calling process is the run's first one. Relaxed everywhere: the process's main thread asks at its end, when
/// it has reached the kernel itself or knows those who have.
static IS_FIRST: AtomicBool = AtomicBool::new(false);

/// The number of the calling process.
pub(crate) fn process() -> u32 {
    /// Held while the first process is entered into the kernel's table, so that it is entered once.
    static ENTERING: Mutex<()> = Mutex::new(());
    let known = PROCESS.load(Ordering::Relaxed);
    if known != 0 {
        return known;
    }
    let _entering = ENTERING.lock().unwrap_or_else(PoisonError::into_inner);
    if PROCESS.load(Ordering::Relaxed) == 0
        && let Ok(Outcome::Taken(first)) = reply_to(0, &Request::First, Patience::Never, None)
    {
        PROCESS.store(first.numbers[0], Ordering::Relaxed);
        IS_FIRST.store(true, Ordering::Relaxed);
    }
    threadlab_threads::process::at_end(crate::end_process);
    PROCESS.load(Ordering::Relaxed)
}

/// The calling process has this number.
#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
pub(crate) fn set_process(number: u32) {
    threadlab_threads::process::at_end(crate::end_process);
    PROCESS.store(number, Ordering::Relaxed);
    // A copy of the first one's memory is not the first.
    IS_FIRST.store(false, Ordering::Relaxed);
}

/// Whether the calling process is the run's first one, and has reached the kernel.
#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
pub(crate) fn is_first_process() -> bool {
    IS_FIRST.load(Ordering::Relaxed)
}

/// The number of the calling thread, which differs from those of the other threads of its process, also of those that
/// its worker ran before: what these have left held is not this one's.
fn thread() -> u32 {
    owner::me()
}
