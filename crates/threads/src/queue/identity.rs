//! What a queue is called in events and in errors.

use super::error::{GetError, PutError, TooManyDone, ZeroCapacity};
use crate::object::{Caller, Object};
use crate::{clock, recording};
use core::fmt;
use core::time::Duration;
use std::borrow::Cow;
use std::sync::Arc;
use threadlab_trace::{ObjectId, ObjectKind, Purpose, Recorder, Size};

/// A queue's traced object, its words, and its capacity.
pub(super) struct Identity {
    object: Object,
    /// How errors speak of the queue: made once, so that asking an empty queue again and again costs no allocation.
    words: Arc<str>,
    /// Items that there is room for; [`u64::MAX`] for any number.
    capacity: u64,
    /// The capacity as the program gave it.
    bound: Option<usize>,
}

impl Identity {
    /// One of a queue without bounds.
    pub fn unbounded(kind: ObjectKind, name: impl Into<Cow<'static, str>>, caller: Caller) -> Self {
        Self::new(kind, name.into(), None, caller)
    }

    /// One of a queue with room for so many items.
    pub fn bounded(
        kind: ObjectKind,
        name: impl Into<Cow<'static, str>>,
        capacity: usize,
        caller: Caller,
    ) -> Result<Self, ZeroCapacity> {
        if capacity == 0 {
            return Err(ZeroCapacity { queue: Object::named(kind, name).words().into() });
        }
        Ok(Self::new(kind, name.into(), Some(capacity), caller))
    }

    /// One of a queue with room for so many items, or for any number where that is 0 or less.
    pub fn with_maxsize(
        kind: ObjectKind,
        name: impl Into<Cow<'static, str>>,
        maxsize: isize,
        caller: Caller,
    ) -> Self {
        let bound = usize::try_from(maxsize).ok().filter(|&capacity| capacity > 0);
        Self::new(kind, name.into(), bound, caller)
    }

    fn new(kind: ObjectKind, name: Cow<'static, str>, bound: Option<usize>, caller: Caller) -> Self {
        let shown = bound.map_or(0, |capacity| u32::try_from(capacity).unwrap_or(u32::MAX));
        let object = Object::introduced(kind, name, Some((Size::Capacity, shown)), caller);
        let words = object.words().into();
        let capacity = bound.map_or(u64::MAX, |capacity| capacity as u64);
        Self { object, words, capacity, bound }
    }

    #[inline]
    pub fn capacity(&self) -> u64 {
        self.capacity
    }

    /// The capacity, or `None` for any number.
    pub fn bound(&self) -> Option<usize> {
        self.bound
    }

    #[cold]
    pub fn empty(&self) -> GetError {
        GetError::Empty { queue: Arc::clone(&self.words) }
    }

    #[cold]
    pub fn nothing_left(&self) -> GetError {
        GetError::ShutDown { queue: Arc::clone(&self.words) }
    }

    #[cold]
    pub fn full<T>(&self, item: T) -> PutError<T> {
        PutError::Full { queue: Arc::clone(&self.words), item }
    }

    #[cold]
    pub fn closed<T>(&self, item: T) -> PutError<T> {
        PutError::ShutDown { queue: Arc::clone(&self.words), item }
    }

    #[cold]
    pub fn too_many_done(&self) -> TooManyDone {
        TooManyDone { queue: Arc::clone(&self.words) }
    }

    /// Tells that an item is put; to be called before it can be got.
    #[inline]
    pub fn tell_put(&self, ticket: u64, waited: bool, caller: Caller) {
        if recording::is_on() {
            self.tell(caller, |recorder, queue| recorder.put_item(queue, number(ticket), waited, caller));
        }
    }

    /// Tells that an item is got; to be called before its room can be used.
    #[inline]
    pub fn tell_got(&self, ticket: u64, waited: bool, caller: Caller) {
        if recording::is_on() {
            self.tell(caller, |recorder, queue| recorder.got_item(queue, number(ticket), waited, caller));
        }
    }

    pub fn tell_wait(&self, purpose: Purpose, timed: bool, caller: Caller) {
        self.tell(caller, |recorder, queue| recorder.wait_began(queue, purpose, timed, caller));
    }

    pub fn tell_wait_ended(&self, caller: Caller) {
        self.tell(caller, |recorder, queue| recorder.wait_ended(queue, caller));
    }

    pub fn tell_timed_out(&self, caller: Caller) {
        self.tell(caller, |recorder, queue| recorder.wait_timed_out(queue, caller));
    }

    pub fn tell_task_done(&self, caller: Caller) {
        if recording::is_on() {
            self.tell(caller, |recorder, queue| recorder.task_done(queue, caller));
        }
    }

    pub fn tell_shut_down(&self, immediate: bool, caller: Caller) {
        self.tell(caller, |recorder, queue| recorder.shut_down(queue, immediate, caller));
    }

    // Out of line, so that the way of a thread that is not traced stays short.
    #[inline(never)]
    fn tell(&self, caller: Caller, event: impl FnOnce(&mut Recorder, ObjectId)) {
        self.object.tell(caller, event);
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

/// An item's number in events.
#[expect(clippy::cast_possible_truncation, reason = "items are counted modulo 2^32 there")]
fn number(ticket: u64) -> u32 {
    ticket as u32
}

/// How long an operation may wait.
#[derive(Clone, Copy, Debug)]
pub(super) enum Patience {
    /// Not at all.
    None,
    /// So long.
    Some(Duration),
    /// For ever.
    Endless,
}

impl Patience {
    /// Not longer than this; no time at all is no wait at all.
    pub fn of(timeout: Duration) -> Self {
        if timeout.is_zero() { Self::None } else { Self::Some(timeout) }
    }

    /// Until when to wait, where the operation may wait at all; inside, `None` is for ever.
    #[expect(
        clippy::option_option,
        reason = "the outer one is for `?` and `let else`, the inner one for the futex"
    )]
    pub fn deadline(self) -> Option<Option<Duration>> {
        match self {
            Self::None => None,
            Self::Some(timeout) => Some(Some(clock::after(timeout))),
            Self::Endless => Some(None),
        }
    }
}
