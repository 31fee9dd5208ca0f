//! One process of a run: its workers, its memory and its events.

use crate::frame_meter::FrameMeter;
use crate::memory::View;
use crate::stream::Stream;
use crate::workers::Worker;
use core::cell::{Cell, RefCell};
use js_sys::{Atomics, Int32Array, SharedArrayBuffer, WebAssembly};
use threadlab_trace::{Event, SharedMemory as _};

/// A process.
pub(crate) struct Member {
    /// Two words that it shares with its workers: how many of its threads are in the kernel, and whether no more may be.
    gate: Int32Array,
    workers: RefCell<Vec<Worker>>,
    /// What its threads have the page measure at the moment.
    meters: RefCell<Vec<FrameMeter>>,
    /// Workers that have loaded their script.
    ready: Cell<usize>,
    /// When the last worker was made or became ready, in milliseconds since the run's epoch.
    progress: Cell<f64>,
    shared: RefCell<Option<Shared>>,
    lost: Cell<u64>,
    /// What its program says that it ends with.
    exit_code: Cell<Option<i32>>,
}

/// What there is once the leader has begun.
struct Shared {
    stream: Stream,
    controls: usize,
    events: Vec<Event>,
}

impl Default for Member {
    fn default() -> Self {
        Self {
            gate: Int32Array::new(&SharedArrayBuffer::new(8)),
            workers: RefCell::default(),
            meters: RefCell::default(),
            ready: Cell::default(),
            progress: Cell::default(),
            shared: RefCell::default(),
            lost: Cell::default(),
            exit_code: Cell::default(),
        }
    }
}

impl Member {
    /// What its workers know of the gate.
    pub(crate) fn gate(&self) -> &Int32Array {
        &self.gate
    }

    /// Lets no thread of it into the kernel any more. Returns whether none is inside.
    pub(crate) fn shut_gate(&self) -> bool {
        // Whoever enters counts first and looks at the second word then, so one of both sees the other.
        let _ = Atomics::store(&self.gate, 1, 1);
        Atomics::load(&self.gate, 0).is_ok_and(|inside| inside == 0)
    }

    /// Takes a worker in that was made at this time.
    pub(crate) fn add(&self, worker: Worker, now: f64) {
        self.workers.borrow_mut().push(worker);
        self.progress.set(now);
    }

    /// A worker has loaded its script.
    pub(crate) fn worker_is_ready(&self, now: f64) {
        self.ready.set(self.ready.get() + 1);
        self.progress.set(now);
    }

    /// How many workers have loaded their script.
    pub(crate) fn ready(&self) -> usize {
        self.ready.get()
    }

    /// Whether a worker has not loaded its script yet.
    pub(crate) fn awaits_a_worker(&self) -> bool {
        self.ready.get() < self.workers.borrow().len()
    }

    /// Whether it has been waiting for a worker for so many milliseconds.
    pub(crate) fn awaits_a_worker_since(&self, now: f64, patience: f64) -> bool {
        self.awaits_a_worker() && now - self.progress.get() > patience
    }

    /// Its leader has begun.
    pub(crate) fn begins(&self, memory: WebAssembly::Memory, trace: usize, controls: usize) {
        let shared = Shared { stream: Stream::new(memory, trace), controls, events: Vec::new() };
        *self.shared.borrow_mut() = Some(shared);
    }

    /// Its memory, once its leader has begun.
    pub(crate) fn memory(&self) -> Option<WebAssembly::Memory> {
        self.shared.borrow().as_ref().map(|shared| shared.stream.memory().clone())
    }

    /// The size of its memory in bytes, or 0 before its leader has begun.
    pub(crate) fn memory_bytes(&self) -> u32 {
        self.memory().map_or(0, |memory| js_sys::SharedArrayBuffer::from(memory.buffer()).byte_length())
    }

    /// Measures the page's frames for one of its threads, by the words at this address.
    pub(crate) fn measure_frames(&self, words: usize) {
        let Some(meter) = self.memory().and_then(|memory| FrameMeter::start(memory, words)) else { return };
        let mut meters = self.meters.borrow_mut();
        meters.retain(|meter| !meter.is_done());
        meters.push(meter);
    }

    pub(crate) fn set_exit_code(&self, code: i32) {
        self.exit_code.set(Some(code));
    }

    pub(crate) fn exit_code(&self) -> Option<i32> {
        self.exit_code.get()
    }

    /// Events that its threads dropped.
    pub(crate) fn lost(&self) -> u64 {
        self.lost.get()
    }

    /// Ends its workers, in whatever state they are, and what the page does for them.
    pub(crate) fn end_workers(&self) {
        self.meters.take();
        drop(self.workers.take());
    }

    /// Hands on what has happened since the last time; `tick` is the time in milliseconds for events that tell none,
    /// `last` that its workers have ended.
    pub(crate) fn drain(&self, tick: u32, last: bool, hear: impl FnOnce(&[Event])) {
        let mut shared = self.shared.borrow_mut();
        let Some(Shared { stream, events, .. }) = &mut *shared else { return };
        events.clear();
        stream.drain(tick, last, events);
        self.lost.set(stream.lost());
        if events.is_empty() {
            return;
        }
        let mut taken = core::mem::take(events);
        // The listener may ask for the memory's size, or for the end.
        drop(shared);
        hear(&taken);
        taken.clear();
        if let Some(shared) = &mut *self.shared.borrow_mut() {
            shared.events = taken;
        }
    }

    /// Changes how fast its sleeps pass.
    pub(crate) fn tell_time_scale(&self, scale: f64) {
        if let Some(shared) = &*self.shared.borrow() {
            #[expect(clippy::cast_possible_truncation, reason = "a factor needs no more digits")]
            let scale = scale as f32;
            let view = View::new(shared.stream.memory());
            view.store_and_wake(shared.controls, scale.to_bits());
            // Timers wait on the word behind it, which is counted up.
            let changed = shared.controls + size_of::<u32>();
            view.store_and_wake(changed, view.load(changed).wrapping_add(1));
        }
    }
}
