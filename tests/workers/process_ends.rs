//! What others meet when a process ends with a lock, a permit or a turn in its hands.

use crate::process_sync::{LONG, all_well, rule, start, text};
use crate::run;
use core::time::Duration;
use std::slice::from_ref;
use threadlab_harness::Named;
use threadlab_processes::process::{ExitCode, exit, fork, spawn};
use threadlab_processes::sync::{Barrier, Condition, Event, Lock, RLock, Semaphore};
use threadlab_processes::{Error, Process, Rule, Value};
use threadlab_threads::say;
use threadlab_threads::thread::sleep;
use wasm_bindgen_test::wasm_bindgen_test;

/// Kills a process that has told that it is ready, and waits for its end.
fn kill(process: &Process, ready: &Event) -> Result<(), String> {
    ready.wait_timeout(LONG).map_err(text)?.then_some(()).ok_or("it did not become ready")?;
    process.kill().map_err(text)?;
    let code = process.join_timeout(LONG).map_err(text)?;
    (code == -9).then_some(()).ok_or(format!("it ended with {code}"))
}

fn stay(ready: &Event) -> Result<(), Error> {
    ready.set()?;
    sleep(Duration::MAX);
    Ok(())
}

/// Exits with 0 if the operation has failed by this rule.
fn fails_by<T>(expected: Rule, result: Result<T, Error>) -> ExitCode {
    match result {
        Err(error) if error.rule() == Some(expected) => ExitCode(0),
        Err(error) => {
            say!("{error}");
            ExitCode(2)
        }
        Ok(_) => ExitCode(3),
    }
}

pub static PROGRAMS: &[Named] = &[
    ("killed with a lock", |_| {
        fn hold((lock, ready): (Lock, Event)) -> Result<(), Error> {
            let _held = lock.lock()?;
            stay(&ready)
        }
        fn want((lock, coming): (Lock, Event)) -> ExitCode {
            fails_by(Rule::Abandoned, coming.set().and_then(|()| lock.acquire()))
        }
        let lock = Lock::named("door").map_err(text)?;
        let (ready, coming) = (Event::new().map_err(text)?, Event::new().map_err(text)?);
        let holder = spawn(hold, (lock.clone(), ready.clone()));
        start(from_ref(&holder))?;
        ready.wait().map_err(text)?;
        let waiters =
            [spawn(want, (lock.clone(), coming.clone())), fork(want, (lock.clone(), coming.clone()))];
        start(&waiters)?;
        coming.wait().map_err(text)?;
        kill(&holder, &ready)?;
        all_well(&waiters)?;
        // Also for those who come later, until somebody mends it.
        let later = [rule(lock.try_acquire()), rule(lock.acquire_timeout(LONG))];
        lock.release().map_err(text)?;
        Ok(format!("{later:?} {}", lock.try_acquire().map_err(text)?))
    }),
    ("killed with an rlock, a permit and a value", |_| {
        type Held = (RLock, Semaphore, Value<u8>, Event);
        fn hold((lock, semaphore, value, ready): Held) -> Result<(), Error> {
            let _held = (lock.lock()?, lock.lock()?, semaphore.acquire()?, value.get_lock().lock()?);
            stay(&ready)
        }
        let (lock, semaphore) = (RLock::new().map_err(text)?, Semaphore::new(1).map_err(text)?);
        let (value, ready) = (Value::new(7_u8).map_err(text)?, Event::new().map_err(text)?);
        let held = (lock.clone(), semaphore.clone(), value.clone(), ready.clone());
        let holder = fork(hold, held);
        start(from_ref(&holder))?;
        kill(&holder, &ready)?;
        let rules = [rule(lock.acquire()), rule(semaphore.acquire()), rule(value.get())];
        if rules != [Some(Rule::Abandoned); 3] {
            return Err(format!("{rules:?}"));
        }
        let mended = lock.release().and(semaphore.release()).and(value.get_lock().release());
        mended.map_err(text)?;
        let again = (lock.try_acquire(), semaphore.permits(), value.get(), value.get_unlocked());
        Ok(format!("{again:?}"))
    }),
    ("ended with a lock", |_| {
        // By itself: the guards of a function that exits are dropped, what is forgotten stays held.
        fn hold((lock, forget): (Lock, bool)) {
            if let Ok(held) = lock.lock() {
                if forget {
                    core::mem::forget(held);
                }
                exit(0);
            }
        }
        let lock = Lock::new().map_err(text)?;
        let mut seen = Vec::new();
        for forget in [false, true] {
            let holder = spawn(hold, (lock.clone(), forget));
            start(from_ref(&holder))?;
            all_well(from_ref(&holder))?;
            seen.push(rule(lock.acquire_timeout(LONG)));
            lock.release().map_err(text)?;
        }
        Ok(format!("{seen:?}"))
    }),
    ("killed at a condition", |_| {
        fn wait((changed, waits): (Condition, Event)) -> Result<(), Error> {
            let _held = changed.lock()?;
            // Whoever gets the lock after this finds it waiting.
            waits.set()?;
            changed.wait()
        }
        let changed = Condition::new().map_err(text)?;
        let (first, second) = (Event::new().map_err(text)?, Event::new().map_err(text)?);
        let killed = spawn(wait, (changed.clone(), first.clone()));
        start(from_ref(&killed))?;
        first.wait().map_err(text)?;
        drop(changed.lock().map_err(text)?);
        let other = spawn(wait, (changed.clone(), second.clone()));
        start(from_ref(&other))?;
        second.wait().map_err(text)?;
        let held = changed.lock().map_err(text)?;
        // It is the first one's, which does not live to use it: it cannot have the lock before.
        let notified = changed.notify(1).map_err(text)?;
        kill(&killed, &first)?;
        drop(held);
        all_well(from_ref(&other))?;
        Ok(format!("{notified} {}", changed.waiters().map_err(text)?))
    }),
    ("killed at a barrier", |_| {
        fn meet((barrier, ready): (Barrier, Event)) -> Result<(), Error> {
            ready.set()?;
            barrier.wait()?;
            Ok(())
        }
        let barrier = Barrier::new(3).map_err(text)?;
        let ready = Event::new().map_err(text)?;
        let killed = spawn(meet, (barrier.clone(), ready.clone()));
        start(from_ref(&killed))?;
        let other = spawn(|barrier: Barrier| fails_by(Rule::BrokenBarrier, barrier.wait()), barrier.clone());
        start(from_ref(&other))?;
        kill(&killed, &ready)?;
        all_well(from_ref(&other))?;
        let broken = rule(barrier.wait());
        barrier.reset().map_err(text)?;
        Ok(format!("{broken:?} {}", barrier.is_broken().map_err(text)?))
    }),
];

#[wasm_bindgen_test]
async fn a_lock_of_a_killed_process_is_abandoned_until_it_is_mended() {
    let run = run("killed with a lock").await;
    assert_eq!(run.result(), "[Some(Abandoned), Some(Abandoned)] true");
}

#[wasm_bindgen_test]
async fn so_are_an_rlock_a_permit_and_the_lock_of_a_value() {
    let run = run("killed with an rlock, a permit and a value").await;
    assert_eq!(run.result(), "(Ok(true), Ok(1), Ok(7), Ok(7))");
}

#[wasm_bindgen_test]
async fn guards_are_dropped_when_a_process_exits() {
    assert_eq!(run("ended with a lock").await.result(), "[None, Some(Abandoned)]");
}

#[wasm_bindgen_test]
async fn a_notification_of_a_killed_process_goes_to_the_next() {
    assert_eq!(run("killed at a condition").await.result(), "1 0");
}

#[wasm_bindgen_test]
async fn a_killed_party_breaks_the_barrier() {
    assert_eq!(run("killed at a barrier").await.result(), "Some(BrokenBarrier) false");
}
