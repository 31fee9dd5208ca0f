//! Which timers are pending, and who waits for them.

use super::{Pending, call_worker};
use crate::atomic::Ordering;
use crate::object::{Caller, Object};
use crate::process::{Process, factor, real};
use crate::sync::word::{Inner, inner};
use crate::thread::workers::NoWorker;
use crate::{clock, futex};
use core::cmp::Reverse;
use core::time::Duration;
use std::collections::BinaryHeap;
use std::sync::Arc;
use threadlab_trace::ObjectKind;

/// The timers of a process.
pub(crate) struct Timers {
    state: Inner<State>,
    object: Object,
}

struct State {
    heap: BinaryHeap<Reverse<Entry>>,
    /// How many timers were started, so that those due at the same time fire in the order of their start.
    started: u64,
    /// Entries of the heap that were cancelled, at most.
    cancelled: usize,
    /// A worker waits for the first entry to become due, or is about to run its function.
    led: bool,
    /// A worker was called and has not come yet.
    called: bool,
    program_clock: ProgramClock,
}

/// Program time as it passes at changing scales.
#[derive(Default)]
struct ProgramClock {
    /// Seconds of program time at the last look.
    seconds: f64,
    looked_at: Duration,
    /// The time scale's bits since then.
    scale: u32,
}

struct Entry {
    /// Seconds of program time.
    due: f64,
    order: u64,
    pending: Arc<Pending>,
}

/// What a worker that serves the timers is to do.
pub(super) enum Schedule {
    /// Leave: nothing is pending, or another worker waits.
    Nothing,
    /// Run this one's function.
    Due(Arc<Pending>),
    /// Wait until then, unless something changes.
    Wait(Duration),
    /// Nothing is pending, but perhaps soon.
    Linger,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.due.total_cmp(&other.due).then(self.order.cmp(&other.order))
    }
}

impl ProgramClock {
    /// The seconds of program time that have passed, now that the time scale has these bits.
    fn look(&mut self, scale: u32) -> f64 {
        let now = clock::now();
        self.seconds += now.saturating_sub(self.looked_at).as_secs_f64() * factor(self.scale);
        self.looked_at = now;
        self.scale = scale;
        self.seconds
    }
}

impl Timers {
    pub(crate) fn new() -> Self {
        let state = State {
            heap: BinaryHeap::new(),
            started: 0,
            cancelled: 0,
            led: false,
            called: false,
            program_clock: ProgramClock::default(),
        };
        Self { state: inner(state), object: Object::named(ObjectKind::Timers, "") }
    }

    /// Adds a timer that is due when `delay` of program time has passed, and sees to it that a worker waits for it.
    pub(super) fn add(
        &self,
        process: &'static Process,
        delay: Duration,
        pending: &Arc<Pending>,
    ) -> Result<(), NoWorker> {
        let mut state = self.state.lock();
        let now = state.look(process);
        // Under the lock, so that a worker that cannot be had fails this timer and no other.
        if !state.led && !state.called {
            call_worker(process)?;
            state.called = true;
        }
        let order = state.started;
        state.started += 1;
        let due = now + delay.as_secs_f64();
        state.heap.push(Reverse(Entry { due, order, pending: Arc::clone(pending) }));
        let is_first = state.heap.peek().is_some_and(|Reverse(first)| first.order == order);
        drop(state);
        if is_first {
            wake(process);
        }
        Ok(())
    }

    /// An entry has become void. Void entries are swept out when they are the greater part.
    pub(super) fn note_cancelled(&self) {
        let mut state = self.state.lock();
        state.cancelled += 1;
        if state.cancelled * 2 <= state.heap.len() {
            return;
        }
        let entries = core::mem::take(&mut state.heap).into_vec();
        let (void, live): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(|Reverse(entry)| entry.pending.is_over());
        state.heap = live.into();
        state.cancelled = 0;
        drop(state);
        // Dropped only here: what a timer holds may do anything when it is dropped.
        drop(void);
    }

    /// What the calling worker is to do; `arrived`: it has just come; `lingered`: in vain.
    pub(super) fn next(&self, process: &'static Process, arrived: bool, lingered: bool) -> Schedule {
        let mut void = Vec::new();
        let mut state = self.state.lock();
        if arrived {
            state.called = false;
        }
        if state.led {
            return Schedule::Nothing;
        }
        let now = state.look(process);
        let schedule = loop {
            let Some(Reverse(first)) = state.heap.peek() else {
                state.led = !lingered;
                break if lingered { Schedule::Nothing } else { Schedule::Linger };
            };
            let left = first.due - now;
            let is_void = first.pending.is_over();
            if !is_void && left > 0.0 {
                state.led = true;
                break Schedule::Wait(clock::after(real(left, factor(state.program_clock.scale))));
            }
            let Some(Reverse(first)) = state.heap.pop() else { break Schedule::Nothing };
            if is_void {
                state.cancelled = state.cancelled.saturating_sub(1);
                void.push(first);
                continue;
            }
            state.led = true;
            break Schedule::Due(first.pending);
        };
        drop(state);
        // Dropped only here, as above.
        drop(void);
        schedule
    }

    /// The worker that waited looks again.
    pub(super) fn woke(&self) {
        self.state.lock().led = false;
    }

    /// The worker that led has told that its function runs now, so timers fire in order: another may lead.
    pub(super) fn hand_over(&self, process: &'static Process) {
        let mut state = self.state.lock();
        state.led = false;
        if !state.heap.is_empty() && !state.called {
            // Where none can be had, the others wait until this function has returned.
            state.called = call_worker(process).is_ok();
        }
    }

    pub(super) fn tell_started(&self, timer: u32, caller: Caller) {
        self.object.tell(caller, |recorder, timers| recorder.timer_started(timers, timer, caller));
    }

    pub(super) fn tell_fired(&self, timer: u32, caller: Caller) {
        self.object.tell(caller, |recorder, timers| recorder.timer_fired(timers, timer, caller));
    }

    pub(super) fn tell_cancelled(&self, timer: u32, caller: Caller) {
        self.object.tell(caller, |recorder, timers| recorder.timer_cancelled(timers, timer, caller));
    }
}

impl State {
    fn look(&mut self, process: &'static Process) -> f64 {
        self.program_clock.look(process.controls().time_scale.load(Ordering::Relaxed))
    }
}

/// Has the waiting worker think again.
fn wake(process: &'static Process) {
    let changed = &process.controls().timers_changed;
    // Release: what was changed before is seen by the worker that sees the count.
    changed.fetch_add(1, Ordering::Release);
    futex::wake(changed, u32::MAX);
}
