//! The condition variable: threads that hold a lock let it go and wait until another holder of that lock notifies
//! them.
//!
//! Each waiter has a word of its own and stands in a queue, as in the condition of CPython's `threading`: a
//! notification goes to the one that has waited longest, wakes exactly as many as it says, and no waiter wakes without
//! one or its timeout.

use super::lock::{LockGuard, RawLock};
use super::rlock::{RLockGuard, RawRLock};
use super::word::{Inner, inner};
use crate::atomic::{AtomicU32, Ordering};
use crate::object::{Caller, Object};
use crate::spin::{Habit, Looks, Spin};
use crate::{clock, futex};
use core::panic::Location;
use core::time::Duration;
use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;
use threadlab_trace::{Mode, ObjectKind, Purpose};

/// A waiter looks for some 150 us, long enough that it still looks when a partner answers that had to be woken itself.
/// Two threads that answer each other then find out that neither has to sleep, and take 1 us for a turn where they took
/// 13; with a tenth of the looks they fall asleep by turns and take 15.
const LOOKS: Looks = Looks { many: 1500, pause: 1 << 7, trials: 16 };

/// Why a condition cannot be used like this.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConditionError {
    /// The calling thread does not hold the lock that it passed.
    #[error("{condition} cannot be used by a thread that does not hold its lock: acquire the lock first")]
    NotHeld {
        /// The condition, in words.
        condition: String,
    },
    /// Other threads wait with another lock, which cannot guard what they and the caller wait for at once.
    #[error("{condition} has waiters that hold another lock: use one lock with a condition")]
    OtherLock {
        /// The condition, in words.
        condition: String,
    },
}

/// A condition variable. It has no lock of its own: whoever waits or notifies shows the lock that it holds, a
/// [`LockGuard`], an [`RLockGuard`], or a raw lock by reference. Several conditions may share a lock.
#[derive(Debug)]
pub struct Condition {
    waiters: Inner<Waiters>,
    /// Whether it pays to look out for the notification, and for the notifier's release of the lock.
    habit: Habit,
    release_habit: Habit,
    object: Object,
}

#[derive(Debug, Default)]
struct Waiters {
    /// The lock that those in the queue held, by its address.
    lock: usize,
    queue: VecDeque<Arc<Waiter>>,
}

#[derive(Debug)]
struct Waiter {
    state: AtomicU32,
}

const WAITING: u32 = 0;
const NOTIFIED: u32 = 1;

/// A lock that the calling thread holds and a [`Condition`] lets go while the thread waits.
pub trait Held: sealed::Held {}

impl<H: sealed::Held> Held for H {}

mod sealed {
    use crate::object::Caller;

    pub trait Held {
        /// The lock's address.
        fn address(&self) -> usize;
        /// Whether the calling thread holds it, as far as that can be known.
        fn is_held(&self) -> bool;
        /// Whether any thread holds it at this moment.
        fn is_taken(&self) -> bool;
        /// Tells that the lock is about to be let go.
        fn tell_letting_go(&self, caller: Caller);
        /// Lets the lock go; returns how many times it was held.
        fn let_go(&self) -> u32;
        /// Takes it as many times again.
        fn take_again(&self, count: u32, caller: Caller);
    }
}

impl sealed::Held for &RawLock {
    fn address(&self) -> usize {
        core::ptr::from_ref::<RawLock>(self).addr()
    }

    fn is_held(&self) -> bool {
        self.is_locked()
    }

    fn is_taken(&self) -> bool {
        self.is_locked()
    }

    fn tell_letting_go(&self, caller: Caller) {
        self.tell_released(Mode::Transferable, caller);
    }

    fn let_go(&self) -> u32 {
        self.free();
        1
    }

    fn take_again(&self, _: u32, caller: Caller) {
        self.acquire_at(Mode::Transferable, caller);
    }
}

impl<T: ?Sized> LockOfGuard for LockGuard<'_, T> {
    fn lock(&self) -> &RawLock {
        // SAFETY: whoever uses this takes the lock again before the guard can be used by anybody else.
        unsafe { LockGuard::mutex(self).raw() }
    }
}

/// A guard's lock, to be let go for a while.
trait LockOfGuard {
    fn lock(&self) -> &RawLock;
}

impl<T: ?Sized> sealed::Held for LockGuard<'_, T> {
    fn address(&self) -> usize {
        core::ptr::from_ref(self.lock()).addr()
    }

    fn is_held(&self) -> bool {
        true
    }

    fn is_taken(&self) -> bool {
        self.lock().is_locked()
    }

    fn tell_letting_go(&self, caller: Caller) {
        self.lock().tell_released(Mode::Owned, caller);
    }

    fn let_go(&self) -> u32 {
        self.lock().free();
        1
    }

    fn take_again(&self, _: u32, caller: Caller) {
        self.lock().acquire_at(Mode::Owned, caller);
    }
}

impl sealed::Held for &RawRLock {
    fn address(&self) -> usize {
        core::ptr::from_ref::<RawRLock>(self).addr()
    }

    fn is_held(&self) -> bool {
        self.depth() > 0
    }

    fn is_taken(&self) -> bool {
        self.is_locked()
    }

    fn tell_letting_go(&self, caller: Caller) {
        RawRLock::tell_letting_go(self, caller);
    }

    fn let_go(&self) -> u32 {
        RawRLock::let_go(self)
    }

    fn take_again(&self, count: u32, caller: Caller) {
        RawRLock::take_again(self, count, caller);
    }
}

impl<T: ?Sized> sealed::Held for RLockGuard<'_, T> {
    fn address(&self) -> usize {
        sealed::Held::address(&self.raw())
    }

    fn is_held(&self) -> bool {
        true
    }

    fn is_taken(&self) -> bool {
        self.raw().is_locked()
    }

    fn tell_letting_go(&self, caller: Caller) {
        self.raw().tell_letting_go(caller);
    }

    fn let_go(&self) -> u32 {
        self.raw().let_go()
    }

    fn take_again(&self, count: u32, caller: Caller) {
        self.raw().take_again(count, caller);
    }
}

impl Default for Condition {
    fn default() -> Self {
        Self::new()
    }
}

impl Condition {
    /// A condition that nobody waits for.
    pub fn new() -> Self {
        Self::named("")
    }

    /// A condition with a name by which the page shows it.
    pub fn named(name: impl Into<Cow<'static, str>>) -> Self {
        let object = Object::named(ObjectKind::Condition, name);
        Self {
            waiters: inner(Waiters::default()),
            habit: Habit::new(LOOKS),
            release_habit: Habit::new(LOOKS),
            object,
        }
    }

    /// Lets the lock go, waits to be notified, and takes the lock again, as many times as it was held.
    ///
    /// # Errors
    ///
    /// If the calling thread does not hold the lock, or others wait with another one; it has not waited then.
    ///
    /// # Panics
    ///
    /// On a page's own thread, which cannot block.
    #[track_caller]
    pub fn wait(&self, held: &mut impl Held) -> Result<(), ConditionError> {
        self.wait_until(held, None, Location::caller()).map(|_| ())
    }

    /// Waits as [`Condition::wait`] does, but to be notified no longer than `timeout`. Returns whether it was.
    ///
    /// # Errors
    ///
    /// As [`Condition::wait`].
    ///
    /// # Panics
    ///
    /// On a page's own thread, which cannot block.
    #[track_caller]
    pub fn wait_timeout(&self, held: &mut impl Held, timeout: Duration) -> Result<bool, ConditionError> {
        self.wait_until(held, Some(clock::after(timeout)), Location::caller())
    }

    /// Waits until `predicate`, which is asked while the lock is held, gives something, and returns that. It is asked
    /// at once, and again after every notification.
    ///
    /// # Errors
    ///
    /// As [`Condition::wait`].
    ///
    /// # Panics
    ///
    /// On a page's own thread, which cannot block.
    #[track_caller]
    pub fn wait_for<H: Held, V>(
        &self,
        held: &mut H,
        mut predicate: impl FnMut(&mut H) -> Option<V>,
    ) -> Result<V, ConditionError> {
        let caller = Location::caller();
        self.check(held)?;
        loop {
            if let Some(value) = predicate(held) {
                return Ok(value);
            }
            self.wait_until(held, None, caller)?;
        }
    }

    /// Waits as [`Condition::wait_for`] does, but no longer than `timeout` in all. The predicate has the last word, also
    /// when the time is over; `None` if it gave nothing.
    ///
    /// # Errors
    ///
    /// As [`Condition::wait`].
    ///
    /// # Panics
    ///
    /// On a page's own thread, which cannot block.
    #[track_caller]
    pub fn wait_for_timeout<H: Held, V>(
        &self,
        held: &mut H,
        timeout: Duration,
        mut predicate: impl FnMut(&mut H) -> Option<V>,
    ) -> Result<Option<V>, ConditionError> {
        let (caller, deadline) = (Location::caller(), clock::after(timeout));
        self.check(held)?;
        let mut in_time = true;
        loop {
            let value = predicate(held);
            if value.is_some() || !in_time {
                return Ok(value);
            }
            in_time = self.wait_until(held, Some(deadline), caller)?;
        }
    }

    /// Wakes the threads that have waited longest, `count` of them or as many as there are. They go on when the caller
    /// has let the lock go. Returns how many there were.
    ///
    /// # Errors
    ///
    /// If the calling thread does not hold the lock, or others wait with another one; nobody is woken then.
    #[track_caller]
    pub fn notify(&self, held: &impl Held, count: usize) -> Result<usize, ConditionError> {
        let caller = Location::caller();
        futex::checkpoint();
        self.check(held)?;
        let chosen: Vec<_> = {
            let mut waiters = self.waiters.lock();
            self.check_lock(&waiters, held)?;
            let count = count.min(waiters.queue.len());
            waiters.queue.drain(..count).collect()
        };
        let number = u32::try_from(chosen.len()).unwrap_or(u32::MAX);
        self.object.tell(caller, |recorder, condition| recorder.notified(condition, number, caller));
        for waiter in &chosen {
            // Release: what the notifier did is seen by the waiter, although the lock shows it that too.
            waiter.state.store(NOTIFIED, Ordering::Release);
            futex::wake(&waiter.state, 1);
        }
        Ok(chosen.len())
    }

    /// Wakes all threads that wait. Returns how many there were.
    ///
    /// # Errors
    ///
    /// As [`Condition::notify`].
    #[track_caller]
    pub fn notify_all(&self, held: &impl Held) -> Result<usize, ConditionError> {
        self.notify(held, usize::MAX)
    }

    /// How many threads wait.
    pub fn waiters(&self) -> usize {
        self.waiters.lock().queue.len()
    }

    /// Lets the deadlines of all who wait pass, under a model checker. Returns how many waits it ended.
    #[cfg(loom)]
    pub fn expire(&self) -> usize {
        let waiters: Vec<_> = self.waiters.lock().queue.iter().cloned().collect();
        waiters.iter().map(|waiter| futex::expire(&waiter.state)).sum()
    }

    fn check(&self, held: &impl Held) -> Result<(), ConditionError> {
        if held.is_held() {
            return Ok(());
        }
        Err(ConditionError::NotHeld { condition: self.object.words() })
    }

    fn check_lock(&self, waiters: &Waiters, held: &impl Held) -> Result<(), ConditionError> {
        if waiters.queue.is_empty() || waiters.lock == held.address() {
            return Ok(());
        }
        Err(ConditionError::OtherLock { condition: self.object.words() })
    }

    /// Waits; returns whether it was notified before the deadline.
    fn wait_until(
        &self,
        held: &mut impl Held,
        deadline: Option<Duration>,
        caller: Caller,
    ) -> Result<bool, ConditionError> {
        futex::checkpoint();
        self.check(held)?;
        futex::must_be_able_to_block();
        let me = Arc::new(Waiter { state: AtomicU32::new(WAITING) });
        {
            let mut waiters = self.waiters.lock();
            self.check_lock(&waiters, held)?;
            waiters.lock = held.address();
            waiters.queue.push_back(Arc::clone(&me));
        }
        // Both told before the lock is free, so whoever notifies has its event after these.
        held.tell_letting_go(caller);
        self.object.tell(caller, |recorder, condition| {
            recorder.wait_began(condition, Purpose::Notification, deadline.is_some(), caller);
        });
        let count = held.let_go();
        let notified = me.wait(self.habit.spin(), deadline) || !self.leave(&me);
        self.object.tell(caller, |recorder, condition| {
            if notified {
                recorder.wait_ended(condition, caller);
            } else {
                recorder.wait_timed_out(condition, caller);
            }
        });
        if notified {
            // The notifier still holds the lock, but seldom for long: going to sleep for it would cost more.
            self.release_habit.spin().until(|| !held.is_taken());
        }
        held.take_again(count, caller);
        Ok(notified)
    }

    /// A waiter whose time is over leaves the queue. Returns whether it still stood there: else it was notified in the
    /// last moment, and that must not be lost.
    fn leave(&self, me: &Arc<Waiter>) -> bool {
        let mut waiters = self.waiters.lock();
        let at = waiters.queue.iter().position(|waiter| Arc::ptr_eq(waiter, me));
        at.is_some_and(|at| waiters.queue.remove(at).is_some())
    }
}

impl Waiter {
    /// Whether it was notified before the deadline, as far as its word says.
    fn wait(&self, mut spin: Spin<'_>, deadline: Option<Duration>) -> bool {
        if spin.until(|| self.is_notified()) {
            return true;
        }
        while !self.is_notified() {
            if futex::wait(&self.state, WAITING, deadline) == futex::Wait::TimedOut {
                return self.is_notified();
            }
        }
        true
    }

    fn is_notified(&self) -> bool {
        // Acquire: pairs with the store in `notify`.
        self.state.load(Ordering::Acquire) == NOTIFIED
    }
}

#[cfg(all(test, not(loom)))]
#[path = "condition_tests.rs"]
mod tests;
