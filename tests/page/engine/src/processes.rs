//! Programs that start processes: one that comes to its end, one that stays to be looked at, and one whose forked child
//! waits for a lock that nobody in its memory holds.

use std::sync::Arc;

use threadlab_processes::process::{ExitCode, fork, forkserver, spawn};
use threadlab_processes::sync::Event;
use threadlab_processes::{Process, StartMethod};
use threadlab_threads::{Queue, lock, say, thread};

use crate::objects::{LONG, words};

/// Says a word and ends with a code.
fn end((word, code): (String, i32)) -> ExitCode {
    say!("{word} ends with {code}");
    ExitCode(code)
}

fn panic(_: ()) {
    panic!("dropped it");
}

/// Says that it is there, in a thread besides, and stays.
#[expect(clippy::needless_pass_by_value, reason = "a process's function takes its argument by value")]
fn stay(here: Event) -> Result<(), String> {
    let door = Arc::new(lock::named("door", ()));
    let _held = door.lock();
    let other = Arc::clone(&door);
    thread::Builder::new().name("helper").spawn(move || drop(other.lock())).map_err(words)?;
    let jobs = Queue::named("jobs");
    jobs.put(1).map_err(words)?;
    say!("staying");
    here.set().map_err(words)?;
    thread::sleep(LONG);
    Ok(())
}

/// Starts it and waits until it has ended.
fn see(child: &Process) -> Result<(), String> {
    child.start().map_err(words)?;
    let code = child.join().map_err(words)?;
    say!("seen: {} {code}", child.name());
    Ok(())
}

/// A child by each method, each with an end of its own, then one that panics and one that is terminated.
pub fn all() -> Result<String, String> {
    see(&spawn(end, ("the spawned".to_owned(), 3)).named("spawned"))?;
    see(&fork(end, ("the forked".to_owned(), 4)).named("forked"))?;
    see(&forkserver(end, ("the served".to_owned(), 0)).named("served"))?;
    see(&spawn(panic, ()).named("clumsy"))?;
    let here = Event::new().map_err(words)?;
    let stays = Process::by(StartMethod::Spawn, stay, here.clone()).named("endless");
    stays.start().map_err(words)?;
    here.wait().map_err(words)?;
    stays.terminate().map_err(words)?;
    Ok(format!("the last ended with {}", stays.join().map_err(words)?))
}

/// Children that stay, with threads and objects of their own, and a daemon among them. The main thread waits for one.
pub fn staying() -> Result<String, String> {
    let own = lock::named("ledger", ());
    let _held = own.lock();
    let here = Event::new().map_err(words)?;
    let mut children = Vec::new();
    for (name, method) in [("reader", StartMethod::Spawn), ("writer", StartMethod::Fork)] {
        here.clear().map_err(words)?;
        let child = Process::by(method, stay, here.clone()).named(name).daemon(name == "writer");
        child.start().map_err(words)?;
        here.wait().map_err(words)?;
        children.push(child);
    }
    see(&forkserver(end, ("the brief".to_owned(), 7)).named("brief"))?;
    children[0].join().map_err(words)?;
    Ok(String::new())
}

/// The child's memory has the lock held, and the thread that holds it is not there.
pub fn left_behind() -> Result<String, String> {
    let gate = Arc::new(lock::named("gate", ()));
    let _held = gate.lock();
    let copy = Arc::clone(&gate);
    let child = Process::forking(move || drop(copy.lock())).named("stuck");
    child.start().map_err(words)?;
    child.join().map_err(words)?;
    Ok(String::new())
}
