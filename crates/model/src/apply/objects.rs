//! What happens to all kinds of shared objects: threads wait for them, acquire and release them.

use threadlab_trace::{Mode, ObjectId, ObjectKind, Purpose, Size};

use super::{Step, Taken};
use crate::{
    SpanKind, Wait, WaitsFor,
    object::{Hold, ObjectState, Waiter},
};

impl Step<'_> {
    pub(super) fn object_created(&mut self, object: ObjectId, kind: ObjectKind, name: &str) -> Taken {
        let at = match self.model.objects.index(object.0) {
            Some(at) => at,
            None => self.add_object(object)?,
        };
        let entry = &mut self.model.objects[at];
        if entry.kind.is_none() {
            entry.born(kind, name);
            self.show(at);
        } else if !entry.is_born_as(kind, name) {
            self.contradicts = true;
        }
        Ok(())
    }

    pub(super) fn object_sized(&mut self, object: ObjectId, size: Size, value: u32) -> Taken {
        let at = self.object(object)?;
        self.contradicts |= !self.model.objects[at].sized(size, value);
        Ok(())
    }

    pub(super) fn wait_began(&mut self, object: ObjectId, purpose: Purpose, timed: bool) -> Taken {
        let wait = Wait { waits_for: WaitsFor::Object(object, purpose), timed };
        if object.is_shared() {
            let thread_at = self.actor()?;
            if self.model.is_kernel() && self.model.threads[thread_at].wait == Some(wait) {
                let object_at = self.object(object)?;
                self.still_waits(object_at);
                return Ok(());
            }
            self.must_run(thread_at);
            self.model.threads[thread_at].shared_waits += 1;
            if !self.model.is_kernel() {
                self.block(thread_at, wait, SpanKind::Waiting(object));
                return Ok(());
            }
        }
        let thread_at = self.running_actor()?;
        let object_at = self.object(object)?;
        let entry = &mut self.model.objects[object_at];
        let released = match (&mut entry.state, purpose) {
            (ObjectState::Condition(condition), Purpose::Notification) => condition.take_due(),
            // It will find it so when it looks again, and goes on even if it is made unset meanwhile.
            (ObjectState::Event { set } | ObjectState::Once { set }, _) => *set,
            // The others came, and let it pass, before it could say that it waits.
            (ObjectState::Barrier(barrier), Purpose::Pass) => !barrier.arrived().contains(&self.thread),
            _ => false,
        };
        entry.waiters.push(Waiter { thread: self.thread, purpose, timed, released });
        self.show(object_at);
        self.block(thread_at, wait, SpanKind::Waiting(object));
        Ok(())
    }

    pub(super) fn wait_timed_out(&mut self, object: ObjectId) -> Taken {
        let at = self.actor()?;
        let Some(wait) = self.wait_for(at, object) else {
            self.contradicts = true;
            self.must_run(at);
            return Ok(());
        };
        self.contradicts |= !wait.timed;
        self.unblock(at);
        if let Some(object_at) = self.model.objects.index(object.0)
            && let ObjectState::Barrier(barrier) = &mut self.model.objects[object_at].state
        {
            barrier.leave(self.thread);
            self.show(object_at);
        }
        Ok(())
    }

    pub(super) fn wait_ended(&mut self, object: ObjectId) -> Taken {
        let at = self.actor()?;
        if self.wait_for(at, object).is_none() {
            self.contradicts = true;
            self.must_run(at);
            return Ok(());
        }
        if let Some(object_at) = self.model.objects.index(object.0) {
            self.take_notification(object_at);
        }
        self.unblock(at);
        Ok(())
    }

    /// A thread that waits for a condition goes on: it was notified, even if another was thought to be the one.
    fn take_notification(&mut self, object_at: usize) {
        let entry = &mut self.model.objects[object_at];
        let ObjectState::Condition(condition) = &mut entry.state else { return };
        let own = entry.waiters.as_slice().iter().find(|waiter| waiter.thread == self.thread);
        if own.is_some_and(|own| own.released) {
            // What it has is its own, and not to be handed on when it leaves.
            entry.waiters.take_release(self.thread);
        } else if !entry.waiters.hold_back() && !condition.take_due() {
            self.contradicts = true;
        }
    }

    pub(super) fn acquired(&mut self, object: ObjectId, mode: Mode, count: u32) -> Taken {
        let thread_at = self.actor()?;
        let object_at = self.object(object)?;
        let waited = self.got_through(thread_at, object_at);
        let since = self.model.events;
        let is_kernel = self.model.is_kernel();
        let entry = &mut self.model.objects[object_at];
        entry.acquisitions += 1;
        entry.contended += u64::from(waited);
        // An object of a kind that is not known can be anything.
        let counted = matches!(entry.state, ObjectState::Semaphore(_)) || entry.kind.is_none();
        self.contradicts |= count == 0 || (mode == Mode::Permits && !counted);
        let mut in_hand = true;
        if let ObjectState::Semaphore(semaphore) = &mut entry.state {
            // One more than it began with is a signal between processes, and in nobody's hands.
            let is_extra =
                semaphore.permits().zip(semaphore.initial()).is_some_and(|(now, first)| now > first);
            in_hand = !(is_extra && is_kernel);
            self.contradicts |= !semaphore.take(count) || mode != Mode::Permits;
        }
        if !in_hand {
            self.show(object_at);
            return Ok(());
        }
        // Somebody gave it back after all, if perhaps one who had not acquired it.
        entry.left_behind = false;
        let count = count.max(1);
        let own = entry.holders.position(self.thread);
        // Whether others may have it at the same time.
        let together = match mode {
            Mode::Permits | Mode::Shared => entry.holders.exclusive().is_none() || own.is_some(),
            _ => {
                entry.holders.as_slice().is_empty() || (own.is_some() && entry.holders.as_slice().len() == 1)
            }
        };
        if !together {
            self.contradicts = true;
            self.take_back(object_at);
        }
        let entry = &mut self.model.objects[object_at];
        if let Some(own) = own.filter(|_| together) {
            let again = matches!(
                entry.kind,
                None | Some(ObjectKind::RLock | ObjectKind::RwLock | ObjectKind::Value | ObjectKind::Array)
            ) || mode == Mode::Permits;
            let hold = entry.holders.get_mut(own);
            self.contradicts |= !again || hold.mode != mode;
            if again {
                hold.count = hold.count.saturating_add(count);
            }
            (hold.mode, hold.since) = (mode, since);
        } else {
            entry.holders.push(Hold { thread: self.thread, mode, count, since });
            self.model.threads[thread_at].holds.push(object);
        }
        self.show(object_at);
        Ok(())
    }

    pub(super) fn released(&mut self, object: ObjectId, mode: Mode, count: u32) -> Taken {
        let thread_at = self.running_actor()?;
        let object_at = self.object(object)?;
        self.contradicts |= count == 0;
        let is_kernel = self.model.is_kernel();
        let entry = &mut self.model.objects[object_at];
        let may_be_free = match &mut entry.state {
            ObjectState::Semaphore(semaphore) => {
                let before = semaphore.permits().unwrap_or(0);
                semaphore.give(count);
                self.contradicts |= mode != Mode::Permits;
                if is_kernel {
                    self.give_shared_permits_back(thread_at, object_at, before, count.max(1));
                    self.show(object_at);
                    return Ok(());
                }
                true
            }
            ObjectState::Once { set } => *set,
            // Of two threads that release one hold at the same time the second is told of its mistake only after this.
            _ => mode == Mode::Transferable,
        };
        if entry.holders.as_slice().is_empty() {
            let was_left = std::mem::take(&mut entry.left_behind) || entry.abandoned > 0;
            entry.abandoned = 0;
            self.contradicts |= !may_be_free && !was_left;
            return Ok(());
        }
        if mode == Mode::Permits {
            self.give_permits_back(thread_at, object_at, count.max(1));
        } else {
            let own = entry.holders.position(self.thread);
            self.contradicts |= own.is_none() && mode != Mode::Transferable;
            let at = own.unwrap_or(0);
            let hold = entry.holders.get_mut(at);
            if hold.count > count && count > 0 {
                hold.count -= count;
            } else {
                self.contradicts |= hold.count < count;
                self.take_hold(thread_at, object_at, at);
            }
        }
        self.show(object_at);
        Ok(())
    }

    /// Permits are given back: this thread's own first, then of those who have had theirs the longest.
    fn give_permits_back(&mut self, thread_at: usize, object_at: usize, mut count: u32) {
        while count > 0 {
            let holders = &mut self.model.objects[object_at].holders;
            if holders.as_slice().is_empty() {
                return;
            }
            let at = holders.position(self.thread).unwrap_or(0);
            let hold = holders.get_mut(at);
            if hold.count > count {
                hold.count -= count;
                return;
            }
            count -= hold.count;
            self.take_hold(thread_at, object_at, at);
        }
    }
}
