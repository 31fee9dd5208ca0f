//! Programs whose processes share things: one that stays to be looked at, and one in which no process can go on.

use threadlab_processes::process::{forkserver, spawn};
use threadlab_processes::sync::{Event, Lock, Semaphore};
use threadlab_processes::{Connection, Queue, Value, named_one_way_pipe, named_pipe};
use threadlab_threads::{say, thread};

use crate::objects::{LONG, words};

type Desk = (Connection, Queue<u32>, Lock, Semaphore, Event);

/// Takes one of the numbers, puts items until there is no room, and keeps what it holds.
fn produce((numbers, jobs, screen, seats, here): Desk) -> Result<(), String> {
    let _first: Vec<u8> = numbers.recv_bytes().map_err(words)?;
    screen.acquire().map_err(words)?;
    seats.acquire().map_err(words)?.forget();
    here.set().map_err(words)?;
    for item in 0.. {
        jobs.put(item).map_err(words)?;
    }
    Ok(())
}

/// Takes one item and waits for the lock that is not given back.
fn consume((jobs, screen, here): (Queue<u32>, Lock, Event)) -> Result<(), String> {
    here.wait().map_err(words)?;
    jobs.get().map_err(words)?;
    let _held = screen.lock().map_err(words)?;
    Ok(())
}

/// A pipe with a message on its way, one whose other end is closed, a full queue, a lock that is held and waited for, and
/// more, between three processes that stay.
pub fn staying() -> Result<String, String> {
    let (to_producer, numbers) = named_pipe("numbers").map_err(words)?;
    let (answers, closed) = named_one_way_pipe("answers").map_err(words)?;
    closed.send("the last").map_err(words)?;
    closed.close().map_err(words)?;
    let jobs = Queue::named_bounded("jobs", 3).map_err(words)?;
    let (screen, seats) =
        (Lock::named("screen").map_err(words)?, Semaphore::named("seats", 2).map_err(words)?);
    let (total, here) = (Value::named("total", 0_u32).map_err(words)?, Event::named("here").map_err(words)?);
    let desk = (numbers, jobs.clone(), screen.clone(), seats, here.clone());
    spawn(produce, desk).named("producer").daemon(true).start().map_err(words)?;
    let consumer = forkserver(consume, (jobs, screen, here)).named("consumer").daemon(true);
    consumer.start().map_err(words)?;
    for _ in 0..2 {
        to_producer.send_bytes(&[7; 1000]).map_err(words)?;
    }
    total.set(1).map_err(words)?;
    say!("sent");
    thread::sleep(LONG);
    drop(answers);
    Ok(String::new())
}

/// Holds one lock and waits for the other, once both have one.
fn embrace((first, second, told, wait): (Lock, Lock, Event, Event)) -> Result<(), String> {
    let _first = first.lock().map_err(words)?;
    told.set().map_err(words)?;
    wait.wait().map_err(words)?;
    let _second = second.lock().map_err(words)?;
    Ok(())
}

/// Two processes, each of which holds what the other waits for, while the first one waits for both.
pub fn deadlock() -> Result<String, String> {
    let lock = |name| Lock::named(name).map_err(words);
    let event = |name| Event::named(name).map_err(words);
    let (left, right, one, two) = (lock("left")?, lock("right")?, event("one")?, event("two")?);
    let children = [
        spawn(embrace, (left.clone(), right.clone(), one.clone(), two.clone())).named("Ann"),
        spawn(embrace, (right, left, two, one)).named("Bob"),
    ];
    for child in &children {
        child.start().map_err(words)?;
    }
    for child in &children {
        child.join().map_err(words)?;
    }
    Ok(String::new())
}
