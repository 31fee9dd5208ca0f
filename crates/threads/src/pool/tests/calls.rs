//! What calls give.

use super::super::{Callbacks, NewPoolError, Pool, RefusalReason, ResultError, TaskError};
use super::{Log, busy};
use crate::{Event, thread};
use core::time::Duration;
use std::sync::Arc;

const SHORT: Duration = Duration::from_millis(10);

fn message<T: core::fmt::Debug>(result: Result<T, TaskError>) -> String {
    match result.unwrap_err() {
        TaskError::Panicked { panic, .. } => panic.message,
        other => panic!("{other}"),
    }
}

#[test]
fn a_map_has_its_results_in_the_order_of_the_items() {
    let pool = Pool::new(3).unwrap();
    for items in [0, 1, 2, 11, 12, 13, 100] {
        let expected: Vec<u32> = (0..items).map(|item| item * item).collect();
        assert_eq!(pool.map(0..items, |item| item * item).unwrap(), expected);
        for chunk_size in [1, 5, 1000, usize::MAX] {
            assert_eq!(pool.map_chunked(0..items, chunk_size, |item| item * item).unwrap(), expected);
            let results = pool.imap_chunked(0..items, chunk_size, |item| item * item).unwrap();
            assert_eq!(results.len(), items as usize);
            assert_eq!(results.collect::<Result<Vec<_>, _>>().unwrap(), expected);
        }
    }
}

#[test]
fn values_need_be_neither_copied_nor_printed() {
    struct Opaque(u32);
    let pool = Pool::new(2).unwrap();
    let doubled = pool.map((0..10).map(Opaque), |Opaque(item)| Opaque(2 * item)).unwrap();
    assert_eq!(doubled.iter().map(|item| item.0).collect::<Vec<_>>(), [0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
    assert_eq!(pool.apply(|| Opaque(7)).unwrap().0, 7);
}

#[test]
fn starmap_calls_with_a_tuples_fields() {
    let pool = Pool::new(2).unwrap();
    assert_eq!(pool.starmap([(7, 2), (2, 5)], |a: u32, b| a.pow(b)).unwrap(), [49, 32]);
    assert_eq!(pool.starmap_chunked([(1, 2, 3)], 4, |a, b, c| a + b + c).unwrap(), [6]);
}

#[test]
fn the_error_is_that_of_the_first_item_and_the_others_are_called_all_the_same() {
    let pool = Pool::new(2).unwrap();
    let called = Log::default();
    let calls = Arc::clone(&called);
    let result = pool.map_chunked(0..10, 3, move |item| {
        calls.lock().push(item);
        assert!(item % 4 != 1, "item {item}");
        item
    });
    assert_eq!(message(result), "item 1");
    let mut called = called.lock().clone();
    called.sort_unstable();
    assert_eq!(called, (0..10).collect::<Vec<_>>());
    assert_eq!(pool.map(0..4, |item| item).unwrap(), [0, 1, 2, 3], "the workers live on");
}

#[test]
fn an_imap_gives_an_error_in_its_place_and_goes_on() {
    let pool = Pool::new(2).unwrap();
    for chunk_size in [1, 2, 3, 7, 100] {
        let even = |item| {
            assert!(item % 3 > 0, "item {item}");
            item
        };
        let results = pool.imap_chunked(0..7, chunk_size, even).unwrap();
        let seen: Vec<_> = results.map(|result| result.map_err(|error| message::<()>(Err(error)))).collect();
        let expected: Vec<_> =
            (0..7).map(|item| if item % 3 > 0 { Ok(item) } else { Err(format!("item {item}")) }).collect();
        assert_eq!(seen, expected);
    }
}

#[test]
fn an_imap_gives_what_is_there_while_others_are_worked_on() {
    let pool = Pool::new(2).unwrap();
    let go = Arc::new(Event::new());
    let theirs = Arc::clone(&go);
    let mut results = pool
        .imap(0..3, move |item| {
            if item == 1 {
                theirs.wait();
            }
            item
        })
        .unwrap();
    assert_eq!(results.next(), Some(Ok(0)));
    assert!(matches!(results.next_timeout(SHORT), Some(Err(ResultError::TimedOut { .. }))));
    assert_eq!(results.len(), 2, "a timeout takes nothing");
    go.set();
    assert_eq!(results.by_ref().map(Result::unwrap).collect::<Vec<_>>(), [1, 2]);
    assert_eq!((results.next(), results.next_timeout(SHORT)), (None, None));
}

#[test]
fn an_unordered_imap_gives_first_what_is_there_first() {
    let pool = Pool::new(2).unwrap();
    let go = Arc::new(Event::new());
    let theirs = Arc::clone(&go);
    let mut results = pool
        .imap_unordered_chunked(0..6, 2, move |item| {
            if item < 2 {
                theirs.wait();
            }
            item
        })
        .unwrap();
    let early: Vec<_> = results.by_ref().take(4).map(Result::unwrap).collect();
    go.set();
    assert_eq!(early, [2, 3, 4, 5]);
    assert_eq!(results.map(Result::unwrap).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn a_result_is_waited_for_asked_and_taken_once() {
    let (pool, go) = busy(1);
    let result = pool.apply_async(|| 6 * 7).unwrap();
    assert!(!result.ready());
    assert!(result.successful().is_err());
    assert!(!result.wait_timeout(SHORT));
    assert!(matches!(result.get_timeout(Duration::ZERO), Err(ResultError::TimedOut { .. })));
    assert!(matches!(result.get_timeout(SHORT), Err(ResultError::TimedOut { .. })));
    go.set();
    result.wait().unwrap();
    assert!(result.ready() && result.wait_timeout(Duration::ZERO));
    assert_eq!(result.get(), Ok(42));
    assert_eq!(result.successful(), Ok(true));
    assert!(matches!(result.get(), Err(ResultError::Taken { .. })));
}

#[test]
fn an_error_is_returned_by_every_get() {
    let pool = Pool::new(1).unwrap();
    let result = pool.apply_async(|| panic!("no luck")).unwrap();
    for _ in 0..2 {
        let Err(ResultError::Task(error)) = result.get() else { panic!("it panicked") };
        assert_eq!(message::<()>(Err(error)), "no luck");
    }
    assert_eq!(result.successful(), Ok(false));
}

#[test]
fn one_of_the_callbacks_is_called_before_the_result_is_there() {
    let pool = Pool::new(2).unwrap();
    for fails in [false, true] {
        let told = Log::default();
        let (success, error) = (Arc::clone(&told), Arc::clone(&told));
        let callbacks = Callbacks::new()
            .on_success(move |values: &Vec<u32>| {
                thread::sleep(SHORT);
                success.lock().push(format!("{values:?}"));
            })
            .on_error(move |why| {
                thread::sleep(SHORT);
                error.lock().push(message::<()>(Err(why.clone())));
            });
        let call = move |item| {
            assert!(!fails || item < 5, "item {item}");
            item
        };
        let result = pool.map_async_with(4..7, Some(1), call, callbacks).unwrap();
        result.wait().unwrap();
        let expected = if fails { "item 5" } else { "[4, 5, 6]" };
        assert_eq!(*told.lock(), [expected]);
        assert_eq!(result.get().is_err(), fails);
    }
}

#[test]
fn a_callback_that_panics_changes_nothing() {
    let pool = Pool::new(1).unwrap();
    let callbacks = Callbacks::new().on_success(|_: &u32| panic!("the callback's own"));
    let result = pool.apply_async_with(|| 3, callbacks).unwrap();
    assert_eq!(result.get(), Ok(3));
    assert_eq!(pool.apply(|| 4), Ok(4));
}

#[test]
fn a_pool_of_no_workers_or_of_too_many_is_an_error() {
    let none = Pool::named("empty", 0).unwrap_err();
    assert_eq!(none.to_string(), "Pool 'empty' cannot have 0 workers: nothing would ever run its tasks");
    assert!(matches!(Pool::new(usize::MAX), Err(NewPoolError::TooManyWorkers { .. })));
    let options = crate::process::Options { max_threads: 3, ..Default::default() };
    let run = crate::process::run(options, || {
        let error = Pool::new(3).unwrap_err();
        assert!(matches!(error, NewPoolError::Start { worker: 3, .. }), "{error}");
        // Those that were started end, so there is room again.
        while thread::active_count() > 1 {
            thread::yield_now();
        }
        let pool = Pool::new(2).unwrap();
        assert_eq!(pool.map([1, 2], |item| item), Ok(vec![1, 2]));
        Ok(String::new())
    });
    run.outcome.unwrap();
}

#[test]
fn work_for_a_closed_pool_comes_back() {
    let pool = Pool::named("shut", 1).unwrap();
    pool.close();
    let refused = pool.apply_async(|| 5).unwrap_err();
    assert_eq!(refused.reason(), RefusalReason::Closed);
    assert_eq!(refused.to_string(), "Pool 'shut' takes no more tasks: it was closed");
    assert_eq!(refused.into_work()(), 5);
    let (items, call) = pool.map_async(vec![2, 3], |item| item + 1).unwrap_err().into_work();
    assert_eq!(items.into_iter().map(call).collect::<Vec<_>>(), [3, 4]);
    assert_eq!(pool.imap([8], |item: u32| item).unwrap_err().into_work().0, [8]);
    let closed = TaskError::Closed { pool: "Pool 'shut'".into() };
    assert_eq!(pool.map([1], |item| item), Err(closed.clone()));
    assert_eq!(pool.apply(|| ()), Err(closed.clone()));
    assert_eq!(pool.install(|| ()), Err(closed));
}

#[test]
fn chunks_of_nothing_are_an_error() {
    let pool = Pool::new(1).unwrap();
    assert!(matches!(pool.map_chunked([1], 0, |item| item), Err(TaskError::EmptyChunks { .. })));
    let refused = pool.imap_chunked([1], 0, |item: u32| item).unwrap_err();
    assert_eq!(refused.reason(), RefusalReason::EmptyChunks);
}

#[test]
fn a_worker_cannot_wait_for_its_own_pool() {
    let pool = Arc::new(Pool::new(1).unwrap());
    let inner = Arc::clone(&pool);
    let outcome = pool.apply(move || {
        let own = TaskError::OwnWorker { pool: inner.name().into() };
        let is_own = |error: TaskError| core::mem::discriminant(&error) == core::mem::discriminant(&own);
        assert!(is_own(inner.apply(|| ()).unwrap_err()));
        assert!(is_own(inner.map([1], |item| item).unwrap_err()));
        let later = inner.apply_async(|| 9).unwrap();
        let Err(ResultError::Task(error)) = later.get() else { panic!("it would wait for ever") };
        assert!(is_own(error));
        assert!(later.wait().is_err());
        assert!(matches!(later.get_timeout(SHORT), Err(ResultError::TimedOut { .. })));
        let mut stream = inner.imap([1, 2], |item| item).unwrap();
        assert!(is_own(stream.next().unwrap().unwrap_err()));
        assert_eq!(stream.next(), None);
        assert!(matches!(inner.join(), Err(super::super::JoinError::StillOpen { .. })));
        let other = Pool::new(1).unwrap();
        assert_eq!(other.apply(|| 3), Ok(3), "another pool is no problem");
        later
    });
    assert_eq!(outcome.unwrap().get(), Ok(9));
}

#[test]
fn what_a_function_has_captured_is_dropped_when_its_results_are_there() {
    let pool = Pool::new(3).unwrap();
    for _ in 0..200 {
        let captured = Arc::new(());
        let theirs = Arc::clone(&captured);
        pool.map_chunked(0..6, 1, move |_| drop(Arc::clone(&theirs))).unwrap();
        assert_eq!(Arc::strong_count(&captured), 1);
    }
}
