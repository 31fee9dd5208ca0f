//! What happens to shared objects: threads wait for them, acquire and release them.

use threadlab_trace::{ObjectId, ObjectKind};

use super::{Step, Taken};
use crate::{SpanKind, WaitsFor, span::State};

impl Step<'_> {
    pub(super) fn object_created(&mut self, object: ObjectId, kind: ObjectKind, name: &str) -> Taken {
        let at = match self.model.objects.index(object.0) {
            Some(at) => at,
            None => self.add_object(object)?,
        };
        let entry = &mut self.model.objects[at];
        if entry.kind.is_none() {
            entry.born(kind, name);
        } else if !entry.is_born_as(kind, name) {
            self.contradicts = true;
        }
        Ok(())
    }

    pub(super) fn acquired(&mut self, object: ObjectId) -> Taken {
        let thread_at = self.actor()?;
        let object_at = self.object(object)?;
        let waited = self.waits_for(thread_at, WaitsFor::Object(object));
        if let Some(since) = self.model.objects[object_at].lane.last_start() {
            // The release that let it in was before it, whatever their clocks say.
            self.time = self.time.max(since);
        }
        if waited {
            self.unblock(thread_at);
        } else {
            self.must_run(thread_at);
        }
        let model = &mut *self.model;
        let entry = &mut model.objects[object_at];
        entry.acquisitions += 1;
        entry.contended += u64::from(waited);
        match entry.holder {
            None => {}
            Some(holder) if holder == self.thread => {
                self.contradicts = true;
                return Ok(());
            }
            Some(_) => {
                self.contradicts = true;
                self.take_back(object_at);
            }
        }
        let model = &mut *self.model;
        let entry = &mut model.objects[object_at];
        entry.holder = Some(self.thread);
        entry.lane.set(self.time, SpanKind::Held(self.thread).into(), model.lane_capacity);
        model.threads[thread_at].holds.push(object);
        Ok(())
    }

    pub(super) fn released(&mut self, object: ObjectId) -> Taken {
        let thread_at = self.running_actor()?;
        let object_at = self.object(object)?;
        if self.model.objects[object_at].holder.is_none() {
            self.contradicts = true;
            return Ok(());
        }
        self.take_back_from(thread_at, object_at);
        let entry = &mut self.model.objects[object_at];
        entry.lane.set(self.time, State::FREE, self.model.lane_capacity);
        Ok(())
    }

    pub(super) fn wait_began(&mut self, object: ObjectId) -> Taken {
        let thread_at = self.running_actor()?;
        let object_at = self.object(object)?;
        self.model.objects[object_at].waiters.push(self.thread);
        self.block(thread_at, WaitsFor::Object(object), SpanKind::Waiting(object));
        Ok(())
    }
}
