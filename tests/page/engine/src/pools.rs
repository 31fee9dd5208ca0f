//! Programs with pools and executors: one that leaves them in a state to be looked at, one in which they change all the
//! time, and one in which an executor waits for itself.

use std::sync::{Arc, Barrier as Meeting};
use std::time::Duration;
use threadlab_threads::executor::Executor;
use threadlab_threads::{Pool, lock, thread};

use crate::objects::{LONG, words};

/// Of the pool's workers one sleeps, one waits and one is idle; the executor's only one sleeps, and one thread waits for a
/// result that it will never come to.
pub fn all() -> Result<String, String> {
    let pool = Pool::named("crunch", 3).map_err(words)?;
    let door = Arc::new(lock::named("door", ()));
    let _held = door.lock();
    let squares = pool.map_chunked(0..4_u32, 1, |number| number * number).map_err(words)?;
    let failed =
        pool.map_chunked([0_u32], 1, |zero| 100_u32.checked_div(zero).unwrap_or_else(|| panic!("no")));
    if squares != [0, 1, 4, 9] || failed.is_ok() {
        return Err("the pool is wrong".to_owned());
    }
    let _sleeper = pool.apply_async(|| thread::sleep(LONG)).map_err(words)?;
    let behind = Arc::clone(&door);
    let _waiter = pool.apply_async(move || drop(behind.lock())).map_err(words)?;

    let web = Executor::named("web", 1).map_err(words)?;
    let _busy = web.submit(|| thread::sleep(LONG)).map_err(words)?;
    let (later, never) = (web.submit(|| 1).map_err(words)?, web.submit(|| 2).map_err(words)?);
    if !never.cancel() {
        return Err("it cannot have begun".to_owned());
    }
    thread::Builder::new().name("asker").spawn(move || later.result().is_ok()).map_err(words)?;
    thread::sleep(LONG);
    Ok(String::new())
}

/// Tasks that come and go, some of which fail or are cancelled.
pub fn busy() -> Result<String, String> {
    const ROUNDS: u32 = 25;
    let pool = Pool::named("crunch", 4).map_err(words)?;
    let web = Executor::named("web", 2).map_err(words)?;
    // Both of its workers are there from now on.
    let met = Arc::new(Meeting::new(2));
    let first = (0..2).map(|_| {
        let met = Arc::clone(&met);
        web.submit(move || {
            met.wait();
        })
        .map_err(words)
    });
    for future in first.collect::<Result<Vec<_>, _>>()? {
        future.result().map_err(words)?;
    }
    for round in 0..ROUNDS {
        let tasks = 0..8 + round % 3;
        let work = move |task: u32| {
            thread::sleep(Duration::from_millis(u64::from((task * 7 + round * 3) % 23)));
            assert!(round % 5 != 4 || task != 3, "this one fails");
        };
        let crunched = pool.map_async_with(tasks, Some(1), work, threadlab_threads::pool::Callbacks::new());
        let crunched = crunched.map_err(words)?;
        let futures = (0..6).map(|_| web.submit(|| thread::sleep(Duration::from_millis(9))).map_err(words));
        let futures = futures.collect::<Result<Vec<_>, _>>()?;
        for (number, future) in futures.iter().enumerate() {
            if number % 3 != 2 || !future.cancel() {
                future.result().map_err(words)?;
            }
        }
        let _ = crunched.get();
    }
    sleep_then_wait(&pool)?;
    pool.close();
    pool.join().map_err(words)?;
    web.shutdown().map_err(words)?;
    Ok("busy".to_owned())
}

/// All workers sleep, each in a task, and from that go on to wait, for long enough that both are shown.
fn sleep_then_wait(pool: &Pool) -> Result<(), String> {
    let door = Arc::new(lock::named("door", ()));
    let held = door.lock();
    let tasks = (0..4).map(|_| {
        let door = Arc::clone(&door);
        let task = move || {
            thread::sleep(Duration::from_millis(300));
            drop(door.lock());
        };
        pool.apply_async(task).map_err(words)
    });
    let tasks = tasks.collect::<Result<Vec<_>, _>>()?;
    thread::sleep(Duration::from_millis(600));
    drop(held);
    tasks.into_iter().try_for_each(|task| task.get().map_err(words))
}

/// Both workers wait for tasks that only they could run.
pub fn exhausted() -> Result<String, String> {
    let web = Arc::new(Executor::named("web", 2).map_err(words)?);
    let met = Arc::new(Meeting::new(2));
    let outer = (0..2).map(|_| {
        let (inside, met) = (Arc::clone(&web), Arc::clone(&met));
        let task = move || {
            met.wait();
            inside.submit(|| ()).is_ok_and(|inner| inner.result().is_ok())
        };
        web.submit(task).map_err(words)
    });
    for future in outer.collect::<Result<Vec<_>, _>>()? {
        future.result().map_err(words)?;
    }
    Ok(String::new())
}
