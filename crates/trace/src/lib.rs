//! The words both sides of Threadlab speak.
mod event;
mod ids;
pub use event::{Event, What};
pub use ids::{ObjectId, ObjectKind, PlaceId, ThreadId};
