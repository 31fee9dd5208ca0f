//! The fold itself: one event, and what it changes.
//!
//! It believes the newest event. Where that contradicts the state, it mends the state by the least change that makes
//! both fit: a thread that acts does not wait, whatever it was thought to wait for; a lock that is acquired has no
//! other holder. Only a thread that has ended stays so.
//!
//! What lets others go on is told before it can be seen, what came of it after. So between the two there seem to be more
//! permits, room or items than there are, never fewer.

mod mend;
mod objects;
mod pools;
mod processes;
mod shared;
mod signals;
mod threads;

use threadlab_trace::{Event, PlaceId, ThreadId, What};

use crate::{
    Failure, Model, Progress, Timer, TimerEnd,
    limits::{MAX_TEXT_BYTES, clip},
    places::Defined,
};

impl Model {
    /// Takes in the next event. Never fails: what does not fit is counted, see [`Self::contradictions`] and
    /// [`Self::left_out`].
    pub fn apply(&mut self, event: &Event) {
        self.events += 1;
        let mut step = Step {
            time: event.time,
            thread: event.thread,
            place: event.place,
            contradicts: self.over || event.seq < self.next_seq,
            model: self,
        };
        step.model.next_seq = step.model.next_seq.max(event.seq.saturating_add(1));
        let taken = if step.model.over { Err(Skip::Void) } else { step.take(&event.what) };
        let contradicts = step.contradicts;
        if taken == Err(Skip::BeyondLimits) {
            self.left_out += 1;
        } else if contradicts {
            self.contradictions += 1;
        }
    }
}

impl<'a> Extend<&'a Event> for Model {
    fn extend<T: IntoIterator<Item = &'a Event>>(&mut self, events: T) {
        for event in events {
            self.apply(event);
        }
    }
}

/// Why an event changes nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Skip {
    /// It happened to a thread that has ended, or after the run.
    Void,
    /// It is about a thread, object or place for which there is no room, or of a kind that is not known.
    BeyondLimits,
}

type Taken = Result<(), Skip>;

/// One event on its way into the model.
struct Step<'a> {
    model: &'a mut Model,
    time: u64,
    thread: ThreadId,
    place: PlaceId,
    /// The event does not fit the state; however many reasons there are, it counts once.
    contradicts: bool,
}

impl Step<'_> {
    #[inline]
    fn take(&mut self, what: &What) -> Taken {
        self.note();
        match what {
            What::Acquired { object, mode, count } => self.acquired(*object, *mode, *count),
            What::Released { object, mode, count } => self.released(*object, *mode, *count),
            What::Put { object, item } => self.put(*object, *item),
            What::Got { object, item } => self.got(*object, *item),
            What::WaitBegan { object, purpose, timed } => self.wait_began(*object, *purpose, *timed),
            What::WaitTimedOut { object } => self.wait_timed_out(*object),
            What::WaitEnded { object } => self.wait_ended(*object),
            What::Set { object } => self.set(*object),
            What::Cleared { object } => self.cleared(*object),
            What::Notified { object, count } => self.notified(*object, *count),
            What::Arrived { object } => self.arrived(*object),
            What::Tripped { object } => self.tripped(*object),
            What::Broken { object } => self.barrier_set(*object, true),
            What::Reset { object } => self.barrier_set(*object, false),
            What::TaskDone { object } => self.task_done(*object),
            What::ShutDown { object, immediate } => self.shut_down(*object, *immediate),
            What::TaskBegan { object, task } => self.task_began(*object, *task),
            What::TaskEnded { object, task, failed } => self.task_ended(*object, *task, *failed),
            What::TasksAdded { object, count } => self.tasks_added(*object, *count),
            What::TasksCancelled { object, count } => self.tasks_cancelled(*object, *count),
            What::WorkerJoined { object } => self.worker_joined(*object),
            What::TimerStarted { object, timer, delay, name } => {
                self.timer_started(*object, Timer::new(*timer, name, self.time, *delay))
            }
            What::TimerFired { object, timer } => {
                self.timer_ended(*object, *timer, TimerEnd::Fired(self.time))
            }
            What::TimerCancelled { object, timer } => {
                self.timer_ended(*object, *timer, TimerEnd::Cancelled(self.time))
            }
            What::ThreadCreated { child, name, daemon } => self.thread_created(*child, name, *daemon),
            What::ThreadRenamed { target, name } => self.thread_renamed(*target, name),
            What::ThreadStarted => self.thread_started(),
            What::ThreadFinished => self.thread_ended(None),
            What::ThreadPanicked { message } => self.thread_ended(Some(message)),
            What::JoinBegan { target, timed } => self.join_began(*target, *timed),
            What::JoinEnded { target } => self.join_ended(*target),
            What::JoinTimedOut { target } => self.join_timed_out(*target),
            What::ProcessCreated { process, name, .. } => self.process_created(*process, name),
            What::ProcessJoinBegan { process, timed } => self.process_join_began(*process, *timed),
            What::ProcessJoinEnded { process } => self.process_join_over(*process, false),
            What::ProcessJoinTimedOut { process } => self.process_join_over(*process, true),
            What::ProcessEndAsked { process } => self.process_end_asked(*process),
            What::Used { .. } => self.running_actor().map(drop),
            What::Opened { object, process } => self.opened(*object, *process),
            What::Closed { object, process } => self.closed(*object, *process),
            What::Paired { object, other, duplex } => self.paired(*object, *other, *duplex),
            What::Sent { object, fill, whole } => self.sent(*object, *fill, *whole),
            What::Received { object, fill, whole } => self.received(*object, *fill, *whole),
            What::Refused { object, .. } => self.refused(*object),
            What::ProcessGone { process } => {
                self.process_gone(*process);
                Ok(())
            }
            What::SleepBegan { .. } => self.sleep_began(),
            What::SleepEnded => self.sleep_ended(),
            What::ObjectSized { object, size, value } => self.object_sized(*object, *size, *value),
            What::Printed { text } => self.printed(text),
            What::Progress { done, total } => self.progress(Progress { done: *done, total: *total }),
            What::ObjectCreated { object, kind, name } => self.object_created(*object, *kind, name),
            What::PlaceDefined { line, file } => self.place_defined(*line, file),
            What::Result { text } => {
                self.model.result = Some(clip(text, MAX_TEXT_BYTES).into_owned());
                Ok(())
            }
            What::Failed { message } => {
                self.failed(message);
                Ok(())
            }
            What::Lost { count } => {
                self.lost(*count);
                Ok(())
            }
            _ => Err(Skip::BeyondLimits),
        }
    }

    /// What every event tells, whatever it is.
    #[inline]
    fn note(&mut self) {
        self.model.now = self.model.now.max(self.time);
        if let Some(at) = self.model.threads.index(self.thread.0) {
            let thread = &mut self.model.threads[at];
            thread.events += 1;
            self.contradicts |= self.time < thread.latest;
            thread.latest = thread.latest.max(self.time);
        }
    }

    fn printed(&mut self, text: &str) -> Taken {
        let actor = self.running_actor();
        if actor != Err(Skip::BeyondLimits) {
            self.model.output.push(self.model.process, self.thread, self.time, text);
        }
        actor.map(|_| ())
    }

    fn place_defined(&mut self, line: u32, file: &str) -> Taken {
        match self.model.places.define(self.place, file, line) {
            Defined::Fits => Ok(()),
            Defined::Contradicts => {
                self.contradicts = true;
                Ok(())
            }
            Defined::Full => Err(Skip::BeyondLimits),
        }
    }

    fn failed(&mut self, message: &str) {
        let failure = || Failure {
            message: clip(message, MAX_TEXT_BYTES).into_owned(),
            thread: self.thread,
            place: self.place,
        };
        self.model.failure.get_or_insert_with(failure);
    }

    fn lost(&mut self, count: u32) {
        self.model.lost += u64::from(count);
        if let Some(at) = self.model.threads.index(self.thread.0) {
            let thread = &mut self.model.threads[at];
            thread.lost += u64::from(count);
            thread.lost_at = self.model.events;
        }
    }
}
