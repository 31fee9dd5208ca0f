//! Flags that threads wait for.

use super::*;
use crate::{ObjectState, SpanKind};

fn released(run: &Run, object: ObjectId) -> Vec<bool> {
    run.object(object).waiters().iter().map(|waiter| waiter.released).collect()
}

#[test]
fn setting_lets_all_go_who_wait_even_if_it_is_cleared_at_once() {
    let mut run = Run::of_three();
    let go = run.meets(ObjectKind::Event, "go", None);
    run.waits_for(1, A, go, Purpose::Set);
    assert_eq!(run.words(A), "Event 'go' to be set");
    run.at(2, MAIN, What::Set { object: go });
    assert_eq!(run.object(go).state(), &ObjectState::Event { set: true });
    run.at(4, MAIN, What::Cleared { object: go }).waits_for(5, B, go, Purpose::Set);
    assert_eq!(released(&run, go), [true, false]);
    run.at(6, A, What::WaitEnded { object: go });
    assert_eq!(run.waiters(go), [B]);
    run.model.advance(9);
    assert_eq!(run.holds(go), [(2, 4, SpanKind::Level(1))]);
    assert_eq!(run.model.anomalies(), 0);
}

#[test]
fn whoever_comes_while_it_is_set_goes_on() {
    let mut run = Run::of_three();
    let go = run.meets(ObjectKind::Event, "", None);
    run.at(1, A, What::Set { object: go }).waits_for(2, B, go, Purpose::Set);
    run.at(3, A, What::Cleared { object: go });
    assert_eq!(released(&run, go), [true]);
}

#[test]
fn only_events_and_values_are_set() {
    let mut run = Run::of_three();
    run.at(1, A, What::Set { object: L }).at(2, A, What::Cleared { object: L });
    assert_eq!(run.model.anomalies(), 2);
}
