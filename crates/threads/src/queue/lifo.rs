//! Last in, first out.

use super::api::{passing, printed, sizes, tasks};
use super::error::{GetError, PutError, TooManyDone, ZeroCapacity};
use super::identity::{Identity, Patience};
use super::locked::Locked;
use super::stores::Stack;
use core::fmt;
use core::panic::Location;
use core::time::Duration;
use std::borrow::Cow;
use threadlab_trace::ObjectKind;

const KIND: ObjectKind = ObjectKind::LifoQueue;
type Core<T> = Locked<T, Stack<T>>;

/// A queue from which the item is got that was put last: a stack with the waiting of a [`Queue`](super::Queue).
pub struct LifoQueue<T>(pub(super) Core<T>);

impl<T> LifoQueue<T> {
    sizes!();
    passing!();
    tasks!();
}

impl<T> Default for LifoQueue<T> {
    #[track_caller]
    fn default() -> Self {
        Self::unbounded()
    }
}

printed!(LifoQueue<T>);
