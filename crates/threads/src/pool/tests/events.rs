//! What pools tell.

use super::super::Pool;
use crate::process::{self, Options};
use std::collections::BTreeMap;
use threadlab_trace::{Event, ObjectKind, Purpose, Size, ThreadId, What};

fn events(program: impl FnOnce() + Send + 'static) -> Vec<Event> {
    let run = process::run(Options::default(), move || {
        program();
        Ok(String::new())
    });
    run.outcome.unwrap();
    assert_eq!(run.lost, 0);
    run.events
}

/// What is true of the tasks in every prefix of the events.
fn follow(events: &[Event]) {
    let (mut added, mut began, mut running) = (0, 0, BTreeMap::<ThreadId, Vec<u32>>::new());
    for event in events {
        match event.what {
            What::TasksAdded { count, .. } => added += count,
            What::TaskBegan { task, .. } => {
                began += 1;
                assert!(began <= added, "a task begins after it was added");
                running.entry(event.thread).or_default().push(task);
            }
            What::TaskEnded { task, .. } => {
                assert_eq!(running.get_mut(&event.thread).and_then(Vec::pop), Some(task));
            }
            What::TasksCancelled { count, .. } => began += count,
            _ => {}
        }
    }
    assert_eq!(added, began, "nothing is left");
}

fn of_pools(events: &[Event]) -> Vec<(u32, String)> {
    let told = |event: &Event| {
        let what = match &event.what {
            What::ObjectCreated { kind: ObjectKind::Pool, name, .. } => format!("pool {name}"),
            What::ObjectSized { size: Size::Workers, value, .. } => format!("{value} workers"),
            What::ThreadCreated { name, daemon, .. } => format!("{name} {daemon}"),
            What::WorkerJoined { .. } => "joined".into(),
            What::TasksAdded { count, .. } => format!("added {count}"),
            What::TaskBegan { task, .. } => format!("began {task}"),
            What::TaskEnded { task, failed, .. } => format!("ended {task} {failed}"),
            What::TasksCancelled { count, .. } => format!("cancelled {count}"),
            What::ShutDown { immediate, .. } => format!("shut {immediate}"),
            What::WaitBegan { purpose: Purpose::Result, timed, .. } => format!("waits {timed}"),
            What::WaitEnded { .. } => "wait ended".into(),
            What::WaitTimedOut { .. } => "timed out".into(),
            _ => return None,
        };
        Some((event.thread.0, what))
    };
    events.iter().filter_map(told).collect()
}

fn of_thread(told: &[(u32, String)], thread: u32) -> Vec<&str> {
    told.iter().filter(|(number, _)| *number == thread).map(|(_, what)| what.as_str()).collect()
}

#[test]
fn a_pool_its_workers_and_their_tasks_are_told() {
    let events = events(|| {
        let pool = Pool::named("squares", 1).unwrap();
        let go = super::hold(&pool, 1);
        let result = pool
            .map_async_with([1, 2], Some(1), |item| assert!(item < 2), super::super::Callbacks::new())
            .unwrap();
        go.set();
        while !result.ready() {
            std::thread::yield_now();
        }
        pool.close();
        pool.join().unwrap();
    });
    follow(&events);
    let told = of_pools(&events);
    let main = ["pool squares", "1 workers", "squares-worker-1 true", "added 1", "added 2", "shut false"];
    let seen: Vec<_> = of_thread(&told, 1).into_iter().filter(|what| *what != "wait ended").collect();
    assert_eq!(seen, main);
    let worker =
        ["joined", "began 0", "ended 0 false", "began 1", "ended 1 false", "began 2", "ended 2 true"];
    let seen: Vec<_> = of_thread(&told, 2).into_iter().filter(|what| *what != "wait ended").collect();
    assert_eq!(seen, worker);
    let here = events.iter().find(|event| matches!(event.what, What::TaskBegan { task: 1, .. })).unwrap();
    let file = events.iter().find_map(|event| match &event.what {
        What::PlaceDefined { file, .. } if event.place == here.place => Some(file.clone()),
        _ => None,
    });
    assert!(file.unwrap().ends_with("events.rs"), "a task's place is where it was given to the pool");
}

#[test]
fn a_wait_for_a_result_is_told() {
    let events = events(|| {
        let (pool, go) = super::busy(1);
        let result = pool.apply_async(move || ()).unwrap();
        assert!(result.get_timeout(core::time::Duration::from_millis(5)).is_err());
        go.set();
        result.get().unwrap();
        pool.apply(|| ()).unwrap();
        pool.close();
        pool.join().unwrap();
    });
    follow(&events);
    let told = of_pools(&events);
    let main = of_thread(&told, 1);
    let first = main.iter().position(|what| *what == "waits true").unwrap();
    assert_eq!(main[first + 1], "timed out");
    for (index, what) in main.iter().enumerate() {
        if *what == "waits false" {
            assert_eq!(main[index + 1], "wait ended");
        }
    }
}

#[test]
fn what_is_thrown_away_is_told() {
    let events = events(|| {
        let (pool, go) = super::busy(1);
        let many = pool.map_async(0..10, |item| item).unwrap();
        let one = pool.apply_async(|| ()).unwrap();
        pool.terminate();
        assert!(many.ready() && one.ready());
        go.set();
        pool.join().unwrap();
    });
    follow(&events);
    let told = of_pools(&events);
    let main = of_thread(&told, 1);
    assert_eq!(main.iter().filter(|what| **what == "cancelled 1").count(), 4 + 1);
    assert!(main.contains(&"shut true"));
}

#[test]
fn the_events_of_many_tasks_hang_together() {
    let events = events(|| {
        let pool = Pool::new(4).unwrap();
        for round in 0..20 {
            pool.map_chunked(0..50, 1 + round % 7, |item| item).unwrap();
        }
        pool.terminate();
        pool.join().unwrap();
    });
    follow(&events);
}
