//! What happens to pools of workers: their tasks come, begin and end.

use threadlab_trace::ObjectId;

use super::{Skip, Step, Taken};
use crate::{
    object::{ObjectState, Pool},
    thread::Service,
};

impl Step<'_> {
    pub(super) fn worker_joined(&mut self, object: ObjectId) -> Taken {
        let at = self.running_actor()?;
        let pool_at = self.object(object)?;
        self.contradicts |= self.model.threads[at].serves.is_some();
        if self.pool(pool_at).is_some() {
            self.join(at, pool_at);
            self.run(at);
        } else {
            self.contradicts |= self.model.objects[pool_at].kind.is_some();
        }
        Ok(())
    }

    /// The thread at `at` is a worker, if it is not one already. Whoever serves a pool does so until it ends.
    fn join(&mut self, at: usize, pool_at: usize) {
        if self.model.threads[at].serves.is_some() {
            return;
        }
        let thread = self.thread;
        let Some((place, fits)) = self.pool(pool_at).map(|pool| pool.join(thread)) else { return };
        self.contradicts |= !fits;
        self.model.threads[at].serves = Some(Service { pool: self.model.objects[pool_at].id, at: place });
    }

    pub(super) fn tasks_added(&mut self, object: ObjectId, count: u32) -> Taken {
        self.change(object, |step, at| {
            let Some(pool) = step.pool(at) else { return false };
            pool.add(count);
            true
        })
    }

    pub(super) fn tasks_cancelled(&mut self, object: ObjectId, count: u32) -> Taken {
        self.change(object, |step, at| step.pool(at).is_some_and(|pool| pool.cancel(count)))
    }

    pub(super) fn task_began(&mut self, object: ObjectId, task: u32) -> Taken {
        let at = self.running_actor()?;
        let pool_at = self.object(object)?;
        let Some(place) = self.place_in(at, pool_at) else { return Ok(()) };
        let Some(pool) = self.pool(pool_at) else { return Ok(()) };
        match pool.begin(place, task) {
            Some(fits) => self.contradicts |= !fits,
            None => return Err(Skip::BeyondLimits),
        }
        self.run(at);
        self.show(pool_at);
        Ok(())
    }

    pub(super) fn task_ended(&mut self, object: ObjectId, task: u32, failed: bool) -> Taken {
        let at = self.running_actor()?;
        let pool_at = self.object(object)?;
        let Some(place) = self.place_in(at, pool_at) else { return Ok(()) };
        let Some(pool) = self.pool(pool_at) else { return Ok(()) };
        let fits = pool.end(place, task, failed);
        self.contradicts |= !fits;
        self.run(at);
        self.show(pool_at);
        Ok(())
    }

    /// Where the thread at `at`, which has to do with a task of a pool, is among the pool's workers. One that serves none
    /// must have joined it; what one does that serves another is not believed.
    fn place_in(&mut self, at: usize, pool_at: usize) -> Option<usize> {
        let id = self.model.objects[pool_at].id;
        let own = |step: &Self| step.model.threads[at].serves.filter(|service| service.pool == id);
        if own(self).is_none() {
            self.contradicts |= self.model.objects[pool_at].kind.is_some();
            self.join(at, pool_at);
        }
        own(self).map(|service| service.at)
    }

    /// The thread at `at` ends, and with it what it was on.
    pub(super) fn worker_left(&mut self, at: usize, panicked: bool) {
        let Some(service) = self.model.threads[at].serves else { return };
        let Some(pool_at) = self.model.objects.index(service.pool.0) else { return };
        let Some(pool) = self.pool(pool_at) else { return };
        let was_idle = pool.leave(service.at);
        self.contradicts |= !was_idle && !panicked;
        self.show(pool_at);
    }

    fn pool(&mut self, at: usize) -> Option<&mut Pool> {
        match &mut self.model.objects[at].state {
            ObjectState::Pool(pool) => Some(pool),
            _ => None,
        }
    }
}
