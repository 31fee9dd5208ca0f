//! What the calling thread does to shared objects, as events.
//!
//! Whoever calls gives its thread a [`Recorder`] of the kernel's own [`threadlab_trace::Trace`], and tells before each call
//! what the events need and the operations do not ([`Call`]). Events are recorded under the lock of their object, so their
//! order is that of the operations. Without a recorder nothing is recorded, and asking for it is one load.
//!
//! A wait begins with the first attempt that would block, where the caller is going to wait, and ends with the attempt
//! that takes place or fails, or with [`Kernel::give_up`](crate::Kernel::give_up). An attempt in between that would still
//! block tells so again: as of that event nothing was there.

use crate::error::Rule;
use crate::ids::{Handle, Pid};
use core::cell::{Cell, RefCell};
use threadlab_trace::{ObjectId, ObjectKind, Purpose, Recorder, Refusal, SharedRecorder, ThreadId};

/// Whether a caller waits where an operation would block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patience {
    /// It does not.
    #[default]
    Never,
    /// For some time.
    ForATime,
    /// However long it takes.
    ForEver,
}

/// What events tell of a call beside what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The thread, as the events of its process call it.
    pub thread: ThreadId,
    /// When it is made, in microseconds since the run's epoch; 0 where that is not known.
    pub time: u64,
    /// Whether it waits where the operation would block.
    pub patience: Patience,
    /// The kind and name of the object, for a call that makes one. Without it, the kind is what the kernel knows of it.
    pub label: Option<(ObjectKind, String)>,
}

/// A thread that waits, by its process, itself and the object.
type Wait = (Pid, ThreadId, Handle);

struct Recording {
    recorder: Recorder,
    patience: Patience,
    label: Option<(ObjectKind, String)>,
    /// The callers on this thread that wait. On a worker that is one at most; tests have several.
    waits: Vec<Wait>,
}

impl Recording {
    /// The caller does not wait for the object any more. Returns whether it did.
    fn end_wait(&mut self, pid: Pid, object: Handle) -> bool {
        let wait = (pid, self.recorder.thread(), object);
        let at = self.waits.iter().position(|other| *other == wait);
        at.map(|at| self.waits.swap_remove(at)).is_some()
    }
}

thread_local! {
    /// When the calling thread's last call was made.
    static TIME: Cell<u64> = const { Cell::new(0) };
    static ON: Cell<bool> = const { Cell::new(false) };
    static RECORDING: RefCell<Option<Recording>> = const { RefCell::new(None) };
}

/// Records what the calling thread does from now on, or no longer.
pub fn record_by(recorder: Option<Recorder>) {
    ON.set(recorder.is_some());
    let recording =
        |recorder| Recording { recorder, patience: Patience::default(), label: None, waits: Vec::new() };
    RECORDING.set(recorder.map(recording));
}

/// What the calling thread's next operations are, until it says otherwise. A label is for the next object made.
pub fn announce(call: Call) {
    with(|recording| {
        TIME.set(call.time);
        recording.recorder.set_thread(call.thread);
        recording.patience = call.patience;
        recording.label = call.label;
    });
}

/// When the calling thread's last call was made, as it said: the clock of a kernel that has no other.
pub fn announced_time() -> u64 {
    TIME.get()
}

#[inline]
fn with<R>(act: impl FnOnce(&mut Recording) -> R) -> Option<R> {
    if !ON.get() {
        return None;
    }
    RECORDING.with_borrow_mut(|recording| recording.as_mut().map(act))
}

pub(crate) fn id(object: Handle) -> ObjectId {
    ObjectId::shared(object.raw())
}

/// Records something that a thread of this process does, or, without one, the kernel by itself.
#[inline]
pub(crate) fn tell(pid: Option<Pid>, event: impl FnOnce(&mut SharedRecorder<'_>)) {
    with(|recording| event(&mut recording.recorder.of_process(pid.map_or(0, Pid::raw))));
}

/// Records what a caller did to an object; the event is told whether the caller waited for that.
#[inline]
pub(crate) fn tell_done(
    pid: Pid,
    object: Handle,
    event: impl FnOnce(&mut SharedRecorder<'_>, ObjectId, bool),
) {
    with(|recording| {
        let waited = recording.end_wait(pid, object);
        event(&mut recording.recorder.of_process(pid.raw()), id(object), waited);
    });
}

/// An attempt has come to what it waited for, where nothing else says so.
#[inline]
pub(crate) fn tell_through(pid: Pid, object: Handle) {
    tell_done(pid, object, |recorder, object, waited| {
        if waited {
            recorder.wait_ended(object);
        }
    });
}

/// An attempt would block.
pub(crate) fn tell_blocked(pid: Pid, object: Handle, purpose: Purpose) {
    with(|recording| {
        let wait = (pid, recording.recorder.thread(), object);
        let timed = match recording.patience {
            Patience::Never => return,
            Patience::ForATime => true,
            Patience::ForEver => false,
        };
        if !recording.waits.contains(&wait) {
            recording.waits.push(wait);
        }
        recording.recorder.of_process(pid.raw()).wait_began(id(object), purpose, timed);
    });
}

/// A caller gives up waiting.
pub(crate) fn tell_gave_up(pid: Pid, object: Handle) {
    tell_done(pid, object, |recorder, object, waited| {
        if waited {
            recorder.wait_timed_out(object);
        }
    });
}

/// An attempt has failed.
#[cold]
pub(crate) fn tell_refused(pid: Pid, object: Handle, rule: Rule) {
    tell_done(pid, object, |recorder, object, waited| {
        let refusal = refusal(rule);
        if waited || refusal != Refusal::Other {
            recorder.refused(object, refusal, waited);
        }
    });
}

/// Whether the caller is going to wait where it cannot go on, as far as events tell.
pub(crate) fn is_patient() -> bool {
    with(|recording| recording.patience != Patience::Never).unwrap_or(false)
}

/// What kind a new object is that the kernel would take for this one.
pub(crate) fn kind_or(usual: ObjectKind) -> ObjectKind {
    with(|recording| recording.label.as_ref().map(|(kind, _)| *kind)).flatten().unwrap_or(usual)
}

/// Takes the label that the next object was to get.
pub(crate) fn take_label() -> Option<(ObjectKind, String)> {
    with(|recording| recording.label.take()).flatten()
}

fn refusal(rule: Rule) -> Refusal {
    match rule {
        Rule::EndOfFile => Refusal::EndOfFile,
        Rule::BrokenPipe => Refusal::BrokenPipe,
        Rule::Torn => Refusal::Torn,
        Rule::Corrupted => Refusal::Corrupted,
        Rule::Closed => Refusal::ShutDown,
        Rule::Abandoned => Refusal::Abandoned,
        Rule::BrokenBarrier => Refusal::BrokenBarrier,
        _ => Refusal::Other,
    }
}
