//! What happens between processes, as the one sees it that starts and awaits others.

use super::{Skip, Step, Taken};
use crate::{
    SpanKind, Wait, WaitsFor,
    limits::{MAX_NAME_BYTES, MAX_PROCESSES, clip},
};

impl Step<'_> {
    pub(super) fn process_created(&mut self, process: u32, name: &str) -> Taken {
        self.running_actor()?;
        let known = self.model.child_name(process).is_some();
        self.contradicts |= known || process == self.model.process;
        let children = &mut self.model.children;
        if !known {
            if children.len() >= MAX_PROCESSES {
                return Err(Skip::BeyondLimits);
            }
            children.push((process, clip(name, MAX_NAME_BYTES).into_owned()));
        }
        Ok(())
    }

    pub(super) fn process_end_asked(&mut self, process: u32) -> Taken {
        self.running_actor()?;
        if !self.model.ends_asked.contains(&process) && self.model.ends_asked.len() < MAX_PROCESSES {
            self.model.ends_asked.push(process);
        }
        Ok(())
    }

    pub(super) fn process_join_began(&mut self, process: u32, timed: bool) -> Taken {
        let at = self.running_actor()?;
        self.contradicts |= self.model.child_name(process).is_none();
        self.block(at, Wait { waits_for: WaitsFor::Process(process), timed }, SpanKind::Awaiting(process));
        Ok(())
    }

    /// It waits no longer for a process: because that has ended, or because it gave up.
    pub(super) fn process_join_over(&mut self, process: u32, gave_up: bool) -> Taken {
        let at = self.actor()?;
        let waits =
            self.model.threads[at].wait.is_some_and(|wait| wait.waits_for == WaitsFor::Process(process));
        if waits {
            self.unblock(at);
        } else {
            // Seeing that a process has ended need not begin with waiting.
            self.contradicts |= gave_up;
            self.must_run(at);
        }
        Ok(())
    }
}
