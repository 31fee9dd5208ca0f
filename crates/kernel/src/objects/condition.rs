//! Waiting for a notification, in the order of coming. The lock that goes with it is another object; it is kept here so
//! that a notification by somebody who does not hold it can be refused.

use super::Scene;
use crate::attempt::{Side, Step};
use crate::error::Rule;
use crate::ids::{Caller, Handle, Pid};
use crate::recording;
use std::collections::VecDeque;

#[derive(Debug)]
struct Waiter {
    caller: Caller,
    notified: bool,
    /// Events tell that it waits.
    sleeps: bool,
}

/// How many were notified, and how many of them wait as far as events tell. The others have not begun to wait, or have
/// given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Notified {
    pub all: u32,
    pub sleeping: u32,
}

#[derive(Debug)]
pub(crate) struct Condition {
    pub lock: Handle,
    waiters: VecDeque<Waiter>,
}

impl Condition {
    pub fn new(lock: Handle) -> Self {
        Self { lock, waiters: VecDeque::new() }
    }

    /// The caller is going to wait: it gets notifications from here on.
    pub fn enlist(&mut self, caller: Caller) {
        // One that did not leave when it gave up gets a new place.
        self.waiters.retain(|waiter| waiter.caller != caller);
        self.waiters.push_back(Waiter { caller, notified: false, sleeps: false });
    }

    /// Waits for a notification. It is used up when the caller leaves with it.
    pub fn wait(&mut self, scene: Scene<'_>) -> Result<Step<()>, Rule> {
        let at = self.position(scene.caller).ok_or(Rule::NotWaiting)?;
        if self.waiters[at].notified {
            self.waiters[at].sleeps = false;
            scene.tell_through();
            return Ok(Step::Done(()));
        }
        self.waiters[at].sleeps = recording::is_patient();
        Ok(Step::Blocked(Side::Takers))
    }

    /// The caller does not wait any more. Returns whether it was notified.
    pub fn leave(&mut self, caller: Caller) -> Result<bool, Rule> {
        let at = self.position(caller).ok_or(Rule::NotWaiting)?;
        Ok(self.waiters.remove(at).is_some_and(|waiter| waiter.notified))
    }

    /// The caller does not wait any longer, though it gets notifications until it leaves.
    pub fn give_up(&mut self, scene: Scene<'_>) {
        if let Some(at) = self.position(scene.caller) {
            self.waiters[at].sleeps = false;
            if self.waiters[at].notified {
                scene.tell_through();
            }
        }
    }

    /// Notifies those who have waited longest, at most so many. Returns how many there were.
    pub fn notify(&mut self, scene: Scene<'_>, most: u32) -> u32 {
        let notified = self.choose(most);
        scene.tell(|recorder, condition, _| recorder.notified(condition, notified.sleeping));
        if notified.all > 0 {
            // Each waiter looks for itself, so all of them have to.
            scene.gates.all(Side::Takers);
        }
        notified.all
    }

    fn choose(&mut self, most: u32) -> Notified {
        let mut chosen = Notified::default();
        for waiter in self.waiters.iter_mut().filter(|waiter| !waiter.notified) {
            if chosen.all == most {
                break;
            }
            waiter.notified = true;
            chosen.all += 1;
            chosen.sleeping += u32::from(waiter.sleeps);
        }
        chosen
    }

    /// How many wait and are not notified.
    pub fn waiting(&self) -> u32 {
        u32::try_from(self.waiters.iter().filter(|waiter| !waiter.notified).count()).unwrap_or(u32::MAX)
    }

    fn position(&self, caller: Caller) -> Option<usize> {
        self.waiters.iter().position(|waiter| waiter.caller == caller)
    }

    /// The process has no reference any more. Notifications that it did not come to use go to others. Returns how many of
    /// those wait, as far as events tell.
    pub fn holder_left(&mut self, pid: Pid) -> u32 {
        let mut unused = 0;
        self.waiters.retain(|waiter| {
            let gone = waiter.caller.pid == pid;
            unused += u32::from(gone && waiter.notified);
            !gone
        });
        self.choose(unused).sleeping
    }
}
