//! What a condition promises, natively; its orderings are in `tests/loom_condition.rs`.

use super::*;
use crate::sync::lock;
use crate::thread::{self, JoinHandle, spawn, yield_now};
use crate::{Lock, RLock};
use core::cell::Cell;

const SOON: Duration = Duration::from_millis(5);
const AGES: Duration = Duration::from_hours(1);

type Shared = Arc<(Lock<Vec<u32>>, Condition)>;

fn shared() -> Shared {
    Arc::new((lock::named("list", Vec::new()), Condition::named("changed")))
}

/// Threads that wait once each and then write their number; they began to wait in this order.
fn waiters(shared: &Shared, count: u32) -> Vec<JoinHandle<()>> {
    let start = |number| {
        let theirs = Arc::clone(shared);
        let handle = spawn(move || {
            let mut list = theirs.0.lock();
            theirs.1.wait(&mut list).unwrap();
            list.push(number);
        });
        while shared.1.waiters() <= number as usize {
            yield_now();
        }
        handle
    };
    (0..count).map(start).collect()
}

fn join_all(handles: Vec<JoinHandle<()>>) {
    for handle in handles {
        handle.join().unwrap();
    }
}

#[test]
fn as_many_waiters_wake_as_are_notified_and_the_first_comers_first() {
    let shared = shared();
    let handles = waiters(&shared, 5);
    let (list, changed) = &*shared;
    assert_eq!(changed.notify(&list.lock(), 0), Ok(0));
    assert_eq!(changed.notify(&list.lock(), 2), Ok(2));
    for handle in &handles[..2] {
        handle.join().unwrap();
    }
    assert_eq!(changed.waiters(), 3);
    let mut woken = list.lock().clone();
    woken.sort_unstable();
    assert_eq!(woken, [0, 1]);
    assert_eq!(changed.notify_all(&list.lock()), Ok(3));
    for handle in &handles[2..] {
        handle.join().unwrap();
    }
    assert_eq!(changed.notify_all(&list.lock()), Ok(0));
}

#[test]
fn a_waiter_goes_on_only_when_the_notifier_has_let_the_lock_go() {
    let shared = shared();
    let handles = waiters(&shared, 1);
    let (list, changed) = &*shared;
    let mut held = list.lock();
    changed.notify(&held, 1).unwrap();
    while changed.waiters() > 0 {
        yield_now();
    }
    assert!(held.is_empty());
    held.push(7);
    drop(held);
    join_all(handles);
    assert_eq!(*list.lock(), [7, 0]);
}

#[test]
fn who_does_not_hold_the_lock_is_told_so() {
    let (lock, rlock, condition) = (RawLock::new(), RawRLock::new(), Condition::named("ready"));
    let error = condition.wait(&mut &lock).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Condition 'ready' cannot be used by a thread that does not hold its lock: acquire the lock first"
    );
    assert_eq!(condition.notify(&&lock, 1), Err(error.clone()));
    assert_eq!(condition.wait_timeout(&mut &rlock, AGES), Err(error.clone()));
    assert_eq!(condition.wait_for(&mut &rlock, |_| Some(())), Err(error.clone()));
    assert_eq!(condition.notify_all(&&rlock), Err(error));
}

#[test]
fn one_condition_has_one_lock_at_a_time() {
    let shared = shared();
    let handles = waiters(&shared, 1);
    let (list, changed) = &*shared;
    let other = Lock::new(());
    let error = Err(ConditionError::OtherLock { condition: "Condition 'changed'".into() });
    assert_eq!(changed.wait_timeout(&mut other.lock(), AGES).map(|_| 0), error);
    assert_eq!(changed.notify(&other.lock(), 1), error);
    assert_eq!(changed.notify(&list.lock(), 1), Ok(1));
    join_all(handles);
    assert_eq!(changed.wait_timeout(&mut other.lock(), Duration::ZERO), Ok(false));
}

#[test]
fn a_timeout_gives_the_lock_back_and_leaves_the_queue() {
    let shared = shared();
    let (list, changed) = &*shared;
    let began = clock::now();
    let mut held = list.lock();
    for timeout in [Duration::ZERO, SOON] {
        assert_eq!(changed.wait_timeout(&mut held, timeout), Ok(false));
        assert!(list.is_locked() && clock::now() >= began + timeout);
    }
    assert_eq!(changed.waiters(), 0);
    assert_eq!(changed.notify(&held, 1), Ok(0));
}

#[test]
fn a_predicate_is_asked_first_and_has_the_last_word() {
    let lock = Lock::new(3);
    let condition = Condition::new();
    let mut held = lock.lock();
    assert_eq!(condition.wait_for_timeout(&mut held, Duration::ZERO, |held| Some(**held)), Ok(Some(3)));
    let mut asked = 0;
    let outcome = condition.wait_for_timeout(&mut held, SOON, |_| {
        asked += 1;
        None::<()>
    });
    assert_eq!((outcome, asked), (Ok(None), 2));
}

#[test]
fn a_reentrant_lock_is_let_go_at_all_levels_and_taken_as_often_again() {
    let shared = Arc::new((RLock::named("deep", Cell::new(0)), Condition::new()));
    let theirs = Arc::clone(&shared);
    let waiter = spawn(move || {
        let (lock, changed) = &*theirs;
        let outer = lock.lock();
        let mut inner = lock.lock();
        changed.wait_for(&mut inner, |value| (value.get() == 1).then_some(())).unwrap();
        let depth = lock.depth();
        drop((inner, outer));
        (depth, lock.depth())
    });
    let (lock, changed) = &*shared;
    while changed.waiters() == 0 {
        yield_now();
    }
    let held = lock.lock();
    held.set(1);
    changed.notify_all(&held).unwrap();
    drop(held);
    assert_eq!(waiter.join(), Ok((2, 0)));
}

#[test]
fn its_events_tell_of_the_lock_and_the_wait_in_order() {
    use threadlab_trace::What;
    let run = crate::process::run(crate::process::Options::default(), || {
        let shared = shared();
        let handles = waiters(&shared, 1);
        shared.1.notify(&shared.0.lock(), 1).map_err(|error| error.to_string())?;
        join_all(handles);
        Ok(String::new())
    });
    run.outcome.unwrap();
    let of_waiter: Vec<_> = run
        .events
        .iter()
        .filter(|event| event.thread.0 == 2)
        .filter_map(|event| match event.what {
            What::Acquired { .. } => Some("acquired"),
            What::Released { .. } => Some("released"),
            What::WaitBegan { purpose: Purpose::Notification, timed: false, .. } => Some("waits"),
            What::WaitEnded { .. } => Some("notified"),
            _ => None,
        })
        .collect();
    assert_eq!(of_waiter, ["acquired", "released", "waits", "notified", "acquired", "released"]);
    let at = |what: fn(&What) -> bool| run.events.iter().position(|event| what(&event.what));
    let told = at(|what| matches!(what, What::Notified { count: 1, .. }));
    assert!(told.is_some() && told < at(|what| matches!(what, What::WaitEnded { .. })));
}

#[test]
fn a_producer_and_a_consumer_hand_over_everything() {
    let shared = shared();
    let theirs = Arc::clone(&shared);
    let consumer = thread::spawn(move || {
        let (list, changed) = &*theirs;
        let mut sum = 0;
        for _ in 0..1000 {
            let mut list = list.lock();
            sum += changed.wait_for(&mut list, |list| list.pop()).unwrap();
            changed.notify(&list, 1).unwrap();
        }
        sum
    });
    let (list, changed) = &*shared;
    for number in 0..1000 {
        let mut list = list.lock();
        changed.wait_for(&mut list, |list| list.is_empty().then_some(())).unwrap();
        list.push(number);
        changed.notify(&list, 1).unwrap();
    }
    assert_eq!(consumer.join(), Ok(499_500));
}
