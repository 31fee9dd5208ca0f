//! Waiting for several futures.

use super::error::Unfinished;
use super::future::{Future, tell_waiting};
use super::observer::{Goal, Observer};
use crate::object::Caller;
use crate::{clock, futex};
use core::iter::FusedIterator;
use core::panic::Location;
use core::time::Duration;
use std::collections::HashSet;
use std::sync::Arc;

/// What [`wait`] waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// That a task has ended or was cancelled.
    FirstCompleted,
    /// That a task has panicked, or that all have ended or were cancelled.
    FirstException,
    /// That all tasks have ended or were cancelled.
    AllCompleted,
}

/// What [`wait`] gives: its futures, each once, in the order in which they were given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waited<T> {
    /// Those whose tasks have ended or were cancelled.
    pub done: Vec<Future<T>>,
    /// Those whose tasks are pending or running.
    pub not_done: Vec<Future<T>>,
}

/// Waits for what `when` says of the tasks of `futures`, but no longer than `timeout` of real time; one of zero never
/// blocks. That the time is over is no error. A future that is given twice counts once.
///
/// The futures may be of several executors. The page shows the thread as waiting for the executor of the first of them
/// that is not done when the wait begins.
///
/// # Panics
///
/// If it would have to wait on a page's own thread, which cannot block.
#[track_caller]
pub fn wait<T>(futures: &[Future<T>], when: When, timeout: Option<Duration>) -> Waited<T> {
    let goal = match when {
        When::FirstCompleted => Goal::One,
        When::FirstException => Goal::Failure,
        When::AllCompleted => Goal::All,
    };
    let deadline = timeout.map(clock::after);
    let observed = Observed::new(futures, goal);
    if timeout != Some(Duration::ZERO) {
        observed.wait(deadline, Location::caller());
    }
    let mut is_done = vec![false; observed.futures.len()];
    while let Some(index) = observed.observer.take() {
        is_done[index] = true;
    }
    let mut waited = Waited { done: Vec::new(), not_done: Vec::new() };
    for (future, is_done) in observed.futures.iter().zip(is_done) {
        let side = if is_done { &mut waited.done } else { &mut waited.not_done };
        side.push(future.clone());
    }
    waited
}

/// The futures, each once, in the order in which their tasks end or are cancelled; those whose tasks have done so
/// already come first. The iterator blocks until there is a next one.
///
/// # Panics
///
/// The iterator does, if it would have to wait on a page's own thread, which cannot block.
pub fn as_completed<T>(futures: &[Future<T>]) -> AsCompleted<T> {
    AsCompleted { observed: Observed::new(futures, Goal::One), given: 0 }
}

/// As [`as_completed`], but only as long as `timeout` of real time, counted from this call, is not over. If there is a
/// future whose task was not complete by then, the last item is the error that says so.
///
/// # Panics
///
/// The iterator does, if it would have to wait on a page's own thread, which cannot block.
pub fn as_completed_timeout<T>(futures: &[Future<T>], timeout: Duration) -> AsCompletedTimeout<T> {
    AsCompletedTimeout { all: as_completed(futures), deadline: clock::after(timeout), over: false }
}

/// Futures in the order of their completion: what [`as_completed`] gives.
#[derive(Debug)]
pub struct AsCompleted<T> {
    observed: Observed<T>,
    given: usize,
}

/// Futures in the order of their completion, for some time: what [`as_completed_timeout`] gives.
#[derive(Debug)]
pub struct AsCompletedTimeout<T> {
    all: AsCompleted<T>,
    deadline: Duration,
    over: bool,
}

impl<T> AsCompleted<T> {
    fn left(&self) -> usize {
        self.observed.futures.len() - self.given
    }

    /// The next one, or `None` if there is none in time.
    fn next_until(&mut self, deadline: Option<Duration>, caller: Caller) -> Option<Future<T>> {
        if self.left() == 0 || !self.observed.wait(deadline, caller) {
            return None;
        }
        let index = self.observed.observer.take()?;
        self.given += 1;
        self.observed.futures.get(index).cloned()
    }
}

impl<T> Iterator for AsCompleted<T> {
    type Item = Future<T>;

    #[track_caller]
    fn next(&mut self) -> Option<Future<T>> {
        self.next_until(None, Location::caller())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left(), Some(self.left()))
    }
}

impl<T> ExactSizeIterator for AsCompleted<T> {}
impl<T> FusedIterator for AsCompleted<T> {}

impl<T> Iterator for AsCompletedTimeout<T> {
    type Item = Result<Future<T>, Unfinished>;

    #[track_caller]
    fn next(&mut self) -> Option<Self::Item> {
        if self.over || self.all.left() == 0 {
            return None;
        }
        let next = self.all.next_until(Some(self.deadline), Location::caller());
        self.over = next.is_none();
        let unfinished = || Unfinished { unfinished: self.all.left(), all: self.all.observed.futures.len() };
        Some(next.ok_or_else(unfinished))
    }
}

impl<T> FusedIterator for AsCompletedTimeout<T> {}

/// Futures, each once, whose completion an observer is told of.
#[derive(Debug)]
struct Observed<T> {
    futures: Vec<Future<T>>,
    observer: Arc<Observer>,
}

impl<T> Observed<T> {
    fn new(futures: &[Future<T>], goal: Goal) -> Self {
        let mut known = HashSet::new();
        let once = futures.iter().filter(|future| known.insert(future.address()));
        let futures: Vec<_> = once.cloned().collect();
        let observer = Arc::new(Observer::new(goal, futures.len()));
        for (index, future) in futures.iter().enumerate() {
            future.observe(&observer, index);
        }
        Self { futures, observer }
    }

    fn wait(&self, deadline: Option<Duration>, caller: Caller) -> bool {
        futex::checkpoint();
        let timed = deadline.is_some();
        let pending = core::cell::OnceCell::new();
        self.observer.wait(deadline, |waiting| {
            // The wait ends at the executor where it began, whatever has happened since.
            let executor = pending.get_or_init(|| {
                self.futures.iter().find(|future| !future.is_done()).or(self.futures.first())
            });
            if let Some(future) = executor {
                tell_waiting(future.executor(), waiting, timed, caller);
            }
        })
    }
}

impl<T> Drop for Observed<T> {
    fn drop(&mut self) {
        for future in &self.futures {
            future.forget(&self.observer);
        }
    }
}
