//! Meeting points.

use super::*;
use crate::{Barrier, ObjectState};

fn barrier(run: &Run, object: ObjectId) -> &Barrier {
    match run.object(object).state() {
        ObjectState::Barrier(barrier) => barrier,
        other => panic!("{other:?}"),
    }
}

fn of_three_parties() -> (Run, ObjectId) {
    let mut run = Run::of_three();
    let phase = run.meets(ObjectKind::Barrier, "phase", Some((Size::Parties, 3)));
    (run, phase)
}

#[test]
fn all_pass_when_the_last_has_come() {
    let (mut run, phase) = of_three_parties();
    run.at(1, A, What::Arrived { object: phase }).waits_for(1, A, phase, Purpose::Pass);
    assert_eq!(run.words(A), "2 more at Barrier 'phase'");
    run.at(2, B, What::Arrived { object: phase });
    assert_eq!(barrier(&run, phase).arrived(), [A, B]);
    // The last one comes, and lets the others pass, before the second could say that it waits.
    run.at(3, MAIN, What::Arrived { object: phase }).at(3, MAIN, What::Tripped { object: phase });
    run.waits_for(4, B, phase, Purpose::Pass);
    assert_eq!(run.words(A), "Barrier 'phase', which lets it pass");
    assert!(run.object(phase).waiters().iter().all(|waiter| waiter.released));
    assert_eq!((barrier(&run, phase).generation(), barrier(&run, phase).arrived().len()), (1, 0));
    run.at(5, B, What::WaitEnded { object: phase }).at(6, A, What::WaitEnded { object: phase });
    assert_eq!(run.waiters(phase), []);
    assert_eq!(run.model.anomalies(), 0);
}

#[test]
fn a_broken_one_lets_all_go_and_a_reset_one_is_whole_again() {
    let (mut run, phase) = of_three_parties();
    run.at(1, A, What::Arrived { object: phase }).waits_for(1, A, phase, Purpose::Pass);
    run.at(2, B, What::Broken { object: phase });
    assert!(barrier(&run, phase).is_broken() && run.object(phase).waiters()[0].released);
    run.at(3, A, What::WaitEnded { object: phase }).at(4, MAIN, What::Reset { object: phase });
    assert!(!barrier(&run, phase).is_broken());
    assert_eq!((barrier(&run, phase).missing(), run.model.anomalies()), (Some(3), 0));
}

#[test]
fn who_gives_up_is_not_there_any_more() {
    let (mut run, phase) = of_three_parties();
    run.at(1, A, What::Arrived { object: phase });
    run.at(1, A, What::WaitBegan { object: phase, purpose: Purpose::Pass, timed: true });
    run.at(2, A, What::WaitTimedOut { object: phase });
    assert_eq!(barrier(&run, phase).missing(), Some(3));
    assert_eq!(run.model.anomalies(), 0);
}

#[test]
fn more_than_there_are_parties_do_not_fit() {
    let (mut run, phase) = of_three_parties();
    run.at(1, A, What::Arrived { object: phase }).at(2, A, What::Arrived { object: phase });
    assert_eq!((barrier(&run, phase).arrived().len(), run.model.anomalies()), (1, 1));
    run.at(3, A, What::Tripped { object: phase });
    assert_eq!(run.model.anomalies(), 2, "not all have come");
}
