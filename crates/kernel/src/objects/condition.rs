//! Waiting for a notification, in the order of coming. The lock that goes with it is another object; it is kept here so
//! that a notification by somebody who does not hold it can be refused.

use super::Scene;
use crate::attempt::{Side, Step};
use crate::error::Rule;
use crate::ids::{Caller, Handle, Pid};
use std::collections::VecDeque;

#[derive(Debug)]
struct Waiter {
    caller: Caller,
    notified: bool,
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
        self.waiters.push_back(Waiter { caller, notified: false });
    }

    /// Waits for a notification. It is used up when the caller leaves with it.
    pub fn wait(&self, caller: Caller) -> Result<Step<()>, Rule> {
        let at = self.position(caller).ok_or(Rule::NotWaiting)?;
        Ok(if self.waiters[at].notified { Step::Done(()) } else { Step::Blocked(Side::Takers) })
    }

    /// The caller does not wait any more. Returns whether it was notified.
    pub fn leave(&mut self, caller: Caller) -> Result<bool, Rule> {
        let at = self.position(caller).ok_or(Rule::NotWaiting)?;
        Ok(self.waiters.remove(at).is_some_and(|waiter| waiter.notified))
    }

    /// Notifies those who have waited longest, at most so many. Returns how many there were.
    pub fn notify(&mut self, scene: Scene<'_>, most: u32) -> u32 {
        let notified = self.choose(most);
        if notified > 0 {
            // Each waiter looks for itself, so all of them have to.
            scene.gates.all(Side::Takers);
        }
        notified
    }

    fn choose(&mut self, most: u32) -> u32 {
        let mut chosen = 0;
        for waiter in self.waiters.iter_mut().filter(|waiter| !waiter.notified) {
            if chosen == most {
                break;
            }
            waiter.notified = true;
            chosen += 1;
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

    /// The process has no reference any more. Notifications that it did not come to use go to others.
    pub fn holder_left(&mut self, pid: Pid) {
        let mut unused = 0;
        self.waiters.retain(|waiter| {
            let gone = waiter.caller.pid == pid;
            unused += u32::from(gone && waiter.notified);
            !gone
        });
        self.choose(unused);
    }
}
