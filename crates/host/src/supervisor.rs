//! The worker by which the page acts in a run's kernel, where it must not wait itself. It also keeps the memory that
//! processes of a fork server begin with a copy of.

use crate::engine::Engine;
use crate::messages::{Kernel, Start};
use crate::numbered::Numbered;
use crate::workers::{Heard, Worker};
use core::cell::RefCell;
use js_sys::Uint8Array;

pub(crate) struct Supervisor {
    worker: Worker,
    /// The tasks of processes that wait for their memory.
    tasks: RefCell<Numbered<Uint8Array>>,
}

impl Supervisor {
    pub(crate) fn start(
        engine: &Engine,
        kernel: &Kernel,
        heard: impl Fn(Heard) + Clone + 'static,
    ) -> Result<Self, String> {
        let worker = Worker::new(engine, heard)?;
        worker.tell(&Start::supervise(engine.module(), kernel))?;
        Ok(Self { worker, tasks: RefCell::default() })
    }

    /// Lets no thread of the process into the kernel any more, and answers when none is left in it.
    pub(crate) fn expel(&self, process: u32) {
        self.tell(&Start::expel(process));
    }

    /// Lets the kernel know that the process has ended.
    pub(crate) fn bury(&self, process: u32, code: i32) {
        self.tasks.borrow_mut().remove(process);
        self.tell(&Start::bury(process, code));
    }

    /// Answers with a copy of the template for a process that is to do this.
    pub(crate) fn copy_template(&self, process: u32, task: Uint8Array) {
        self.tasks.borrow_mut().add(process, task);
        self.tell(&Start::copy_template(process));
    }

    /// What the process is to do, once.
    pub(crate) fn task(&self, process: u32) -> Option<Uint8Array> {
        self.tasks.borrow_mut().remove(process)
    }

    fn tell(&self, order: &Start) {
        // Orders are plain numbers, which can always be sent.
        let _ = self.worker.tell(order);
    }
}
