//! What the objects' native tests share: traced runs whose program can wait for what its events show.

use crate::process::{self, Options};
use std::sync::{Arc, Mutex};
use threadlab_trace::{Event, What};

/// The events so far, for the program that they tell of.
#[derive(Clone, Default)]
pub(super) struct Watch(Arc<Mutex<Vec<Event>>>);

impl Watch {
    /// Waits until so many waits for objects have begun since the run did.
    pub fn until_waits(&self, count: usize) {
        let began = |event: &&Event| matches!(event.what, What::WaitBegan { .. });
        while self.0.lock().unwrap().iter().filter(began).count() < count {
            std::thread::yield_now();
        }
    }
}

/// Runs a program that must not fail as a traced process, and returns what its events say happened to objects, in order,
/// without the objects' numbers.
pub(super) fn watched(program: impl FnOnce(&Watch) + Send + 'static) -> Vec<Told> {
    let watch = Watch::default();
    let theirs = watch.clone();
    let run = process::run_and(
        Options::default(),
        move || {
            program(&theirs);
            Ok(String::new())
        },
        |_, events| {
            let mut seen = watch.0.lock().unwrap();
            let known = seen.len();
            seen.extend_from_slice(&events[known..]);
        },
    );
    run.outcome.unwrap();
    assert_eq!(run.lost, 0);
    run.events.iter().filter_map(Told::of).collect()
}

/// What happened to an object, shortly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// The thread's number; the main thread's is 1.
    pub thread: u32,
    /// What happened.
    pub what: String,
}

impl Told {
    fn of(event: &Event) -> Option<Self> {
        let what = match &event.what {
            What::ObjectCreated { kind, name, .. } => format!("{kind:?} {name}"),
            What::ObjectSized { size, value, .. } => format!("{size:?} {value}"),
            What::WaitBegan { purpose, timed, .. } => {
                format!("waits: {purpose:?}{}", if *timed { ", timed" } else { "" })
            }
            What::WaitTimedOut { .. } => "timed out".into(),
            What::WaitEnded { .. } => "wait ended".into(),
            What::Acquired { mode, count, .. } => format!("acquired: {mode:?} {count}"),
            What::Released { mode, count, .. } => format!("released: {mode:?} {count}"),
            What::Set { .. } => "set".into(),
            What::Cleared { .. } => "cleared".into(),
            What::Arrived { .. } => "arrived".into(),
            What::Tripped { .. } => "tripped".into(),
            What::Broken { .. } => "broken".into(),
            What::Reset { .. } => "reset".into(),
            _ => return None,
        };
        Some(Self { thread: event.thread.0, what })
    }
}

/// What was told, in order, with the threads' numbers.
pub(super) fn lines(told: &[Told]) -> Vec<String> {
    told.iter().map(|Told { thread, what }| format!("{thread} {what}")).collect()
}

/// What was told of one thread.
pub(super) fn of_thread(told: &[Told], thread: u32) -> Vec<&str> {
    told.iter().filter(|told| told.thread == thread).map(|told| told.what.as_str()).collect()
}

/// Where in the order something was told first.
pub(super) fn position(told: &[Told], what: &str) -> usize {
    told.iter().position(|told| told.what == what).unwrap_or_else(|| panic!("{what} is told"))
}
