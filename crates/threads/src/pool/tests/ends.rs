//! Closing, terminating, joining and dropping.

use super::super::{JoinError, Pool, ResultError, TaskError};
use super::{Log, busy, hold};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

#[test]
fn a_pool_is_joined_only_when_it_takes_no_more_work() {
    let pool = Pool::named("open", 2).unwrap();
    let open = pool.join().unwrap_err();
    assert_eq!(open, JoinError::StillOpen { pool: "Pool 'open'".into() });
    pool.close();
    pool.close();
    pool.join().unwrap();
    pool.join().unwrap();
    assert!(pool.workers().iter().all(crate::thread::Thread::is_finished));
}

#[test]
fn a_closed_pool_finishes_what_it_was_given() {
    let (pool, go) = busy(2);
    let result = pool.map_async_with(0..100, Some(1), |item| item, super::super::Callbacks::new()).unwrap();
    pool.close();
    assert!(!result.ready());
    go.set();
    pool.join().unwrap();
    assert!(result.ready());
    assert_eq!(result.get(), Ok((0..100).collect()));
}

#[test]
fn a_terminated_pool_runs_nothing_more() {
    let (pool, go) = busy(2);
    let ran = Arc::new(AtomicU32::new(0));
    let results: Vec<_> = (0..1000)
        .map(|_| {
            let ran = Arc::clone(&ran);
            pool.apply_async(move || ran.fetch_add(1, Ordering::Relaxed)).unwrap()
        })
        .collect();
    let counted = Arc::clone(&ran);
    let stream = pool.imap(0..10, move |_| counted.fetch_add(1, Ordering::Relaxed)).unwrap();
    pool.terminate();
    pool.terminate();
    // The workers are still on their tasks, and all results are there.
    assert!(pool.workers().iter().all(crate::thread::Thread::is_alive));
    let terminated = pool.shared.identity.terminated();
    for result in results {
        assert_eq!(result.get(), Err(ResultError::Task(terminated.clone())));
    }
    assert_eq!(stream.collect::<Vec<_>>(), vec![Err(terminated); 10]);
    go.set();
    pool.join().unwrap();
    assert_eq!(ran.load(Ordering::Relaxed), 0);
}

#[test]
fn a_map_is_over_when_one_of_its_chunks_will_never_run() {
    let pool = Pool::new(1).unwrap();
    let go = Arc::new(crate::Event::new());
    let began = Arc::new(crate::Event::new());
    let (theirs, begins) = (Arc::clone(&go), Arc::clone(&began));
    let result = pool
        .map_async_with(
            0..4,
            Some(2),
            move |item| {
                begins.set();
                theirs.wait();
                item
            },
            super::super::Callbacks::new(),
        )
        .unwrap();
    began.wait();
    pool.terminate();
    assert!(matches!(result.get(), Err(ResultError::Task(TaskError::Terminated { .. }))));
    go.set();
    pool.join().unwrap();
}

#[test]
fn a_task_that_runs_has_its_result_though_the_pool_is_terminated() {
    let pool = Pool::new(1).unwrap();
    let (go, began) = (Arc::new(crate::Event::new()), Arc::new(crate::Event::new()));
    let (theirs, begins) = (Arc::clone(&go), Arc::clone(&began));
    let result = pool
        .apply_async(move || {
            begins.set();
            theirs.wait();
            5
        })
        .unwrap();
    began.wait();
    pool.terminate();
    go.set();
    assert_eq!(result.get(), Ok(5));
}

#[test]
fn dropping_a_pool_terminates_it() {
    let (pool, go) = busy(1);
    let result = pool.apply_async(|| 1).unwrap();
    let worker = pool.workers()[0].clone();
    drop(pool);
    assert!(matches!(result.get(), Err(ResultError::Task(TaskError::Terminated { .. }))));
    go.set();
    worker.join().unwrap();
}

#[test]
fn a_worker_can_close_and_drop_its_pool_but_not_join_it() {
    let pool = Arc::new(Pool::new(2).unwrap());
    let inner = Arc::clone(&pool);
    let result = pool
        .apply_async(move || {
            inner.close();
            inner.join()
        })
        .unwrap();
    assert!(matches!(result.get(), Ok(Err(JoinError::OwnWorker { .. }))));
    pool.join().unwrap();
    // The last reference goes in the task.
    let pool = Pool::new(1).unwrap();
    let worker = pool.workers()[0].clone();
    let go = Arc::new(crate::Event::new());
    let theirs = Arc::clone(&go);
    let shared = Arc::new(pool);
    let last = Arc::clone(&shared);
    shared
        .apply_async(move || {
            theirs.wait();
            drop(last);
        })
        .unwrap();
    drop(shared);
    go.set();
    worker.join().unwrap();
}

#[test]
fn tasks_begin_in_the_order_of_their_coming() {
    let pool = Pool::new(1).unwrap();
    let go = hold(&pool, 1);
    let order = Log::default();
    let log = Arc::clone(&order);
    let first = pool.map_async(0..40, move |item| log.lock().push(item)).unwrap();
    let log = Arc::clone(&order);
    let second = pool.apply_async(move || log.lock().push(40)).unwrap();
    go.set();
    first.get().unwrap();
    second.get().unwrap();
    assert_eq!(*order.lock(), (0..41).collect::<Vec<_>>());
}

#[test]
fn a_program_ends_though_a_pool_is_busy() {
    let run = crate::process::run(crate::process::Options::default(), || {
        let (pool, _go) = busy(2);
        core::mem::forget(pool);
        Ok("over".into())
    });
    assert_eq!(run.outcome.unwrap(), "over");
}
