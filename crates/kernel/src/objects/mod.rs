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
use crate::ids::{Caller, Pid};
use crate::table::Gates;

/// What an operation knows of where it takes place.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub caller: Caller,
    /// The processes that have a reference to the object.
    pub holders: u128,
    pub gates: &'a Gates,
    pub budget: &'a Budget,
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
    pub fn holder_left(&mut self, pid: Pid, died: bool, gates: &Gates) {
        match self {
            Self::End(end) => end.holder_left(pid, gates),
            Self::Queue(queue) => queue.holder_left(pid, died),
            Self::Event(_) => {}
            Self::Condition(condition) => condition.holder_left(pid),
            Self::Barrier(barrier) => barrier.holder_left(pid, died),
            Self::Shared(shared) => shared.lock.holder_left(pid),
            Self::Semaphore(semaphore) => semaphore.holder_left(pid),
        }
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
