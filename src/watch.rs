//! Telling a deadlock from a moment in which all threads happen to wait.

use threadlab_model::{Deadlock, Family, Model, Standstill};

/// How often to look, in milliseconds.
pub const LOOK: u32 = 250;

/// For how long a deadlock must have been seen before it is believed, in milliseconds: the word of a thread that goes on
/// may be on its way.
const BELIEVE: f64 = 200.0;

/// Remembers what was seen last, and since when.
#[derive(Clone, Debug)]
struct Lasting<T>(Option<(T, f64)>);

impl<T> Default for Lasting<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: PartialEq> Lasting<T> {
    /// This is seen at the time `now`, in milliseconds. Returns whether it is to be believed.
    fn look(&mut self, found: Option<T>, now: f64) -> bool {
        match (&self.0, found) {
            (Some((seen, since)), Some(found)) if *seen == found => now - since >= BELIEVE,
            (_, found) => {
                self.0 = found.map(|found| (found, now));
                false
            }
        }
    }

    fn seen(&self) -> Option<&T> {
        self.0.as_ref().map(|(seen, _)| seen)
    }
}

/// Looks at a model now and then.
#[derive(Clone, Debug, Default)]
pub struct Watch(Lasting<Deadlock>);

impl Watch {
    /// A look at the page's time `now`, in milliseconds. Returns whether what it sees is to be believed.
    pub fn look(&mut self, model: &Model, now: f64) -> bool {
        self.0.look(model.deadlock(), now)
    }

    /// The deadlock that was seen last.
    pub fn seen(&self) -> Option<&Deadlock> {
        self.0.seen()
    }
}

/// Looks at each process of a run, and at all of them together.
#[derive(Clone, Debug, Default)]
pub struct Watches {
    /// In the order of the processes.
    each: Vec<Watch>,
    /// The place of the process whose deadlock is believed; of several the one that was first.
    believed: Option<usize>,
    standstill: Lasting<Standstill>,
    believes_standstill: bool,
}

impl Watches {
    /// A look at the page's time `now`, in milliseconds. Returns whether some process is in a deadlock that is to be
    /// believed. One that has ended is in none.
    pub fn look(&mut self, family: &Family, now: f64) -> bool {
        self.believed = None;
        self.each.resize_with(family.processes().len(), Watch::default);
        for (place, (process, watch)) in family.processes().zip(&mut self.each).enumerate() {
            if process.ended().is_none() && watch.look(process.model(), now) {
                self.believed.get_or_insert(place);
            }
        }
        self.believes_standstill = self.standstill.look(family.standstill(), now);
        self.believed.is_some() || self.believes_standstill
    }

    /// That no process can go on, if that was believed at the last look and is nobody's deadlock by itself.
    pub fn seen_standstill(&self) -> Option<&Standstill> {
        self.standstill.seen().filter(|_| self.believes_standstill && self.believed.is_none())
    }

    /// The deadlock that was believed at the last look, and the place among all of the process whose it is.
    pub fn seen(&self) -> Option<(usize, &Deadlock)> {
        let place = self.believed?;
        Some((place, self.each.get(place)?.seen()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use threadlab_trace::{Event, ObjectId, ObjectKind, PlaceId, Purpose, ThreadId, What};

    const GO: ObjectId = ObjectId(1);

    fn apply(model: &mut Model, what: What) {
        let seq = model.events();
        model.apply(&Event { seq, time: seq, thread: ThreadId::MAIN, place: PlaceId::UNKNOWN, what });
    }

    fn wait(model: &mut Model) {
        apply(model, What::WaitBegan { object: GO, purpose: Purpose::Set, timed: false });
    }

    fn lonely() -> Model {
        let mut model = Model::new();
        apply(&mut model, What::ThreadStarted);
        apply(&mut model, What::ObjectCreated { object: GO, kind: ObjectKind::Event, name: "go".to_owned() });
        wait(&mut model);
        model
    }

    #[test]
    fn what_lasts_is_believed() {
        let (mut watch, model) = (Watch::default(), lonely());
        assert!(!watch.look(&model, 1_000.0) && !watch.look(&model, 1_150.0));
        assert!(watch.look(&model, 1_250.0));
        assert_eq!(
            watch.seen().map(|seen| seen.words(&model)).as_deref(),
            Some("MainThread waits for Event 'go' to be set")
        );
    }

    #[test]
    fn what_was_another_at_the_last_look_is_not() {
        let (mut watch, mut model) = (Watch::default(), lonely());
        assert!(!watch.look(&model, 0.0));
        apply(&mut model, What::WaitEnded { object: GO });
        wait(&mut model);
        assert!(!watch.look(&model, 250.0), "it went on in between");
        assert!(watch.look(&model, 500.0));
        apply(&mut model, What::WaitEnded { object: GO });
        assert!(!watch.look(&model, 750.0) && watch.seen().is_none());
    }
}
