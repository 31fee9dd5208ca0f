//! What goes between a process and the kernel: a request and its reply, as bytes.
//!
//! One function carries all operations, because each crossing between the two memories costs more than writing a few
//! numbers down. Replies are numbers and bytes whose meaning depends on the request.

mod serve;

pub(crate) use serve::serve;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use threadlab_kernel::{Patience, StartMethod};
use threadlab_trace::Purpose;

/// A request, with what events tell of it beside what it does.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Order<'a> {
    /// The calling thread, as the events of its process call it.
    pub thread: u32,
    /// Microseconds since the run's epoch, or 0 where that is not known.
    pub time: u64,
    /// Whether the caller waits where it would block, see [`patience_code`].
    pub patience: u8,
    /// The kind of the object that is made, by its number in events, and its name.
    pub label: Option<(u8, &'a str)>,
    #[serde(borrow)]
    pub request: Request<'a>,
}

/// The number by which a patience goes.
pub(crate) const fn patience_code(patience: Patience) -> u8 {
    match patience {
        Patience::Never => 0,
        Patience::ForATime => 1,
        Patience::ForEver => 2,
    }
}

const fn patience_of(code: u8) -> Patience {
    match code {
        1 => Patience::ForATime,
        2 => Patience::ForEver,
        _ => Patience::Never,
    }
}

/// An operation of the kernel. Handles and processes go by their numbers.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Request<'a> {
    /// The number of the run's first process, which is made if there is none.
    First,
    Create {
        name: &'a str,
        method: u32,
        daemon: bool,
    },
    Start {
        process: u32,
    },
    Join {
        process: u32,
    },
    Status {
        process: u32,
    },
    Children,
    ActiveChildren,
    Release {
        process: u32,
    },

    ShareWith {
        handle: u32,
        process: u32,
    },
    InheritAll {
        process: u32,
    },
    Close {
        handle: u32,
    },
    GiveUp {
        handle: u32,
    },

    Pipe {
        duplex: bool,
        capacity: u32,
    },
    Send {
        end: u32,
        total: u32,
        #[serde(serialize_with = "in_one_piece")]
        part: &'a [u8],
    },
    Receive {
        end: u32,
        most: u32,
    },
    Poll {
        end: u32,
    },
    Abandon {
        end: u32,
    },
    Write {
        end: u32,
        #[serde(serialize_with = "in_one_piece")]
        bytes: &'a [u8],
    },
    Read {
        end: u32,
        most: u32,
    },

    Queue {
        capacity: u32,
    },
    Put {
        queue: u32,
        #[serde(serialize_with = "in_one_piece")]
        item: &'a [u8],
    },
    Get {
        queue: u32,
    },
    QueueState {
        queue: u32,
    },
    CloseQueue {
        queue: u32,
    },
    TaskDone {
        queue: u32,
    },
    JoinQueue {
        queue: u32,
    },

    Semaphore {
        value: u32,
        bounded: bool,
    },
    RecursiveLock,
    Acquire {
        semaphore: u32,
    },
    AcquireLevels {
        semaphore: u32,
        levels: u32,
    },
    ReleasePermits {
        semaphore: u32,
        permits: u32,
    },
    ReleaseAll {
        semaphore: u32,
    },
    SemaphoreState {
        semaphore: u32,
    },
    CreateNamed {
        name: &'a str,
        value: u32,
        exclusive: bool,
    },
    OpenNamed {
        name: &'a str,
    },
    Unlink {
        name: &'a str,
    },
    UnlinkLeaked,

    Event,
    EventLook {
        event: u32,
    },
    EventWait {
        event: u32,
        times: u32,
    },
    EventSet {
        event: u32,
    },
    EventClear {
        event: u32,
    },

    Condition {
        lock: u32,
    },
    ConditionEnlist {
        condition: u32,
    },
    ConditionWait {
        condition: u32,
    },
    ConditionLeave {
        condition: u32,
    },
    ConditionNotify {
        condition: u32,
        most: u32,
    },
    ConditionWaiting {
        condition: u32,
    },

    Barrier {
        parties: u32,
    },
    BarrierArrive {
        barrier: u32,
    },
    BarrierOpen {
        barrier: u32,
    },
    BarrierWait {
        barrier: u32,
    },
    BarrierGiveUp {
        barrier: u32,
    },
    BarrierAbort {
        barrier: u32,
    },
    BarrierReset {
        barrier: u32,
    },
    BarrierState {
        barrier: u32,
    },

    Shared {
        bytes: u32,
    },
    SharedRead {
        block: u32,
        offset: u32,
        bytes: u32,
    },
    SharedWrite {
        block: u32,
        offset: u32,
        #[serde(serialize_with = "in_one_piece")]
        bytes: &'a [u8],
    },
    SharedExchange {
        block: u32,
        offset: u32,
        #[serde(serialize_with = "in_one_piece")]
        expected: &'a [u8],
        #[serde(serialize_with = "in_one_piece")]
        bytes: &'a [u8],
    },
    SharedSize {
        block: u32,
    },
}

impl Request<'_> {
    /// The object that it is about, and what the caller waits for there if it would block; an operation that never blocks
    /// has no purpose. `None` if it is about no object, or makes one.
    pub fn object(&self) -> Option<(u32, Option<Purpose>)> {
        use Request as R;
        Some(match *self {
            R::Send { end, .. } | R::Write { end, .. } => (end, Some(Purpose::Put)),
            R::Receive { end, .. } | R::Poll { end } | R::Read { end, .. } => (end, Some(Purpose::Get)),
            R::Abandon { end } => (end, None),
            R::Put { queue, .. } => (queue, Some(Purpose::Put)),
            R::Get { queue } => (queue, Some(Purpose::Get)),
            R::JoinQueue { queue } => (queue, Some(Purpose::AllDone)),
            R::QueueState { queue } | R::CloseQueue { queue } | R::TaskDone { queue } => (queue, None),
            R::Acquire { semaphore } | R::AcquireLevels { semaphore, .. } => {
                (semaphore, Some(Purpose::Acquire))
            }
            R::ReleasePermits { semaphore, .. }
            | R::ReleaseAll { semaphore }
            | R::SemaphoreState { semaphore } => (semaphore, None),
            R::EventWait { event, .. } => (event, Some(Purpose::Set)),
            R::EventLook { event } | R::EventSet { event } | R::EventClear { event } => (event, None),
            R::ConditionWait { condition } => (condition, Some(Purpose::Notification)),
            R::ConditionEnlist { condition }
            | R::ConditionLeave { condition }
            | R::ConditionNotify { condition, .. }
            | R::ConditionWaiting { condition } => (condition, None),
            R::BarrierArrive { barrier } | R::BarrierWait { barrier } => (barrier, Some(Purpose::Pass)),
            R::BarrierOpen { barrier }
            | R::BarrierGiveUp { barrier }
            | R::BarrierAbort { barrier }
            | R::BarrierReset { barrier }
            | R::BarrierState { barrier } => (barrier, None),
            R::SharedRead { block, .. }
            | R::SharedWrite { block, .. }
            | R::SharedExchange { block, .. }
            | R::SharedSize { block } => (block, None),
            R::ShareWith { handle, .. } | R::Close { handle } | R::GiveUp { handle } => (handle, None),
            R::First
            | R::Create { .. }
            | R::Start { .. }
            | R::Join { .. }
            | R::Status { .. }
            | R::Children
            | R::ActiveChildren
            | R::Release { .. }
            | R::InheritAll { .. }
            | R::Pipe { .. }
            | R::Queue { .. }
            | R::Semaphore { .. }
            | R::RecursiveLock
            | R::CreateNamed { .. }
            | R::OpenNamed { .. }
            | R::Unlink { .. }
            | R::UnlinkLeaked
            | R::Event
            | R::Condition { .. }
            | R::Barrier { .. }
            | R::Shared { .. } => return None,
        })
    }
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Reply {
    /// It took place; `order` is its number among all operations of all processes, or 0 for one that changes nothing.
    Done {
        order: u64,
        numbers: [u32; 4],
        #[serde(serialize_with = "in_one_piece", deserialize_with = "of_one_piece")]
        bytes: Vec<u8>,
    },
    /// It would block, on this word.
    Blocked { word: u32, noted: u32 },
    /// It cannot be done: the number of the [`Rule`].
    Failed { rule: u32 },
}

/// Writes bytes as such. As a sequence of numbers, which they are to serde otherwise, each would be written by itself.
fn in_one_piece<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}

/// Reads what [`in_one_piece`] wrote.
fn of_one_piece<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    <&[u8]>::deserialize(deserializer).map(<[u8]>::to_vec)
}

/// A child of a process, as [`Request::Children`] lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ListedChild {
    pub process: u32,
    pub name: String,
    pub daemon: bool,
    pub started: bool,
}

/// A process that was made, or started, or has ended.
pub(crate) const CREATED: u32 = 0;
pub(crate) const RUNNING: u32 = 1;
pub(crate) const ENDED: u32 = 2;

/// The number by which a way to start goes.
pub(crate) const fn method_code(method: StartMethod) -> u32 {
    match method {
        StartMethod::Spawn => 0,
        StartMethod::Fork => 1,
        StartMethod::Forkserver => 2,
    }
}
