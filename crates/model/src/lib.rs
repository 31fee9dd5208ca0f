//! The fold of a run's events into its state: who runs, who holds, who waits for whom, and who never will go on.
//!
//! A [`Model`] takes in events one by one, in their order, and can be read at any time. It asks nobody anything, so a
//! live view, a replay and an imported recording are the same fold over the same events.
//!
//! ```
//! use threadlab_model::{Model, SpanKind, ThreadState};
//! use threadlab_trace::{Event, Mode, ObjectId, ObjectKind, PlaceId, Purpose, ThreadId, What};
//!
//! let (main, worker, lock) = (ThreadId::MAIN, ThreadId(2), ObjectId(1));
//! let happened = [
//!     (0, main, What::ThreadStarted),
//!     (10, main, What::ObjectCreated { object: lock, kind: ObjectKind::Lock, name: "printer".to_owned() }),
//!     (10, main, What::Acquired { object: lock, mode: Mode::Owned, count: 1 }),
//!     (20, main, What::ThreadCreated { child: worker, name: "Thread-1".to_owned(), daemon: false }),
//!     (30, worker, What::ThreadStarted),
//!     (40, worker, What::WaitBegan { object: lock, purpose: Purpose::Acquire, timed: false }),
//! ];
//! let mut model = Model::new();
//! for (seq, (time, thread, what)) in (0..).zip(happened) {
//!     model.apply(&Event { seq, time, thread, place: PlaceId::UNKNOWN, what });
//! }
//! // No event came since, but time went on.
//! model.advance(100);
//!
//! let thread = model.thread(worker).unwrap();
//! assert_eq!((thread.name(), thread.state()), ("Thread-1", ThreadState::Waiting));
//! assert_eq!(model.waits_for_words(worker).as_deref(), Some("Lock 'printer', held by MainThread"));
//! assert_eq!(model.object(lock).unwrap().waiters()[0].thread, worker);
//! assert_eq!(model.deadlock(), None);
//!
//! // What a timeline draws of the last 70 microseconds.
//! let spans: Vec<_> = model.thread_timeline(worker).unwrap().spans(30..100).collect();
//! assert_eq!((spans[0].start, spans[0].end, spans[0].kind), (30, 40, SpanKind::Running));
//! assert_eq!((spans[1].start, spans[1].end, spans[1].kind), (40, 100, SpanKind::Waiting(lock)));
//! ```
//!
//! Several processes have a model each, in a [`Family`].
//!
//! # What it can be fed
//! Anything. Every prefix of a stream as the engine writes it gives a state that hangs together, without
//! [anomalies](Model::anomalies). So does every other stream, with events missing, repeated, exchanged or made up,
//! though it then may not be the truth: the newest event is believed, and what contradicts it is mended and counted.
//!
//! # What it costs
//! Applying an event takes some tens of nanoseconds. Memory is bounded by the [`limits`], however long the run: a lane
//! that grows too long merges its oldest short spans, the oldest printed lines are dropped, and events of too many
//! threads or objects are only counted. Reading allocates nothing, apart from sentences and chains of waits.
#![forbid(unsafe_code)]

mod apply;
mod deadlock;
mod family;
mod lane;
pub mod limits;
mod merge;
mod model;
mod object;
mod output;
mod pace;
mod places;
mod span;
mod table;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod thread;
mod timeline;
mod waits;

pub use deadlock::Deadlock;
pub use family::{FIRST_PROCESS, Family, Process, ProcessState, Shared, Standstill};
pub use model::{Failure, Model};
pub use object::{
    Barrier, Channel, Condition, Hold, Numbers, Object, ObjectState, PipeEnd, Pool, Queue, Semaphore,
    TaskState, Timer, TimerEnd, Timers, Waiter, Worker,
};
pub use output::{Line, Output};
pub use pace::Pace;
pub use places::Place;
pub use span::{Span, SpanKind};
pub use thread::{Panic, Progress, Thread, ThreadState, Wait, WaitsFor};
pub use timeline::{Spans, Timeline};
pub use waits::Edge;
