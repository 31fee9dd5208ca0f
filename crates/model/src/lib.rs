//! The fold of a run's events into its state: who runs, who holds, who waits for whom.
#![forbid(unsafe_code)]

mod apply;
mod lane;
pub mod limits;
mod merge;
mod model;
mod object;
mod output;
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

pub use model::{Failure, Model};
pub use object::Object;
pub use output::{Line, Output};
pub use places::Place;
pub use span::{Span, SpanKind};
pub use thread::{Panic, Progress, Thread, ThreadState, WaitsFor};
pub use timeline::{Spans, Timeline};
pub use waits::Wait;
