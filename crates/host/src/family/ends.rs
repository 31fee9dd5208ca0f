//! How processes end, and with the first one the family.

use super::{FIRST, Family, TERMINATED};
use crate::failure::{Failure, Outcome};
use crate::member::Member;
use crate::process::{ChildNews, Notice};

/// The exit code of a process that trapped: that of a broken memory, as a negative signal's number.
const TRAPPED: i32 = -11;

impl Family {
    /// A process's program has come to its end.
    pub(super) fn exited(&self, process: u32, member: &Member, failure: Option<String>) {
        if process == FIRST {
            self.end(match failure {
                None => Outcome::Finished,
                Some(failure) => Outcome::Failed(Failure::Program(failure)),
            });
            return;
        }
        let usual = i32::from(failure.is_some());
        self.end_child(process, member.exit_code().unwrap_or(usual), failure);
    }

    /// A process's thread trapped, and its memory cannot be trusted any more.
    pub(super) fn died(&self, process: u32, failure: &Failure) {
        if process == FIRST {
            self.end(Outcome::Failed(failure.clone()));
        } else {
            self.end_child(process, TRAPPED, Some(failure.to_string()));
        }
    }

    pub(super) fn refused(&self, process: u32, member: &Member, reason: String) {
        let reason = if reason.is_empty() { "it gave no reason".into() } else { reason };
        let failure = Failure::NoWorker { given: member.ready(), reason };
        if process == FIRST {
            self.end(Outcome::Failed(failure));
        } else {
            self.end_child(process, TERMINATED, Some(failure.to_string()));
        }
    }

    /// Begins to end a child: first no thread of it may be in the kernel, then its workers can go.
    pub(super) fn end_child(&self, process: u32, code: i32, failure: Option<String>) {
        if process == FIRST || self.ending.borrow().contains(process) {
            return;
        }
        self.ending.borrow_mut().add(process, (code, failure));
        if self.members.borrow().contains(process) {
            self.expel(process);
        }
    }

    pub(super) fn expel(&self, process: u32) {
        if let Some(supervisor) = &*self.supervisor.borrow() {
            supervisor.expel(process);
        }
    }

    /// Ends the workers of a child that the kernel has shut out, as soon as none of its threads is on the way there.
    pub(super) fn bury(&self, process: u32) {
        let Some(member) = self.member(process) else { return };
        if !member.shut_gate() {
            self.leaving.borrow_mut().push(process);
            return;
        }
        member.end_workers();
        self.drain(process, &member, true);
        self.lost_before.set(self.lost_before.get() + member.lost());
        self.members.borrow_mut().remove(process);
        let code = self.ending.borrow().get(process).map_or(0, |(code, _)| *code);
        if let Some(supervisor) = &*self.supervisor.borrow() {
            supervisor.bury(process, code);
        }
    }

    pub(crate) fn end(&self, outcome: Outcome) {
        if self.listener.borrow().is_none() && !self.ended.get() {
            self.ends_with.borrow_mut().get_or_insert(outcome);
            return;
        }
        if self.ended.replace(true) {
            return;
        }
        self.frames.take();
        self.supervisor.take();
        self.spare.take();
        let members = self.members.take();
        // All workers end before the last drain, so that it is the last.
        for (_, member) in members.iter() {
            member.end_workers();
        }
        let mut lost = self.lost_before.get();
        for (process, member) in members.iter() {
            self.drain(*process, member, true);
            lost += member.lost();
        }
        self.drain_kernel(true);
        self.lost_before.set(lost + self.kernel_events.take().map_or(0, |stream| stream.lost()));
        self.kernel.take();
        // Some may have ended without the page having heard so from the kernel; the others end with the family.
        let mut children = self.ending.take();
        for (process, _) in members.iter().filter(|(process, _)| *process != FIRST) {
            children.add(*process, (TERMINATED, None));
        }
        for (process, (code, failure)) in children.iter() {
            let news = ChildNews::Ended { code: *code, failure: failure.clone() };
            self.notify(Notice::Child { process: *process, news });
        }
        self.notify(Notice::Ended(outcome));
        self.listener.take();
    }
}
