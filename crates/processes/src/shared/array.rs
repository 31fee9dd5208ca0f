//! A row of numbers that processes share.

use super::block::Block;
use super::plain::Plain;
use crate::error::Error;
use crate::sync::RLock;
use core::marker::PhantomData;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A row of numbers in memory that processes share, with one lock for all of them. Its length stays.
///
/// ```
/// use threadlab_processes::Array;
///
/// let squares = Array::<u64>::new(4)?;
/// for (place, index) in (0..4).enumerate() {
///     squares.set(place, index * index)?;
/// }
/// assert_eq!(squares.to_vec()?, [0, 1, 4, 9]);
/// # Ok::<(), threadlab_processes::Error>(())
/// ```
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Array<T> {
    block: Block,
    length: usize,
    of: PhantomData<fn(T) -> T>,
}

impl<T> Clone for Array<T> {
    fn clone(&self) -> Self {
        Self { block: self.block.clone(), length: self.length, of: PhantomData }
    }
}

impl<T: Plain> Array<T> {
    /// So many zeros.
    ///
    /// # Errors
    ///
    /// [`Rule::BlockTooLarge`](crate::Rule::BlockTooLarge) if they have more than 16 MiB, and if there are too many
    /// shared objects, or they hold too many bytes.
    #[track_caller]
    pub fn new(length: usize) -> Result<Self, Error> {
        Self::named("", length)
    }

    /// So many zeros, with a name by which errors and the page call them.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    #[track_caller]
    pub fn named(name: impl Into<Cow<'static, str>>, length: usize) -> Result<Self, Error> {
        Ok(Self { block: Block::make::<T>("Array", name, length)?, length, of: PhantomData })
    }

    /// A shared copy of these numbers. The name may be empty.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn of(name: impl Into<Cow<'static, str>>, values: &[T]) -> Result<Self, Error> {
        let array = Self::named(name, values.len())?;
        array.block.write(0, values)?;
        Ok(array)
    }

    /// How many numbers it has.
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Whether it has none.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// A number, read under the lock. The first one is 0.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchElement`], and [`Rule::Abandoned`](crate::Rule::Abandoned) if a process ended while it held the
    /// lock.
    #[track_caller]
    pub fn get(&self, index: usize) -> Result<T, Error> {
        self.check(index)?;
        let _held = self.block.lock().lock()?;
        self.block.read_one(index)
    }

    /// Writes a number under the lock.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get).
    #[track_caller]
    pub fn set(&self, index: usize, value: T) -> Result<(), Error> {
        self.check(index)?;
        let _held = self.block.lock().lock()?;
        self.block.write(index, &[value])
    }

    /// Changes a number under the lock, so that no change by another is lost in between. Returns what it is then. A
    /// panic of `change` leaves it as it was.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get).
    #[track_caller]
    pub fn update(&self, index: usize, change: impl FnOnce(T) -> T) -> Result<T, Error> {
        self.check(index)?;
        self.block.update(index, change)
    }

    /// All numbers as they are at one moment, read under the lock.
    ///
    /// # Errors
    ///
    /// [`Rule::Abandoned`](crate::Rule::Abandoned) if a process ended while it held the lock.
    #[track_caller]
    pub fn to_vec(&self) -> Result<Vec<T>, Error> {
        let _held = self.block.lock().lock()?;
        self.block.read(0, self.length)
    }

    /// A number, read without the lock.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchElement`].
    #[track_caller]
    pub fn get_unlocked(&self, index: usize) -> Result<T, Error> {
        self.check(index)?;
        self.block.read_one(index)
    }

    /// Writes a number without the lock.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchElement`].
    #[track_caller]
    pub fn set_unlocked(&self, index: usize, value: T) -> Result<(), Error> {
        self.check(index)?;
        self.block.write(index, &[value])
    }

    /// The lock, to be held round several operations.
    pub const fn get_lock(&self) -> &RLock {
        self.block.lock()
    }

    #[track_caller]
    fn check(&self, index: usize) -> Result<(), Error> {
        if index < self.length {
            return Ok(());
        }
        let object = self.block.reference().words();
        Err(Error::NoSuchElement { object, index, length: self.length })
    }
}
