//! The counter of a semaphore in one word, without events.
//!
//! The upper 31 bits are the permits, the lowest bit says that a thread may be asleep. Taking a permit that is there and
//! giving one back while nobody sleeps are one atomic exchange each and no call to the system.
//!
//! As in the word of a lock, whoever gives permits back clears the bit and wakes as many sleepers as it gave permits. A
//! thread that was woken cannot know whether others still sleep, so it sets the bit again, whether it finds a permit or
//! not. Until it does so, others give permits back without waking anybody; so if it finds the bit clear and leaves
//! permits behind, it wakes a sleeper for each of these.
//!
//! What limits it: taking a permit needs a look at the word before the exchange, which a lock does not, since the number
//! of permits cannot be guessed. Giving it back does without: the guess is what the taker left. With both looks, the
//! pair took 1.3 times as long. With two threads at one permit, the looks and failed guesses fetch the word from the
//! other's processor more than once, so there it is 2.6 rather than 3 and more times as fast as a mutex and a condition.
//!
//! It is not fair: a thread that comes while another is being woken may overtake it.

use crate::atomic::{AtomicU32, Ordering};
use crate::futex;
use core::time::Duration;

/// A thread may be asleep, waiting for a permit.
const AWAITED: u32 = 1;
/// One permit.
const PERMIT: u32 = 2;

/// The most permits that the word has room for.
pub(super) const MOST: u32 = u32::MAX / PERMIT;

/// How often a thread without a permit looks again before it goes to sleep: as for a lock.
const SPINS: u32 = 100;

#[derive(Debug)]
pub(super) struct Count(AtomicU32);

/// The word as it was when a permit had been taken, so that there is room for that permit beside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left(u32);

impl Left {
    /// A guess after a wait: others want the permit too.
    pub const NONE: Self = Self(AWAITED);
}

impl Count {
    /// So many permits, at most [`MOST`].
    pub fn new(permits: u32) -> Self {
        Self(AtomicU32::new(permits * PERMIT))
    }

    /// What waiters wait on, for a model checker that lets their time pass.
    #[cfg(loom)]
    pub fn futex(&self) -> &AtomicU32 {
        &self.0
    }

    /// The permits left at this moment.
    pub fn permits(&self) -> u32 {
        self.0.load(Ordering::Relaxed) / PERMIT
    }

    /// The first guess of an exchange. Relaxed: the exchange decides.
    #[inline]
    fn guess(&self) -> u32 {
        if cfg!(loom) {
            // Loom loses sight of an exchange by another thread when this one only looks before its own.
            self.0.fetch_or(0, Ordering::Relaxed)
        } else {
            self.0.load(Ordering::Relaxed)
        }
    }

    /// Takes a permit if there is one. Returns what was left, for [`give_back`](Self::give_back).
    #[inline]
    pub fn take_if_any(&self) -> Option<Left> {
        let now = self.guess();
        if now < PERMIT {
            return None;
        }
        // Acquire: what was done before the permit was given back is seen by who takes it.
        match self.0.compare_exchange(now, now - PERMIT, Ordering::Acquire, Ordering::Relaxed) {
            Ok(_) => Some(Left(now - PERMIT)),
            Err(seen) => self.take_again(seen),
        }
    }

    /// As [`take_if_any`](Self::take_if_any), with a guess at the word.
    #[inline(never)]
    fn take_again(&self, guess: u32) -> Option<Left> {
        let mut now = guess;
        while now >= PERMIT {
            let next = now - PERMIT;
            // Acquire: as above.
            match self.0.compare_exchange_weak(now, next, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return Some(Left(next)),
                Err(seen) => now = seen,
            }
        }
        None
    }

    /// Takes a permit if one comes within a short while. Others that already sleep for one go first, so it ends at once
    /// then.
    #[inline]
    pub fn take_soon(&self) -> bool {
        let spins = if cfg!(loom) { 1 } else { SPINS };
        for _ in 0..spins {
            match self.0.load(Ordering::Relaxed) {
                0 => core::hint::spin_loop(),
                AWAITED => return false,
                _ => return self.take_if_any().is_some(),
            }
        }
        false
    }

    /// Waits until there is a permit and takes it. Returns whether it did so before the deadline passed.
    pub fn take(&self, deadline: Option<Duration>) -> bool {
        let mut woken = false;
        while !self.take_or_announce(woken) {
            match futex::wait(&self.0, AWAITED, deadline) {
                // One last look: a permit that is there is taken even when the time is up.
                futex::Wait::TimedOut => return self.take_if_any().is_some(),
                why => woken = why == futex::Wait::Woken,
            }
        }
        true
    }

    /// Takes a permit if there is one; otherwise sees to it that the bit is set. One that was `woken` sets it anyway.
    fn take_or_announce(&self, woken: bool) -> bool {
        let mut now = self.guess();
        loop {
            let next = match now {
                AWAITED => return false,
                0 => AWAITED,
                _ if woken => (now - PERMIT) | AWAITED,
                _ => now - PERMIT,
            };
            // Acquire: as above; it has no use where only the bit is set.
            match self.0.compare_exchange_weak(now, next, Ordering::Acquire, Ordering::Relaxed) {
                Err(seen) => now = seen,
                Ok(0) => return false,
                Ok(_) => {
                    let left = next / PERMIT;
                    if woken && now & AWAITED == 0 && left > 0 {
                        futex::wake(&self.0, left);
                    }
                    return true;
                }
            }
        }
    }

    /// Whether so many permits can be given back without having more than `most`.
    pub fn has_room(&self, permits: u32, most: u32) -> bool {
        permits <= most.saturating_sub(self.permits())
    }

    /// Gives one permit back, unless there would be more than `most` then. Returns whether it did. `left` was returned
    /// when the permit was taken: a guess at what the word is now, which saves a look at it.
    #[inline]
    pub fn give_back(&self, left: Left, most: u32) -> bool {
        let next = (left.0 & !AWAITED) + PERMIT;
        // Release: what was done with the permit is seen by who takes it next.
        match self.0.compare_exchange(left.0, next, Ordering::Release, Ordering::Relaxed) {
            Ok(was) => {
                if was & AWAITED != 0 {
                    self.wake(1);
                }
                true
            }
            Err(seen) => self.give_guessing(seen, 1, most),
        }
    }

    /// Gives permits back, unless there would be more than `most` then. Returns whether it did.
    #[inline]
    pub fn give(&self, permits: u32, most: u32) -> bool {
        self.give_guessing(self.guess(), permits, most)
    }

    #[inline(never)]
    fn give_guessing(&self, guess: u32, permits: u32, most: u32) -> bool {
        let mut now = guess;
        loop {
            let left = now / PERMIT;
            if permits > most.saturating_sub(left) {
                return false;
            }
            let next = (left + permits) * PERMIT;
            // Release: as above.
            if let Err(seen) = self.0.compare_exchange_weak(now, next, Ordering::Release, Ordering::Relaxed) {
                now = seen;
                continue;
            }
            if now & AWAITED != 0 {
                self.wake(permits);
            }
            return true;
        }
    }

    #[cold]
    fn wake(&self, permits: u32) {
        futex::wake(&self.0, permits);
    }
}
