//! Where threads of several processes meet: events, conditions, barriers.

use super::{Kernel, Shape};
use crate::attempt::{Attempt, Done};
use crate::error::{Error, Rule};
use crate::ids::{Caller, Handle};
use crate::objects::barrier::{Arrival, Barrier};
use crate::objects::condition::Condition;
use crate::objects::event::Event;
use threadlab_trace::{ObjectKind, Purpose, Size};

/// Events.
impl Kernel {
    /// Makes an event that is not set.
    ///
    /// # Errors
    ///
    /// [`Rule::TooManyObjects`].
    pub fn event(&self, caller: Caller) -> Result<Done<Handle>, Error> {
        let shape = Shape { kind: ObjectKind::Event, size: None };
        self.make(caller, "event", shape, || Ok(Event::default().into()))
    }

    /// Whether it is set, and how often it was, for [`Self::event_wait`].
    ///
    /// # Errors
    ///
    /// [`Rule::BadHandle`], [`Rule::WrongKind`].
    pub fn event_look(&self, caller: Caller, event: Handle) -> Result<Done<(bool, u32)>, Error> {
        self.act::<Event, _>(caller, event, |event, _| Ok(event.look()))
    }

    /// Waits until it is set, or was set since it had been set so many times, even if it is cleared again.
    ///
    /// # Errors
    ///
    /// [`Rule::BadHandle`], [`Rule::WrongKind`].
    pub fn event_wait(&self, caller: Caller, event: Handle, times: u32) -> Result<Attempt<()>, Error> {
        self.attempt::<Event, _>(caller, event, Purpose::Set, |event, scene| Ok(event.wait(scene, times)))
    }

    /// Sets it: all who wait go on.
    ///
    /// # Errors
    ///
    /// [`Rule::BadHandle`], [`Rule::WrongKind`].
    pub fn event_set(&self, caller: Caller, event: Handle) -> Result<Done<()>, Error> {
        self.act::<Event, _>(caller, event, |event, scene| {
            event.set(scene);
            Ok(())
        })
    }

    /// Clears it: who comes from here on waits.
    ///
    /// # Errors
    ///
    /// [`Rule::BadHandle`], [`Rule::WrongKind`].
    pub fn event_clear(&self, caller: Caller, event: Handle) -> Result<Done<()>, Error> {
        self.act::<Event, _>(caller, event, |event, scene| {
            event.clear(scene);
            Ok(())
        })
    }
}

/// Conditions. A thread that waits holds the lock, enlists, releases the lock altogether, waits, takes the lock as often
/// as it had it, and leaves. If it dies on this way, a notification that it got goes to another.
impl Kernel {
    /// Makes a condition that goes with this lock. Who shares it has to share the lock as well.
    ///
    /// # Errors
    ///
    /// [`Rule::BadHandle`] and [`Rule::WrongKind`] about the lock, [`Rule::TooManyObjects`].
    pub fn condition(&self, caller: Caller, lock: Handle) -> Result<Done<Handle>, Error> {
        self.semaphore_state(caller, lock)?;
        let shape = Shape { kind: ObjectKind::Condition, size: None };
        self.make(caller, "condition", shape, || Ok(Condition::new(lock).into()))
    }

    /// The caller is going to wait: it gets notifications from here on.
    ///
    /// # Errors
    ///
    /// [`Rule::NotHeld`] if it does not hold the lock; [`Rule::BadHandle`], [`Rule::WrongKind`].
    pub fn condition_enlist(&self, caller: Caller, condition: Handle) -> Result<Done<()>, Error> {
        self.must_hold_lock_of(caller, condition)?;
        self.act::<Condition, _>(caller, condition, |condition, scene| {
            condition.enlist(scene.caller);
            Ok(())
        })
    }

    /// Waits for a notification. When it is done, the caller is still enlisted with it, until it leaves.
    ///
    /// # Errors
    ///
    /// [`Rule::NotWaiting`] if the caller is not enlisted; [`Rule::BadHandle`], [`Rule::WrongKind`].
    pub fn condition_wait(&self, caller: Caller, condition: Handle) -> Result<Attempt<()>, Error> {
        self.attempt::<Condition, _>(caller, condition, Purpose::Notification, |condition, scene| {
            condition.wait(scene)
        })
    }

    /// The caller does not wait any more. Returns whether it was notified, also after the time that it wanted to wait.
    ///
    /// # Errors
    ///
    /// As for [`Self::condition_wait`].
    pub fn condition_leave(&self, caller: Caller, condition: Handle) -> Result<Done<bool>, Error> {
        self.act::<Condition, _>(caller, condition, |condition, scene| condition.leave(scene.caller))
    }

    /// Notifies those who have waited longest, at most so many. Returns how many there were.
    ///
    /// # Errors
    ///
    /// [`Rule::NotHeld`] if the caller does not hold the lock; [`Rule::BadHandle`], [`Rule::WrongKind`].
    pub fn condition_notify(&self, caller: Caller, condition: Handle, most: u32) -> Result<Done<u32>, Error> {
        self.must_hold_lock_of(caller, condition)?;
        self.act::<Condition, _>(caller, condition, |condition, scene| Ok(condition.notify(scene, most)))
    }

    /// How many wait and are not notified.
    ///
    /// # Errors
    ///
    /// [`Rule::BadHandle`], [`Rule::WrongKind`].
    pub fn condition_waiting(&self, caller: Caller, condition: Handle) -> Result<Done<u32>, Error> {
        self.act::<Condition, _>(caller, condition, |condition, _| Ok(condition.waiting()))
    }

    /// The lock is not held on to while the condition is looked at: a caller that holds it lets go of it by itself only.
    fn must_hold_lock_of(&self, caller: Caller, condition: Handle) -> Result<(), Error> {
        let lock = self.act::<Condition, _>(caller, condition, |condition, _| Ok(condition.lock))?.value;
        let held = self.on_lock(caller, lock, |lock, scene| Ok(lock.is_held_by(scene.caller)))?.value;
        if held { Ok(()) } else { Err(Rule::NotHeld.of(condition)) }
    }
}

/// Barriers. A party arrives; the last runs what is to be run between and opens; the others wait.
impl Kernel {
    /// Makes a barrier for so many parties.
    ///
    /// # Errors
    ///
    /// [`Rule::BadParties`], [`Rule::TooManyObjects`].
    pub fn barrier(&self, caller: Caller, parties: u32) -> Result<Done<Handle>, Error> {
        let shape = Shape { kind: ObjectKind::Barrier, size: Some((Size::Parties, parties)) };
        self.make(caller, "barrier", shape, || Ok(Barrier::new(parties)?.into()))
    }

    /// The caller has come. It would block while the last party of a round has come and not opened.
    ///
    /// # Errors
    ///
    /// [`Rule::BrokenBarrier`]; [`Rule::InAction`] if that party is the caller; [`Rule::BadHandle`],
    /// [`Rule::WrongKind`].
    pub fn barrier_arrive(&self, caller: Caller, barrier: Handle) -> Result<Attempt<Arrival>, Error> {
        self.attempt::<Barrier, _>(caller, barrier, Purpose::Pass, Barrier::arrive)
    }

    /// The last to come lets all go on, itself included.
    ///
    /// # Errors
    ///
    /// [`Rule::BrokenBarrier`] if it was broken meanwhile; [`Rule::NotWaiting`] if the caller is not the last;
    /// [`Rule::BadHandle`], [`Rule::WrongKind`].
    pub fn barrier_open(&self, caller: Caller, barrier: Handle) -> Result<Done<()>, Error> {
        self.act::<Barrier, _>(caller, barrier, Barrier::open)
    }

    /// Waits for the others.
    ///
    /// # Errors
    ///
    /// [`Rule::BrokenBarrier`]; [`Rule::NotWaiting`] if the caller has not come, or is the last;
    /// [`Rule::BadHandle`], [`Rule::WrongKind`].
    pub fn barrier_wait(&self, caller: Caller, barrier: Handle) -> Result<Attempt<()>, Error> {
        self.attempt::<Barrier, _>(caller, barrier, Purpose::Pass, Barrier::wait)
    }

    /// Breaks it because the caller's time is over, as [`Self::barrier_abort`] does, unless all have come by now, or it is
    /// broken: then [`Self::barrier_wait`] does not block. Returns whether it did.
    ///
    /// # Errors
    ///
    /// [`Rule::NotWaiting`] if the caller has not come; [`Rule::BadHandle`], [`Rule::WrongKind`].
    pub fn barrier_give_up(&self, caller: Caller, barrier: Handle) -> Result<Done<bool>, Error> {
        self.act::<Barrier, _>(caller, barrier, Barrier::give_up)
    }

    /// Breaks it, as a party does that cannot go on: the others get [`Rule::BrokenBarrier`], until it is reset.
    ///
    /// # Errors
    ///
    /// [`Rule::BadHandle`], [`Rule::WrongKind`].
    pub fn barrier_abort(&self, caller: Caller, barrier: Handle) -> Result<Done<()>, Error> {
        self.act::<Barrier, _>(caller, barrier, |barrier, scene| {
            barrier.abort(scene);
            Ok(())
        })
    }

    /// Makes it whole for those who come. Those who wait get [`Rule::BrokenBarrier`].
    ///
    /// # Errors
    ///
    /// [`Rule::BadHandle`], [`Rule::WrongKind`].
    pub fn barrier_reset(&self, caller: Caller, barrier: Handle) -> Result<Done<()>, Error> {
        self.act::<Barrier, _>(caller, barrier, |barrier, scene| {
            barrier.reset(scene);
            Ok(())
        })
    }

    /// How many have come in this round, how many it is for, and whether it is broken.
    ///
    /// # Errors
    ///
    /// [`Rule::BadHandle`], [`Rule::WrongKind`].
    pub fn barrier_state(&self, caller: Caller, barrier: Handle) -> Result<Done<(u32, u32, bool)>, Error> {
        self.act::<Barrier, _>(caller, barrier, |barrier, _| {
            Ok((barrier.waiting(), barrier.parties(), barrier.is_broken()))
        })
    }
}
