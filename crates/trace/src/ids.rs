//! The names of things in an event: small numbers that mean the same on both sides.

/// A thread of a process. Numbers are never reused within a process; 1 is the main thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThreadId(pub u32);

impl ThreadId {
    /// The thread that runs the program's `main`.
    pub const MAIN: Self = Self(1);
}

/// An object that threads share and that events speak of, such as a lock. Numbers start at 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub u32);

/// A place in the program's source. What it stands for is told by [`What::PlaceDefined`](crate::What::PlaceDefined),
/// which always comes before its first use by the same thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlaceId(pub u32);

impl PlaceId {
    /// No place is known.
    pub const UNKNOWN: Self = Self(0);
}

/// What sort of object an [`ObjectId`] names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ObjectKind {
    /// A mutual exclusion lock: at most one holder.
    Lock,
}

impl ObjectKind {
    /// The number that stands for this kind in a record.
    pub const fn code(self) -> u8 {
        match self {
            Self::Lock => 1,
        }
    }

    /// The kind that a record's number stands for, or `None` for a number this version does not know.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Lock),
            _ => None,
        }
    }
}
