//! What processes share, by its events: real ones, folded as the page does.

use crate::process_sync::{LONG, all_well, start, text};
use crate::run;
use threadlab_harness::{Named, Run};
use threadlab_model::{Channel, FIRST_PROCESS, Family, Object, ObjectState, Process as Seen, testing};
use threadlab_processes::process::{fork, spawn};
use threadlab_processes::sync::{Condition, Event, Lock, Semaphore};
use threadlab_processes::{Connection, Error, Process, Queue, StartMethod, Value, named_pipe};
use threadlab_threads::thread;
use threadlab_trace::What;
use wasm_bindgen_test::wasm_bindgen_test;

const ROUNDS: u32 = 50;

/// Passes numbers on, under a lock.
fn pass_on((numbers, jobs, screen): (Connection, Queue<u32>, Lock)) -> Result<(), Error> {
    for _ in 0..ROUNDS {
        let number: u32 = numbers.recv()?;
        let _held = screen.lock()?;
        jobs.put(number)?;
    }
    Ok(())
}

/// Adds numbers up.
fn add_up((jobs, sum, done): (Queue<u32>, Value<u32>, Event)) -> Result<(), Error> {
    for _ in 0..ROUNDS {
        let number = jobs.get()?;
        sum.update(|sum| sum + number)?;
        jobs.task_done()?;
    }
    done.set()
}

type Turns = (Condition, Value<u32>, Semaphore, u32);

/// Takes turns, and a permit for each.
fn take_turns((changed, turn, seats, me): Turns) -> Result<(), Error> {
    for _ in 0..10 {
        let _seat = seats.acquire()?;
        let _held = changed.lock()?;
        changed.wait_for(|| Ok((turn.get()? % 2 == me).then_some(())))?;
        turn.update(|turn| turn + 1)?;
        changed.notify_all()?;
    }
    Ok(())
}

/// What a process waits for that is about to be killed.
fn wait_for_ever((way, queue, lock, here): (u32, Queue<u32>, Lock, Event)) -> Result<(), Error> {
    here.set()?;
    match way % 3 {
        0 => queue.get().map(drop),
        1 => lock.acquire(),
        _ => Event::new()?.wait(),
    }
}

pub static PROGRAMS: &[Named] = &[
    ("numbers on their way through processes", |_| {
        let (here, there) = named_pipe("numbers").map_err(text)?;
        let jobs = Queue::named_bounded("jobs", 2).map_err(text)?;
        let screen = Lock::named("screen").map_err(text)?;
        let (sum, done) = (Value::named("sum", 0).map_err(text)?, Event::named("done").map_err(text)?);
        let children = [
            spawn(pass_on, (there, jobs.clone(), screen)),
            fork(add_up, (jobs.clone(), sum.clone(), done.clone())),
        ];
        start(&children)?;
        for number in 1..=ROUNDS {
            here.send(&number).map_err(text)?;
        }
        done.wait().map_err(text)?;
        jobs.join().map_err(text)?;
        all_well(&children)?;
        Ok(sum.get().map_err(text)?.to_string())
    }),
    ("turns that are told", |_| {
        let changed = Condition::named("changed").map_err(text)?;
        let turn = Value::named("turn", 0).map_err(text)?;
        let seats = Semaphore::named("seats", 2).map_err(text)?;
        let children: Vec<Process> = [StartMethod::Spawn, StartMethod::ForkServer]
            .into_iter()
            .zip(0..)
            .map(|(method, me)| {
                Process::by(method, take_turns, (changed.clone(), turn.clone(), seats.clone(), me))
            })
            .collect();
        start(&children)?;
        all_well(&children)?;
        Ok(turn.get().map_err(text)?.to_string())
    }),
    ("kills of those who wait", |_| {
        let queue = Queue::named("nothing").map_err(text)?;
        let lock = Lock::named("held").map_err(text)?;
        lock.acquire().map_err(text)?;
        let here = Event::named("here").map_err(text)?;
        for way in 0..6 {
            here.clear().map_err(text)?;
            let child = spawn(wait_for_ever, (way, queue.clone(), lock.clone(), here.clone()));
            child.start().map_err(text)?;
            here.wait().map_err(text)?;
            if way > 2 {
                // Now and then it comes to wait before, now and then it does not.
                thread::yield_now();
            }
            child.kill().map_err(text)?;
            child.join_timeout(LONG).map_err(text)?;
        }
        Ok(String::new())
    }),
];

/// Folds all events of a run. None is out of place, and what hangs together does so after each of the kernel's.
fn fold(run: &Run) -> Family {
    let mut family = Family::new();
    let children = run.children.iter().map(|(number, child)| (*number, &child.events));
    for (process, events) in [(FIRST_PROCESS, &run.events)].into_iter().chain(children) {
        for event in events {
            family.apply(process, event);
        }
    }
    for event in &run.shared {
        family.apply_shared(event);
        let shared = family.shared().model();
        assert_eq!(shared.anomalies(), 0, "{event:?}");
    }
    let models = family.processes().map(Seen::model).chain([family.shared().model()]);
    for model in models {
        assert_eq!(testing::check(model), Ok(()), "process {}", model.process());
        assert_eq!(model.anomalies(), 0, "process {}", model.process());
    }
    family
}

fn object<'f>(family: &'f Family, name: &str) -> &'f Object {
    let object = family.shared().model().objects().find(|object| object.name() == name);
    object.unwrap_or_else(|| panic!("there is no {name}"))
}

/// Nobody waits or holds anything, but who never gave it back.
fn assert_is_quiet(family: &Family, held: &[&str]) {
    for object in family.shared().model().objects() {
        assert_eq!(object.waiters(), [], "{}", object.words());
        let is_free = object.holders().is_empty() || held.contains(&object.name());
        assert!(is_free, "{} has holders", object.words());
    }
}

#[wasm_bindgen_test]
async fn pipes_queues_and_locks_tell_what_went_through_them() {
    let run = run("numbers on their way through processes").await;
    assert_eq!(run.result(), (ROUNDS * (ROUNDS + 1) / 2).to_string());
    let family = fold(&run);
    assert_is_quiet(&family, &[]);
    let [first, second] = family.shared().pipes().next().expect("there is a pipe");
    let (ObjectState::PipeEnd(first), ObjectState::PipeEnd(second)) = (first.state(), second.state()) else {
        panic!("its ends are none");
    };
    let sent = first.outgoing().expect("it goes both ways");
    assert_eq!((sent.sent(), sent.received(), sent.fill()), (ROUNDS.into(), ROUNDS.into(), 0));
    assert_eq!(second.incoming(), Some(sent));
    assert_eq!(second.outgoing().map(Channel::sent), Some(0));
    let jobs = object(&family, "jobs");
    assert_eq!((jobs.givers(), jobs.takers()), (&[2][..], &[3][..]));
    let ObjectState::Queue(items) = jobs.state() else { panic!("{jobs:?}") };
    assert_eq!((items.put(), items.len(), items.unfinished()), (ROUNDS.into(), 0, 0));
    assert_eq!((items.capacity(), object(&family, "screen").acquisitions()), (Some(2), ROUNDS.into()));
    assert_eq!(object(&family, "sum").acquisitions(), u64::from(ROUNDS) + 1);
    assert!(matches!(object(&family, "done").state(), ObjectState::Event { set: true }));
    // Of the processes only the first is left, which ended with the run.
    assert!(family.shared().model().objects().all(|object| object.open_in().iter().all(|open| *open == 1)));
    // Each process tells the same of its waits, with the places in this file.
    for process in family.processes() {
        let main = process.model().threads().next().expect("it has a main thread");
        assert!(main.wait().is_none(), "{} waits", process.name());
    }
    let place = run.children[&3].events.iter().find_map(|event| match &event.what {
        What::PlaceDefined { file, .. } => file.ends_with("shared_events.rs").then_some(event.place),
        _ => None,
    });
    let waits = |event: &&threadlab_trace::Event| matches!(&event.what, What::WaitBegan { object, .. } | What::Used { object } if object.is_shared());
    assert!(place.is_some() && run.children[&3].events.iter().any(|event| waits(&event)));
}

#[wasm_bindgen_test]
async fn conditions_and_semaphores_between_processes_tell_what_is_so() {
    let run = run("turns that are told").await;
    assert_eq!(run.result(), "20");
    let family = fold(&run);
    assert_is_quiet(&family, &[]);
    let ObjectState::Semaphore(seats) = object(&family, "seats").state() else { panic!("no semaphore") };
    assert_eq!((seats.initial(), seats.permits()), (Some(2), Some(2)));
}

#[wasm_bindgen_test]
async fn a_process_that_is_killed_while_it_waits_is_told_to_wait_no_more() {
    let run = run("kills of those who wait").await;
    run.result();
    let family = fold(&run);
    assert_is_quiet(&family, &["held"]);
    let gone = run.shared.iter().filter(|event| matches!(event.what, What::ProcessGone { .. })).count();
    assert_eq!(gone, 6);
    // The first process let go of it at its end.
    assert_eq!(object(&family, "nothing").open_in(), [0_u32; 0]);
}
