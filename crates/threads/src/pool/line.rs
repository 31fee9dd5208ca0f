//! The tasks that wait for a worker, and what a pool's handle, its workers and its results share.

use super::error::TaskError;
use super::identity::Identity;
use super::workers;
use crate::object::Caller;
use crate::sync::word::{Inner, inner};
use crate::thread;
use std::collections::VecDeque;
use std::sync::Arc;

/// What becomes of a task that was given to a pool. Each is called once.
pub(super) type Task = Box<dyn FnOnce(Turn<'_>) + Send>;

/// A task's turn has come.
pub(super) enum Turn<'a> {
    /// A worker is on it.
    Run(End<'a>),
    /// It will never run.
    Never(TaskError, End<'a>),
}

/// The end of a task, to be told under the lock of the state that its result changes.
pub(super) struct End<'a> {
    identity: &'a Identity,
    caller: Caller,
    how: How,
}

#[derive(Clone, Copy)]
enum How {
    Ran(u32),
    Cancelled,
    /// It never was in the line.
    Untold,
}

impl End<'_> {
    /// Tells it.
    pub fn tell(self, failed: bool) {
        match self.how {
            How::Ran(task) => self.identity.tell_ended(task, failed, self.caller),
            How::Cancelled => self.identity.tell_cancelled(1, self.caller),
            How::Untold => {}
        }
    }
}

/// What a pool's handle, its workers and its results share.
pub(super) struct Shared {
    pub identity: Identity,
    line: Inner<Line>,
}

struct Line {
    waiting: VecDeque<Waiting>,
    /// The number of the next task.
    next: u32,
    /// What has the workers look into the line, until it is closed.
    rayon: Option<Arc<rayon::ThreadPool>>,
    terminated: bool,
}

struct Waiting {
    task: Task,
    number: u32,
    caller: Caller,
}

/// The right to give work to a pool: it was open a moment ago.
pub(super) struct Entry {
    rayon: Arc<rayon::ThreadPool>,
}

impl Entry {
    /// What runs on the pool's workers, without the line.
    pub fn rayon(&self) -> &rayon::ThreadPool {
        &self.rayon
    }
}

impl Shared {
    /// One of a pool that takes no tasks yet.
    pub fn new(identity: Identity) -> Self {
        let line = Line { waiting: VecDeque::new(), next: 0, rayon: None, terminated: false };
        Self { identity, line: inner(line) }
    }

    /// Tasks can come from now on.
    pub fn open(&self, rayon: rayon::ThreadPool) {
        self.line.lock().rayon = Some(Arc::new(rayon));
    }

    pub fn is_open(&self) -> bool {
        self.line.lock().rayon.is_some()
    }

    /// Whether the calling thread is one of the pool's workers.
    pub fn is_served_by_caller(&self) -> bool {
        workers::with_pool(|pool| core::ptr::eq(Arc::as_ptr(pool), self)).unwrap_or(false)
    }

    /// `None` where the pool takes no more tasks.
    pub fn enter(&self) -> Option<Entry> {
        let rayon = self.line.lock().rayon.clone()?;
        Some(Entry { rayon })
    }

    /// Puts tasks into the line. If the pool was closed since the entry, they are told so.
    pub fn add(self: &Arc<Self>, entry: &Entry, tasks: Vec<Task>, caller: Caller) {
        let count = tasks.len();
        if count == 0 {
            return;
        }
        let mut line = self.line.lock();
        if line.rayon.is_none() {
            drop(line);
            for task in tasks {
                let end = End { identity: &self.identity, caller, how: How::Untold };
                task(Turn::Never(self.identity.closed(), end));
            }
            return;
        }
        // Under the lock, so that the tasks are told in the order of their numbers and before any of them begins.
        self.identity.tell_added(u32::try_from(count).unwrap_or(u32::MAX), caller);
        line.waiting.reserve(count);
        for task in tasks {
            let number = line.next;
            line.next = number.wrapping_add(1);
            line.waiting.push_back(Waiting { task, number, caller });
        }
        drop(line);
        for _ in 0..count {
            let shared = Arc::clone(self);
            // A job for each task, so that any idle worker finds one; which task it is, the line says.
            entry.rayon.spawn(move || {
                if let Err(panic) = thread::catch(|| shared.serve_next()) {
                    thread::report("something called for a pool", &panic);
                }
            });
        }
    }

    /// Runs the task that has waited longest, on the calling worker.
    fn serve_next(&self) {
        // Not there where the pool was terminated.
        let Some(Waiting { task, number, caller }) = self.line.lock().waiting.pop_front() else { return };
        self.identity.tell_began(number, caller);
        task(Turn::Run(End { identity: &self.identity, caller, how: How::Ran(number) }));
    }

    /// Tells of a task that will come to its worker by another way than the line. Returns its number.
    pub fn announce(&self, caller: Caller) -> u32 {
        let mut line = self.line.lock();
        let number = line.next;
        line.next = number.wrapping_add(1);
        self.identity.tell_added(1, caller);
        number
    }

    /// The announced task begins on the calling worker.
    pub fn begin_announced(&self, number: u32, caller: Caller) -> End<'_> {
        self.identity.tell_began(number, caller);
        End { identity: &self.identity, caller, how: How::Ran(number) }
    }

    /// The announced task will not begin.
    pub fn cancel_announced(&self, caller: Caller) {
        self.identity.tell_cancelled(1, caller);
    }

    pub fn is_terminated(&self) -> bool {
        self.line.lock().terminated
    }

    /// Takes no more tasks. The workers end when they have run those that are there.
    pub fn close(&self, caller: Caller) {
        let mut line = self.line.lock();
        if line.rayon.is_none() {
            return;
        }
        self.identity.tell_shut_down(false, caller);
        let rayon = line.rayon.take();
        drop(line);
        drop(rayon);
    }

    /// Takes no more tasks and throws away those that have not begun.
    pub fn terminate(&self, caller: Caller) {
        let mut line = self.line.lock();
        if line.terminated {
            return;
        }
        line.terminated = true;
        if line.rayon.is_some() || !line.waiting.is_empty() {
            self.identity.tell_shut_down(true, caller);
        }
        let (rayon, waiting) = (line.rayon.take(), core::mem::take(&mut line.waiting));
        drop(line);
        for Waiting { task, .. } in waiting {
            let end = End { identity: &self.identity, caller, how: How::Cancelled };
            let never = || task(Turn::Never(self.identity.terminated(), end));
            // What a task drops may panic; the other tasks are told all the same.
            if let Err(panic) = thread::catch(never) {
                thread::report("something called for a pool", &panic);
            }
        }
        drop(rayon);
    }
}
