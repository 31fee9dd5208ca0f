//! The numbers by which processes, threads and objects are known.

use core::fmt;

/// How many processes there can be at a time. Each has a memory, of which Chromium gives a page some 120; half of them,
/// since those of a run that has just ended count for a while.
#[cfg(not(loom))]
pub(crate) const MOST_PROCESSES: u32 = 64;

/// The number of a process. Numbers are given in the order of creation and are not used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pid(u32);

impl Pid {
    /// The number's process, which need not exist.
    pub const fn from_raw(number: u32) -> Self {
        Self(number)
    }

    /// The process's number.
    pub const fn raw(self) -> u32 {
        self.0
    }

    /// The process's place in the table.
    #[cfg(not(loom))]
    pub(crate) const fn place(self) -> usize {
        (self.0.wrapping_sub(1) % MOST_PROCESSES) as usize
    }

    /// This process in a set of processes.
    #[cfg(not(loom))]
    pub(crate) const fn bit(self) -> u128 {
        1 << self.place()
    }

    /// The next process that has the same place, if the numbers have not run out.
    #[cfg(not(loom))]
    pub(crate) fn next_at_place(self) -> Option<Self> {
        self.0.checked_add(MOST_PROCESSES).map(Self)
    }
}

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Who calls: a thread of a process. The kernel takes the thread's number as it is given; it has to differ from those
/// of the process's other threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Caller {
    /// The process.
    pub pid: Pid,
    /// The thread's number in its process.
    pub thread: u32,
}

/// The number of a shared object: its place in the table and how many objects had the place before, so that the number
/// of a freed object is not that of another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handle(u32);

impl Handle {
    /// The object with this number, if there is one.
    pub const fn from_raw(number: u32) -> Self {
        Self(number)
    }

    /// The object's number. It is never 0.
    pub const fn raw(self) -> u32 {
        self.0
    }

    #[cfg(not(loom))]
    pub(crate) fn new(place: u16, generation: u16) -> Self {
        Self(u32::from(generation) << 16 | u32::from(place))
    }

    #[cfg(not(loom))]
    pub(crate) const fn place(self) -> u16 {
        (self.0 & 0xFFFF) as u16
    }

    #[cfg(not(loom))]
    pub(crate) const fn generation(self) -> u16 {
        (self.0 >> 16) as u16
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
