//! What a family's listener hears of what has happened.

use super::{FIRST, Family, page_time};
use crate::member::Member;
use crate::process::{ChildNews, Notice};
use crate::stream::Stream;
use std::rc::Rc;
use threadlab_trace::SharedEvent;

/// How long a worker may take to load its script, in milliseconds, before the browser is taken to have refused it.
const WORKER_DEADLINE: f64 = 20_000.0;

impl Family {
    /// Once a frame: hands on what has happened.
    pub(super) fn turn(&self) {
        let begun = page_time();
        let leaving = self.leaving.take();
        for process in leaving {
            self.bury(process);
        }
        let members: Vec<_> =
            self.members.borrow().iter().map(|(process, member)| (*process, Rc::clone(member))).collect();
        for (process, member) in members {
            if self.ended.get() {
                return;
            }
            self.drain(process, &member, false);
            if member.awaits_a_worker_since(self.elapsed(), WORKER_DEADLINE) {
                let seconds = WORKER_DEADLINE / 1000.0;
                self.refused(process, &member, format!("a worker did not start within {seconds} seconds"));
            }
        }
        if !self.ended.get() {
            self.drain_kernel(false);
            self.notify(Notice::CaughtUp { with: begun });
        }
    }

    /// Hands on what has happened in the kernel. Whoever compares it with what the processes tell counts on its being read
    /// after all of that.
    pub(super) fn drain_kernel(&self, last: bool) {
        let mut events = Vec::new();
        let (was_complete, complete) = {
            let mut stream = self.kernel_events.borrow_mut();
            let Some(stream) = &mut *stream else { return };
            let was_complete = stream.is_complete();
            stream.drain(self.tick(), last, &mut events);
            (was_complete, stream.is_complete())
        };
        if events.is_empty() && complete == was_complete {
            return;
        }
        let events: Vec<_> = events.into_iter().map(SharedEvent::of_kernel).collect();
        self.notify(Notice::Kernel { events: &events, complete });
    }

    pub(super) fn drain(&self, process: u32, member: &Member, last: bool) {
        member.drain(self.tick(), last, |events| {
            self.notify(if process == FIRST {
                Notice::Events(events)
            } else {
                Notice::Child { process, news: ChildNews::Events(events) }
            });
        });
    }

    pub(super) fn notify(&self, notice: Notice<'_>) {
        let Some(mut listener) = self.listener.take() else { return };
        let ended = matches!(notice, Notice::Ended(_));
        listener(notice);
        if ended {
            return;
        }
        *self.listener.borrow_mut() = Some(listener);
        if let Some(outcome) = self.ends_with.take() {
            self.end(outcome);
        }
    }

    /// A worker has reached the kernel, whose directory of events is at this address. Each says so, since the first one may
    /// be ended before it is heard.
    pub(super) fn kernel_begins(&self, trace: usize) {
        if let Some(kernel) = &*self.kernel.borrow() {
            self.kernel_events
                .borrow_mut()
                .get_or_insert_with(|| Stream::new(kernel.memory().clone(), trace));
        }
    }
}
