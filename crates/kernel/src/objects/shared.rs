//! A block of bytes that processes share, with a lock that they can take round several operations.

use super::semaphore::Semaphore;
use crate::error::Rule;
use crate::limits;
use core::ops::Range;

#[derive(Debug)]
pub(crate) struct Shared {
    bytes: Box<[u8]>,
    pub lock: Semaphore,
}

impl Shared {
    /// So many zeros. The bytes are claimed by whoever makes it.
    pub fn new(size: usize) -> Result<Self, Rule> {
        if size > limits::SHARED_BYTES {
            return Err(Rule::BlockTooLarge);
        }
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(size).map_err(|_| Rule::NoMemory)?;
        bytes.resize(size, 0);
        Ok(Self { bytes: bytes.into_boxed_slice(), lock: Semaphore::recursive() })
    }

    pub fn granted(&self) -> usize {
        self.bytes.len()
    }

    /// Copies the bytes from this offset on.
    pub fn read(&self, offset: usize, into: &mut [u8]) -> Result<(), Rule> {
        into.copy_from_slice(self.bytes.get(range(offset, into.len())?).ok_or(Rule::OutOfBounds)?);
        Ok(())
    }

    /// Overwrites the bytes from this offset on.
    pub fn write(&mut self, offset: usize, bytes: &[u8]) -> Result<(), Rule> {
        self.bytes.get_mut(range(offset, bytes.len())?).ok_or(Rule::OutOfBounds)?.copy_from_slice(bytes);
        Ok(())
    }

    /// Overwrites the bytes from this offset on if they are those in `expected`, or else puts what they are there.
    /// Returns whether it did.
    pub fn compare_exchange(
        &mut self,
        offset: usize,
        expected: &mut [u8],
        bytes: &[u8],
    ) -> Result<bool, Rule> {
        if expected.len() != bytes.len() {
            return Err(Rule::OutOfBounds);
        }
        let here = self.bytes.get_mut(range(offset, bytes.len())?).ok_or(Rule::OutOfBounds)?;
        let equal = *here == *expected;
        if equal {
            here.copy_from_slice(bytes);
        } else {
            expected.copy_from_slice(here);
        }
        Ok(equal)
    }
}

fn range(offset: usize, length: usize) -> Result<Range<usize>, Rule> {
    offset.checked_add(length).map(|end| offset..end).ok_or(Rule::OutOfBounds)
}
