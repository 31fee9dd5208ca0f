//! The words of a recorder: a method for each thing that can happen to a thread.

use crate::code::Code;
use crate::record::{DAEMON, TIMED, timer_lead};
use crate::recorder::{Caller, Recorder};
use crate::{Mode, ObjectId, ObjectKind, Purpose, Size, StartMethod, ThreadId};

/// An event to be recorded. What `subject`, `value`, `detail` and `text` mean depends on the code; [`Recorder`]'s
/// methods fill them in.
pub(crate) struct Entry<'t> {
    pub(crate) code: Code,
    pub(crate) detail: u8,
    pub(crate) subject: u32,
    pub(crate) value: u32,
    pub(crate) text: &'t str,
    /// Bytes before the text that belong to it.
    pub(crate) lead: &'t [u8],
    pub(crate) exact: bool,
}

impl Entry<'_> {
    pub(crate) fn plain(code: Code, subject: u32, value: u32) -> Self {
        Self { code, detail: 0, subject, value, text: "", lead: &[], exact: true }
    }

    /// One that may come in millions a second, so that its time need not be exact.
    pub(crate) fn frequent(code: Code, subject: u32, value: u32) -> Self {
        Self { exact: false, ..Self::plain(code, subject, value) }
    }
}

impl Entry<'_> {
    /// Whether a view of the run would stay wrong for good without it. What ends a wait is: it would seem to go on.
    #[inline]
    pub(crate) fn is_vital(&self) -> bool {
        let ends_a_wait = self.exact
            && matches!(
                self.code,
                Code::Acquired | Code::Put | Code::Got | Code::Sent | Code::Received | Code::Refused
            );
        ends_a_wait || self.code.is_vital()
    }
}

/// Entries with more to them than a subject and a value.
impl<'t> Entry<'t> {
    pub(crate) fn created(object: ObjectId, kind: ObjectKind, name: &'t str) -> Self {
        Self { detail: kind.code(), ..Self::text(Code::ObjectCreated, object.0, name) }
    }

    pub(crate) fn sized(object: ObjectId, size: Size, value: u32) -> Self {
        Self { detail: size.code(), ..Self::plain(Code::ObjectSized, object.0, value) }
    }

    pub(crate) fn waiting(object: ObjectId, purpose: Purpose, timed: bool) -> Self {
        let detail = purpose.code() | if timed { TIMED } else { 0 };
        Self { detail, ..Self::plain(Code::WaitBegan, object.0, 0) }
    }

    pub(crate) fn acquired(object: ObjectId, mode: Mode, count: u32, waited: bool) -> Self {
        Self { exact: waited, detail: mode.code(), ..Self::plain(Code::Acquired, object.0, count) }
    }

    pub(crate) fn released(object: ObjectId, mode: Mode, count: u32) -> Self {
        Self { exact: false, detail: mode.code(), ..Self::plain(Code::Released, object.0, count) }
    }

    pub(crate) fn text(code: Code, subject: u32, text: &'t str) -> Self {
        Self { code, detail: 0, subject, value: 0, text, lead: &[], exact: true }
    }
}

impl Recorder {
    /// The thread made another one; `daemon`: the program's end does not wait for it.
    pub fn thread_created(&mut self, child: ThreadId, name: &str, daemon: bool, caller: Caller) {
        let entry = Entry { detail: daemon.into(), ..Entry::text(Code::ThreadCreated, child.0, name) };
        self.record(&entry, caller);
    }

    /// A thread has another name now.
    pub fn thread_renamed(&mut self, target: ThreadId, name: &str, caller: Caller) {
        self.record(&Entry::text(Code::ThreadRenamed, target.0, name), caller);
    }

    /// The thread begins to run.
    pub fn thread_started(&mut self, caller: Caller) {
        self.record(&Entry::plain(Code::ThreadStarted, 0, 0), caller);
    }

    /// The thread ends normally.
    pub fn thread_finished(&mut self, caller: Caller) {
        self.record(&Entry::plain(Code::ThreadFinished, 0, 0), caller);
    }

    /// The thread ends by a panic that began in that line of that file.
    pub fn thread_panicked(&mut self, message: &str, file: &str, line: u32) {
        // A panic's location is borrowed, so it goes by its text and not by its address.
        let place = file.bytes().fold(line.wrapping_mul(0x9E37_79B1), |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        }) | 1;
        self.put(&Entry::text(Code::PlaceDefined, line, file), place);
        let panicked = Entry::text(Code::ThreadPanicked, 0, message);
        self.before(&panicked);
        self.put(&panicked, place);
    }

    /// The thread is about to wait for another to end; `timed`: not for ever.
    pub fn join_began(&mut self, target: ThreadId, timed: bool, caller: Caller) {
        self.record(&Entry { detail: timed.into(), ..Entry::plain(Code::JoinBegan, target.0, 0) }, caller);
    }

    /// The thread has seen the other end.
    pub fn join_ended(&mut self, target: ThreadId, caller: Caller) {
        self.record(&Entry::plain(Code::JoinEnded, target.0, 0), caller);
    }

    /// The thread gave up waiting for the other.
    pub fn join_timed_out(&mut self, target: ThreadId, caller: Caller) {
        self.record(&Entry::plain(Code::JoinTimedOut, target.0, 0), caller);
    }

    /// The thread is about to sleep, for so many microseconds of program time.
    pub fn sleep_began(&mut self, micros: u32, caller: Caller) {
        self.record(&Entry::plain(Code::SleepBegan, 0, micros), caller);
    }

    /// The thread has woken.
    pub fn sleep_ended(&mut self, caller: Caller) {
        self.record(&Entry::plain(Code::SleepEnded, 0, 0), caller);
    }

    /// An object is met for the first time.
    pub fn object_created(&mut self, object: ObjectId, kind: ObjectKind, name: &str, caller: Caller) {
        self.record(&Entry::created(object, kind, name), caller);
    }

    /// A number that the object was made with. Call it right after [`object_created`](Self::object_created).
    pub fn object_sized(&mut self, object: ObjectId, size: Size, value: u32, caller: Caller) {
        self.record(&Entry::sized(object, size, value), caller);
    }

    /// The thread is about to wait for something of the object; `timed`: not for ever.
    pub fn wait_began(&mut self, object: ObjectId, purpose: Purpose, timed: bool, caller: Caller) {
        self.record(&Entry::waiting(object, purpose, timed), caller);
    }

    /// The thread gave up waiting for the object.
    pub fn wait_timed_out(&mut self, object: ObjectId, caller: Caller) {
        self.record(&Entry::plain(Code::WaitTimedOut, object.0, 0), caller);
    }

    /// The thread need not wait for the object any more.
    pub fn wait_ended(&mut self, object: ObjectId, caller: Caller) {
        self.record(&Entry::plain(Code::WaitEnded, object.0, 0), caller);
    }

    /// The thread has the object, `count` times more than before. Call it after the object was acquired. `waited`: a
    /// [`wait_began`](Self::wait_began) came before, so the event is rare enough for an exact time.
    #[inline]
    pub fn acquired(&mut self, object: ObjectId, mode: Mode, count: u32, waited: bool, caller: Caller) {
        self.record(&Entry::acquired(object, mode, count, waited), caller);
    }

    /// The thread gives the object back, `count` times. Call it before the object is released. There is no `caller`
    /// where a guard is dropped, since that has no place in the program's text.
    #[inline]
    pub fn released(&mut self, object: ObjectId, mode: Mode, count: u32, caller: Option<Caller>) {
        let entry = Entry::released(object, mode, count);
        match caller {
            Some(caller) => self.record(&entry, caller),
            None => self.put(&entry, 0),
        }
    }

    /// The thread sets an event or a lazy value. Call it before that can be seen.
    pub fn set(&mut self, object: ObjectId, caller: Caller) {
        self.record(&Entry::frequent(Code::Set, object.0, 0), caller);
    }

    /// The thread has made an event unset. Call it before that can be seen.
    pub fn cleared(&mut self, object: ObjectId, caller: Caller) {
        self.record(&Entry::frequent(Code::Cleared, object.0, 0), caller);
    }

    /// The thread chose so many waiters of a condition. Call it before they can go on.
    pub fn notified(&mut self, object: ObjectId, count: u32, caller: Caller) {
        self.record(&Entry::frequent(Code::Notified, object.0, count), caller);
    }

    /// The thread came to a barrier.
    pub fn arrived(&mut self, object: ObjectId, caller: Caller) {
        self.record(&Entry::frequent(Code::Arrived, object.0, 0), caller);
    }

    /// The thread lets all pass a barrier. Call it before they can go on.
    pub fn tripped(&mut self, object: ObjectId, caller: Caller) {
        self.record(&Entry::frequent(Code::Tripped, object.0, 0), caller);
    }

    /// The thread breaks a barrier. Call it before others can go on.
    pub fn broken(&mut self, object: ObjectId, caller: Caller) {
        self.record(&Entry::plain(Code::Broken, object.0, 0), caller);
    }

    /// The thread makes a barrier whole and empty. Call it before others can go on.
    pub fn reset(&mut self, object: ObjectId, caller: Caller) {
        self.record(&Entry::plain(Code::Reset, object.0, 0), caller);
    }

    /// The thread puts an item into a queue. Call it when its place is sure, before others can get it. `waited` as for
    /// [`acquired`](Self::acquired).
    #[inline]
    pub fn put_item(&mut self, object: ObjectId, item: u32, waited: bool, caller: Caller) {
        self.record(&Entry { exact: waited, ..Entry::plain(Code::Put, object.0, item) }, caller);
    }

    /// The thread takes an item out of a queue. Call it when it has the item, before its room can be used again.
    #[inline]
    pub fn got_item(&mut self, object: ObjectId, item: u32, waited: bool, caller: Caller) {
        self.record(&Entry { exact: waited, ..Entry::plain(Code::Got, object.0, item) }, caller);
    }

    /// The thread reports the work on an item done. Call it before others can go on.
    pub fn task_done(&mut self, object: ObjectId, caller: Caller) {
        self.record(&Entry::frequent(Code::TaskDone, object.0, 0), caller);
    }

    /// The thread shuts a queue or a pool down. Call it before others can go on.
    pub fn shut_down(&mut self, object: ObjectId, immediate: bool, caller: Caller) {
        self.record(&Entry { detail: immediate.into(), ..Entry::plain(Code::ShutDown, object.0, 0) }, caller);
    }

    /// The thread serves a pool from now on. Call it before the thread takes a task.
    pub fn worker_joined(&mut self, object: ObjectId, caller: Caller) {
        self.record(&Entry::plain(Code::WorkerJoined, object.0, 0), caller);
    }

    /// The thread gives tasks to a pool. Call it before a worker can take one.
    pub fn tasks_added(&mut self, object: ObjectId, count: u32, caller: Caller) {
        self.record(&Entry::plain(Code::TasksAdded, object.0, count), caller);
    }

    /// The thread begins a task of a pool. There may be hundreds of thousands of them, but they are what a worker's lane
    /// shows, so the time is exact.
    pub fn task_began(&mut self, object: ObjectId, task: u32, caller: Caller) {
        self.record(&Entry::plain(Code::TaskBegan, object.0, task), caller);
    }

    /// The thread is done with a task of a pool; `failed`: without a result. Call it before its result can be had.
    pub fn task_ended(&mut self, object: ObjectId, task: u32, failed: bool, caller: Caller) {
        self.record(
            &Entry { detail: failed.into(), ..Entry::plain(Code::TaskEnded, object.0, task) },
            caller,
        );
    }

    /// The thread throws tasks of a pool away. Call it before who waits for their results can go on.
    pub fn tasks_cancelled(&mut self, object: ObjectId, count: u32, caller: Caller) {
        self.record(&Entry::plain(Code::TasksCancelled, object.0, count), caller);
    }

    /// The thread starts a timer, whose function will run on a thread of that name after so many microseconds of program
    /// time.
    pub fn timer_started(&mut self, object: ObjectId, timer: u32, delay: u64, name: &str, caller: Caller) {
        let lead = timer_lead(timer, delay);
        self.record(&Entry { lead: &lead, ..Entry::text(Code::TimerStarted, object.0, name) }, caller);
    }

    /// The thread runs a timer's function.
    pub fn timer_fired(&mut self, object: ObjectId, timer: u32, caller: Caller) {
        self.record(&Entry::plain(Code::TimerFired, object.0, timer), caller);
    }

    /// The thread cancels a timer.
    pub fn timer_cancelled(&mut self, object: ObjectId, timer: u32, caller: Caller) {
        self.record(&Entry::plain(Code::TimerCancelled, object.0, timer), caller);
    }

    /// The thread starts a process; `daemon`: one that ends with its parent. Call it before the process can do anything.
    pub fn process_created(
        &mut self,
        process: u32,
        name: &str,
        method: StartMethod,
        daemon: bool,
        caller: Caller,
    ) {
        let detail = method.code() | if daemon { DAEMON } else { 0 };
        self.record(&Entry { detail, ..Entry::text(Code::ProcessCreated, process, name) }, caller);
    }

    /// The thread is about to wait for a process to end; `timed`: not for ever.
    pub fn process_join_began(&mut self, process: u32, timed: bool, caller: Caller) {
        let entry = Entry { detail: timed.into(), ..Entry::plain(Code::ProcessJoinBegan, process, 0) };
        self.record(&entry, caller);
    }

    /// The thread has seen a process's end.
    pub fn process_join_ended(&mut self, process: u32, caller: Caller) {
        self.record(&Entry::plain(Code::ProcessJoinEnded, process, 0), caller);
    }

    /// The thread gave up waiting for a process.
    pub fn process_join_timed_out(&mut self, process: u32, caller: Caller) {
        self.record(&Entry::plain(Code::ProcessJoinTimedOut, process, 0), caller);
    }

    /// The thread asks for the end of a process. Call it before that can happen.
    pub fn process_end_asked(&mut self, process: u32, caller: Caller) {
        self.record(&Entry::plain(Code::ProcessEndAsked, process, 0), caller);
    }

    /// The thread did something to a shared object without waiting. It is about the place alone, so nothing is recorded
    /// where the thread was at the same before.
    #[inline]
    pub fn used(&mut self, object: ObjectId, caller: Caller) {
        if !self.is_at(caller) {
            self.record(&Entry::frequent(Code::Used, object.0, 0), caller);
        }
    }

    /// The thread printed a line.
    pub fn printed(&mut self, text: &str, caller: Caller) {
        self.record(&Entry::text(Code::Printed, 0, text), caller);
    }

    /// The thread has done `done` of `total` steps.
    pub fn progress(&mut self, done: u32, total: u32, caller: Caller) {
        self.record(&Entry::plain(Code::Progress, done, total), caller);
    }

    /// The program's result.
    pub fn result(&mut self, text: &str, caller: Caller) {
        self.record(&Entry::text(Code::Result, 0, text), caller);
    }

    /// The program's error.
    pub fn failed(&mut self, message: &str, caller: Caller) {
        self.record(&Entry::text(Code::Failed, 0, message), caller);
    }
}
