//! The event vocabulary: everything that a view of a run can know, it knows from these.

use crate::{ObjectId, ObjectKind, PlaceId, ThreadId};

/// One thing that happened to one thread.
///
/// Events are totally ordered by `seq`, and the order respects cause and effect across threads: a lock's
/// [`What::Released`] has a smaller number than the [`What::Acquired`] that it let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Position in the process's total order, starting at 0 and without gaps.
    pub seq: u64,
    /// Microseconds since the process's epoch. It never decreases within a thread. Events that may come in millions
    /// a second ([`What::Acquired`], [`What::Released`]) carry a time that can be up to one drain old; the others
    /// are exact to the clock's resolution.
    pub time: u64,
    /// The thread to which it happened.
    pub thread: ThreadId,
    /// Where in the program the thread was, or [`PlaceId::UNKNOWN`].
    pub place: PlaceId,
    /// What happened.
    pub what: What,
}

/// What can happen to a thread.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// It made another thread, which has not begun to run yet.
    ThreadCreated {
        /// The new thread.
        child: ThreadId,
        /// The new thread's name.
        name: String,
    },
    /// It began to run. The main thread's first event, with no [`What::ThreadCreated`] before it.
    ThreadStarted,
    /// It ended normally.
    ThreadFinished,
    /// It ended by a panic; the event's place is where the panic began.
    ThreadPanicked {
        /// The panic's message.
        message: String,
    },
    /// It waits for another thread to end.
    JoinBegan {
        /// The thread that it waits for.
        target: ThreadId,
    },
    /// The thread that it waited for has ended.
    JoinEnded {
        /// The thread that it waited for.
        target: ThreadId,
    },
    /// It stopped waiting for another thread, which has not ended yet.
    JoinTimedOut {
        /// The thread that it waited for.
        target: ThreadId,
    },
    /// It began to sleep.
    SleepBegan {
        /// How long it asked to sleep, in microseconds of program time; longer ones than `u32::MAX` are shown as that.
        micros: u32,
    },
    /// It woke from its sleep.
    SleepEnded,
    /// It met a shared object for the first time in the run; comes before every other event about that object.
    ObjectCreated {
        /// The object.
        object: ObjectId,
        /// What sort of object it is.
        kind: ObjectKind,
        /// The name the program gave it, or an empty text.
        name: String,
    },
    /// It could not have the object at once and waits for it.
    WaitBegan {
        /// The object.
        object: ObjectId,
    },
    /// It gave up waiting for the object, without having it.
    WaitTimedOut {
        /// The object.
        object: ObjectId,
    },
    /// It has the object now, whether it waited or not.
    Acquired {
        /// The object.
        object: ObjectId,
    },
    /// It gave the object back. For a lock, not always by the thread that acquired it.
    Released {
        /// The object.
        object: ObjectId,
    },
    /// It printed a line.
    Printed {
        /// The line, without its end.
        text: String,
    },
    /// It tells how far it is.
    Progress {
        /// Steps done.
        done: u32,
        /// Steps in all.
        total: u32,
    },
    /// A place that later events refer to.
    PlaceDefined {
        /// Line in the file, from 1.
        line: u32,
        /// The file, as the compiler names it.
        file: String,
    },
    /// The program's final result.
    Result {
        /// The result as text.
        text: String,
    },
    /// The program ended with an error.
    Failed {
        /// The error's message.
        message: String,
    },
    /// Events of this thread were dropped just before this one, because the memory budget was used up.
    Lost {
        /// How many.
        count: u32,
    },
}
