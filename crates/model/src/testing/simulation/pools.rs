//! Pools of a simulated run, and what threads do with them.

use std::collections::{BTreeSet, VecDeque};

use threadlab_trace::{ObjectId, ObjectKind, Purpose, ThreadId, What};

use super::{Dice, Effect, Simulation, Then, Thing, index};
use crate::{ThreadState, WaitsFor};

/// Workers of a pool.
pub(super) const SIZE: u32 = 2;

/// Tasks that one worker is on, one within the other.
const DEPTH: usize = 3;

/// A pool or an executor, as it really is.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    pub(super) kind: ObjectKind,
    workers: u32,
    /// Tasks that can be taken.
    queued: VecDeque<u32>,
    /// How many tasks were ever told of.
    next: u32,
    /// Tasks that were told of and cannot be taken yet.
    coming: u32,
    running: Vec<u32>,
    /// Tasks whose results, or errors, are there.
    over: BTreeSet<u32>,
    cancelled: u64,
    closed: bool,
    /// Who waits for the result of which task.
    wanted: Vec<(ThreadId, u32)>,
}

impl Pool {
    pub(super) fn new(kind: ObjectKind) -> Self {
        let (queued, running, over, wanted) = (VecDeque::new(), Vec::new(), BTreeSet::new(), Vec::new());
        let (workers, next, coming, cancelled, closed) = (0, 0, 0, 0, false);
        Self { kind, workers, queued, next, coming, running, over, cancelled, closed, wanted }
    }

    /// A thread has the result that it waits for, if that is there.
    pub(super) fn take_result(&mut self, thread: ThreadId) -> Option<u32> {
        let at = self.wanted.iter().position(|&(other, _)| other == thread)?;
        let there = self.over.contains(&self.wanted[at].1);
        there.then(|| self.wanted.remove(at).1)
    }

    pub(super) fn give_up(&mut self, thread: ThreadId) {
        self.wanted.retain(|&(other, _)| other != thread);
    }

    pub(super) fn take_effect(&mut self, effect: Effect) {
        match effect {
            Effect::Tasks(_, count) => {
                // Tasks that came one after the other can change places on their way.
                let first = self.next - self.coming;
                self.queued.extend(first..first + count);
                self.coming -= count;
            }
            Effect::Result(_, task) => {
                self.running.retain(|&other| other != task);
                self.over.insert(task);
            }
            _ => {}
        }
    }

    fn take(&mut self) -> Option<u32> {
        let task = self.queued.pop_front()?;
        self.running.push(task);
        Some(task)
    }

    fn cancel(&mut self, most: usize) -> u32 {
        let count = most.min(self.queued.len());
        self.over.extend(self.queued.drain(..count));
        self.cancelled += count as u64;
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Whether an idle worker can do anything.
    fn has_more_to_do(&self) -> bool {
        !self.queued.is_empty() || self.is_finished()
    }

    fn is_finished(&self) -> bool {
        self.closed && self.coming == 0 && self.queued.is_empty() && self.running.is_empty()
    }

    /// Whether a model that has been told everything says the same.
    pub(super) fn agrees_with(&self, seen: &crate::Pool) -> bool {
        let counts = (self.queued.len() as u64, self.running.len() as u64, self.cancelled, self.closed);
        let over = seen.done() + seen.failed() + seen.cancelled();
        counts == (seen.waiting(), seen.running(), seen.cancelled(), seen.is_closed())
            && (over, seen.added()) == (self.over.len() as u64, self.next.into())
            && seen.workers().len() == self.workers as usize
    }
}

impl Simulation {
    /// Whether somebody's result is there, or as good as there, and it has not said so. Which results those are that
    /// threads wait for is not told, so for that moment a model can take them to be stuck.
    pub fn has_news(&self) -> bool {
        (1..).map(ThreadId).zip(&self.threads).any(|(id, actor)| {
            let waits =
                actor.wait.is_some_and(|wait| matches!(wait.waits_for, WaitsFor::Object(_, Purpose::Result)));
            let ends_task = matches!(actor.then, Some(Then::Do(Effect::Result(..))));
            ends_task || (waits && self.thread_can_act(id))
        })
    }

    pub(super) fn has_more_to_do(&self, worker: ThreadId) -> bool {
        let pool = self.threads[index(worker)].serves.map(|pool| self.things.get(pool));
        matches!(pool, Some(Thing::Pool(pool)) if pool.has_more_to_do())
    }

    /// An idle worker takes a task, or ends because there will never be one.
    pub(super) fn look_for_work(&mut self, thread: ThreadId, dice: &mut Dice) {
        let Some(object) = self.threads[index(thread)].serves else { return };
        let Some(pool) = self.things.pool(object) else { return };
        if let Some(task) = pool.take() {
            self.threads[index(thread)].tasks.push(task);
            self.say_now_or_later(thread, What::TaskBegan { object, task }, dice);
        } else if pool.is_finished() {
            self.set(thread, ThreadState::Finished, None);
            self.emit(thread, What::ThreadFinished);
        }
    }

    /// A worker ends its task, or takes one of the same pool within it.
    pub(super) fn end_or_nest(&mut self, thread: ThreadId, dice: &mut Dice) {
        let actor = &mut self.threads[index(thread)];
        let Some(object) = actor.serves else { return };
        if actor.tasks.len() < DEPTH && dice.below(6) == 0 {
            return self.look_for_work(thread, dice);
        }
        let Some(task) = actor.tasks.pop() else { return };
        let state = if actor.tasks.is_empty() { ThreadState::Idle } else { ThreadState::Running };
        self.set(thread, state, None);
        let ended = What::TaskEnded { object, task, failed: dice.below(4) == 0 };
        self.tell_and_do(thread, ended, Effect::Result(object, task), dice);
    }

    /// A thread becomes a worker, or waits for the result of a task.
    pub(super) fn join_or_await(&mut self, thread: ThreadId, object: ObjectId, timed: bool, dice: &mut Dice) {
        let may_serve = thread != ThreadId::MAIN && self.threads[index(thread)].serves.is_none();
        let Some(pool) = self.things.pool(object) else { return };
        if may_serve && pool.workers < SIZE {
            pool.workers += 1;
            self.threads[index(thread)].serves = Some(object);
            self.set(thread, ThreadState::Idle, None);
            return self.emit(thread, What::WorkerJoined { object });
        }
        if pool.next == 0 {
            return;
        }
        let task = dice.below(pool.next);
        // Now and then it comes just after the first look.
        if !pool.over.contains(&task) || dice.below(4) == 0 {
            pool.wanted.push((thread, task));
            self.begin_wait(thread, object, Purpose::Result, timed);
        }
    }

    /// A thread gives tasks to a pool, or throws some away, or closes it.
    pub(super) fn give_tasks(&mut self, thread: ThreadId, object: ObjectId, dice: &mut Dice) {
        let way = dice.below(24);
        let Some(pool) = self.things.pool(object) else { return };
        match way {
            0 if pool.coming == 0 => {
                let immediate = dice.below(2) == 0;
                pool.closed = true;
                let count = if immediate { pool.cancel(usize::MAX) } else { 0 };
                self.emit(thread, What::ShutDown { object, immediate });
                if immediate {
                    self.emit(thread, What::TasksCancelled { object, count });
                }
            }
            1..3 => {
                let count = pool.cancel(1);
                if count > 0 {
                    self.emit(thread, What::TasksCancelled { object, count });
                }
            }
            _ if !pool.closed => {
                let count = dice.below(3) + 1;
                (pool.next, pool.coming) = (pool.next + count, pool.coming + count);
                self.tell_and_do(
                    thread,
                    What::TasksAdded { object, count },
                    Effect::Tasks(object, count),
                    dice,
                );
            }
            _ => {}
        }
    }
}
