//! The fold itself: one event, and what it changes.
//!
//! It believes the newest event. Where that contradicts the state, it mends the state by the least change that makes
//! both fit: a thread that acts does not wait, whatever it was thought to wait for; a lock that is acquired has no
//! other holder. Only a thread that has ended stays so.

use threadlab_trace::{Event, ObjectId, ObjectKind, PlaceId, ThreadId, What};

use crate::{
    Failure, Model, Object, Panic, Progress, SpanKind, Thread, ThreadState, WaitsFor,
    limits::{MAX_PANIC_BYTES, MAX_TEXT_BYTES, clip},
    places::Defined,
    span::State,
};

impl Model {
    /// Takes in the next event. Never fails: what does not fit is counted, see [`Self::contradictions`] and
    /// [`Self::left_out`].
    pub fn apply(&mut self, event: &Event) {
        self.events += 1;
        let mut step = Step {
            time: event.time,
            thread: event.thread,
            place: event.place,
            contradicts: self.over || event.seq < self.next_seq,
            model: self,
        };
        step.model.next_seq = step.model.next_seq.max(event.seq.saturating_add(1));
        let taken = if step.model.over { Err(Skip::Void) } else { step.take(&event.what) };
        let contradicts = step.contradicts;
        if taken == Err(Skip::BeyondLimits) {
            self.left_out += 1;
        } else if contradicts {
            self.contradictions += 1;
        }
    }
}

impl<'a> Extend<&'a Event> for Model {
    fn extend<T: IntoIterator<Item = &'a Event>>(&mut self, events: T) {
        for event in events {
            self.apply(event);
        }
    }
}

/// Why an event changes nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Skip {
    /// It happened to a thread that has ended, or after the run.
    Void,
    /// It is about a thread, object or place for which there is no room, or of a kind that is not known.
    BeyondLimits,
}

type Taken = Result<(), Skip>;

/// One event on its way into the model.
struct Step<'a> {
    model: &'a mut Model,
    time: u64,
    thread: ThreadId,
    place: PlaceId,
    /// The event does not fit the state; however many reasons there are, it counts once.
    contradicts: bool,
}

/// One function for each kind of event.
impl Step<'_> {
    #[inline]
    fn take(&mut self, what: &What) -> Taken {
        self.note();
        match what {
            What::Acquired { object } => self.acquired(*object),
            What::Released { object } => self.released(*object),
            What::WaitBegan { object } => self.wait_began(*object),
            What::WaitTimedOut { object } => self.timed_out(WaitsFor::Object(*object)),
            What::ThreadCreated { child, name } => self.thread_created(*child, name),
            What::ThreadStarted => self.thread_started(),
            What::ThreadFinished => self.thread_ended(None),
            What::ThreadPanicked { message } => self.thread_ended(Some(message)),
            What::JoinBegan { target } => self.join_began(*target),
            What::JoinEnded { target } => self.join_ended(*target),
            What::JoinTimedOut { target } => self.timed_out(WaitsFor::Thread(*target)),
            What::SleepBegan { .. } => self.sleep_began(),
            What::SleepEnded => self.sleep_ended(),
            What::Printed { text } => self.printed(text),
            What::Progress { done, total } => self.progress(Progress { done: *done, total: *total }),
            What::ObjectCreated { object, kind, name } => self.object_created(*object, *kind, name),
            What::PlaceDefined { line, file } => self.place_defined(*line, file),
            What::Result { text } => {
                self.model.result = Some(clip(text, MAX_TEXT_BYTES));
                Ok(())
            }
            What::Failed { message } => {
                self.failed(message);
                Ok(())
            }
            What::Lost { count } => {
                self.lost(*count);
                Ok(())
            }
            _ => Err(Skip::BeyondLimits),
        }
    }

    /// What every event tells, whatever it is.
    #[inline]
    fn note(&mut self) {
        self.model.now = self.model.now.max(self.time);
        if let Some(at) = self.model.threads.index(self.thread.0) {
            let thread = &mut self.model.threads[at];
            thread.events += 1;
            self.contradicts |= self.time < thread.latest;
            thread.latest = thread.latest.max(self.time);
        }
    }

    fn acquired(&mut self, object: ObjectId) -> Taken {
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

    fn released(&mut self, object: ObjectId) -> Taken {
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

    fn wait_began(&mut self, object: ObjectId) -> Taken {
        let thread_at = self.running_actor()?;
        let object_at = self.object(object)?;
        self.model.objects[object_at].waiters.push(self.thread);
        self.block(thread_at, WaitsFor::Object(object), SpanKind::Waiting(object));
        Ok(())
    }

    fn timed_out(&mut self, waits_for: WaitsFor) -> Taken {
        let at = self.actor()?;
        if self.waits_for(at, waits_for) {
            self.unblock(at);
        } else {
            self.contradicts = true;
            self.must_run(at);
        }
        Ok(())
    }

    fn join_began(&mut self, target: ThreadId) -> Taken {
        let at = self.running_actor()?;
        self.find_or_add_thread(target)?;
        self.block(at, WaitsFor::Thread(target), SpanKind::Joining(target));
        Ok(())
    }

    fn join_ended(&mut self, target: ThreadId) -> Taken {
        let at = self.actor()?;
        // Joining a thread that has ended need not begin with waiting.
        self.contradicts |= !self.model.thread(target).is_some_and(|thread| thread.state.has_ended());
        if self.waits_for(at, WaitsFor::Thread(target)) {
            self.unblock(at);
        } else {
            self.must_run(at);
        }
        Ok(())
    }

    fn sleep_began(&mut self) -> Taken {
        let at = self.running_actor()?;
        self.enter(at, ThreadState::Sleeping, SpanKind::Sleeping);
        Ok(())
    }

    fn sleep_ended(&mut self) -> Taken {
        let at = self.actor()?;
        if self.model.threads[at].state == ThreadState::Sleeping {
            self.unblock(at);
        } else {
            self.contradicts = true;
            self.must_run(at);
        }
        Ok(())
    }

    fn thread_created(&mut self, child: ThreadId, name: &str) -> Taken {
        // A thread that has ended makes no other, but the other is there.
        match self.running_actor() {
            Ok(_) | Err(Skip::Void) => {}
            Err(full @ Skip::BeyondLimits) => return Err(full),
        }
        if let Some(at) = self.model.threads.index(child.0) {
            self.contradicts = true;
            let thread = &mut self.model.threads[at];
            if thread.unnamed && child != self.thread {
                thread.born(self.thread, name);
            }
            return Ok(());
        }
        let mut thread = Thread::new(child, self.time);
        thread.born(self.thread, name);
        self.add_thread(thread)?;
        Ok(())
    }

    fn thread_started(&mut self) -> Taken {
        if self.thread == ThreadId::MAIN && self.model.threads.index(self.thread.0).is_none() {
            let mut thread = Thread::new(self.thread, self.time);
            thread.unnamed = false;
            let at = self.add_thread(thread)?;
            self.start(at);
            return Ok(());
        }
        let at = self.find_or_add_thread(self.thread)?;
        if self.model.threads[at].state == ThreadState::New {
            self.start(at);
        } else {
            self.contradicts = true;
            if self.model.threads[at].state.has_ended() {
                return Err(Skip::Void);
            }
            self.must_run(at);
        }
        Ok(())
    }

    fn thread_ended(&mut self, panic: Option<&str>) -> Taken {
        let at = self.running_actor()?;
        let message = panic.map(|message| clip(message, MAX_PANIC_BYTES));
        if let Some(message) = &message
            && self.thread == ThreadId::MAIN
        {
            self.failed(message);
        }
        let thread = &mut self.model.threads[at];
        thread.state = if message.is_some() { ThreadState::Panicked } else { ThreadState::Finished };
        thread.panic = message.map(|message| Panic { message, place: self.place });
        thread.ended = Some(thread.latest);
        thread.lane.close(thread.latest);
        Ok(())
    }

    fn printed(&mut self, text: &str) -> Taken {
        let actor = self.running_actor();
        if actor != Err(Skip::BeyondLimits) {
            self.model.output.push(self.thread, self.time, text);
        }
        actor.map(|_| ())
    }

    fn progress(&mut self, progress: Progress) -> Taken {
        let at = self.running_actor()?;
        self.model.threads[at].progress = Some(progress);
        Ok(())
    }

    fn object_created(&mut self, object: ObjectId, kind: ObjectKind, name: &str) -> Taken {
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

    fn place_defined(&mut self, line: u32, file: &str) -> Taken {
        match self.model.places.define(self.place, file, line) {
            Defined::Fits => Ok(()),
            Defined::Contradicts => {
                self.contradicts = true;
                Ok(())
            }
            Defined::Full => Err(Skip::BeyondLimits),
        }
    }

    fn failed(&mut self, message: &str) {
        let failure =
            || Failure { message: clip(message, MAX_TEXT_BYTES), thread: self.thread, place: self.place };
        self.model.failure.get_or_insert_with(failure);
    }

    fn lost(&mut self, count: u32) {
        self.model.lost += u64::from(count);
        if let Some(at) = self.model.threads.index(self.thread.0) {
            self.model.threads[at].lost += u64::from(count);
        }
    }
}

/// Finding the thread or object that an event is about.
impl Step<'_> {
    /// The thread to which the event happened. It must be alive; one that is not known or has not started is taken to
    /// have done so now.
    #[inline]
    fn actor(&mut self) -> Result<usize, Skip> {
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
            ThreadState::Running | ThreadState::Sleeping | ThreadState::Waiting => {}
        }
        if self.place != PlaceId::UNKNOWN {
            self.model.threads[at].place = self.place;
        }
        Ok(at)
    }

    /// The thread to which the event happened, which only a running thread can have.
    #[inline]
    fn running_actor(&mut self) -> Result<usize, Skip> {
        let at = self.actor()?;
        self.must_run(at);
        Ok(at)
    }

    #[inline]
    fn find_or_add_thread(&mut self, id: ThreadId) -> Result<usize, Skip> {
        if let Some(at) = self.model.threads.index(id.0) {
            return Ok(at);
        }
        self.contradicts = true;
        self.add_thread(Thread::new(id, self.time))
    }

    fn add_thread(&mut self, mut thread: Thread) -> Result<usize, Skip> {
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
    fn object(&mut self, id: ObjectId) -> Result<usize, Skip> {
        if let Some(at) = self.model.objects.index(id.0) {
            return Ok(at);
        }
        self.contradicts = true;
        self.add_object(id)
    }

    fn add_object(&mut self, id: ObjectId) -> Result<usize, Skip> {
        let at = self.model.objects.insert(id.0, Object::new(id)).ok_or(Skip::BeyondLimits)?;
        self.model.share_spans();
        Ok(at)
    }
}

/// Changing the state of threads and objects.
impl Step<'_> {
    fn start(&mut self, at: usize) {
        self.model.threads[at].started = Some(self.time);
        self.enter(at, ThreadState::Running, SpanKind::Running);
    }

    fn enter(&mut self, at: usize, state: ThreadState, kind: SpanKind) {
        let thread = &mut self.model.threads[at];
        thread.state = state;
        thread.lane.set(self.time, kind.into(), self.model.lane_capacity);
    }

    fn block(&mut self, at: usize, waits_for: WaitsFor, kind: SpanKind) {
        self.model.threads[at].waits_for = Some(waits_for);
        self.enter(at, ThreadState::Waiting, kind);
    }

    fn waits_for(&self, at: usize, what: WaitsFor) -> bool {
        self.model.threads[at].waits_for == Some(what)
    }

    /// It runs: an end of sleeping or waiting that this does not follow from was not seen.
    #[inline]
    fn must_run(&mut self, at: usize) {
        if self.model.threads[at].state != ThreadState::Running {
            self.contradicts = true;
            self.unblock(at);
        }
    }

    /// It does not sleep or wait any longer.
    fn unblock(&mut self, at: usize) {
        if let Some(WaitsFor::Object(object)) = self.model.threads[at].waits_for.take()
            && let Some(object_at) = self.model.objects.index(object.0)
        {
            remove(&mut self.model.objects[object_at].waiters, &self.model.threads[at].id);
        }
        self.enter(at, ThreadState::Running, SpanKind::Running);
    }

    /// Nobody holds the object any longer.
    fn take_back(&mut self, object_at: usize) {
        let Some(holder) = self.model.objects[object_at].holder else { return };
        if let Some(at) = self.model.threads.index(holder.0) {
            self.take_back_from(at, object_at);
        }
    }

    /// Nobody holds the object any longer; if anybody does, it is probably this thread.
    #[inline]
    fn take_back_from(&mut self, probably: usize, object_at: usize) {
        let object = &mut self.model.objects[object_at];
        let Some(holder) = object.holder.take() else { return };
        let id = object.id;
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
