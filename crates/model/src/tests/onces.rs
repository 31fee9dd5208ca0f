//! Values made at their first use.

use super::*;
use crate::{ObjectState, SpanKind};

#[test]
fn one_thread_makes_it_and_the_others_wait_for_that() {
    let mut run = Run::of_three();
    let value = run.meets(ObjectKind::Once, "table", None);
    run.acquired(1, A, value).waits_for(2, B, value, Purpose::Set);
    assert_eq!(run.words(B), "the value of Once 'table', made by Thread-1");
    assert_eq!(run.model.edges(B).map(|edge| (edge.blocker, edge.certain)).next(), Some((A, true)));
    run.at(3, A, What::Set { object: value }).at(4, B, What::WaitEnded { object: value });
    assert_eq!((run.object(value).state(), run.holders(value)), (&ObjectState::Once { set: true }, vec![]));
    assert_eq!(run.model.thread(A).unwrap().holds(), []);
    run.model.advance(9);
    assert_eq!(run.holds(value), [(1, 3, SpanKind::Held(A)), (3, 9, SpanKind::Level(1))]);
    run.released(10, A, value);
    assert_eq!(run.model.anomalies(), 0, "whether the hold's end is told as well is its own affair");
}

#[test]
fn if_making_it_fails_another_can_try() {
    let mut run = Run::of_three();
    let value = run.meets(ObjectKind::Once, "table", None);
    run.acquired(1, A, value).waits_for(2, B, value, Purpose::Set).released(3, A, value);
    assert_eq!(run.words(B), "the value of Once 'table', made by nobody");
    run.acquired(4, B, value);
    assert_eq!((run.holders(value), run.waiters(value)), (vec![(B, 1)], vec![]));
    assert_eq!(run.model.anomalies(), 0);
}
