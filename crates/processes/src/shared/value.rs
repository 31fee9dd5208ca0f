//! One number that processes share.

use super::block::Block;
use super::plain::Plain;
use crate::error::Error;
use crate::sync::RLock;
use core::marker::PhantomData;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A number in memory that processes share, with a lock.
///
/// ```
/// use threadlab_processes::Value;
///
/// let counter = Value::named("counter", 5_u32)?;
/// assert_eq!(counter.update(|seen| seen + 1)?, 6);
/// assert_eq!(counter.get()?, 6);
/// # Ok::<(), threadlab_processes::Error>(())
/// ```
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Value<T> {
    block: Block,
    of: PhantomData<fn(T) -> T>,
}

impl<T> Clone for Value<T> {
    fn clone(&self) -> Self {
        Self { block: self.block.clone(), of: PhantomData }
    }
}

impl<T: Plain> Value<T> {
    /// A shared number that begins with this one.
    ///
    /// # Errors
    ///
    /// If there are too many shared objects, or they hold too many bytes.
    #[track_caller]
    pub fn new(value: T) -> Result<Self, Error> {
        Self::named("", value)
    }

    /// A shared number with a name by which errors and the page call it.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    #[track_caller]
    pub fn named(name: impl Into<Cow<'static, str>>, value: T) -> Result<Self, Error> {
        let shared = Self { block: Block::make::<T>("Value", name, 1)?, of: PhantomData };
        shared.set_unlocked(value)?;
        Ok(shared)
    }

    /// The number, read under the lock.
    ///
    /// # Errors
    ///
    /// [`Rule::Abandoned`](crate::Rule::Abandoned) if a process ended while it held the lock.
    #[track_caller]
    pub fn get(&self) -> Result<T, Error> {
        let _held = self.block.lock().lock()?;
        self.get_unlocked()
    }

    /// Writes the number under the lock.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get).
    #[track_caller]
    pub fn set(&self, value: T) -> Result<(), Error> {
        let _held = self.block.lock().lock()?;
        self.set_unlocked(value)
    }

    /// Changes the number under the lock, so that no change by another is lost in between. Returns what it is then. A
    /// panic of `change` leaves it as it was.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get).
    #[track_caller]
    pub fn update(&self, change: impl FnOnce(T) -> T) -> Result<T, Error> {
        self.block.update(0, change)
    }

    /// The number, read without the lock.
    ///
    /// # Errors
    ///
    /// Only those of every operation.
    #[track_caller]
    pub fn get_unlocked(&self) -> Result<T, Error> {
        self.block.read_one(0)
    }

    /// Writes the number without the lock.
    ///
    /// # Errors
    ///
    /// Only those of every operation.
    #[track_caller]
    pub fn set_unlocked(&self, value: T) -> Result<(), Error> {
        self.block.write(0, &[value])
    }

    /// The lock, to be held round several operations.
    pub const fn get_lock(&self) -> &RLock {
        self.block.lock()
    }
}
