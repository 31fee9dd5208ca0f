//! Threads that do random but legal things, and the events that this makes.

use threadlab_trace::{Event, Mode, ObjectId, ObjectKind, PlaceId, Purpose, ThreadId, What};

use crate::{Model, ThreadState, WaitsFor};

/// How large a simulated run may become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Threads at most, the main thread included; at least 1.
    pub threads: u32,
    /// Locks; at least 1.
    pub locks: u32,
}

/// How often the pretended engine reads the clock for events that may come in millions, in microseconds.
const COARSE_CLOCK: u64 = 16_000;

/// A run in which threads do random but legal things.
///
/// Each [`Self::step`] lets one thread do one thing, as a number decides. It ends up in deadlock now and then, as real
/// programs do; waits may also time out.
#[derive(Clone, Debug)]
pub struct Simulation {
    shape: Shape,
    threads: Vec<Actor>,
    locks: Vec<Lock>,
    time: u64,
    events: Vec<Event>,
}

#[derive(Clone, Debug)]
struct Actor {
    state: ThreadState,
    waits_for: Option<WaitsFor>,
    latest: u64,
}

#[derive(Clone, Debug, Default)]
struct Lock {
    met: bool,
    holder: Option<ThreadId>,
    waiters: Vec<ThreadId>,
    acquisitions: u64,
    contended: u64,
}

/// The events of a simulated run with one step for each choice.
///
/// # Panics
/// If the shape has no thread or no lock.
pub fn stream(shape: Shape, choices: impl IntoIterator<Item = u32>) -> Vec<Event> {
    let mut simulation = Simulation::new(shape);
    for choice in choices {
        simulation.step(choice);
    }
    simulation.events
}

impl Simulation {
    /// A run whose main thread has just started.
    ///
    /// # Panics
    /// If the shape has no thread or no lock.
    pub fn new(shape: Shape) -> Self {
        assert!(shape.threads > 0 && shape.locks > 0, "a run needs a thread and a lock, not {shape:?}");
        let locks = (0..shape.locks).map(|_| Lock::default()).collect();
        let mut run = Self { shape, threads: Vec::new(), locks, time: 0, events: Vec::new() };
        run.threads.push(Actor { state: ThreadState::Running, waits_for: None, latest: 0 });
        run.emit(ThreadId::MAIN, What::ThreadStarted);
        run
    }

    /// All events so far.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// One thread does one thing, if the one that `choice` picks can do anything.
    pub fn step(&mut self, choice: u32) {
        let mut dice = Dice(choice);
        self.time += u64::from(dice.below(3)) * u64::from(dice.below(700));
        let thread = ThreadId(dice.below(self.count()) + 1);
        let actor = &self.threads[index(thread)];
        match (actor.state, actor.waits_for) {
            (ThreadState::New, _) => {
                self.set(thread, ThreadState::Running, None);
                self.emit(thread, What::ThreadStarted);
            }
            (ThreadState::Running, _) => self.act(thread, &mut dice),
            (ThreadState::Sleeping, _) => {
                self.set(thread, ThreadState::Running, None);
                self.emit(thread, What::SleepEnded);
            }
            (_, Some(WaitsFor::Object(object))) => self.go_on_waiting(thread, object, &mut dice),
            (_, Some(WaitsFor::Thread(target))) => self.go_on_joining(thread, target, &mut dice),
            (ThreadState::Waiting | ThreadState::Finished | ThreadState::Panicked, None) => {}
        }
    }

    /// Whether `model`, after all events so far, says the same of threads and locks as this run does itself.
    ///
    /// # Errors
    /// The first difference, in words.
    pub fn agrees_with(&self, model: &Model) -> Result<(), String> {
        for (id, actor) in (1..).map(ThreadId).zip(&self.threads) {
            let thread = model.thread(id).ok_or_else(|| format!("{id:?} is missing"))?;
            let seen = (thread.state(), thread.waits_for());
            if seen != (actor.state, actor.waits_for) {
                return Err(format!("{id:?} is {seen:?} instead of {actor:?}"));
            }
        }
        if model.threads().len() != self.threads.len() {
            return Err(format!("{} threads instead of {}", model.threads().len(), self.threads.len()));
        }
        for (id, lock) in (1..).map(ObjectId).zip(&self.locks) {
            let Some(object) = model.object(id) else {
                if lock.met {
                    return Err(format!("{id:?} is missing"));
                }
                continue;
            };
            let seen = (object.holder(), object.waiters(), object.acquisitions(), object.contended());
            if seen != (lock.holder, &lock.waiters, lock.acquisitions, lock.contended) {
                return Err(format!("{id:?} is {seen:?} instead of {lock:?}"));
            }
        }
        Ok(())
    }

    fn act(&mut self, thread: ThreadId, dice: &mut Dice) {
        match dice.below(16) {
            0..=3 => self.acquire(thread, dice),
            4..=7 => self.release(thread, dice),
            8 => self.create(thread),
            9 => {
                let target = ThreadId(dice.below(self.count()) + 1);
                self.set(thread, ThreadState::Waiting, Some(WaitsFor::Thread(target)));
                self.emit(thread, What::JoinBegan { target, timed: false });
            }
            10 | 11 => {
                self.set(thread, ThreadState::Sleeping, None);
                self.emit(thread, What::SleepBegan { micros: dice.below(1000) });
            }
            12 => {
                let text = format!("line {} of {}", self.events.len(), thread.0);
                self.emit(thread, What::Printed { text });
            }
            13 => self.emit(thread, What::Progress { done: dice.below(10), total: 10 }),
            14 => self.define_place(thread, dice.below(5) + 1),
            _ => self.end(thread, dice),
        }
    }

    fn acquire(&mut self, thread: ThreadId, dice: &mut Dice) {
        let object = ObjectId(dice.below(self.shape.locks) + 1);
        let lock = &mut self.locks[object.0 as usize - 1];
        let first = !lock.met;
        lock.met = true;
        // Now and then it was taken at the first look and free just after it.
        let waits = lock.holder.is_some() || dice.below(8) == 0;
        if waits {
            lock.waiters.push(thread);
        } else {
            lock.holder = Some(thread);
            lock.acquisitions += 1;
        }
        if first {
            let name = if object.0.is_multiple_of(2) { String::new() } else { format!("lock{}", object.0) };
            self.emit(thread, What::ObjectCreated { object, kind: ObjectKind::Lock, name });
        }
        if waits {
            self.set(thread, ThreadState::Waiting, Some(WaitsFor::Object(object)));
            self.emit(thread, What::WaitBegan { object, purpose: Purpose::Acquire, timed: false });
        } else {
            self.emit(thread, What::Acquired { object, mode: Mode::Owned, count: 1 });
        }
    }

    /// Mostly one of its own locks, now and then another thread's.
    fn release(&mut self, thread: ThreadId, dice: &mut Dice) {
        let others_too = dice.below(10) == 0;
        let mut held = (1..).map(ObjectId).zip(&mut self.locks).filter(|(_, lock)| match lock.holder {
            None => false,
            Some(holder) => holder == thread || others_too,
        });
        if let Some((object, lock)) = held.next() {
            lock.holder = None;
            self.emit(thread, What::Released { object, mode: Mode::Owned, count: 1 });
        }
    }

    fn create(&mut self, thread: ThreadId) {
        if self.count() < self.shape.threads {
            self.threads.push(Actor { state: ThreadState::New, waits_for: None, latest: 0 });
            let child = ThreadId(self.count());
            self.emit(
                thread,
                What::ThreadCreated { child, name: format!("Thread-{}", child.0 - 1), daemon: false },
            );
        }
    }

    fn define_place(&mut self, thread: ThreadId, place: u32) {
        self.emit(thread, What::PlaceDefined { line: place * 10, file: format!("demo{}.rs", place % 2) });
        if let Some(event) = self.events.last_mut() {
            event.place = PlaceId(place);
        }
    }

    fn end(&mut self, thread: ThreadId, dice: &mut Dice) {
        // Runs in which everybody is gone at once show little.
        match dice.below(6) {
            0 => {
                self.set(thread, ThreadState::Finished, None);
                self.emit(thread, What::ThreadFinished);
            }
            1 => {
                self.set(thread, ThreadState::Panicked, None);
                self.emit(
                    thread,
                    What::ThreadPanicked { message: format!("thread {} had enough", thread.0) },
                );
            }
            2 => self.emit(thread, What::Result { text: format!("{} events", self.events.len()) }),
            3 => self.emit(thread, What::Failed { message: "it went wrong".to_owned() }),
            _ => {}
        }
    }

    fn go_on_waiting(&mut self, thread: ThreadId, object: ObjectId, dice: &mut Dice) {
        let lock = &mut self.locks[object.0 as usize - 1];
        let what = if lock.holder.is_none() {
            lock.holder = Some(thread);
            lock.acquisitions += 1;
            lock.contended += 1;
            What::Acquired { object, mode: Mode::Owned, count: 1 }
        } else if dice.below(10) == 0 {
            What::WaitTimedOut { object }
        } else {
            return;
        };
        lock.waiters.retain(|&waiter| waiter != thread);
        self.set(thread, ThreadState::Running, None);
        self.emit(thread, what);
    }

    fn go_on_joining(&mut self, thread: ThreadId, target: ThreadId, dice: &mut Dice) {
        let what = if self.threads[index(target)].state.has_ended() {
            What::JoinEnded { target }
        } else if dice.below(10) == 0 {
            What::JoinTimedOut { target }
        } else {
            return;
        };
        self.set(thread, ThreadState::Running, None);
        self.emit(thread, what);
    }

    fn count(&self) -> u32 {
        u32::try_from(self.threads.len()).unwrap_or(u32::MAX)
    }

    fn set(&mut self, thread: ThreadId, state: ThreadState, waits_for: Option<WaitsFor>) {
        let actor = &mut self.threads[index(thread)];
        actor.state = state;
        actor.waits_for = waits_for;
    }

    fn emit(&mut self, thread: ThreadId, what: What) {
        let coarse = matches!(what, What::Acquired { .. } | What::Released { .. });
        let clock = if coarse { self.time - self.time % COARSE_CLOCK } else { self.time };
        let actor = &mut self.threads[index(thread)];
        actor.latest = actor.latest.max(clock);
        let time = actor.latest;
        self.events.push(Event {
            seq: self.events.len() as u64,
            time,
            thread,
            place: PlaceId::UNKNOWN,
            what,
        });
    }
}

fn index(thread: ThreadId) -> usize {
    thread.0 as usize - 1
}

/// One number from which several small ones are drawn.
struct Dice(u32);

impl Dice {
    /// A number below `sides`.
    fn below(&mut self, sides: u32) -> u32 {
        let drawn = self.0 % sides;
        // What is left is mixed anew, so that it does not run out.
        self.0 = (self.0 / sides).wrapping_mul(0x9E37_79B1).rotate_left(15) ^ drawn;
        drawn
    }
}
