//! The timers of a process.

use super::*;
use crate::{Family, ObjectState, SpanKind, Timer, TimerEnd, Timers};

/// A timer's start, with a delay of a thousand microseconds.
fn started(object: ObjectId, timer: u32) -> What {
    What::TimerStarted { object, timer, delay: 1_000, name: format!("Timer-{timer}") }
}

fn timers(run: &Run, object: ObjectId) -> &Timers {
    let ObjectState::Timers(timers) = run.object(object).state() else { panic!() };
    timers
}

#[test]
fn timers_are_pending_until_they_fire_or_are_cancelled() {
    let mut run = Run::of_three();
    let object = run.meets(ObjectKind::Timers, "", None);
    for timer in 0..3 {
        run.at(1, A, started(object, timer));
    }
    run.at(2, B, What::TimerFired { object, timer: 1 }).at(3, A, What::TimerCancelled { object, timer: 0 });
    assert_eq!(timers(&run, object).pending().map(Timer::thread).collect::<Vec<_>>(), [ThreadId(2)]);
    run.model.advance(4);
    assert_eq!(
        run.holds(object),
        [(1, 2, SpanKind::Level(3)), (2, 3, SpanKind::Level(2)), (3, 4, SpanKind::Level(1))]
    );
    assert_eq!(run.model.anomalies(), 0);
    run.at(5, A, What::TimerFired { object, timer: 0 });
    assert_eq!(run.model.anomalies(), 1, "it was cancelled");
}

#[test]
fn a_timer_is_known_from_its_start_to_its_end() {
    let mut run = Run::of_three();
    let object = run.meets(ObjectKind::Timers, "", None);
    for timer in 7..10 {
        run.at(1, A, started(object, timer));
    }
    run.at(1_003, B, What::TimerFired { object, timer: 8 });
    run.at(1_004, A, What::TimerCancelled { object, timer: 7 });
    let timers = timers(&run, object);
    let facts = |timer: &Timer| {
        assert_eq!((timer.started(), timer.delay()), (1, 1_000));
        (timer.thread(), timer.name().to_owned(), timer.end())
    };
    let ended: Vec<_> = timers.ended().map(facts).collect();
    let expected = [
        (ThreadId(8), "Timer-8".to_owned(), Some(TimerEnd::Fired(1_003))),
        (ThreadId(7), "Timer-7".to_owned(), Some(TimerEnd::Cancelled(1_004))),
    ];
    assert_eq!(ended, expected);
    let pending: Vec<_> = timers.pending().map(facts).collect();
    assert_eq!(pending, [(ThreadId(9), "Timer-9".to_owned(), None)]);
    assert_eq!((timers.fired(), timers.cancelled()), (1, 1));
}

#[test]
fn the_processes_of_a_run_have_one_pace() {
    let mut family = Family::new();
    assert_eq!(family.pace().after(5, 100.0), Some(105));
    family.set_pace(0, 20.0);
    assert_eq!(family.pace().after(5, 100.0), Some(10));
}
