//! All processes of a run: the first one, which runs the program, and those that it starts.

use crate::engine::Engine;
use crate::failure::{Failure, Outcome};
use crate::frames::Frames;
use crate::member::Member;
use crate::messages::{Birth, Kernel, Message, Start};
use crate::numbered::Numbered;
use crate::process::{ChildNews, Notice, Options};
use crate::stream::Stream;
use crate::supervisor::Supervisor;
use crate::workers::{Heard, Worker};
use core::cell::{Cell, RefCell};
use js_sys::WebAssembly;
use std::rc::{Rc, Weak};
use threadlab_trace::SharedEvent;

/// The number that the kernel gives to a run's first process.
pub(crate) const FIRST: u32 = 1;

/// The size of a thread's stack, in bytes. The engine checks that it is not overrun, and counts on this size.
const STACK_BYTES: u32 = 2 << 20;

/// How long a worker may take to load its script, in milliseconds, before the browser is taken to have refused it.
const WORKER_DEADLINE: f64 = 20_000.0;

/// The exit code of a process that trapped: that of a broken memory, as a negative signal's number.
const TRAPPED: i32 = -11;
/// The exit code of a process that got no worker, or whose parent has ended: that of being told to end.
const TERMINATED: i32 = -15;

/// No process has this number.
const NOBODY: u32 = 0;

/// A worker that may have no process yet.
struct Spare {
    worker: Worker,
    process: Rc<Cell<u32>>,
    is_ready: Rc<Cell<bool>>,
}

pub(crate) type Listener = Box<dyn FnMut(Notice<'_>)>;

pub(crate) struct Family {
    engine: Rc<Engine>,
    options: Options,
    /// The start of the run's time, in milliseconds since 1970.
    epoch: f64,
    /// Taken out while it is called, so that it may call back.
    listener: RefCell<Option<Listener>>,
    members: RefCell<Numbered<Rc<Member>>>,
    /// Children that are being ended, with what they end with.
    ending: RefCell<Numbered<(i32, Option<String>)>>,
    /// Those of them that have a thread on its way out of the kernel.
    leaving: RefCell<Vec<u32>>,
    kernel: RefCell<Option<Kernel>>,
    /// The events of the kernel, once it is at work.
    kernel_events: RefCell<Option<Stream>>,
    supervisor: RefCell<Option<Supervisor>>,
    /// A worker that is there for the next process that is forked or comes from the fork server.
    spare: RefCell<Option<Spare>>,
    frames: RefCell<Option<Frames>>,
    time_scale: Cell<f64>,
    /// Events lost by processes that have ended.
    lost_before: Cell<u64>,
    ended: Cell<bool>,
    /// The end that was asked for while the listener was being called. It comes as soon as the call returns.
    ends_with: RefCell<Option<Outcome>>,
}

impl Family {
    pub(crate) fn start(
        engine: &Rc<Engine>,
        program: &str,
        arguments: &str,
        options: Options,
        listener: Listener,
    ) -> Result<Rc<Self>, String> {
        let family = Rc::new(Self {
            engine: Rc::clone(engine),
            options,
            epoch: now(),
            listener: RefCell::new(Some(listener)),
            members: RefCell::default(),
            ending: RefCell::default(),
            leaving: RefCell::default(),
            kernel: RefCell::default(),
            kernel_events: RefCell::default(),
            supervisor: RefCell::default(),
            spare: RefCell::default(),
            frames: RefCell::default(),
            time_scale: Cell::new(options.time_scale),
            lost_before: Cell::new(0),
            ended: Cell::new(false),
            ends_with: RefCell::default(),
        });
        family.members.borrow_mut().add(FIRST, Rc::default());
        let start = Start::lead(engine.module(), family.epoch, program, arguments, options);
        family.add_worker(FIRST, start)?;
        let each_frame = Rc::downgrade(&family);
        *family.frames.borrow_mut() = Some(Frames::new(move || {
            if let Some(family) = each_frame.upgrade() {
                family.turn();
            }
        }));
        Ok(family)
    }

    fn member(&self, process: u32) -> Option<Rc<Member>> {
        self.members.borrow().get(process).cloned()
    }

    fn add_worker(self: &Rc<Self>, process: u32, start: Start) -> Result<(), String> {
        let Some(member) = self.member(process) else { return Ok(()) };
        let Spare { worker, .. } = self.new_worker(process)?;
        worker.tell(&start.with_gate(member.gate()))?;
        member.add(worker, self.elapsed());
        Ok(())
    }

    /// As [`add_worker`](Self::add_worker), by a worker that has loaded its script already, where there is one.
    fn add_spare(self: &Rc<Self>, process: u32, start: Start) -> Result<(), String> {
        let Some(member) = self.member(process) else { return Ok(()) };
        let spare = match self.spare.take() {
            Some(spare) => spare,
            None => self.new_worker(process)?,
        };
        spare.process.set(process);
        spare.worker.tell(&start.with_gate(member.gate()))?;
        member.add(spare.worker, self.elapsed());
        if spare.is_ready.get() {
            member.worker_is_ready(self.elapsed());
        }
        // The next one of this sort shall find one too. Where the browser has none left it will say so to that one.
        *self.spare.borrow_mut() = self.new_worker(NOBODY).ok();
        Ok(())
    }

    /// A worker for a process, or for [`NOBODY`] yet.
    fn new_worker(self: &Rc<Self>, process: u32) -> Result<Spare, String> {
        let me: Weak<Self> = Rc::downgrade(self);
        let (process, is_ready) = (Rc::new(Cell::new(process)), Rc::new(Cell::new(false)));
        let (owner, ready) = (Rc::clone(&process), Rc::clone(&is_ready));
        let worker = Worker::new(&self.engine, move |heard| {
            let Some(family) = me.upgrade() else { return };
            match (owner.get(), heard) {
                (NOBODY, Heard::Message(_)) => ready.set(true),
                (NOBODY, Heard::Error(_)) => drop(family.spare.take()),
                (process, heard) => family.hear(process, heard),
            }
        })?;
        Ok(Spare { worker, process, is_ready })
    }

    fn hear(self: &Rc<Self>, process: u32, heard: Heard) {
        if self.ended.get() {
            return;
        }
        let Some(member) = self.member(process) else { return };
        match heard {
            Heard::Message(Message::Ready) => member.worker_is_ready(self.elapsed()),
            Heard::Message(Message::Kernel(kernel)) => *self.kernel.borrow_mut() = Some(kernel),
            Heard::Message(Message::KernelBegun { trace }) => self.kernel_begins(trace),
            Heard::Message(Message::Started { memory, trace, controls }) => {
                member.begins(memory, trace, controls);
                member.tell_time_scale(self.time_scale.get());
                self.notify(if process == FIRST {
                    Notice::Running
                } else {
                    Notice::Child { process, news: ChildNews::Running }
                });
            }
            Heard::Message(Message::Spawn { start }) => self.add_thread(process, &member, start),
            Heard::Message(Message::Drain) => self.turn(),
            Heard::Message(Message::MeasureFrames { meter }) => member.measure_frames(meter),
            Heard::Message(Message::MakeRoom(done)) => crate::memory::make_room(&done),
            Heard::Message(Message::StartProcess { process, birth }) => self.add_process(process, birth),
            Heard::Message(Message::EndProcess { process, code }) => self.end_child(process, code, None),
            Heard::Message(Message::ExitCode(code)) => member.set_exit_code(code),
            Heard::Message(Message::Exited { failure }) => self.exited(process, &member, failure),
            Heard::Message(Message::Died { failure, thread }) => {
                self.died(process, &Failure::died(&failure, thread));
            }
            Heard::Message(Message::Template { .. } | Message::Expelled(_) | Message::Buried { .. }) => {}
            Heard::Error(reason) if member.awaits_a_worker() => self.refused(process, &member, reason),
            Heard::Error(message) => self.died(process, &Failure::died(&message, 0)),
        }
    }

    /// A worker has reached the kernel, whose directory of events is at this address. Each says so, since the first one may
    /// be ended before it is heard.
    fn kernel_begins(&self, trace: usize) {
        if let Some(kernel) = &*self.kernel.borrow() {
            self.kernel_events
                .borrow_mut()
                .get_or_insert_with(|| Stream::new(kernel.memory().clone(), trace));
        }
    }

    /// Makes the worker that a thread has asked for.
    fn add_thread(self: &Rc<Self>, process: u32, member: &Member, start: usize) {
        let kernel = self.kernel.borrow().clone();
        let Some((memory, kernel)) = member.memory().zip(kernel) else { return };
        let start = Start::run(self.engine.module(), self.epoch, &memory, &kernel, start, STACK_BYTES);
        if let Err(reason) = self.add_worker(process, start) {
            self.refused(process, member, reason);
        }
    }

    /// Starts a process that the kernel knows already.
    fn add_process(self: &Rc<Self>, process: u32, birth: Birth) {
        let Some(kernel) = self.kernel.borrow().clone() else { return };
        if let Err(reason) = self.supervise(&kernel) {
            self.died(FIRST, &Failure::died(&reason, 0));
            return;
        }
        self.members.borrow_mut().add(process, Rc::default());
        if self.ending.borrow().contains(process) {
            // The order to end it came from another worker, and was quicker.
            self.expel(process);
            return;
        }
        let started = match birth {
            Birth::Spawn { memory, task } => self.lead_child(process, &kernel, &memory, &task, None),
            Birth::ForkServer(task) => {
                if let Some(supervisor) = &*self.supervisor.borrow() {
                    supervisor.copy_template(process, task);
                }
                Ok(())
            }
            Birth::Fork { memory, start } => {
                let module = self.engine.module();
                let start = Start::forked(module, self.epoch, &memory, &kernel, process, start, STACK_BYTES);
                self.add_spare(process, start)
            }
        };
        if let Err(reason) = started {
            self.end_child(process, TERMINATED, Some(reason));
        }
    }

    fn lead_child(
        self: &Rc<Self>,
        process: u32,
        kernel: &Kernel,
        memory: &WebAssembly::Memory,
        task: &js_sys::Uint8Array,
        stack_bytes: Option<u32>,
    ) -> Result<(), String> {
        let options = Options { time_scale: self.time_scale.get(), ..self.options };
        let module = self.engine.module();
        let start = Start::child(module, self.epoch, kernel, process, memory, task, options, stack_bytes);
        // A copy is of the fork server.
        if stack_bytes.is_some() { self.add_spare(process, start) } else { self.add_worker(process, start) }
    }

    /// Makes the run's supervisor, unless there is one.
    fn supervise(self: &Rc<Self>, kernel: &Kernel) -> Result<(), String> {
        if self.supervisor.borrow().is_some() {
            return Ok(());
        }
        let me: Weak<Self> = Rc::downgrade(self);
        let supervisor = Supervisor::start(&self.engine, kernel, move |heard| {
            if let Some(family) = me.upgrade() {
                family.hear_supervisor(heard);
            }
        })?;
        *self.supervisor.borrow_mut() = Some(supervisor);
        Ok(())
    }

    fn hear_supervisor(self: &Rc<Self>, heard: Heard) {
        if self.ended.get() {
            return;
        }
        match heard {
            Heard::Message(Message::Template { process, memory }) => {
                let task = self.supervisor.borrow().as_ref().and_then(|supervisor| supervisor.task(process));
                let kernel = self.kernel.borrow().clone();
                let (Some(task), Some(kernel)) = (task, kernel) else { return };
                let started = match memory {
                    Some(memory) => self.lead_child(process, &kernel, &memory, &task, Some(STACK_BYTES)),
                    None => Err("the browser has no memory left for another process".into()),
                };
                if let Err(reason) = started {
                    self.end_child(process, TERMINATED, Some(reason));
                }
            }
            Heard::Message(Message::MakeRoom(done)) => crate::memory::make_room(&done),
            Heard::Message(Message::KernelBegun { trace }) => self.kernel_begins(trace),
            Heard::Message(Message::Expelled(process)) => self.bury(process),
            Heard::Message(Message::Buried { process, orphans }) => {
                let end = self.ending.borrow_mut().remove(process);
                if let Some((code, failure)) = end {
                    self.notify(Notice::Child { process, news: ChildNews::Ended { code, failure } });
                }
                for orphan in orphans {
                    self.end_child(orphan, TERMINATED, None);
                }
            }
            Heard::Message(Message::Died { failure, .. }) | Heard::Error(failure) => {
                self.died(FIRST, &Failure::died(&failure, 0));
            }
            Heard::Message(_) => {}
        }
    }

    /// A process's program has come to its end.
    fn exited(&self, process: u32, member: &Member, failure: Option<String>) {
        if process == FIRST {
            self.end(match failure {
                None => Outcome::Finished,
                Some(failure) => Outcome::Failed(Failure::Program(failure)),
            });
            return;
        }
        let usual = i32::from(failure.is_some());
        self.end_child(process, member.exit_code().unwrap_or(usual), failure);
    }

    /// A process's thread trapped, and its memory cannot be trusted any more.
    fn died(&self, process: u32, failure: &Failure) {
        if process == FIRST {
            self.end(Outcome::Failed(failure.clone()));
        } else {
            self.end_child(process, TRAPPED, Some(failure.to_string()));
        }
    }

    fn refused(&self, process: u32, member: &Member, reason: String) {
        let reason = if reason.is_empty() { "it gave no reason".into() } else { reason };
        let failure = Failure::NoWorker { given: member.ready(), reason };
        if process == FIRST {
            self.end(Outcome::Failed(failure));
        } else {
            self.end_child(process, TERMINATED, Some(failure.to_string()));
        }
    }

    /// Begins to end a child: first no thread of it may be in the kernel, then its workers can go.
    fn end_child(&self, process: u32, code: i32, failure: Option<String>) {
        if process == FIRST || self.ending.borrow().contains(process) {
            return;
        }
        self.ending.borrow_mut().add(process, (code, failure));
        if self.members.borrow().contains(process) {
            self.expel(process);
        }
    }

    fn expel(&self, process: u32) {
        if let Some(supervisor) = &*self.supervisor.borrow() {
            supervisor.expel(process);
        }
    }

    /// Ends the workers of a child that the kernel has shut out, as soon as none of its threads is on the way there.
    fn bury(&self, process: u32) {
        let Some(member) = self.member(process) else { return };
        if !member.shut_gate() {
            self.leaving.borrow_mut().push(process);
            return;
        }
        member.end_workers();
        self.drain(process, &member, true);
        self.lost_before.set(self.lost_before.get() + member.lost());
        self.members.borrow_mut().remove(process);
        let code = self.ending.borrow().get(process).map_or(0, |(code, _)| *code);
        if let Some(supervisor) = &*self.supervisor.borrow() {
            supervisor.bury(process, code);
        }
    }

    /// Once a frame: hands on what has happened.
    fn turn(&self) {
        let leaving = self.leaving.take();
        for process in leaving {
            self.bury(process);
        }
        let members: Vec<_> =
            self.members.borrow().iter().map(|(process, member)| (*process, Rc::clone(member))).collect();
        for (process, member) in members {
            if self.ended.get() {
                return;
            }
            self.drain(process, &member, false);
            if member.awaits_a_worker_since(self.elapsed(), WORKER_DEADLINE) {
                let seconds = WORKER_DEADLINE / 1000.0;
                self.refused(process, &member, format!("a worker did not start within {seconds} seconds"));
            }
        }
        if !self.ended.get() {
            self.drain_kernel(false);
        }
    }

    /// Hands on what has happened in the kernel. Whoever compares it with what the processes tell counts on its being read
    /// after all of that.
    fn drain_kernel(&self, last: bool) {
        let mut events = Vec::new();
        let (was_complete, complete) = {
            let mut stream = self.kernel_events.borrow_mut();
            let Some(stream) = &mut *stream else { return };
            let was_complete = stream.is_complete();
            stream.drain(self.tick(), last, &mut events);
            (was_complete, stream.is_complete())
        };
        if events.is_empty() && complete == was_complete {
            return;
        }
        let events: Vec<_> = events.into_iter().map(SharedEvent::of_kernel).collect();
        self.notify(Notice::Kernel { events: &events, complete });
    }

    fn drain(&self, process: u32, member: &Member, last: bool) {
        member.drain(self.tick(), last, |events| {
            self.notify(if process == FIRST {
                Notice::Events(events)
            } else {
                Notice::Child { process, news: ChildNews::Events(events) }
            });
        });
    }

    pub(crate) fn end(&self, outcome: Outcome) {
        if self.listener.borrow().is_none() && !self.ended.get() {
            self.ends_with.borrow_mut().get_or_insert(outcome);
            return;
        }
        if self.ended.replace(true) {
            return;
        }
        self.frames.take();
        self.supervisor.take();
        self.spare.take();
        let members = self.members.take();
        // All workers end before the last drain, so that it is the last.
        for (_, member) in members.iter() {
            member.end_workers();
        }
        let mut lost = self.lost_before.get();
        for (process, member) in members.iter() {
            self.drain(*process, member, true);
            lost += member.lost();
        }
        self.drain_kernel(true);
        self.lost_before.set(lost + self.kernel_events.take().map_or(0, |stream| stream.lost()));
        self.kernel.take();
        // Some may have ended without the page having heard so from the kernel; the others end with the family.
        let mut children = self.ending.take();
        for (process, _) in members.iter().filter(|(process, _)| *process != FIRST) {
            children.add(*process, (TERMINATED, None));
        }
        for (process, (code, failure)) in children.iter() {
            let news = ChildNews::Ended { code: *code, failure: failure.clone() };
            self.notify(Notice::Child { process: *process, news });
        }
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

    /// Nobody listens any more.
    pub(crate) fn forget_listener(&self) {
        *self.listener.borrow_mut() = Some(Box::new(|_| {}));
    }

    pub(crate) fn set_time_scale(&self, scale: f64) {
        self.time_scale.set(scale);
        for (_, member) in self.members.borrow().iter() {
            member.tell_time_scale(scale);
        }
    }

    pub(crate) fn lost(&self) -> u64 {
        let kernel = self.kernel_events.borrow().as_ref().map_or(0, Stream::lost);
        let members = self.members.borrow().iter().map(|(_, member)| member.lost()).sum::<u64>();
        self.lost_before.get() + members + kernel
    }

    pub(crate) fn memory_bytes(&self, process: u32) -> u32 {
        self.member(process).map_or(0, |member| member.memory_bytes())
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
