//! A queue of items, each some bytes that come out as they were put in.

use super::Scene;
use crate::attempt::{Side, Step};
use crate::budget::Grant;
use crate::error::Rule;
use crate::ids::Pid;
use crate::limits;
use std::collections::{BTreeMap, VecDeque};

/// Buffers up to this size are used again for the next item.
const SPARE_BYTES: usize = 64 << 10;
const SPARES: usize = 16;
/// What an item takes beside its bytes: its place among the items, which can be double, and its allocation.
const ITEM_OVERHEAD: usize = 64;

/// What a queue shows of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueState {
    /// How many items it holds.
    pub items: u32,
    /// How many it can hold; 0 is any number.
    pub capacity: u32,
    /// How many items were put in and not said to be done.
    pub unfinished: u32,
    /// Whether it was closed.
    pub closed: bool,
}

impl QueueState {
    /// Whether there is nothing to get.
    pub fn is_empty(self) -> bool {
        self.items == 0
    }

    /// Whether there is no room.
    pub fn is_full(self) -> bool {
        self.capacity > 0 && self.items >= self.capacity
    }
}

#[derive(Debug)]
pub(crate) struct Queue {
    items: VecDeque<Vec<u8>>,
    capacity: u32,
    closed: bool,
    /// The buffers of items that are gone.
    spares: Vec<Vec<u8>>,
    grant: Grant,
    unfinished: u32,
    /// How many items were ever put in, modulo 2^32.
    put: u32,
    /// How many items each process got and has not said to be done.
    in_hand: BTreeMap<Pid, u32>,
    /// How many such items were in the hands of processes that are gone.
    lost: u32,
    /// The processes that put, and those that got.
    putters: u128,
    getters: u128,
    /// A process that had a reference did not end by itself.
    bereaved: bool,
}

impl Queue {
    /// An empty one with room for so many items; 0 is any number.
    pub fn new(capacity: u32) -> Self {
        Self {
            items: VecDeque::new(),
            capacity,
            closed: false,
            spares: Vec::new(),
            grant: Grant::default(),
            unfinished: 0,
            put: 0,
            in_hand: BTreeMap::new(),
            lost: 0,
            putters: 0,
            getters: 0,
            bereaved: false,
        }
    }

    /// Puts a copy of the bytes in. Returns how many items there are then.
    pub fn put(&mut self, scene: Scene<'_>, bytes: &[u8]) -> Result<Step<u32>, Rule> {
        if self.closed {
            return Err(Rule::Closed);
        }
        if bytes.len() > limits::ITEM_BYTES {
            return Err(Rule::ItemTooLong);
        }
        if self.putters & scene.caller.pid.bit() == 0 {
            self.putters |= scene.caller.pid.bit();
            self.tell_the_bereaved(scene);
        }
        if self.state().is_full() {
            let takers_left = scene.holders & (self.getters | !self.putters);
            return self.blocked(takers_left, Side::Givers);
        }
        self.items.try_reserve(1).map_err(|_| Rule::NoMemory)?;
        let mut item = self.spares.pop().unwrap_or_default();
        item.clear();
        item.try_reserve_exact(bytes.len()).map_err(|_| Rule::NoMemory)?;
        self.grant.grow(bytes.len() + ITEM_OVERHEAD, scene.budget)?;
        item.extend_from_slice(bytes);
        self.items.push_back(item);
        self.unfinished = self.unfinished.saturating_add(1);
        let number = self.put;
        self.put = self.put.wrapping_add(1);
        scene.tell(|recorder, queue, waited| recorder.put_item(queue, number, waited));
        scene.gates.one(Side::Takers);
        Ok(Step::Done(self.len()))
    }

    /// Takes the first item out, into the caller's buffer. Returns how many items are left.
    pub fn get(&mut self, scene: Scene<'_>, into: &mut Vec<u8>) -> Result<Step<u32>, Rule> {
        if self.getters & scene.caller.pid.bit() == 0 {
            self.getters |= scene.caller.pid.bit();
            self.tell_the_bereaved(scene);
        }
        let Some(item) = self.items.pop_front() else {
            if self.closed {
                return Err(Rule::Closed);
            }
            let givers_left = scene.holders & (self.putters | !self.getters);
            return self.blocked(givers_left, Side::Takers);
        };
        let number = self.put.wrapping_sub(self.len()).wrapping_sub(1);
        scene.tell(|recorder, queue, waited| recorder.got_item(queue, number, waited));
        self.grant.shrink(item.len() + ITEM_OVERHEAD, scene.budget);
        let spare = core::mem::replace(into, item);
        if self.spares.len() < SPARES && spare.capacity() <= SPARE_BYTES {
            self.spares.push(spare);
        }
        let in_hand = self.in_hand.entry(scene.caller.pid).or_default();
        *in_hand = in_hand.saturating_add(1);
        scene.gates.one(Side::Givers);
        Ok(Step::Done(self.len()))
    }

    /// The caller would block. If a process died here, and none is left that is known to do the opposite or might, it
    /// would do so for ever.
    fn blocked(&self, others: u128, side: Side) -> Result<Step<u32>, Rule> {
        if self.bereaved && others == 0 { Err(Rule::Abandoned) } else { Ok(Step::Blocked(side)) }
    }

    /// More is known of what a process does. Those who wait for what nobody is left to do have to find out.
    fn tell_the_bereaved(&self, scene: Scene<'_>) {
        if self.bereaved {
            scene.gates.everybody();
        }
    }

    /// Nothing can be put in any more. What is in can still be got.
    pub fn close(&mut self, scene: Scene<'_>) {
        self.closed = true;
        scene.tell(|recorder, queue, _| recorder.shut_down(queue));
        scene.gates.everybody();
    }

    /// An item that was got is done with. Returns how many are not.
    pub fn task_done(&mut self, scene: Scene<'_>) -> Result<u32, Rule> {
        self.unfinished = self.unfinished.checked_sub(1).ok_or(Rule::TooManyDone)?;
        scene.tell(|recorder, queue, _| recorder.task_done(queue));
        match self.in_hand.get_mut(&scene.caller.pid) {
            Some(in_hand) if *in_hand > 0 => *in_hand -= 1,
            _ => self.lost = self.lost.saturating_sub(1),
        }
        if self.unfinished == 0 || self.unfinished <= self.lost {
            scene.gates.all(Side::Joiners);
        }
        Ok(self.unfinished)
    }

    /// Waits until all items are done with.
    pub fn join(&self, scene: Scene<'_>) -> Result<Step<()>, Rule> {
        if self.unfinished == 0 {
            scene.tell_through();
            Ok(Step::Done(()))
        } else if self.unfinished <= self.lost {
            Err(Rule::Abandoned)
        } else {
            Ok(Step::Blocked(Side::Joiners))
        }
    }

    pub fn state(&self) -> QueueState {
        QueueState {
            items: self.len(),
            capacity: self.capacity,
            unfinished: self.unfinished,
            closed: self.closed,
        }
    }

    pub fn granted(&self) -> usize {
        self.grant.granted()
    }

    fn len(&self) -> u32 {
        u32::try_from(self.items.len()).unwrap_or(u32::MAX)
    }

    /// The process has no reference any more.
    pub fn holder_left(&mut self, pid: Pid, died: bool) {
        self.lost = self.lost.saturating_add(self.in_hand.remove(&pid).unwrap_or(0));
        self.bereaved |= died;
        self.putters &= !pid.bit();
        self.getters &= !pid.bit();
    }
}
