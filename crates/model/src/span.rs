//! Spans: what a lane shows between two moments.

use threadlab_trace::{ObjectId, ThreadId};

/// What a thread does, or who holds an object and what is in it, during a [`Span`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SpanKind {
    /// In a thread's lane: it runs. In a merged span of a worker: it runs on tasks.
    Running,
    /// In a worker's lane: it is on no task.
    Idle,
    /// In a worker's lane: it is on a task, and does not wait.
    Task {
        /// The task's number.
        number: u32,
        /// Whether it is the worker's second, fourth, ... task, so that two in a row can be told apart.
        even: bool,
        /// Whether it sleeps.
        asleep: bool,
    },
    /// In a thread's lane: it waits for an object.
    Waiting(ObjectId),
    /// In a thread's lane: it waits for another thread to end.
    Joining(ThreadId),
    /// In a thread's lane: it waits for a process, of this number, to end.
    Awaiting(u32),
    /// In a thread's lane: it sleeps. In a merged span of a worker: it sleeps on tasks.
    Sleeping,
    /// In an object's lane: a thread holds it. While nobody does, and nothing is in it, there is no span.
    Held(ThreadId),
    /// In an object's lane: so many threads hold it together, at least two.
    Shared(u32),
    /// In an object's lane: so much is in it, at least 1. Items of a queue, threads that arrived at a barrier or wait for
    /// a condition, timers pending, tasks that workers are on; 1 for an event or a value that is set.
    Level(u32),
}

/// A stretch of a lane. Spans of a lane are in order and do not overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// When it begins, in microseconds since the process's epoch.
    pub start: u64,
    /// When it ends, or [`Model::now`](crate::Model::now) where it has not ended. Always greater than `start`.
    pub end: u64,
    /// What it shows. Where short spans were merged, what most of it was, not counting an object's times without a
    /// holder.
    pub kind: SpanKind,
    /// The part of it that `kind` covers, in whole percent from 1 to 100, rounded down but not to 0. Less than 100
    /// exactly in a merged span, also where that is all of tasks. In a span that was merged more than once, which happens only long before the end of a
    /// lane with very many spans, the true part may be greater, and another kind's greater still.
    pub share: u8,
}

impl Span {
    /// Whether this stands for several short spans of different kinds.
    pub const fn merged(&self) -> bool {
        self.share < FULL
    }
}

/// The share of a span that is all of one kind.
pub(crate) const FULL: u8 = 100;

/// What a lane stores: a moment from which on something holds, until the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) start: u64,
    id: u32,
    // Beside the id and not within a `State`, whose padding would make this half as long again.
    tag: Tag,
    pub(crate) share: u8,
}

impl Change {
    #[inline]
    pub(crate) const fn new(start: u64, state: State, share: u8) -> Self {
        Self { start, id: state.id, tag: state.tag, share }
    }

    #[inline]
    pub(crate) const fn state(self) -> State {
        State { id: self.id, tag: self.tag }
    }

    /// Whether it is `state` and nothing else.
    #[inline]
    pub(crate) fn is_all(self, state: State) -> bool {
        self.share == FULL && self.state() == state
    }
}

/// [`SpanKind`] or nothing, in a form that is small and quick to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State {
    id: u32,
    tag: Tag,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    Free,
    Running,
    Idle,
    OddTask,
    EvenTask,
    OddSleep,
    EvenSleep,
    Waiting,
    Joining,
    Awaiting,
    Sleeping,
    Held,
    Shared,
    Level,
}

impl State {
    pub(crate) const FREE: Self = Self { id: 0, tag: Tag::Free };

    /// How it counts where spans are merged: of many short tasks none has much of the time, but all of them together may.
    #[inline]
    pub(crate) const fn merged(self) -> Self {
        match self.tag {
            Tag::OddTask | Tag::EvenTask => Self { id: 0, tag: Tag::Running },
            Tag::OddSleep | Tag::EvenSleep => Self { id: 0, tag: Tag::Sleeping },
            _ => self,
        }
    }

    /// `None` where nobody holds the object and nothing is in it.
    pub(crate) const fn kind(self) -> Option<SpanKind> {
        Some(match self.tag {
            Tag::Free => return None,
            Tag::Running => SpanKind::Running,
            Tag::Idle => SpanKind::Idle,
            Tag::OddTask => SpanKind::Task { number: self.id, even: false, asleep: false },
            Tag::EvenTask => SpanKind::Task { number: self.id, even: true, asleep: false },
            Tag::OddSleep => SpanKind::Task { number: self.id, even: false, asleep: true },
            Tag::EvenSleep => SpanKind::Task { number: self.id, even: true, asleep: true },
            Tag::Waiting => SpanKind::Waiting(ObjectId(self.id)),
            Tag::Joining => SpanKind::Joining(ThreadId(self.id)),
            Tag::Awaiting => SpanKind::Awaiting(self.id),
            Tag::Sleeping => SpanKind::Sleeping,
            Tag::Held => SpanKind::Held(ThreadId(self.id)),
            Tag::Shared => SpanKind::Shared(self.id),
            Tag::Level => SpanKind::Level(self.id),
        })
    }
}

impl From<SpanKind> for State {
    fn from(kind: SpanKind) -> Self {
        match kind {
            SpanKind::Running => Self { id: 0, tag: Tag::Running },
            SpanKind::Idle => Self { id: 0, tag: Tag::Idle },
            SpanKind::Task { number, even, asleep } => {
                let tag = match (even, asleep) {
                    (false, false) => Tag::OddTask,
                    (true, false) => Tag::EvenTask,
                    (false, true) => Tag::OddSleep,
                    (true, true) => Tag::EvenSleep,
                };
                Self { id: number, tag }
            }
            SpanKind::Waiting(object) => Self { id: object.0, tag: Tag::Waiting },
            SpanKind::Joining(thread) => Self { id: thread.0, tag: Tag::Joining },
            SpanKind::Awaiting(process) => Self { id: process, tag: Tag::Awaiting },
            SpanKind::Sleeping => Self { id: 0, tag: Tag::Sleeping },
            SpanKind::Held(thread) => Self { id: thread.0, tag: Tag::Held },
            SpanKind::Shared(holders) => Self { id: holders, tag: Tag::Shared },
            SpanKind::Level(level) => Self { id: level, tag: Tag::Level },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_takes_the_16_bytes_that_the_limits_promise() {
        assert_eq!(size_of::<Change>(), 16);
    }

    #[test]
    fn a_state_gives_back_its_kind() {
        let kinds = [
            SpanKind::Running,
            SpanKind::Idle,
            SpanKind::Task { number: 1, even: false, asleep: false },
            SpanKind::Task { number: 2, even: true, asleep: false },
            SpanKind::Task { number: 3, even: false, asleep: true },
            SpanKind::Task { number: 4, even: true, asleep: true },
            SpanKind::Waiting(ObjectId(3)),
            SpanKind::Joining(ThreadId(4)),
            SpanKind::Awaiting(4),
            SpanKind::Sleeping,
            SpanKind::Held(ThreadId(5)),
            SpanKind::Shared(6),
            SpanKind::Level(7),
        ];
        for kind in kinds {
            assert_eq!(State::from(kind).kind(), Some(kind));
        }
        assert_eq!(State::FREE.kind(), None);
    }
}
