//! Waiting until every other thread of the process waits.
//!
//! A program cannot see whether another thread is blocked; who reads its events can. So a program that wants to know
//! goes to sleep for ever, and who reads the events lets time race, which wakes it, once no other thread runs.

use core::time::Duration;
use std::collections::BTreeMap;
use threadlab_threads::process::options;
use threadlab_threads::{thread, untraced};
use threadlab_trace::{Event, ObjectId, ThreadId, What};

/// The sleep that waits to be woken, and no test sleeps as long for another reason. In real time it never ends.
const UNTIL_WOKEN: Duration = Duration::from_secs(1_000_000);

/// [`UNTIL_WOKEN`] as [`What::SleepBegan`] has it: more than that shows.
const SHOWN: u32 = u32::MAX;

/// At this scale [`UNTIL_WOKEN`] is over in a nanosecond.
const RACING: f32 = 1e15;

/// Returns when every other thread of the process has ended or is at a wait: for an object, for the end of a thread,
/// in a sleep, or as a worker of a pool that has no task for it. A thread that has just been let on may still be seen at
/// its wait, so call it before that.
#[track_caller]
pub(crate) fn settle() {
    // Time may still race from the time before, and the sleep would be over at once.
    untraced(|| {
        while options().time_scale >= RACING {
            thread::sleep(Duration::from_millis(5));
        }
    });
    thread::sleep(UNTIL_WOKEN);
}

#[derive(Clone, Copy, PartialEq)]
enum Doing {
    Runs,
    Waits,
    /// It is a worker on no task.
    Idle(ObjectId),
    /// It waits for the others to settle.
    Settles,
    Ended,
}

/// Follows a run's events and says when time is to race, and when it is to pass as usual again.
#[derive(Default)]
pub(crate) struct Watcher {
    threads: BTreeMap<ThreadId, Doing>,
    /// The tasks of each pool that have not begun.
    tasks: BTreeMap<ObjectId, u32>,
    seen: usize,
    racing: bool,
}

impl Watcher {
    /// Takes all events so far. Returns the process's time scale where it has to change.
    pub(crate) fn watch(&mut self, events: &[Event]) -> Option<f32> {
        for event in &events[self.seen..] {
            if let What::ThreadCreated { child, .. } = event.what {
                self.threads.insert(child, Doing::Runs);
            }
            match event.what {
                What::TasksAdded { object, count } => *self.tasks.entry(object).or_default() += count,
                What::TaskBegan { object, .. } => self.fewer_tasks(object, 1),
                What::TasksCancelled { object, count } => self.fewer_tasks(object, count),
                _ => {}
            }
            let doing = match event.what {
                What::SleepBegan { micros: SHOWN } => Doing::Settles,
                What::WaitBegan { .. } | What::JoinBegan { .. } | What::SleepBegan { .. } => Doing::Waits,
                What::WorkerJoined { object } | What::TaskEnded { object, .. } => Doing::Idle(object),
                What::ThreadFinished | What::ThreadPanicked { .. } => Doing::Ended,
                // The result and the main thread's failure come after its end.
                _ if self.threads.get(&event.thread) == Some(&Doing::Ended) => Doing::Ended,
                _ => Doing::Runs,
            };
            self.threads.insert(event.thread, doing);
        }
        self.seen = events.len();
        let settling = self.threads.values().any(|doing| *doing == Doing::Settles);
        if self.racing {
            self.racing = settling;
            return (!settling).then_some(1.0);
        }
        self.racing = settling && !self.threads.values().any(|doing| self.runs(*doing));
        self.racing.then_some(RACING)
    }

    fn fewer_tasks(&mut self, pool: ObjectId, count: u32) {
        if let Some(tasks) = self.tasks.get_mut(&pool) {
            *tasks = tasks.saturating_sub(count);
        }
    }

    /// Whether a thread runs, or is about to because there is a task for it.
    fn runs(&self, doing: Doing) -> bool {
        match doing {
            Doing::Runs => true,
            Doing::Idle(pool) => self.tasks.get(&pool).is_some_and(|tasks| *tasks > 0),
            Doing::Waits | Doing::Settles | Doing::Ended => false,
        }
    }
}
