//! The door of the kernel for one process: how many of its threads are inside, and whether more may come.
//!
//! All of it is one word, so there is one order of all who come, leave and turn away. A thread that is let in came
//! before the door was shut, and is counted until it leaves. Once the door is shut the count only falls; at zero it
//! stays there, and no thread of the process can be inside a critical section of the kernel any more.

use crate::atomic::{AtomicU64, Ordering};
use crate::ids::Pid;

/// The upper half is the process, then a bit that says that the door is shut, then the number of threads inside.
const SHUT: u64 = 1 << 31;
const INSIDE: u64 = SHUT - 1;

const fn of(pid: Pid) -> u64 {
    (pid.raw() as u64) << 32
}

/// Why a thread was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Its process has ended, or never was.
    NoSuchProcess,
    /// Its process is being ended.
    Killed,
}

/// The door of one process, or of none.
#[derive(Debug)]
pub struct Admission(AtomicU64);

impl Admission {
    /// The door of no process.
    #[must_use]
    pub fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Opens the door for a process. The one that had it before must have ended.
    pub fn open(&self, pid: Pid) {
        // Release: a thread that comes sees what was prepared for its process.
        self.0.store(of(pid), Ordering::Release);
    }

    /// The process has ended: the door is nobody's.
    pub fn retire(&self) {
        // Relaxed: nothing is handed over; who takes the place next does so under the table's lock.
        self.0.store(0, Ordering::Relaxed);
    }

    /// Lets a thread in. To be followed by [`Self::leave`].
    ///
    /// # Errors
    ///
    /// If the door is not this process's or is shut.
    #[inline]
    pub fn enter(&self, pid: Pid) -> Result<(), Refusal> {
        // Relaxed: only a guess, which the exchange checks.
        let mut word = self.0.load(Ordering::Relaxed);
        loop {
            if word & !(SHUT | INSIDE) != of(pid) || pid.raw() == 0 {
                return Err(Refusal::NoSuchProcess);
            }
            if word & SHUT != 0 {
                return Err(Refusal::Killed);
            }
            // Acquire: what was prepared before the door was opened is seen.
            match self.0.compare_exchange_weak(word, word + 1, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return Ok(()),
                Err(now) => word = now,
            }
        }
    }

    /// Counts a thread out that was let in.
    #[inline]
    pub fn leave(&self) {
        // Release: who sees that the thread is gone sees all that it did inside.
        self.0.fetch_sub(1, Ordering::Release);
    }

    /// Shuts the door. Returns whether it is this process's.
    pub fn shut(&self, pid: Pid) -> bool {
        // Relaxed, both: the word's own order decides who came before; nothing else is read on its account.
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |word| {
                (word & !(SHUT | INSIDE) == of(pid) && pid.raw() != 0).then_some(word | SHUT)
            })
            .is_ok()
    }

    /// Whether the door is this process's and shut, and nobody is inside: then nobody ever will be.
    pub fn is_empty(&self, pid: Pid) -> bool {
        // Acquire: all that the threads did inside is seen. Each leaving is an exchange on the word, so the last one
        // hands on what the ones before it released.
        self.0.load(Ordering::Acquire) == of(pid) | SHUT
    }
}

impl Default for Admission {
    fn default() -> Self {
        Self::new()
    }
}
