//! A harness for programs that run on real workers: the tests' and the benchmarks' own module is the engine, and
//! [`threadlab_host`] starts its processes.
#![cfg(all(target_arch = "wasm32", target_feature = "atomics"))]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::task::{Poll, Waker};
use threadlab_host::{ChildNews, Engine, Notice, Options, Outcome, Process};
use threadlab_trace::{Event, SharedEvent, What};
use wasm_bindgen::JsCast;

/// A program by its name, as the module's `find` looks it up.
pub type Named = (&'static str, fn(&str) -> Result<String, String>);

/// Makes a program of the one with this name.
///
/// # Errors
///
/// If there is none.
pub fn find(
    programs: &'static [Named],
    name: &str,
    arguments: &str,
) -> Result<threadlab_threads::process::Program, String> {
    let (_, main) = programs.iter().find(|(known, _)| *known == name).ok_or(format!("no program {name}"))?;
    let arguments = arguments.to_owned();
    Ok(Box::new(move || main(&arguments)))
}

/// What a child process has shown.
#[derive(Debug, Default)]
pub struct Child {
    /// Its events, in order.
    pub events: Vec<Event>,
    /// Its exit code, once it has ended.
    pub code: Option<i32>,
    /// What went wrong, where something did.
    pub failure: Option<String>,
    /// Its memory when events were read, in bytes.
    pub memory_bytes: u32,
}

/// The lines printed in these events.
fn lines(events: &[Event]) -> Vec<&str> {
    let printed = events.iter().filter_map(|event| match &event.what {
        What::Printed { text } => Some(text.as_str()),
        _ => None,
    });
    printed.collect()
}

impl Child {
    /// The lines printed.
    pub fn lines(&self) -> Vec<&str> {
        lines(&self.events)
    }
}

/// What a run has shown.
#[derive(Debug)]
pub struct Run {
    /// How it ended.
    pub outcome: Outcome,
    /// Its events, in order, or those of them that were to be kept.
    pub events: Vec<Event>,
    /// How many events there were.
    pub count: usize,
    /// The processes that it started, by their numbers.
    pub children: BTreeMap<u32, Child>,
    /// What happened to what the processes share, in order.
    pub shared: Vec<SharedEvent>,
    /// Events lost.
    pub lost: u64,
    /// The process's memory when the last events but those of its end were read, in bytes.
    pub memory_bytes: u32,
}

impl Run {
    /// The program's result.
    ///
    /// # Panics
    ///
    /// If the run did not finish.
    pub fn result(&self) -> &str {
        assert_eq!(self.outcome, Outcome::Finished);
        let result = self.events.iter().rev().find_map(|event| match &event.what {
            What::Result { text } => Some(text.as_str()),
            _ => None,
        });
        result.expect("a run that finished has a result")
    }

    /// The lines printed.
    pub fn lines(&self) -> Vec<&str> {
        lines(&self.events)
    }
}

/// The tests' own module as an engine.
///
/// # Panics
///
/// If the browser does not take it.
pub fn engine() -> Rc<Engine> {
    thread_local! {
        static ENGINE: Rc<Engine> = Engine::from_parts(wasm_bindgen::module().unchecked_into(), "wasm-bindgen-test.js")
            .expect("the tests' own module is an engine");
    }
    ENGINE.with(Rc::clone)
}

/// Runs a program to its end.
pub async fn run(program: &str, arguments: &str, options: Options) -> Run {
    run_and(program, arguments, options, |_, _| ()).await
}

/// Runs a program to its end and keeps only the events that `keep` chooses; `heard` is called whenever there are some.
/// For programs whose events would not all find room in the test's own memory.
pub async fn run_counting(
    program: &str,
    options: Options,
    keep: impl Fn(&Event) -> bool + 'static,
    mut heard: impl FnMut() + 'static,
) -> Run {
    run_keeping(&engine(), program, "", options, keep, move |_, _| heard()).await
}

/// Runs a program to its end, or until `act`, which is called after each frame's events with all of them so far,
/// stops it.
///
/// # Panics
///
/// If the process cannot be started.
pub async fn run_and(
    program: &str,
    arguments: &str,
    options: Options,
    act: impl FnMut(&Process, &[Event]) + 'static,
) -> Run {
    run_keeping(&engine(), program, arguments, options, |_| true, act).await
}

/// Runs a program to its end on another engine than the test's own module.
pub async fn run_on(engine: &Rc<Engine>, program: &str, options: Options) -> Run {
    run_keeping(engine, program, "", options, |_| true, |_, _| ()).await
}

async fn run_keeping(
    engine: &Rc<Engine>,
    program: &str,
    arguments: &str,
    options: Options,
    keep: impl Fn(&Event) -> bool + 'static,
    mut act: impl FnMut(&Process, &[Event]) + 'static,
) -> Run {
    let count: Rc<Cell<usize>> = Rc::default();
    let counter = Rc::clone(&count);
    let process: Rc<RefCell<Option<Rc<Process>>>> = Rc::default();
    let events: Rc<RefCell<Vec<Event>>> = Rc::default();
    let outcome: Rc<RefCell<Option<Outcome>>> = Rc::default();
    let memory_bytes: Rc<Cell<u32>> = Rc::default();
    let children: Rc<RefCell<BTreeMap<u32, Child>>> = Rc::default();
    let shared: Rc<RefCell<Vec<SharedEvent>>> = Rc::default();
    let waker: Rc<RefCell<Option<Waker>>> = Rc::default();
    let listener = {
        let (process, events, outcome) = (Rc::clone(&process), Rc::clone(&events), Rc::clone(&outcome));
        let (memory_bytes, waker) = (Rc::clone(&memory_bytes), Rc::clone(&waker));
        let (children, hear_shared) = (Rc::clone(&children), Rc::clone(&shared));
        move |notice: Notice<'_>| match notice {
            Notice::Running | Notice::CaughtUp { .. } => {}
            Notice::Events(new) => {
                counter.set(counter.get() + new.len());
                events.borrow_mut().extend(new.iter().filter(|event| keep(event)).cloned());
                let Some(process) = process.borrow().clone() else { return };
                memory_bytes.set(process.memory_bytes().max(memory_bytes.get()));
                act(&process, &events.borrow());
            }
            Notice::Kernel { events: new, .. } => hear_shared.borrow_mut().extend_from_slice(new),
            Notice::Child { process: number, news } => {
                let mut children = children.borrow_mut();
                let child = children.entry(number).or_default();
                match news {
                    ChildNews::Running => {}
                    ChildNews::Events(new) => {
                        child.events.extend_from_slice(new);
                        let Some(process) = process.borrow().clone() else { return };
                        child.memory_bytes = child.memory_bytes.max(process.memory_bytes_of(number));
                    }
                    ChildNews::Ended { code, failure } => {
                        (child.code, child.failure) = (Some(code), failure);
                    }
                }
            }
            Notice::Ended(how) => {
                *outcome.borrow_mut() = Some(how);
                if let Some(waker) = waker.take() {
                    waker.wake();
                }
            }
        }
    };
    let started = Process::start(engine, program, arguments, options, listener);
    *process.borrow_mut() = Some(Rc::new(started.expect("the browser starts a worker")));
    std::future::poll_fn(|context| {
        if outcome.borrow().is_some() {
            return Poll::Ready(());
        }
        *waker.borrow_mut() = Some(context.waker().clone());
        Poll::Pending
    })
    .await;
    let lost = process.borrow().as_ref().map_or(0, |process| process.lost());
    // The last reference but the listener's, which is gone.
    process.take();
    let outcome = outcome.take().expect("the run has ended");
    let (events, children, shared) = (events.take(), children.take(), shared.take());
    Run { outcome, events, count: count.get(), children, shared, lost, memory_bytes: memory_bytes.get() }
}
