//! rayon's own iterators.

use super::super::{NewPoolError, Pool, TaskError, Traced, make_global};
use crate::process::{self, Options};
use rayon::prelude::*;
use std::collections::BTreeSet;
use threadlab_trace::What;

#[test]
fn a_body_runs_on_a_worker_and_may_borrow() {
    let pool = Pool::named("rays", 3).unwrap();
    let numbers: Vec<u32> = (0..1000).collect();
    let (sum, name, threads) = pool
        .install(|| {
            let name = crate::thread::current().name();
            (numbers.par_iter().sum::<u32>(), name, rayon::current_num_threads())
        })
        .unwrap();
    assert_eq!((sum, threads), (numbers.iter().sum(), 3));
    assert!(name.starts_with("rays-worker-"), "{name}");
    let panicked = pool.install(|| numbers.par_iter().for_each(|number| assert!(*number < 999, "too far")));
    let Err(TaskError::Panicked { panic, .. }) = panicked else { panic!("{panicked:?}") };
    assert_eq!(panic.message, "too far");
    assert_eq!(pool.install(|| 1), Ok(1));
}

#[test]
fn an_installed_body_can_install_again() {
    let pool = Pool::new(1).unwrap();
    assert_eq!(pool.install(|| pool.install(|| 5)), Ok(Ok(5)));
}

#[test]
fn traced_pieces_give_the_same_results() {
    let pool = Pool::new(3).unwrap();
    pool.install(|| {
        let numbers: Vec<u32> = (0..10_000).collect();
        let expected: Vec<u32> = numbers.iter().map(|number| number + 1).collect();
        assert_eq!(numbers.par_iter().map(|number| number + 1).traced().collect::<Vec<_>>(), expected);
        let (mut into, chunks) = (Vec::new(), numbers.par_chunks(7).traced().map(<[u32]>::len));
        chunks.collect_into_vec(&mut into);
        assert_eq!(into.into_iter().sum::<usize>(), 10_000);
        let even: Vec<u32> = numbers.par_iter().copied().filter(|number| number % 2 == 0).traced().collect();
        assert_eq!(even.len(), 5000);
        let zipped: Vec<_> = numbers.par_iter().traced().zip(expected.par_iter()).traced().collect();
        assert_eq!(zipped[17], (&17, &18));
        assert_eq!(numbers.par_iter().traced().find_first(|number| **number > 77), Some(&78));
        assert_eq!(numbers.par_iter().traced().rev().take(1).collect::<Vec<_>>(), [&9999]);
    })
    .unwrap();
    assert_eq!([1, 2].par_iter().traced().count(), 2, "outside of a pool it changes nothing");
}

#[test]
fn traced_pieces_are_tasks_of_the_workers_that_work_on_them() {
    let run = process::run(Options::default(), || {
        let pool = Pool::new(2).unwrap();
        pool.install(|| {
            // Each half waits for the other, so both workers take part.
            let both = crate::Barrier::new(2).unwrap();
            (0..2).into_par_iter().with_max_len(1).traced().for_each(|_| assert!(both.wait().is_ok()));
        })
        .unwrap();
        pool.close();
        pool.join().unwrap();
        Ok(String::new())
    });
    run.outcome.unwrap();
    let mut depth = std::collections::BTreeMap::new();
    let (mut began, mut ended, mut threads) = (0, 0, BTreeSet::new());
    for event in &run.events {
        match event.what {
            What::TaskBegan { .. } => {
                began += 1;
                *depth.entry(event.thread).or_insert(0) += 1;
                threads.insert(event.thread);
            }
            What::TaskEnded { failed, .. } => {
                ended += 1;
                *depth.entry(event.thread).or_insert(0) -= 1;
                assert!(depth[&event.thread] >= 0 && !failed);
            }
            _ => {}
        }
    }
    // The body that was installed and the two pieces.
    assert_eq!((began, ended, threads.len()), (3, 3, 2));
}

#[test]
fn a_piece_that_panics_has_failed() {
    let run = process::run(Options::default(), || {
        let pool = Pool::new(1).unwrap();
        let panicked = pool.install(|| (0..1).into_par_iter().traced().for_each(|_| panic!("a piece")));
        assert!(matches!(panicked, Err(TaskError::Panicked { .. })));
        Ok(String::new())
    });
    run.outcome.unwrap();
    let failed = run.events.iter().filter(|event| matches!(event.what, What::TaskEnded { failed: true, .. }));
    assert_eq!(failed.count(), 2, "the piece and the body");
}

/// There is one global pool for all tests of a process, so they are one test.
#[test]
fn the_global_pool_runs_iterators_and_is_made_once() {
    let run = process::run(Options::default(), || {
        make_global("everywhere", 2).unwrap();
        let names: BTreeSet<String> =
            (0..2000).into_par_iter().traced().map(|_| crate::thread::current().name()).collect();
        assert!(names.iter().all(|name| name.starts_with("everywhere-worker-")), "{names:?}");
        assert!(matches!(make_global("again", 2), Err(NewPoolError::GlobalExists { .. })));
        Ok(String::new())
    });
    run.outcome.unwrap();
    assert!(run.events.iter().any(|event| matches!(event.what, What::TaskBegan { .. })));
}
