//! The barrier: a meeting point for a fixed number of threads, which go on together.
//!
//! Who comes counts itself under a small lock and waits on the record of the present generation; the last one begins a
//! new generation and decides that the old one passes. Each record is decided once, under the lock, so every thread of
//! a generation learns the same.

mod error;
mod generation;
#[cfg(all(test, not(loom), not(target_arch = "wasm32")))]
mod tests;

pub use error::{BarrierError, InvalidParties};

use crate::object::{Caller, Object};
use crate::sync::word::{Inner, inner};
use crate::{clock, futex, owner};
use core::fmt;
use core::panic::Location;
use core::time::Duration;
use generation::{Generation, Outcome};
use std::borrow::Cow;
use std::sync::Arc;
use threadlab_trace::{ObjectKind, Purpose, Size};

/// What the last thread to come runs before all go on.
type Action = Box<dyn Fn() + Send + Sync>;

/// A meeting point for a number of threads, its parties: each waits until all have come, then all go on, and the
/// barrier is ready for the next time.
///
/// A barrier breaks when a thread's wait runs out of time, when its action panics, or by [`abort`](Self::abort):
/// threads that wait get an error, and so do those that come, until it is [`reset`](Self::reset).
///
/// ```
/// use std::sync::Arc;
/// use threadlab_threads::{Barrier, thread};
///
/// let line = Arc::new(Barrier::named("starting line", 2)?);
/// let theirs = Arc::clone(&line);
/// let runner = thread::spawn(move || theirs.wait());
/// let mine = line.wait()?;
/// let theirs = runner.join().unwrap()?;
/// assert_eq!(mine + theirs, 0 + 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Barrier {
    parties: u32,
    state: Inner<State>,
    action: Option<Action>,
    object: Object,
}

struct State {
    /// What who comes now waits on.
    filling: Arc<Generation>,
    /// How many came to it. Less than the parties.
    arrived: u32,
    /// A generation that is full and whose action runs. Nobody is let in to the next one until that is done.
    acting: Option<Acting>,
    broken: bool,
}

struct Acting {
    generation: Arc<Generation>,
    /// The thread that runs the action, by [`owner::me`].
    actor: u32,
}

impl Barrier {
    /// A barrier for so many threads.
    ///
    /// # Errors
    ///
    /// If there are none, or more than 2^32 - 1.
    #[track_caller]
    pub fn new(parties: usize) -> Result<Self, InvalidParties> {
        Self::make("".into(), parties, None)
    }

    /// A barrier with a name by which the page shows it.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    #[track_caller]
    pub fn named(name: impl Into<Cow<'static, str>>, parties: usize) -> Result<Self, InvalidParties> {
        Self::make(name.into(), parties, None)
    }

    /// A barrier with an action, which the last thread to come runs each time, before any of them goes on. If it
    /// panics, the panic goes on in that thread and the barrier is broken for the others. The name may be empty.
    ///
    /// An action that itself waits at the barrier gets an error, since all others wait for it.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    #[track_caller]
    pub fn with_action(
        name: impl Into<Cow<'static, str>>,
        parties: usize,
        action: impl Fn() + Send + Sync + 'static,
    ) -> Result<Self, InvalidParties> {
        Self::make(name.into(), parties, Some(Box::new(action)))
    }

    #[track_caller]
    fn make(name: Cow<'static, str>, parties: usize, action: Option<Action>) -> Result<Self, InvalidParties> {
        let count = u32::try_from(parties).unwrap_or(0);
        if count == 0 {
            let barrier = Object::named(ObjectKind::Barrier, name).words();
            return Err(InvalidParties { barrier, parties, most: u32::MAX });
        }
        let size = Some((Size::Parties, count));
        Ok(Self {
            parties: count,
            state: inner(State { filling: Generation::new(), arrived: 0, acting: None, broken: false }),
            action,
            object: Object::introduced(ObjectKind::Barrier, name, size, Location::caller()),
        })
    }

    /// Lets the time of every timed wait in the present generation pass, for a model checker.
    #[cfg(loom)]
    pub fn expire(&self) {
        let filling = Arc::clone(&self.state.lock().filling);
        futex::expire(filling.futex());
    }

    /// Waits until all parties have come. Returns the order in which the thread came, from 0 to the parties less 1.
    ///
    /// # Errors
    ///
    /// If the barrier is broken, or breaks or is reset meanwhile.
    ///
    /// # Panics
    ///
    /// If it would have to wait on a page's own thread, which cannot block; and with the action's panic.
    #[track_caller]
    pub fn wait(&self) -> Result<usize, BarrierError> {
        futex::checkpoint();
        self.wait_until(None, Location::caller())
    }

    /// Waits until all parties have come, but no longer than `timeout`, which breaks the barrier for all when it is
    /// over. A timeout of zero breaks it at once where another party is missing.
    ///
    /// # Errors
    ///
    /// If the time is over, or the barrier is broken, or breaks or is reset meanwhile.
    ///
    /// # Panics
    ///
    /// As [`wait`](Self::wait).
    #[track_caller]
    pub fn wait_timeout(&self, timeout: Duration) -> Result<usize, BarrierError> {
        futex::checkpoint();
        self.wait_until(Some(clock::after(timeout)), Location::caller())
    }

    /// Breaks the barrier: threads that wait get an error, and so do those that come, until it is reset.
    #[track_caller]
    pub fn abort(&self) {
        futex::checkpoint();
        let caller = Location::caller();
        let mut state = self.state.lock();
        if !state.broken {
            self.break_down(&mut state, caller);
        }
    }

    /// Makes the barrier whole and empty. Threads that wait get an error; those that come later start afresh at once.
    #[track_caller]
    pub fn reset(&self) {
        futex::checkpoint();
        let caller = Location::caller();
        let mut state = self.state.lock();
        self.object.tell(caller, |recorder, barrier| recorder.reset(barrier, caller));
        state.turn_away();
        state.broken = false;
    }

    /// Whether the barrier is broken at this moment.
    pub fn is_broken(&self) -> bool {
        self.state.lock().broken
    }

    /// The number of threads that the barrier waits for.
    pub fn parties(&self) -> usize {
        // A `usize` has been given.
        self.parties as usize
    }

    /// How many threads have come and wait for the others at this moment.
    pub fn waiting(&self) -> usize {
        self.state.lock().arrived as usize
    }

    fn wait_until(&self, deadline: Option<Duration>, caller: Caller) -> Result<usize, BarrierError> {
        loop {
            let mut state = self.state.lock();
            if state.broken {
                return Err(self.broken());
            }
            if let Some(acting) = &state.acting {
                if acting.actor == owner::me() {
                    return Err(BarrierError::InAction { barrier: self.object.words() });
                }
                let acting = Arc::clone(&acting.generation);
                futex::must_be_able_to_block();
                self.tell_wait_began(deadline.is_some(), caller);
                drop(state);
                // Whether it passed does not matter to who was not of it; that its time is over does.
                if let Err(error @ BarrierError::TimedOut { .. }) =
                    self.await_outcome(&acting, deadline, caller)
                {
                    return Err(error);
                }
                continue;
            }
            let order = state.arrived;
            if order + 1 < self.parties {
                futex::must_be_able_to_block();
                state.arrived += 1;
                let filling = Arc::clone(&state.filling);
                self.tell_arrived(caller);
                self.tell_wait_began(deadline.is_some(), caller);
                drop(state);
                self.await_outcome(&filling, deadline, caller)?;
            } else {
                self.tell_arrived(caller);
                let full = core::mem::replace(&mut state.filling, Generation::new());
                state.arrived = 0;
                if let Some(action) = &self.action {
                    state.acting = Some(Acting { generation: Arc::clone(&full), actor: owner::me() });
                    drop(state);
                    self.act(action, &full, caller)?;
                } else {
                    self.pass(&full, caller);
                    drop(state);
                    full.wake();
                }
            }
            return Ok(order as usize);
        }
    }

    /// Waits at a generation for what becomes of it.
    fn await_outcome(
        &self,
        generation: &Generation,
        deadline: Option<Duration>,
        caller: Caller,
    ) -> Result<(), BarrierError> {
        let mut outcome = generation.wait(deadline);
        if outcome.is_none() {
            let mut state = self.state.lock();
            // Under the lock: it may have been decided just now.
            outcome = generation.outcome();
            if outcome.is_none() {
                self.object.tell(caller, |recorder, barrier| recorder.wait_timed_out(barrier, caller));
                self.break_down(&mut state, caller);
                return Err(BarrierError::TimedOut { barrier: self.object.words() });
            }
        }
        self.object.tell(caller, |recorder, barrier| recorder.wait_ended(barrier, caller));
        if outcome == Some(Outcome::Passed) { Ok(()) } else { Err(self.broken()) }
    }

    /// Runs the action for a full generation and lets it pass.
    fn act(&self, action: &Action, full: &Generation, caller: Caller) -> Result<(), BarrierError> {
        /// Breaks the barrier when the action panics.
        struct Unfinished<'a>(&'a Barrier, &'a Generation, Caller);
        impl Drop for Unfinished<'_> {
            fn drop(&mut self) {
                let Self(barrier, full, caller) = self;
                let mut state = barrier.state.lock();
                // It may have been broken or reset meanwhile, and then it is not for this thread to break it.
                if full.outcome().is_none() {
                    barrier.break_down(&mut state, caller);
                }
            }
        }
        let unfinished = Unfinished(self, full, caller);
        action();
        core::mem::forget(unfinished);
        let mut state = self.state.lock();
        if full.outcome().is_some() {
            return Err(self.broken());
        }
        state.acting = None;
        self.pass(full, caller);
        drop(state);
        full.wake();
        Ok(())
    }

    /// Decides that a generation passes. The state is locked.
    fn pass(&self, full: &Generation, caller: Caller) {
        self.object.tell(caller, |recorder, barrier| recorder.tripped(barrier, caller));
        full.decide(Outcome::Passed);
    }

    fn break_down(&self, state: &mut State, caller: Caller) {
        self.object.tell(caller, |recorder, barrier| recorder.broken(barrier, caller));
        state.broken = true;
        state.turn_away();
    }

    fn tell_arrived(&self, caller: Caller) {
        self.object.tell(caller, |recorder, barrier| recorder.arrived(barrier, caller));
    }

    fn tell_wait_began(&self, timed: bool, caller: Caller) {
        self.object.tell(caller, |recorder, barrier| {
            recorder.wait_began(barrier, Purpose::Pass, timed, caller);
        });
    }

    #[cold]
    fn broken(&self) -> BarrierError {
        BarrierError::Broken { barrier: self.object.words() }
    }
}

impl State {
    /// Sends everybody away who waits, with an error, and begins a new generation.
    fn turn_away(&mut self) {
        let filling = core::mem::replace(&mut self.filling, Generation::new());
        self.arrived = 0;
        for generation in
            [Some(filling), self.acting.take().map(|acting| acting.generation)].into_iter().flatten()
        {
            generation.decide(Outcome::Broken);
            generation.wake();
        }
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Barrier")
            .field("object", &self.object)
            .field("parties", &self.parties)
            .finish_non_exhaustive()
    }
}
