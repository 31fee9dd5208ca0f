//! All processes of a run: the first one, which runs the program, and those that it starts.

mod births;
mod ends;
mod news;

use crate::engine::Engine;
use crate::failure::{Failure, Outcome};
use crate::frames::Frames;
use crate::member::Member;
use crate::messages::{Kernel, Message, Start};
use crate::numbered::Numbered;
use crate::process::{ChildNews, Notice, Options};
use crate::stream::Stream;
use crate::supervisor::Supervisor;
use crate::workers::Heard;
use births::Spare;
use core::cell::{Cell, RefCell};
use std::rc::Rc;

/// The number that the kernel gives to a run's first process.
pub(crate) const FIRST: u32 = 1;

/// The size of a thread's stack, in bytes. The engine checks that it is not overrun, and counts on this size.
const STACK_BYTES: u32 = 2 << 20;

/// The exit code of a process that got no worker, or whose parent has ended: that of being told to end.
const TERMINATED: i32 = -15;

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

/// Milliseconds of the page's clock.
fn page_time() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}

/// Milliseconds since 1970, with the resolution of the browser's clock for intervals, which is also what workers use.
fn now() -> f64 {
    web_sys::window()
        .and_then(|window| window.performance())
        .map_or_else(js_sys::Date::now, |performance| performance.time_origin() + performance.now())
}
