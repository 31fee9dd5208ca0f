//! The whole way of an event: recorder, ring, merge.

use crate::{
    Directory, Event, LocalDirectory, Merge, Mode, ObjectId, ObjectKind, Purpose, RemoteDirectory,
    SharedMemory, Size, StartMethod, Surroundings, ThreadId, Trace, What,
};
use core::panic::Location;
use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering};
use proptest::prelude::*;

fn trace() -> &'static Trace {
    Box::leak(Box::new(Trace::new(Surroundings { now: || 7, ask_to_drain: || {} })))
}

/// How often something is done: usually, and under Miri, which is some thousand times slower.
const fn times(usual: u32, under_miri: u32) -> u32 {
    if cfg!(miri) { under_miri } else { usual }
}

fn read(directory: &impl Directory) -> Vec<Event> {
    let mut events = Vec::new();
    Merge::new().drain(directory, &mut events);
    events
}

/// This program's memory, read the way the page reads a process's.
#[derive(Clone, Copy)]
struct OwnMemory;

impl SharedMemory for OwnMemory {
    fn load(&self, address: usize) -> u32 {
        // SAFETY: the remote directory asks only for words of live rings, which are atomics.
        unsafe { &*core::ptr::with_exposed_provenance::<AtomicU32>(address) }.load(Ordering::SeqCst)
    }

    fn store(&self, address: usize, value: u32) {
        // SAFETY: as above.
        unsafe { &*core::ptr::with_exposed_provenance::<AtomicU32>(address) }.store(value, Ordering::SeqCst);
    }

    fn copy(&self, address: usize, into: &mut [u8]) {
        if into.len() == size_of::<usize>() {
            // Only pointers are as short. They are followed as numbers, so they are to be known as such.
            // SAFETY: as above; the pointers of live rings and chunks are atomics.
            let pointer = unsafe { &*core::ptr::with_exposed_provenance::<AtomicPtr<u8>>(address) };
            into.copy_from_slice(&pointer.load(Ordering::SeqCst).expose_provenance().to_ne_bytes());
            return;
        }
        let from = core::ptr::with_exposed_provenance::<u8>(address);
        // SAFETY: the remote directory copies published units, which nobody writes meanwhile.
        unsafe { from.copy_to_nonoverlapping(into.as_mut_ptr(), into.len()) };
    }
}

fn remote(trace: &'static Trace) -> RemoteDirectory<OwnMemory> {
    RemoteDirectory::new(OwnMemory, core::ptr::from_ref(trace).expose_provenance())
}

#[test]
fn every_event_comes_back_as_it_was_recorded() {
    let trace = trace();
    let mut recorder = trace.attach();
    recorder.set_thread(ThreadId(5));
    let here = Location::caller();
    let (child, object) = (ThreadId(9), trace.new_object());
    recorder.thread_started(here);
    recorder.thread_created(child, "Thread-9", true, here);
    recorder.join_began(child, true, here);
    recorder.join_timed_out(child, here);
    recorder.join_ended(child, here);
    recorder.sleep_began(1500, here);
    recorder.sleep_ended(here);
    recorder.object_created(object, ObjectKind::Lock, "printer", here);
    recorder.wait_began(object, Purpose::Put, true, here);
    recorder.wait_timed_out(object, here);
    recorder.acquired(object, Mode::Owned, 1, true, here);
    recorder.released(object, Mode::Permits, 7, Some(here));
    recorder.object_sized(object, Size::Capacity, 3, here);
    recorder.wait_ended(object, here);
    recorder.set(object, here);
    recorder.cleared(object, here);
    recorder.notified(object, 2, here);
    recorder.arrived(object, here);
    recorder.tripped(object, here);
    recorder.broken(object, here);
    recorder.reset(object, here);
    recorder.put_item(object, 4, false, here);
    recorder.got_item(object, 4, true, here);
    recorder.task_done(object, here);
    recorder.shut_down(object, true, here);
    recorder.timer_started(object, 6, 1 << 40, "alarm", here);
    recorder.timer_fired(object, 6, here);
    recorder.timer_cancelled(object, 6, here);
    recorder.thread_renamed(child, "worker", here);
    recorder.printed("", here);
    recorder.printed(&"long ".repeat(500), here);
    recorder.progress(3, 10, here);
    recorder.result("42", here);
    recorder.failed("no", here);
    recorder.thread_finished(here);

    let expected = [
        What::PlaceDefined { line: here.line(), file: here.file().into() },
        What::ThreadStarted,
        What::ThreadCreated { child, name: "Thread-9".into(), daemon: true },
        What::JoinBegan { target: child, timed: true },
        What::JoinTimedOut { target: child },
        What::JoinEnded { target: child },
        What::SleepBegan { micros: 1500 },
        What::SleepEnded,
        What::ObjectCreated { object, kind: ObjectKind::Lock, name: "printer".into() },
        What::WaitBegan { object, purpose: Purpose::Put, timed: true },
        What::WaitTimedOut { object },
        What::Acquired { object, mode: Mode::Owned, count: 1 },
        What::Released { object, mode: Mode::Permits, count: 7 },
        What::ObjectSized { object, size: Size::Capacity, value: 3 },
        What::WaitEnded { object },
        What::Set { object },
        What::Cleared { object },
        What::Notified { object, count: 2 },
        What::Arrived { object },
        What::Tripped { object },
        What::Broken { object },
        What::Reset { object },
        What::Put { object, item: 4 },
        What::Got { object, item: 4 },
        What::TaskDone { object },
        What::ShutDown { object, immediate: true },
        What::TimerStarted { object, timer: 6, delay: 1 << 40, name: "alarm".into() },
        What::TimerFired { object, timer: 6 },
        What::TimerCancelled { object, timer: 6 },
        What::ThreadRenamed { target: child, name: "worker".into() },
        What::Printed { text: String::new() },
        What::Printed { text: "long ".repeat(500) },
        What::Progress { done: 3, total: 10 },
        What::Result { text: "42".into() },
        What::Failed { message: "no".into() },
        What::ThreadFinished,
    ];
    let events = read(&LocalDirectory(trace));
    assert_eq!(events.iter().map(|event| event.what.clone()).collect::<Vec<_>>(), expected);
    for (index, event) in events.iter().enumerate() {
        assert_eq!(event.seq, index as u64);
        assert_eq!(event.time, 7);
        assert_eq!(event.thread, ThreadId(5));
        assert_eq!(event.place, events[0].place);
    }
}

#[test]
fn the_events_of_pools_come_back_as_they_were_recorded() {
    let trace = trace();
    let mut recorder = trace.attach();
    let here = Location::caller();
    let pool = trace.new_object();
    recorder.object_created(pool, ObjectKind::Pool, "workers", here);
    recorder.object_sized(pool, Size::Workers, 2, here);
    recorder.worker_joined(pool, here);
    recorder.tasks_added(pool, 3, here);
    recorder.task_began(pool, 7, here);
    recorder.task_ended(pool, 7, true, here);
    recorder.task_ended(pool, 8, false, here);
    recorder.tasks_cancelled(pool, 2, here);
    recorder.wait_began(pool, Purpose::Result, false, here);

    let expected = [
        What::PlaceDefined { line: here.line(), file: here.file().into() },
        What::ObjectCreated { object: pool, kind: ObjectKind::Pool, name: "workers".into() },
        What::ObjectSized { object: pool, size: Size::Workers, value: 2 },
        What::WorkerJoined { object: pool },
        What::TasksAdded { object: pool, count: 3 },
        What::TaskBegan { object: pool, task: 7 },
        What::TaskEnded { object: pool, task: 7, failed: true },
        What::TaskEnded { object: pool, task: 8, failed: false },
        What::TasksCancelled { object: pool, count: 2 },
        What::WaitBegan { object: pool, purpose: Purpose::Result, timed: false },
    ];
    let events = read(&LocalDirectory(trace));
    assert_eq!(events.into_iter().map(|event| event.what).collect::<Vec<_>>(), expected);
}

#[test]
fn the_events_of_processes_come_back_as_they_were_recorded() {
    let trace = trace();
    let mut recorder = trace.attach();
    let here = Location::caller();
    recorder.process_created(2, "Process-1", StartMethod::Fork, true, here);
    recorder.process_created(3, "", StartMethod::ForkServer, false, here);
    recorder.process_join_began(2, true, here);
    recorder.process_join_timed_out(2, here);
    recorder.process_join_began(3, false, here);
    recorder.process_join_ended(3, here);
    recorder.process_end_asked(2, here);
    recorder.used(ObjectId::shared(9), here);
    let there = Location::caller();
    recorder.used(ObjectId::shared(9), there);
    recorder.used(ObjectId::shared(8), there);

    let created = |process, name: &str, method, daemon| What::ProcessCreated {
        process,
        name: name.into(),
        method,
        daemon,
    };
    let expected = [
        What::PlaceDefined { line: here.line(), file: here.file().into() },
        created(2, "Process-1", StartMethod::Fork, true),
        created(3, "", StartMethod::ForkServer, false),
        What::ProcessJoinBegan { process: 2, timed: true },
        What::ProcessJoinTimedOut { process: 2 },
        What::ProcessJoinBegan { process: 3, timed: false },
        What::ProcessJoinEnded { process: 3 },
        What::ProcessEndAsked { process: 2 },
        // It was here already, and it is there only once.
        What::PlaceDefined { line: there.line(), file: there.file().into() },
        What::Used { object: ObjectId::shared(9) },
    ];
    let events = read(&LocalDirectory(trace));
    assert_eq!(events.into_iter().map(|event| event.what).collect::<Vec<_>>(), expected);
}

#[test]
#[cfg_attr(miri, ignore = "thousands of events, which Miri needs minutes for")]
fn the_ends_of_tasks_are_kept_where_their_beginnings_are_not() {
    const TASKS: u32 = 1500;
    let surroundings = Surroundings { now: || 0, ask_to_drain: || {} };
    let trace: &'static Trace =
        Box::leak(Box::new(Trace::with_budget(surroundings, 6 * 16 * 1024, 6 * 16 * 1024)));
    let mut recorder = trace.attach();
    let (pool, here) = (trace.new_object(), Location::caller());
    recorder.tasks_added(pool, TASKS, here);
    for task in 0..TASKS {
        recorder.task_began(pool, task, here);
    }
    for task in 0..TASKS {
        recorder.task_ended(pool, task, false, here);
    }
    let events = read(&LocalDirectory(trace));
    let count = |sort: fn(&What) -> bool| events.iter().filter(|event| sort(&event.what)).count();
    assert_eq!(count(|what| matches!(what, What::TaskEnded { .. })), TASKS as usize);
    assert!(
        count(|what| matches!(what, What::TaskBegan { .. })) < TASKS as usize,
        "the reserve is not for them"
    );
}

#[test]
fn a_panic_is_told_with_its_place() {
    let trace = trace();
    let mut recorder = trace.attach();
    recorder.thread_panicked("oh", "src/demo.rs", 12);
    let events = read(&LocalDirectory(trace));
    assert_eq!(events[0].what, What::PlaceDefined { line: 12, file: "src/demo.rs".into() });
    assert_eq!(events[1].what, What::ThreadPanicked { message: "oh".into() });
    assert_eq!(events[0].place, events[1].place);
}

#[test]
fn a_reader_of_bytes_sees_what_a_local_reader_sees() {
    const ROUNDS: usize = times(3000, 600) as usize;
    let trace = trace();
    let here = Location::caller();
    let mut recorders: Vec<_> = (1..4).map(|_| trace.attach()).collect();
    for round in 0..ROUNDS {
        let recorder = &mut recorders[round % 3];
        recorder.set_thread(ThreadId(u32::try_from(round % 3).unwrap()));
        recorder.printed(&"x".repeat(round % 100), here);
        recorder.acquired(ObjectId(1), Mode::Owned, 1, false, here);
    }
    let local = LocalDirectory(trace);
    // A second reader of the same rings is allowed here because the producers have ended.
    let by_bytes = read(&remote(trace));
    let seen = read(&local);
    assert_eq!(seen.len(), 2 * ROUNDS + 3);
    assert_eq!(by_bytes, seen);
}

#[test]
fn chunks_are_reused_when_the_reader_keeps_up() {
    let trace: &'static Trace = Box::leak(Box::new(Trace::with_budget(
        Surroundings { now: || 0, ask_to_drain: || {} },
        2 * 16 * 1024,
        0,
    )));
    let mut recorder = trace.attach();
    let directory = remote(trace);
    let mut merge = Merge::new();
    let mut events = Vec::new();
    let mut expected = 0;
    // Miri takes each asking for another place.
    let here = Location::caller();
    for _ in 0..times(200, 6) {
        for _ in 0..700 {
            recorder.acquired(ObjectId(1), Mode::Owned, 1, false, here);
        }
        expected += 700;
        merge.drain(&directory, &mut events);
    }
    let acquired = events.iter().filter(|event| matches!(event.what, What::Acquired { .. })).count();
    assert_eq!((acquired, merge.dropped(&directory)), (expected, 0));
}

#[test]
#[cfg_attr(miri, ignore = "thousands of events, which Miri needs minutes for")]
fn what_the_budget_does_not_hold_is_counted_and_told_where_it_is_missing() {
    let trace: &'static Trace = Box::leak(Box::new(Trace::with_budget(
        Surroundings { now: || 0, ask_to_drain: || {} },
        4 * 16 * 1024,
        2 * 16 * 1024,
    )));
    let mut recorder = trace.attach();
    let here = Location::caller();
    for _ in 0..10_000 {
        recorder.acquired(ObjectId(1), Mode::Owned, 1, false, here);
    }
    recorder.thread_finished(here);
    let directory = LocalDirectory(trace);
    let mut merge = Merge::new();
    let mut events = Vec::new();
    merge.drain(&directory, &mut events);
    let kept = events.iter().filter(|event| matches!(event.what, What::Acquired { .. })).count();
    // Two chunks of its own and two that leave the reserve; two units tell the place.
    assert_eq!(kept, 4 * 512 - 2);
    let lost = 10_000 - u32::try_from(kept).unwrap();
    assert_eq!(merge.dropped(&directory), u64::from(lost));
    let tail: Vec<_> = events[events.len() - 2..].iter().map(|event| event.what.clone()).collect();
    assert_eq!(tail, [What::Lost { count: lost }, What::ThreadFinished]);
    assert!(events.iter().zip(0..).all(|(event, seq)| event.seq == seq));
}

#[test]
#[cfg_attr(miri, ignore = "thousands of events, which Miri needs minutes for")]
fn a_ring_that_comes_when_the_budget_is_used_up_still_carries_events() {
    let surroundings = Surroundings { now: || 0, ask_to_drain: || {} };
    let trace: &'static Trace = Box::leak(Box::new(Trace::with_budget(surroundings, 0, 0)));
    let mut recorder = trace.attach();
    let directory = LocalDirectory(trace);
    let mut merge = Merge::new();
    let mut events = Vec::new();
    // Miri takes each asking for another place.
    let here = Location::caller();
    for step in 0..5000 {
        recorder.progress(step, 5000, here);
        if step % 400 == 0 {
            merge.drain(&directory, &mut events);
        }
    }
    merge.finish(&directory, &mut events);
    assert_eq!((events.len(), merge.dropped(&directory)), (5001, 0));
}

#[test]
#[cfg_attr(miri, ignore = "thousands of events, which Miri needs minutes for")]
fn the_page_is_asked_to_read_when_it_falls_behind() {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    fn ask() {
        ASKED.fetch_add(1, Ordering::Relaxed);
    }
    let trace: &'static Trace =
        Box::leak(Box::new(Trace::new(Surroundings { now: || 0, ask_to_drain: ask })));
    let mut recorder = trace.attach();
    for _ in 0..512 * 255 {
        recorder.acquired(ObjectId(1), Mode::Owned, 1, false, Location::caller());
    }
    assert_eq!(ASKED.load(Ordering::Relaxed), 0);
    for _ in 0..512 * 300 {
        recorder.acquired(ObjectId(1), Mode::Owned, 1, false, Location::caller());
    }
    assert_eq!(ASKED.load(Ordering::Relaxed), 2, "once at 256 chunks and once at 512");
}

#[test]
#[cfg_attr(miri, ignore = "thousands of events, which Miri needs minutes for")]
fn frequent_events_share_a_reading_of_the_clock_and_rare_ones_do_not() {
    static NOW: AtomicU64 = AtomicU64::new(0);
    static READINGS: AtomicU32 = AtomicU32::new(0);
    fn now() -> u64 {
        READINGS.fetch_add(1, Ordering::Relaxed);
        NOW.fetch_add(1, Ordering::Relaxed)
    }
    let trace: &'static Trace = Box::leak(Box::new(Trace::new(Surroundings { now, ask_to_drain: || {} })));
    let mut recorder = trace.attach();
    for _ in 0..6400 {
        recorder.acquired(ObjectId(1), Mode::Owned, 1, false, Location::caller());
    }
    let readings = READINGS.swap(0, Ordering::Relaxed);
    assert!((90..=130).contains(&readings), "{readings} readings");
    remote(trace).set_tick(20);
    recorder.acquired(ObjectId(1), Mode::Owned, 1, false, Location::caller());
    assert_eq!(READINGS.swap(0, Ordering::Relaxed), 1, "the page's tick has moved on");
    recorder.sleep_ended(Location::caller());
    recorder.sleep_ended(Location::caller());
    assert_eq!(READINGS.load(Ordering::Relaxed), 2);
}

#[test]
fn a_number_that_never_comes_does_not_hold_the_others_for_ever() {
    // Two directories stand for one process whose second worker died between taking a number and publishing it.
    let trace = trace();
    let mut recorder = trace.attach();
    recorder.printed("one", Location::caller());
    let directory = LocalDirectory(trace);
    let mut merge = Merge::new();
    let mut events = Vec::new();
    merge.drain(&directory, &mut events);
    trace.skip_number();
    recorder.printed("two", Location::caller());
    let before = events.len();
    for _ in 0..3 {
        merge.drain(&directory, &mut events);
        assert_eq!(events.len(), before);
    }
    merge.finish(&directory, &mut events);
    assert!(matches!(&events.last().unwrap().what, What::Printed { text } if text == "two"));

    trace.skip_number();
    recorder.printed("three", Location::caller());
    let before = events.len();
    for _ in 0..100 {
        merge.drain(&directory, &mut events);
    }
    assert!(events.len() > before);
}

#[test]
fn numbers_follow_cause_and_effect_across_threads() {
    // A relay of threads: each records only after it saw the one before through a plain flag.
    const ROUNDS: u32 = times(500, 20);
    let trace = trace();
    let turn: &'static AtomicU32 = Box::leak(Box::new(AtomicU32::new(0)));
    let runners: Vec<_> = (0..4)
        .map(|me| {
            std::thread::spawn(move || {
                let mut recorder = trace.attach();
                recorder.set_thread(ThreadId(me + 1));
                for round in 0..ROUNDS {
                    while turn.load(Ordering::Acquire) != round * 4 + me {
                        std::thread::yield_now();
                    }
                    recorder.progress(round * 4 + me, 0, Location::caller());
                    turn.store(round * 4 + me + 1, Ordering::Release);
                }
            })
        })
        .collect();
    let directory = LocalDirectory(trace);
    let mut merge = Merge::new();
    let mut events = Vec::new();
    while !runners.iter().all(std::thread::JoinHandle::is_finished) {
        merge.drain(&directory, &mut events);
    }
    merge.finish(&directory, &mut events);
    let steps: Vec<_> = events
        .iter()
        .filter_map(|event| match event.what {
            What::Progress { done, .. } => Some(done),
            _ => None,
        })
        .collect();
    assert_eq!(steps, (0..4 * ROUNDS).collect::<Vec<_>>());
}

proptest! {
    #[test]
    #[cfg_attr(miri, ignore = "generated texts, which Miri needs hours for")]
    fn any_texts_from_any_recorders_come_back_in_order(texts in prop::collection::vec((0..3usize, ".{0,200}"), 0..200)) {
        let trace = trace();
        let mut recorders: Vec<_> = (0..3).map(|_| trace.attach()).collect();
        let directory = remote(trace);
        let mut merge = Merge::new();
        let mut events = Vec::new();
        for (index, (who, text)) in texts.iter().enumerate() {
            recorders[*who].printed(text, Location::caller());
            if index % 17 == 0 {
                merge.drain(&directory, &mut events);
            }
        }
        merge.drain(&directory, &mut events);
        let seen: Vec<_> = events
            .into_iter()
            .filter_map(|event| match event.what {
                What::Printed { text } => Some(text),
                _ => None,
            })
            .collect();
        prop_assert_eq!(seen, texts.into_iter().map(|(_, text)| text).collect::<Vec<_>>());
        prop_assert_eq!(merge.garbage(), 0);
    }
}
