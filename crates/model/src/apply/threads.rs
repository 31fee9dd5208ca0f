//! What happens to threads: their lives, joining, sleeping.

use threadlab_trace::ThreadId;

use super::{Skip, Step, Taken};
use crate::{
    Panic, Progress, SpanKind, Thread, ThreadState, Wait, WaitsFor,
    limits::{MAX_NAME_BYTES, MAX_PANIC_BYTES, clip},
};

impl Step<'_> {
    pub(super) fn thread_created(&mut self, child: ThreadId, name: &str, daemon: bool) -> Taken {
        if child == self.thread && self.model.threads.index(child.0).is_none() {
            // A timer's thread, of which nobody has spoken before it runs.
            let mut thread = Thread::new(child, self.time);
            thread.introduced(name, daemon);
            self.add_thread(thread)?;
            return Ok(());
        }
        // A thread that has ended makes no other, but the other is there.
        match self.running_actor() {
            Ok(_) | Err(Skip::Void) => {}
            Err(full @ Skip::BeyondLimits) => return Err(full),
        }
        if let Some(at) = self.model.threads.index(child.0) {
            self.contradicts = true;
            let thread = &mut self.model.threads[at];
            if thread.unnamed && child != self.thread {
                thread.born(self.thread, name, daemon);
            }
            return Ok(());
        }
        let mut thread = Thread::new(child, self.time);
        thread.born(self.thread, name, daemon);
        self.add_thread(thread)?;
        Ok(())
    }

    pub(super) fn thread_renamed(&mut self, target: ThreadId, name: &str) -> Taken {
        self.running_actor()?;
        let at = self.find_or_add_thread(target)?;
        let thread = &mut self.model.threads[at];
        thread.name = clip(name, MAX_NAME_BYTES).into_owned();
        Ok(())
    }

    pub(super) fn thread_started(&mut self) -> Taken {
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

    pub(super) fn thread_ended(&mut self, panic: Option<&str>) -> Taken {
        if let Some(at) = self.model.threads.index(self.thread.0)
            && self.model.threads[at].state == ThreadState::New
        {
            // It never came to run: its worker was refused, or its timer cancelled.
            self.start(at);
        }
        let at = self.running_actor()?;
        let message = panic.map(|message| clip(message, MAX_PANIC_BYTES).into_owned());
        if let Some(message) = &message
            && self.thread == ThreadId::MAIN
        {
            self.failed(message);
        }
        self.worker_left(at, message.is_some());
        let thread = &mut self.model.threads[at];
        thread.state = if message.is_some() { ThreadState::Panicked } else { ThreadState::Finished };
        thread.panic = message.map(|message| Panic { message, place: self.place });
        thread.ended = Some(thread.latest);
        thread.lane.close(thread.latest);
        Ok(())
    }

    pub(super) fn join_began(&mut self, target: ThreadId, timed: bool) -> Taken {
        let at = self.running_actor()?;
        self.find_or_add_thread(target)?;
        self.block(at, Wait { waits_for: WaitsFor::Thread(target), timed }, SpanKind::Joining(target));
        Ok(())
    }

    pub(super) fn join_ended(&mut self, target: ThreadId) -> Taken {
        let at = self.actor()?;
        // Joining a thread that has ended need not begin with waiting.
        self.contradicts |= !self.model.thread(target).is_some_and(|thread| thread.state.has_ended());
        if self.join_of(at, target).is_some() {
            self.unblock(at);
        } else {
            self.must_run(at);
        }
        Ok(())
    }

    pub(super) fn join_timed_out(&mut self, target: ThreadId) -> Taken {
        let at = self.actor()?;
        if let Some(join) = self.join_of(at, target) {
            self.contradicts |= !join.timed;
            self.unblock(at);
        } else {
            self.contradicts = true;
            self.must_run(at);
        }
        Ok(())
    }

    /// The wait of the thread at `at`, if it is for that thread.
    fn join_of(&self, at: usize, target: ThreadId) -> Option<Wait> {
        self.model.threads[at].wait.filter(|wait| wait.waits_for == WaitsFor::Thread(target))
    }

    pub(super) fn sleep_began(&mut self) -> Taken {
        let at = self.running_actor()?;
        self.enter_on_task(at, ThreadState::Sleeping, SpanKind::Sleeping);
        Ok(())
    }

    pub(super) fn sleep_ended(&mut self) -> Taken {
        let at = self.actor()?;
        if self.model.threads[at].state == ThreadState::Sleeping {
            self.unblock(at);
        } else {
            self.contradicts = true;
            self.must_run(at);
        }
        Ok(())
    }

    pub(super) fn progress(&mut self, progress: Progress) -> Taken {
        let at = self.running_actor()?;
        self.model.threads[at].progress = Some(progress);
        Ok(())
    }
}
