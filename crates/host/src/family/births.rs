//! How workers and processes come into a family.

use super::{FIRST, Family, STACK_BYTES, TERMINATED};
use crate::failure::Failure;
use crate::member::Member;
use crate::messages::{Birth, Kernel, Start};
use crate::process::Options;
use crate::supervisor::Supervisor;
use crate::workers::{Heard, Worker};
use core::cell::Cell;
use js_sys::WebAssembly;
use std::rc::{Rc, Weak};

/// No process has this number.
const NOBODY: u32 = 0;

/// A worker that may have no process yet.
pub(super) struct Spare {
    worker: Worker,
    process: Rc<Cell<u32>>,
    is_ready: Rc<Cell<bool>>,
}

impl Family {
    pub(super) fn add_worker(self: &Rc<Self>, process: u32, start: Start) -> Result<(), String> {
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
    pub(super) fn new_worker(self: &Rc<Self>, process: u32) -> Result<Spare, String> {
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

    /// Makes the worker that a thread has asked for.
    pub(super) fn add_thread(self: &Rc<Self>, process: u32, member: &Member, start: usize) {
        let kernel = self.kernel.borrow().clone();
        let Some((memory, kernel)) = member.memory().zip(kernel) else { return };
        let start = Start::run(self.engine.module(), self.epoch, &memory, &kernel, start, STACK_BYTES);
        if let Err(reason) = self.add_worker(process, start) {
            self.refused(process, member, reason);
        }
    }

    /// Starts a process that the kernel knows already.
    pub(super) fn add_process(self: &Rc<Self>, process: u32, birth: Birth) {
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

    pub(super) fn lead_child(
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
}
