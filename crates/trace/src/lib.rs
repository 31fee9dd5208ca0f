//! The words both sides of Threadlab speak: what can happen to a thread, how that is written down, and the rings
//! that carry it from the threads of a process to the page.
//!
//! A process has one [`Trace`]. Each of its workers has a [`Recorder`] with a ring of its own: a lock-free queue with
//! one producer and one consumer, so recording never waits. The page reads all rings with a [`Merge`], through a
//! [`RemoteDirectory`], and gets [`Event`]s in one total order that respects cause and effect. Nothing is lost up to a
//! budget of [`BUDGET_BYTES`] of unread events; what is dropped beyond it is counted.
//!
//! What processes share lives in one more memory, the kernel's, which has a [`Trace`] of its own for what happens there
//! ([`SharedEvent`]).
//!
//! ```
//! use threadlab_trace::{LocalDirectory, Merge, Surroundings, ThreadId, Trace, What};
//!
//! let trace: &'static Trace = Box::leak(Box::new(Trace::new(Surroundings { now: || 0, ask_to_drain: || {} })));
//! let mut recorder = trace.attach();
//! recorder.set_thread(ThreadId::MAIN);
//! recorder.printed("hello", core::panic::Location::caller());
//!
//! let mut events = Vec::new();
//! Merge::new().drain(&LocalDirectory(trace), &mut events);
//! assert!(matches!(&events.last().unwrap().what, What::Printed { text } if text == "hello"));
//! ```

mod code;
mod event;
pub mod frame_meter;
mod ids;
mod local;
mod merge;
pub mod protocol;
mod reader;
mod record;
mod recorder;
mod remote;
mod ring;
mod shared;
mod sync;
mod vocabulary;

pub use event::{Event, What};
pub use ids::{Mode, ObjectId, ObjectKind, PlaceId, Purpose, Refusal, Size, StartMethod, ThreadId};
pub use local::LocalDirectory;
pub use merge::{Directory, Merge};
pub use record::MAX_TEXT_BYTES;
pub use recorder::{BUDGET_BYTES, RESERVE_BYTES, Recorder, Surroundings, Trace};
pub use remote::{RemoteDirectory, SharedMemory};
pub use shared::{SharedEvent, SharedRecorder};

#[cfg(all(test, not(loom)))]
mod tests;
