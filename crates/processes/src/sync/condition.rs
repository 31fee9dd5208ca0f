//! The condition variable between processes: threads that hold a lock let it go and wait until another holder of that
//! lock notifies them. A notification goes to the one that has waited longest.

use super::lock::{Lock, LockGuard};
use super::{Permits, RLock};
use crate::client;
use crate::error::Error;
use crate::reference::Reference;
use crate::wire::Request;
use core::time::Duration;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use threadlab_threads::clock;

/// A condition variable with its lock: one of its own, or one that the program has made. Several conditions may share
/// a lock.
///
/// ```
/// use core::time::Duration;
/// use threadlab_processes::sync::Condition;
///
/// let changed = Condition::named("changed")?;
/// let _held = changed.lock()?;
/// assert_eq!(changed.notify_all()?, 0);
/// assert!(!changed.wait_timeout(Duration::from_millis(1))?);
/// # Ok::<(), threadlab_processes::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Condition {
    condition: Reference,
    lock: Permits,
}

impl Condition {
    /// A condition with a re-entrant lock of its own.
    ///
    /// # Errors
    ///
    /// If there are too many shared objects.
    #[track_caller]
    pub fn new() -> Result<Self, Error> {
        Self::named("")
    }

    /// As [`new`](Self::new), with a name by which errors and the page call it.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    #[track_caller]
    pub fn named(name: impl Into<Cow<'static, str>>) -> Result<Self, Error> {
        Self::with_rlock(name, &RLock::new()?)
    }

    /// A condition that goes with this lock. The name may be empty.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    #[track_caller]
    pub fn with_lock(name: impl Into<Cow<'static, str>>, lock: &Lock) -> Result<Self, Error> {
        Self::over(name, lock.permits())
    }

    /// A condition that goes with this re-entrant lock. The name may be empty.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    #[track_caller]
    pub fn with_rlock(name: impl Into<Cow<'static, str>>, lock: &RLock) -> Result<Self, Error> {
        Self::over(name, lock.permits())
    }

    #[track_caller]
    fn over(name: impl Into<Cow<'static, str>>, lock: &Permits) -> Result<Self, Error> {
        let request = Request::Condition { lock: lock.reference().handle() };
        Ok(Self { condition: Reference::make(&request, "Condition", name)?, lock: lock.clone() })
    }

    /// Takes the lock, as [`Lock::acquire`] or [`RLock::acquire`] does.
    ///
    /// # Errors
    ///
    /// As for the lock.
    #[track_caller]
    pub fn acquire(&self) -> Result<(), Error> {
        self.lock.take()
    }

    /// Takes the lock if that does not block. Returns whether it did.
    ///
    /// # Errors
    ///
    /// As for the lock.
    #[track_caller]
    pub fn try_acquire(&self) -> Result<bool, Error> {
        self.lock.take_if_any()
    }

    /// Takes the lock, but waits no longer than `timeout` for it. Returns whether it was taken.
    ///
    /// # Errors
    ///
    /// As for the lock.
    #[track_caller]
    pub fn acquire_timeout(&self, timeout: Duration) -> Result<bool, Error> {
        self.lock.take_timeout(timeout)
    }

    /// Gives the lock back once.
    ///
    /// # Errors
    ///
    /// As for the lock.
    #[track_caller]
    pub fn release(&self) -> Result<(), Error> {
        self.lock.give(1)
    }

    /// Takes the lock, and gives it back when the guard is dropped.
    ///
    /// # Errors
    ///
    /// As for the lock.
    #[track_caller]
    pub fn lock(&self) -> Result<LockGuard<'_>, Error> {
        self.acquire()?;
        Ok(LockGuard::new(&self.lock))
    }

    /// Lets the lock go, waits to be notified, and takes the lock again, as many times as it was held.
    ///
    /// # Errors
    ///
    /// [`Rule::NotHeld`](crate::Rule::NotHeld) if the calling thread does not own the re-entrant lock, or its process
    /// does not hold the plain one; it has not waited then. [`Rule::Abandoned`](crate::Rule::Abandoned) if a process ended
    /// with the lock in its hands; the calling thread does not hold it then.
    #[track_caller]
    pub fn wait(&self) -> Result<(), Error> {
        self.wait_until(None)?;
        Ok(())
    }

    /// As [`wait`](Self::wait), but waits to be notified no longer than `timeout`. Returns whether it was.
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait).
    #[track_caller]
    pub fn wait_timeout(&self, timeout: Duration) -> Result<bool, Error> {
        self.wait_until(Some(clock::after(timeout)))
    }

    /// Waits until `predicate`, which is asked while the lock is held, gives something, and returns that. It is asked
    /// at once, and again after every notification.
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait), and those of the predicate.
    #[track_caller]
    pub fn wait_for<V>(&self, mut predicate: impl FnMut() -> Result<Option<V>, Error>) -> Result<V, Error> {
        loop {
            if let Some(value) = predicate()? {
                return Ok(value);
            }
            self.wait()?;
        }
    }

    /// As [`wait_for`](Self::wait_for), but waits no longer than `timeout` in all. The predicate has the last word, also
    /// when the time is over; `None` if it gave nothing.
    ///
    /// # Errors
    ///
    /// As [`wait_for`](Self::wait_for).
    #[track_caller]
    pub fn wait_for_timeout<V>(
        &self,
        timeout: Duration,
        mut predicate: impl FnMut() -> Result<Option<V>, Error>,
    ) -> Result<Option<V>, Error> {
        let deadline = clock::after(timeout);
        let mut in_time = true;
        loop {
            let value = predicate()?;
            if value.is_some() || !in_time {
                return Ok(value);
            }
            in_time = self.wait_until(Some(deadline))?;
        }
    }

    /// Notifies the threads that have waited longest, `count` of them or as many as there are. They go on when the
    /// caller has let the lock go. Returns how many there were.
    ///
    /// # Errors
    ///
    /// [`Rule::NotHeld`](crate::Rule::NotHeld) as for [`wait`](Self::wait); nobody is notified then.
    #[track_caller]
    pub fn notify(&self, count: u32) -> Result<u32, Error> {
        let request = Request::ConditionNotify { condition: self.condition.handle(), most: count };
        Ok(self.condition.take(&request)?.numbers[0])
    }

    /// Notifies all threads that wait. Returns how many there were.
    ///
    /// # Errors
    ///
    /// As [`notify`](Self::notify).
    #[track_caller]
    pub fn notify_all(&self) -> Result<u32, Error> {
        self.notify(u32::MAX)
    }

    /// How many threads wait and have not been notified.
    ///
    /// # Errors
    ///
    /// Only those of every operation.
    #[track_caller]
    pub fn waiters(&self) -> Result<u32, Error> {
        let request = Request::ConditionWaiting { condition: self.condition.handle() };
        Ok(self.condition.take(&request)?.numbers[0])
    }

    #[track_caller]
    fn wait_until(&self, deadline: Option<Duration>) -> Result<bool, Error> {
        // From here on notifications are kept for it, so that none is missed once the lock is free.
        self.condition.take_quietly(&Request::ConditionEnlist { condition: self.condition.handle() })?;
        let levels = match self.lock.give_all() {
            Ok(levels) => levels,
            Err(error) => {
                self.leave()?;
                return Err(error);
            }
        };
        let request = Request::ConditionWait { condition: self.condition.handle() };
        let waited = client::until(&request, deadline, || {}).map_err(|rule| self.condition.error(rule));
        let taken = self.lock.take_until(levels, None);
        // Not before it has the lock: if the process ends on the way, another gets the notification. One that came while
        // it waited for the lock counts.
        let notified = self.leave();
        waited.and(taken).and(notified)
    }

    /// Waits no more. Returns whether there was a notification.
    fn leave(&self) -> Result<bool, Error> {
        let request = Request::ConditionLeave { condition: self.condition.handle() };
        Ok(self.condition.take_quietly(&request)?.numbers[0] != 0)
    }
}
