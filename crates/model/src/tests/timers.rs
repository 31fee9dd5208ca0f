//! The timers of a process.

use super::*;
use crate::{ObjectState, SpanKind};

#[test]
fn timers_are_pending_until_they_fire_or_are_cancelled() {
    let mut run = Run::of_three();
    let object = run.meets(ObjectKind::Timers, "", None);
    for timer in 0..3 {
        run.at(1, A, What::TimerStarted { object, timer });
    }
    run.at(2, B, What::TimerFired { object, timer: 1 }).at(3, A, What::TimerCancelled { object, timer: 0 });
    let ObjectState::Timers(pending) = run.object(object).state() else { panic!() };
    assert_eq!(pending.iter().collect::<Vec<_>>(), [2]);
    run.model.advance(4);
    assert_eq!(
        run.holds(object),
        [(1, 2, SpanKind::Level(3)), (2, 3, SpanKind::Level(2)), (3, 4, SpanKind::Level(1))]
    );
    assert_eq!(run.model.anomalies(), 0);
    run.at(5, A, What::TimerFired { object, timer: 0 });
    assert_eq!(run.model.anomalies(), 1, "it was cancelled");
}
