//! What happens to those objects that threads do not hold but pass signals or things by: events, conditions, barriers,
//! queues, timers; and the end of a pool.

use threadlab_trace::{ObjectId, Purpose};

use super::{Step, Taken};
use crate::object::{Object, ObjectState, Timer, TimerEnd};

impl Step<'_> {
    /// Changes an object by what its running thread does to it. `change` returns whether that fits the object; one of a
    /// kind that is not known fits everything.
    pub(super) fn change(
        &mut self,
        object: ObjectId,
        change: impl FnOnce(&mut Self, usize) -> bool,
    ) -> Taken {
        self.running_actor()?;
        self.change_by_waiter(object, change)
    }

    fn change_by_waiter(&mut self, object: ObjectId, change: impl FnOnce(&mut Self, usize) -> bool) -> Taken {
        let at = self.object(object)?;
        let fits = change(self, at) || self.model.objects[at].kind.is_none();
        self.contradicts |= !fits;
        self.show(at);
        Ok(())
    }

    fn entry(&mut self, at: usize) -> &mut Object {
        &mut self.model.objects[at]
    }

    pub(super) fn set(&mut self, object: ObjectId) -> Taken {
        self.change(object, |step, at| {
            let entry = step.entry(at);
            match &mut entry.state {
                ObjectState::Event { set } => *set = true,
                ObjectState::Once { set } => {
                    *set = true;
                    step.take_back(at);
                }
                _ => return false,
            }
            // Whoever waits now goes on, even if it is made unset at once.
            step.entry(at).waiters.release(Purpose::Set, u32::MAX);
            true
        })
    }

    pub(super) fn cleared(&mut self, object: ObjectId) -> Taken {
        self.change(object, |step, at| {
            let ObjectState::Event { set } = &mut step.entry(at).state else { return false };
            *set = false;
            true
        })
    }

    pub(super) fn notified(&mut self, object: ObjectId, count: u32) -> Taken {
        self.change(object, |step, at| {
            let entry = step.entry(at);
            let ObjectState::Condition(condition) = &mut entry.state else { return false };
            let seen = entry.waiters.release(Purpose::Notification, count);
            condition.notify(count, seen);
            true
        })
    }

    pub(super) fn arrived(&mut self, object: ObjectId) -> Taken {
        let thread = self.thread;
        self.change(object, |step, at| match &mut step.entry(at).state {
            ObjectState::Barrier(barrier) => barrier.arrive(thread),
            _ => false,
        })
    }

    pub(super) fn tripped(&mut self, object: ObjectId) -> Taken {
        self.change(object, |step, at| {
            let ObjectState::Barrier(barrier) = &mut step.entry(at).state else { return false };
            let fits = barrier.missing().is_none_or(|missing| missing == 0);
            barrier.trip();
            step.entry(at).waiters.release(Purpose::Pass, u32::MAX);
            fits
        })
    }

    /// A barrier broke, or was made whole again.
    pub(super) fn barrier_set(&mut self, object: ObjectId, broken: bool) -> Taken {
        self.change(object, |step, at| {
            let ObjectState::Barrier(barrier) = &mut step.entry(at).state else { return false };
            barrier.set_broken(broken);
            step.entry(at).waiters.release(Purpose::Pass, u32::MAX);
            true
        })
    }

    pub(super) fn put(&mut self, object: ObjectId, item: u32) -> Taken {
        let thread_at = self.actor()?;
        let at = self.object(object)?;
        self.got_through(thread_at, at);
        self.note_user(thread_at, at, Purpose::Put);
        self.change_by_waiter(object, |step, at| match &mut step.entry(at).state {
            ObjectState::Queue(queue) => queue.add(item),
            _ => false,
        })
    }

    pub(super) fn got(&mut self, object: ObjectId, item: u32) -> Taken {
        let thread_at = self.actor()?;
        let at = self.object(object)?;
        self.got_through(thread_at, at);
        self.note_user(thread_at, at, Purpose::Get);
        self.change_by_waiter(object, |step, at| match &mut step.entry(at).state {
            ObjectState::Queue(queue) => queue.take(item),
            _ => false,
        })
    }

    pub(super) fn task_done(&mut self, object: ObjectId) -> Taken {
        self.change(object, |step, at| {
            let ObjectState::Queue(queue) = &mut step.entry(at).state else { return false };
            queue.task_done()
        })
    }

    pub(super) fn shut_down(&mut self, object: ObjectId, immediate: bool) -> Taken {
        self.change(object, |step, at| match &mut step.entry(at).state {
            ObjectState::Queue(queue) => {
                queue.shut_down(immediate);
                true
            }
            ObjectState::Pool(pool) => {
                pool.shut_down(immediate);
                true
            }
            _ => false,
        })
    }

    pub(super) fn timer_started(&mut self, object: ObjectId, timer: Timer) -> Taken {
        self.change(object, |step, at| match &mut step.entry(at).state {
            ObjectState::Timers(timers) => {
                timers.add(timer);
                true
            }
            _ => false,
        })
    }

    pub(super) fn timer_ended(&mut self, object: ObjectId, timer: u32, end: TimerEnd) -> Taken {
        self.change(object, |step, at| match &mut step.entry(at).state {
            ObjectState::Timers(timers) => timers.end_one(timer, end),
            _ => false,
        })
    }
}
