//! What a run's listener knows of the order of several processes' lines.

use crate::process_sync::{all_well, start};
use core::time::Duration;
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use threadlab_harness::{Named, engine};
use threadlab_host::{ChildNews, Notice, Options, Outcome, Process as Run};
use threadlab_processes::process::spawn;
use threadlab_threads::{output, thread};
use threadlab_trace::{Event, What};
use wasm_bindgen_test::wasm_bindgen_test;

/// How often each process prints, and how many milliseconds lie between.
const LINES: u64 = 100;
const APART: u64 = 5;

/// How long the listener keeps the page from reading on, and how much later than its time a line may be there to be read,
/// in milliseconds.
const STALL: f64 = 400.0;
const LATE: f64 = 200.0;

fn count(lines: u64) {
    for number in 0..lines {
        output::print(number.to_string());
        thread::sleep(Duration::from_millis(APART));
    }
}

pub static PROGRAMS: &[Named] = &[("processes that print", |_| {
    let children = [LINES; 3].map(|lines| spawn(count, lines));
    start(&children)?;
    all_well(&children)?;
    Ok(String::new())
})];

fn now() -> f64 {
    web_sys::window().and_then(|window| window.performance()).expect("a browser has a clock").now()
}

fn stall() {
    let begun = now();
    while now() < begun + STALL {}
}

/// The times of the lines among these events, in milliseconds.
fn times(events: &[Event]) -> impl Iterator<Item = f64> {
    let printed = events.iter().filter(|event| matches!(event.what, What::Printed { .. }));
    #[expect(clippy::cast_precision_loss, reason = "seconds, in microseconds")]
    printed.map(|event| event.time as f64 / 1e3)
}

#[wasm_bindgen_test]
async fn what_is_told_was_not_printed_before_what_has_been_caught_up_with() {
    let (lines, stalls, caught_up) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
    let behind: Rc<RefCell<Vec<String>>> = Rc::default();
    let ended: Rc<RefCell<Option<Outcome>>> = Rc::default();
    let waker: Rc<RefCell<Option<Waker>>> = Rc::default();
    // The run's own clock begins a moment later.
    let begun = now();
    let listener = {
        let (lines, stalls, caught_up) = (Rc::clone(&lines), Rc::clone(&stalls), Rc::clone(&caught_up));
        let (behind, ended, waker) = (Rc::clone(&behind), Rc::clone(&ended), Rc::clone(&waker));
        let mut with = 0.0;
        move |notice: Notice<'_>| match notice {
            Notice::Child { process, news: ChildNews::Events(events) } => {
                for time in times(events) {
                    lines.set(lines.get() + 1);
                    if begun + time + LATE < with {
                        behind.borrow_mut().push(format!("{process} at {time} of {}", with - begun));
                    }
                }
                // Some processes have been read in this frame, and others have not.
                if stalls.get() < 4 && lines.get() > stalls.get() * LINES / 2 {
                    stalls.set(stalls.get() + 1);
                    stall();
                }
            }
            Notice::CaughtUp { with: time } => {
                caught_up.set(caught_up.get() + 1);
                with = time;
            }
            Notice::Ended(outcome) => {
                *ended.borrow_mut() = Some(outcome);
                if let Some(waker) = waker.take() {
                    waker.wake();
                }
            }
            _ => {}
        }
    };
    let run = Run::start(&engine(), "processes that print", "", Options::default(), listener);
    let _run = run.expect("the browser starts a worker");
    poll_fn(|context| {
        if ended.borrow().is_some() {
            return Poll::Ready(());
        }
        *waker.borrow_mut() = Some(context.waker().clone());
        Poll::Pending
    })
    .await;
    assert_eq!(ended.take(), Some(Outcome::Finished));
    assert_eq!((lines.get(), stalls.get()), (3 * LINES, 4));
    assert!(caught_up.get() > 4);
    assert!(behind.borrow().is_empty(), "{:?}", behind.borrow());
}
