//! The kernel itself: what each call does before and after the rules of the object it is about.

mod meetings;
mod names;
mod pipes;
mod processes;
mod queues;
mod references;
mod semaphores;
mod shared;

use crate::attempt::{Attempt, Done, Place, Side, Step, Ticket, WaitWord};
use crate::error::{Error, Rule, Subject};
use crate::ids::{Caller, Handle};
use crate::names::Names;
use crate::objects::condition::Condition;
use crate::objects::{Body, Kind, Scene};
use crate::processes::Processes;
use crate::recording;
use crate::table::{Slot, State, Table};
use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use threadlab_threads::futex::Wait;
use threadlab_threads::sync::word::{Inner, inner};
use threadlab_trace::{ObjectKind, Purpose, Size};

/// What all processes of a run share.
///
/// Locks are taken in this order: the names, the records of processes, one object, the free places of the table. No
/// operation holds the locks of two objects.
#[derive(Debug)]
pub struct Kernel {
    processes: Processes,
    table: Table,
    names: Inner<Names>,
    /// The number of the next operation.
    order: AtomicU64,
}

/// What events tell of a new object: its kind, unless its maker knows better, and a number that it is made with.
#[derive(Clone, Copy)]
struct Shape {
    kind: ObjectKind,
    size: Option<(Size, u32)>,
}

impl Default for Kernel {
    fn default() -> Self {
        Self::new()
    }
}

impl Kernel {
    /// A kernel without processes and objects.
    #[must_use]
    pub fn new() -> Self {
        Self {
            processes: Processes::new(),
            table: Table::new(),
            names: inner(Names::default()),
            order: AtomicU64::new(1),
        }
    }

    /// Waits until something happens that the operation which gave the ticket can use, or until the deadline (by
    /// [`threadlab_threads::clock::now`]; `None` waits for ever). It may return for no reason, so the operation is to be
    /// attempted again in any case but that the deadline has passed; and a thread that was woken has to attempt it again
    /// before it gives up, since no other was woken in its place.
    ///
    /// The thread is not inside the kernel while it waits: its process can be ended.
    ///
    /// # Panics
    ///
    /// On a page's own thread, which cannot block.
    pub fn wait(&self, ticket: Ticket, deadline: Option<Duration>) -> Wait {
        match ticket.word.place() {
            Place::Process(pid) => self.processes.gate(pid).sleep(ticket.noted, deadline),
            Place::Object(place, side) => match self.table.slot(place) {
                Some(slot) => slot.gates.of(side).sleep(ticket.noted, deadline),
                None => Wait::Changed,
            },
        }
    }

    /// Whether something has happened since the ticket was given, so that waiting would not block. For looking for a
    /// while before going to sleep.
    pub fn has_changed(&self, ticket: Ticket) -> bool {
        match ticket.word.place() {
            Place::Process(pid) => self.processes.gate(pid).has_changed(ticket.noted),
            Place::Object(place, side) => {
                self.table.slot(place).is_none_or(|slot| slot.gates.of(side).has_changed(ticket.noted))
            }
        }
    }

    /// The number of an operation that takes place now. To be called under the object's lock.
    fn next_order(&self) -> u64 {
        // Relaxed: the operations on one object take theirs one after the other under its lock, and one that was caused
        // by another takes its own later.
        self.order.fetch_add(1, Ordering::Relaxed)
    }

    fn done<T>(&self, value: T) -> Done<T> {
        Done { value, order: self.next_order() }
    }

    /// The caller does not wait for the object any longer, without having what it waited for: its time is over. To be
    /// told where events are recorded; it changes nothing else. Where time ends a wait at a barrier,
    /// [`Self::barrier_give_up`] tells it.
    ///
    /// # Errors
    ///
    /// Only those of every call.
    pub fn give_up(&self, caller: Caller, handle: Handle) -> Result<(), Error> {
        let _inside = self.processes.enter(caller.pid)?;
        if let Ok(slot) = self.table.slot_of(handle) {
            let mut state = slot.state.lock();
            let scene = self.scene(caller, handle, slot, state.holders);
            if let Ok(condition) = opened::<Condition>(&mut state, handle, caller) {
                condition.give_up(scene);
            }
            recording::tell_gave_up(caller.pid, handle);
        }
        Ok(())
    }

    /// An operation on an object of this kind, which waits for this where it would block.
    #[inline]
    fn attempt<K: Kind, T>(
        &self,
        caller: Caller,
        handle: Handle,
        purpose: Purpose,
        act: impl FnOnce(&mut K, Scene<'_>) -> Result<Step<T>, Rule>,
    ) -> Result<Attempt<T>, Error> {
        let _inside = self.processes.enter(caller.pid)?;
        let slot = self.table.slot_of(handle).map_err(|rule| rule.of(handle))?;
        let mut state = slot.state.lock();
        let state = &mut *state;
        let scene = self.scene(caller, handle, slot, state.holders);
        let step = opened(state, handle, caller).and_then(|object| act(object, scene));
        self.came_to(step, caller, handle, purpose, slot, handle)
    }

    /// An operation on an object of this kind that cannot block.
    #[inline]
    fn act<K: Kind, T>(
        &self,
        caller: Caller,
        handle: Handle,
        act: impl FnOnce(&mut K, Scene<'_>) -> Result<T, Rule>,
    ) -> Result<Done<T>, Error> {
        let _inside = self.processes.enter(caller.pid)?;
        let slot = self.table.slot_of(handle).map_err(|rule| rule.of(handle))?;
        let mut state = slot.state.lock();
        let state = &mut *state;
        let scene = self.scene(caller, handle, slot, state.holders);
        opened(state, handle, caller)
            .and_then(|object| act(object, scene))
            .map(|value| self.done(value))
            .map_err(|rule| rule.of(handle))
    }

    /// Makes an object that the caller has the only reference to.
    fn make(
        &self,
        caller: Caller,
        kind: &'static str,
        shape: Shape,
        make: impl FnOnce() -> Result<Body, Rule>,
    ) -> Result<Done<Handle>, Error> {
        let _inside = self.processes.enter(caller.pid)?;
        make()
            .and_then(|body| self.insert(body, caller.pid.bit()))
            .inspect(|handle| introduce(caller, &[*handle], shape))
            .map(|handle| self.done(handle))
            .map_err(|rule| rule.about(Subject::New(kind)))
    }

    /// Puts an object into the table, with the bytes that it was made with.
    fn insert(&self, body: Body, holders: u128) -> Result<Handle, Rule> {
        let bytes = body.granted();
        self.table.budget.claim(bytes)?;
        self.table.insert(body, holders).inspect_err(|_| self.table.budget.give_back(bytes))
    }

    fn scene<'a>(&'a self, caller: Caller, object: Handle, slot: &'a Slot, holders: u128) -> Scene<'a> {
        Scene { caller, object, holders, gates: &slot.gates, budget: &self.table.budget }
    }

    /// What an attempt at an object came to. It takes place, and waits, at `place`, which has this slot. To be called
    /// under that one's lock.
    fn came_to<T>(
        &self,
        step: Result<Step<T>, Rule>,
        caller: Caller,
        handle: Handle,
        purpose: Purpose,
        slot: &Slot,
        place: Handle,
    ) -> Result<Attempt<T>, Error> {
        match step {
            Ok(Step::Done(value)) => Ok(Attempt::Done(self.done(value))),
            Ok(Step::Blocked(side)) => {
                recording::tell_blocked(caller.pid, handle, purpose);
                Ok(Attempt::Blocked(ticket(slot, place, side)))
            }
            Err(rule) => {
                recording::tell_refused(caller.pid, handle, rule);
                Err(rule.of(handle))
            }
        }
    }
}

/// Records that these objects were made by the caller, which nobody else can know yet.
fn introduce(caller: Caller, objects: &[Handle], shape: Shape) {
    let label = recording::take_label();
    let (kind, name) = label.as_ref().map_or((shape.kind, ""), |(kind, name)| (*kind, name));
    recording::tell(Some(caller.pid), |recorder| {
        for object in objects.iter().copied().map(recording::id) {
            recorder.object_created(object, kind, name);
            if let Some((size, value)) = shape.size {
                recorder.object_sized(object, size, value);
            }
            recorder.opened(object, caller.pid.raw());
        }
    });
}

/// What to wait on at an object. To be called under its lock.
fn ticket(slot: &Slot, handle: Handle, side: Side) -> Ticket {
    Ticket { word: WaitWord::of_object(handle, side), noted: slot.gates.of(side).note() }
}

/// The object, if the caller's process has a reference and it is of this kind.
fn opened<K: Kind>(state: &mut State, handle: Handle, caller: Caller) -> Result<&mut K, Rule> {
    if !state.is_open(handle, caller.pid) {
        return Err(Rule::BadHandle);
    }
    state.body.as_mut().and_then(K::of).ok_or(Rule::WrongKind)
}
