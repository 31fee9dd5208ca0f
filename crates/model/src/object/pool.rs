//! Workers, and the tasks that they take.

use threadlab_trace::ThreadId;

use crate::limits::{MAX_NESTED_TASKS, MAX_PICTURED_TASKS};

/// What a model knows of a pool or an executor beside its waiters.
///
/// Tasks are counted; only the [first ones](Self::first_tasks) and those that workers are on are known by their numbers. So
/// it stays small however many there were.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pool {
    size: Option<u32>,
    workers: Vec<Worker>,
    /// By their numbers, as far as they have begun.
    first: Vec<Option<(ThreadId, TaskState)>>,
    added: u64,
    waiting: u64,
    running: u64,
    done: u64,
    failed: u64,
    cancelled: u64,
    down: Option<Down>,
}

/// How far a task is that a worker has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskState {
    /// The worker is on it.
    Running,
    /// It came to a result.
    Done,
    /// It came to no result.
    Failed,
}

/// In which way a pool is shut down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Down {
    Closed,
    Terminated,
}

/// A thread that serves a pool.
#[derive(Clone, Debug, PartialEq)]
pub struct Worker {
    thread: ThreadId,
    /// Each began within the one before it.
    tasks: Vec<u32>,
    done: u64,
    failed: u64,
    begun: u64,
}

impl Worker {
    /// The thread. It serves the pool until it ends.
    pub fn thread(&self) -> ThreadId {
        self.thread
    }

    /// The number of the task that it is on, or `None` while it is idle. Where it took one task within another it is the
    /// inner one.
    pub fn task(&self) -> Option<u32> {
        self.tasks.last().copied()
    }

    /// How many tasks it has brought to a result.
    pub fn done(&self) -> u64 {
        self.done
    }

    /// How many of its tasks came to no result.
    pub fn failed(&self) -> u64 {
        self.failed
    }

    /// Whether the task that it is on is its second, fourth, ...: so that neighbours in its lane can be told apart.
    pub(crate) fn is_even(&self) -> bool {
        self.begun.is_multiple_of(2)
    }
}

impl Pool {
    /// How many workers it has at most, or `None` where the event that tells it was lost.
    pub fn size(&self) -> Option<u32> {
        self.size
    }

    /// The threads that serve it, in the order in which they joined. Those that have ended are still there.
    pub fn workers(&self) -> &[Worker] {
        &self.workers
    }

    /// The first [`MAX_PICTURED_TASKS`] tasks by their numbers, up to the last that has begun: its worker and how far it
    /// is, or `None` for one that has not begun, or whose beginning was lost.
    pub fn first_tasks(&self) -> &[Option<(ThreadId, TaskState)>] {
        &self.first
    }

    /// How many tasks were ever given to it.
    pub fn added(&self) -> u64 {
        self.added
    }

    /// How many tasks wait for a worker.
    pub fn waiting(&self) -> u64 {
        self.waiting
    }

    /// How many tasks workers are on.
    pub fn running(&self) -> u64 {
        self.running
    }

    /// How many tasks came to a result.
    pub fn done(&self) -> u64 {
        self.done
    }

    /// How many tasks began and came to no result.
    pub fn failed(&self) -> u64 {
        self.failed
    }

    /// How many tasks will never run.
    pub fn cancelled(&self) -> u64 {
        self.cancelled
    }

    /// Whether it takes no more tasks.
    pub fn is_closed(&self) -> bool {
        self.down.is_some()
    }

    /// Whether the tasks that waited when it was shut down were thrown away too.
    pub fn is_terminated(&self) -> bool {
        self.down == Some(Down::Terminated)
    }

    /// Whether every task has come to its end, so that all results are there.
    pub fn is_drained(&self) -> bool {
        self.waiting == 0 && self.running == 0
    }

    /// Whether it may get more workers than it has. Where its size is not known that is so.
    pub(crate) fn may_grow(&self) -> bool {
        self.size.is_none_or(|size| (self.workers.len() as u64) < u64::from(size))
    }

    pub(crate) fn sized(&mut self, workers: u32) -> bool {
        let new = self.size.is_none();
        self.size = self.size.or(Some(workers));
        new
    }

    /// A thread that has not served it comes; returns where it is among the workers, and whether there was a place for it.
    pub(crate) fn join(&mut self, thread: ThreadId) -> (usize, bool) {
        let fits = self.may_grow();
        self.workers.push(Worker { thread, tasks: Vec::new(), done: 0, failed: 0, begun: 0 });
        (self.workers.len() - 1, fits)
    }

    pub(crate) fn add(&mut self, count: u32) {
        self.added = self.added.saturating_add(count.into());
        self.waiting = self.waiting.saturating_add(count.into());
    }

    /// The worker at `at` takes a task; returns whether there was one to take. `None` if it is on so many, one within the
    /// other, that this one is not noted.
    #[inline]
    pub(crate) fn begin(&mut self, at: usize, task: u32) -> Option<bool> {
        let worker = &mut self.workers[at];
        if worker.tasks.len() >= MAX_NESTED_TASKS {
            return None;
        }
        let fits = !worker.tasks.contains(&task);
        worker.tasks.push(task);
        worker.begun += 1;
        self.running += 1;
        self.picture(at, task, TaskState::Running);
        Some(self.take_waiting() && fits)
    }

    /// The worker at `at` ends a task; returns whether it was on that one.
    #[inline]
    pub(crate) fn end(&mut self, at: usize, task: u32, failed: bool) -> bool {
        self.picture(at, task, if failed { TaskState::Failed } else { TaskState::Done });
        let worker = &mut self.workers[at];
        let (of_worker, of_all) =
            if failed { (&mut worker.failed, &mut self.failed) } else { (&mut worker.done, &mut self.done) };
        (*of_worker, *of_all) = (*of_worker + 1, *of_all + 1);
        let Some(depth) = worker.tasks.iter().rposition(|&other| other == task) else {
            // It began without being seen.
            self.take_waiting();
            return false;
        };
        // Tasks within it must have ended before, though nobody saw how.
        let unseen_tasks = worker.tasks.split_off(depth + 1);
        let unseen = unseen_tasks.len() as u64;
        worker.tasks.truncate(depth);
        worker.done += unseen;
        self.done += unseen;
        self.running -= unseen + 1;
        for task in unseen_tasks {
            self.picture(at, task, TaskState::Done);
        }
        unseen == 0
    }

    /// The thread of the worker at `at` has ended: what it was on comes to no result. Returns whether that was nothing.
    pub(crate) fn leave(&mut self, at: usize) -> bool {
        let worker = &mut self.workers[at];
        let tasks = std::mem::take(&mut worker.tasks);
        let left = tasks.len() as u64;
        worker.failed += left;
        (self.failed, self.running) = (self.failed + left, self.running - left);
        for task in tasks {
            self.picture(at, task, TaskState::Failed);
        }
        left == 0
    }

    /// So many tasks that wait will never run; returns whether there were so many.
    pub(crate) fn cancel(&mut self, count: u32) -> bool {
        let fits = self.waiting >= count.into();
        self.waiting = self.waiting.saturating_sub(count.into());
        self.cancelled = self.cancelled.saturating_add(count.into());
        fits
    }

    pub(crate) fn shut_down(&mut self, immediate: bool) {
        let down = if immediate { Down::Terminated } else { Down::Closed };
        self.down = self.down.max(Some(down));
    }

    /// Notes how far a task of the worker at `at` is, if it is among the first.
    #[inline]
    fn picture(&mut self, at: usize, task: u32, state: TaskState) {
        let place = task as usize;
        if place >= MAX_PICTURED_TASKS {
            return;
        }
        if self.first.len() <= place {
            self.first.resize(place + 1, None);
        }
        self.first[place] = Some((self.workers[at].thread, state));
    }

    #[inline]
    fn take_waiting(&mut self) -> bool {
        let fits = self.waiting > 0;
        self.waiting = self.waiting.saturating_sub(1);
        fits
    }
}
