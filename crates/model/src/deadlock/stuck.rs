//! Waits for results of a pool, and who is stuck if they never come.

use threadlab_trace::{ObjectId, Purpose, ThreadId};

use super::is_alive;
use crate::{Model, ObjectState, Pool, Thread, WaitsFor};

/// How often to go through all threads at most. Each way through settles every chain of waits that goes along it, and the
/// ways go to and fro, so it takes more only where a chain goes back and forth.
const MOST_PASSES: usize = 64;

/// Whose doing it is that a thread waits, where it does not wait for results.
pub(super) type Blockers<'a> = &'a dyn Fn(ThreadId) -> Vec<ThreadId>;

impl Model {
    /// For each thread, by its place among all, whether it is in the largest set of waiting threads of which none can go
    /// on before another of them does.
    ///
    /// That matters for waits for results only: such a wait is over when any worker of the pool goes on, others when one
    /// certain thread does. Where nobody waits for results, everybody is taken to be stuck, and it is left to the search
    /// for a round to find out.
    ///
    /// The greatest fixed point, found from above: whoever waits for nobody who is stuck is not stuck.
    pub(super) fn stuck(&self, blockers: Blockers<'_>) -> Vec<bool> {
        let count = self.threads.len();
        let mut stuck = vec![true; count];
        if !self.threads().any(|thread| self.exhaustible(thread).is_some()) {
            return stuck;
        }
        for pass in 0..MOST_PASSES {
            let mut settled = true;
            for step in 0..count {
                let at = if pass % 2 == 0 { count - 1 - step } else { step };
                if stuck[at] && !self.is_held(&self.threads[at], &stuck, blockers) {
                    stuck[at] = false;
                    settled = false;
                }
            }
            if settled {
                return stuck;
            }
        }
        // Rather nobody than somebody who is not.
        vec![false; count]
    }

    fn is_held(&self, thread: &Thread, stuck: &[bool], blockers: Blockers<'_>) -> bool {
        match self.exhaustible(thread) {
            Some((_, pool)) => self.live_workers(pool).all(|worker| self.is_in(stuck, worker.id())),
            None => blockers(thread.id()).into_iter().any(|blocker| self.is_in(stuck, blocker)),
        }
    }

    fn is_in(&self, stuck: &[bool], thread: ThreadId) -> bool {
        self.threads.index(thread.0).is_some_and(|at| stuck[at])
    }

    /// A round of stuck threads.
    pub(super) fn round_of(&self, stuck: &[bool], blockers: Blockers<'_>) -> Option<Vec<ThreadId>> {
        self.round(&|id| {
            let thread = self.thread(id).filter(|_| self.is_in(stuck, id));
            let mut steps = match thread.and_then(|thread| self.exhaustible(thread)) {
                None if thread.is_none() => Vec::new(),
                None => blockers(id),
                // All of them are stuck. One that waits for something else tells more.
                Some((pool, workers)) => {
                    let workers = self.live_workers(workers);
                    let step = workers.min_by_key(|worker| waits_for_results(worker, pool));
                    step.into_iter().map(Thread::id).collect()
                }
            };
            steps.retain(|&step| self.is_in(stuck, step));
            steps
        })
    }

    /// A pool each of whose workers waits for results of that same pool, and those workers.
    pub(super) fn exhausted_pool(&self, stuck: &[bool]) -> Option<(ObjectId, Vec<ThreadId>)> {
        self.objects().find_map(|object| {
            let ObjectState::Pool(pool) = object.state() else { return None };
            let mut workers = Vec::new();
            for worker in self.live_workers(pool) {
                let own = self.exhaustible(worker).is_some_and(|(awaited, _)| awaited == object.id());
                if !own || !self.is_in(stuck, worker.id()) {
                    return None;
                }
                workers.push(worker.id());
            }
            (!workers.is_empty()).then_some((object.id(), workers))
        })
    }

    fn live_workers<'m>(&'m self, pool: &'m Pool) -> impl Iterator<Item = &'m Thread> {
        let threads = pool.workers().iter().filter_map(|worker| self.thread(worker.thread()));
        threads.filter(|thread| is_alive(thread))
    }

    /// The pool whose results a thread waits for, without a time limit, if they are not there and only the workers that
    /// the pool has can bring them about.
    fn exhaustible(&self, thread: &Thread) -> Option<(ObjectId, &Pool)> {
        let wait = thread.wait().filter(|wait| !wait.timed)?;
        let WaitsFor::Object(id, Purpose::Result) = wait.waits_for else { return None };
        match self.object(id)?.state() {
            ObjectState::Pool(pool) if !pool.may_grow() && !pool.is_drained() => Some((id, pool)),
            _ => None,
        }
    }
}

fn waits_for_results(thread: &Thread, pool: ObjectId) -> bool {
    thread.waits_for() == Some(WaitsFor::Object(pool, Purpose::Result))
}
