//! What a running thread of a simulation can do.

use threadlab_trace::{ObjectId, PlaceId, Purpose, StartMethod, ThreadId, What};

use super::{Actor, Dice, Effect, Simulation, Then, Thing, index};
use crate::{ThreadState, Wait, WaitsFor};

impl Simulation {
    pub(super) fn act(&mut self, thread: ThreadId, dice: &mut Dice) {
        if !self.threads[index(thread)].tasks.is_empty() && dice.below(4) == 0 {
            return self.end_or_nest(thread, dice);
        }
        match dice.below(18) {
            0..=4 => self.want_something(thread, dice),
            5..=9 => self.give_something(thread, dice),
            10 => self.create(thread, dice),
            // Not so often that everybody soon waits for everybody.
            11 if dice.below(3) == 0 => {
                let target = ThreadId(dice.below(self.count()) + 1);
                let timed = dice.below(3) == 0;
                let wait = Wait { waits_for: WaitsFor::Thread(target), timed };
                self.set(thread, ThreadState::Waiting, Some(wait));
                self.emit(thread, What::JoinBegan { target, timed });
            }
            12 if dice.below(3) == 0 => self.await_process(thread, dice),
            11 | 12 => {
                self.set(thread, ThreadState::Sleeping, None);
                self.emit(thread, What::SleepBegan { micros: dice.below(1000) });
            }
            13 => {
                let text = format!("line {} of {}", self.events.len(), thread.0);
                self.emit(thread, What::Printed { text });
            }
            14 => self.emit(thread, What::Progress { done: dice.below(10), total: 10 }),
            15 => self.define_place(thread, dice.below(5) + 1),
            16 => {
                let target = ThreadId(dice.below(self.count()) + 1);
                self.emit(thread, What::ThreadRenamed { target, name: format!("worker {}", target.0) });
            }
            _ => self.end(thread, dice),
        }
    }

    /// It starts a process and waits for that.
    fn await_process(&mut self, thread: ThreadId, dice: &mut Dice) {
        let process = u32::try_from(self.events.len()).unwrap_or(u32::MAX).max(2);
        let (timed, daemon) = (dice.below(3) == 0, dice.below(2) == 0);
        let name = format!("process {process}");
        self.emit(thread, What::ProcessCreated { process, name, method: StartMethod::Spawn, daemon });
        self.set(thread, ThreadState::Waiting, Some(Wait { waits_for: WaitsFor::Process(process), timed }));
        self.emit(thread, What::ProcessJoinBegan { process, timed });
    }

    fn meet(&mut self, thread: ThreadId, object: ObjectId) {
        for what in self.things.meet(object) {
            self.emit(thread, what);
        }
    }

    /// It takes a lock, a permit or an item, waits for a signal, puts an item, comes to a barrier.
    fn want_something(&mut self, thread: ThreadId, dice: &mut Dice) {
        let object = self.things.pick(dice.below(u32::MAX));
        self.meet(thread, object);
        let timed = dice.below(4) == 0;
        if let Thing::Barrier { .. } = self.things.get(object) {
            return self.come_to_barrier(thread, object, timed, dice);
        }
        if let Thing::Pool(_) = self.things.get(object) {
            return self.join_or_await(thread, object, timed, dice);
        }
        let Some(purpose) = self.things.purpose(object, dice.below(u32::MAX)) else { return };
        // Now and then it was taken at the first look and free just after it.
        let can_be =
            matches!(purpose, Purpose::Acquire | Purpose::AcquireShared | Purpose::Get | Purpose::Put);
        let own = matches!(self.things.get(object), Thing::RLock { owner, .. } if *owner == Some(thread));
        let late = can_be && !own && dice.below(8) == 0;
        match if late { None } else { self.things.attempt(thread, object, purpose) } {
            // Without a wait there is nothing to tell of what is passed by.
            Some(What::WaitEnded { .. }) => {}
            Some(what) => self.say_now_or_later(thread, what, dice),
            None => self.begin_wait(thread, object, purpose, timed),
        }
    }

    fn come_to_barrier(&mut self, thread: ThreadId, object: ObjectId, timed: bool, dice: &mut Dice) {
        let Some(last) = self.things.arrive(thread, object) else { return };
        self.emit(thread, What::Arrived { object });
        if last {
            self.things.trip(object);
            self.emit(thread, What::Tripped { object });
        } else if dice.below(2) == 0 {
            self.begin_wait(thread, object, Purpose::Pass, timed);
        } else {
            self.threads[index(thread)].then = Some(Then::Do(Effect::Meet(object, timed)));
        }
    }

    /// It gives back, sets, notifies, reports done: what lets others go on.
    fn give_something(&mut self, thread: ThreadId, dice: &mut Dice) {
        let object = self.things.pick(dice.below(u32::MAX));
        if !self.things.is_met(object) && !matches!(self.things.get(object), Thing::Lock { .. }) {
            self.meet(thread, object);
        }
        if let Thing::Lock { holder: Some((holder, _)), .. } = self.things.get(object)
            && self.threads[index(*holder)].then.is_some()
        {
            // Nobody can know yet that it has the lock.
            return;
        }
        if let Thing::Pool(_) = self.things.get(object) {
            return self.give_tasks(thread, object, dice);
        }
        let effects = self.things.give(thread, object, dice.below(u32::MAX));
        match effects {
            None => {}
            Some((what, None)) => self.emit(thread, what),
            Some((what, Some(effect))) => self.tell_and_do(thread, what, effect, dice),
        }
    }

    fn create(&mut self, thread: ThreadId, dice: &mut Dice) {
        if self.count() < self.shape.threads {
            let daemon = dice.below(4) == 0;
            self.threads.push(Actor::new(daemon));
            let child = ThreadId(self.count());
            let name = format!("Thread-{}", child.0 - 1);
            self.emit(thread, What::ThreadCreated { child, name, daemon });
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
        let way = dice.below(6);
        if way < 2 && self.threads[index(thread)].serves.is_some() {
            // A worker ends with its pool.
            return;
        }
        match way {
            0 => {
                self.set(thread, ThreadState::Finished, None);
                self.emit(thread, What::ThreadFinished);
            }
            1 => {
                self.set(thread, ThreadState::Panicked, None);
                let message = format!("thread {} had enough", thread.0);
                self.emit(thread, What::ThreadPanicked { message });
            }
            2 => self.emit(thread, What::Result { text: format!("{} events", self.events.len()) }),
            3 => self.emit(thread, What::Failed { message: "it went wrong".to_owned() }),
            _ => {}
        }
    }
}
