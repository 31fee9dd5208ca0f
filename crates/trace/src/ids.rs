//! The names of things in an event: small numbers that mean the same on both sides.

/// A thread of a process. Numbers are never reused within a process; 1 is the main thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThreadId(pub u32);

impl ThreadId {
    /// The thread that runs the program's `main`.
    pub const MAIN: Self = Self(1);
}

/// An object that threads share and that events speak of, such as a lock. Numbers start at 1.
///
/// A process numbers its own objects. Those that processes share are numbered by the kernel, and have the highest bit set
/// besides, so that the one are told from the other wherever events speak of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub u32);

impl ObjectId {
    const SHARED: u32 = 1 << 31;

    /// The object that processes share under this number of the kernel's, which has 31 bits.
    pub const fn shared(number: u32) -> Self {
        Self(number | Self::SHARED)
    }

    /// Whether processes share it, so that it means the same in the events of all of them.
    pub const fn is_shared(self) -> bool {
        self.0 & Self::SHARED != 0
    }
}

/// A place in the program's source. What it stands for is told by [`What::PlaceDefined`](crate::What::PlaceDefined),
/// which always comes before its first use by the same thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlaceId(pub u32);

impl PlaceId {
    /// No place is known.
    pub const UNKNOWN: Self = Self(0);
}

/// Makes an enum whose variants stand for the numbers given with them.
macro_rules! coded {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $code:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum $name { $($(#[$doc])* $variant = $code,)* }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The number that stands for this one in a record.
            pub const fn code(self) -> u8 {
                self as u8
            }

            /// The one that a record's number stands for, or `None` for a number that this version does not know.
            pub const fn from_code(code: u8) -> Option<Self> {
                match code {
                    $($code => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

coded! {
    /// What sort of object an [`ObjectId`] names.
    ObjectKind {
        /// A mutual exclusion lock: at most one holder.
        Lock = 1,
        /// A lock that its holder can acquire again.
        RLock = 2,
        /// A condition variable.
        Condition = 3,
        /// A flag that threads wait for.
        Event = 4,
        /// A counter of permits.
        Semaphore = 5,
        /// A counter of permits that never exceeds what it began with.
        BoundedSemaphore = 6,
        /// A meeting point for a number of threads.
        Barrier = 7,
        /// A lock with many readers or one writer.
        RwLock = 8,
        /// A value made at its first use. Acquired while a thread makes it, then set.
        Once = 9,
        /// A queue: first in, first out.
        Queue = 10,
        /// A queue: last in, first out.
        LifoQueue = 11,
        /// A queue: smallest first.
        PriorityQueue = 12,
        /// An unbounded queue without a count of tasks: first in, first out.
        SimpleQueue = 13,
        /// All timers of a process.
        Timers = 14,
        /// All workers of a pool, and their tasks.
        Pool = 15,
        /// All workers of an executor, and the tasks submitted to it.
        Executor = 16,
        /// One end of a pipe between processes.
        Pipe = 17,
        /// A value that processes share, with its lock.
        Value = 18,
        /// An array that processes share, with its lock.
        Array = 19,
    }
}

coded! {
    /// What a thread waits for when it waits for an object.
    Purpose {
        /// To hold it, or a permit of it, alone.
        Acquire = 1,
        /// To hold it together with other readers.
        AcquireShared = 2,
        /// To be notified.
        Notification = 3,
        /// That it is set, or that another thread has made its value.
        Set = 4,
        /// That the other parties arrive.
        Pass = 5,
        /// That there is an item to get.
        Get = 6,
        /// That there is room to put an item.
        Put = 7,
        /// That all items put have been reported done.
        AllDone = 8,
        /// That the results of tasks are there.
        Result = 9,
    }
}

coded! {
    /// How a thread has an object.
    Mode {
        /// Alone, and only this thread can give it back: by a guard that cannot leave it, or as a re-entrant lock's owner.
        Owned = 1,
        /// Alone, and any thread may give it back.
        Transferable = 2,
        /// Together with others, as a reader; only this thread can give its share back.
        Shared = 3,
        /// Some of its permits, which any thread may give back.
        Permits = 4,
    }
}

coded! {
    /// What the memory of a new process begins with.
    StartMethod {
        /// Nothing that ran before.
        Spawn = 1,
        /// A copy of its parent's memory.
        Fork = 2,
        /// A copy of a memory in which nothing has run yet.
        ForkServer = 3,
    }
}

impl StartMethod {
    /// The name by which programs know it: `spawn`, `fork` or `forkserver`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Spawn => "spawn",
            Self::Fork => "fork",
            Self::ForkServer => "forkserver",
        }
    }
}

coded! {
    /// What a number says that an object was made with.
    Size {
        /// The permits of a semaphore.
        Permits = 1,
        /// The items that a queue holds at most; 0 for any number.
        Capacity = 2,
        /// The threads that a barrier waits for.
        Parties = 3,
        /// The threads that serve a pool.
        Workers = 4,
        /// The bytes that a pipe holds at most, in each direction.
        Bytes = 5,
    }
}

coded! {
    /// Why an object that processes share refused what a thread wanted of it.
    Refusal {
        /// Nothing more will come: all who could have written have closed the pipe or ended, and all was read.
        EndOfFile = 1,
        /// Nobody is left to read from the pipe.
        BrokenPipe = 2,
        /// A message was cut short by the end of its sender or receiver.
        Torn = 3,
        /// What came are not whole messages: several wrote or read at once.
        Corrupted = 4,
        /// The queue was shut down.
        ShutDown = 5,
        /// Whoever could have ended the wait has ended without doing so.
        Abandoned = 6,
        /// The barrier is broken.
        BrokenBarrier = 7,
        /// Another rule was against it.
        Other = 8,
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn shared_objects_are_told_from_a_processs_own() {
        assert!(ObjectId::shared(1).is_shared() && !ObjectId(1).is_shared());
        assert_ne!(ObjectId::shared(1), ObjectId::shared(2));
    }

    #[test]
    fn codes_come_back() {
        for &kind in ObjectKind::ALL {
            assert_eq!(ObjectKind::from_code(kind.code()), Some(kind));
        }
        assert_eq!(ObjectKind::from_code(0), None);
        for &refusal in Refusal::ALL {
            assert_eq!(Refusal::from_code(refusal.code()), Some(refusal));
        }
        for &purpose in Purpose::ALL {
            assert_eq!(Purpose::from_code(purpose.code()), Some(purpose));
            assert!(purpose.code() < 0x80, "the highest bit of the record's byte tells of a deadline");
        }
        for &method in StartMethod::ALL {
            assert_eq!(StartMethod::from_code(method.code()), Some(method));
            assert!(method.code() < 0x80, "the highest bit of the record's byte tells of a daemon");
        }
    }
}
