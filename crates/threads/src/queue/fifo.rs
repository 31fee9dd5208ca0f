//! First in, first out: the core of [`Queue`](super::Queue) and [`SimpleQueue`](super::SimpleQueue).
//!
//! After the two-lock queue of Maged Michael and Michael Scott, "Simple, Fast, and Practical Non-Blocking and Blocking
//! Concurrent Queue Algorithms" (1996), with three changes: items are in blocks rather than in nodes of their own; the
//! word of each lock also counts the items that have passed, so a put is one exchange to take the tail and one to
//! publish the item and let go; and each side remembers how far it has seen the other, so that while there are items to
//! get, getting does not touch the tail.
//!
//! Everything about an item happens while its end is held: it is written or read, and its event recorded. So what the
//! events tell is what happened, in its order, and an immediate shutdown, which holds both ends, finds nothing half done.
//!
//! # Who is woken
//!
//! A getter that finds nothing registers at the gate `items`, notes the gate's count, looks again, sets the tail's mark,
//! and sleeps if nothing was put meanwhile. Whoever moves the tail takes the mark away by the same exchange, and wakes
//! one; if more sleep, it sets the mark again for the next one to put, since on a busy machine it takes long until the
//! one that was woken runs. So as long as a getter sleeps, either the queue is empty and the mark is set, or somebody is on the way who was
//! woken or will wake: and whoever leaves the gate, for whatever reason, wakes the next one if there are items, or sets
//! the mark again if there are none. No call to the system is made while nobody sleeps. It is the same for those who wait for room, with the ends exchanged.
//!
//! # What limits it
//!
//! Where nobody sleeps, an item costs four exchanges, two of each side: that is what two threads on processors of their
//! own pay for an unbounded queue, and a little more than the two channels beside which it is measured, which take 0.8 of
//! the time. Whoever runs ahead of the other side would pay far more, by taking the other's word at each item and sleeping
//! at each filling, some 7 us in a browser. So a thread that finds nothing pauses for about a microsecond before each look
//! (see [`crate::spin`]): the other side gets ahead meanwhile, and some dozens of items pass for one look. With pauses of
//! a twentieth of that an item took three times as long, unbounded, and five times as long in a bounded queue. Looking
//! is lost time on a busy machine, so it is only done while it pays. Letting a putter sleep until half of the room is
//! free gives four times the speed natively on one processor, but is 2.5 times slower in a browser, where a wake takes
//! longer than the other side needs for the rest.

use super::blocks::{Cursor, Rest, Spare};
use super::end::{End, Held};
use super::error::{GetError, PutError, TooManyDone};
use super::gate::Gate;
use super::identity::{Identity, Patience};
use super::tasks::Tasks;
use crate::futex::{self, Wait};
use crate::object::Caller;
use threadlab_trace::Purpose;

/// What only one thread at a time that puts may touch.
struct Putting<T> {
    cursor: Cursor<T>,
    /// Items got, when last looked at.
    got: u64,
}

/// What only one thread at a time that gets may touch.
struct Getting<T> {
    cursor: Cursor<T>,
    /// Items put, when last looked at.
    put: u64,
}

/// The queue's core.
pub(super) struct Fifo<T> {
    /// Where items are put: counts them.
    tail: End<Putting<T>>,
    /// Where items are got: counts them.
    head: End<Getting<T>>,
    spare: Spare<T>,
    /// Where threads sleep until there is an item. They have set the tail's mark.
    items: Gate,
    /// Where threads sleep until there is room. They have set the head's mark.
    room: Gate,
    tasks: Tasks,
    identity: Identity,
}

/// Why an attempt to put an item failed, and the item.
enum NotPut<T> {
    /// So many were put before.
    Full(u64, T),
    ShutDown(T),
}

/// Why an attempt to get an item failed.
enum NotGot {
    /// So many were got before.
    Empty(u64),
    ShutDown,
}

impl<T> Fifo<T> {
    pub fn new(identity: Identity) -> Self {
        let (putting, getting) = Cursor::both();
        Self {
            tail: End::new(Putting { cursor: putting, got: 0 }),
            head: End::new(Getting { cursor: getting, put: 0 }),
            spare: Spare::new(),
            items: Gate::new(),
            room: Gate::new(),
            tasks: Tasks::new(),
            identity,
        }
    }

    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The words that getters, putters and joiners wait on, for a model checker that lets their time pass.
    #[cfg(loom)]
    pub fn words(&self) -> [&crate::atomic::AtomicU32; 3] {
        [self.items.word(), self.room.word(), self.tasks.word()]
    }

    /// How many threads sleep, or are about to or have just woken.
    #[cfg(all(test, not(loom)))]
    pub fn sleepers(&self) -> u32 {
        self.items.sleepers() + self.room.sleepers()
    }

    /// How many items there are.
    pub fn len(&self) -> u64 {
        let mut got = self.head.view().passed();
        loop {
            let put = self.tail.view().passed();
            let now = self.head.view().passed();
            // Nothing was got meanwhile, so both numbers are of the moment when the tail was read.
            if got == now {
                return put - got;
            }
            got = now;
        }
    }

    #[inline]
    pub fn put(&self, item: T, patience: Patience, caller: Caller) -> Result<(), PutError<T>> {
        futex::checkpoint();
        match self.try_put(item, false, caller) {
            Ok(()) => Ok(()),
            Err(NotPut::ShutDown(item)) => Err(self.identity.closed(item)),
            Err(NotPut::Full(_, item)) => self.put_into_full(item, patience, caller),
        }
    }

    #[inline]
    pub fn get(&self, patience: Patience, caller: Caller) -> Result<T, GetError> {
        futex::checkpoint();
        match self.try_get(false, caller) {
            Ok(item) => Ok(item),
            Err(NotGot::ShutDown) => Err(self.identity.nothing_left()),
            Err(NotGot::Empty(_)) => self.get_from_empty(patience, caller),
        }
    }

    /// One attempt.
    #[inline]
    fn try_put(&self, item: T, waited: bool, caller: Caller) -> Result<(), NotPut<T>> {
        let mut tail = self.tail.hold();
        let put = tail.view().passed();
        if tail.view().is_shut() {
            return Err(NotPut::ShutDown(item));
        }
        let capacity = self.identity.capacity();
        let has_room = tail.with(|inside| {
            if put - inside.got >= capacity {
                inside.got = self.head.view().passed();
            }
            put - inside.got < capacity
        });
        if !has_room {
            return Err(NotPut::Full(put, item));
        }
        // SAFETY: the tail is held, so this is the one cursor for putting. The getting one stays behind the items that it
        // knows of, which end here until the tail is let go.
        tail.with(|inside| unsafe { inside.cursor.write(item, &self.spare) });
        self.identity.tell_put(put, waited, caller);
        if tail.pass(1) && self.items.wake_one() {
            self.tail.want();
        }
        Ok(())
    }

    /// One attempt.
    #[inline]
    fn try_get(&self, waited: bool, caller: Caller) -> Result<T, NotGot> {
        let mut head = self.head.hold();
        let got = head.view().passed();
        let mut shut = false;
        let has_item = head.with(|inside| {
            if inside.put == got {
                let tail = self.tail.view();
                inside.put = tail.passed();
                shut = tail.is_shut();
            }
            inside.put > got
        });
        if !has_item {
            return Err(if shut { NotGot::ShutDown } else { NotGot::Empty(got) });
        }
        // SAFETY: the head is held, so this is the one cursor for getting. An item more was put than were got; the view
        // of the tail that said so came after the item was written.
        let item = head.with(|inside| unsafe { inside.cursor.read(&self.spare) });
        self.identity.tell_got(got, waited, caller);
        if head.pass(1) && self.room.wake_one() {
            self.head.want();
        }
        Ok(item)
    }

    /// Whether an attempt to put would not find the queue full.
    fn may_put(&self) -> bool {
        let got = self.head.view().passed();
        let tail = self.tail.view();
        tail.is_shut() || tail.passed().saturating_sub(got) < self.identity.capacity()
    }

    /// Whether an attempt to get would not find the queue empty.
    fn may_get(&self) -> bool {
        let got = self.head.view().passed();
        let tail = self.tail.view();
        tail.is_shut() || tail.passed() > got
    }

    #[cold]
    fn put_into_full(&self, item: T, patience: Patience, caller: Caller) -> Result<(), PutError<T>> {
        let Some(deadline) = patience.deadline() else { return Err(self.identity.full(item)) };
        futex::must_be_able_to_block();
        let mut item = item;
        let mut spin = self.room.spin();
        while spin.until(|| self.may_put()) {
            match self.try_put(item, false, caller) {
                Ok(()) => return Ok(()),
                Err(NotPut::ShutDown(item)) => return Err(self.identity.closed(item)),
                Err(NotPut::Full(_, back)) => item = back,
            }
        }
        self.identity.tell_wait(Purpose::Put, deadline.is_some(), caller);
        self.room.enter();
        let mut in_time = true;
        let outcome = loop {
            let noted = self.room.note();
            let put = match self.try_put(item, true, caller) {
                Ok(()) => break Ok(()),
                Err(NotPut::ShutDown(item)) => {
                    self.identity.tell_wait_ended(caller);
                    break Err(self.identity.closed(item));
                }
                Err(NotPut::Full(_, item)) if !in_time => {
                    self.identity.tell_timed_out(caller);
                    break Err(self.identity.full(item));
                }
                Err(NotPut::Full(put, back)) => {
                    item = back;
                    put
                }
            };
            // Since then more may have been put, which leaves less room, or the queue was shut down, which counts.
            if put.saturating_sub(self.head.want().passed()) >= self.identity.capacity() {
                in_time = self.room.sleep(noted, deadline) != Wait::TimedOut;
            }
        };
        if self.room.leave() {
            self.pass_room_on();
        }
        outcome
    }

    #[cold]
    fn get_from_empty(&self, patience: Patience, caller: Caller) -> Result<T, GetError> {
        let Some(deadline) = patience.deadline() else { return Err(self.identity.empty()) };
        futex::must_be_able_to_block();
        let mut spin = self.items.spin();
        while spin.until(|| self.may_get()) {
            match self.try_get(false, caller) {
                Ok(item) => return Ok(item),
                Err(NotGot::ShutDown) => return Err(self.identity.nothing_left()),
                Err(NotGot::Empty(_)) => {}
            }
        }
        self.identity.tell_wait(Purpose::Get, deadline.is_some(), caller);
        self.items.enter();
        let mut in_time = true;
        let outcome = loop {
            let noted = self.items.note();
            let got = match self.try_get(true, caller) {
                Ok(item) => break Ok(item),
                Err(NotGot::ShutDown) => {
                    self.identity.tell_wait_ended(caller);
                    break Err(self.identity.nothing_left());
                }
                Err(NotGot::Empty(_)) if !in_time => {
                    self.identity.tell_timed_out(caller);
                    break Err(self.identity.empty());
                }
                Err(NotGot::Empty(got)) => got,
            };
            // Nothing was got since then if nothing was put.
            let tail = self.tail.want();
            if tail.passed() == got && !tail.is_shut() {
                in_time = self.items.sleep(noted, deadline) != Wait::TimedOut;
            }
        };
        if self.items.leave() {
            self.pass_items_on();
        }
        outcome
    }

    /// One who waited for an item leaves while others wait. The wake that it got, or that was meant for it, was for them
    /// too if there are items left; if there are none, the next one to put has to know of them.
    fn pass_items_on(&self) {
        if !self.may_get() {
            let tail = self.tail.want();
            if !tail.is_shut() && tail.passed() == self.head.view().passed() {
                return;
            }
        }
        self.items.wake_one();
    }

    /// The same for one who waited for room.
    fn pass_room_on(&self) {
        if !self.may_put() {
            let got = self.head.want().passed();
            let tail = self.tail.view();
            if !tail.is_shut() && tail.passed().saturating_sub(got) >= self.identity.capacity() {
                return;
            }
        }
        self.room.wake_one();
    }

    pub fn task_done(&self, caller: Caller) -> Result<(), TooManyDone> {
        futex::checkpoint();
        if self.tasks.claim(1, || self.put_so_far()) == 0 {
            return Err(self.identity.too_many_done());
        }
        self.identity.tell_task_done(caller);
        self.tasks.report(1, || self.put_so_far());
        Ok(())
    }

    fn put_so_far(&self) -> u64 {
        self.tail.view().passed()
    }

    pub fn join(&self, patience: Patience, caller: Caller) -> bool {
        futex::checkpoint();
        if self.tasks.are_done(|| self.put_so_far()) {
            return true;
        }
        let Some(deadline) = patience.deadline() else { return false };
        futex::must_be_able_to_block();
        self.identity.tell_wait(Purpose::AllDone, deadline.is_some(), caller);
        let all_done = self.tasks.wait(deadline, || self.put_so_far());
        if all_done {
            self.identity.tell_wait_ended(caller);
        } else {
            self.identity.tell_timed_out(caller);
        }
        all_done
    }

    pub fn shut_down(&self, immediate: bool, caller: Caller) {
        futex::checkpoint();
        let tail = self.tail.hold();
        if immediate {
            // Dropped last, when others can go on: a drop is the program's, and may do anything.
            let _rest = self.take_all(tail, caller);
            self.wake_all();
        } else if !tail.view().is_shut() {
            self.identity.tell_shut_down(false, caller);
            tail.shut();
            self.wake_all();
        }
    }

    fn wake_all(&self) {
        self.items.wake_all();
        self.room.wake_all();
    }

    /// Shuts the tail, takes the items that are there, and counts them as done.
    fn take_all(&self, mut tail: Held<'_, Putting<T>>, caller: Caller) -> Rest<T> {
        // Whoever holds the head does not wait for the tail.
        let mut head = self.head.hold();
        self.identity.tell_shut_down(true, caller);
        let put = tail.view().passed();
        let left = put - head.view().passed();
        let (putting, getting) = Cursor::both();
        tail.with(|inside| *inside = Putting { cursor: putting, got: put });
        let old = head.with(|inside| core::mem::replace(inside, Getting { cursor: getting, put }));
        // SAFETY: both ends are held, so both cursors of the old chain are gone but for this one, and so many items are
        // in it.
        let rest = unsafe { Rest::new(old.cursor, left) };
        // More may have been reported done than were got: those are not counted twice.
        let done = self.tasks.claim(left, || put);
        // Whoever waits for room is woken because of the shutdown.
        let _ = head.pass(left);
        tail.shut();
        self.tasks.report(done, || put);
        rest
    }
}

impl<T> Drop for Fifo<T> {
    fn drop(&mut self) {
        let left = self.len();
        // SAFETY: nobody else has the queue, so no cursor of its chain is used after this one, and so many items are
        // behind it.
        drop(unsafe { Rest::new(self.head.hold().with(|inside| inside.cursor.again()), left) });
    }
}
