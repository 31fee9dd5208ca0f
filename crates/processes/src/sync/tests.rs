//! The objects between threads of one process. What is between processes is tested on workers.

use super::{Barrier, BoundedSemaphore, Condition, Event, Lock, NamedSemaphore, RLock, Semaphore};
use crate::process::{StartMethod, with_start_method};
use crate::{Array, Error, Process, Rule, Value};
use core::time::Duration;
use std::panic::{AssertUnwindSafe, catch_unwind};
use threadlab_threads::thread::{JoinHandle, spawn, yield_now};

const SOON: Duration = Duration::from_millis(5);
const LONG: Duration = Duration::from_mins(1);

fn rule<T>(result: Result<T, Error>) -> Option<Rule> {
    result.err().and_then(|error| error.rule())
}

/// What a further thread gets.
fn elsewhere<T: Send + 'static>(act: impl FnOnce() -> T + Send + 'static) -> T {
    spawn(act).join().unwrap()
}

#[test]
fn a_lock_is_held_by_one_and_released_by_anybody() {
    let lock = Lock::named("door").unwrap();
    assert!(!lock.is_locked().unwrap() && lock.try_acquire().unwrap() && lock.is_locked().unwrap());
    assert!(!lock.try_acquire().unwrap() && !lock.acquire_timeout(SOON).unwrap());
    assert!(lock.try_lock().unwrap().is_none() && lock.try_lock_for(Duration::ZERO).unwrap().is_none());
    let theirs = lock.clone();
    elsewhere(move || theirs.release()).unwrap();
    assert!(lock.acquire_timeout(LONG).unwrap());
    lock.release().unwrap();
    let error = lock.release().unwrap_err();
    assert_eq!(error.to_string(), "Lock 'door': it was released more often than acquired");
}

#[test]
fn a_guard_releases_at_the_end_of_its_scope_and_behind_a_panic() {
    let (lock, rlock) = (Lock::new().unwrap(), RLock::new().unwrap());
    drop((lock.lock().unwrap(), rlock.lock().unwrap()));
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _held = (lock.try_lock().unwrap().unwrap(), rlock.try_lock_for(LONG).unwrap().unwrap());
        assert!(lock.is_locked().unwrap() && rlock.is_locked().unwrap());
        std::panic::resume_unwind(Box::new(()));
    }));
    assert!(panicked.is_err() && !lock.is_locked().unwrap() && !rlock.is_locked().unwrap());
}

#[test]
fn no_addition_is_lost_under_a_lock() {
    let lock = Lock::new().unwrap();
    let counter = Value::new(0_u32).unwrap();
    let adders: Vec<JoinHandle<()>> = (0..4)
        .map(|_| {
            let (lock, counter) = (lock.clone(), counter.clone());
            spawn(move || {
                for _ in 0..500 {
                    let _held = lock.lock().unwrap();
                    let seen = counter.get_unlocked().unwrap();
                    counter.set_unlocked(seen + 1).unwrap();
                }
            })
        })
        .collect();
    for adder in adders {
        adder.join().unwrap();
    }
    assert_eq!(counter.get().unwrap(), 2000);
}

#[test]
fn an_rlock_is_its_owners_until_the_last_release() {
    let lock = RLock::new().unwrap();
    for depth in 1..=3 {
        assert!(lock.try_acquire().unwrap());
        assert_eq!(lock.depth().unwrap(), depth);
    }
    for _ in 0..3 {
        let theirs = lock.clone();
        let refused = elsewhere(move || {
            (theirs.try_acquire().unwrap(), theirs.depth().unwrap(), rule(theirs.release()))
        });
        assert_eq!(refused, (false, 0, Some(Rule::NotHeld)));
        lock.release().unwrap();
    }
    let theirs = lock.clone();
    assert!(
        elsewhere(move || theirs.acquire_timeout(LONG).and_then(|taken| theirs.release().map(|()| taken)))
            .unwrap()
    );
    assert_eq!(rule(lock.release()), Some(Rule::NotHeld));
}

#[test]
fn a_semaphore_counts() {
    let semaphore = Semaphore::named("tickets", 2).unwrap();
    let (one, two) = (semaphore.acquire().unwrap(), semaphore.try_acquire().unwrap());
    assert!(two.is_some() && semaphore.try_acquire().unwrap().is_none());
    assert!(semaphore.acquire_timeout(SOON).unwrap().is_none());
    drop(one);
    assert_eq!(semaphore.permits().unwrap(), 1);
    two.unwrap().forget();
    semaphore.release_many(3).unwrap();
    assert_eq!(semaphore.permits().unwrap(), 4);
    assert_eq!(rule(semaphore.release_many(0)), Some(Rule::NoPermits));
    let bounded = BoundedSemaphore::new(1).unwrap();
    assert_eq!(rule(bounded.release()), Some(Rule::ReleasedTooOften));
    assert_eq!(rule(Semaphore::new(u32::MAX)), Some(Rule::TooManyPermits));
}

#[test]
fn an_event_lets_all_on_and_stays() {
    let event = Event::named("go").unwrap();
    assert!(!event.is_set().unwrap() && !event.wait_timeout(SOON).unwrap());
    let waiters: Vec<_> = (0..5)
        .map(|_| {
            let event = event.clone();
            spawn(move || event.wait().and_then(|()| event.wait_timeout(Duration::ZERO)).unwrap())
        })
        .collect();
    event.set().unwrap();
    assert!(waiters.into_iter().all(|waiter| waiter.join().unwrap()));
    event.clear().unwrap();
    assert!(!event.is_set().unwrap());
}

#[test]
fn a_condition_gives_the_lock_back_as_deep_as_it_was() {
    let condition = Condition::named("changed").unwrap();
    assert_eq!(rule(condition.wait()), Some(Rule::NotHeld));
    assert_eq!(rule(condition.notify(1)), Some(Rule::NotHeld));
    let lock = RLock::new().unwrap();
    let condition = Condition::with_rlock("", &lock).unwrap();
    let waiter = {
        let (condition, lock) = (condition.clone(), lock.clone());
        spawn(move || {
            let (_one, _two) = (condition.lock().unwrap(), condition.lock().unwrap());
            condition.wait().unwrap();
            lock.depth().unwrap()
        })
    };
    // The lock can be had while the other waits.
    while condition.waiters().unwrap() == 0 {
        yield_now();
    }
    let held = condition.lock().unwrap();
    assert_eq!((condition.notify(5).unwrap(), condition.notify_all().unwrap()), (1, 0));
    assert!(!waiter.is_finished());
    drop(held);
    assert_eq!((waiter.join().unwrap(), lock.is_locked().unwrap()), (2, false));
}

#[test]
fn a_predicate_has_the_last_word() {
    let lock = Lock::new().unwrap();
    let condition = Condition::with_lock("", &lock).unwrap();
    let count = Value::new(0_u32).unwrap();
    assert!(condition.try_acquire().unwrap() && lock.is_locked().unwrap());
    assert!(!condition.acquire_timeout(SOON).unwrap());
    assert!(!condition.wait_timeout(SOON).unwrap() && lock.is_locked().unwrap());
    let never = || Ok(None::<()>);
    assert_eq!(condition.wait_for_timeout(SOON, never), Ok(None));
    assert_eq!(condition.wait_for_timeout(Duration::ZERO, || Ok(Some(7))), Ok(Some(7)));
    let counter = {
        let (condition, count) = (condition.clone(), count.clone());
        spawn(move || {
            for _ in 0..3 {
                let _held = condition.lock().unwrap();
                count.update(|seen| seen + 1).unwrap();
                condition.notify(1).unwrap();
            }
        })
    };
    let three = condition.wait_for(|| Ok(Some(count.get()?).filter(|seen| *seen == 3)));
    assert_eq!(three, Ok(3));
    condition.release().unwrap();
    counter.join().unwrap();
}

#[test]
fn a_barriers_parties_go_on_together_and_the_last_acts() {
    let barrier = Barrier::named("line", 3).unwrap();
    let acted = Value::new(0_u32).unwrap();
    assert_eq!((barrier.parties().unwrap(), barrier.waiting().unwrap()), (3, 0));
    let parties: Vec<_> = (0..3)
        .map(|_| {
            let (barrier, acted) = (barrier.clone(), acted.clone());
            spawn(move || {
                let act = || {
                    acted.update(|seen| seen + 1).unwrap();
                };
                let first = barrier.wait_then(act).unwrap();
                let seen = acted.get().unwrap();
                (first, seen, barrier.wait_timeout(LONG).is_ok())
            })
        })
        .collect();
    let mut seen: Vec<_> = parties.into_iter().map(|party| party.join().unwrap()).collect();
    seen.sort_unstable();
    assert_eq!(seen, [(0, 1, true), (1, 1, true), (2, 1, true)]);
    assert_eq!(rule(Barrier::new(0)), Some(Rule::BadParties));
}

#[test]
fn a_barrier_breaks_and_is_mended() {
    let barrier = Barrier::new(2).unwrap();
    assert!(matches!(barrier.wait_timeout(SOON), Err(Error::TimedOut { .. })));
    assert!(barrier.is_broken().unwrap());
    assert_eq!(rule(barrier.wait()), Some(Rule::BrokenBarrier));
    barrier.reset().unwrap();
    let waits = |barrier: &Barrier| {
        let theirs = barrier.clone();
        let waiter = spawn(move || theirs.wait());
        while barrier.waiting().unwrap() == 0 {
            yield_now();
        }
        waiter
    };
    let waiter = waits(&barrier);
    barrier.abort().unwrap();
    assert_eq!(rule(waiter.join().unwrap()), Some(Rule::BrokenBarrier));
    barrier.reset().unwrap();
    // Its own action cannot wait there, and its panic breaks it.
    let waiter = waits(&barrier);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        barrier.wait_then(|| {
            assert_eq!(rule(barrier.wait_timeout(LONG)), Some(Rule::InAction));
            std::panic::resume_unwind(Box::new(()));
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(rule(waiter.join().unwrap()), Some(Rule::BrokenBarrier));
}

#[test]
fn a_named_semaphore_is_found_until_it_is_unlinked() {
    let name = "a name of this test";
    let made = NamedSemaphore::create_exclusive(name, 2).unwrap();
    assert_eq!(rule(NamedSemaphore::create_exclusive(name, 2)), Some(Rule::NameTaken));
    let found = NamedSemaphore::open(name).unwrap();
    let permit = found.acquire().unwrap();
    assert_eq!((made.permits().unwrap(), made.name()), (1, name));
    // The same, whatever it is asked to begin with.
    assert_eq!(NamedSemaphore::create(name, 9).unwrap().permits().unwrap(), 1);
    drop(permit);
    NamedSemaphore::unlink(name).unwrap();
    assert_eq!(rule(NamedSemaphore::open(name)), Some(Rule::NoSuchName));
    let error = NamedSemaphore::unlink(name).unwrap_err();
    assert_eq!(error.to_string(), "NamedSemaphore 'a name of this test': nothing has this name");
    // Who has it open still uses it.
    made.try_acquire().unwrap().unwrap().forget();
    assert_eq!(found.permits().unwrap(), 1);
    found.release().unwrap();
    for bad in [String::new(), "n".repeat(252)] {
        assert_eq!(rule(NamedSemaphore::create(&bad, 1)), Some(Rule::BadName));
    }
}

#[test]
fn what_was_made_for_forks_is_given_to_forks_only() {
    fn start(method: StartMethod, lock: &Lock) -> Error {
        let process = Process::by(method, |_: (Lock, u8)| (), (lock.clone(), 1));
        process.start().unwrap_err()
    }
    let plain = Lock::named("any").unwrap();
    let forked = with_start_method(StartMethod::Fork, || Lock::named("forked")).unwrap();
    for method in [StartMethod::Spawn, StartMethod::ForkServer] {
        assert_eq!(
            start(method, &forked),
            Error::MadeForFork { object: "Lock 'forked'".to_owned(), method: method.name() }
        );
        assert!(matches!(start(method, &plain), Error::NotHere { .. }), "it gets as far as it can here");
    }
    for lock in [&plain, &forked] {
        assert!(matches!(start(StartMethod::Fork, lock), Error::NotHere { .. }));
    }
    // Not by itself.
    assert!(postcard::to_stdvec(&plain).is_err());
}

#[test]
fn the_parts_of_an_object_are_for_forks_as_the_whole() {
    fn is_refused<T>(make: impl FnOnce() -> Result<T, Error>) -> bool
    where
        T: serde::Serialize + serde::de::DeserializeOwned + Send + 'static,
    {
        let object = with_start_method(StartMethod::Fork, make).unwrap();
        let refused = Process::by(StartMethod::Spawn, |_: T| (), object).start();
        matches!(refused, Err(Error::MadeForFork { .. }))
    }
    assert!(is_refused(RLock::new) && is_refused(|| Semaphore::new(1)) && is_refused(Event::new));
    assert!(is_refused(Condition::new) && is_refused(|| Barrier::new(1)));
    assert!(is_refused(|| Value::new(1.5_f64)) && is_refused(|| Array::<u8>::new(3)));
    assert!(!is_refused(|| NamedSemaphore::create("for all", 1)));
    NamedSemaphore::unlink("for all").unwrap();
}
