//! A condition variable.

/// What a model knows of a condition variable beside its waiters. Those that were notified and have not gone on yet are
/// [released](crate::Waiter::released).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Condition {
    notified: u64,
    due: u32,
}

impl Condition {
    /// How many notifications there were that reached a waiter.
    pub fn notified(&self) -> u64 {
        self.notified
    }

    /// Notifications whose waiters have not been seen to wait.
    pub(crate) fn due(&self) -> u32 {
        self.due
    }

    /// `count` waiters were chosen, of whom `seen` have been seen to wait.
    pub(crate) fn notify(&mut self, count: u32, seen: u32) {
        self.notified = self.notified.saturating_add(count.into());
        self.due = self.due.saturating_add(count.saturating_sub(seen));
    }

    /// A notification was not that of the waiter who was thought to have it.
    pub(crate) fn give_back_due(&mut self) {
        self.due = self.due.saturating_add(1);
    }

    /// Takes a notification that is due, if there is one.
    pub(crate) fn take_due(&mut self) -> bool {
        let taken = self.due > 0;
        self.due -= u32::from(taken);
        taken
    }
}
