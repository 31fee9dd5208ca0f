//! Values that are made once, natively.

use super::*;
use crate::sync::testing::{lines, of_thread, watched};
use crate::thread::{JoinError, spawn};
use std::sync::Arc;

#[test]
fn a_value_is_put_there_once() {
    let once = Once::new();
    assert_eq!(once.get(), None);
    assert_eq!(once.set(1), Ok(()));
    assert_eq!(once.set(2), Err(2));
    assert_eq!(once.get_or_init(|| panic!("there is one")), &1);
    assert_eq!(once.into_inner(), Some(1));
}

#[test]
fn one_thread_makes_the_value_and_the_others_wait() {
    let told = watched(|watch| {
        let once = Arc::new(Once::named("table"));
        let (inside, go_on) = (Arc::new(crate::Event::new()), Arc::new(crate::Event::new()));
        let (theirs, begun, may_end) = (Arc::clone(&once), Arc::clone(&inside), Arc::clone(&go_on));
        let maker = spawn(move || {
            *theirs.get_or_init(|| {
                begun.set();
                may_end.wait();
                7
            })
        });
        while !inside.is_set() {
            std::thread::yield_now();
        }
        let theirs = Arc::clone(&once);
        let waiter = spawn(move || *theirs.get_or_init(|| panic!("another makes it")));
        let theirs = Arc::clone(&once);
        let setter = spawn(move || theirs.set(8));
        // The maker's own, the waiter's and the setter's.
        watch.until_waits(3);
        assert_eq!(once.get(), None);
        go_on.set();
        let values = (maker.join().unwrap(), waiter.join().unwrap(), setter.join().unwrap());
        assert_eq!(values, (7, 7, Err(8)));
    });
    assert_eq!(of_thread(&told, 3), ["waits: Set", "wait ended"]);
    let told = lines(&told);
    let at = |what: &str| told.iter().position(|told| told == what).unwrap();
    assert!(at("2 acquired: Owned 1") < at("2 released: Owned 1"));
    assert!(at("2 released: Owned 1") < at("3 wait ended"));
    // The setter of the event by which the test goes on is the main thread, so this is of the value.
    assert_eq!(told[at("2 released: Owned 1") - 1], "2 set");
}

#[test]
fn after_a_panic_the_next_one_may_try() {
    let told = watched(|_| {
        let once: Arc<Once<u32>> = Arc::new(Once::named("table"));
        let theirs = Arc::clone(&once);
        let outcome = spawn(move || *theirs.get_or_init(|| panic!("no luck"))).join();
        assert!(matches!(outcome, Err(JoinError::Panicked { .. })));
        assert_eq!(once.get(), None);
        assert_eq!(*once.get_or_init(|| 5), 5);
    });
    assert_eq!(of_thread(&told, 2), ["Once table", "acquired: Owned 1", "released: Owned 1"]);
    assert_eq!(of_thread(&told, 1), ["acquired: Owned 1", "set", "released: Owned 1"]);
}

#[test]
fn a_waiter_makes_the_value_where_the_maker_panics() {
    watched(|watch| {
        let once: Arc<Once<u32>> = Arc::new(Once::new());
        let (inside, go_on) = (Arc::new(crate::Event::new()), Arc::new(crate::Event::new()));
        let (theirs, begun, may_end) = (Arc::clone(&once), Arc::clone(&inside), Arc::clone(&go_on));
        let maker = spawn(move || {
            *theirs.get_or_init(|| {
                begun.set();
                may_end.wait();
                panic!("no luck")
            })
        });
        while !inside.is_set() {
            std::thread::yield_now();
        }
        let waiters: Vec<_> = (0..3)
            .map(|number| {
                let once = Arc::clone(&once);
                spawn(move || *once.get_or_init(|| number))
            })
            .collect();
        watch.until_waits(4);
        go_on.set();
        assert!(maker.join().is_err());
        let values: Vec<u32> = waiters.into_iter().map(|waiter| waiter.join().unwrap()).collect();
        assert!(values.iter().all(|value| Some(value) == once.get()));
    });
}

#[test]
fn what_makes_a_value_cannot_ask_for_it() {
    static ITSELF: Lazy<u32> = Lazy::new(|| *ITSELF + 1);
    let once = Arc::new(Once::named("loop"));
    let theirs = Arc::clone(&once);
    let outcome = spawn(move || *theirs.get_or_init(|| *theirs.get_or_init(|| 1))).join();
    let Err(JoinError::Panicked { panic, .. }) = outcome else { panic!("it panics") };
    assert_eq!(panic.message, "Once 'loop' is asked for its value by what makes that value");
    assert_eq!(once.set(3), Ok(()));
    assert!(spawn(|| *ITSELF).join().is_err());
}

#[test]
fn a_lazy_value_is_made_at_its_first_use() {
    static WORDS: Lazy<Vec<&str>> = Lazy::new(|| vec!["made", "once"]);
    assert_eq!(WORDS.len(), 2);
    let offset = 40;
    let lazy = Lazy::named("answer", move || offset + 2);
    assert!(format!("{lazy:?}").contains("None"));
    assert_eq!((*lazy.force(), *lazy), (42, 42));
    assert!(format!("{lazy:?}").contains("Some(42)"));
}
