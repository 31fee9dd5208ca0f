//! The limits. Each has a rule in [`crate::Rule`] that names it.

/// How many processes there can be at a time, ended ones not counted.
pub const PROCESSES: u32 = crate::ids::MOST_PROCESSES;

/// How many shared objects there can be at a time. Each end of a pipe is one.
pub const OBJECTS: u32 = 1 << 16;

/// How many bytes all shared objects can hold together: 192 MiB.
pub const BYTES: usize = 192 << 20;

/// How many bytes a pipe holds in each direction if nothing else is said: 64 KiB.
pub const PIPE_BYTES: u32 = 64 << 10;

/// The smallest and the largest number of bytes that a pipe can hold in each direction.
pub const PIPE_BYTES_RANGE: (u32, u32) = (64, 16 << 20);

/// The longest message of a pipe, in bytes: 256 MiB. Longer than the pipe's room is fine; it is streamed.
pub const MESSAGE_BYTES: u32 = 256 << 20;

/// The longest item of a queue, in bytes: 16 MiB.
pub const ITEM_BYTES: usize = 16 << 20;

/// The largest shared block, in bytes: 16 MiB.
pub const SHARED_BYTES: usize = 16 << 20;

/// The largest value of a semaphore, and how often a lock can be taken again by its owner.
pub const PERMITS: u32 = i32::MAX as u32;

/// The most parties of a barrier.
pub const PARTIES: u32 = 1 << 16;

/// How many names of semaphores there can be at a time.
pub const NAMES: usize = 256;

/// The longest name of a semaphore or process, in bytes.
pub const NAME_BYTES: usize = 251;
