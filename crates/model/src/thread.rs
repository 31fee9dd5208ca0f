//! What a model knows of a thread.

use threadlab_trace::{ObjectId, PlaceId, Purpose, ThreadId};

use crate::{
    lane::Lane,
    limits::{MAX_NAME_BYTES, clip},
};

/// What a thread is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ThreadState {
    /// It was created and has not begun to run.
    New,
    /// It runs.
    Running,
    /// It serves a pool and is on no task: it takes the next one by itself.
    Idle,
    /// It sleeps for a time of its own choosing.
    Sleeping,
    /// It waits for an object, or for another thread or a process to end.
    Waiting,
    /// It ended normally.
    Finished,
    /// It ended by a panic.
    Panicked,
}

impl ThreadState {
    /// The state as one lower-case word, as the page's `data-state` has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Running => "running",
            Self::Idle => "idle",
            Self::Sleeping => "sleeping",
            Self::Waiting => "waiting",
            Self::Finished => "finished",
            Self::Panicked => "panicked",
        }
    }

    /// Whether it does something by itself: it runs, or is ready to take a task.
    pub(crate) const fn is_awake(self) -> bool {
        matches!(self, Self::Running | Self::Idle)
    }

    /// Whether the thread has ended, one way or the other.
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Finished | Self::Panicked)
    }
}

/// How far a thread is with its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Steps done.
    pub done: u32,
    /// Steps in all.
    pub total: u32,
}

impl Progress {
    /// Whole percent done, from 0 to 100. No steps at all, and more done than there are, both count as 100.
    pub fn percent(self) -> u8 {
        if self.done >= self.total {
            return 100;
        }
        u8::try_from(u64::from(self.done) * 100 / u64::from(self.total)).unwrap_or(100)
    }
}

/// What a waiting thread waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WaitsFor {
    /// Something of an object.
    Object(ObjectId, Purpose),
    /// Another thread to end.
    Thread(ThreadId),
    /// A process to end, by its number.
    Process(u32),
}

/// A thread's wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// What it waits for.
    pub waits_for: WaitsFor,
    /// Whether it will give up by itself when a time is over.
    pub timed: bool,
}

/// The panic that ended a thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panic {
    /// Its message.
    pub message: String,
    /// Where it began.
    pub place: PlaceId,
}

/// That a thread is a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Service {
    pub(crate) pool: ObjectId,
    /// Its place among the workers.
    pub(crate) at: usize,
}

/// What a model knows of one thread.
#[derive(Clone, Debug, PartialEq)]
pub struct Thread {
    pub(crate) id: ThreadId,
    /// Where it belongs, see [`Self::home`].
    pub(crate) home: Option<(u32, ThreadId)>,
    pub(crate) name: String,
    /// The name is made up, because the thread's creation was not seen.
    pub(crate) unnamed: bool,
    pub(crate) parent: Option<ThreadId>,
    pub(crate) daemon: bool,
    pub(crate) state: ThreadState,
    pub(crate) wait: Option<Wait>,
    /// How often it has begun to wait for something that processes share.
    pub(crate) shared_waits: u64,
    pub(crate) holds: Vec<ObjectId>,
    pub(crate) serves: Option<Service>,
    pub(crate) progress: Option<Progress>,
    pub(crate) panic: Option<Panic>,
    pub(crate) created: u64,
    pub(crate) started: Option<u64>,
    pub(crate) ended: Option<u64>,
    pub(crate) place: PlaceId,
    pub(crate) events: u64,
    pub(crate) lost: u64,
    /// The number of events that the model had seen when it was told that this one lost some.
    pub(crate) lost_at: u64,
    /// Time of its latest event.
    pub(crate) latest: u64,
    pub(crate) lane: Lane,
}

impl Thread {
    pub(crate) fn new(id: ThreadId, created: u64) -> Self {
        Self {
            id,
            home: None,
            name: if id == ThreadId::MAIN { "MainThread".to_owned() } else { format!("thread {}", id.0) },
            unnamed: true,
            parent: None,
            daemon: false,
            state: ThreadState::New,
            wait: None,
            shared_waits: 0,
            holds: Vec::new(),
            serves: None,
            progress: None,
            panic: None,
            created,
            started: None,
            ended: None,
            place: PlaceId::UNKNOWN,
            events: 0,
            lost: 0,
            lost_at: 0,
            latest: 0,
            lane: Lane::default(),
        }
    }

    /// The thread that made it, the name it got from that one, unless it got none, and whether it is a daemon.
    pub(crate) fn born(&mut self, parent: ThreadId, name: &str, daemon: bool) {
        self.parent = Some(parent);
        self.introduced(name, daemon);
    }

    /// The name that it got, unless it got none, and whether the program's end waits for it.
    pub(crate) fn introduced(&mut self, name: &str, daemon: bool) {
        self.daemon = daemon;
        if !name.is_empty() {
            self.name = clip(name, MAX_NAME_BYTES).into_owned();
        }
        self.unnamed = false;
    }

    /// Its number.
    pub fn id(&self) -> ThreadId {
        self.id
    }

    /// In the model of what processes [share](crate::Shared), where threads of all processes meet: its process, and its
    /// number there. `None` in the model of a process.
    pub fn home(&self) -> Option<(u32, ThreadId)> {
        self.home
    }

    /// Its latest name. `thread 5` where its creation was not seen, `MainThread` for the main thread.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The thread that created it; `None` for the main thread and where the creation was not seen.
    pub fn parent(&self) -> Option<ThreadId> {
        self.parent
    }

    /// What it is doing.
    pub fn state(&self) -> ThreadState {
        self.state
    }

    /// Whether the program ends without waiting for it.
    pub fn is_daemon(&self) -> bool {
        self.daemon
    }

    /// Its wait; set exactly while its state is [`ThreadState::Waiting`].
    pub fn wait(&self) -> Option<Wait> {
        self.wait
    }

    /// What it waits for; set exactly while its state is [`ThreadState::Waiting`].
    pub fn waits_for(&self) -> Option<WaitsFor> {
        self.wait.map(|wait| wait.waits_for)
    }

    /// Whether it waits for an object or for another thread.
    pub fn is_waiting(&self) -> bool {
        self.state == ThreadState::Waiting
    }

    /// The objects it holds, or has permits of, in the order in which it acquired them. A thread that has ended without giving an object
    /// back still holds it.
    pub fn holds(&self) -> &[ObjectId] {
        &self.holds
    }

    /// The pool or executor that it serves, or did when it ended.
    pub fn pool(&self) -> Option<ObjectId> {
        self.serves.map(|service| service.pool)
    }

    /// How far it said it is, or `None` if it never said so.
    pub fn progress(&self) -> Option<Progress> {
        self.progress
    }

    /// The panic that ended it; set exactly when its state is [`ThreadState::Panicked`].
    pub fn panic(&self) -> Option<&Panic> {
        self.panic.as_ref()
    }

    /// When it was created, in microseconds since the process's epoch; where that was not seen, its first event's time.
    pub fn created(&self) -> u64 {
        self.created
    }

    /// When it began to run, in microseconds since the process's epoch.
    pub fn started(&self) -> Option<u64> {
        self.started
    }

    /// When it ended, in microseconds since the process's epoch. `None` too for a thread that had not ended when the
    /// run did.
    pub fn ended(&self) -> Option<u64> {
        self.ended
    }

    /// The last place in the source that it is known to have been at, or [`PlaceId::UNKNOWN`].
    pub fn place(&self) -> PlaceId {
        self.place
    }

    /// How many events it had, lost ones not included.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// How many of its events were lost.
    pub fn lost(&self) -> u64 {
        self.lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_is_whole_and_within_bounds() {
        let percent = |done, total| Progress { done, total }.percent();
        assert_eq!([percent(0, 3), percent(1, 3), percent(2, 3), percent(3, 3)], [0, 33, 66, 100]);
        assert_eq!([percent(0, 0), percent(5, 3), percent(u32::MAX - 1, u32::MAX)], [100, 100, 99]);
    }
}
