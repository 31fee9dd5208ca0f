//! The ring under every interleaving that loom can find, with chunks of two units so that links and reuse are met.
//!
//! Run by `cargo xtask test --only loom`.
#![cfg(loom)]

use loom::thread;
use std::panic::Location;
use threadlab_trace::{Event, LocalDirectory, Merge, Surroundings, ThreadId, Trace, What};

/// Bytes of a chunk of two units.
const CHUNK: usize = 64;

fn trace(chunks: usize) -> &'static Trace {
    let surroundings = Surroundings { now: || 0, ask_to_drain: || {} };
    Box::leak(Box::new(Trace::with_budget(surroundings, chunks * CHUNK, 0)))
}

fn steps(events: &[Event]) -> Vec<u32> {
    events
        .iter()
        .filter_map(|event| match event.what {
            What::Progress { done, .. } => Some(done),
            _ => None,
        })
        .collect()
}

#[test]
fn a_reader_beside_the_producer_sees_a_prefix_and_then_all() {
    loom::model(|| {
        let trace = trace(8);
        let here = Location::caller();
        let producer = thread::spawn(move || {
            let mut recorder = trace.attach();
            recorder.set_thread(ThreadId::MAIN);
            for step in 0..3 {
                recorder.progress(step, 3, here);
            }
        });
        let mut merge = Merge::new();
        let mut events = Vec::new();
        for _ in 0..2 {
            merge.drain(&LocalDirectory(trace), &mut events);
            let seen = steps(&events);
            assert_eq!(seen, (0..3).take(seen.len()).collect::<Vec<_>>());
        }
        producer.join().unwrap();
        merge.finish(&LocalDirectory(trace), &mut events);
        assert_eq!(steps(&events), [0, 1, 2]);
        assert_eq!(merge.garbage(), 0);
    });
}

#[test]
fn chunks_that_are_filled_again_are_never_read_early() {
    loom::model(|| {
        // One chunk of its own and two more hold six units, of eight or nine: some fit only into chunks that were read and
        // are filled again, or are dropped and counted where the reader is late.
        let trace = trace(1);
        let here = Location::caller();
        let producer = thread::spawn(move || {
            let mut recorder = trace.attach();
            for step in 0..6 {
                recorder.progress(step, 6, here);
            }
        });
        let mut merge = Merge::new();
        let mut events = Vec::new();
        merge.drain(&LocalDirectory(trace), &mut events);
        merge.drain(&LocalDirectory(trace), &mut events);
        producer.join().unwrap();
        merge.finish(&LocalDirectory(trace), &mut events);
        let seen = steps(&events);
        assert!(seen.is_sorted_by(|a, b| a < b), "in order, each once: {seen:?}");
        assert_eq!(seen.len() as u64 + merge.dropped(&LocalDirectory(trace)), 6);
        assert_eq!(merge.garbage(), 0);
    });
}

#[test]
fn two_workers_register_at_once_and_keep_one_order() {
    loom::model(|| {
        let trace = trace(8);
        let here = Location::caller();
        let workers = [1, 2].map(|id| {
            thread::spawn(move || {
                let mut recorder = trace.attach();
                recorder.set_thread(ThreadId(id));
                recorder.thread_finished(here);
            })
        });
        for worker in workers {
            worker.join().unwrap();
        }
        let mut merge = Merge::new();
        let mut events = Vec::new();
        merge.finish(&LocalDirectory(trace), &mut events);
        assert!(events.iter().zip(0..).all(|(event, seq)| event.seq == seq));
        let mut finished: Vec<_> = events
            .iter()
            .filter(|event| event.what == What::ThreadFinished)
            .map(|event| event.thread.0)
            .collect();
        finished.sort_unstable();
        assert_eq!(finished, [1, 2]);
    });
}

#[test]
fn what_a_thread_saw_has_a_smaller_number_than_what_it_did_then() {
    use loom::sync::atomic::{AtomicBool, Ordering};
    loom::model(|| {
        let trace = trace(8);
        let here = Location::caller();
        let flag: &'static AtomicBool = Box::leak(Box::new(AtomicBool::new(false)));
        let first = thread::spawn(move || {
            let mut recorder = trace.attach();
            recorder.progress(1, 2, here);
            flag.store(true, Ordering::Release);
        });
        let second = thread::spawn(move || {
            let mut recorder = trace.attach();
            if flag.load(Ordering::Acquire) {
                recorder.progress(2, 2, here);
            }
        });
        first.join().unwrap();
        second.join().unwrap();
        let mut merge = Merge::new();
        let mut events = Vec::new();
        merge.finish(&LocalDirectory(trace), &mut events);
        let seen = steps(&events);
        assert!(seen == [1] || seen == [1, 2], "{seen:?}");
    });
}
