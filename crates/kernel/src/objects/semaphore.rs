//! A counter of permits, and what it becomes with bounds and owners: Lock, `RLock`, Semaphore, `BoundedSemaphore`.
//!
//! Permits below the first value are out in somebody's hands, and the semaphore keeps count of who has them: a permit
//! that is released was that of the process which releases it, if it had one. So when a process ends, the permits that
//! died with it are known. They are mended by a release, whoever makes it. A semaphore that is used as a signal, released by
//! one and acquired by another, never counts permits as held, because its first value is 0.

use super::Scene;
use crate::attempt::{Side, Step};
use crate::error::Rule;
use crate::ids::{Caller, Pid};
use crate::limits;
use threadlab_trace::Mode;

/// What a semaphore shows of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SemaphoreState {
    /// How many permits can be had.
    pub value: u32,
    /// How many permits died with their holders.
    pub dead: u32,
    /// The thread that owns it, for a lock that can be taken again.
    pub owner: Option<Caller>,
    /// How often its owner has taken it.
    pub depth: u32,
}

/// The permits in the hands of one process, at least 1.
#[derive(Debug)]
struct Held {
    by: Pid,
    permits: u32,
}

#[derive(Debug)]
pub(crate) struct Semaphore {
    value: u32,
    first: u32,
    bounded: bool,
    /// Its owner can take it again, and only its owner can release it.
    recursive: bool,
    /// How events tell that somebody has it.
    mode: Mode,
    owner: Option<Caller>,
    depth: u32,
    /// The permits in the hands of processes. Together with the dead ones they are what is missing to the first value.
    held: Vec<Held>,
    dead: u32,
}

impl Semaphore {
    pub fn counting(value: u32, bounded: bool) -> Result<Self, Rule> {
        if value > limits::PERMITS {
            return Err(Rule::TooManyPermits);
        }
        Ok(Self {
            value,
            first: value,
            bounded,
            recursive: false,
            mode: Mode::Permits,
            owner: None,
            depth: 0,
            held: Vec::new(),
            dead: 0,
        })
    }

    /// The same, used as a lock.
    pub fn for_lock(self) -> Self {
        Self { mode: Mode::Transferable, ..self }
    }

    /// A lock that its owner can take again.
    pub fn recursive() -> Self {
        Self {
            value: 1,
            first: 1,
            bounded: true,
            recursive: true,
            mode: Mode::Owned,
            owner: None,
            depth: 0,
            held: Vec::new(),
            dead: 0,
        }
    }

    /// Takes a permit. A recursive lock is taken `depth` times at once.
    pub fn acquire(&mut self, scene: Scene<'_>, depth: u32) -> Result<Step<()>, Rule> {
        if self.recursive && self.owner == Some(scene.caller) {
            self.depth = self
                .depth
                .checked_add(depth)
                .filter(|depth| *depth <= limits::PERMITS)
                .ok_or(Rule::TooDeep)?;
            self.tell_acquired(scene, depth);
            return Ok(Step::Done(()));
        }
        if self.value == 0 {
            // While somebody who lives has a permit, that one can be waited for.
            return if self.dead > 0 && self.held.is_empty() {
                Err(Rule::Abandoned)
            } else {
                Ok(Step::Blocked(Side::Takers))
            };
        }
        if self.value <= self.first {
            match self.held_by(scene.caller.pid) {
                Some(at) => self.held[at].permits += 1,
                None => self.held.push(Held { by: scene.caller.pid, permits: 1 }),
            }
        }
        self.value -= 1;
        if self.recursive {
            self.owner = Some(scene.caller);
            self.depth = depth;
        }
        self.tell_acquired(scene, if self.recursive { depth } else { 1 });
        Ok(Step::Done(()))
    }

    fn tell_acquired(&self, scene: Scene<'_>, count: u32) {
        scene.tell(|recorder, object, waited| recorder.acquired(object, self.mode, count, waited));
    }

    fn tell_released(&self, scene: Scene<'_>, count: u32) {
        scene.tell(|recorder, object, _| recorder.released(object, self.mode, count));
    }

    /// Gives permits back, or one level of a recursive lock.
    pub fn release(&mut self, scene: Scene<'_>, permits: u32) -> Result<(), Rule> {
        if permits == 0 {
            return Err(Rule::NoPermits);
        }
        if self.recursive {
            return self.release_levels(scene, permits);
        }
        let value = self
            .value
            .checked_add(permits)
            .filter(|value| *value <= limits::PERMITS)
            .ok_or(Rule::TooManyPermits)?;
        if self.bounded && value > self.first {
            return Err(Rule::ReleasedTooOften);
        }
        self.tell_released(scene, permits);
        self.give_back(scene, permits);
        Ok(())
    }

    /// Gives a recursive lock back altogether. Returns how often it was taken.
    pub fn release_all(&mut self, scene: Scene<'_>) -> Result<u32, Rule> {
        let levels = if self.recursive { self.depth } else { 1 };
        self.release(scene, levels.max(1))?;
        Ok(levels)
    }

    fn release_levels(&mut self, scene: Scene<'_>, levels: u32) -> Result<(), Rule> {
        let mends = self.owner.is_none() && self.dead > 0;
        if !mends {
            if self.owner != Some(scene.caller) {
                return Err(Rule::NotHeld);
            }
            self.depth = self.depth.checked_sub(levels).ok_or(Rule::ReleasedTooOften)?;
        }
        self.tell_released(scene, levels);
        if self.depth == 0 {
            self.owner = None;
            self.give_back(scene, 1);
        }
        Ok(())
    }

    fn give_back(&mut self, scene: Scene<'_>, permits: u32) {
        for _ in 0..permits.min(self.first.saturating_sub(self.value)) {
            self.take_from_hands(scene.caller.pid);
        }
        self.value += permits;
        scene.gates.of(Side::Takers).changed(permits);
    }

    /// A permit comes back: from its releaser's hands, else from the dead, else from anybody's.
    fn take_from_hands(&mut self, releaser: Pid) {
        let from = match self.held_by(releaser) {
            Some(at) => at,
            None if self.dead > 0 => {
                self.dead -= 1;
                return;
            }
            None => 0,
        };
        let Some(held) = self.held.get_mut(from) else { return };
        held.permits -= 1;
        if held.permits == 0 {
            self.held.remove(from);
        }
    }

    fn held_by(&self, pid: Pid) -> Option<usize> {
        self.held.iter().position(|held| held.by == pid)
    }

    /// Whether the caller can say that it holds it: a recursive lock it owns, or a permit that its process has.
    pub fn is_held_by(&self, caller: Caller) -> bool {
        if self.recursive { self.owner == Some(caller) } else { self.held_by(caller.pid).is_some() }
    }

    pub fn state(&self) -> SemaphoreState {
        SemaphoreState { value: self.value, dead: self.dead, owner: self.owner, depth: self.depth }
    }

    /// The process has no reference any more: what it held died with it.
    pub fn holder_left(&mut self, pid: Pid) {
        if let Some(at) = self.held_by(pid) {
            self.dead += self.held.remove(at).permits;
        }
        if self.owner.is_some_and(|owner| owner.pid == pid) {
            self.owner = None;
            self.depth = 0;
        }
    }
}
