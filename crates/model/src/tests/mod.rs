//! Tests by topic, through the public interface where it reaches.

mod barriers;
mod bounds;
mod conditions;
mod deadlocks;
mod events;
mod families;
mod lanes;
mod locks;
mod onces;
mod output;
mod pools;
mod processes;
mod queues;
mod rlocks;
mod rwlocks;
mod semaphores;
mod shared;
mod speed;
mod standstills;
mod threads;
mod timers;
mod waits;

use threadlab_trace::{Event, Mode, ObjectId, ObjectKind, PlaceId, Purpose, Size, ThreadId, What};

use crate::{Model, Object, testing};

const MAIN: ThreadId = ThreadId::MAIN;
const A: ThreadId = ThreadId(2);
const B: ThreadId = ThreadId(3);
const L: ObjectId = ObjectId(1);
const M: ObjectId = ObjectId(2);

/// A model and the number of its next event.
struct Run {
    model: Model,
    seq: u64,
}

impl Run {
    fn new() -> Self {
        Self { model: Model::new(), seq: 0 }
    }

    /// The main thread, which at time 0 has made `Thread-1` ([`A`]) and `Thread-2` ([`B`]), both running, and two locks:
    /// `printer` ([`L`]) and one without a name ([`M`]).
    fn of_three() -> Self {
        let mut run = Self::new();
        run.at(0, MAIN, What::ThreadStarted);
        for (child, name) in [(A, "Thread-1"), (B, "Thread-2")] {
            run.at(0, MAIN, What::ThreadCreated { child, name: name.to_owned(), daemon: false });
            run.at(0, child, What::ThreadStarted);
        }
        for (object, name) in [(L, "printer"), (M, "")] {
            run.at(0, MAIN, What::ObjectCreated { object, kind: ObjectKind::Lock, name: name.to_owned() });
        }
        run
    }

    /// Applies one event and checks that the model hangs together after it.
    fn at(&mut self, time: u64, thread: ThreadId, what: What) -> &mut Self {
        self.at_place(time, thread, PlaceId::UNKNOWN, what)
    }

    fn at_place(&mut self, time: u64, thread: ThreadId, place: PlaceId, what: What) -> &mut Self {
        self.model.apply(&Event { seq: self.seq, time, thread, place, what });
        self.seq += 1;
        assert_eq!(testing::check(&self.model), Ok(()));
        self
    }

    fn acquired(&mut self, time: u64, thread: ThreadId, object: ObjectId) -> &mut Self {
        self.at(time, thread, What::Acquired { object, mode: Mode::Owned, count: 1 })
    }

    fn released(&mut self, time: u64, thread: ThreadId, object: ObjectId) -> &mut Self {
        self.at(time, thread, What::Released { object, mode: Mode::Owned, count: 1 })
    }

    /// Waits to acquire, without a time limit.
    fn waits(&mut self, time: u64, thread: ThreadId, object: ObjectId) -> &mut Self {
        self.waits_for(time, thread, object, Purpose::Acquire)
    }

    fn waits_for(&mut self, time: u64, thread: ThreadId, object: ObjectId, purpose: Purpose) -> &mut Self {
        self.at(time, thread, What::WaitBegan { object, purpose, timed: false })
    }

    /// Waits to acquire, but not for ever.
    fn waits_a_while(&mut self, time: u64, thread: ThreadId, object: ObjectId) -> &mut Self {
        self.at(time, thread, What::WaitBegan { object, purpose: Purpose::Acquire, timed: true })
    }

    /// One more object, met by the main thread: its number.
    fn meets(&mut self, kind: ObjectKind, name: &str, size: Option<(Size, u32)>) -> ObjectId {
        let object = ObjectId(u32::try_from(self.model.objects().len()).unwrap() + 1);
        self.at(0, MAIN, What::ObjectCreated { object, kind, name: name.to_owned() });
        if let Some((size, value)) = size {
            self.at(0, MAIN, What::ObjectSized { object, size, value });
        }
        object
    }

    fn object(&self, object: ObjectId) -> &Object {
        self.model.object(object).unwrap()
    }

    /// The threads that wait for an object, in their order.
    fn waiters(&self, object: ObjectId) -> Vec<ThreadId> {
        self.object(object).waiters().iter().map(|waiter| waiter.thread).collect()
    }

    /// Who holds an object, and how many times.
    fn holders(&self, object: ObjectId) -> Vec<(ThreadId, u32)> {
        self.object(object).holders().iter().map(|hold| (hold.thread, hold.count)).collect()
    }

    /// What a thread waits for, in words.
    fn words(&self, thread: ThreadId) -> String {
        self.model.waits_for_words(thread).unwrap_or_default()
    }

    /// The deadlock that there is now, in words.
    fn deadlock(&self) -> String {
        self.model.deadlock().map_or_else(String::new, |deadlock| deadlock.words(&self.model))
    }

    /// Thread, begin, end and kind of each span in a thread's lane.
    fn spans(&self, thread: ThreadId) -> Vec<(u64, u64, crate::SpanKind)> {
        spans(self.model.thread_timeline(thread))
    }

    fn holds(&self, object: ObjectId) -> Vec<(u64, u64, crate::SpanKind)> {
        spans(self.model.object_timeline(object))
    }
}

fn spans(lane: Option<crate::Timeline<'_>>) -> Vec<(u64, u64, crate::SpanKind)> {
    lane.into_iter().flat_map(crate::Timeline::all).map(|span| (span.start, span.end, span.kind)).collect()
}
