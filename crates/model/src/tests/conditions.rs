//! Condition variables.

use super::*;

fn released(run: &Run, object: ObjectId) -> Vec<(ThreadId, bool)> {
    run.object(object).waiters().iter().map(|waiter| (waiter.thread, waiter.released)).collect()
}

fn condition() -> (Run, ObjectId) {
    let mut run = Run::of_three();
    let ready = run.meets(ObjectKind::Condition, "ready", None);
    (run, ready)
}

#[test]
fn the_longest_waiting_is_notified_first_and_goes_on_by_its_own_word() {
    let (mut run, ready) = condition();
    run.waits_for(1, A, ready, Purpose::Notification).waits_for(2, B, ready, Purpose::Notification);
    assert_eq!(run.words(A), "a notification of Condition 'ready'");
    run.at(3, MAIN, What::Notified { object: ready, count: 1 });
    assert_eq!(released(&run, ready), [(A, true), (B, false)]);
    run.at(4, A, What::WaitEnded { object: ready });
    assert_eq!(released(&run, ready), [(B, false)]);
    assert_eq!(run.model.anomalies(), 0);
}

#[test]
fn a_notification_reaches_who_has_not_been_seen_to_wait_yet() {
    let (mut run, ready) = condition();
    run.at(1, MAIN, What::Notified { object: ready, count: 1 });
    run.waits_for(2, A, ready, Purpose::Notification).waits_for(3, B, ready, Purpose::Notification);
    assert_eq!(released(&run, ready), [(A, true), (B, false)]);
    run.at(4, A, What::WaitEnded { object: ready });
    assert_eq!(run.model.anomalies(), 0);
}

#[test]
fn if_another_goes_on_than_was_thought_that_one_was_notified() {
    let (mut run, ready) = condition();
    run.waits_for(1, A, ready, Purpose::Notification).waits_for(2, B, ready, Purpose::Notification);
    run.at(3, MAIN, What::Notified { object: ready, count: 1 }).at(4, B, What::WaitEnded { object: ready });
    assert_eq!(released(&run, ready), [(A, false)]);
    assert_eq!(run.model.anomalies(), 0);
    run.at(5, A, What::WaitEnded { object: ready });
    assert_eq!(run.model.anomalies(), 1, "nobody notified this one");
}

#[test]
fn a_notification_of_who_gives_up_goes_to_the_next() {
    let (mut run, ready) = condition();
    run.at(1, A, What::WaitBegan { object: ready, purpose: Purpose::Notification, timed: true });
    run.waits_for(2, B, ready, Purpose::Notification).at(3, MAIN, What::Notified { object: ready, count: 1 });
    run.at(4, A, What::WaitTimedOut { object: ready });
    assert_eq!(released(&run, ready), [(B, true)]);
    assert_eq!(run.model.anomalies(), 0);
}
