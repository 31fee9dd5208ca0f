//! Where threads sleep that wait for one thing: an event count. A sleeper notes the count, looks whether it must sleep,
//! and sleeps while the count is what it noted; a waker changes what sleepers look at, then counts, then wakes.

use crate::atomic::{AtomicU32, Ordering};
use crate::futex;
use crate::spin::{Habit, Looks, Spin};
use core::time::Duration;

/// A pause is long enough for some dozens of items to come or go, so that the two ends do not take their words from each
/// other for each of them.
const LOOKS: Looks = Looks { many: 50, pause: 1 << 11, trials: 100 };

/// An event count with the number of its sleepers.
#[derive(Debug)]
pub(super) struct Gate {
    count: AtomicU32,
    sleepers: AtomicU32,
    habit: Habit,
}

impl Gate {
    pub fn new() -> Self {
        Self { count: AtomicU32::new(0), sleepers: AtomicU32::new(0), habit: Habit::new(LOOKS) }
    }

    /// The word that sleepers wait on, for a model checker that lets their time pass.
    #[cfg(loom)]
    pub fn word(&self) -> &AtomicU32 {
        &self.count
    }

    /// How many are registered.
    #[cfg(all(test, not(loom)))]
    pub fn sleepers(&self) -> u32 {
        self.sleepers.load(Ordering::Relaxed)
    }

    /// For looking again before going to sleep.
    pub fn spin(&self) -> Spin<'_> {
        self.habit.spin()
    }

    /// Registers the caller, who is going to sleep, perhaps several times.
    pub fn enter(&self) {
        // Relaxed: the mark that asks for a wake is set after it, with release ordering.
        self.sleepers.fetch_add(1, Ordering::Relaxed);
    }

    /// The caller has what it wanted, or goes without. Returns whether others are registered: the wake that was theirs
    /// as well has to be passed on to them.
    pub fn leave(&self) -> bool {
        // Relaxed: those who rely on the caller registered before the wake that it got.
        self.sleepers.fetch_sub(1, Ordering::Relaxed) > 1
    }

    /// The count, to be noted before looking whether to sleep.
    pub fn note(&self) -> u32 {
        // Acquire: what is looked at is read after this, so a change that is missed there is counted after this.
        self.count.load(Ordering::Acquire)
    }

    /// Sleeps until a wake after the note, or the deadline.
    pub fn sleep(&self, noted: u32, deadline: Option<Duration>) -> futex::Wait {
        futex::wait(&self.count, noted, deadline)
    }

    /// Wakes one sleeper. To be called after the change that it waits for. Returns whether others may sleep on.
    #[cold]
    pub fn wake_one(&self) -> bool {
        // Relaxed: whoever calls has seen a sleeper's mark, and with it that it is registered.
        let sleepers = self.sleepers.load(Ordering::Relaxed);
        sleepers > 0 && self.wake(1) > 0 && sleepers > 1
    }

    /// Wakes all sleepers. To be called after the change that they wait for.
    #[cold]
    pub fn wake_all(&self) {
        self.wake(u32::MAX);
    }

    fn wake(&self, most: u32) -> usize {
        // Release: who sees the new count sees the change before it.
        self.count.fetch_add(1, Ordering::Release);
        futex::wake(&self.count, most)
    }
}
