//! Lines, result, failure and places.

use super::*;
use crate::limits::{MAX_LINES, MAX_OUTPUT_BYTES, MAX_TEXT_BYTES};

fn printed(text: impl Into<String>) -> What {
    What::Printed { text: text.into() }
}

#[test]
fn lines_keep_their_thread_time_and_number() {
    let mut run = Run::of_three();
    run.at(3, A, printed("a")).at(2, B, printed("b"));
    let lines: Vec<_> =
        run.model.output().lines().map(|l| (l.number, l.thread, l.time, l.text.as_str())).collect();
    assert_eq!(lines, [(0, A, 3, "a"), (1, B, 2, "b")]);
}

#[test]
fn the_oldest_lines_are_left_out_and_counted() {
    let mut run = Run::of_three();
    for number in 0..MAX_LINES + 5 {
        run.model.apply(&Event {
            seq: run.seq + number as u64,
            time: 0,
            thread: A,
            place: PlaceId::UNKNOWN,
            what: printed(number.to_string()),
        });
    }
    let output = run.model.output();
    assert_eq!((output.lines().len(), output.dropped()), (MAX_LINES, 5));
    assert_eq!(output.lines().next().map(|line| (line.number, line.text.as_str())), Some((5, "5")));
    assert_eq!(output.line(4), None);
    assert_eq!(output.line(5).map(|line| line.text.as_str()), Some("5"));
    assert_eq!(output.line(MAX_LINES as u64 + 5), None);
}

#[test]
fn long_lines_are_cut_and_many_of_them_left_out() {
    let mut run = Run::of_three();
    let line = "x".repeat(MAX_TEXT_BYTES + 1);
    for _ in 0..2 * MAX_OUTPUT_BYTES / MAX_TEXT_BYTES {
        run.at(0, A, printed(line.clone()));
    }
    let output = run.model.output();
    assert!(output.lines().all(|line| line.text.len() == MAX_TEXT_BYTES + "…".len()));
    assert!(output.dropped() > 0);
    let kept: usize = output.lines().map(|line| line.text.len()).sum();
    assert!((MAX_OUTPUT_BYTES - line.len() - 2..=MAX_OUTPUT_BYTES).contains(&kept), "{kept} bytes are kept");
}

#[test]
fn the_last_result_counts() {
    let mut run = Run::of_three();
    assert_eq!(run.model.result(), None);
    run.at(1, MAIN, What::Result { text: "1".to_owned() }).at(2, MAIN, What::Result { text: "2".to_owned() });
    assert_eq!(run.model.result(), Some("2"));
}

#[test]
fn the_first_failure_counts_and_the_main_threads_panic_is_one() {
    let mut run = Run::of_three();
    run.at_place(1, MAIN, PlaceId(3), What::ThreadPanicked { message: "no".to_owned() });
    run.at(2, MAIN, What::Failed { message: "the main thread panicked".to_owned() });
    let failure = run.model.failure().unwrap();
    assert_eq!((failure.message.as_str(), failure.thread, failure.place), ("no", MAIN, PlaceId(3)));
    assert_eq!(run.model.anomalies(), 0, "a failure may be told after the thread's end");
}

#[test]
fn a_place_may_be_defined_again_but_not_otherwise() {
    let mut run = Run::of_three();
    let defined = |line| What::PlaceDefined { line, file: "a.rs".to_owned() };
    run.at_place(1, A, PlaceId(9), defined(3)).at_place(2, B, PlaceId(9), defined(3));
    assert_eq!(run.model.anomalies(), 0);
    run.at_place(3, B, PlaceId(9), defined(4)).at_place(3, B, PlaceId::UNKNOWN, defined(4));
    assert_eq!(run.model.anomalies(), 2);
    assert_eq!(run.model.place(PlaceId(9)).map(|place| (place.file, place.line)), Some(("a.rs", 3)));
    assert_eq!(run.model.place(PlaceId::UNKNOWN), None);
    assert_eq!(run.model.thread(A).unwrap().place(), PlaceId::UNKNOWN, "defining a place is not being there");
}
