//! Looking again for a short while, before a thread goes to sleep.
//!
//! Sleeping and being woken takes some microseconds. Looking again for as long pays where the thread that is waited for
//! runs at the same time, and is lost time where it needs this thread's processor. Nobody tells which it is, so it is
//! found out: looking goes on as long as it pays, and is tried anew from time to time when it did not.

// Not loom's: a habit that is off by some orders nothing.
use core::sync::atomic::{AtomicU32, Ordering};

/// How often it looks where it did not pay.
const FEW: u32 = 3;

/// How a thread looks before it sleeps.
#[derive(Clone, Copy, Debug)]
pub struct Looks {
    /// How often, where that paid the last time.
    pub many: u32,
    /// How long it pauses between two looks, in steps of [`pause`]. Whoever the thread waits for is slowed down by each
    /// look, and gets ahead in a pause, so that there is more than one thing to be found after it.
    pub pause: u32,
    /// In how many waits without success it looks often once.
    pub trials: u32,
}

/// Whether spinning pays at one place.
#[derive(Debug)]
pub struct Habit {
    looks: Looks,
    /// How many waits in a row had no success before their thread slept.
    failures: AtomicU32,
}

impl Habit {
    /// The habit of a place where nobody has waited yet.
    pub const fn new(looks: Looks) -> Self {
        Self { looks, failures: AtomicU32::new(0) }
    }

    /// The spinning of one wait.
    pub fn spin(&self) -> Spin<'_> {
        // Relaxed, here and below: it is a guess, and a lost update makes it a little worse.
        let failures = self.failures.load(Ordering::Relaxed);
        Spin {
            habit: self,
            failures,
            left: if cfg!(loom) {
                0
            } else if failures.is_multiple_of(self.looks.trials) {
                self.looks.many
            } else {
                FEW
            },
        }
    }
}

/// What is left of one wait's spinning.
#[derive(Debug)]
pub struct Spin<'a> {
    habit: &'a Habit,
    failures: u32,
    left: u32,
}

impl Spin<'_> {
    /// Looks until `found` says so. Returns false when the thread had better sleep.
    pub fn until(&mut self, found: impl Fn() -> bool) -> bool {
        while self.left > 0 {
            if found() {
                if self.failures > 0 {
                    self.habit.failures.store(0, Ordering::Relaxed);
                }
                return true;
            }
            pause(self.habit.looks.pause);
            self.left -= 1;
        }
        self.habit.failures.store(self.failures.wrapping_add(1), Ordering::Relaxed);
        false
    }
}

/// Does nothing for a while.
pub fn pause(steps: u32) {
    core::hint::spin_loop();
    for step in 0..steps {
        // WebAssembly has no instruction for that hint: keep the loop in the program.
        core::hint::black_box(step);
    }
}
