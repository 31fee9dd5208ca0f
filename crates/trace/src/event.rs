//! The event vocabulary: everything that a view of a run can know, it knows from these.

use crate::{Mode, ObjectId, ObjectKind, PlaceId, Purpose, Refusal, Size, StartMethod, ThreadId};

/// One thing that happened to one thread.
///
/// Events are totally ordered by `seq`, and the order respects cause and effect across threads: a lock's
/// [`What::Released`] has a smaller number than the [`What::Acquired`] that it let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Position in the process's total order, starting at 0 and without gaps.
    pub seq: u64,
    /// Microseconds since the process's epoch. It never decreases within a thread. Events that may come in millions
    /// a second ([`What::Acquired`], [`What::Released`], [`What::Put`], [`What::Got`] and the like) carry a time that can be up to one drain old; the others
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
        /// Whether the program ends without waiting for it.
        daemon: bool,
    },
    /// It gave a thread, perhaps itself, another name.
    ThreadRenamed {
        /// The thread with the new name.
        target: ThreadId,
        /// The new name.
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
        /// Whether it will give up by itself when a time is over.
        timed: bool,
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
    /// A number that an object was made with; comes right after its [`What::ObjectCreated`], one for each number.
    ObjectSized {
        /// The object.
        object: ObjectId,
        /// What the number says.
        size: Size,
        /// The number.
        value: u32,
    },
    /// It could not have at once what it wants of the object and waits for it. Where processes share the object, the
    /// kernel tells it again each time that the thread has looked and still cannot have it.
    WaitBegan {
        /// The object.
        object: ObjectId,
        /// What it waits for.
        purpose: Purpose,
        /// Whether it will give up by itself when a time is over.
        timed: bool,
    },
    /// It gave up waiting for the object, without having it.
    WaitTimedOut {
        /// The object.
        object: ObjectId,
    },
    /// It waits no longer, because what it waited for has happened or cannot happen any more: the event is set, the
    /// condition was notified, the barrier let it pass or broke, all tasks are done, the queue was shut down. Waits
    /// that end by having something end with [`What::Acquired`], [`What::Put`] or [`What::Got`] instead.
    WaitEnded {
        /// The object.
        object: ObjectId,
    },
    /// It has the object now, whether it waited or not.
    Acquired {
        /// The object.
        object: ObjectId,
        /// In which way.
        mode: Mode,
        /// How many times more than before: 1, or the permits taken, or the levels of a re-entrant lock.
        count: u32,
    },
    /// It gave the object back. Not always by the thread that acquired it, see [`Mode`].
    Released {
        /// The object.
        object: ObjectId,
        /// In which way it was held.
        mode: Mode,
        /// How many times fewer than before: 1, or the permits given back, or the levels of a re-entrant lock.
        count: u32,
    },
    /// It set an event, or gave a lazy value its value: whoever waits for that goes on.
    Set {
        /// The object.
        object: ObjectId,
    },
    /// It made an event unset again.
    Cleared {
        /// The object.
        object: ObjectId,
    },
    /// It chose waiters of a condition, the longest waiting first; each ends its wait by [`What::WaitEnded`].
    Notified {
        /// The object.
        object: ObjectId,
        /// How many were chosen, perhaps none.
        count: u32,
    },
    /// It came to a barrier. If it is not the last one, [`What::WaitBegan`] follows.
    Arrived {
        /// The object.
        object: ObjectId,
    },
    /// It was the last to come to a barrier: all who arrived may pass, and the next generation begins.
    Tripped {
        /// The object.
        object: ObjectId,
    },
    /// A barrier broke by its doing: whoever waits there gets an error, and so does whoever comes.
    Broken {
        /// The object.
        object: ObjectId,
    },
    /// It made a barrier whole and empty again; whoever waited there gets an error.
    Reset {
        /// The object.
        object: ObjectId,
    },
    /// It put an item into a queue.
    Put {
        /// The object.
        object: ObjectId,
        /// The item's number: items of one queue are counted in the order of their coming, from 0, modulo 2^32.
        item: u32,
    },
    /// It took an item out of a queue.
    Got {
        /// The object.
        object: ObjectId,
        /// The item's number.
        item: u32,
    },
    /// It said that the work on an item of a queue is done.
    TaskDone {
        /// The object.
        object: ObjectId,
    },
    /// It shut a queue or a pool down: nothing can be put or added any more.
    ShutDown {
        /// The object.
        object: ObjectId,
        /// Whether the items or tasks that were left were thrown away too.
        immediate: bool,
    },
    /// It is a worker of a pool from now on, until it ends. While it is on no task it is idle, which is no wait of its own.
    WorkerJoined {
        /// The object.
        object: ObjectId,
    },
    /// It gave tasks to a pool. A task is what a worker takes at once, such as a chunk of a map; the tasks of a pool
    /// are counted in the order of their coming, from 0, modulo 2^32.
    TasksAdded {
        /// The object.
        object: ObjectId,
        /// How many.
        count: u32,
    },
    /// It began a task of a pool. A worker can take another task within one: the pieces of a parallel iterator are tasks
    /// within that which consumes it. The inner ones end first.
    TaskBegan {
        /// The object.
        object: ObjectId,
        /// The task's number.
        task: u32,
    },
    /// It is done with a task of a pool. Its [`What::TaskBegan`] may have been lost.
    TaskEnded {
        /// The object.
        object: ObjectId,
        /// The task's number.
        task: u32,
        /// Whether it came to no result, by a panic or an error.
        failed: bool,
    },
    /// It threw tasks of a pool away that had not begun: they will never run.
    TasksCancelled {
        /// The object.
        object: ObjectId,
        /// How many.
        count: u32,
    },
    /// It started a timer.
    TimerStarted {
        /// The object: all timers of a process are one.
        object: ObjectId,
        /// The timer's number, never reused: that of the thread on which its function will run.
        timer: u32,
        /// How long after this its function will run, at the earliest, in microseconds of program time.
        delay: u64,
        /// The name of that thread.
        name: String,
    },
    /// A timer's time is over, and this thread runs its function.
    TimerFired {
        /// The object.
        object: ObjectId,
        /// The timer.
        timer: u32,
    },
    /// It cancelled a timer before that fired.
    TimerCancelled {
        /// The object.
        object: ObjectId,
        /// The timer.
        timer: u32,
    },
    /// It started another process, whose own events are a stream by itself.
    ProcessCreated {
        /// The new process's number in the run, never reused.
        process: u32,
        /// The new process's name.
        name: String,
        /// What its memory begins with.
        method: StartMethod,
        /// Whether it ends with its parent instead of being waited for.
        daemon: bool,
    },
    /// It waits for a process to end.
    ProcessJoinBegan {
        /// The process that it waits for.
        process: u32,
        /// Whether it will give up by itself when a time is over.
        timed: bool,
    },
    /// It has seen that a process has ended, whether it waited for that or not.
    ProcessJoinEnded {
        /// The process.
        process: u32,
    },
    /// It stopped waiting for a process, which has not ended yet.
    ProcessJoinTimedOut {
        /// The process that it waited for.
        process: u32,
    },
    /// It asked for the end of a process, which comes soon, whatever that one does.
    ProcessEndAsked {
        /// The process.
        process: u32,
    },
    /// It did something to an object that processes share, without waiting, at another place than its last event's. What
    /// that was the kernel's events tell; this one is for the place.
    Used {
        /// The object.
        object: ObjectId,
    },
    /// A process has an object that processes share: it made it, or it was given it.
    Opened {
        /// The object.
        object: ObjectId,
        /// The process.
        process: u32,
    },
    /// A process does not have a shared object any more. What it held of it died with that.
    Closed {
        /// The object.
        object: ObjectId,
        /// The process.
        process: u32,
    },
    /// A shared object, the first end of a pipe, has another as its other end. Comes right after the
    /// [`What::ObjectCreated`] of both.
    Paired {
        /// The first end.
        object: ObjectId,
        /// The second end.
        other: ObjectId,
        /// Whether each end both sends and receives. Otherwise the first only receives, and the second only sends.
        duplex: bool,
    },
    /// It wrote into a pipe at this end.
    Sent {
        /// The end.
        object: ObjectId,
        /// How many bytes are underway then in this direction.
        fill: u32,
        /// Whether this completed a message.
        whole: bool,
    },
    /// It read from a pipe at this end, or dropped what was damaged.
    Received {
        /// The end.
        object: ObjectId,
        /// How many bytes are underway then in this direction.
        fill: u32,
        /// Whether this completed a message.
        whole: bool,
    },
    /// A shared object refused what it wanted. If it waited for that, it waits no longer.
    Refused {
        /// The object.
        object: ObjectId,
        /// Why.
        refusal: Refusal,
    },
    /// A process has ended, and nothing of it is left at any shared object.
    ProcessGone {
        /// The process.
        process: u32,
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
