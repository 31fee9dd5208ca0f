//! A row of values in a block of the kernel's bytes, with a lock.

use super::plain::Plain;
use crate::error::Error;
use crate::reference::{Reference, words};
use crate::sync::{Permits, RLock};
use crate::wire::Request;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use threadlab_kernel::Rule;

/// The block, whose number in the kernel is also that of its lock.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Block(RLock);

impl Block {
    /// A block of so many values of this type, whose bytes are all 0.
    #[track_caller]
    pub fn make<T: Plain>(
        kind: &'static str,
        name: impl Into<Cow<'static, str>>,
        length: usize,
    ) -> Result<Self, Error> {
        let name = name.into();
        let Some(bytes) = length.checked_mul(T::BYTES).and_then(|bytes| u32::try_from(bytes).ok()) else {
            return Err(Error::Rule { object: words(kind, &name), rule: Rule::BlockTooLarge });
        };
        let reference = Reference::make(&Request::Shared { bytes }, kind, name)?;
        Ok(Self(RLock::of(Permits::of(reference))))
    }

    pub const fn lock(&self) -> &RLock {
        &self.0
    }

    pub const fn reference(&self) -> &Reference {
        self.0.permits().reference()
    }

    /// Reads `count` values from this one on, in one step.
    #[track_caller]
    pub fn read<T: Plain>(&self, index: usize, count: usize) -> Result<Vec<T>, Error> {
        let request = Request::SharedRead {
            block: self.reference().handle(),
            offset: self.offset::<T>(index)?,
            bytes: self.offset::<T>(count)?,
        };
        let taken = self.reference().take(&request)?;
        Ok(taken.bytes.chunks_exact(T::BYTES).map(T::from_bytes).collect())
    }

    /// Reads one value.
    #[track_caller]
    pub fn read_one<T: Plain>(&self, index: usize) -> Result<T, Error> {
        let read = self.read::<T>(index, 1)?;
        read.first().copied().ok_or_else(|| self.reference().error(Rule::OutOfBounds))
    }

    /// Writes values from this one on, in one step.
    #[track_caller]
    pub fn write<T: Plain>(&self, index: usize, values: &[T]) -> Result<(), Error> {
        let bytes: Vec<u8> =
            values.iter().flat_map(|value| value.to_bytes().into_iter().take(T::BYTES)).collect();
        let offset = self.offset::<T>(index)?;
        let request = Request::SharedWrite { block: self.reference().handle(), offset, bytes: &bytes };
        self.reference().take(&request)?;
        Ok(())
    }

    /// Changes one value under the lock. Returns what it is then.
    #[track_caller]
    pub fn update<T: Plain>(&self, index: usize, change: impl FnOnce(T) -> T) -> Result<T, Error> {
        let _held = self.0.lock()?;
        let value = change(self.read_one(index)?);
        self.write(index, &[value])?;
        Ok(value)
    }

    /// Where the value of this number begins.
    fn offset<T: Plain>(&self, index: usize) -> Result<u32, Error> {
        let offset = index.checked_mul(T::BYTES).and_then(|bytes| u32::try_from(bytes).ok());
        offset.ok_or_else(|| self.reference().error(Rule::OutOfBounds))
    }
}
