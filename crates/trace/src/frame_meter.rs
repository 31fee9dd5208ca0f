//! A frame meter: the words of a process's memory by which a program has its page measure frames, and work on the page's
//! own thread meanwhile if it wants that.
//!
//! The program makes them, all 0 but what it asks for, and sends their address with
//! [`MEASURE_FRAMES`](crate::protocol::MEASURE_FRAMES). It keeps them in their place until [`STATE`] is [`DONE`], for the
//! page reads and writes them until then. The words are numbered by the constants below.

/// How many words there are.
pub const WORDS: usize = 7;

/// How far the page is: [`ASKED`], [`MEASURING`] or [`DONE`], in this order. Waiters are notified.
pub const STATE: usize = 0;
/// By the program: not 0 once the page may stop measuring. It does so with the first frame after its own work.
pub const ENOUGH: usize = 1;
/// By the program: how many slices of work the page is to do.
pub const SLICES: usize = 2;
/// By the program: how long each of them takes, in microseconds. At most [`MAX_SLICE_MICROS`].
pub const SLICE_MICROS: usize = 3;
/// By the page: how many frames came. 0 if the page was hidden in the end; there is nothing measured then.
pub const FRAMES: usize = 4;
/// By the page: how many of them came more than [`LATE_MICROS`] after the one before, or after the beginning.
pub const LATE: usize = 5;
/// By the page: the longest time from one frame to the next, or from the beginning to the first, in microseconds.
pub const LONGEST_MICROS: usize = 6;

/// The page has not begun.
pub const ASKED: u32 = 0;
/// The page measures.
pub const MEASURING: u32 = 1;
/// The page has written what it measured, and does not touch the words any more.
pub const DONE: u32 = 2;

/// The longest slice: in between the page answers its user.
pub const MAX_SLICE_MICROS: u32 = 200_000;

/// What is late for a frame: longer than one and a half of a screen's usual 60 in a second.
pub const LATE_MICROS: u32 = 25_000;
