//! What happens to the objects that processes share: a kernel's own events.
//!
//! A kernel has a [`Trace`](crate::Trace) in its memory and a recorder for each worker that comes there, so the order of
//! these events is one for all processes. They have no places in the program's source, which the kernel does not know;
//! each has its process's number instead.

use crate::code::Code;
use crate::recorder::Recorder;
use crate::vocabulary::Entry;
use crate::{Event, Mode, ObjectId, ObjectKind, Purpose, Refusal, Size, ThreadId, What};

/// One thing that happened to an object that processes share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedEvent {
    /// Position in the kernel's total order, starting at 0 and without gaps.
    pub seq: u64,
    /// Microseconds since the run's epoch. It never decreases within a thread, but may be one drain of the rings old.
    pub time: u64,
    /// The process of the thread that did it, or 0 where the kernel itself did it, since a process had ended.
    pub process: u32,
    /// The thread that did it, as the events of its process call it.
    pub thread: ThreadId,
    /// What happened.
    pub what: What,
}

impl SharedEvent {
    /// The event of a kernel's stream that was read as any stream is.
    #[must_use]
    pub fn of_kernel(event: Event) -> Self {
        let Event { seq, time, thread, place, what } = event;
        // Where others have their place.
        Self { seq, time, process: place.0, thread, what }
    }
}

/// Records what a thread of one process does to what processes share.
pub struct SharedRecorder<'a> {
    recorder: &'a mut Recorder,
    process: u32,
}

impl Recorder {
    /// This recorder, for a thread of this process; 0 is none.
    pub fn of_process(&mut self, process: u32) -> SharedRecorder<'_> {
        SharedRecorder { recorder: self, process }
    }
}

impl SharedRecorder<'_> {
    #[inline]
    fn record(&mut self, entry: &Entry<'_>) {
        self.recorder.before(entry);
        self.recorder.put(entry, self.process);
    }

    /// An object is made. Call it before anybody but its maker can know it.
    pub fn object_created(&mut self, object: ObjectId, kind: ObjectKind, name: &str) {
        self.record(&Entry::created(object, kind, name));
    }

    /// A number that the object was made with.
    pub fn object_sized(&mut self, object: ObjectId, size: Size, value: u32) {
        self.record(&Entry::sized(object, size, value));
    }

    /// Two objects that were just made are the ends of a pipe.
    pub fn paired(&mut self, object: ObjectId, other: ObjectId, duplex: bool) {
        self.record(&Entry { detail: duplex.into(), ..Entry::plain(Code::Paired, object.0, other.0) });
    }

    /// A process has the object from now on.
    pub fn opened(&mut self, object: ObjectId, process: u32) {
        self.record(&Entry::plain(Code::Opened, object.0, process));
    }

    /// A process does not have the object any more.
    pub fn closed(&mut self, object: ObjectId, process: u32) {
        self.record(&Entry::plain(Code::Closed, object.0, process));
    }

    /// Nothing of an ended process is left at any object.
    pub fn process_gone(&mut self, process: u32) {
        self.record(&Entry::plain(Code::ProcessGone, process, 0));
    }

    /// The thread cannot have what it wants and is about to wait, or still waits.
    pub fn wait_began(&mut self, object: ObjectId, purpose: Purpose, timed: bool) {
        self.record(&Entry::waiting(object, purpose, timed));
    }

    /// The thread waits no longer, having what it waited for.
    pub fn wait_ended(&mut self, object: ObjectId) {
        self.record(&Entry::plain(Code::WaitEnded, object.0, 0));
    }

    /// The thread gave up waiting.
    pub fn wait_timed_out(&mut self, object: ObjectId) {
        self.record(&Entry::plain(Code::WaitTimedOut, object.0, 0));
    }

    /// The thread does not get what it wants; `waited`: after a wait.
    pub fn refused(&mut self, object: ObjectId, refusal: Refusal, waited: bool) {
        let detail = refusal.code();
        self.record(&Entry { exact: waited, detail, ..Entry::plain(Code::Refused, object.0, 0) });
    }

    /// The thread has the object, `count` times more than before; `waited`: after a wait.
    pub fn acquired(&mut self, object: ObjectId, mode: Mode, count: u32, waited: bool) {
        self.record(&Entry::acquired(object, mode, count, waited));
    }

    /// The thread gives the object back, `count` times.
    pub fn released(&mut self, object: ObjectId, mode: Mode, count: u32) {
        self.record(&Entry::released(object, mode, count));
    }

    /// The thread puts an item into a queue.
    pub fn put_item(&mut self, object: ObjectId, item: u32, waited: bool) {
        self.record(&Entry { exact: waited, ..Entry::plain(Code::Put, object.0, item) });
    }

    /// The thread takes an item out of a queue.
    pub fn got_item(&mut self, object: ObjectId, item: u32, waited: bool) {
        self.record(&Entry { exact: waited, ..Entry::plain(Code::Got, object.0, item) });
    }

    /// The thread reports the work on an item done.
    pub fn task_done(&mut self, object: ObjectId) {
        self.record(&Entry::frequent(Code::TaskDone, object.0, 0));
    }

    /// The thread shuts a queue down.
    pub fn shut_down(&mut self, object: ObjectId) {
        self.record(&Entry::plain(Code::ShutDown, object.0, 0));
    }

    /// The thread wrote into a pipe, in which `fill` bytes are underway in this direction then; `whole`: that completed a
    /// message.
    pub fn sent(&mut self, end: ObjectId, fill: u32, whole: bool, waited: bool) {
        let entry = Entry { exact: waited, detail: whole.into(), ..Entry::plain(Code::Sent, end.0, fill) };
        self.record(&entry);
    }

    /// The thread read from a pipe, as [`sent`](Self::sent).
    pub fn received(&mut self, end: ObjectId, fill: u32, whole: bool, waited: bool) {
        let entry =
            Entry { exact: waited, detail: whole.into(), ..Entry::plain(Code::Received, end.0, fill) };
        self.record(&entry);
    }

    /// The thread sets an event.
    pub fn set(&mut self, object: ObjectId) {
        self.record(&Entry::frequent(Code::Set, object.0, 0));
    }

    /// The thread makes an event unset.
    pub fn cleared(&mut self, object: ObjectId) {
        self.record(&Entry::frequent(Code::Cleared, object.0, 0));
    }

    /// So many waiters of a condition are chosen.
    pub fn notified(&mut self, object: ObjectId, count: u32) {
        self.record(&Entry::frequent(Code::Notified, object.0, count));
    }

    /// The thread came to a barrier.
    pub fn arrived(&mut self, object: ObjectId) {
        self.record(&Entry::frequent(Code::Arrived, object.0, 0));
    }

    /// The thread lets all pass a barrier.
    pub fn tripped(&mut self, object: ObjectId) {
        self.record(&Entry::frequent(Code::Tripped, object.0, 0));
    }

    /// A barrier breaks.
    pub fn broken(&mut self, object: ObjectId) {
        self.record(&Entry::plain(Code::Broken, object.0, 0));
    }

    /// The thread makes a barrier whole and empty.
    pub fn reset(&mut self, object: ObjectId) {
        self.record(&Entry::plain(Code::Reset, object.0, 0));
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::{LocalDirectory, Merge, Surroundings, Trace};

    #[test]
    fn shared_events_come_back_as_they_were_recorded() {
        let trace: &'static Trace =
            Box::leak(Box::new(Trace::new(Surroundings { now: || 7, ask_to_drain: || {} })));
        let mut recorder = trace.attach();
        recorder.set_thread(ThreadId(5));
        let (object, other) = (ObjectId::shared(3), ObjectId::shared(4));
        let mut shared = recorder.of_process(9);
        shared.object_created(object, ObjectKind::Pipe, "numbers");
        shared.object_sized(object, Size::Bytes, 64);
        shared.paired(object, other, true);
        shared.opened(object, 2);
        shared.wait_began(object, Purpose::Get, true);
        shared.wait_timed_out(object);
        shared.wait_ended(object);
        shared.sent(object, 40, true, false);
        shared.received(other, 0, false, true);
        shared.refused(other, Refusal::EndOfFile, true);
        shared.acquired(object, Mode::Transferable, 1, true);
        shared.released(object, Mode::Permits, 2);
        shared.put_item(object, 6, true);
        shared.got_item(object, 6, false);
        shared.task_done(object);
        shared.shut_down(object);
        shared.set(object);
        shared.cleared(object);
        shared.notified(object, 2);
        shared.arrived(object);
        shared.tripped(object);
        shared.broken(object);
        shared.reset(object);
        shared.closed(object, 2);
        shared.process_gone(2);

        let expected = [
            What::ObjectCreated { object, kind: ObjectKind::Pipe, name: "numbers".into() },
            What::ObjectSized { object, size: Size::Bytes, value: 64 },
            What::Paired { object, other, duplex: true },
            What::Opened { object, process: 2 },
            What::WaitBegan { object, purpose: Purpose::Get, timed: true },
            What::WaitTimedOut { object },
            What::WaitEnded { object },
            What::Sent { object, fill: 40, whole: true },
            What::Received { object: other, fill: 0, whole: false },
            What::Refused { object: other, refusal: Refusal::EndOfFile },
            What::Acquired { object, mode: Mode::Transferable, count: 1 },
            What::Released { object, mode: Mode::Permits, count: 2 },
            What::Put { object, item: 6 },
            What::Got { object, item: 6 },
            What::TaskDone { object },
            What::ShutDown { object, immediate: false },
            What::Set { object },
            What::Cleared { object },
            What::Notified { object, count: 2 },
            What::Arrived { object },
            What::Tripped { object },
            What::Broken { object },
            What::Reset { object },
            What::Closed { object, process: 2 },
            What::ProcessGone { process: 2 },
        ];
        let mut events = Vec::new();
        Merge::new().drain(&LocalDirectory(trace), &mut events);
        let events: Vec<_> = events.into_iter().map(SharedEvent::of_kernel).collect();
        assert!(events.iter().all(|event| (event.process, event.thread, event.time) == (9, ThreadId(5), 7)));
        assert_eq!(events.into_iter().map(|event| event.what).collect::<Vec<_>>(), expected);
    }
}
