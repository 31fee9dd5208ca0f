//! The shared objects: what each holds, and its rules. An object's methods are called under its lock.

pub(crate) mod barrier;
pub(crate) mod channel;
pub(crate) mod condition;
pub(crate) mod event;
pub(crate) mod pipe;
pub(crate) mod queue;
pub(crate) mod semaphore;
pub(crate) mod shared;

use crate::budget::Budget;
use crate::ids::{Caller, Handle, Pid};
use crate::recording;
use crate::table::Gates;
use threadlab_trace::{ObjectId, SharedRecorder};

/// What an operation knows of where it takes place.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub caller: Caller,
    /// The object as the caller knows it.
    pub object: Handle,
    /// The processes that have a reference to the object.
    pub holders: u128,
    pub gates: &'a Gates,
    pub budget: &'a Budget,
}

impl Scene<'_> {
    /// Records what the caller does here; the event is told whether the caller waited for that.
    #[inline]
    pub fn tell(&self, event: impl FnOnce(&mut SharedRecorder<'_>, ObjectId, bool)) {
        recording::tell_done(self.caller.pid, self.object, event);
    }

    /// Records that the caller waits no longer, if it did.
    #[inline]
    pub fn tell_through(&self) {
        recording::tell_through(self.caller.pid, self.object);
    }
}

/// What the leaving of a process meant for those who wait at an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Left {
    /// It broke the barrier.
    pub broke: bool,
    /// So many others got the notifications that were its.
    pub passed_on: u32,
}

impl Left {
    /// Records that the process has left this object: a thread of `by` has it do so, or its end.
    pub fn tell(self, by: Option<Pid>, object: Handle, process: Pid) {
        let object = recording::id(object);
        recording::tell(by, |recorder| recorder.closed(object, process.raw()));
        recording::tell(None, |recorder| {
            if self.broke {
                recorder.broken(object);
            }
            if self.passed_on > 0 {
                recorder.notified(object, self.passed_on);
            }
        });
    }
}

/// A kind of object.
pub(crate) trait Kind: Sized {
    /// The object, if it is of this kind.
    fn of(body: &mut Body) -> Option<&mut Self>;
}

macro_rules! bodies {
    ($($variant:ident($kind:ty))*) => {
        /// An object of one of the kinds.
        #[derive(Debug)]
        pub(crate) enum Body {
            $($variant($kind),)*
        }

        $(
            impl Kind for $kind {
                fn of(body: &mut Body) -> Option<&mut Self> {
                    match body {
                        Body::$variant(object) => Some(object),
                        _ => None,
                    }
                }
            }

            impl From<$kind> for Body {
                fn from(object: $kind) -> Self {
                    Self::$variant(object)
                }
            }
        )*
    };
}

bodies! {
    End(pipe::End)
    Queue(queue::Queue)
    Event(event::Event)
    Condition(condition::Condition)
    Barrier(barrier::Barrier)
    Shared(shared::Shared)
    Semaphore(semaphore::Semaphore)
}

impl Body {
    /// The processes that can read what is written here, where they are others than the holders.
    pub fn readers(&self) -> u128 {
        match self {
            Self::End(end) => end.readers(),
            _ => 0,
        }
    }

    /// How many bytes it was granted.
    pub fn granted(&self) -> usize {
        match self {
            Self::End(end) => end.granted(),
            Self::Queue(queue) => queue.granted(),
            Self::Shared(shared) => shared.granted(),
            _ => 0,
        }
    }

    /// The process has no reference any more: it closed the object, or ended, or died, that is, did not end by itself.
    /// All who wait here are woken after this.
    pub fn holder_left(&mut self, pid: Pid, died: bool, gates: &Gates) -> Left {
        let mut left = Left::default();
        match self {
            Self::End(end) => end.holder_left(pid, gates),
            Self::Queue(queue) => queue.holder_left(pid, died),
            Self::Event(_) => {}
            Self::Condition(condition) => left.passed_on = condition.holder_left(pid),
            Self::Barrier(barrier) => left.broke = barrier.holder_left(pid, died),
            Self::Shared(shared) => shared.lock.holder_left(pid),
            Self::Semaphore(semaphore) => semaphore.holder_left(pid),
        }
        left
    }

    /// The process cannot read any more what is written here. All who wait here are woken after this.
    pub fn reader_left(&mut self, pid: Pid, gates: &Gates) {
        if let Self::End(end) = self {
            end.reader_left(pid, gates);
        }
    }

    /// The process is like the one that has these references: it gets the same.
    pub fn inherit_reading(&mut self, parent: Pid, child: Pid) {
        if let Self::End(end) = self {
            end.inherit_reading(parent, child);
        }
    }
}
