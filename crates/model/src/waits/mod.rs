//! Who waits for whom.

mod words;

use threadlab_trace::{Purpose, ThreadId};

use crate::{Model, Object, Thread, WaitsFor};

/// That one thread waits for another to do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The thread that waits.
    pub waiter: ThreadId,
    /// What it waits for: the other thread's end, or an object that this one holds.
    pub waits_for: WaitsFor,
    /// The thread that it waits for. It may have ended.
    pub blocker: ThreadId,
    /// Whether nobody but the blocker can let the waiter go on, if its wait has no end by itself. It is so for a join, and
    /// for a hold that only its own thread can end; but any thread may release a lock that was acquired by hand, or give
    /// back a permit.
    pub certain: bool,
}

impl Model {
    /// Whom a thread waits for: the thread to be joined, or the holders of the object. None if it does not wait, or waits
    /// for a process, or for what nobody holds: an item, a signal, the others at a barrier.
    pub fn edges(&self, thread: ThreadId) -> impl Iterator<Item = Edge> {
        let waits_for = self.thread(thread).and_then(Thread::waits_for);
        let (joined, object) = match waits_for {
            Some(WaitsFor::Thread(target)) => (Some(target), None),
            Some(WaitsFor::Object(object, purpose)) => {
                (None, self.object(object).map(|object| (object, purpose)))
            }
            Some(WaitsFor::Process(_)) | None => (None, None),
        };
        let joined = joined.map(|target| (target, true));
        let holders = object.into_iter().flat_map(|(object, purpose)| blockers(object, purpose));
        joined.into_iter().chain(holders).filter_map(move |(blocker, certain)| {
            Some(Edge { waiter: thread, waits_for: waits_for?, blocker, certain })
        })
    }
}

/// Whose doing it is that a waiter cannot have what it wants of an object, and whether that is certain.
fn blockers(object: &Object, purpose: Purpose) -> impl Iterator<Item = (ThreadId, bool)> {
    let to_have = matches!(purpose, Purpose::Acquire | Purpose::AcquireShared | Purpose::Set);
    let holders = object.holders().iter().filter(move |_| to_have);
    let holders = holders.map(move |hold| (hold.thread, hold.is_certain(purpose)));
    // Readers wait for a writer that waits.
    let shared = purpose == Purpose::AcquireShared && object.holder().is_none();
    let writers = object.waiters().iter();
    let writers = writers.filter(move |waiter| shared && waiter.purpose == Purpose::Acquire);
    holders.chain(writers.map(|waiter| (waiter.thread, false)))
}
