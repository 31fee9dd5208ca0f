//! What processes share, by the kernel's stream and those of the processes together.

use super::*;
use crate::{Channel, FIRST_PROCESS, Family, ObjectState, PipeEnd, Thread};
use std::collections::BTreeMap;
use threadlab_trace::{Refusal, SharedEvent, StartMethod};

/// Shared objects.
pub(super) const A: ObjectId = ObjectId::shared(1);
pub(super) const B: ObjectId = ObjectId::shared(2);

/// A run of several processes and their kernel, in one order.
pub(super) struct Kin {
    pub(super) family: Family,
    seqs: BTreeMap<u32, u64>,
    time: u64,
}

impl Kin {
    /// The first process, with as many children as make `count` processes, all of which run.
    pub(super) fn of(count: u32) -> Self {
        let mut kin = Self { family: Family::new(), seqs: BTreeMap::new(), time: 0 };
        kin.at(1, What::ThreadStarted);
        for process in 2..=count {
            let (name, method) = (format!("Process-{}", process - 1), StartMethod::Spawn);
            kin.at(1, What::ProcessCreated { process, name, method, daemon: false });
            kin.at(process, What::ThreadStarted);
        }
        kin
    }

    fn check(&self) {
        let models = self.family.processes().map(crate::Process::model);
        for model in models.chain([self.family.shared().model()]) {
            assert_eq!(testing::check(model), Ok(()), "process {}", model.process());
            assert_eq!(model.anomalies(), 0, "process {}", model.process());
        }
    }

    /// What a process's thread tells itself.
    pub(super) fn by(&mut self, process: u32, thread: ThreadId, what: What) -> &mut Self {
        let seq = self.seqs.entry(process).or_default();
        self.time += 1;
        let event = Event { seq: *seq, time: self.time, thread, place: PlaceId::UNKNOWN, what };
        *seq += 1;
        self.family.apply(process, &event);
        self.check();
        self
    }

    /// What a process's main thread tells itself.
    pub(super) fn at(&mut self, process: u32, what: What) -> &mut Self {
        self.by(process, MAIN, what)
    }

    /// What the kernel tells of a thread.
    pub(super) fn kernel_by(&mut self, process: u32, thread: ThreadId, what: What) -> &mut Self {
        let seq = self.seqs.entry(0).or_default();
        self.time += 1;
        let event = SharedEvent { seq: *seq, time: self.time, process, thread, what };
        *seq += 1;
        self.family.apply_shared(&event);
        self.check();
        self
    }

    /// What the kernel tells of a main thread.
    pub(super) fn kernel(&mut self, process: u32, what: What) -> &mut Self {
        self.kernel_by(process, MAIN, what)
    }

    /// The first process makes an object that all of them get.
    pub(super) fn shares(
        &mut self,
        object: ObjectId,
        kind: ObjectKind,
        size: Option<(Size, u32)>,
    ) -> &mut Self {
        let name = if object == A { "a" } else { "b" };
        self.kernel(1, What::ObjectCreated { object, kind, name: name.to_owned() });
        if let Some((size, value)) = size {
            self.kernel(1, What::ObjectSized { object, size, value });
        }
        let numbers: Vec<u32> = self.family.processes().map(crate::Process::number).collect();
        for process in numbers {
            self.kernel(1, What::Opened { object, process });
        }
        self
    }

    /// A main thread begins to wait for something shared, as both streams tell.
    pub(super) fn waits(&mut self, process: u32, object: ObjectId, purpose: Purpose) -> &mut Self {
        let waits = What::WaitBegan { object, purpose, timed: false };
        self.kernel(process, waits.clone()).at(process, waits)
    }

    pub(super) fn takes(&mut self, process: u32, object: ObjectId, mode: Mode) -> &mut Self {
        self.kernel(process, What::Acquired { object, mode, count: 1 }).at(process, What::Used { object })
    }

    pub(super) fn joins(&mut self, process: u32, child: u32) -> &mut Self {
        self.at(process, What::ProcessJoinBegan { process: child, timed: false })
    }

    pub(super) fn object(&self, id: ObjectId) -> &Object {
        self.family.shared().object(id).unwrap()
    }

    fn names(&self, threads: impl IntoIterator<Item = ThreadId>) -> Vec<&str> {
        let model = self.family.shared().model();
        threads.into_iter().map(|thread| model.thread(thread).map_or("", Thread::name)).collect()
    }

    fn holders(&self, id: ObjectId) -> Vec<&str> {
        self.names(self.object(id).holders().iter().map(|hold| hold.thread))
    }

    fn waiters(&self, id: ObjectId) -> Vec<&str> {
        self.names(self.object(id).waiters().iter().map(|waiter| waiter.thread))
    }

    fn words(&self, process: u32) -> String {
        self.family.waits_for_words(process, MAIN).unwrap_or_default()
    }
}

fn end(kin: &Kin, id: ObjectId) -> &PipeEnd {
    match kin.object(id).state() {
        ObjectState::PipeEnd(end) => end,
        state => panic!("{state:?}"),
    }
}

#[test]
fn a_shared_lock_has_holders_and_waiters_of_several_processes() {
    let mut kin = Kin::of(3);
    kin.shares(A, ObjectKind::Lock, None).takes(1, A, Mode::Transferable).waits(2, A, Purpose::Acquire);
    assert_eq!(kin.object(A).words().to_string(), "Lock 'a'");
    assert_eq!(
        (kin.object(A).open_in(), kin.holders(A), kin.waiters(A)),
        (&[1, 2, 3][..], vec!["MainProcess"], vec!["Process-1"])
    );
    assert_eq!(kin.words(2), "Lock 'a', held by MainProcess");
    let thread = kin.family.process(2).unwrap().model().thread(MAIN).unwrap();
    assert_eq!(thread.state(), crate::ThreadState::Waiting);
    kin.kernel(1, What::Released { object: A, mode: Mode::Transferable, count: 1 });
    kin.kernel(2, What::Acquired { object: A, mode: Mode::Transferable, count: 1 });
    kin.at(2, What::WaitEnded { object: A });
    assert_eq!((kin.holders(A), kin.waiters(A).len(), kin.words(2)), (vec!["Process-1"], 0, String::new()));
    assert_eq!(kin.object(A).contended(), 1);
}

#[test]
fn threads_are_called_as_their_process_calls_them_now() {
    let mut kin = Kin::of(1);
    let child = ThreadId(2);
    kin.shares(A, ObjectKind::Lock, None);
    kin.at(1, What::ThreadCreated { child, name: "first".to_owned(), daemon: false });
    kin.by(1, child, What::ThreadStarted);
    kin.kernel_by(1, child, What::Acquired { object: A, mode: Mode::Transferable, count: 1 });
    assert_eq!(kin.holders(A), ["MainProcess first"]);
    kin.at(1, What::ThreadRenamed { target: child, name: "second".to_owned() });
    assert_eq!(kin.holders(A), ["MainProcess second"]);
    let actor = kin.family.shared().actor(1, child).unwrap();
    assert_eq!(actor.home(), Some((FIRST_PROCESS, child)));
}

#[test]
fn what_a_dead_process_held_is_abandoned_until_it_is_mended() {
    let mut kin = Kin::of(3);
    kin.shares(A, ObjectKind::Lock, None).takes(2, A, Mode::Transferable).waits(3, A, Purpose::Acquire);
    kin.kernel(0, What::Closed { object: A, process: 2 }).kernel(0, What::ProcessGone { process: 2 });
    assert_eq!((kin.object(A).abandoned(), kin.holders(A).len()), (1, 0));
    assert_eq!(kin.object(A).open_in(), [1, 3]);
    assert_eq!(kin.words(3), "Lock 'a', held by a process that has ended");
    kin.kernel(3, What::Refused { object: A, refusal: Refusal::Abandoned })
        .at(3, What::WaitEnded { object: A });
    kin.kernel(3, What::Released { object: A, mode: Mode::Transferable, count: 1 });
    assert_eq!(kin.object(A).abandoned(), 0);
}

#[test]
fn permits_go_back_to_where_they_came_from() {
    let mut kin = Kin::of(3);
    kin.shares(A, ObjectKind::Semaphore, Some((Size::Permits, 2)));
    kin.takes(2, A, Mode::Permits).takes(3, A, Mode::Permits);
    assert_eq!(kin.holders(A), ["Process-1", "Process-2"]);
    // One of its own first, then one that was abandoned, then anybody's.
    kin.kernel(3, What::Released { object: A, mode: Mode::Permits, count: 1 });
    assert_eq!(kin.holders(A), ["Process-1"]);
    kin.kernel(0, What::Closed { object: A, process: 2 });
    assert_eq!((kin.holders(A).len(), kin.object(A).abandoned()), (0, 1));
    kin.takes(3, A, Mode::Permits);
    kin.kernel(1, What::Released { object: A, mode: Mode::Permits, count: 1 });
    assert_eq!((kin.holders(A), kin.object(A).abandoned()), (vec!["Process-2"], 0));
    // One more than there were is a signal, which nobody holds.
    kin.kernel(1, What::Released { object: A, mode: Mode::Permits, count: 2 });
    kin.takes(1, A, Mode::Permits);
    assert_eq!(kin.holders(A).len(), 0);
}

#[test]
fn a_pipe_has_two_ends_and_what_is_underway_between_them() {
    let mut kin = Kin::of(2);
    let kind = ObjectKind::Pipe;
    for object in [A, B] {
        kin.kernel(1, What::ObjectCreated { object, kind, name: "numbers".to_owned() });
        kin.kernel(1, What::ObjectSized { object, size: Size::Bytes, value: 100 });
        kin.kernel(1, What::Opened { object, process: 1 });
    }
    kin.kernel(1, What::Paired { object: A, other: B, duplex: false });
    kin.kernel(1, What::Opened { object: A, process: 2 }).kernel(1, What::Closed { object: A, process: 1 });
    let pipes: Vec<_> = kin.family.shared().pipes().map(|ends| ends.map(Object::id)).collect();
    assert_eq!(pipes, [[A, B]]);
    assert_eq!(kin.family.shared().objects().count(), 0);
    assert_eq!((kin.object(A).open_in(), kin.object(B).open_in()), (&[2][..], &[1][..]));
    assert!(end(&kin, A).outgoing().is_none() && end(&kin, B).incoming().is_none());

    kin.waits(2, A, Purpose::Get);
    assert_eq!(kin.words(2), "a message from Pipe 'numbers'");
    kin.kernel(1, What::Sent { object: B, fill: 21, whole: true })
        .kernel(1, What::Sent { object: B, fill: 60, whole: false });
    assert!(kin.object(A).waiters()[0].released, "there is something to look at");
    let underway = |channel: Option<&Channel>| channel.map(|channel| (channel.fill(), channel.messages()));
    assert_eq!(underway(end(&kin, B).outgoing()), Some((60, 1)));
    assert_eq!(end(&kin, B).outgoing(), end(&kin, A).incoming());
    kin.kernel(2, What::Received { object: A, fill: 39, whole: true }).at(2, What::WaitEnded { object: A });
    assert_eq!(underway(end(&kin, A).incoming()), Some((39, 0)));
    kin.waits(1, B, Purpose::Put);
    kin.kernel(0, What::Received { object: A, fill: 0, whole: false });
    assert!(kin.object(B).waiters()[0].released);
    kin.kernel(1, What::WaitBegan { object: B, purpose: Purpose::Put, timed: false });
    assert!(!kin.object(B).waiters()[0].released, "it has looked");
    kin.kernel(2, What::Closed { object: A, process: 2 });
    kin.kernel(1, What::Refused { object: B, refusal: Refusal::BrokenPipe })
        .at(1, What::WaitEnded { object: B });
    assert_eq!((kin.object(A).open_in().len(), kin.object(B).waiters().len()), (0, 0));
}

#[test]
fn who_waits_for_a_notification_that_another_took_waits_on() {
    let mut kin = Kin::of(3);
    kin.shares(A, ObjectKind::Condition, None);
    kin.waits(2, A, Purpose::Notification).waits(3, A, Purpose::Notification);
    // The kernel counts them from when they enlisted, which may be the other way round.
    kin.kernel(1, What::Notified { object: A, count: 1 });
    kin.kernel(2, What::WaitBegan { object: A, purpose: Purpose::Notification, timed: false });
    kin.kernel(3, What::WaitEnded { object: A }).at(3, What::WaitEnded { object: A });
    assert_eq!(kin.waiters(A), ["Process-1"]);
    assert!(!kin.object(A).waiters()[0].released);
}

#[test]
fn a_process_that_ends_while_it_waits_waits_no_more() {
    let mut kin = Kin::of(2);
    kin.shares(A, ObjectKind::Queue, Some((Size::Capacity, 3))).waits(2, A, Purpose::Get);
    kin.kernel(0, What::Closed { object: A, process: 2 }).kernel(0, What::ProcessGone { process: 2 });
    assert_eq!(kin.waiters(A).len(), 0);
    assert_eq!(kin.family.shared().actor(2, MAIN), None);
    kin.family.process_ended(2, -9, None, 100);
    kin.check();
}
