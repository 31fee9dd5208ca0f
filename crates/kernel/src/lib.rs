//! What the processes of a run share: pipes, queues, semaphores and the like, shared values, names, and the table of
//! the processes themselves with their exit codes.
//!
//! A process is one memory. A [`Kernel`] lives in one more memory that belongs to the whole run, and every thread of
//! every process calls its methods. They take and return plain data: numbers and bytes. Nothing of a process is
//! reachable from here, so a process can end at any moment without leaving a pointer behind.
//!
//! # How an operation waits
//!
//! None does. Each is an attempt: it is done, it fails, or it would block and says on what ([`Ticket`]). The caller
//! then waits ([`Kernel::wait`]) and attempts it again:
//!
//! ```
//! use threadlab_kernel::{Attempt, Caller, Error, Exit, Kernel, Pid};
//!
//! fn receive(kernel: &Kernel, me: Caller, end: threadlab_kernel::Handle) -> Result<Vec<u8>, Error> {
//!     let mut message = Vec::new();
//!     let mut part = [0; 4096];
//!     loop {
//!         match kernel.recv(me, end, &mut part)? {
//!             Attempt::Done(done) => {
//!                 message.extend_from_slice(&part[..done.value.given]);
//!                 if done.value.finished {
//!                     return Ok(message);
//!                 }
//!             }
//!             Attempt::Blocked(ticket) => {
//!                 kernel.wait(ticket, None);
//!             }
//!         }
//!     }
//! }
//!
//! let kernel = Kernel::new();
//! let me = Caller { pid: kernel.create_first("main")?, thread: 1 };
//! let (left, right) = kernel.pipe(me, true, threadlab_kernel::limits::PIPE_BYTES)?.value;
//! kernel.send(me, left, 5, b"hello")?;
//! assert_eq!(receive(&kernel, me, right)?, b"hello");
//! # Ok::<(), Error>(())
//! ```
//!
//! # How a process ends
//!
//! A thread of the browser can only be ended together with its worker, wherever it is. So that none ends inside the
//! kernel, holding a lock of it or of the allocator, every call is counted while it runs, and what is done around calls
//! in the kernel's memory is to be counted as well ([`Kernel::enter`]). Whoever ends a process first turns it away
//! ([`Kernel::kill`]), waits until none of its threads is inside ([`Kernel::may_be_ended`]), terminates its workers, and
//! tells how it ended ([`Kernel::ended`]). Then what it held is let go, and all who wait where it was look again.
//!
//! # What its end means for others
//!
//! | it was | others |
//! |---|---|
//! | the last writer of a pipe | read what is there, then [`Rule::EndOfFile`] |
//! | the last reader of a pipe | [`Rule::BrokenPipe`] when they write |
//! | in the middle of a message | receive the messages before it, then [`Rule::Torn`], then those after it |
//! | the holder of a lock or a permit | [`Rule::Abandoned`], if they would wait for this permit |
//! | the last that put into a queue, and died | [`Rule::Abandoned`], once it is empty |
//! | at a barrier, or had a reference to one and died | [`Rule::BrokenBarrier`] |
//! | notified, but without the lock yet | the next waiter gets the notification |
#![forbid(unsafe_code)]

mod admission;
mod atomic;
mod gate;
mod ids;

#[cfg(not(loom))]
mod attempt;
#[cfg(not(loom))]
mod budget;
#[cfg(not(loom))]
mod error;
#[cfg(not(loom))]
pub mod framing;
#[cfg(not(loom))]
mod kernel;
#[cfg(not(loom))]
pub mod limits;
#[cfg(not(loom))]
mod names;
#[cfg(not(loom))]
mod objects;
#[cfg(not(loom))]
mod processes;
#[cfg(not(loom))]
mod recording;
#[cfg(not(loom))]
mod table;

pub use ids::{Caller, Handle, Pid};

#[cfg(loom)]
pub use admission::{Admission, Refusal};
#[cfg(loom)]
pub use gate::Gate;

#[cfg(not(loom))]
pub use attempt::{Attempt, Done, Ticket, WaitWord};
#[cfg(not(loom))]
pub use error::{Error, Rule, Subject};
#[cfg(not(loom))]
pub use kernel::Kernel;
#[cfg(not(loom))]
pub use objects::{
    barrier::Arrival,
    channel::{Part, Sent},
    queue::QueueState,
    semaphore::SemaphoreState,
};
#[cfg(not(loom))]
pub use processes::{Child, Exit, Inside, StartMethod, Status};
#[cfg(not(loom))]
pub use recording::{Call, Patience, announce, announced_time, record_by};
#[cfg(not(loom))]
pub use threadlab_threads::futex::Wait;
