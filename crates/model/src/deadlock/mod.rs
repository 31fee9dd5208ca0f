//! Deadlock: threads that will never go on, whatever happens.

mod round;
mod stuck;

pub(crate) use round::find_round;

use threadlab_trace::{ObjectId, ThreadId};

use crate::{Model, Object, ObjectState, Thread, ThreadState, WaitsFor};

/// Threads that will never go on: what [`Model::deadlock`] gives.
///
/// Two of them are equal if they are about the same threads and none of those did anything in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadlock {
    threads: Vec<ThreadId>,
    round: bool,
    pool: Option<ObjectId>,
    standstill: bool,
    /// Events that the threads had, or the whole run in a standstill.
    events: u64,
}

impl Deadlock {
    /// The threads. In a round each waits for the next one, and the last for the first; it begins with the one that was
    /// created first. Of an exhausted pool they are its workers. Otherwise they are all that have not ended and are no
    /// idle workers, in the order of their creation.
    pub fn threads(&self) -> &[ThreadId] {
        &self.threads
    }

    /// Whether the threads wait for one another in a round.
    pub fn is_round(&self) -> bool {
        self.round
    }

    /// The pool whose workers all wait for results that only they could bring about.
    pub fn exhausted_pool(&self) -> Option<ObjectId> {
        self.pool
    }

    /// Whether no thread at all can go on; otherwise there are others that still can.
    pub fn is_standstill(&self) -> bool {
        self.standstill
    }

    /// A sentence for each thread: who waits for what, held by whom. One for all of them if it is a pool's workers. `model`
    /// is the one that gave this.
    pub fn sentences<'a>(&'a self, model: &'a Model) -> impl Iterator<Item = String> + 'a {
        let count = if self.pool.is_some() { 1 } else { self.threads.len() };
        (0..count).filter_map(move |at| {
            if let Some(pool) = self.pool {
                return model.exhausted_sentence(pool, self.threads.len());
            }
            let next = self.threads[(at + 1) % count];
            model.wait_sentence(self.threads[at], self.round.then_some(next))
        })
    }

    /// All sentences in one, such as `Thread-1 waits for Lock 'a', held by Thread-2; Thread-2 waits for Lock 'b', held by
    /// Thread-1`.
    pub fn words(&self, model: &Model) -> String {
        self.sentences(model).collect::<Vec<_>>().join("; ")
    }
}

impl Model {
    /// Threads that will never go on, whatever happens, if there are any now. They are seen in three ways.
    ///
    /// **A round.** Each of some threads waits, without a time limit, for what only the next one can do, and the last for
    /// the first: that the next one ends, or gives back what it holds and nobody else can give back (a guard, a re-entrant
    /// lock, a reader's share). However busy other threads are, none of these ever goes on.
    ///
    /// **An exhausted pool.** Each worker of a pool waits, without a time limit, for results of that same pool, and it
    /// takes no more workers. So nobody is left to run the tasks that they wait for. Such waits can also be part of a
    /// round: whoever waits for results waits for one worker at least that can go on, and an idle one can. Other threads
    /// could help only by throwing the tasks away.
    ///
    /// **A standstill.** Every thread that has not ended waits, without a time limit, for something that is not there now,
    /// and no timer is pending. So nobody is left who could release, put, set or notify anything. Here a round may go
    /// through holds that others could end, if there were others; where there is such a round it is what is told, and
    /// otherwise every thread with what it waits for. An idle worker can act if its pool has a task for it.
    ///
    /// A thread that waits for what is there already has only not said yet that it goes on, so it can act. Daemons can
    /// act for others like any thread; but once none but daemons is left, the program ends, and nothing is a deadlock.
    ///
    /// # Where events were lost
    /// What begins and ends waits and lives is never lost, but a release or an item can be. A thread tells of its losses
    /// before its next event, so what it acquired after its last loss it still has, unless it said otherwise. Only such
    /// holds count for a round. A standstill is not told at all of a run that lost events, or that had more threads or
    /// objects than the [limits](crate::limits).
    ///
    /// # What it costs, and when to believe it
    /// It takes time in proportion to threads and holders, so ask some times a second, not after each event. It tells of
    /// one moment, in which a thread's word that it goes on may be on its way. So a view should say "deadlock" only when
    /// two looks some time apart give the same.
    pub fn deadlock(&self) -> Option<Deadlock> {
        let waits = self.threads().any(Thread::is_waiting);
        if !waits || !self.threads().any(is_awaited) {
            return None;
        }
        let standstill = self.is_at_a_standstill();
        let certain = |thread| self.certain_blockers(thread);
        let stuck = self.stuck(&certain);
        let pool = self.exhausted_pool(&stuck);
        let mut round = None;
        if pool.is_none() {
            round = self.round_of(&stuck, &certain);
            if round.is_none() && standstill {
                let all = |thread| self.edges(thread).map(|edge| edge.blocker).collect();
                round = self.round_of(&self.stuck(&all), &all);
            }
        }
        if pool.is_none() && round.is_none() && !standstill {
            return None;
        }
        let is_round = round.is_some();
        let (pool, workers) = pool.unzip();
        let threads = workers.or(round).unwrap_or_else(|| {
            let concerned = self.threads().filter(|thread| is_alive(thread) && !is_idle(thread));
            concerned.map(Thread::id).collect()
        });
        let events = if standstill {
            self.events()
        } else {
            threads.iter().filter_map(|&thread| self.thread(thread)).map(Thread::events).sum()
        };
        Some(Deadlock { threads, round: is_round, pool, standstill, events })
    }

    /// Whether nobody can do anything any more.
    fn is_at_a_standstill(&self) -> bool {
        // Other processes go on by themselves, whatever happens in this one.
        self.lost == 0 && self.left_out == 0 && self.stands_still(&|_, _| true)
    }

    /// Whether no thread can act and no timer is pending. `comes` says of what a thread waits for beyond this process
    /// whether it is there or may come.
    pub(crate) fn stands_still(&self, comes: &dyn Fn(&Thread, WaitsFor) -> bool) -> bool {
        let timer_pending = self.objects().any(|object| match object.state() {
            ObjectState::Timers(timers) => timers.count() > 0,
            _ => false,
        });
        !timer_pending && !self.threads().any(|thread| self.can_act(thread, comes))
    }

    /// Whether a thread runs, or will do so by itself, or could if it knew already.
    fn can_act(&self, thread: &Thread, comes: &dyn Fn(&Thread, WaitsFor) -> bool) -> bool {
        let Some(wait) = thread.wait() else {
            return if is_idle(thread) { self.has_more_to_do(thread) } else { is_alive(thread) };
        };
        wait.timed
            || match wait.waits_for {
                WaitsFor::Thread(target) => self.thread(target).is_none_or(|target| !is_alive(target)),
                beyond @ WaitsFor::Process(_) => comes(thread, beyond),
                beyond @ WaitsFor::Object(object, _) if object.is_shared() => comes(thread, beyond),
                WaitsFor::Object(object, _) => self.object(object).is_none_or(|object| {
                    let own = object.waiters().iter().find(|waiter| waiter.thread == thread.id());
                    own.is_none_or(|&own| object.lets_go(own))
                }),
            }
    }

    /// Whether an idle worker will go on by itself: there is a task for it, or it will end because there will never be one.
    fn has_more_to_do(&self, worker: &Thread) -> bool {
        match worker.pool().and_then(|pool| self.object(pool)).map(Object::state) {
            Some(ObjectState::Pool(pool)) => pool.waiting() > 0 || (pool.is_closed() && pool.running() == 0),
            _ => true,
        }
    }

    /// Whom a thread waits for without a time limit and for certain.
    fn certain_blockers(&self, thread: ThreadId) -> Vec<ThreadId> {
        let timed = self.thread(thread).and_then(Thread::wait).is_none_or(|wait| wait.timed);
        let edges = self.edges(thread).filter(|edge| !timed && edge.certain);
        edges
            .filter(|edge| match edge.waits_for {
                WaitsFor::Thread(_) | WaitsFor::Process(_) => true,
                WaitsFor::Object(object, _) => {
                    let hold = self
                        .object(object)
                        .and_then(|object| object.holders().iter().find(|hold| hold.thread == edge.blocker));
                    let lost_at = self.thread(edge.blocker).map_or(0, |blocker| blocker.lost_at);
                    hold.is_some_and(|hold| hold.since > lost_at)
                }
            })
            .map(|edge| edge.blocker)
            .collect()
    }
}

pub(crate) fn is_alive(thread: &Thread) -> bool {
    !matches!(thread.state(), ThreadState::Finished | ThreadState::Panicked)
}

/// Whether it serves a pool and is on no task.
fn is_idle(thread: &Thread) -> bool {
    thread.state() == ThreadState::Idle
}

/// Whether the program's end waits for it; for an idle worker it waits only in so far as there are tasks, and those are
/// not stuck.
pub(crate) fn is_awaited(thread: &Thread) -> bool {
    is_alive(thread) && !thread.is_daemon() && !is_idle(thread)
}
