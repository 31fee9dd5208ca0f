//! Whatever comes, memory stays bounded.

use super::*;
use crate::{
    ThreadState,
    limits::{MAX_LANE_SPANS, MAX_OBJECTS, MAX_PLACES, MAX_SPANS, MAX_THREADS, MIN_LANE_SPANS},
};

fn count(limit: usize) -> u32 {
    u32::try_from(limit).unwrap()
}

fn event(seq: u64, thread: u32, what: What) -> Event {
    Event { seq, time: seq, thread: ThreadId(thread), place: PlaceId(thread), what }
}

#[test]
fn threads_objects_and_places_beyond_the_limits_are_only_counted() {
    let mut model = Model::new();
    let mut seq = 0;
    // Numbers far apart, as garbage has them.
    for number in (0..count(MAX_THREADS) + 100).map(|number| number.wrapping_mul(429_001)) {
        for what in [
            What::Acquired { object: ObjectId(number), mode: Mode::Owned, count: 1 },
            What::PlaceDefined { line: number, file: format!("{number}") },
        ] {
            model.apply(&event(seq, number, what));
            seq += 1;
        }
    }
    assert_eq!((model.threads().len(), model.objects().len()), (MAX_THREADS, MAX_OBJECTS));
    assert_eq!(model.left_out(), 100);
    assert_eq!((model.events(), model.anomalies()), (seq, 0));
    for number in 0..count(MAX_PLACES) + 100 {
        let mut event = event(seq, 0, What::PlaceDefined { line: 1, file: String::new() });
        event.place = PlaceId(u32::MAX - number);
        model.apply(&event);
        seq += 1;
    }
    let refused = u64::from(count(MAX_THREADS)) + 200 - 1;
    assert_eq!(model.left_out(), 100 + refused);
    let known =
        (0..=u32::MAX).rev().take(MAX_PLACES + 100).filter(|&id| model.place(PlaceId(id)).is_some()).count();
    assert_eq!(known, MAX_PLACES - (MAX_THREADS + 100 - 1));
}

#[test]
fn an_event_that_needs_a_thread_or_object_without_room_changes_nothing_else() {
    let mut model = Model::new();
    for number in 1..=count(MAX_THREADS) {
        model.apply(&event(u64::from(number), number, What::ThreadStarted));
    }
    let stranger = 1_000_000;
    let before = model.threads().map(|thread| (thread.state(), thread.events())).collect::<Vec<_>>();
    model.apply(&event(20_000, stranger, What::Acquired { object: L, mode: Mode::Owned, count: 1 }));
    model.apply(&event(20_001, stranger, What::Printed { text: String::new() }));
    assert_eq!(model.left_out(), 2);
    assert!(model.object(L).is_none() && model.output().printed() == 0);
    model.apply(&event(20_002, 5, What::JoinBegan { target: ThreadId(stranger), timed: false }));
    assert_eq!(model.left_out(), 3);
    assert_eq!(model.thread(ThreadId(5)).unwrap().state(), ThreadState::Running);
    assert_eq!(before.len(), model.threads().len());
    assert_eq!(testing::check(&model), Ok(()));
}

#[test]
fn all_lanes_together_keep_to_their_bound() {
    let mut model = Model::new();
    let mut seq = 0;
    let mut apply = |model: &mut Model, thread, what| {
        model.apply(&event(seq, thread, what));
        seq += 1;
    };
    apply(&mut model, 1, What::ThreadStarted);
    for child in 2..=60 {
        apply(
            &mut model,
            1,
            What::ThreadCreated { child: ThreadId(child), name: String::new(), daemon: false },
        );
        apply(&mut model, child, What::ThreadStarted);
        // The lanes that there are fill up before the next ones come.
        let rounds = if child <= 16 { MAX_LANE_SPANS / 2 - 100 } else { 1 };
        for _ in 0..rounds {
            apply(&mut model, child, What::SleepBegan { micros: 1 });
            apply(&mut model, child, What::SleepEnded);
        }
    }
    let stored: usize = model
        .threads()
        .filter_map(|thread| model.thread_timeline(thread.id()))
        .map(crate::Timeline::stored)
        .sum();
    assert!((MIN_LANE_SPANS..=MAX_SPANS).contains(&stored), "{stored} spans are stored");
    assert_eq!((model.anomalies(), testing::check(&model)), (0, Ok(())));
}
