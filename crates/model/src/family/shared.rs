//! What the processes of a run share, as the kernel's own events tell it.

use std::collections::BTreeMap;

use threadlab_trace::{Event, ObjectId, PlaceId, SharedEvent, ThreadId, What};

use crate::{
    Model, Object, ObjectState, Thread,
    limits::{MAX_NAME_BYTES, clip},
    model::KERNEL,
};

/// The objects that processes share, with who has them, holds them and waits for them.
///
/// It is a [`Model`] by itself, in which the threads of all processes meet: each has a number of its own there, and a
/// [home](Thread::home), which is its process and its number in that. Threads are known that have used something shared.
#[derive(Clone, Debug, PartialEq)]
pub struct Shared {
    model: Model,
    /// The number that a process's thread has here.
    actors: BTreeMap<(u32, ThreadId), ThreadId>,
    complete: bool,
}

impl Shared {
    pub(super) fn new() -> Self {
        Self { model: Model::of_process(KERNEL), actors: BTreeMap::new(), complete: true }
    }

    /// Takes in the kernel's next event, by a thread that has this name if it has not been here before.
    pub(super) fn apply(&mut self, event: &SharedEvent, name: impl FnOnce() -> String) {
        // What the kernel does by itself it does through any worker that comes by.
        let home =
            if event.process == KERNEL { (KERNEL, ThreadId(0)) } else { (event.process, event.thread) };
        let actor = match self.actors.get(&home) {
            Some(&actor) => actor,
            None => self.enter(home, event.time, name),
        };
        let time = match self.model.thread(actor) {
            Some(actor) if event.process == KERNEL => event.time.max(actor.latest),
            _ => event.time,
        };
        // Places are told by the events of the processes.
        let place = PlaceId::UNKNOWN;
        self.model.apply(&Event { seq: event.seq, time, thread: actor, place, what: event.what.clone() });
        if let What::ProcessGone { process } = event.what {
            self.actors.retain(|(home, _), _| *home != process);
        }
    }

    /// A thread comes here for the first time.
    fn enter(&mut self, home: (u32, ThreadId), time: u64, name: impl FnOnce() -> String) -> ThreadId {
        let actor = ThreadId(u32::try_from(self.model.threads.len()).unwrap_or(u32::MAX).saturating_add(1));
        let mut thread = Thread::new(actor, time);
        thread.introduced(&name(), false);
        thread.home = Some(home);
        if self.model.enter(thread) {
            self.actors.insert(home, actor);
        }
        actor
    }

    /// The names of a process's threads, as `name` gives them, have changed.
    pub(super) fn rename(&mut self, process: u32, name: impl Fn(ThreadId) -> String) {
        for thread in self.model.threads.iter_mut() {
            if let Some((_, id)) = thread.home.filter(|(home, _)| *home == process) {
                thread.name = clip(&name(id), MAX_NAME_BYTES).into_owned();
            }
        }
    }

    pub(super) fn set_complete(&mut self, complete: bool) {
        self.complete = complete;
    }

    pub(super) fn model_mut(&mut self) -> &mut Model {
        &mut self.model
    }

    /// Everything that is known, as a model. Its threads are those of [`Self::actor`].
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Whether all of the kernel's events are known until now, and not only those before one that is on its way.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// A process's thread as it is known here.
    pub fn actor(&self, process: u32, thread: ThreadId) -> Option<&Thread> {
        self.model.thread(*self.actors.get(&(process, thread))?)
    }

    /// An object, or `None` if no event spoke of it.
    pub fn object(&self, id: ObjectId) -> Option<&Object> {
        self.model.object(id)
    }

    /// All objects but pipes, in the order in which they were made.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.model.objects().filter(|object| !matches!(object.state(), ObjectState::PipeEnd(_)))
    }

    /// The two ends of each pipe, the first one first, in the order in which the pipes were made.
    pub fn pipes(&self) -> impl Iterator<Item = [&Object; 2]> {
        self.model.objects().filter_map(|first| {
            let ObjectState::PipeEnd(end) = first.state() else { return None };
            let second = self.object(end.other()?)?;
            // Its second end comes later, and has been shown with the first then.
            (self.model.objects.index(first.id.0) < self.model.objects.index(second.id.0))
                .then_some([first, second])
        })
    }
}
