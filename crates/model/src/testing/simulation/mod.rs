//! Threads that do random but legal things, and the events that this makes.

mod acts;
mod agrees;
mod pools;
mod things;

use threadlab_trace::{Event, ObjectId, PlaceId, Purpose, ThreadId, What};

use crate::{ThreadState, Wait, WaitsFor};
use things::{Thing, Things};

/// How large a simulated run may become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Threads at most, the main thread included; at least 1.
    pub threads: u32,
    /// Locks; at least 1.
    pub locks: u32,
    /// Pools and executors.
    pub pools: u32,
    /// Objects of other kinds: of each kind one, then a second of each, and so on.
    pub others: u32,
}

/// How often the pretended engine reads the clock for events that may come in millions, in microseconds.
const COARSE_CLOCK: u64 = 16_000;

/// A run in which threads do random but legal things.
///
/// Each [`Self::step`] lets one thread do one thing, as a number decides. It ends up in deadlock now and then, as real
/// programs do; waits may also time out. What lets others go on is recorded before it takes effect, what came of it after
/// that, with other threads' steps in between, as in the engine.
#[derive(Clone, Debug)]
pub struct Simulation {
    shape: Shape,
    threads: Vec<Actor>,
    things: Things,
    time: u64,
    events: Vec<Event>,
}

#[derive(Clone, Debug)]
struct Actor {
    /// As the events told so far.
    state: ThreadState,
    wait: Option<Wait>,
    daemon: bool,
    /// The pool that it serves, and the tasks of that which it is on, each begun within the one before it.
    serves: Option<ObjectId>,
    tasks: Vec<u32>,
    latest: u64,
    /// The other half of what it is doing.
    then: Option<Then>,
}

/// What a thread does next, whatever happens.
#[derive(Clone, Debug)]
enum Then {
    /// It has something already and says so now.
    Say(What),
    /// It said so already and does it now.
    Do(Effect),
}

/// What takes effect only after it was recorded.
#[derive(Clone, Copy, Debug)]
enum Effect {
    /// A hold of a lock of any kind ends, or a level of it.
    Free(ObjectId),
    /// There is one permit more.
    Permit(ObjectId),
    /// An event is set or not.
    Flag(ObjectId, bool),
    /// An item can be got.
    Item(ObjectId, u32),
    /// A task is done.
    Done(ObjectId),
    /// So many tasks can be taken.
    Tasks(ObjectId, u32),
    /// The result of a pool's task is there.
    Result(ObjectId, u32),
    /// It waits for the others, if they have not come yet.
    Meet(ObjectId, bool),
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
        let things = Things::new(shape);
        let mut run = Self { shape, threads: Vec::new(), things, time: 0, events: Vec::new() };
        run.threads.push(Actor::new(false));
        run.threads[0].state = ThreadState::Running;
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
        let actor = &mut self.threads[index(thread)];
        match actor.then.take() {
            Some(Then::Say(what)) => return self.say(thread, what),
            Some(Then::Do(effect)) => return self.take_effect(thread, effect),
            None => {}
        }
        match (actor.state, actor.wait) {
            (ThreadState::New, _) => {
                self.set(thread, ThreadState::Running, None);
                self.emit(thread, What::ThreadStarted);
            }
            (ThreadState::Running, _) => self.act(thread, &mut dice),
            (ThreadState::Idle, _) => self.look_for_work(thread, &mut dice),
            (ThreadState::Sleeping, _) => {
                self.set(thread, ThreadState::Running, None);
                self.emit(thread, What::SleepEnded);
            }
            (_, Some(wait)) => self.go_on(thread, wait, &mut dice),
            (ThreadState::Waiting | ThreadState::Finished | ThreadState::Panicked, None) => {}
        }
    }

    /// Whether any thread can ever do anything again, as this run itself knows.
    pub fn can_act(&self) -> bool {
        self.things.timers_pending() || (1..=self.count()).any(|thread| self.thread_can_act(ThreadId(thread)))
    }

    /// Whether there is a thread that the program's end waits for.
    pub fn is_awaited(&self) -> bool {
        let is_idle = |actor: &Actor| actor.state == ThreadState::Idle;
        self.threads.iter().any(|actor| !actor.daemon && !actor.state.has_ended() && !is_idle(actor))
    }

    fn thread_can_act(&self, thread: ThreadId) -> bool {
        let actor = &self.threads[index(thread)];
        if actor.then.is_some() {
            return true;
        }
        match actor.wait {
            None if actor.state == ThreadState::Idle => self.has_more_to_do(thread),
            None => !actor.state.has_ended(),
            Some(Wait { timed: true, .. } | Wait { waits_for: WaitsFor::Process(_), .. }) => true,
            Some(Wait { waits_for: WaitsFor::Thread(target), .. }) => self.has_ended(target),
            Some(Wait { waits_for: WaitsFor::Object(object, purpose), .. }) => {
                self.things.clone().attempt(thread, object, purpose).is_some()
            }
        }
    }

    /// A waiting thread goes on if it can, or gives up now and then.
    fn go_on(&mut self, thread: ThreadId, wait: Wait, dice: &mut Dice) {
        let gives_up = wait.timed && dice.below(4) == 0;
        match wait.waits_for {
            WaitsFor::Thread(target) if self.has_ended(target) => {
                self.say(thread, What::JoinEnded { target });
            }
            WaitsFor::Thread(target) if gives_up => self.say(thread, What::JoinTimedOut { target }),
            WaitsFor::Thread(_) => {}
            WaitsFor::Process(process) if gives_up => self.say(thread, What::ProcessJoinTimedOut { process }),
            WaitsFor::Process(process) => {
                if dice.below(4) == 0 {
                    self.say(thread, What::ProcessJoinEnded { process });
                }
            }
            WaitsFor::Object(object, purpose) => {
                if let Some(what) = self.things.attempt(thread, object, purpose) {
                    self.say_now_or_later(thread, what, dice);
                } else if gives_up {
                    self.things.give_up(thread, object);
                    self.say(thread, What::WaitTimedOut { object });
                }
            }
        }
    }

    fn has_ended(&self, thread: ThreadId) -> bool {
        self.threads[index(thread)].state.has_ended()
    }

    /// Records what ends a wait, or was had without one.
    fn say(&mut self, thread: ThreadId, what: What) {
        self.set(thread, ThreadState::Running, None);
        match what {
            What::Put { object, item } => {
                self.threads[index(thread)].then = Some(Then::Do(Effect::Item(object, item)));
            }
            What::Got { object, .. } => self.things.make_room(object),
            _ => {}
        }
        self.emit(thread, what);
    }

    fn say_now_or_later(&mut self, thread: ThreadId, what: What, dice: &mut Dice) {
        // An item's place is told before it can be got, so that is not put off.
        if matches!(what, What::Put { .. }) || dice.below(2) == 0 {
            self.say(thread, what);
        } else {
            self.threads[index(thread)].then = Some(Then::Say(what));
        }
    }

    /// Records what will happen, and does it now or at the thread's next step.
    fn tell_and_do(&mut self, thread: ThreadId, what: What, effect: Effect, dice: &mut Dice) {
        self.emit(thread, what);
        if dice.below(2) == 0 {
            self.take_effect(thread, effect);
        } else {
            self.threads[index(thread)].then = Some(Then::Do(effect));
        }
    }

    fn take_effect(&mut self, thread: ThreadId, effect: Effect) {
        match effect {
            Effect::Meet(object, timed) => self.begin_wait(thread, object, Purpose::Pass, timed),
            other => self.things.take_effect(thread, other),
        }
    }

    fn begin_wait(&mut self, thread: ThreadId, object: ObjectId, purpose: Purpose, timed: bool) {
        self.things.begin_wait(thread, object, purpose);
        let wait = Wait { waits_for: WaitsFor::Object(object, purpose), timed };
        self.set(thread, ThreadState::Waiting, Some(wait));
        self.emit(thread, What::WaitBegan { object, purpose, timed });
    }

    fn count(&self) -> u32 {
        u32::try_from(self.threads.len()).unwrap_or(u32::MAX)
    }

    fn set(&mut self, thread: ThreadId, state: ThreadState, wait: Option<Wait>) {
        let actor = &mut self.threads[index(thread)];
        if let Some(Wait { waits_for: WaitsFor::Object(object, _), .. }) = actor.wait {
            self.things.end_wait(thread, object);
        }
        actor.state = state;
        actor.wait = wait;
    }

    fn emit(&mut self, thread: ThreadId, what: What) {
        let coarse = matches!(
            what,
            What::Acquired { .. }
                | What::Released { .. }
                | What::Put { .. }
                | What::Got { .. }
                | What::Set { .. }
        );
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

impl Actor {
    fn new(daemon: bool) -> Self {
        Self {
            state: ThreadState::New,
            wait: None,
            daemon,
            serves: None,
            tasks: Vec::new(),
            latest: 0,
            then: None,
        }
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
