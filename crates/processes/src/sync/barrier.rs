//! The barrier between processes: a meeting point for a fixed number of threads, which go on together.

use crate::client;
use crate::error::Error;
use crate::reference::Reference;
use crate::wire::Request;
use core::time::Duration;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use threadlab_threads::clock;

/// A meeting point for a number of threads, its parties: each waits until all have come, then all go on, and the
/// barrier is ready for the next time.
///
/// A barrier breaks when a thread's wait runs out of time, when its action panics, when a process that had it is ended
/// or fails, or by [`abort`](Self::abort): threads that wait get [`Rule::BrokenBarrier`](crate::Rule::BrokenBarrier), and
/// so do those that come, until it is [`reset`](Self::reset).
///
/// What is to be done between two rounds is given by each party as it comes ([`wait_then`](Self::wait_then)), and done
/// by the last. It is no part of the barrier, since a function cannot be read from bytes safely.
///
/// ```
/// use threadlab_processes::sync::Barrier;
///
/// let alone = Barrier::new(1)?;
/// assert_eq!(alone.wait()?, 0);
/// # Ok::<(), threadlab_processes::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Barrier(Reference);

impl Barrier {
    /// A barrier for so many threads.
    ///
    /// # Errors
    ///
    /// [`Rule::BadParties`](crate::Rule::BadParties) if there are none or more than 65,536, and if there are too many
    /// shared objects.
    #[track_caller]
    pub fn new(parties: u32) -> Result<Self, Error> {
        Self::named("", parties)
    }

    /// A barrier with a name by which errors and the page call it.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    #[track_caller]
    pub fn named(name: impl Into<Cow<'static, str>>, parties: u32) -> Result<Self, Error> {
        Reference::make(&Request::Barrier { parties }, "Barrier", name).map(Self)
    }

    /// Waits until all parties have come. Returns the order in which the thread came, from 0 to the parties less 1.
    ///
    /// # Errors
    ///
    /// [`Rule::BrokenBarrier`](crate::Rule::BrokenBarrier) if the barrier is broken, or breaks or is reset meanwhile;
    /// [`Rule::InAction`](crate::Rule::InAction) to the thread whose action keeps the others waiting.
    #[track_caller]
    pub fn wait(&self) -> Result<u32, Error> {
        self.wait_until(None, || {})
    }

    /// Waits until all parties have come, but no longer than `timeout`, which breaks the barrier for all when it is
    /// over. A timeout of zero breaks it at once where another party is missing.
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait), and [`Error::TimedOut`].
    #[track_caller]
    pub fn wait_timeout(&self, timeout: Duration) -> Result<u32, Error> {
        self.wait_until(Some(clock::after(timeout)), || {})
    }

    /// As [`wait`](Self::wait). The last thread to come runs its action before any of them goes on; those of the others
    /// are dropped. If it panics, the panic goes on in that thread and the barrier is broken for the others.
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait).
    #[track_caller]
    pub fn wait_then(&self, action: impl FnOnce()) -> Result<u32, Error> {
        self.wait_until(None, action)
    }

    /// As [`wait_timeout`](Self::wait_timeout), with an action as for [`wait_then`](Self::wait_then).
    ///
    /// # Errors
    ///
    /// As [`wait_timeout`](Self::wait_timeout).
    #[track_caller]
    pub fn wait_then_timeout(&self, timeout: Duration, action: impl FnOnce()) -> Result<u32, Error> {
        self.wait_until(Some(clock::after(timeout)), action)
    }

    /// Breaks the barrier: threads that wait get an error, and so do those that come, until it is reset.
    ///
    /// # Errors
    ///
    /// Only those of every operation.
    #[track_caller]
    pub fn abort(&self) -> Result<(), Error> {
        self.0.take(&Request::BarrierAbort { barrier: self.0.handle() })?;
        Ok(())
    }

    /// Makes the barrier whole and empty. Threads that wait get an error; those that come later start afresh at once.
    ///
    /// # Errors
    ///
    /// Only those of every operation.
    #[track_caller]
    pub fn reset(&self) -> Result<(), Error> {
        self.0.take(&Request::BarrierReset { barrier: self.0.handle() })?;
        Ok(())
    }

    /// Whether the barrier is broken at this moment.
    ///
    /// # Errors
    ///
    /// Only those of every operation.
    #[track_caller]
    pub fn is_broken(&self) -> Result<bool, Error> {
        Ok(self.state()?[2] != 0)
    }

    /// The number of threads that the barrier waits for.
    ///
    /// # Errors
    ///
    /// Only those of every operation.
    #[track_caller]
    pub fn parties(&self) -> Result<u32, Error> {
        Ok(self.state()?[1])
    }

    /// How many threads have come and wait for the others at this moment.
    ///
    /// # Errors
    ///
    /// Only those of every operation.
    #[track_caller]
    pub fn waiting(&self) -> Result<u32, Error> {
        Ok(self.state()?[0])
    }

    /// How many have come, how many it is for, and whether it is broken.
    #[track_caller]
    fn state(&self) -> Result<[u32; 3], Error> {
        let [waiting, parties, broken, _] =
            self.0.take(&Request::BarrierState { barrier: self.0.handle() })?.numbers;
        Ok([waiting, parties, broken])
    }

    #[track_caller]
    fn wait_until(&self, deadline: Option<Duration>, action: impl FnOnce()) -> Result<u32, Error> {
        let barrier = self.0.handle();
        let arrived = client::until(&Request::BarrierArrive { barrier }, deadline, || {});
        let Some(arrived) = arrived.map_err(|rule| self.0.error(rule))? else {
            // The round before is not over yet, and a party of the next has given up.
            self.abort()?;
            return Err(self.0.timed_out());
        };
        let [index, is_last, ..] = arrived.numbers;
        if is_last != 0 {
            self.act(action)?;
            return Ok(index);
        }
        match client::until(&Request::BarrierWait { barrier }, deadline, || {}) {
            Ok(Some(_)) => Ok(index),
            Ok(None) => self.give_up().map(|()| index),
            Err(rule) => Err(self.0.error(rule)),
        }
    }

    /// Runs the action, which breaks the barrier by a panic, and lets all go on.
    #[track_caller]
    fn act(&self, action: impl FnOnce()) -> Result<(), Error> {
        struct Unfinished<'a>(&'a Barrier);
        impl Drop for Unfinished<'_> {
            fn drop(&mut self) {
                // One that is closed has nobody left who waits.
                let _ = self.0.abort();
            }
        }
        let unfinished = Unfinished(self);
        action();
        core::mem::forget(unfinished);
        self.0.take(&Request::BarrierOpen { barrier: self.0.handle() })?;
        Ok(())
    }

    /// The time is over: that breaks the barrier, unless all have come by now.
    #[track_caller]
    fn give_up(&self) -> Result<(), Error> {
        let barrier = self.0.handle();
        let gave_up = self.0.take(&Request::BarrierGiveUp { barrier })?.numbers[0] != 0;
        if gave_up {
            return Err(self.0.timed_out());
        }
        self.0.take(&Request::BarrierWait { barrier })?;
        Ok(())
    }
}
