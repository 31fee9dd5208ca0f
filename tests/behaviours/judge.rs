//! What must hold of every run, whatever its program shows.

use crate::Behaviour;
use threadlab_model::{Model, testing};
use threadlab_trace::Event;

/// Judges how a run has ended.
///
/// # Panics
///
/// If the program failed.
pub(crate) fn judge(behaviour: &Behaviour, arguments: &str, outcome: Result<(), String>) {
    if let Err(message) = outcome {
        panic!("{} {arguments}: {message}", behaviour.name);
    }
}

/// Judges what a run has told.
///
/// # Panics
///
/// If an event was lost, or the events contradict one another or the behaviour.
pub(crate) fn judge_events(behaviour: &Behaviour, arguments: &str, events: &[Event], lost: u64) {
    let name = format!("{} {arguments}", behaviour.name);
    assert_eq!(lost, 0, "{name}: events lost");
    let mut model = Model::new();
    for (event, seq) in events.iter().zip(0..) {
        assert_eq!(event.seq, seq, "{name}: the order has a gap before {event:?}");
        model.apply(event);
        assert_eq!(model.anomalies(), 0, "{name}: event {seq} contradicts the earlier ones: {event:?}");
    }
    assert_eq!(testing::check(&model), Ok(()), "{name}: at the end");
    (behaviour.events)(events);
}
