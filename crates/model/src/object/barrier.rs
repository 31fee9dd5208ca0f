//! A meeting point.

use threadlab_trace::ThreadId;

/// What a model knows of a barrier beside its waiters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Barrier {
    parties: Option<u32>,
    arrived: Vec<ThreadId>,
    generation: u64,
    broken: bool,
}

impl Barrier {
    /// How many threads it waits for, or `None` where the event that tells it was lost.
    pub fn parties(&self) -> Option<u32> {
        self.parties
    }

    /// The threads that came and may not pass yet, in the order in which they came.
    pub fn arrived(&self) -> &[ThreadId] {
        &self.arrived
    }

    /// How often all have come together, and so which generation it is, from 0.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether it is broken.
    pub fn is_broken(&self) -> bool {
        self.broken
    }

    /// How many threads are still to come, or `None` where that is not known.
    pub fn missing(&self) -> Option<u64> {
        self.parties.map(|parties| u64::from(parties).saturating_sub(self.arrived.len() as u64))
    }

    /// The same without anybody at it.
    pub(crate) fn deserted(&self) -> Self {
        Self { arrived: Vec::new(), ..self.clone() }
    }

    pub(crate) fn sized(&mut self, parties: u32) -> bool {
        let new = self.parties.is_none();
        let parties = *self.parties.get_or_insert(parties);
        self.arrived.truncate(parties as usize);
        new
    }

    /// A thread came; returns whether that fits.
    pub(crate) fn arrive(&mut self, thread: ThreadId) -> bool {
        if self.broken {
            // It only gets to know of it.
            return true;
        }
        let fits = self.missing() != Some(0) && !self.arrived.contains(&thread);
        if fits {
            self.arrived.push(thread);
        }
        fits
    }

    /// A thread that came has left again without passing.
    pub(crate) fn leave(&mut self, thread: ThreadId) {
        self.arrived.retain(|&arrived| arrived != thread);
    }

    /// All may pass.
    pub(crate) fn trip(&mut self) {
        self.arrived.clear();
        self.generation += 1;
    }

    /// It is broken, or whole again; in either case all who came have to leave.
    pub(crate) fn set_broken(&mut self, broken: bool) {
        self.arrived.clear();
        self.broken = broken;
    }
}
