//! Items under a lock: the core of [`LifoQueue`](super::LifoQueue) and [`PriorityQueue`](super::PriorityQueue).
//!
//! Threads sleep outside the lock. Whoever makes a sleeper's wish come true wakes one that was not woken yet; one that
//! was, and goes on, wakes another if there is something for it too. So there are no more calls to the system than
//! sleepers.

use super::error::{GetError, PutError, TooManyDone};
use super::identity::{Identity, Patience};
use crate::atomic::{AtomicU32, Ordering};
use crate::futex::{self, Wait};
use crate::object::Caller;
use crate::sync::word::{Inner, Word, inner};
use core::time::Duration;
use threadlab_trace::Purpose;

/// How items are kept, and which comes out next. A call that panics leaves everything as it was.
pub(super) trait Store<T>: Default {
    /// Where an item will go.
    type Place;
    /// Finds the place of an item.
    fn place(&self, item: &T) -> Self::Place;
    /// Puts an item at the place that was found for it. The numbers grow from item to item. Does not panic.
    fn insert(&mut self, place: Self::Place, ticket: u64, item: T);
    /// Takes the next item.
    fn pop(&mut self) -> Option<(u64, T)>;
    /// How many there are.
    fn len(&self) -> usize;
}

/// Those who sleep for one thing.
#[derive(Debug, Default)]
struct Line {
    asleep: u32,
    /// So many of them were woken and have not come yet; fewer if others, who were not woken, have come since.
    told: u32,
}

impl Line {
    /// Whether one is to be woken, now that there is something for it.
    fn tell(&mut self) -> bool {
        let tell = self.asleep > self.told;
        self.told += u32::from(tell);
        tell
    }

    /// One came, woken or not.
    fn left(&mut self) {
        self.asleep -= 1;
        self.told = self.told.saturating_sub(1);
    }
}

#[derive(Default)]
struct State<S> {
    store: S,
    /// Items put so far.
    put: u64,
    /// Items put and not reported done.
    unfinished: u64,
    shut: bool,
    getters: Line,
    putters: Line,
    joiners: u32,
}

impl<S> State<S> {
    fn line(&mut self, side: Side) -> &mut Line {
        match side {
            Side::Getters => &mut self.getters,
            Side::Putters => &mut self.putters,
        }
    }
}

/// Those who wait for an item, or those who wait for room.
#[derive(Clone, Copy, Debug)]
enum Side {
    Getters,
    Putters,
}

/// The queue's core.
pub(super) struct Locked<T, S> {
    state: Inner<State<S>>,
    /// What the getters, the putters and the joiners sleep on: counts of their wakes.
    items: AtomicU32,
    room: AtomicU32,
    all_done: AtomicU32,
    identity: Identity,
    of: core::marker::PhantomData<fn() -> T>,
}

type Guard<'a, S> = lock_api::MutexGuard<'a, Word, State<S>>;

impl<T, S: Store<T>> Locked<T, S> {
    pub fn new(identity: Identity) -> Self {
        Self {
            state: inner(State::default()),
            items: AtomicU32::new(0),
            room: AtomicU32::new(0),
            all_done: AtomicU32::new(0),
            identity,
            of: core::marker::PhantomData,
        }
    }

    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The words that getters, putters and joiners wait on, for a model checker that lets their time pass.
    #[cfg(loom)]
    pub fn words(&self) -> [&AtomicU32; 3] {
        [&self.items, &self.room, &self.all_done]
    }

    /// How many threads sleep, or are about to or have just woken.
    #[cfg(all(test, not(loom)))]
    pub fn sleepers(&self) -> u32 {
        let state = self.state.lock();
        state.getters.asleep + state.putters.asleep
    }

    pub fn len(&self) -> u64 {
        self.state.lock().store.len() as u64
    }

    pub fn put(&self, item: T, patience: Patience, caller: Caller) -> Result<(), PutError<T>> {
        futex::checkpoint();
        let state = self.state.lock();
        if state.shut {
            drop(state);
            return Err(self.identity.closed(item));
        }
        if self.has_room(&state) {
            self.insert(state, item, false, caller);
            return Ok(());
        }
        drop(state);
        self.put_into_full(item, patience, caller)
    }

    pub fn get(&self, patience: Patience, caller: Caller) -> Result<T, GetError> {
        futex::checkpoint();
        match self.pop(self.state.lock(), false, caller) {
            Ok(item) => Ok(item),
            Err(state) if state.shut => {
                drop(state);
                Err(self.identity.nothing_left())
            }
            Err(state) => {
                drop(state);
                self.get_from_empty(patience, caller)
            }
        }
    }

    fn has_room(&self, state: &State<S>) -> bool {
        (state.store.len() as u64) < self.identity.capacity()
    }

    /// Puts an item that there is room for. `waited` by one who is not asleep any more.
    fn insert(&self, mut state: Guard<'_, S>, item: T, waited: bool, caller: Caller) {
        // May panic, as comparisons may: then the lock is let go first, and the item dropped after that.
        let place = state.store.place(&item);
        let ticket = state.put;
        self.identity.tell_put(ticket, waited, caller);
        state.store.insert(place, ticket, item);
        state.put += 1;
        state.unfinished += 1;
        let first = state.getters.tell();
        let next = waited && self.has_room(&state) && state.putters.tell();
        drop(state);
        if first {
            wake(&self.items, 1);
        }
        if next {
            wake(&self.room, 1);
        }
    }

    /// Takes the next item if there is one, or gives the lock back.
    fn pop<'a>(&self, mut state: Guard<'a, S>, waited: bool, caller: Caller) -> Result<T, Guard<'a, S>> {
        let Some((ticket, item)) = state.store.pop() else { return Err(state) };
        self.identity.tell_got(ticket, waited, caller);
        let first = state.putters.tell();
        let next = waited && state.store.len() > 0 && state.getters.tell();
        drop(state);
        if first {
            wake(&self.room, 1);
        }
        if next {
            wake(&self.items, 1);
        }
        Ok(item)
    }

    #[cold]
    fn put_into_full(&self, item: T, patience: Patience, caller: Caller) -> Result<(), PutError<T>> {
        let Some(deadline) = patience.deadline() else { return Err(self.identity.full(item)) };
        futex::must_be_able_to_block();
        let mut wish = Wish::begin(self, Side::Putters, deadline, caller);
        let mut state = self.state.lock();
        loop {
            if state.shut {
                drop(state);
                wish.fail();
                return Err(self.identity.closed(item));
            }
            if self.has_room(&state) {
                self.insert(state, item, true, caller);
                wish.come_true();
                return Ok(());
            }
            if wish.is_late {
                drop(state);
                wish.fail();
                return Err(self.identity.full(item));
            }
            state = wish.sleep(state);
        }
    }

    #[cold]
    fn get_from_empty(&self, patience: Patience, caller: Caller) -> Result<T, GetError> {
        let Some(deadline) = patience.deadline() else { return Err(self.identity.empty()) };
        futex::must_be_able_to_block();
        let mut wish = Wish::begin(self, Side::Getters, deadline, caller);
        let mut state = self.state.lock();
        loop {
            match self.pop(state, true, caller) {
                Ok(item) => {
                    wish.come_true();
                    return Ok(item);
                }
                Err(back) => state = back,
            }
            if state.shut {
                drop(state);
                wish.fail();
                return Err(self.identity.nothing_left());
            }
            if wish.is_late {
                drop(state);
                wish.fail();
                return Err(self.identity.empty());
            }
            state = wish.sleep(state);
        }
    }

    pub fn task_done(&self, caller: Caller) -> Result<(), TooManyDone> {
        futex::checkpoint();
        let mut state = self.state.lock();
        if state.unfinished == 0 {
            drop(state);
            return Err(self.identity.too_many_done());
        }
        self.identity.tell_task_done(caller);
        state.unfinished -= 1;
        self.wake_joiners_if_done(state);
        Ok(())
    }

    fn wake_joiners_if_done(&self, state: Guard<'_, S>) {
        let awaited = state.unfinished == 0 && state.joiners > 0;
        drop(state);
        if awaited {
            wake(&self.all_done, u32::MAX);
        }
    }

    pub fn join(&self, patience: Patience, caller: Caller) -> bool {
        futex::checkpoint();
        let mut state = self.state.lock();
        if state.unfinished == 0 {
            return true;
        }
        drop(state);
        let Some(deadline) = patience.deadline() else { return false };
        futex::must_be_able_to_block();
        self.identity.tell_wait(Purpose::AllDone, deadline.is_some(), caller);
        state = self.state.lock();
        state.joiners += 1;
        let mut in_time = true;
        while state.unfinished > 0 && in_time {
            // Relaxed: the lock orders it before the wakes of those who hold the lock after this.
            let noted = self.all_done.load(Ordering::Relaxed);
            drop(state);
            in_time = futex::wait(&self.all_done, noted, deadline) != Wait::TimedOut;
            state = self.state.lock();
        }
        state.joiners -= 1;
        let all_done = state.unfinished == 0;
        drop(state);
        if all_done {
            self.identity.tell_wait_ended(caller);
        } else {
            self.identity.tell_timed_out(caller);
        }
        all_done
    }

    pub fn shut_down(&self, immediate: bool, caller: Caller) {
        futex::checkpoint();
        let mut state = self.state.lock();
        if state.shut && !immediate {
            return;
        }
        self.identity.tell_shut_down(immediate, caller);
        state.shut = true;
        // Dropped last, when others can go on: a drop is the program's, and may do anything.
        let mut rest = S::default();
        if immediate {
            core::mem::swap(&mut rest, &mut state.store);
            // More may have been reported done than were got: those are not counted twice.
            state.unfinished = state.unfinished.saturating_sub(rest.len() as u64);
        }
        self.wake_joiners_if_done(state);
        wake(&self.items, u32::MAX);
        wake(&self.room, u32::MAX);
    }

    fn gate(&self, side: Side) -> &AtomicU32 {
        match side {
            Side::Getters => &self.items,
            Side::Putters => &self.room,
        }
    }
}

/// To be called after the change that sleepers wait for.
#[cold]
fn wake(gate: &AtomicU32, most: u32) {
    // Relaxed: what changed is under the lock.
    gate.fetch_add(1, Ordering::Relaxed);
    futex::wake(gate, most);
}

/// One who waits for an item, or for room, with what it owes the others who do: not to keep a wake that was meant for
/// one of them, not even if a comparison panics.
struct Wish<'a, T, S: Store<T>> {
    queue: &'a Locked<T, S>,
    side: Side,
    deadline: Option<Duration>,
    caller: Caller,
    is_late: bool,
    is_open: bool,
}

impl<'a, T, S: Store<T>> Wish<'a, T, S> {
    fn begin(queue: &'a Locked<T, S>, side: Side, deadline: Option<Duration>, caller: Caller) -> Self {
        let purpose = match side {
            Side::Getters => Purpose::Get,
            Side::Putters => Purpose::Put,
        };
        queue.identity.tell_wait(purpose, deadline.is_some(), caller);
        Self { queue, side, deadline, caller, is_late: false, is_open: true }
    }

    /// Lets go of the lock, sleeps, and comes back with the lock.
    fn sleep(&mut self, mut state: Guard<'a, S>) -> Guard<'a, S> {
        state.line(self.side).asleep += 1;
        let gate = self.queue.gate(self.side);
        // Relaxed: the lock orders it before the wakes of those who hold the lock after this.
        let noted = gate.load(Ordering::Relaxed);
        drop(state);
        self.is_late = futex::wait(gate, noted, self.deadline) == Wait::TimedOut;
        let mut state = self.queue.state.lock();
        state.line(self.side).left();
        state
    }

    /// What was waited for is there, and [`Locked::insert`] or [`Locked::pop`] has told of it.
    fn come_true(mut self) {
        self.is_open = false;
    }

    /// It is not there. Nor is it for the others, so nothing is owed to them.
    fn fail(mut self) {
        self.is_open = false;
        if self.is_late {
            self.queue.identity.tell_timed_out(self.caller);
        } else {
            self.queue.identity.tell_wait_ended(self.caller);
        }
    }
}

impl<T, S: Store<T>> Drop for Wish<'_, T, S> {
    fn drop(&mut self) {
        if !self.is_open {
            return;
        }
        // A comparison has panicked, so what was waited for is still there.
        self.queue.identity.tell_wait_ended(self.caller);
        let mut state = self.queue.state.lock();
        let is_there = match self.side {
            Side::Getters => state.store.len() > 0,
            Side::Putters => self.queue.has_room(&state),
        };
        let next = is_there && state.line(self.side).tell();
        drop(state);
        if next {
            wake(self.queue.gate(self.side), 1);
        }
    }
}
