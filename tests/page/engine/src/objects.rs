//! A program that brings an object of each kind into a state to be looked at, and leaves it there.

use std::sync::{Arc, Barrier as Meeting};
use std::time::Duration;
use threadlab_threads::thread::{self, Timer};
use threadlab_threads::{
    Barrier, Condition, Event, LifoQueue, Lock, Once, PriorityQueue, Queue, RLock, Semaphore, SimpleQueue,
    lock, rwlock,
};

pub const LONG: Duration = Duration::from_hours(1);

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
pub fn words(error: impl ToString) -> String {
    error.to_string()
}

/// Starts a thread that does something and then stays.
fn stay(body: impl FnOnce() + Send + 'static) {
    thread::spawn(move || {
        body();
        thread::sleep(LONG);
    });
}

pub fn all() -> Result<String, String> {
    let (door, again): (Lock<()>, RLock<()>) = (lock::named("door", ()), RLock::named("again", ()));
    let (_door, _once, _twice) = (door.lock(), again.lock(), again.lock());

    let pool = Arc::new(Semaphore::named("pool", 3).map_err(words)?);
    let _permit = pool.acquire();
    readers_and_a_writer(&pool);

    Event::named("go").set();
    Once::named("table").get_or_init(|| 7);
    let phase = Arc::new(Barrier::named("phase", 3).map_err(words)?);
    stay(move || drop(phase.wait()));
    stay(|| {
        let (turn, ready) = (lock::named("turn", ()), Condition::named("ready"));
        let _ = ready.wait(&mut turn.lock());
    });
    queues()?;

    let timer = Timer::new(LONG, || ());
    timer.start().map_err(words)?;
    thread::sleep(LONG);
    Ok(String::new())
}

/// Threads 1 and 2 read, and the first has a permit besides; thread 3 waits to write.
fn readers_and_a_writer(pool: &Arc<Semaphore>) {
    let shared = Arc::new((rwlock::named("page", ()), Meeting::new(3)));
    for number in 1..=2 {
        let (pool, shared) = (Arc::clone(pool), Arc::clone(&shared));
        thread::spawn(move || {
            let _read = shared.0.read();
            let _permit = (number == 1).then(|| pool.acquire());
            shared.1.wait();
            thread::sleep(LONG);
        });
    }
    shared.1.wait();
    stay(move || drop(shared.0.write()));
}

fn queues() -> Result<(), String> {
    let jobs = Queue::named_bounded("jobs", 3).map_err(words)?;
    for job in 0..3 {
        jobs.put(job).map_err(words)?;
    }
    jobs.get().map_err(words)?;
    let stack = LifoQueue::<u32>::named("stack");
    stay(move || drop(stack.get()));
    let urgent = PriorityQueue::named_bounded("urgent", 1).map_err(words)?;
    urgent.put(1).map_err(words)?;
    stay(move || drop(urgent.put(2)));
    let log = SimpleQueue::named("log");
    (0..12).try_for_each(|line| log.put(line)).map_err(words)
}

/// A second in which objects of all kinds change all the time.
pub fn busy() -> Result<String, String> {
    const ROUNDS: u32 = 60;
    let jobs = Arc::new(Queue::named_bounded("jobs", 4).map_err(words)?);
    let pool = Arc::new(Semaphore::named("pool", 2).map_err(words)?);
    let phase = Arc::new(Barrier::named("phase", 3).map_err(words)?);
    let (go, again) = (Arc::new(Event::named("go")), Arc::new(RLock::named("again", ())));
    let page = Arc::new(rwlock::named("page", 0_u32));
    let mut threads = Vec::new();
    for number in 0..3 {
        let (jobs, pool, phase) = (Arc::clone(&jobs), Arc::clone(&pool), Arc::clone(&phase));
        let (go, again, page) = (Arc::clone(&go), Arc::clone(&again), Arc::clone(&page));
        let body = move || {
            for round in 0..ROUNDS {
                // Before anything is held: who waits in a queue with a lock in hand keeps out who would help.
                if number == 0 {
                    jobs.put(round).map_err(words)?;
                    go.set();
                } else if round % 2 == 0 {
                    jobs.get().map_err(words)?;
                    go.clear();
                }
                let _permit = pool.acquire();
                let (_once, _twice) = (again.lock(), again.lock());
                *page.write() += 1;
                drop(page.read());
                thread::sleep(Duration::from_millis(5));
            }
            phase.wait().map(drop).map_err(words)
        };
        threads.push(thread::spawn(body));
    }
    for thread in threads {
        thread.join().map_err(words)??;
    }
    Ok("busy".to_owned())
}
