//! Locks, signals and names between processes.

use crate::run;
use core::time::Duration;
use serde::{Deserialize, Serialize};
use threadlab_harness::Named;
use threadlab_processes::process::{fork, spawn};
use threadlab_processes::sync::{Barrier, Condition, Event, Lock, NamedSemaphore, RLock, Semaphore};
use threadlab_processes::{Error, Process, Rule, StartMethod, Value};
use threadlab_threads::say;
use wasm_bindgen_test::wasm_bindgen_test;

/// Longer than anything here takes: a wait that ends by it has failed.
pub const LONG: Duration = Duration::from_mins(2);

pub const METHODS: [StartMethod; 3] = [StartMethod::Spawn, StartMethod::Fork, StartMethod::ForkServer];

pub fn text(error: Error) -> String {
    error.to_string()
}

/// Starts them all.
pub fn start(processes: &[Process]) -> Result<(), String> {
    processes.iter().try_for_each(Process::start).map_err(text)
}

/// Waits for all of them, which have to end well.
pub fn all_well(processes: &[Process]) -> Result<(), String> {
    for process in processes {
        let code = process.join_timeout(LONG).map_err(text)?;
        if code != 0 {
            return Err(format!("{} ended with {code}", process.name()));
        }
    }
    Ok(())
}

/// One process by each method.
fn by_each<A>(function: fn(A) -> Result<(), Error>, argument: &A) -> Vec<Process>
where
    A: Clone + Serialize + for<'de> Deserialize<'de> + Send + 'static,
{
    METHODS.map(|method| Process::by(method, function, argument.clone())).into()
}

/// The rule that an operation has failed by.
pub fn rule<T>(result: Result<T, Error>) -> Option<Rule> {
    result.err().and_then(|error| error.rule())
}

pub static PROGRAMS: &[Named] = &[
    ("counting under a process lock", |_| {
        fn add((lock, counter): (Lock, Value<u32>)) -> Result<(), Error> {
            for _ in 0..200 {
                let _held = lock.lock()?;
                counter.set_unlocked(counter.get_unlocked()? + 1)?;
            }
            Ok(())
        }
        let (lock, counter) = (Lock::new().map_err(text)?, Value::new(0_u32).map_err(text)?);
        let processes = by_each(add, &(lock.clone(), counter.clone()));
        start(&processes)?;
        add((lock, counter.clone())).map_err(text)?;
        all_well(&processes)?;
        Ok(counter.get().map_err(text)?.to_string())
    }),
    ("an rlock between processes", |_| {
        fn look((lock, deep): (RLock, bool)) -> Result<(), String> {
            let taken = lock.try_acquire().map_err(text)?;
            let released = rule(lock.release());
            let expected = if deep { (false, Some(Rule::NotHeld)) } else { (true, None) };
            ((taken, released) == expected).then_some(()).ok_or(format!("{taken} {released:?}"))
        }
        let lock = RLock::named("deep").map_err(text)?;
        lock.acquire().map_err(text)?;
        lock.acquire().map_err(text)?;
        for deep in [true, true, false] {
            // One after the other: each may have it when it is free.
            for start_look in [fork, spawn] {
                let process = [start_look(look, (lock.clone(), deep))];
                start(&process)?;
                all_well(&process)?;
            }
            if deep {
                lock.release().map_err(text)?;
            }
        }
        Ok(lock.depth().map_err(text)?.to_string())
    }),
    ("a reused worker and an rlock", |_| {
        // The thread that ended owned it; the next one on its worker does not.
        let lock = RLock::new().map_err(text)?;
        for expected in [true, false] {
            let theirs = lock.clone();
            let taken = threadlab_threads::thread::spawn(move || theirs.try_acquire()).join();
            if taken.map_err(|error| error.to_string())? != Ok(expected) {
                return Err(format!("it was not {expected}"));
            }
        }
        Ok(String::new())
    }),
    ("a semaphore between processes", |_| {
        fn enter((semaphore, inside, most): (Semaphore, Value<u32>, Value<u32>)) -> Result<(), Error> {
            for _ in 0..20 {
                let _permit = semaphore.acquire()?;
                let now = inside.update(|inside| inside + 1)?;
                most.update(|most| most.max(now))?;
                inside.update(|inside| inside - 1)?;
            }
            Ok(())
        }
        let semaphore = Semaphore::named("two", 2).map_err(text)?;
        let (inside, most) = (Value::new(0).map_err(text)?, Value::new(0).map_err(text)?);
        let processes = by_each(enter, &(semaphore.clone(), inside.clone(), most.clone()));
        start(&processes)?;
        all_well(&processes)?;
        let most = most.get().map_err(text)?;
        Ok(format!(
            "{} {} {}",
            most > 0 && most <= 2,
            inside.get().map_err(text)?,
            semaphore.permits().map_err(text)?
        ))
    }),
    ("a condition between processes", |_| {
        type Turns = (Condition, Value<u32>, u32);
        fn play((changed, turn, me): Turns) -> Result<(), Error> {
            let _outer = changed.lock()?;
            let _inner = changed.lock()?;
            for _ in 0..10 {
                changed.wait_for(|| Ok((turn.get()? == me).then_some(())))?;
                say!("{me}");
                turn.set((me + 1) % 3)?;
                changed.notify_all()?;
            }
            Ok(())
        }
        let changed = Condition::named("turn").map_err(text)?;
        let turn = Value::new(0).map_err(text)?;
        let processes: Vec<Process> = METHODS
            .into_iter()
            .zip(0..)
            .map(|(method, me)| Process::by(method, play, (changed.clone(), turn.clone(), me)))
            .collect();
        start(&processes)?;
        all_well(&processes)?;
        // Taken twice and given back twice by each.
        let free = changed.try_acquire().map_err(text)?;
        Ok(format!("{free} {}", changed.waiters().map_err(text)?))
    }),
    ("a barrier between processes", |_| {
        fn meet((barrier, came, acted): (Barrier, Value<u32>, Value<u32>)) -> Result<(), String> {
            for round in 1..=10 {
                came.update(|came| came + 1).map_err(text)?;
                let act = || {
                    // The others have come, and none goes on before this is done.
                    let all = came.get_unlocked() == Ok(round * 3);
                    let _ = acted.set_unlocked(if all { round } else { u32::MAX });
                };
                let index = barrier.wait_then(act).map_err(text)?;
                if index > 2 || acted.get().map_err(text)? != round {
                    return Err(format!("round {round}: went on as {index} before the action"));
                }
                barrier.wait().map_err(text)?;
            }
            Ok(())
        }
        let barrier = Barrier::named("line", 3).map_err(text)?;
        let (came, acted) = (Value::new(0).map_err(text)?, Value::new(0).map_err(text)?);
        let processes: Vec<Process> = METHODS
            .into_iter()
            .map(|method| Process::by(method, meet, (barrier.clone(), came.clone(), acted.clone())))
            .collect();
        start(&processes)?;
        all_well(&processes)?;
        Ok(format!("{} {}", acted.get().map_err(text)?, barrier.is_broken().map_err(text)?))
    }),
    ("a fork and what its parent holds", |_| {
        let lock = Lock::new().map_err(text)?;
        let held = lock.lock().map_err(text)?;
        let tried = Event::new().map_err(text)?;
        let (theirs, tell) = (lock.clone(), tried.clone());
        let forked = Process::forking(move || {
            // It is the same lock, and somebody else has it.
            let refused = theirs.try_acquire() == Ok(false);
            let told = tell.set().is_ok();
            let taken = theirs.acquire_timeout(LONG) == Ok(true);
            if refused && told && taken { Ok(()) } else { Err(format!("{refused} {told} {taken}")) }
        });
        let children = [forked];
        start(&children)?;
        tried.wait().map_err(text)?;
        drop(held);
        all_well(&children)?;
        Ok(String::new())
    }),
    ("a semaphore by its name", |_| {
        fn give(name: String) -> Result<(), Error> {
            let semaphore = NamedSemaphore::open(&name)?;
            NamedSemaphore::unlink(&name)?;
            semaphore.release()
        }
        let semaphore = NamedSemaphore::create("meeting", 0).map_err(text)?;
        let children = [spawn(give, semaphore.name().to_owned())];
        start(&children)?;
        semaphore.acquire().map_err(text)?.forget();
        all_well(&children)?;
        Ok(format!("{:?}", rule(NamedSemaphore::open("meeting"))))
    }),
];

#[wasm_bindgen_test]
async fn processes_count_exactly_under_a_lock() {
    assert_eq!(run("counting under a process lock").await.result(), "800");
}

#[wasm_bindgen_test]
async fn an_rlock_belongs_to_one_thread_of_one_process() {
    assert_eq!(run("an rlock between processes").await.result(), "0");
}

#[wasm_bindgen_test]
async fn a_reused_worker_does_not_own_what_its_last_thread_owned() {
    run("a reused worker and an rlock").await.result();
}

#[wasm_bindgen_test]
async fn a_semaphore_lets_so_many_processes_in() {
    assert_eq!(run("a semaphore between processes").await.result(), "true 0 2");
}

#[wasm_bindgen_test]
async fn processes_take_turns_by_a_condition() {
    let run = run("a condition between processes").await;
    assert_eq!(run.result(), "true 0");
    for (child, expected) in run.children.values().zip(["0", "1", "2"]) {
        assert_eq!(child.lines(), [expected; 10]);
    }
}

#[wasm_bindgen_test]
async fn processes_pass_a_barrier_together() {
    assert_eq!(run("a barrier between processes").await.result(), "10 false");
}

#[wasm_bindgen_test]
async fn a_forked_process_meets_its_parents_lock_as_another() {
    run("a fork and what its parent holds").await.result();
}

#[wasm_bindgen_test]
async fn processes_find_a_semaphore_by_its_name() {
    assert_eq!(run("a semaphore by its name").await.result(), "Some(NoSuchName)");
}
