//! A place where a number of parties meet: nobody goes on before all have come.

use super::Scene;
use crate::attempt::{Side, Step};
use crate::error::Rule;
use crate::ids::{Caller, Pid};
use crate::limits;
use crate::recording;

/// Which of the parties a caller is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// How many came before it: from 0 to the number of parties less 1.
    pub index: u32,
    /// Whether it is the last: then it runs what is to be run between, and opens the barrier.
    pub last: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Not all have come, or the last has not opened yet.
    Waits,
    /// The last to come: it is about to open.
    Opens,
    Passed,
    Broken,
}

#[derive(Debug)]
struct Party {
    caller: Caller,
    outcome: Outcome,
}

#[derive(Debug)]
pub(crate) struct Barrier {
    parties: u32,
    broken: bool,
    /// Those who came and have not gone on yet, also of earlier rounds.
    here: Vec<Party>,
}

impl Barrier {
    pub fn new(parties: u32) -> Result<Self, Rule> {
        if parties == 0 || parties > limits::PARTIES {
            return Err(Rule::BadParties);
        }
        Ok(Self { parties, broken: false, here: Vec::new() })
    }

    /// The caller has come. While the last of a round runs what is between, others wait to come.
    pub fn arrive(&mut self, scene: Scene<'_>) -> Result<Step<Arrival>, Rule> {
        let caller = scene.caller;
        if self.broken {
            return Err(Rule::BrokenBarrier);
        }
        if let Some(opener) = self.here.iter().find(|party| party.outcome == Outcome::Opens) {
            // What is between two rounds would wait for its own end.
            let own = opener.caller == caller;
            return if own { Err(Rule::InAction) } else { Ok(Step::Blocked(Side::Givers)) };
        }
        // One that came before and did not wait to the end comes anew.
        self.here.retain(|party| party.caller != caller);
        let index = self.waiting();
        let last = index + 1 == self.parties;
        scene.tell_through();
        scene.tell(|recorder, barrier, _| recorder.arrived(barrier));
        self.here.push(Party { caller, outcome: if last { Outcome::Opens } else { Outcome::Waits } });
        Ok(Step::Done(Arrival { index, last }))
    }

    /// The last to come lets all go on, itself included.
    pub fn open(&mut self, scene: Scene<'_>) -> Result<(), Rule> {
        let at = self.position(scene.caller)?;
        match self.here[at].outcome {
            Outcome::Opens => {
                self.here.swap_remove(at);
                self.end_round(Outcome::Passed);
                scene.tell(|recorder, barrier, _| recorder.tripped(barrier));
                scene.gates.everybody();
                Ok(())
            }
            Outcome::Broken => {
                self.here.swap_remove(at);
                Err(Rule::BrokenBarrier)
            }
            Outcome::Waits | Outcome::Passed => Err(Rule::NotWaiting),
        }
    }

    /// Waits for the others.
    pub fn wait(&mut self, scene: Scene<'_>) -> Result<Step<()>, Rule> {
        let at = self.position(scene.caller)?;
        match self.here[at].outcome {
            Outcome::Waits => Ok(Step::Blocked(Side::Takers)),
            Outcome::Opens => Err(Rule::NotWaiting),
            Outcome::Passed => {
                self.here.swap_remove(at);
                scene.tell_through();
                Ok(Step::Done(()))
            }
            Outcome::Broken => {
                self.here.swap_remove(at);
                Err(Rule::BrokenBarrier)
            }
        }
    }

    /// The caller's time is over: that breaks it, unless what becomes of the caller's round is decided already. Returns
    /// whether it did.
    pub fn give_up(&mut self, scene: Scene<'_>) -> Result<bool, Rule> {
        let waits = self.here[self.position(scene.caller)?].outcome == Outcome::Waits;
        if waits {
            recording::tell_gave_up(scene.caller.pid, scene.object);
            self.abort(scene);
        }
        Ok(waits)
    }

    /// All who are here, and all who come, find it broken, until it is reset. A caller who is here leaves.
    pub fn abort(&mut self, scene: Scene<'_>) {
        self.broken = true;
        scene.tell(|recorder, barrier, _| recorder.broken(barrier));
        self.end_round(Outcome::Broken);
        self.here.retain(|party| party.caller != scene.caller);
        scene.gates.everybody();
    }

    /// It is whole again for those who come. Who is here finds it broken.
    pub fn reset(&mut self, scene: Scene<'_>) {
        self.broken = false;
        scene.tell(|recorder, barrier, _| recorder.reset(barrier));
        self.end_round(Outcome::Broken);
        scene.gates.everybody();
    }

    /// How many have come in this round.
    pub fn waiting(&self) -> u32 {
        let here = self.here.iter().filter(|party| is_undecided(party.outcome));
        u32::try_from(here.count()).unwrap_or(u32::MAX)
    }

    pub fn is_broken(&self) -> bool {
        self.broken
    }

    pub fn parties(&self) -> u32 {
        self.parties
    }

    fn end_round(&mut self, outcome: Outcome) {
        for party in self.here.iter_mut().filter(|party| is_undecided(party.outcome)) {
            party.outcome = outcome;
        }
    }

    fn position(&self, caller: Caller) -> Result<usize, Rule> {
        self.here.iter().position(|party| party.caller == caller).ok_or(Rule::NotWaiting)
    }

    /// The process has no reference any more. It breaks the barrier if it was here. If it died, others may count on a
    /// party that will never come, so it breaks the barrier as well. Returns whether it broke the barrier.
    pub fn holder_left(&mut self, pid: Pid, died: bool) -> bool {
        let missed = self.here.iter().any(|party| party.caller.pid == pid && is_undecided(party.outcome));
        self.here.retain(|party| party.caller.pid != pid);
        let breaks = (missed || died) && !self.broken;
        if breaks {
            self.broken = true;
            self.end_round(Outcome::Broken);
        }
        breaks
    }
}

fn is_undecided(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Waits | Outcome::Opens)
}
