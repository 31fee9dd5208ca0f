//! The table of shared objects. Places never move and are never given back to the allocator, so a word that somebody
//! waits on stays where it is whatever becomes of the object; and reaching an object takes its own lock only.
//!
//! Who has a reference to an object is kept in the object, as a set of processes. An operation finds out by the lock it
//! takes anyway whether it may; and what a process leaves behind is found by one walk through the table.

use crate::attempt::Side;
use crate::budget::Budget;
use crate::error::Rule;
use crate::gate::Gate;
use crate::ids::{Handle, Pid};
use crate::limits;
use crate::objects::Body;
use crate::recording;
use core::sync::atomic::{AtomicU32, Ordering};
use std::collections::VecDeque;
use std::sync::OnceLock;
use threadlab_threads::sync::word::{Inner, inner};

/// How many places are made at a time.
const CHUNK: u32 = 256;
/// A place's last generation: it is not used again after it, so that no handle ever means another object. A handle has
/// 31 bits, which is what an event has room for.
const LAST_GENERATION: u16 = u16::MAX >> 1;

/// The three words of an object that threads wait on.
#[derive(Debug, Default)]
pub(crate) struct Gates([Gate; 3]);

impl Gates {
    pub fn of(&self, side: Side) -> &Gate {
        &self.0[side as usize]
    }

    /// Something happened that one thread of this side can use.
    pub fn one(&self, side: Side) {
        self.of(side).changed(1);
    }

    /// Something happened that concerns all threads of this side.
    pub fn all(&self, side: Side) {
        self.of(side).changed(u32::MAX);
    }

    /// Something happened that concerns everybody.
    pub fn everybody(&self) {
        for gate in &self.0 {
            gate.changed(u32::MAX);
        }
    }
}

/// A place for an object.
#[derive(Debug)]
pub(crate) struct Slot {
    pub gates: Gates,
    /// The other end's handle, for the ends of pipes. Set before the handle is known to anybody; whoever follows it
    /// checks under the other end's lock that it leads back.
    peer: AtomicU32,
    pub state: Inner<State>,
}

impl Slot {
    pub fn peer(&self) -> Handle {
        // Relaxed: checked under the other end's lock.
        Handle::from_raw(self.peer.load(Ordering::Relaxed))
    }

    pub fn set_peer(&self, peer: Handle) {
        // Relaxed: as above.
        self.peer.store(peer.raw(), Ordering::Relaxed);
    }
}

/// What is in a place.
#[derive(Debug)]
pub(crate) struct State {
    generation: u16,
    /// The processes that have a reference.
    pub holders: u128,
    /// A name refers to it as well.
    pub named: bool,
    pub body: Option<Body>,
}

impl State {
    /// The process has a reference from now on, which a thread of `giver` gives it. `place` is where this is.
    pub fn give(&mut self, place: u16, giver: Pid, to: Pid) {
        if self.holders & to.bit() == 0 {
            self.holders |= to.bit();
            let object = recording::id(Handle::new(place, self.generation));
            recording::tell(Some(giver), |recorder| recorder.opened(object, to.raw()));
        }
    }

    /// Whether this is still the handle's object.
    pub fn is(&self, handle: Handle) -> bool {
        self.generation == handle.generation() && self.body.is_some()
    }

    /// Whether this is still the handle's object and the process has a reference.
    pub fn is_open(&self, handle: Handle, pid: Pid) -> bool {
        self.is(handle) && self.holders & pid.bit() != 0
    }

    /// Whether nobody can reach it any more.
    fn is_unneeded(&self) -> bool {
        self.holders == 0 && !self.named && self.body.as_ref().is_some_and(|body| body.readers() == 0)
    }
}

#[derive(Debug)]
struct Places {
    /// The places of freed objects. The one that was freed first is used first.
    free: VecDeque<u16>,
    /// How many places have been used at all.
    used: u32,
    live: u32,
}

/// All places.
#[derive(Debug)]
pub(crate) struct Table {
    chunks: Box<[OnceLock<Box<[Slot]>>]>,
    places: Inner<Places>,
    pub budget: Budget,
}

impl Table {
    pub fn new() -> Self {
        Self {
            chunks: (0..limits::OBJECTS / CHUNK).map(|_| OnceLock::new()).collect(),
            places: inner(Places { free: VecDeque::new(), used: 0, live: 0 }),
            budget: Budget::new(limits::BYTES),
        }
    }

    /// How many objects there are.
    pub fn live(&self) -> u32 {
        self.places.lock().live
    }

    /// The place with this number, if it was ever used.
    #[inline]
    pub fn slot(&self, place: u16) -> Option<&Slot> {
        let place = u32::from(place);
        self.chunks[(place / CHUNK) as usize].get()?.get((place % CHUNK) as usize)
    }

    /// The place of a handle.
    #[inline]
    pub fn slot_of(&self, handle: Handle) -> Result<&Slot, Rule> {
        self.slot(handle.place()).ok_or(Rule::BadHandle)
    }

    /// Makes an object with these holders.
    pub fn insert(&self, body: Body, holders: u128) -> Result<Handle, Rule> {
        let place = {
            let mut places = self.places.lock();
            let place = if let Some(place) = places.free.pop_front() {
                place
            } else {
                let place = u16::try_from(places.used).map_err(|_| Rule::TooManyObjects)?;
                // Under the lock, so that no two threads make the same chunk and none has to wait for it.
                self.chunks[(places.used / CHUNK) as usize].get_or_init(new_chunk);
                places.used += 1;
                place
            };
            places.live += 1;
            place
        };
        let slot = self.slot(place).ok_or(Rule::TooManyObjects)?;
        let mut state = slot.state.lock();
        state.body = Some(body);
        state.holders = holders;
        Ok(Handle::new(place, state.generation))
    }

    /// The process lets go of whatever is in this place, both of holding and of reading: it has ended, or the other end of
    /// a pipe could not be made. `died`: it did not end by itself.
    pub fn forget_process(&self, place: u16, pid: Pid, died: bool) {
        self.change(place, |state, gates| {
            let Some(body) = &mut state.body else { return };
            let held = state.holders & pid.bit() != 0;
            let read = body.readers() & pid.bit() != 0;
            if held {
                state.holders &= !pid.bit();
                let left = body.holder_left(pid, died, gates);
                left.tell(None, Handle::new(place, state.generation), pid);
            }
            if read {
                body.reader_left(pid, gates);
            }
            if held || read {
                // A thread of the process may have been woken and not have come to pass it on.
                gates.everybody();
            }
        });
    }

    /// Changes what is in a place, and frees the object if nobody can reach it any more.
    pub fn change<T>(&self, place: u16, how: impl FnOnce(&mut State, &Gates) -> T) -> Option<T> {
        let slot = self.slot(place)?;
        let mut state = slot.state.lock();
        let result = how(&mut state, &slot.gates);
        if state.is_unneeded() {
            let body = state.body.take();
            let retired = state.generation == LAST_GENERATION;
            if !retired {
                state.generation += 1;
            }
            // Whoever still waits here finds the handle dead.
            slot.gates.everybody();
            drop(state);
            if let Some(body) = body {
                self.budget.give_back(body.granted());
            }
            let mut places = self.places.lock();
            places.live -= 1;
            if !retired {
                places.free.push_back(place);
            }
        }
        Some(result)
    }

    /// The numbers of all places that have been used.
    pub fn used(&self) -> impl Iterator<Item = u16> + use<> {
        let used = self.places.lock().used;
        (0..=u16::MAX).take(used as usize)
    }
}

fn new_chunk() -> Box<[Slot]> {
    (0..CHUNK)
        .map(|_| Slot {
            gates: Gates::default(),
            peer: AtomicU32::new(0),
            // From 1, so that no handle is 0.
            state: inner(State { generation: 1, holders: 0, named: false, body: None }),
        })
        .collect()
}
