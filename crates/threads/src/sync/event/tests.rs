//! Events natively.

use super::*;
use crate::sync::testing::{lines, of_thread, position, watched};
use crate::thread::spawn;
use std::sync::Arc;

/// Longer than any test lasts.
const LONG: Duration = Duration::from_mins(10);

#[test]
fn waiting_for_an_event_that_is_set_returns_at_once() {
    let event = Event::new();
    assert!(!event.is_set());
    assert!(!event.wait_timeout(Duration::ZERO));
    event.set();
    event.set();
    assert!(event.is_set());
    event.wait();
    assert!(event.wait_timeout(Duration::ZERO));
    event.clear();
    event.clear();
    assert!(!event.is_set());
    assert!(!event.wait_timeout(Duration::from_millis(1)));
}

#[test]
fn setting_and_clearing_at_once_lets_all_present_waiters_go() {
    const WAITERS: usize = 5;
    let told = watched(|watch| {
        let event = Arc::new(Event::named("start"));
        for round in 1..=20 {
            let waiters: Vec<_> = (0..WAITERS)
                .map(|number| {
                    let event = Arc::clone(&event);
                    spawn(move || {
                        if number % 2 == 0 {
                            event.wait_timeout(LONG)
                        } else {
                            event.wait();
                            true
                        }
                    })
                })
                .collect();
            watch.until_waits(round * WAITERS);
            event.set();
            event.clear();
            for waiter in waiters {
                assert!(waiter.join().unwrap());
            }
            assert!(!event.is_set());
        }
    });
    let count = |what: &str| told.iter().filter(|told| told.what == what).count();
    assert_eq!((count("set"), count("cleared"), count("wait ended")), (20, 20, 20 * WAITERS));
}

#[test]
fn what_happens_to_an_event_is_told() {
    let told = watched(|watch| {
        let event = Arc::new(Event::named("door"));
        let theirs = Arc::clone(&event);
        let waiter = spawn(move || theirs.wait());
        watch.until_waits(1);
        // What changes nothing is not told.
        event.clear();
        event.set();
        event.set();
        waiter.join().unwrap();
        event.wait();
        event.clear();
        assert!(!event.wait_timeout(Duration::from_millis(1)));
    });
    assert_eq!(of_thread(&told, 1), ["Event door", "set", "cleared", "waits: Set, timed", "timed out"]);
    assert_eq!(of_thread(&told, 2), ["waits: Set", "wait ended"]);
    let told = lines(&told);
    let at = |what: &str| told.iter().position(|told| told == what).unwrap();
    assert!(at("2 waits: Set") < at("1 set") && at("1 set") < at("2 wait ended"));
}

#[test]
fn what_the_setter_did_is_seen() {
    let told = watched(|_| {
        let (event, value) = (Arc::new(Event::new()), Arc::new(AtomicU32::new(0)));
        let (theirs, seen) = (Arc::clone(&event), Arc::clone(&value));
        let waiter = spawn(move || {
            theirs.wait();
            seen.load(Ordering::Relaxed)
        });
        value.store(7, Ordering::Relaxed);
        event.set();
        assert_eq!(waiter.join().unwrap(), 7);
    });
    assert!(position(&told, "Event ") < position(&told, "set"));
}
