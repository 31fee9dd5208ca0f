//! Finding what an event is about, and making the state fit it.

use threadlab_trace::{ObjectId, PlaceId, Purpose, ThreadId};

use super::{Skip, Step};
use crate::{Object, SpanKind, Thread, ThreadState, Wait, WaitsFor, span::State};

/// Finding the thread or object that an event is about.
impl Step<'_> {
    /// The thread to which the event happened. It must be alive; one that is not known or has not started is taken to
    /// have done so now.
    #[inline]
    pub(super) fn actor(&mut self) -> Result<usize, Skip> {
        let at = self.find_or_add_thread(self.thread)?;
        match self.model.threads[at].state {
            ThreadState::Finished | ThreadState::Panicked => {
                self.contradicts = true;
                return Err(Skip::Void);
            }
            ThreadState::New => {
                self.contradicts = true;
                self.start(at);
            }
            ThreadState::Running | ThreadState::Idle | ThreadState::Sleeping | ThreadState::Waiting => {}
        }
        if self.place != PlaceId::UNKNOWN {
            self.model.threads[at].place = self.place;
        }
        Ok(at)
    }

    /// The thread to which the event happened, which only a running thread can have.
    #[inline]
    pub(super) fn running_actor(&mut self) -> Result<usize, Skip> {
        let at = self.actor()?;
        self.must_run(at);
        Ok(at)
    }

    #[inline]
    pub(super) fn find_or_add_thread(&mut self, id: ThreadId) -> Result<usize, Skip> {
        if let Some(at) = self.model.threads.index(id.0) {
            return Ok(at);
        }
        self.contradicts = true;
        self.add_thread(Thread::new(id, self.time))
    }

    pub(super) fn add_thread(&mut self, mut thread: Thread) -> Result<usize, Skip> {
        let id = thread.id;
        if id == self.thread {
            thread.events = 1;
            thread.latest = self.time;
        }
        let at = self.model.threads.insert(id.0, thread).ok_or(Skip::BeyondLimits)?;
        self.model.share_spans();
        Ok(at)
    }

    #[inline]
    pub(super) fn object(&mut self, id: ObjectId) -> Result<usize, Skip> {
        if let Some(at) = self.model.objects.index(id.0) {
            return Ok(at);
        }
        if let Some(place) = self.model.inherited.iter().position(|object| object.id == id) {
            let at = self.add_object(id)?;
            self.model.objects[at] = self.model.inherited.swap_remove(place);
            self.show(at);
            return Ok(at);
        }
        self.contradicts = true;
        self.add_object(id)
    }

    pub(super) fn add_object(&mut self, id: ObjectId) -> Result<usize, Skip> {
        // The kernel's numbers say where an object is, which is nothing to people.
        let number = match u32::try_from(self.model.objects.len()) {
            Ok(known) if self.model.is_kernel() => known + 1,
            _ => id.0,
        };
        let at = self.model.objects.insert(id.0, Object::new(id, number)).ok_or(Skip::BeyondLimits)?;
        self.model.share_spans();
        Ok(at)
    }
}

/// Changing the state of threads and objects.
impl Step<'_> {
    pub(super) fn start(&mut self, at: usize) {
        self.model.threads[at].started = Some(self.time);
        self.run(at);
    }

    /// It does something by itself; as a worker it is on its task, or idle.
    #[inline]
    pub(super) fn run(&mut self, at: usize) {
        let idle = self.model.worker(&self.model.threads[at]).is_some_and(|worker| worker.task().is_none());
        if idle {
            self.enter(at, ThreadState::Idle, SpanKind::Idle);
        } else {
            self.enter_on_task(at, ThreadState::Running, SpanKind::Running);
        }
    }

    /// It runs or sleeps: `kind`, or on its task if it is a worker.
    #[inline]
    pub(super) fn enter_on_task(&mut self, at: usize, state: ThreadState, kind: SpanKind) {
        let worker = self.model.worker(&self.model.threads[at]);
        let on_task = worker.and_then(|worker| {
            let asleep = state == ThreadState::Sleeping;
            worker.task().map(|number| SpanKind::Task { number, even: worker.is_even(), asleep })
        });
        self.enter(at, state, on_task.unwrap_or(kind));
    }

    pub(super) fn enter(&mut self, at: usize, state: ThreadState, kind: SpanKind) {
        let thread = &mut self.model.threads[at];
        thread.state = state;
        thread.lane.set(self.time, kind.into(), self.model.lane_capacity);
    }

    pub(super) fn block(&mut self, at: usize, wait: Wait, kind: SpanKind) {
        self.model.threads[at].wait = Some(wait);
        self.enter(at, ThreadState::Waiting, kind);
    }

    /// The wait of the thread at `at`, if it is for that object.
    #[inline]
    pub(super) fn wait_for(&self, at: usize, object: ObjectId) -> Option<Wait> {
        let waits_for = |wait: &Wait| matches!(wait.waits_for, WaitsFor::Object(other, _) if other == object);
        self.model.threads[at].wait.filter(waits_for)
    }

    /// It has what it wanted of the object; returns whether it waited for that.
    #[inline]
    pub(super) fn got_through(&mut self, at: usize, object_at: usize) -> bool {
        let object = &self.model.objects[object_at];
        if let Some(since) = object.lane.last_start() {
            // What let it in was before it, whatever their clocks say.
            self.time = self.time.max(since);
        }
        let waited = self.wait_for(at, object.id).is_some();
        if waited {
            self.unblock(at);
        } else {
            self.must_run(at);
        }
        waited
    }

    /// It runs: an end of sleeping or waiting that this does not follow from was not seen.
    #[inline]
    pub(super) fn must_run(&mut self, at: usize) {
        if !self.model.threads[at].state.is_awake() {
            self.contradicts = true;
            self.unblock(at);
        }
    }

    /// It does not sleep or wait any longer.
    pub(super) fn unblock(&mut self, at: usize) {
        if let Some(Wait { waits_for: WaitsFor::Object(object, purpose), .. }) =
            self.model.threads[at].wait.take()
            && let Some(object_at) = self.model.objects.index(object.0)
        {
            let waiters = &mut self.model.objects[object_at].waiters;
            let left = waiters.remove(self.model.threads[at].id);
            if purpose == Purpose::Notification && left.is_some_and(|left| left.released) {
                // It was another one that was notified, and that one will say so.
                waiters.release(purpose, 1);
            }
            self.show(object_at);
        }
        self.run(at);
    }

    /// Brings the object's lane up to date.
    #[inline]
    pub(super) fn show(&mut self, object_at: usize) {
        let object = &mut self.model.objects[object_at];
        let state = object.span_kind().map_or(State::FREE, State::from);
        if state != State::FREE || object.lane.last_start().is_some() {
            object.lane.set(self.time, state, self.model.lane_capacity);
        }
    }

    /// Nobody holds the object any longer.
    pub(super) fn take_back(&mut self, object_at: usize) {
        let object = &mut self.model.objects[object_at];
        let id = object.id;
        while let Some(hold) = self.model.objects[object_at].holders.pop() {
            if let Some(at) = self.model.threads.index(hold.thread.0) {
                remove(&mut self.model.threads[at].holds, &id);
            }
        }
    }

    /// The hold at `at` ends; it is probably that of the thread at `probably`.
    #[inline]
    pub(super) fn take_hold(&mut self, probably: usize, object_at: usize, at: usize) {
        let object = &mut self.model.objects[object_at];
        let (id, holder) = (object.id, object.holders.remove(at).thread);
        let holder_at = if self.model.threads[probably].id == holder {
            probably
        } else {
            match self.model.threads.index(holder.0) {
                Some(at) => at,
                None => return,
            }
        };
        remove(&mut self.model.threads[holder_at].holds, &id);
    }
}

/// Takes the last entry equal to `entry` out, keeping the order of the others.
#[inline]
fn remove<T: PartialEq>(entries: &mut Vec<T>, entry: &T) {
    if let Some(at) = entries.iter().rposition(|other| other == entry) {
        entries.remove(at);
    }
}
