//! Threads that cannot go on unless one of them does.

use threadlab_trace::{ObjectId, Purpose, ThreadId};

use super::is_alive;
use crate::{Model, ObjectState, Pool, Thread, ThreadState, WaitsFor};

/// The largest set of waiting threads of which none can go on before another of them does.
pub(super) struct Stuck {
    /// For each thread, by its place among all: whom in the set it waits for; `None` if it is not in the set.
    steps: Vec<Option<Vec<ThreadId>>>,
}

impl Stuck {
    fn has(&self, at: usize) -> bool {
        self.steps[at].is_some()
    }
}

impl Model {
    /// Who is stuck, where `blockers` gives those of whom each can keep a thread waiting, if its wait is not for results
    /// of a pool.
    ///
    /// The greatest fixed point, found from above: to begin with, everybody who has blockers, or waits for results of a
    /// pool, is taken to be stuck. Whoever is not stuck frees those whose last stuck blocker that was, and, if it is a
    /// worker, all who wait for results of its pool. So each step is taken once.
    pub(super) fn stuck(&self, blockers: &dyn Fn(ThreadId) -> Vec<ThreadId>) -> Stuck {
        let mut steps: Vec<Option<Vec<ThreadId>>> = Vec::with_capacity(self.threads.len());
        let mut waiters: Vec<Vec<usize>> = vec![Vec::new(); self.threads.len()];
        // How many of its blockers may be stuck. One whose wait is for results has one more, which is its pool.
        let mut held = vec![0_usize; self.threads.len()];
        for (at, thread) in self.threads().enumerate() {
            let pool = self.exhaustible(thread);
            let ahead =
                if thread.is_waiting() && pool.is_none() { blockers(thread.id()) } else { Vec::new() };
            for to in ahead.iter().filter_map(|to| self.threads.index(to.0)) {
                waiters[to].push(at);
                held[at] += 1;
            }
            held[at] += usize::from(pool.is_some());
            steps.push((held[at] > 0).then_some(ahead));
        }
        let mut freed = vec![false; self.objects.len()];
        let mut free: Vec<usize> = (0..steps.len()).filter(|&at| steps[at].is_none()).collect();
        while let Some(at) = free.pop() {
            let served =
                self.served_by(&self.threads[at]).filter(|&pool| !std::mem::replace(&mut freed[pool], true));
            let for_results = served.into_iter().flat_map(|pool| self.waiting_for_results(pool));
            for waiter in waiters[at].iter().copied().chain(for_results) {
                if steps[waiter].is_none() {
                    continue;
                }
                held[waiter] = held[waiter].saturating_sub(1);
                if held[waiter] == 0 {
                    steps[waiter] = None;
                    free.push(waiter);
                }
            }
        }
        self.lead_into_pools(Stuck { steps })
    }

    /// Gives those who wait for results a step: to a worker that waits for something else, if there is one.
    fn lead_into_pools(&self, mut stuck: Stuck) -> Stuck {
        for at in 0..stuck.steps.len() {
            let Some((id, pool)) = self.exhaustible(&self.threads[at]).filter(|_| stuck.has(at)) else {
                continue;
            };
            let mut workers = self.live_workers(pool);
            let step =
                workers.clone().find(|worker| !waits_for_results(worker, id)).or_else(|| workers.next());
            stuck.steps[at] = Some(step.into_iter().map(Thread::id).collect());
        }
        stuck
    }

    /// A round of stuck threads.
    pub(super) fn round_of(&self, stuck: &Stuck) -> Option<Vec<ThreadId>> {
        self.round(|thread| {
            let at = self.threads.index(thread.0);
            let steps = at.and_then(|at| stuck.steps[at].clone()).unwrap_or_default();
            let is_stuck = |to: &ThreadId| self.threads.index(to.0).is_some_and(|to| stuck.has(to));
            steps.into_iter().filter(is_stuck).collect()
        })
    }

    /// A pool each of whose workers waits for results of that same pool, and those workers.
    pub(super) fn exhausted_pool(&self, stuck: &Stuck) -> Option<(ObjectId, Vec<ThreadId>)> {
        self.objects().find_map(|object| {
            let ObjectState::Pool(pool) = object.state() else { return None };
            let mut workers = self.live_workers(pool);
            let is_stuck =
                |worker: &Thread| self.threads.index(worker.id().0).is_some_and(|at| stuck.has(at));
            let all =
                workers.clone().all(|worker| waits_for_results(worker, object.id()) && is_stuck(worker));
            let exhausted = all && workers.next().is_some();
            exhausted.then(|| (object.id(), self.live_workers(pool).map(Thread::id).collect()))
        })
    }

    fn live_workers<'m>(&'m self, pool: &'m Pool) -> impl Iterator<Item = &'m Thread> + Clone {
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

    /// The pool that a thread serves and could take tasks of, by its place among all objects.
    fn served_by(&self, thread: &Thread) -> Option<usize> {
        thread.pool().filter(|_| is_alive(thread)).and_then(|pool| self.objects.index(pool.0))
    }

    /// Those who wait for results of a pool, by their places among all threads.
    fn waiting_for_results(&self, pool: usize) -> impl Iterator<Item = usize> {
        let waiters = self.objects[pool].waiters().iter().filter(|waiter| waiter.purpose == Purpose::Result);
        waiters.filter_map(|waiter| self.threads.index(waiter.thread.0))
    }
}

fn waits_for_results(thread: &Thread, pool: ObjectId) -> bool {
    thread.state() == ThreadState::Waiting
        && thread.waits_for() == Some(WaitsFor::Object(pool, Purpose::Result))
}
