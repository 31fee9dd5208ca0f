//! A run from outside: started, listened to, stopped.

use crate::engine::Engine;
use crate::failure::{Outcome, StartError};
use crate::family::Family;
use std::rc::Rc;
use threadlab_trace::{Event, SharedEvent};

/// Limits and settings of a process and of its children.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// How many threads of one process may be alive at once, the main thread included. A thread's stack takes 2 MiB of
    /// the process's memory of at most 256 MiB, so not many more than 100 find room.
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
    /// What has happened in it since the last time, in total order. At most once a frame.
    Events(&'a [Event]),
    /// What has happened to what the run's processes share since the last time. At most once a frame, and after the events
    /// of all processes that were read in that frame.
    Kernel {
        /// In total order.
        events: &'a [SharedEvent],
        /// Whether these are all until now. Otherwise the next ones wait for one that is on its way.
        complete: bool,
    },
    /// All that was recorded before a time has been told, by all processes. Once a frame, after the events of that frame.
    CaughtUp {
        /// The time, in milliseconds of the page's clock (that of `performance.now()`).
        with: f64,
    },
    /// Something about a process that it, or a child of it, has started.
    Child {
        /// The child's number, which is not used again in this run.
        process: u32,
        /// What there is to know.
        news: ChildNews<'a>,
    },
    /// It has ended, and its children with it; nothing comes after this.
    Ended(Outcome),
}

/// What is made known about a child process.
#[derive(Debug)]
pub enum ChildNews<'a> {
    /// Its leader has begun.
    Running,
    /// What has happened in it since the last time, in total order. At most once a frame.
    Events(&'a [Event]),
    /// It has ended; nothing more comes about it.
    Ended {
        /// Its exit code, or the negative number of the signal that ended it.
        code: i32,
        /// What went wrong, where something did.
        failure: Option<String>,
    },
}

/// A running process, with all of its children. Dropping it stops them, without a notice.
pub struct Process {
    family: Rc<Family>,
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
        let family = Family::start(engine, program, arguments, options, Box::new(listener))
            .map_err(StartError::NoWorker)?;
        Ok(Self { family })
    }

    /// Ends the process and its children at once, whatever their threads do, and tells the listener. Does nothing if it
    /// has ended.
    pub fn stop(&self) {
        self.family.end(Outcome::Stopped);
    }

    /// Changes how fast the program's sleeps pass, those included that have begun.
    pub fn set_time_scale(&self, scale: f64) {
        self.family.set_time_scale(scale);
    }

    /// Events that threads dropped, because the page did not read them in time.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.family.lost()
    }

    /// The size of the process's memory in bytes, or 0 before its leader has begun and after its end.
    #[must_use]
    pub fn memory_bytes(&self) -> u32 {
        self.family.memory_bytes(crate::family::FIRST)
    }

    /// The size of a child's memory in bytes, or 0 where it has not begun or has ended.
    #[must_use]
    pub fn memory_bytes_of(&self, child: u32) -> u32 {
        self.family.memory_bytes(child)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.family.forget_listener();
        self.family.end(Outcome::Stopped);
    }
}
