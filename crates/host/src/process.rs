//! A process, from its start to its end.

use crate::engine::Engine;
use crate::failure::{Failure, Outcome, StartError};
use crate::frames::Frames;
use crate::memory::View;
use crate::messages::{Message, Start};
use crate::workers::{Heard, Worker};
use core::cell::{Cell, RefCell};
use js_sys::WebAssembly;
use std::rc::{Rc, Weak};
use threadlab_trace::{Event, Merge, RemoteDirectory, SharedMemory as _};

/// The size of a thread's stack, in bytes. The engine checks that it is not overrun, and counts on this size.
const STACK_BYTES: u32 = 2 << 20;

/// How long a worker may take to load its script, in milliseconds, before the browser is taken to have refused it.
const WORKER_DEADLINE: f64 = 20_000.0;

/// Limits and settings of a process.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// How many threads may be alive at once, the main thread included. A thread's stack takes 2 MiB of the process's
    /// memory of at most 256 MiB, so not many more than 100 find room.
    pub max_threads: u32,
    /// How many times faster than real time the program's sleeps pass. Positive.
    pub time_scale: f64,
}

impl Default for Options {
    /// 96 threads; real time.
    fn default() -> Self {
        Self { max_threads: 96, time_scale: 1.0 }
    }
}

/// What a process makes known.
#[derive(Debug)]
pub enum Notice<'a> {
    /// Its leader has begun.
    Running,
    /// What has happened since the last time, in total order. At most once a frame.
    Events(&'a [Event]),
    /// It has ended; nothing comes after this.
    Ended(Outcome),
}

/// A running process. Dropping it stops it, without a notice.
pub struct Process {
    inner: Rc<Inner>,
}

type Listener = Box<dyn FnMut(Notice<'_>)>;

struct Inner {
    engine: Rc<Engine>,
    /// The start of the process's time, in milliseconds since 1970.
    epoch: f64,
    /// Taken out while it is called, so that it may call back.
    listener: RefCell<Option<Listener>>,
    workers: RefCell<Vec<Worker>>,
    /// Workers that have loaded their script.
    ready: Cell<usize>,
    /// When the last worker was made or became ready, in milliseconds since the epoch.
    progress: Cell<f64>,
    frames: RefCell<Option<Frames>>,
    shared: RefCell<Option<Shared>>,
    time_scale: Cell<f64>,
    lost: Cell<u64>,
    ended: Cell<bool>,
    /// The end that was asked for while the listener was being called. It comes as soon as the call returns.
    ends_with: RefCell<Option<Outcome>>,
}

/// What there is once the leader has begun.
struct Shared {
    memory: WebAssembly::Memory,
    trace: usize,
    controls: usize,
    merge: Merge,
    events: Vec<Event>,
}

impl Process {
    /// Starts a program in a process of its own. `listener` hears of everything that happens, from now on but never
    /// during this call.
    ///
    /// # Errors
    ///
    /// If the browser makes no worker.
    pub fn start(
        engine: &Rc<Engine>,
        program: &str,
        arguments: &str,
        options: Options,
        listener: impl FnMut(Notice<'_>) + 'static,
    ) -> Result<Self, StartError> {
        let inner = Rc::new(Inner {
            engine: Rc::clone(engine),
            epoch: now(),
            listener: RefCell::new(Some(Box::new(listener))),
            workers: RefCell::new(Vec::new()),
            ready: Cell::new(0),
            progress: Cell::new(0.0),
            frames: RefCell::new(None),
            shared: RefCell::new(None),
            time_scale: Cell::new(options.time_scale),
            lost: Cell::new(0),
            ended: Cell::new(false),
            ends_with: RefCell::new(None),
        });
        let start = Start::lead(engine.module(), inner.epoch, program, arguments, options);
        inner.add_worker(&start).map_err(StartError::NoWorker)?;
        let each_frame = Rc::downgrade(&inner);
        *inner.frames.borrow_mut() = Some(Frames::new(move || {
            if let Some(inner) = each_frame.upgrade() {
                inner.turn();
            }
        }));
        Ok(Self { inner })
    }

    /// Ends the process at once, whatever its threads do, and tells the listener. Does nothing if it has ended.
    pub fn stop(&self) {
        self.inner.end(Outcome::Stopped);
    }

    /// Changes how fast the program's sleeps pass, those included that have begun.
    pub fn set_time_scale(&self, scale: f64) {
        self.inner.time_scale.set(scale);
        self.inner.tell_time_scale();
    }

    /// Events that the process's threads dropped, because the page did not read them in time.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.inner.lost.get()
    }

    /// The size of the process's memory in bytes, or 0 before its leader has begun and after its end.
    #[must_use]
    pub fn memory_bytes(&self) -> u32 {
        self.inner
            .shared
            .borrow()
            .as_ref()
            .map_or(0, |shared| js_sys::SharedArrayBuffer::from(shared.memory.buffer()).byte_length())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        *self.inner.listener.borrow_mut() = Some(Box::new(|_| {}));
        self.inner.end(Outcome::Stopped);
    }
}

impl Inner {
    fn add_worker(self: &Rc<Self>, start: &Start) -> Result<(), String> {
        let me: Weak<Self> = Rc::downgrade(self);
        let worker = Worker::new(&self.engine, start, move |heard| {
            if let Some(inner) = me.upgrade() {
                inner.hear(heard);
            }
        })?;
        self.workers.borrow_mut().push(worker);
        self.progress.set(self.elapsed());
        Ok(())
    }

    fn hear(self: &Rc<Self>, heard: Heard) {
        if self.ended.get() {
            return;
        }
        match heard {
            Heard::Message(Message::Ready) => {
                self.ready.set(self.ready.get() + 1);
                self.progress.set(self.elapsed());
            }
            Heard::Message(Message::Started { memory, trace, controls }) => {
                let shared = Shared { memory, trace, controls, merge: Merge::new(), events: Vec::new() };
                *self.shared.borrow_mut() = Some(shared);
                self.tell_time_scale();
                self.notify(Notice::Running);
            }
            Heard::Message(Message::Spawn { start }) => self.spawn(start),
            Heard::Message(Message::Drain) => self.turn(),
            Heard::Message(Message::Exited { failure: None }) => self.end(Outcome::Finished),
            Heard::Message(Message::Exited { failure: Some(failure) }) => {
                self.end(Outcome::Failed(Failure::Program(failure)));
            }
            Heard::Message(Message::Died { failure, thread }) => {
                self.end(Outcome::Failed(Failure::died(&failure, thread)));
            }
            Heard::Error(reason) if self.ready.get() < self.workers.borrow().len() => self.refused(reason),
            Heard::Error(message) => self.end(Outcome::Failed(Failure::died(&message, 0))),
        }
    }

    /// Makes the worker that a thread has asked for.
    fn spawn(self: &Rc<Self>, start: usize) {
        let start = match &*self.shared.borrow() {
            Some(shared) => Start::run(self.engine.module(), self.epoch, &shared.memory, start, STACK_BYTES),
            None => return,
        };
        if let Err(reason) = self.add_worker(&start) {
            self.refused(reason);
        }
    }

    fn refused(&self, reason: String) {
        let reason = if reason.is_empty() { "it gave no reason".into() } else { reason };
        self.end(Outcome::Failed(Failure::NoWorker { given: self.ready.get(), reason }));
    }

    /// Once a frame: hands on what has happened.
    fn turn(&self) {
        if self.ended.get() {
            return;
        }
        self.drain(false);
        let waits = self.ready.get() < self.workers.borrow().len();
        if waits && self.elapsed() - self.progress.get() > WORKER_DEADLINE {
            self.refused(format!("a worker did not start within {} seconds", WORKER_DEADLINE / 1000.0));
        }
    }

    fn drain(&self, last: bool) {
        let mut shared = self.shared.borrow_mut();
        let Some(Shared { memory, trace, merge, events, .. }) = &mut *shared else { return };
        let directory = RemoteDirectory::new(View::new(memory), *trace);
        directory.set_tick(self.tick());
        events.clear();
        if last {
            merge.finish(&directory, events);
        } else {
            merge.drain(&directory, events);
        }
        self.lost.set(merge.dropped(&directory) + merge.garbage());
        if events.is_empty() {
            return;
        }
        let mut taken = core::mem::take(events);
        drop(shared);
        self.notify(Notice::Events(&taken));
        taken.clear();
        if let Some(shared) = &mut *self.shared.borrow_mut() {
            shared.events = taken;
        }
    }

    fn end(&self, outcome: Outcome) {
        if self.listener.borrow().is_none() && !self.ended.get() {
            self.ends_with.borrow_mut().get_or_insert(outcome);
            return;
        }
        if self.ended.replace(true) {
            return;
        }
        self.frames.take();
        // The workers end before the last drain, so that it is the last.
        drop(self.workers.take());
        self.drain(true);
        self.shared.take();
        self.notify(Notice::Ended(outcome));
        self.listener.take();
    }

    fn notify(&self, notice: Notice<'_>) {
        let Some(mut listener) = self.listener.take() else { return };
        let ended = matches!(notice, Notice::Ended(_));
        listener(notice);
        if ended {
            return;
        }
        *self.listener.borrow_mut() = Some(listener);
        if let Some(outcome) = self.ends_with.take() {
            self.end(outcome);
        }
    }

    fn tell_time_scale(&self) {
        if let Some(shared) = &*self.shared.borrow() {
            #[expect(clippy::cast_possible_truncation, reason = "a factor needs no more digits")]
            let scale = self.time_scale.get() as f32;
            let view = View::new(&shared.memory);
            view.store_and_wake(shared.controls, scale.to_bits());
            // Timers wait on the word behind it, which is counted up.
            let changed = shared.controls + size_of::<u32>();
            view.store_and_wake(changed, view.load(changed).wrapping_add(1));
        }
    }

    fn elapsed(&self) -> f64 {
        now() - self.epoch
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "49 days fit")]
    fn tick(&self) -> u32 {
        self.elapsed() as u32
    }
}

/// Milliseconds since 1970, with the resolution of the browser's clock for intervals, which is also what workers use.
fn now() -> f64 {
    web_sys::window()
        .and_then(|window| window.performance())
        .map_or_else(js_sys::Date::now, |performance| performance.time_origin() + performance.now())
}
