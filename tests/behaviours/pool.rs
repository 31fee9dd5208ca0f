//! Pools: lines 59 to 69.

use crate::settle;
use crate::times::{A_WHILE, LONG, at_once};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use threadlab_threads::pool::{Callbacks, Imap, JoinError, NewPoolError, ResultError, TaskError};
use threadlab_threads::thread::current;
use threadlab_threads::{Barrier, Event, Lock, Pool, cores};
use threadlab_trace::What;

crate::behaviours![
    b59_results_are_in_the_order_of_the_items_and_tuples_are_unpacked,
    b60_the_items_of_a_chunk_run_on_the_same_worker => five_tasks_were_added,
    b61_without_a_size_there_are_four_chunks_for_each_worker => nine_tasks_were_added,
    b62_a_pool_runs_as_many_tasks_at_once_as_it_has_workers,
    b63_an_imap_gives_all_results_in_order_and_an_unordered_one_in_any,
    b64_a_get_that_times_out_leaves_the_task_alone,
    b65_an_imap_raises_an_error_in_its_place_and_goes_on,
    b66_an_empty_input_has_an_empty_result_at_once,
    b67_one_of_both_callbacks_is_called_once_before_a_wait_returns,
    b68_a_closed_pool_finishes_its_tasks_and_only_such_a_one_is_joined,
    b69_a_terminated_pool_runs_no_queued_task => most_tasks_were_cancelled,
];

/// The message of a task's panic.
#[track_caller]
fn message(error: TaskError) -> String {
    match error {
        TaskError::Panicked { panic, .. } => panic.message,
        other => panic!("{other}"),
    }
}

/// How many tasks were added at once, each time that some were.
fn added(events: &[threadlab_trace::Event]) -> Vec<u32> {
    let count = |event: &threadlab_trace::Event| match event.what {
        What::TasksAdded { count, .. } => Some(count),
        _ => None,
    };
    events.iter().filter_map(count).collect()
}

fn b59_results_are_in_the_order_of_the_items_and_tuples_are_unpacked() {
    let pool = Pool::named("late first", 3).unwrap();
    // Each item's task ends after that of the next item.
    let ends: Arc<[Event; 3]> = Arc::new([(); 3].map(|()| Event::new()));
    let order: Arc<Lock<Vec<usize>>> = Arc::default();
    let (theirs, log) = (Arc::clone(&ends), Arc::clone(&order));
    let results = pool.map(0..3, move |item: usize| {
        if let Some(next) = theirs.get(item + 1) {
            next.wait();
        }
        log.lock().push(item);
        theirs[item].set();
        10 * item
    });
    assert_eq!(results.unwrap(), [0, 10, 20]);
    assert_eq!(*order.lock(), [2, 1, 0]);
    assert_eq!(pool.starmap([(2, 3), (1, 1), (5, 0)], |a: u32, b| a.pow(b)).unwrap(), [8, 1, 1]);
}

fn b60_the_items_of_a_chunk_run_on_the_same_worker() {
    let pool = Pool::new(3).unwrap();
    let squares = pool.map_chunked(0..100, 20, |item: u32| (item * item, current().id())).unwrap();
    assert_eq!(
        squares.iter().map(|(square, _)| *square).collect::<Vec<_>>(),
        (0..100).map(|item| item * item).collect::<Vec<_>>()
    );
    for chunk in squares.chunks(20) {
        assert!(chunk.iter().all(|(_, worker)| *worker == chunk[0].1));
        assert!(pool.workers().iter().any(|worker| worker.id() == chunk[0].1));
    }
}

fn five_tasks_were_added(events: &[threadlab_trace::Event]) {
    assert_eq!(added(events), [5]);
}

fn b61_without_a_size_there_are_four_chunks_for_each_worker() {
    let pool = Pool::new(3).unwrap();
    assert_eq!(pool.map(0..25, |item| item).unwrap(), (0..25).collect::<Vec<_>>());
}

/// Eight chunks of three items and one of one.
fn nine_tasks_were_added(events: &[threadlab_trace::Event]) {
    assert_eq!(added(events), [9]);
}

/// The number is unsigned, so only zero is left to be refused.
fn b62_a_pool_runs_as_many_tasks_at_once_as_it_has_workers() {
    let pool = Pool::new(3).unwrap();
    assert_eq!(pool.workers().len(), 3);
    // Each three of them wait for one another, so three are inside; a fourth would be seen.
    let (together, inside) = (Barrier::new(3).unwrap(), AtomicU32::new(0));
    let most = pool.map_chunked(0..12, 1, move |_| {
        let most = inside.fetch_add(1, Ordering::Relaxed) + 1;
        together.wait().unwrap();
        inside.fetch_sub(1, Ordering::Relaxed);
        most
    });
    assert!(most.unwrap().iter().all(|most| (1..=3).contains(most)));
    assert_eq!(Pool::per_core().unwrap().workers().len(), cores::count());
    assert!(matches!(Pool::new(0), Err(NewPoolError::NoWorkers { .. })));
}

fn b63_an_imap_gives_all_results_in_order_and_an_unordered_one_in_any() {
    let pool = Pool::new(4).unwrap();
    let double = |item: u32| 2 * item;
    let expected: Vec<u32> = (0..1000).map(double).collect();
    let all = |results: Imap<u32>| results.map(Result::unwrap).collect::<Vec<_>>();
    assert_eq!(all(pool.imap_chunked(0..1000, 100, double).unwrap()), expected);
    let mut unordered = all(pool.imap_unordered_chunked(0..1000, 100, double).unwrap());
    unordered.sort_unstable();
    assert_eq!(unordered, expected);
}

fn b64_a_get_that_times_out_leaves_the_task_alone() {
    let pool = Pool::new(1).unwrap();
    let go = Arc::new(Event::new());
    let theirs = Arc::clone(&go);
    let result = pool
        .apply_async(move || {
            theirs.wait();
            7
        })
        .unwrap();
    assert!(matches!(
        crate::times::takes(A_WHILE, || result.get_timeout(A_WHILE)),
        Err(ResultError::TimedOut { .. })
    ));
    assert!(!result.ready());
    assert!(result.successful().is_err());
    go.set();
    assert_eq!(at_once(|long| result.get_timeout(long)), Ok(7));
    assert_eq!(result.successful(), Ok(true));
}

fn b65_an_imap_raises_an_error_in_its_place_and_goes_on() {
    let pool = Pool::new(3).unwrap();
    let mut results = pool
        .imap(0..6, |item| {
            assert!(item != 3, "three");
            item
        })
        .unwrap();
    assert_eq!(results.by_ref().take(3).map(Result::unwrap).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(message(results.next().unwrap().unwrap_err()), "three");
    assert_eq!(results.map(Result::unwrap).collect::<Vec<_>>(), [4, 5]);
}

/// Nobody is free, so whatever went to a worker would wait.
fn b66_an_empty_input_has_an_empty_result_at_once() {
    let pool = Pool::new(1).unwrap();
    let go = Arc::new(Event::new());
    let theirs = Arc::clone(&go);
    let busy = pool.apply_async(move || theirs.wait()).unwrap();
    let none = || core::iter::empty::<u32>();
    assert_eq!(pool.map(none(), |item| item), Ok(vec![]));
    for size in [1, 5, usize::MAX] {
        assert_eq!(pool.map_chunked(none(), size, |item| item), Ok(vec![]));
        assert_eq!(pool.imap_chunked(none(), size, |item| item).unwrap().next(), None);
        assert_eq!(pool.imap_unordered_chunked(none(), size, |item| item).unwrap().next(), None);
    }
    assert_eq!(pool.imap(none(), |item| item).unwrap().next(), None);
    assert_eq!(pool.imap_unordered(none(), |item| item).unwrap().next(), None);
    let result = pool.map_async(none(), |item| item).unwrap();
    assert!(result.ready());
    assert_eq!(result.get(), Ok(vec![]));
    go.set();
    busy.get().unwrap();
}

fn b67_one_of_both_callbacks_is_called_once_before_a_wait_returns() {
    let pool = Pool::new(2).unwrap();
    for (bad, expected) in [(99, "Ok([3, 4, 5])"), (4, "Err(\"four\")")] {
        let (called, told) = (Arc::<AtomicU32>::default(), Arc::<Lock<String>>::default());
        let ([calls, also_calls], [values, error]) =
            ([(); 2].map(|()| Arc::clone(&called)), [(); 2].map(|()| Arc::clone(&told)));
        let callbacks = Callbacks::new()
            .on_success(move |all: &Vec<u32>| {
                calls.fetch_add(1, Ordering::Relaxed);
                *values.lock() = format!("Ok({all:?})");
            })
            .on_error(move |why| {
                also_calls.fetch_add(1, Ordering::Relaxed);
                *error.lock() = format!("Err({:?})", message(why.clone()));
            });
        let call = move |item| {
            assert!(item != bad, "four");
            item
        };
        let result = pool.map_async_with(3..6, Some(1), call, callbacks).unwrap();
        result.wait().unwrap();
        assert_eq!(*told.lock(), expected);
        assert_eq!(result.successful(), Ok(expected.starts_with("Ok")));
        // A second call would come now.
        settle();
        assert_eq!(called.load(Ordering::Relaxed), 1);
    }
}

fn b68_a_closed_pool_finishes_its_tasks_and_only_such_a_one_is_joined() {
    let pool = Pool::new(2).unwrap();
    assert!(matches!(pool.join(), Err(JoinError::StillOpen { .. })));
    let go = Arc::new(Event::new());
    let theirs = Arc::clone(&go);
    let results = [(); 6].map(|()| {
        let theirs = Arc::clone(&theirs);
        pool.apply_async(move || theirs.wait()).unwrap()
    });
    pool.close();
    settle();
    assert!(results.iter().all(|result| !result.ready()));
    go.set();
    pool.join().unwrap();
    for result in results {
        assert!(result.ready());
        assert_eq!(result.get(), Ok(()));
    }
}

fn b69_a_terminated_pool_runs_no_queued_task() {
    let pool = Pool::new(2).unwrap();
    let (go, began) = (Arc::new(Event::new()), Arc::<AtomicU32>::default());
    let (theirs, count) = (Arc::clone(&go), Arc::clone(&began));
    let task = move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        theirs.wait();
    };
    let result = pool.map_async_with(0..10_000, Some(1), task, Callbacks::new()).unwrap();
    // Two run and wait.
    settle();
    pool.terminate();
    let terminated = result.get_timeout(LONG);
    assert!(matches!(terminated, Err(ResultError::Task(TaskError::Terminated { .. }))), "{terminated:?}");
    go.set();
    pool.join().unwrap();
    assert_eq!(began.load(Ordering::Relaxed), 2);
}

fn most_tasks_were_cancelled(events: &[threadlab_trace::Event]) {
    let cancelled = |event: &threadlab_trace::Event| match event.what {
        What::TasksCancelled { count, .. } => count,
        _ => 0,
    };
    assert_eq!(events.iter().map(cancelled).sum::<u32>(), 9998);
}
