//! Whether a model says what a simulation is.

use threadlab_trace::{Mode, ObjectId, ThreadId};

use super::{Simulation, Thing};
use crate::{Hold, Model, Object, ObjectState, Thread, Worker};

impl Simulation {
    /// Whether `model`, after all events so far, says the same of threads and objects as this run does itself.
    ///
    /// # Errors
    /// The first difference, in words.
    pub fn agrees_with(&self, model: &Model) -> Result<(), String> {
        for (id, actor) in (1..).map(ThreadId).zip(&self.threads) {
            let thread = model.thread(id).ok_or_else(|| format!("{id:?} is missing"))?;
            let seen = (thread.state(), thread.wait(), thread.is_daemon());
            if seen != (actor.state, actor.wait, actor.daemon) {
                return Err(format!("{id:?} is {seen:?} instead of {actor:?}"));
            }
        }
        for (id, actor) in (1..).map(ThreadId).zip(&self.threads) {
            let thread = model.thread(id);
            let worker = thread.and_then(|thread| model.worker(thread));
            let told = actor.then.is_some() || worker.and_then(Worker::task) == actor.tasks.last().copied();
            if thread.and_then(Thread::pool) != actor.serves || !told {
                return Err(format!("{id:?} is {worker:?} instead of {actor:?}"));
            }
        }
        if model.threads().len() != self.threads.len() {
            return Err(format!("{} threads instead of {}", model.threads().len(), self.threads.len()));
        }
        // In the middle of something what is and what was told differ.
        let settled = self.threads.iter().all(|actor| actor.then.is_none());
        for (id, known) in (1..).map(ObjectId).zip(&self.things.0) {
            let Some(object) = model.object(id) else {
                if known.met {
                    return Err(format!("{id:?} is missing"));
                }
                continue;
            };
            let waiters: Vec<_> =
                object.waiters().iter().map(|waiter| (waiter.thread, waiter.purpose)).collect();
            if waiters != known.waiters || (settled && !agrees(object, &known.thing)) {
                return Err(format!("{object:?} instead of {known:?}"));
            }
        }
        Ok(())
    }
}

fn agrees(object: &Object, thing: &Thing) -> bool {
    let holds = |object: &Object| -> Vec<(ThreadId, Mode, u32)> {
        object.holders().iter().map(|&Hold { thread, mode, count, .. }| (thread, mode, count)).collect()
    };
    match (thing, object.state()) {
        (Thing::Lock { holder, .. }, ObjectState::Lock) => {
            holds(object) == holder.iter().map(|&(thread, mode)| (thread, mode, 1)).collect::<Vec<_>>()
        }
        (Thing::RLock { owner, depth }, ObjectState::Lock) => {
            holds(object) == owner.iter().map(|&owner| (owner, Mode::Owned, *depth)).collect::<Vec<_>>()
        }
        (Thing::RwLock { writer: Some(writer), .. }, ObjectState::Lock) => {
            holds(object) == [(*writer, Mode::Owned, 1)]
        }
        (Thing::RwLock { readers, .. }, ObjectState::Lock) => {
            let times = |thread| readers.iter().filter(|&&reader| reader == thread).count();
            object.holders().iter().map(|hold| hold.count as usize).sum::<usize>() == readers.len()
                && object
                    .holders()
                    .iter()
                    .all(|hold| hold.mode == Mode::Shared && hold.count as usize == times(hold.thread))
        }
        (Thing::Semaphore { permits, .. }, ObjectState::Semaphore(semaphore)) => {
            semaphore.permits() == Some(*permits)
        }
        (Thing::Event { set, .. }, ObjectState::Event { set: seen }) => set == seen,
        (Thing::Condition { chosen, .. }, ObjectState::Condition(_)) => {
            let released = object.waiters().iter().filter(|waiter| waiter.released);
            released.map(|waiter| waiter.thread).eq(chosen.iter().copied())
        }
        (Thing::Barrier { arrived, broken, .. }, ObjectState::Barrier(barrier)) => {
            (barrier.arrived(), barrier.is_broken()) == (arrived, *broken)
        }
        (Thing::Queue(queue), ObjectState::Queue(seen)) => {
            // Which of two items that came at the same time came first is told by their numbers alone.
            let sorted = |mut items: Vec<u32>| {
                items.sort_unstable();
                items
            };
            let items =
                sorted(seen.items().iter().collect()) == sorted(queue.items.iter().copied().collect());
            let down = queue.shut_down == seen.is_shut_down();
            items && down && u64::from(queue.unfinished) == seen.unfinished()
        }
        (Thing::Pool(pool), ObjectState::Pool(seen)) => pool.agrees_with(seen),
        (Thing::Timers { pending, .. }, ObjectState::Timers(seen)) => {
            seen.pending().map(|timer| timer.thread().0).eq(pending.iter().copied())
        }
        _ => false,
    }
}
