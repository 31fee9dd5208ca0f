//! Blocks of shared bytes. Each operation is one step, and nothing is between two of them but the block's lock
//! ([`Kernel::acquire`] with the block's handle), if its users take it.

use super::{Kernel, Shape};
use crate::attempt::Done;
use crate::error::Error;
use crate::ids::{Caller, Handle};
use crate::objects::shared::Shared;
use threadlab_trace::ObjectKind;

impl Kernel {
    /// Makes a block of so many bytes, all 0.
    ///
    /// # Errors
    ///
    /// [`crate::Rule::BlockTooLarge`], [`crate::Rule::NoMemory`], [`crate::Rule::TooManyObjects`].
    pub fn shared(&self, caller: Caller, bytes: usize) -> Result<Done<Handle>, Error> {
        let shape = Shape { kind: ObjectKind::Array, size: None };
        self.make(caller, "shared block", shape, || Ok(Shared::new(bytes)?.into()))
    }

    /// Copies bytes of it, from this offset on.
    ///
    /// # Errors
    ///
    /// [`crate::Rule::OutOfBounds`], [`crate::Rule::BadHandle`], [`crate::Rule::WrongKind`].
    pub fn shared_read(
        &self,
        caller: Caller,
        block: Handle,
        offset: usize,
        into: &mut [u8],
    ) -> Result<Done<()>, Error> {
        self.act::<Shared, _>(caller, block, |block, _| block.read(offset, into))
    }

    /// Overwrites bytes of it, from this offset on.
    ///
    /// # Errors
    ///
    /// [`crate::Rule::OutOfBounds`], [`crate::Rule::BadHandle`], [`crate::Rule::WrongKind`].
    pub fn shared_write(
        &self,
        caller: Caller,
        block: Handle,
        offset: usize,
        bytes: &[u8],
    ) -> Result<Done<()>, Error> {
        self.act::<Shared, _>(caller, block, |block, _| block.write(offset, bytes))
    }

    /// Overwrites bytes of it, from this offset on, if they are those in `expected`; else puts those that are there into
    /// `expected`. Returns whether it did.
    ///
    /// # Errors
    ///
    /// [`crate::Rule::OutOfBounds`], also if the two are not equally long; [`crate::Rule::BadHandle`],
    /// [`crate::Rule::WrongKind`].
    pub fn shared_compare_exchange(
        &self,
        caller: Caller,
        block: Handle,
        offset: usize,
        expected: &mut [u8],
        bytes: &[u8],
    ) -> Result<Done<bool>, Error> {
        self.act::<Shared, _>(caller, block, |block, _| block.compare_exchange(offset, expected, bytes))
    }

    /// How many bytes it has.
    ///
    /// # Errors
    ///
    /// [`crate::Rule::BadHandle`], [`crate::Rule::WrongKind`].
    pub fn shared_size(&self, caller: Caller, block: Handle) -> Result<Done<usize>, Error> {
        self.act::<Shared, _>(caller, block, |block, _| Ok(block.granted()))
    }
}
