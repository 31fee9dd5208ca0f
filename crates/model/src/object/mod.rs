//! What a model knows of an object that threads share.

mod barrier;
mod condition;
mod holders;
mod numbers;
mod pipe;
mod pool;
mod queue;
mod semaphore;
mod timers;
mod waiters;

pub use barrier::Barrier;
pub use condition::Condition;
pub use holders::Hold;
pub use numbers::Numbers;
pub use pipe::{Channel, PipeEnd};
pub use pool::{Pool, TaskState, Worker};
pub use queue::Queue;
pub use semaphore::Semaphore;
pub use timers::{Timer, TimerEnd, Timers};
pub use waiters::Waiter;

pub(crate) use holders::Holders;
pub(crate) use waiters::Waiters;

use std::fmt;

use threadlab_trace::{ObjectId, ObjectKind, Purpose, Size, ThreadId};

use crate::{
    SpanKind,
    lane::Lane,
    limits::{MAX_NAME_BYTES, clip},
};

/// What a model knows of one object.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    pub(crate) id: ObjectId,
    /// The number in its name, where the program gave it none.
    number: u32,
    pub(crate) kind: Option<ObjectKind>,
    /// What [`Self::name`] gives.
    name: String,
    /// The program gave the name.
    named: bool,
    pub(crate) holders: Holders,
    pub(crate) waiters: Waiters,
    pub(crate) state: ObjectState,
    /// The processes that have it, if processes share it, in the order in which they came to it.
    pub(crate) open: Vec<u32>,
    /// The processes that put into it, and those that got from it, if processes share it.
    pub(crate) givers: Vec<u32>,
    pub(crate) takers: Vec<u32>,
    /// How much of it was held by processes that have ended or let go of it, and has not been given back since: permits,
    /// or 1 for a lock.
    pub(crate) abandoned: u32,
    /// It was held when the memory was copied in which it is: by a thread that is not in the copy.
    pub(crate) left_behind: bool,
    pub(crate) acquisitions: u64,
    pub(crate) contended: u64,
    pub(crate) lane: Lane,
}

/// What there is to know of an object beside its holders and its waiters.
#[derive(Clone, Debug, PartialEq)]
pub enum ObjectState {
    /// Nothing: it is a lock of some kind, or its kind is not known.
    Lock,
    /// A condition variable.
    Condition(Condition),
    /// A flag that threads wait for.
    Event {
        /// Whether it is set.
        set: bool,
    },
    /// A value made at its first use; while a thread makes it, that one holds it.
    Once {
        /// Whether the value is there.
        set: bool,
    },
    /// A counter of permits.
    Semaphore(Semaphore),
    /// A meeting point.
    Barrier(Barrier),
    /// A queue of any kind.
    Queue(Queue),
    /// An end of a pipe between processes.
    PipeEnd(PipeEnd),
    /// A pool or an executor.
    Pool(Pool),
    /// All timers of the process.
    Timers(Timers),
}

impl ObjectState {
    fn of(kind: ObjectKind) -> Self {
        match kind {
            ObjectKind::Condition => Self::Condition(Condition::default()),
            ObjectKind::Event => Self::Event { set: false },
            ObjectKind::Once => Self::Once { set: false },
            ObjectKind::Semaphore | ObjectKind::BoundedSemaphore => Self::Semaphore(Semaphore::default()),
            ObjectKind::Barrier => Self::Barrier(Barrier::default()),
            ObjectKind::Queue
            | ObjectKind::LifoQueue
            | ObjectKind::PriorityQueue
            | ObjectKind::SimpleQueue => Self::Queue(Queue::default()),
            ObjectKind::Pipe => Self::PipeEnd(PipeEnd::default()),
            ObjectKind::Pool | ObjectKind::Executor => Self::Pool(Pool::default()),
            ObjectKind::Timers => Self::Timers(Timers::default()),
            _ => Self::Lock,
        }
    }
}

impl Object {
    /// One that is known by its number only. `number` is that in its name.
    pub(crate) fn new(id: ObjectId, number: u32) -> Self {
        let mut object = Self {
            id,
            number,
            kind: None,
            name: String::new(),
            named: false,
            holders: Holders::default(),
            waiters: Waiters::default(),
            state: ObjectState::Lock,
            open: Vec::new(),
            givers: Vec::new(),
            takers: Vec::new(),
            abandoned: 0,
            left_behind: false,
            acquisitions: 0,
            contended: 0,
            lane: Lane::default(),
        };
        object.name = format!("{} {number}", object.noun());
        object
    }

    /// What it is and the name that it got, unless that is empty.
    pub(crate) fn born(&mut self, kind: ObjectKind, name: &str) {
        self.kind = Some(kind);
        self.state = ObjectState::of(kind);
        self.named = !name.is_empty();
        self.name = if self.named {
            clip(name, MAX_NAME_BYTES).into_owned()
        } else {
            format!("{} {}", self.noun(), self.number)
        };
    }

    /// What a copy of the memory has of it: neither threads nor what they are on.
    pub(crate) fn copied(&self) -> Self {
        let state = match &self.state {
            ObjectState::Condition(_) => ObjectState::Condition(Condition::default()),
            ObjectState::Barrier(barrier) => ObjectState::Barrier(barrier.deserted()),
            ObjectState::Pool(_) => ObjectState::Pool(Pool::default()),
            ObjectState::Timers(_) => ObjectState::Timers(Timers::default()),
            state => state.clone(),
        };
        let counted = matches!(state, ObjectState::Semaphore(_));
        Self {
            kind: self.kind,
            name: self.name.clone(),
            named: self.named,
            state,
            left_behind: self.left_behind || !(counted || self.holders.as_slice().is_empty()),
            ..Self::new(self.id, self.number)
        }
    }

    /// Whether [`Self::born`] with these would change nothing.
    pub(crate) fn is_born_as(&self, kind: ObjectKind, name: &str) -> bool {
        let same_name = if self.named { self.name == clip(name, MAX_NAME_BYTES) } else { name.is_empty() };
        self.kind == Some(kind) && same_name
    }

    /// A number that it was made with; returns whether that fits.
    pub(crate) fn sized(&mut self, size: Size, value: u32) -> bool {
        match (&mut self.state, size) {
            (ObjectState::Semaphore(semaphore), Size::Permits) => semaphore.sized(value),
            (ObjectState::Barrier(barrier), Size::Parties) => barrier.sized(value),
            (ObjectState::Queue(queue), Size::Capacity) => queue.sized(value),
            (ObjectState::Pool(pool), Size::Workers) => pool.sized(value),
            (ObjectState::PipeEnd(end), Size::Bytes) => end.sized(value),
            _ => false,
        }
    }

    /// Its number.
    pub fn id(&self) -> ObjectId {
        self.id
    }

    /// What sort of object it is, or `None` where the event that tells it was lost.
    pub fn kind(&self) -> Option<ObjectKind> {
        self.kind
    }

    /// The word for its kind, such as `RLock`, or `Object` where the kind is not known.
    pub fn noun(&self) -> &'static str {
        match self.kind {
            Some(ObjectKind::Lock) => "Lock",
            Some(ObjectKind::RLock) => "RLock",
            Some(ObjectKind::Condition) => "Condition",
            Some(ObjectKind::Event) => "Event",
            Some(ObjectKind::Semaphore) => "Semaphore",
            Some(ObjectKind::BoundedSemaphore) => "BoundedSemaphore",
            Some(ObjectKind::Barrier) => "Barrier",
            Some(ObjectKind::RwLock) => "RwLock",
            Some(ObjectKind::Once) => "Once",
            Some(ObjectKind::Queue) => "Queue",
            Some(ObjectKind::LifoQueue) => "LifoQueue",
            Some(ObjectKind::PriorityQueue) => "PriorityQueue",
            Some(ObjectKind::SimpleQueue) => "SimpleQueue",
            Some(ObjectKind::Timers) => "Timers",
            Some(ObjectKind::Pool) => "Pool",
            Some(ObjectKind::Executor) => "Executor",
            Some(ObjectKind::Pipe) => "Pipe",
            Some(ObjectKind::Value) => "Value",
            Some(ObjectKind::Array) => "Array",
            _ => "Object",
        }
    }

    /// The name that the program gave it, or else its kind and number, such as `Lock 1`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How to speak of it within a sentence: `Lock 'printer'`, or `Lock 1` where it has no name.
    pub fn words(&self) -> impl fmt::Display + '_ {
        fmt::from_fn(|f| {
            if self.named { write!(f, "{} '{}'", self.noun(), self.name) } else { f.write_str(&self.name) }
        })
    }

    /// What there is to know of it beside its holders and waiters.
    pub fn state(&self) -> &ObjectState {
        &self.state
    }

    /// Who holds it, in the order in which they came: the holder of a lock, the readers or the writer of a `RwLock`, the
    /// threads that took permits of a semaphore, the thread that makes a value.
    pub fn holders(&self) -> &[Hold] {
        self.holders.as_slice()
    }

    /// The one thread that has it for itself, or `None` where nobody has, or several may.
    pub fn holder(&self) -> Option<ThreadId> {
        self.holders.exclusive().map(|hold| hold.thread)
    }

    /// Whether it is in a forked process and was held at the fork by a thread of the parent, which is not in the copy: nobody
    /// here gives it back.
    pub fn is_left_behind(&self) -> bool {
        self.left_behind && self.holders.as_slice().is_empty()
    }

    /// The processes that have it, if processes share it, in the order in which they came to it.
    pub fn open_in(&self) -> &[u32] {
        &self.open
    }

    /// The processes that have put something into it, if processes share it, in the order in which they began to.
    pub fn givers(&self) -> &[u32] {
        &self.givers
    }

    /// The processes that have got something from it, if processes share it, in the order in which they began to.
    pub fn takers(&self) -> &[u32] {
        &self.takers
    }

    /// How much of it was held by processes that have ended or let go of it, and has not been given back since: permits of
    /// a semaphore, or 1 for a lock. Whoever would have to wait for that is refused.
    pub fn abandoned(&self) -> u32 {
        self.abandoned
    }

    /// The threads that wait for it, in the order in which they came, and what for.
    pub fn waiters(&self) -> &[Waiter] {
        self.waiters.as_slice()
    }

    /// How often a thread acquired it.
    pub fn acquisitions(&self) -> u64 {
        self.acquisitions
    }

    /// How often a thread acquired it after having had to wait.
    pub fn contended(&self) -> u64 {
        self.contended
    }

    /// Whether what a waiter waits for is there now, or cannot come any more, so that it need not wait longer. Where that
    /// cannot be told it is taken to be there.
    pub(crate) fn lets_go(&self, waiter: Waiter) -> bool {
        if waiter.released || self.kind.is_none() {
            return true;
        }
        let free = self.holders.as_slice().is_empty() && !self.left_behind;
        match (&self.state, waiter.purpose) {
            (ObjectState::Timers(timers), _) => timers.count() > 0,
            (ObjectState::Semaphore(semaphore), Purpose::Acquire) => {
                // What nobody who lives could give back is not waited for.
                semaphore.permits() != Some(0) || (self.abandoned > 0 && self.holders.as_slice().is_empty())
            }
            (ObjectState::Lock | ObjectState::Condition(_), Purpose::Acquire) => free,
            (ObjectState::Lock, Purpose::AcquireShared) => {
                // Readers let a writer that waits go before them, and wait only for that.
                free || (self.holder().is_none() && !self.waiters.any_for(Purpose::Acquire))
            }
            (ObjectState::Condition(condition), Purpose::Notification) => condition.due() > 0,
            (ObjectState::Event { set }, Purpose::Set) => *set,
            (ObjectState::Once { set }, Purpose::Set | Purpose::Acquire) => *set || free,
            (ObjectState::Barrier(barrier), Purpose::Pass) => barrier.is_broken(),
            (ObjectState::Queue(queue), Purpose::Get) => !queue.is_empty() || queue.is_shut_down(),
            (ObjectState::Queue(queue), Purpose::Put) => !queue.is_full() || queue.is_shut_down(),
            (ObjectState::Queue(queue), Purpose::AllDone) => queue.unfinished() == 0,
            // Only the kernel knows how much there has to be. Whoever looked and saw that there is not enough said so.
            (ObjectState::PipeEnd(_), Purpose::Get | Purpose::Put) => false,
            // Of which task it is the result that somebody waits for is not told.
            (ObjectState::Pool(pool), Purpose::Result | Purpose::AllDone) => pool.is_drained(),
            _ => true,
        }
    }

    /// What its lane shows now.
    pub(crate) fn span_kind(&self) -> Option<SpanKind> {
        let level =
            |count: u64| (count > 0).then(|| SpanKind::Level(u32::try_from(count).unwrap_or(u32::MAX)));
        match (self.holders.as_slice(), &self.state) {
            ([hold], _) => Some(SpanKind::Held(hold.thread)),
            ([], ObjectState::Lock | ObjectState::Semaphore(_)) => None,
            ([], ObjectState::Event { set } | ObjectState::Once { set }) => level((*set).into()),
            ([], ObjectState::Condition(_)) => level(self.waiters.as_slice().len() as u64),
            ([], ObjectState::Barrier(barrier)) => level(barrier.arrived().len() as u64),
            ([], ObjectState::Queue(queue)) => level(queue.len()),
            ([], ObjectState::PipeEnd(end)) => level(end.outgoing().map_or(0, |out| out.fill().into())),
            ([], ObjectState::Pool(pool)) => level(pool.running()),
            ([], ObjectState::Timers(timers)) => level(timers.count()),
            (several, _) => Some(SpanKind::Shared(u32::try_from(several.len()).unwrap_or(u32::MAX))),
        }
    }
}
