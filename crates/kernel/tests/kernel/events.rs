//! What the kernel tells of what is done in it, by events.

use crate::support::{block, blocks, child, end, kernel, main_of, now, rule};
use std::sync::Mutex;
use threadlab_kernel::limits::PIPE_BYTES;
use threadlab_kernel::{Call, Caller, Exit, Handle, Kernel, Patience, Pid, Rule, announce, record_by};
use threadlab_trace::{
    LocalDirectory, Merge, Mode, ObjectId, ObjectKind, Purpose, Refusal, SharedEvent, Size, Surroundings,
    ThreadId, Trace, What,
};

/// A directory of events, read now and then.
struct Story {
    trace: &'static Trace,
    merge: Mutex<Merge>,
}

impl Story {
    /// Of what the calling thread does from now on.
    fn begin() -> Self {
        let surroundings = Surroundings { now: || 0, ask_to_drain: || {} };
        let story =
            Self { trace: Box::leak(Box::new(Trace::new(surroundings))), merge: Mutex::new(Merge::new()) };
        story.join_in();
        story
    }

    /// Of what the calling thread does too.
    fn join_in(&self) {
        record_by(Some(self.trace.attach()));
    }

    fn read(&self) -> Vec<SharedEvent> {
        let mut events = Vec::new();
        self.merge.lock().unwrap().drain(&LocalDirectory(self.trace), &mut events);
        events.into_iter().map(SharedEvent::of_kernel).collect()
    }

    /// What has happened since the last time, with the process that did it.
    fn next(&self) -> Vec<(u32, What)> {
        self.read().into_iter().map(|event| (event.process, event.what)).collect()
    }
}

impl Drop for Story {
    fn drop(&mut self) {
        record_by(None);
    }
}

/// The next operations are of a caller that waits so long.
fn patient(patience: Patience) {
    announce(Call { thread: ThreadId::MAIN, time: 0, patience, label: None });
}

fn labelled(kind: ObjectKind, name: &str) {
    let label = Some((kind, name.to_owned()));
    announce(Call { thread: ThreadId::MAIN, time: 0, patience: Patience::Never, label });
}

fn id(handle: Handle) -> ObjectId {
    ObjectId::shared(handle.raw())
}

/// A kernel with two processes, and nothing told of that.
fn two() -> (Kernel, Caller, Caller) {
    let (kernel, me) = kernel();
    let other = child(&kernel, me, &[]);
    (kernel, me, other)
}

#[test]
fn nothing_is_recorded_where_nobody_asked_for_it() {
    let story = Story::begin();
    record_by(None);
    let (kernel, me) = kernel();
    kernel.queue(me, 0).unwrap();
    assert_eq!(story.next(), []);
}

#[test]
fn a_queue_tells_of_items_of_waits_and_of_its_processes() {
    let (kernel, me, other) = two();
    let story = Story::begin();
    labelled(ObjectKind::SimpleQueue, "jobs");
    let queue = kernel.queue(me, 1).unwrap().value;
    let object = id(queue);
    kernel.share_with(me, queue, other.pid).unwrap();
    now(kernel.queue_put(me, queue, b"a"));
    patient(Patience::ForATime);
    assert!(blocks(kernel.queue_put(me, queue, b"b")));
    assert!(blocks(kernel.queue_put(me, queue, b"b")), "it looks again");
    now(kernel.queue_get(other, queue, &mut Vec::new()));
    now(kernel.queue_put(me, queue, b"b"));
    kernel.task_done(other, queue).unwrap();
    kernel.queue_close(me, queue).unwrap();
    assert_eq!(rule(kernel.queue_put(me, queue, b"c")), Rule::Closed);
    kernel.close(other, queue).unwrap();
    let waits = What::WaitBegan { object, purpose: Purpose::Put, timed: true };
    let expected = [
        (1, What::ObjectCreated { object, kind: ObjectKind::SimpleQueue, name: "jobs".into() }),
        (1, What::ObjectSized { object, size: Size::Capacity, value: 1 }),
        (1, What::Opened { object, process: 1 }),
        (1, What::Opened { object, process: 2 }),
        (1, What::Put { object, item: 0 }),
        (1, waits.clone()),
        (1, waits),
        (2, What::Got { object, item: 0 }),
        (1, What::Put { object, item: 1 }),
        (2, What::TaskDone { object }),
        (1, What::ShutDown { object, immediate: false }),
        (1, What::Refused { object, refusal: Refusal::ShutDown }),
        (2, What::Closed { object, process: 2 }),
    ];
    assert_eq!(story.next(), expected);
}

#[test]
fn who_does_not_wait_is_not_told_to_and_who_gives_up_is() {
    let (kernel, me, _) = two();
    let story = Story::begin();
    let queue = kernel.queue(me, 0).unwrap().value;
    let object = id(queue);
    story.next();
    assert!(blocks(kernel.queue_get(me, queue, &mut Vec::new())));
    kernel.give_up(me, queue).unwrap();
    assert_eq!(story.next(), []);
    patient(Patience::ForEver);
    assert!(blocks(kernel.queue_get(me, queue, &mut Vec::new())));
    kernel.give_up(me, queue).unwrap();
    kernel.give_up(me, queue).unwrap();
    let waits = What::WaitBegan { object, purpose: Purpose::Get, timed: false };
    assert_eq!(story.next(), [(1, waits), (1, What::WaitTimedOut { object })]);
}

#[test]
fn a_pipe_tells_of_its_ends_and_of_what_is_underway() {
    let (kernel, me, other) = two();
    let story = Story::begin();
    labelled(ObjectKind::Pipe, "numbers");
    let (first, second) = kernel.pipe(me, false, PIPE_BYTES).unwrap().value;
    let (one, two) = (id(first), id(second));
    let made = |object| {
        let created = What::ObjectCreated { object, kind: ObjectKind::Pipe, name: "numbers".into() };
        let sized = What::ObjectSized { object, size: Size::Bytes, value: PIPE_BYTES };
        [(1, created), (1, sized), (1, What::Opened { object, process: 1 })]
    };
    let paired = (1, What::Paired { object: one, other: two, duplex: false });
    assert_eq!(story.next(), [&made(one)[..], &made(two)[..], &[paired]].concat());

    kernel.share_with(me, first, other.pid).unwrap();
    now(kernel.send(me, second, 5, b"hello"));
    patient(Patience::ForEver);
    let mut part = [0; 2];
    now(kernel.recv(other, first, &mut part));
    let mut rest = [0; 9];
    now(kernel.recv(other, first, &mut rest));
    assert!(blocks(kernel.recv(other, first, &mut rest)));
    kernel.close(me, second).unwrap();
    assert_eq!(rule(kernel.recv(other, first, &mut rest)), Rule::EndOfFile);
    let expected = [
        (1, What::Opened { object: one, process: 2 }),
        (1, What::Sent { object: two, fill: 21, whole: true }),
        (2, What::Received { object: one, fill: 3, whole: false }),
        (2, What::Received { object: one, fill: 0, whole: true }),
        (2, What::WaitBegan { object: one, purpose: Purpose::Get, timed: false }),
        (1, What::Closed { object: two, process: 1 }),
        (2, What::Refused { object: one, refusal: Refusal::EndOfFile }),
    ];
    assert_eq!(story.next(), expected);
}

#[test]
fn damage_in_a_pipe_is_told() {
    let (kernel, me, other) = two();
    let (first, second) = kernel.pipe(me, true, PIPE_BYTES).unwrap().value;
    kernel.share_with(me, second, other.pid).unwrap();
    let story = Story::begin();
    now(kernel.write(me, first, &[7; 20]));
    assert_eq!(rule(kernel.recv(other, second, &mut [0; 9])), Rule::Corrupted);
    let told = story.next();
    let (sent, object) = (What::Sent { object: id(first), fill: 20, whole: false }, id(second));
    assert_eq!(told.first(), Some(&(1, sent)));
    assert!(matches!(told[1], (0, What::Received { fill: 0..20, whole: false, .. })), "{told:?}");
    assert_eq!(told[2..], [(2, What::Refused { object, refusal: Refusal::Corrupted })]);
}

#[test]
fn locks_tell_how_they_are_held() {
    let (kernel, me, other) = two();
    let story = Story::begin();
    labelled(ObjectKind::Lock, "screen");
    let lock = kernel.semaphore(me, 1, true).unwrap().value;
    let deep = kernel.recursive_lock(me).unwrap().value;
    let permits = kernel.semaphore(me, 2, false).unwrap().value;
    kernel.share_with(me, lock, other.pid).unwrap();
    story.next();
    patient(Patience::ForEver);
    now(kernel.acquire(me, lock));
    assert!(blocks(kernel.acquire(other, lock)));
    kernel.release(me, lock, 1).unwrap();
    now(kernel.acquire(other, lock));
    now(kernel.acquire_levels(me, deep, 2));
    now(kernel.acquire(me, deep));
    assert_eq!(kernel.release_all(me, deep).unwrap().value, 3);
    now(kernel.acquire(me, permits));
    kernel.release(me, permits, 1).unwrap();
    let expected = [
        (1, What::Acquired { object: id(lock), mode: Mode::Transferable, count: 1 }),
        (2, What::WaitBegan { object: id(lock), purpose: Purpose::Acquire, timed: false }),
        (1, What::Released { object: id(lock), mode: Mode::Transferable, count: 1 }),
        (2, What::Acquired { object: id(lock), mode: Mode::Transferable, count: 1 }),
        (1, What::Acquired { object: id(deep), mode: Mode::Owned, count: 2 }),
        (1, What::Acquired { object: id(deep), mode: Mode::Owned, count: 1 }),
        (1, What::Released { object: id(deep), mode: Mode::Owned, count: 3 }),
        (1, What::Acquired { object: id(permits), mode: Mode::Permits, count: 1 }),
        (1, What::Released { object: id(permits), mode: Mode::Permits, count: 1 }),
    ];
    assert_eq!(story.next(), expected);
}

#[test]
fn a_process_that_dies_leaves_word_of_what_it_leaves() {
    let (kernel, me, other) = two();
    let story = Story::begin();
    labelled(ObjectKind::Lock, "");
    let lock = kernel.semaphore(me, 1, true).unwrap().value;
    let barrier = kernel.barrier(me, 2).unwrap().value;
    for handle in [lock, barrier] {
        kernel.share_with(me, handle, other.pid).unwrap();
    }
    now(kernel.acquire(other, lock));
    patient(Patience::ForEver);
    assert!(blocks(kernel.acquire(me, lock)));
    story.next();
    end(&kernel, other.pid, Exit(-9));
    assert_eq!(rule(kernel.acquire(me, lock)), Rule::Abandoned);
    let process = other.pid.raw();
    let expected = [
        (0, What::Closed { object: id(lock), process }),
        (0, What::Closed { object: id(barrier), process }),
        (0, What::Broken { object: id(barrier) }),
        (0, What::ProcessGone { process }),
        (1, What::Refused { object: id(lock), refusal: Refusal::Abandoned }),
    ];
    assert_eq!(story.next(), expected);
}

#[test]
fn a_notification_is_told_with_those_who_are_told_to_wait() {
    let (kernel, me, other) = two();
    let lock = kernel.recursive_lock(me).unwrap().value;
    let condition = kernel.condition(me, lock).unwrap().value;
    for handle in [lock, condition] {
        kernel.share_with(me, handle, other.pid).unwrap();
    }
    let story = Story::begin();
    patient(Patience::ForATime);
    let enlist = |caller| {
        now(kernel.acquire(caller, lock));
        kernel.condition_enlist(caller, condition).unwrap();
        kernel.release_all(caller, lock).unwrap();
    };
    let notify = || {
        now(kernel.acquire(me, lock));
        let notified = kernel.condition_notify(me, condition, 9).unwrap().value;
        kernel.release(me, lock, 1).unwrap();
        notified
    };
    let about_condition = || -> Vec<(u32, What)> {
        let is_lock = |what: &What| matches!(what, What::Acquired { .. } | What::Released { .. });
        story.next().into_iter().filter(|(_, what)| !is_lock(what)).collect()
    };
    let object = id(condition);
    // One that was notified before it could begin to wait never does.
    enlist(other);
    assert_eq!(notify(), 1);
    now(kernel.condition_wait(other, condition));
    assert!(kernel.condition_leave(other, condition).unwrap().value);
    assert_eq!(about_condition(), [(1, What::Notified { object, count: 0 })]);
    // One that waits.
    enlist(other);
    assert!(blocks(kernel.condition_wait(other, condition)));
    assert_eq!(notify(), 1);
    now(kernel.condition_wait(other, condition));
    let began = (2, What::WaitBegan { object, purpose: Purpose::Notification, timed: true });
    let notified = (1, What::Notified { object, count: 1 });
    assert_eq!(about_condition(), [began.clone(), notified.clone(), (2, What::WaitEnded { object })]);
    // One that has given up, and one whose time is over just as it is notified.
    enlist(other);
    assert!(blocks(kernel.condition_wait(other, condition)));
    kernel.give_up(other, condition).unwrap();
    assert_eq!(notify(), 1);
    let nobody = (1, What::Notified { object, count: 0 });
    assert_eq!(about_condition(), [began.clone(), (2, What::WaitTimedOut { object }), nobody]);
    enlist(other);
    assert!(blocks(kernel.condition_wait(other, condition)));
    assert_eq!(notify(), 1);
    kernel.give_up(other, condition).unwrap();
    assert_eq!(about_condition(), [began, notified, (2, What::WaitEnded { object })]);
}

#[test]
fn a_barrier_and_an_event_tell_what_becomes_of_their_waiters() {
    let (kernel, me, other) = two();
    let (barrier, event) = (kernel.barrier(me, 2).unwrap().value, kernel.event(me).unwrap().value);
    for handle in [barrier, event] {
        kernel.share_with(me, handle, other.pid).unwrap();
    }
    let story = Story::begin();
    patient(Patience::ForATime);
    let object = id(barrier);
    now(kernel.barrier_arrive(me, barrier));
    assert!(blocks(kernel.barrier_wait(me, barrier)));
    now(kernel.barrier_arrive(other, barrier));
    kernel.barrier_open(other, barrier).unwrap();
    now(kernel.barrier_wait(me, barrier));
    now(kernel.barrier_arrive(me, barrier));
    assert!(blocks(kernel.barrier_wait(me, barrier)));
    assert!(kernel.barrier_give_up(me, barrier).unwrap().value);
    kernel.barrier_reset(other, barrier).unwrap();
    let waits = (1, What::WaitBegan { object, purpose: Purpose::Pass, timed: true });
    let expected = [
        (1, What::Arrived { object }),
        waits.clone(),
        (2, What::Arrived { object }),
        (2, What::Tripped { object }),
        (1, What::WaitEnded { object }),
        (1, What::Arrived { object }),
        waits,
        (1, What::WaitTimedOut { object }),
        (1, What::Broken { object }),
        (2, What::Reset { object }),
    ];
    assert_eq!(story.next(), expected);

    let object = id(event);
    let (_, times) = kernel.event_look(me, event).unwrap().value;
    assert!(blocks(kernel.event_wait(me, event, times)));
    kernel.event_set(other, event).unwrap();
    kernel.event_clear(other, event).unwrap();
    now(kernel.event_wait(me, event, times));
    let expected = [
        (1, What::WaitBegan { object, purpose: Purpose::Set, timed: true }),
        (2, What::Set { object }),
        (2, What::Cleared { object }),
        (1, What::WaitEnded { object }),
    ];
    assert_eq!(story.next(), expected);
}

#[test]
fn events_of_threads_at_once_are_in_the_order_of_the_operations() {
    const ITEMS: u32 = 2000;
    let (kernel, me) = kernel();
    let story = Story::begin();
    let queue = kernel.queue(me, 3).unwrap().value;
    let others: Vec<Pid> = (0..3).map(|_| child(&kernel, me, &[queue]).pid).collect();
    std::thread::scope(|scope| {
        for &pid in &others {
            let (kernel, story) = (&kernel, &story);
            scope.spawn(move || {
                story.join_in();
                patient(Patience::ForEver);
                for _ in 0..ITEMS {
                    block(kernel, || kernel.queue_put(main_of(pid), queue, b"x")).unwrap();
                }
                record_by(None);
            });
        }
        patient(Patience::ForEver);
        for _ in 0..3 * ITEMS {
            block(&kernel, || kernel.queue_get(me, queue, &mut Vec::new())).unwrap();
        }
    });
    // Each is in the queue before it is taken out, and there are never more than it has room for.
    let (mut put, mut got) = (0, 0);
    for event in story.read() {
        match event.what {
            What::Put { item, .. } => {
                assert_eq!(item, put);
                put += 1;
            }
            What::Got { item, .. } => {
                assert_eq!(item, got);
                got += 1;
            }
            _ => {}
        }
        assert!(got <= put && put - got <= 3);
    }
    assert_eq!((put, got), (3 * ITEMS, 3 * ITEMS));
}
