//! The event: lines 28 and 29.

use crate::settle;
use crate::times::{A_WHILE, at_once, takes};
use std::sync::Arc;
use std::time::Duration;
use threadlab_threads::Event;
use threadlab_threads::thread::spawn;
use threadlab_trace::{ThreadId, What};

crate::behaviours![
    b28_one_set_lets_all_waiters_go => nobody_goes_before_it_is_set,
    b29_a_timed_wait_says_whether_the_event_is_set,
];

fn b28_one_set_lets_all_waiters_go() {
    let event = Arc::new(Event::named("start"));
    let waiters = [(); 5].map(|()| {
        let event = Arc::clone(&event);
        spawn(move || {
            event.wait();
            let first = event.is_set();
            event.wait();
            first
        })
    });
    settle();
    assert!(waiters.iter().all(|waiter| waiter.thread().is_alive()));
    event.set();
    for waiter in waiters {
        assert_eq!(waiter.join(), Ok(true));
    }
}

fn nobody_goes_before_it_is_set(events: &[threadlab_trace::Event]) {
    let set = events.iter().position(|event| matches!(event.what, What::Set { .. }));
    let (before, after) = events.split_at(set.expect("the main thread sets it"));
    let began = |event: &&threadlab_trace::Event| matches!(event.what, What::WaitBegan { .. });
    let ended = |event: &&threadlab_trace::Event| matches!(event.what, What::WaitEnded { .. });
    assert_eq!(after.first().map(|event| event.thread), Some(ThreadId::MAIN));
    assert_eq!((before.iter().filter(began).count(), before.iter().filter(ended).count()), (5, 0));
    assert_eq!((after.iter().filter(began).count(), after.iter().filter(ended).count()), (0, 5));
}

/// An unset event that is set and cleared at once still lets those go who wait at that moment.
fn b29_a_timed_wait_says_whether_the_event_is_set() {
    let event = Arc::new(Event::new());
    assert!(!event.is_set());
    assert!(!event.wait_timeout(Duration::ZERO));
    assert!(!takes(A_WHILE, || event.wait_timeout(A_WHILE)));
    event.set();
    event.set();
    assert!(event.is_set());
    assert!(event.wait_timeout(Duration::ZERO));
    assert!(at_once(|timeout| event.wait_timeout(timeout)));
    event.clear();
    assert!(!event.is_set());
    assert!(!event.wait_timeout(Duration::ZERO));

    let theirs = Arc::clone(&event);
    let waiter = spawn(move || theirs.wait());
    settle();
    event.set();
    event.clear();
    waiter.join().unwrap();
}
