//! What happens to objects that processes share, as the kernel tells it: who has them, and what is underway in pipes.
//!
//! The threads here are those of all processes, each of which knows its [home](crate::Thread::home). One more stands for
//! the kernel itself, which does what follows from a process's end.

use threadlab_trace::{ObjectId, Purpose, ThreadId};

use super::{Step, Taken};
use crate::{
    Thread, ThreadState, Wait, WaitsFor,
    object::{ObjectState, PipeEnd},
};

impl Step<'_> {
    /// Whether the event is the kernel's own doing.
    fn is_kernels(&self) -> bool {
        let actor = self.model.thread(self.thread);
        actor.and_then(Thread::home).is_some_and(|(process, _)| process == 0)
    }

    pub(super) fn opened(&mut self, object: ObjectId, process: u32) -> Taken {
        let at = self.object(object)?;
        let open = &mut self.model.objects[at].open;
        if open.contains(&process) {
            self.contradicts = true;
        } else {
            open.push(process);
        }
        Ok(())
    }

    /// A process has let go of an object, or has ended. Who waits there looks again.
    pub(super) fn closed(&mut self, object: ObjectId, process: u32) -> Taken {
        let at = self.object(object)?;
        let open = &mut self.model.objects[at].open;
        self.contradicts |= !open.contains(&process);
        open.retain(|&other| other != process);
        self.abandon(at, process);
        let threads: Vec<ThreadId> = self.threads_of(process).map(Thread::id).collect();
        for thread in threads {
            if let ObjectState::Barrier(barrier) = &mut self.model.objects[at].state {
                barrier.leave(thread);
            }
            if self.is_kernels() {
                self.forget_wait(thread, Some(object));
            }
        }
        self.model.objects[at].waiters.rouse(None);
        if let Some(other) = self.other_end(at) {
            self.model.objects[other].waiters.rouse(None);
        }
        self.show(at);
        Ok(())
    }

    fn threads_of(&self, process: u32) -> impl Iterator<Item = &Thread> {
        self.model.threads.iter().filter(move |thread| thread.home.is_some_and(|(home, _)| home == process))
    }

    /// What a process holds of an object is nobody's any more.
    fn abandon(&mut self, at: usize, process: u32) {
        let object = &self.model.objects[at];
        let id = object.id;
        let counted = matches!(object.state, ObjectState::Semaphore(_));
        let lost: Vec<_> = object
            .holders()
            .iter()
            .copied()
            .filter(|hold| {
                self.model.thread(hold.thread).and_then(|it| it.home).is_some_and(|it| it.0 == process)
            })
            .collect();
        for hold in lost {
            let object = &mut self.model.objects[at];
            if let Some(place) = object.holders.position(hold.thread) {
                object.holders.remove(place);
            }
            object.abandoned = object.abandoned.saturating_add(if counted { hold.count } else { 1 });
            if let Some(thread_at) = self.model.threads.index(hold.thread.0) {
                self.model.threads[thread_at].holds.retain(|held| *held != id);
            }
        }
    }

    /// A thread whose process has ended waits no longer, if it waits for this or it does not matter for what.
    fn forget_wait(&mut self, thread: ThreadId, object: Option<ObjectId>) {
        let Some(at) = self.model.threads.index(thread.0) else { return };
        let Some(Wait { waits_for: WaitsFor::Object(awaited, _), .. }) = self.model.threads[at].wait else {
            return;
        };
        if object.is_some_and(|object| object != awaited) {
            return;
        }
        self.model.threads[at].wait = None;
        if let Some(object_at) = self.model.objects.index(awaited.0) {
            // A notification that it got has been passed on by the kernel.
            self.model.objects[object_at].waiters.remove(thread);
            self.show(object_at);
        }
        self.run(at);
    }

    /// Nothing is left of a process.
    pub(super) fn process_gone(&mut self, process: u32) {
        let threads: Vec<ThreadId> = self.threads_of(process).map(Thread::id).collect();
        for thread in threads {
            self.forget_wait(thread, None);
            if let Some(at) = self.model.threads.index(thread.0) {
                let thread = &mut self.model.threads[at];
                thread.state = ThreadState::Finished;
                thread.ended = Some(self.time);
                thread.lane.close(self.time);
            }
        }
    }

    pub(super) fn paired(&mut self, first: ObjectId, second: ObjectId, duplex: bool) -> Taken {
        let (first_at, second_at) = (self.object(first)?, self.object(second)?);
        let mut pair = |at: usize, other, sends, receives| match &mut self.model.objects[at].state {
            ObjectState::PipeEnd(end) => end.pair(other, sends, receives),
            _ => false,
        };
        let fits = pair(first_at, second, duplex, true);
        let fits = pair(second_at, first, true, duplex) && fits;
        self.contradicts |= !fits;
        Ok(())
    }

    /// Where the other end of the pipe is whose end is at `at`.
    fn other_end(&self, at: usize) -> Option<usize> {
        match &self.model.objects[at].state {
            ObjectState::PipeEnd(end) => self.model.objects.index(end.other()?.0),
            _ => None,
        }
    }

    pub(super) fn sent(&mut self, object: ObjectId, fill: u32, whole: bool) -> Taken {
        self.moved(
            object,
            whole,
            Purpose::Get,
            |end| end.channels().0.send(fill, whole),
            |other| {
                other.channels().1.send(fill, whole);
            },
        )
    }

    pub(super) fn received(&mut self, object: ObjectId, fill: u32, whole: bool) -> Taken {
        self.moved(
            object,
            whole,
            Purpose::Put,
            |end| end.channels().1.receive(fill, whole),
            |other| {
                other.channels().0.receive(fill, whole);
            },
        )
    }

    /// Bytes went into a pipe or out of it at this end, which is a reason to look again for those who wait for `purpose` at
    /// the other end. A whole message is one too for those who waited for their turn at this one, and what the kernel does
    /// by itself is one for everybody.
    fn moved(
        &mut self,
        object: ObjectId,
        whole: bool,
        purpose: Purpose,
        change: impl FnOnce(&mut PipeEnd) -> bool,
        mirror: impl FnOnce(&mut PipeEnd),
    ) -> Taken {
        let thread_at = self.actor()?;
        let at = self.object(object)?;
        self.got_through(thread_at, at);
        let everybody = self.is_kernels();
        let fits = match &mut self.model.objects[at].state {
            ObjectState::PipeEnd(end) => change(end),
            _ => self.model.objects[at].kind.is_none(),
        };
        self.contradicts |= !fits;
        if whole || everybody {
            self.model.objects[at].waiters.rouse(None);
        }
        if let Some(other) = self.other_end(at) {
            if let ObjectState::PipeEnd(end) = &mut self.model.objects[other].state {
                mirror(end);
            }
            let purpose = if everybody { None } else { Some(purpose) };
            self.model.objects[other].waiters.rouse(purpose);
            self.show(other);
        }
        self.show(at);
        Ok(())
    }

    /// A thread puts something into a shared object, or gets something from it, and its process is one that does.
    #[inline]
    pub(super) fn note_user(&mut self, thread_at: usize, object_at: usize, purpose: Purpose) {
        if let Some((process, _)) = self.model.threads[thread_at].home {
            let object = &mut self.model.objects[object_at];
            let users = if purpose == Purpose::Put { &mut object.givers } else { &mut object.takers };
            if !users.contains(&process) {
                users.push(process);
            }
        }
    }

    /// A thread did not get what it wanted.
    pub(super) fn refused(&mut self, object: ObjectId) -> Taken {
        let at = self.actor()?;
        if self.wait_for(at, object).is_some() {
            self.unblock(at);
        } else {
            self.must_run(at);
        }
        Ok(())
    }

    /// A thread that waits has looked, and still cannot have what it waits for.
    pub(super) fn still_waits(&mut self, object_at: usize) {
        let entry = &mut self.model.objects[object_at];
        let own = entry.waiters.as_slice().iter().find(|waiter| waiter.thread == self.thread);
        if own.is_some_and(|own| own.released) {
            entry.waiters.take_release(self.thread);
            if let ObjectState::Condition(condition) = &mut entry.state {
                // It is another one's.
                condition.give_back_due();
            }
        }
    }

    /// Permits are given back to a semaphore that had `before` of them: those of the releaser's process first, then such
    /// as were abandoned, then those of whoever has had one the longest. More than it began with were in nobody's hands.
    pub(super) fn give_shared_permits_back(
        &mut self,
        thread_at: usize,
        object_at: usize,
        before: u32,
        count: u32,
    ) {
        let ObjectState::Semaphore(semaphore) = &self.model.objects[object_at].state else { return };
        let in_hands = semaphore.initial().map_or(count, |initial| initial.saturating_sub(before));
        let home = self.model.threads[thread_at].home.map(|(process, _)| process);
        for _ in 0..count.min(in_hands) {
            let of_home = |thread: ThreadId| {
                self.model.thread(thread).and_then(Thread::home).map(|(process, _)| process) == home
            };
            let object = &self.model.objects[object_at];
            let holders = object.holders.as_slice();
            let own = object.holders.position(self.thread);
            let at = match own.or_else(|| holders.iter().position(|hold| of_home(hold.thread))) {
                Some(at) => at,
                None if object.abandoned > 0 => {
                    self.model.objects[object_at].abandoned -= 1;
                    continue;
                }
                None if holders.is_empty() => return,
                None => 0,
            };
            let hold = self.model.objects[object_at].holders.get_mut(at);
            if hold.count > 1 {
                hold.count -= 1;
            } else {
                self.take_hold(thread_at, object_at, at);
            }
        }
    }
}
