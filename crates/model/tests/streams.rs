//! What holds of models of generated streams: whole ones, such with holes, such out of order, and garbage.

use proptest::{collection::vec, prelude::*};
use threadlab_model::{
    Deadlock, Model, Thread, ThreadState, WaitsFor,
    testing::{self, Shape, Simulation},
};
use threadlab_trace::{
    Event, Mode, ObjectId, ObjectKind, PlaceId, Purpose, Size, StartMethod, ThreadId, What,
};

fn shapes() -> impl Strategy<Value = Shape> {
    let of_all = (1..8_u32, 1..5_u32, 0..3_u32, 0..13_u32);
    // Where there is little else to do, pools come to do much.
    let of_pools = (3..8_u32, Just(1_u32), 1..4_u32, 0..3_u32);
    prop_oneof![of_all, of_pools].prop_map(|(threads, locks, pools, others)| Shape {
        threads,
        locks,
        pools,
        others,
    })
}

fn streams() -> impl Strategy<Value = Vec<Event>> {
    (shapes(), vec(any::<u32>(), 0..300)).prop_map(|(shape, choices)| testing::stream(shape, choices))
}

/// A number that is mostly small, sometimes anything.
fn numbers() -> impl Strategy<Value = u32> {
    prop_oneof![9 => 0..6_u32, 1 => any::<u32>()]
}

fn times() -> impl Strategy<Value = u64> {
    prop_oneof![8 => 0..1000_u64, 1 => any::<u64>(), 1 => Just(u64::MAX)]
}

fn garbage() -> impl Strategy<Value = Event> {
    (times(), times(), numbers(), numbers(), whats()).prop_map(|(seq, time, thread, place, what)| Event {
        seq,
        time,
        thread: ThreadId(thread),
        place: PlaceId(place),
        what,
    })
}

fn whats() -> impl Strategy<Value = What> {
    let thread = || numbers().prop_map(ThreadId);
    prop_oneof![
        (thread(), ".{0,5}", any::<bool>()).prop_map(|(child, name, daemon)| What::ThreadCreated {
            child,
            name,
            daemon
        }),
        (thread(), ".{0,5}").prop_map(|(target, name)| What::ThreadRenamed { target, name }),
        Just(What::ThreadStarted),
        Just(What::ThreadFinished),
        ".{0,5}".prop_map(|message| What::ThreadPanicked { message }),
        (thread(), any::<bool>()).prop_map(|(target, timed)| What::JoinBegan { target, timed }),
        thread().prop_map(|target| What::JoinEnded { target }),
        thread().prop_map(|target| What::JoinTimedOut { target }),
        numbers().prop_map(|micros| What::SleepBegan { micros }),
        Just(What::SleepEnded),
        about_objects(),
        signals(),
        of_pools(),
        of_processes(),
        ".{0,5}".prop_map(|text| What::Printed { text }),
        (numbers(), numbers()).prop_map(|(done, total)| What::Progress { done, total }),
        (numbers(), ".{0,5}").prop_map(|(line, file)| What::PlaceDefined { line, file }),
        ".{0,5}".prop_map(|text| What::Result { text }),
        ".{0,5}".prop_map(|message| What::Failed { message }),
        numbers().prop_map(|count| What::Lost { count }),
    ]
}

fn any_of<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(all)
}

/// What happens to objects of any kind.
fn about_objects() -> impl Strategy<Value = What> {
    let object = || numbers().prop_map(ObjectId);
    let purpose = || any_of(Purpose::ALL);
    let mode = || any_of(Mode::ALL);
    prop_oneof![
        (object(), any_of(ObjectKind::ALL), ".{0,5}").prop_map(|(object, kind, name)| What::ObjectCreated {
            object,
            kind,
            name
        }),
        (object(), any_of(Size::ALL), numbers()).prop_map(|(object, size, value)| What::ObjectSized {
            object,
            size,
            value
        }),
        (object(), purpose(), any::<bool>()).prop_map(|(object, purpose, timed)| What::WaitBegan {
            object,
            purpose,
            timed
        }),
        object().prop_map(|object| What::WaitTimedOut { object }),
        object().prop_map(|object| What::WaitEnded { object }),
        (object(), mode(), numbers()).prop_map(|(object, mode, count)| What::Acquired {
            object,
            mode,
            count
        }),
        (object(), mode(), numbers()).prop_map(|(object, mode, count)| What::Released {
            object,
            mode,
            count
        }),
    ]
}

/// What happens between processes.
fn of_processes() -> impl Strategy<Value = What> {
    prop_oneof![
        (numbers(), ".{0,5}", any_of(StartMethod::ALL), any::<bool>()).prop_map(
            |(process, name, method, daemon)| What::ProcessCreated { process, name, method, daemon }
        ),
        (numbers(), any::<bool>()).prop_map(|(process, timed)| What::ProcessJoinBegan { process, timed }),
        numbers().prop_map(|process| What::ProcessJoinEnded { process }),
        numbers().prop_map(|process| What::ProcessJoinTimedOut { process }),
    ]
}

/// What happens to objects of some kinds.
fn signals() -> impl Strategy<Value = What> {
    let object = || numbers().prop_map(ObjectId);
    prop_oneof![
        object().prop_map(|object| What::Set { object }),
        object().prop_map(|object| What::Cleared { object }),
        (object(), numbers()).prop_map(|(object, count)| What::Notified { object, count }),
        object().prop_map(|object| What::Arrived { object }),
        object().prop_map(|object| What::Tripped { object }),
        object().prop_map(|object| What::Broken { object }),
        object().prop_map(|object| What::Reset { object }),
        (object(), numbers()).prop_map(|(object, item)| What::Put { object, item }),
        (object(), numbers()).prop_map(|(object, item)| What::Got { object, item }),
        object().prop_map(|object| What::TaskDone { object }),
        (object(), any::<bool>()).prop_map(|(object, immediate)| What::ShutDown { object, immediate }),
        (object(), numbers(), any::<u64>(), ".{0,5}")
            .prop_map(|(object, timer, delay, name)| What::TimerStarted { object, timer, delay, name }),
        (object(), numbers()).prop_map(|(object, timer)| What::TimerFired { object, timer }),
        (object(), numbers()).prop_map(|(object, timer)| What::TimerCancelled { object, timer }),
    ]
}

/// What happens to pools.
fn of_pools() -> impl Strategy<Value = What> {
    let object = || numbers().prop_map(ObjectId);
    prop_oneof![
        object().prop_map(|object| What::WorkerJoined { object }),
        (object(), numbers()).prop_map(|(object, count)| What::TasksAdded { object, count }),
        (object(), numbers()).prop_map(|(object, task)| What::TaskBegan { object, task }),
        (object(), numbers(), any::<bool>()).prop_map(|(object, task, failed)| What::TaskEnded {
            object,
            task,
            failed
        }),
        (object(), numbers()).prop_map(|(object, count)| What::TasksCancelled { object, count }),
    ]
}

/// Applies all events and checks the model after each of them.
fn fold_checked(events: &[Event]) -> Result<Model, TestCaseError> {
    let mut model = Model::new();
    for event in events {
        model.apply(event);
        testing::check(&model).map_err(|why| TestCaseError::fail(format!("after {event:?}: {why}")))?;
    }
    let mut ended = model.clone();
    ended.end(model.now().saturating_add(10));
    testing::check(&ended).map_err(|why| TestCaseError::fail(format!("after the end: {why}")))?;
    Ok(model)
}

proptest! {
    #[test]
    fn every_prefix_of_a_valid_stream_is_the_state_of_the_run(
        shape in shapes(),
        choices in vec(any::<u32>(), 0..300),
    ) {
        let mut run = Simulation::new(shape);
        let mut model = Model::new();
        let mut seen = 0;
        for choice in choices {
            run.step(choice);
            for event in &run.events()[seen..] {
                model.apply(event);
                prop_assert_eq!(testing::check(&model), Ok(()), "after {:?}", event);
                prop_assert_eq!(model.anomalies(), 0, "after {:?}", event);
            }
            seen = run.events().len();
            if choice % 16 == 0 {
                model.advance(model.now() + u64::from(choice % 1000));
            }
            prop_assert_eq!(run.agrees_with(&model), Ok(()));
        }
        prop_assert_eq!(model.events(), seen as u64);
        prop_assert_eq!((model.lost(), model.left_out()), (0, 0));
        let printed = run.events().iter().filter(|event| matches!(event.what, What::Printed { .. })).count();
        prop_assert_eq!(model.output().printed(), printed as u64);
    }

    #[test]
    fn a_deadlock_is_told_when_nobody_can_act_and_of_threads_that_never_will(
        shape in shapes(),
        choices in vec(any::<u32>(), 0..400),
    ) {
        let mut run = Simulation::new(shape);
        let mut model = Model::new();
        let mut stuck: Vec<ThreadId> = Vec::new();
        let mut seen = 0;
        for choice in choices {
            run.step(choice);
            for event in &run.events()[seen..] {
                prop_assert!(!stuck.contains(&event.thread), "{:?} does {:?}", event.thread, event.what);
                model.apply(event);
            }
            seen = run.events().len();
            if run.has_news() {
                continue;
            }
            let deadlock = model.deadlock();
            let standstill = deadlock.as_ref().is_some_and(Deadlock::is_standstill);
            prop_assert_eq!(standstill, run.is_awaited() && !run.can_act(), "{:#?}", run);
            if let Some(deadlock) = deadlock {
                prop_assert!(standstill || deadlock.is_round() || deadlock.exhausted_pool().is_some());
                // While others can act they can throw tasks away, whose waiters then go on.
                let for_results = deadlock.threads().iter().any(|&thread| {
                    let waits_for = model.thread(thread).and_then(Thread::waits_for);
                    matches!(waits_for, Some(WaitsFor::Object(_, Purpose::Result)))
                });
                if standstill || !for_results {
                    stuck.extend(deadlock.threads());
                }
            }
        }
    }

    #[test]
    fn folding_in_pieces_is_folding_in_one_go(events in streams(), cut in any::<prop::sample::Index>()) {
        let mut whole = Model::new();
        whole.extend(&events);
        let (begin, rest) = events.split_at(cut.index(events.len()));
        let mut pieces = Model::new();
        pieces.extend(begin);
        let mut pieces = pieces.clone();
        for event in rest {
            pieces.apply(event);
        }
        prop_assert_eq!(pieces, whole);
    }

    #[test]
    fn garbage_never_panics_and_leaves_a_model_that_hangs_together(events in vec(garbage(), 0..150)) {
        let model = fold_checked(&events)?;
        prop_assert_eq!(model.events(), events.len() as u64);
    }

    #[test]
    fn garbage_within_a_valid_stream_is_counted(
        events in streams(),
        garbage in vec((garbage(), any::<prop::sample::Index>()), 1..10),
    ) {
        let mut mixed = events.clone();
        for (event, at) in garbage {
            mixed.insert(at.index(mixed.len() + 1), event);
        }
        fold_checked(&mixed)?;
    }

    #[test]
    fn announced_losses_are_no_anomalies(
        events in streams(),
        holes in vec((any::<prop::sample::Index>(), 1..5_usize), 1..10),
    ) {
        let (stream, lost) = with_holes(&events, &holes);
        let model = fold_checked(&stream)?;
        prop_assert_eq!(model.lost(), lost);
        prop_assert_eq!(model.anomalies(), 0);
        // What was not lost is not forgotten either.
        let printed = stream.iter().filter(|event| matches!(event.what, What::Printed { .. })).count();
        prop_assert_eq!(model.output().printed(), printed as u64);
        for event in &stream {
            let ended = matches!(event.what, What::ThreadFinished | What::ThreadPanicked { .. });
            let state = model.thread(event.thread).map(Thread::state);
            prop_assert!(!ended || state.is_some_and(ThreadState::has_ended), "{:?} is {:?}", event, state);
        }
    }

    #[test]
    fn unannounced_losses_leave_a_model_that_hangs_together(events in streams(), kept in vec(any::<bool>(), 300)) {
        let stream: Vec<Event> =
            events.into_iter().zip(kept.into_iter().chain(std::iter::repeat(true))).filter(|(_, kept)| *kept).map(|(event, _)| event).collect();
        fold_checked(&stream)?;
    }

    #[test]
    fn repeated_events_are_anomalies(
        events in streams(),
        repeated in vec(any::<prop::sample::Index>(), 1..10),
    ) {
        let mut stream = events.clone();
        for at in &repeated {
            let at = at.index(stream.len());
            stream.insert(at, stream[at].clone());
        }
        let model = fold_checked(&stream)?;
        prop_assert!(model.anomalies() >= repeated.len() as u64);
    }

    #[test]
    fn exchanged_events_are_anomalies(
        events in streams(),
        exchanged in vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..10),
    ) {
        let mut stream = events.clone();
        for (one, other) in exchanged {
            stream.swap(one.index(events.len()), other.index(events.len()));
        }
        let model = fold_checked(&stream)?;
        prop_assert_eq!(model.anomalies() == 0, stream == events);
    }
}

/// The stream without some events of threads, as a full memory budget would drop them: a thread's next event says how
/// many are missing. Numbered anew, because dropped events get no number.
fn with_holes(events: &[Event], holes: &[(prop::sample::Index, usize)]) -> (Vec<Event>, u64) {
    let mut drop = vec![false; events.len()];
    for (at, count) in holes {
        let first = at.index(events.len());
        let thread = events[first].thread;
        let of_thread = (first..events.len()).filter(|&at| events[at].thread == thread);
        for at in of_thread.take(*count) {
            drop[at] = true;
        }
    }
    let mut stream: Vec<Event> = Vec::new();
    let mut pending: Vec<(ThreadId, u32)> = Vec::new();
    let mut lost = 0;
    for (event, drop) in events.iter().zip(drop) {
        let at = pending.iter().position(|(thread, _)| *thread == event.thread);
        if drop {
            match at {
                Some(at) => pending[at].1 += 1,
                None => pending.push((event.thread, 1)),
            }
            continue;
        }
        if let Some((_, count)) = at.map(|at| pending.swap_remove(at)) {
            lost += u64::from(count);
            stream.push(Event { what: What::Lost { count }, ..event.clone() });
        }
        stream.push(event.clone());
    }
    // Threads that had no more events after their losses: the rings' counters tell at the end.
    if let Some(last) = events.last() {
        for (thread, count) in pending {
            lost += u64::from(count);
            stream.push(Event { thread, what: What::Lost { count }, ..last.clone() });
        }
    }
    for (seq, event) in (0..).zip(&mut stream) {
        event.seq = seq;
    }
    (stream, lost)
}
