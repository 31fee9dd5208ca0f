//! The timers of a process: their agenda, their workers and their events.

use super::Pending;
#[cfg(not(target_arch = "wasm32"))]
use super::agenda::think_again;
use super::agenda::{Agenda, Item, Now};
use crate::object::{Caller, Object};
use crate::process::Process;
use crate::program_clock::ProgramNow;
use crate::thread::current::Thread;
use crate::thread::workers::{self, Job, NoWorker};
use core::time::Duration;
use std::sync::Arc;
use threadlab_trace::{ObjectKind, ThreadId};

/// The timers of a process.
pub(crate) struct Timers {
    agenda: Agenda<Arc<Pending>>,
    object: Object,
}

impl Item for Arc<Pending> {
    fn is_void(&self) -> bool {
        self.is_over()
    }
}

impl Timers {
    pub(crate) fn new() -> Self {
        Self { agenda: Agenda::new(), object: Object::named(ObjectKind::Timers, "") }
    }

    /// Adds a timer that is due when `delay` of program time has passed, and sees to it that a worker waits for it.
    pub(super) fn add(
        &self,
        process: &'static Process,
        delay: Duration,
        pending: &Arc<Pending>,
    ) -> Result<(), NoWorker> {
        let due = process.program_now().seconds + delay.as_secs_f64();
        let changed = &process.controls().timers_changed;
        self.agenda.add(due, Arc::clone(pending), changed, || call_worker(process))
    }

    /// A timer has been cancelled.
    pub(super) fn note_cancelled(&self) {
        self.agenda.note_void();
    }

    /// A timer's function begins: another worker may wait for the others.
    pub(super) fn hand_over(&self, process: &'static Process) {
        self.agenda.hand_over(|| call_worker(process).is_ok());
    }

    /// The time scale is another one. In the browser the page tells so itself.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn scale_changed(process: &Process) {
        think_again(&process.controls().timers_changed);
    }

    pub(super) fn tell_started(&self, pending: &Pending, delay: Duration, caller: Caller) {
        let (timer, name) = (pending.number(), pending.thread.name());
        let delay = u64::try_from(delay.as_micros()).unwrap_or(u64::MAX);
        self.object.tell(caller, |recorder, timers| {
            recorder.timer_started(timers, timer, delay, &name, caller);
        });
    }

    pub(super) fn tell_fired(&self, timer: u32, caller: Caller) {
        self.object.tell(caller, |recorder, timers| recorder.timer_fired(timers, timer, caller));
    }

    pub(super) fn tell_cancelled(&self, timer: u32, caller: Caller) {
        self.object.tell(caller, |recorder, timers| recorder.timer_cancelled(timers, timer, caller));
    }
}

fn now(process: &Process) -> Now {
    let ProgramNow { seconds, factor } = process.program_now();
    Now { seconds, factor }
}

/// Has a worker wait for the timers of a process.
fn call_worker(process: &'static Process) -> Result<(), NoWorker> {
    let slot = workers::reserve(process)?;
    // The worker has no thread's identity while it waits.
    let nobody = Thread::new(ThreadId(0), String::new(), true);
    let body = Box::new(move || {
        let timers = process.timers();
        let changed = &process.controls().timers_changed;
        timers.agenda.serve(changed, || now(process), |pending| pending.fire(process));
        Box::new(|| ()) as workers::Release
    });
    slot.run(process, Job { thread: nobody, body })
}
