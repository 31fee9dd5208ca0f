//! What is loaded when it is wanted.

use std::rc::Rc;

/// How far it is.
#[derive(Debug)]
pub enum Loading<T> {
    /// On its way.
    Waiting,
    /// There.
    Ready(Rc<T>),
    /// Not to be had, and why.
    Failed(String),
}

impl<T> Loading<T> {
    /// What was loaded, if it is there.
    pub const fn ready(&self) -> Option<&Rc<T>> {
        match self {
            Self::Ready(loaded) => Some(loaded),
            Self::Waiting | Self::Failed(_) => None,
        }
    }
}

impl<T> Clone for Loading<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Waiting => Self::Waiting,
            Self::Ready(loaded) => Self::Ready(Rc::clone(loaded)),
            Self::Failed(why) => Self::Failed(why.clone()),
        }
    }
}

impl<T> PartialEq for Loading<T> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Waiting, Self::Waiting) => true,
            // What is loaded does not change: the same one is the same object.
            (Self::Ready(a), Self::Ready(b)) => Rc::ptr_eq(a, b),
            (Self::Failed(a), Self::Failed(b)) => a == b,
            _ => false,
        }
    }
}
