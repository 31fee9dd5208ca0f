//! Pools: each item is called once, each result is where it belongs, and an end in the middle leaves nobody waiting.

use super::{Dice, Load};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use threadlab_threads::pool::{AsyncResult, Imap, ResultError, TaskError};
use threadlab_threads::{Pool, untraced};

super::stresses![stress_pool, stress_pool_end];

/// Items whose calls are counted; some of them panic.
#[derive(Clone)]
struct Work {
    items: u32,
    chunk_size: usize,
    /// Of so many items one panics.
    bad: u32,
    calls: Arc<AtomicU32>,
}

impl Work {
    fn random(dice: &mut Dice) -> Self {
        let (items, chunk_size) = (dice.between(0, 24), dice.between(1, 9) as usize);
        Self { items, chunk_size, bad: dice.between(2, 40), calls: Arc::default() }
    }

    /// What is called for an item.
    fn call(&self) -> impl Fn(u32) -> u32 + Send + Sync + 'static {
        let work = self.clone();
        move |item| {
            work.calls.fetch_add(1, Ordering::Relaxed);
            work.result(item).unwrap_or_else(|message| panic!("{message}"))
        }
    }

    fn result(&self, item: u32) -> Result<u32, String> {
        if item % self.bad == self.bad - 1 { Err(format!("item {item}")) } else { Ok(3 * item + 1) }
    }

    fn results(&self) -> Vec<Result<u32, String>> {
        (0..self.items).map(|item| self.result(item)).collect()
    }

    fn calls(&self) -> u32 {
        self.calls.load(Ordering::Relaxed)
    }
}

fn message(error: TaskError) -> String {
    match error {
        TaskError::Panicked { panic, .. } => panic.message,
        other => panic!("{other}"),
    }
}

fn async_message(error: ResultError) -> String {
    match error {
        ResultError::Task(error) => message(error),
        other => panic!("{other}"),
    }
}

/// Waits for a result, now and then impatiently.
fn get<T>(result: &AsyncResult<T>, dice: &mut Dice) -> Result<T, ResultError> {
    loop {
        if !dice.one_in(3) {
            return result.get();
        }
        match result.get_timeout(dice.timeout()) {
            Err(ResultError::TimedOut { .. }) => {}
            done => return done,
        }
    }
}

/// Takes all results, now and then impatiently.
fn drain(results: &mut Imap<u32>, dice: &mut Dice) -> Vec<Result<u32, TaskError>> {
    let mut all = Vec::new();
    loop {
        let next = if dice.one_in(3) {
            match results.next_timeout(dice.timeout()) {
                Some(Err(ResultError::TimedOut { .. })) => continue,
                next => next.map(|next| {
                    next.map_err(|error| match error {
                        ResultError::Task(error) => error,
                        other => panic!("{other}"),
                    })
                }),
            }
        } else {
            results.next()
        };
        match next {
            Some(result) => all.push(result),
            None => return all,
        }
    }
}

/// Several threads give all sorts of work to one pool.
fn stress_pool(load: &Load) {
    let load = load.shared_by(10);
    let pool = Arc::new(Pool::named("stress", load.dice().between(1, 5) as usize).unwrap());
    let theirs = Arc::clone(&pool);
    load.team(load.threads(2).min(6), move |_, dice, operations| {
        for _ in 0..operations {
            let work = Work::random(dice);
            let call = work.call();
            let expected: Result<Vec<u32>, String> = work.results().into_iter().collect();
            match dice.between(0, 6) {
                0 => assert_eq!(theirs.map(0..work.items, call).map_err(message), expected),
                1 => {
                    let result = theirs.map_chunked(0..work.items, work.chunk_size, call);
                    assert_eq!(result.map_err(message), expected);
                }
                2 => {
                    let result = theirs.map_async(0..work.items, call).unwrap();
                    assert_eq!(get(&result, dice).map_err(async_message), expected);
                }
                3 => {
                    let mut results = theirs.imap_chunked(0..work.items, work.chunk_size, call).unwrap();
                    let seen = drain(&mut results, dice).into_iter().map(|result| result.map_err(message));
                    assert_eq!(seen.collect::<Vec<_>>(), work.results());
                }
                4 => {
                    let mut results =
                        theirs.imap_unordered_chunked(0..work.items, work.chunk_size, call).unwrap();
                    let seen = drain(&mut results, dice).into_iter().map(|result| result.map_err(message));
                    let (mut seen, mut expected) = (seen.collect::<Vec<_>>(), work.results());
                    seen.sort_unstable();
                    expected.sort_unstable();
                    assert_eq!(seen, expected);
                }
                5 => {
                    // Many at once, awaited in another order.
                    let call = Arc::new(call);
                    let tasks = (0..work.items).map(|item| {
                        let call = Arc::clone(&call);
                        theirs.apply_async(move || call(item)).unwrap()
                    });
                    let results: Vec<_> = tasks.collect();
                    for (result, expected) in results.iter().zip(work.results()).rev() {
                        assert_eq!(get(result, dice).map_err(async_message), expected);
                    }
                }
                _ => {
                    let last = work.items;
                    assert_eq!(theirs.apply(move || call(last)).map_err(message), work.result(last));
                    continue;
                }
            }
            assert_eq!(work.calls(), work.items, "each item once");
        }
    });
    pool.close();
    pool.join().unwrap();
}

/// Pools that end in the middle of their work in one way or another: what has run has its result, and all else has the
/// error that says why not.
fn stress_pool_end(load: &Load) {
    let mut dice = load.dice();
    for _ in 0..(load.operations / 150).max(1) {
        let mut work = || one_end(&mut dice);
        if load.recorded { work() } else { untraced(work) }
    }
}

fn one_end(dice: &mut Dice) {
    let pool = Pool::new(dice.between(1, 3) as usize).unwrap();
    let ran: Arc<AtomicU32> = Arc::default();
    let task = |ran: &Arc<AtomicU32>| {
        let ran = Arc::clone(ran);
        move || {
            // Relaxed: joining the pool orders it before the reading.
            ran.fetch_add(1, Ordering::Relaxed);
            std::hint::spin_loop();
        }
    };
    let ones: Vec<_> = (0..dice.between(0, 30)).map(|_| pool.apply_async(task(&ran)).unwrap()).collect();
    let (items, one) = (dice.between(0, 30), task(&ran));
    let many = pool.imap_chunked(0..items, dice.between(1, 5) as usize, move |_| one()).unwrap();
    for _ in 0..dice.between(0, 20) {
        dice.dawdle();
    }
    let workers = pool.workers().to_vec();
    let all = match dice.between(0, 3) {
        0 => {
            pool.close();
            assert!(pool.apply_async(|| ()).is_err());
            pool.join().unwrap();
            true
        }
        1 => {
            pool.terminate();
            assert!(pool.map([1], |item| item).is_err());
            pool.join().unwrap();
            false
        }
        2 => {
            pool.close();
            pool.terminate();
            drop(pool);
            false
        }
        _ => {
            drop(pool);
            false
        }
    };
    let mut done = 0;
    for result in ones {
        match get(&result, dice) {
            Ok(()) => done += 1,
            Err(ResultError::Task(TaskError::Terminated { .. })) if !all => {}
            Err(other) => panic!("{other}"),
        }
    }
    for result in many {
        match result {
            Ok(()) => done += 1,
            Err(TaskError::Terminated { .. }) if !all => {}
            Err(other) => panic!("{other}"),
        }
    }
    for worker in workers {
        worker.join().unwrap();
    }
    assert_eq!(ran.load(Ordering::Relaxed), done, "who has run has a result");
}
