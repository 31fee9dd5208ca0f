//! How messages lie in a stream of bytes: a header of 16 bytes, then the message.
//!
//! | bytes | what |
//! |---|---|
//! | 0 to 3 | a mark |
//! | 4 to 7 | the message's length, the lowest byte first |
//! | 8 to 11 | the checksum of the message, or 0 where the header says that there is none |
//! | 12 to 15 | a hash of the twelve bytes before |
//!
//! [`crate::Kernel::send`] keeps others from writing in the middle of a message, so it needs no checksum. A writer that
//! uses the bare bytes ([`crate::Kernel::write`]) without a lock puts [`header`] before its message; when two such
//! messages get mixed, the reader finds out by the checksum.

/// The length of a header.
pub const HEADER_BYTES: usize = 16;

const CHECKED: [u8; 4] = *b"\xA5Msg";
const UNCHECKED: [u8; 4] = *b"\xA5msg";

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub length: u32,
    /// The message's checksum, if there is one.
    pub checksum: Option<u32>,
}

impl Header {
    pub fn to_bytes(self) -> [u8; HEADER_BYTES] {
        let mark = if self.checksum.is_some() { CHECKED } else { UNCHECKED };
        let mut bytes = [0; HEADER_BYTES];
        bytes[..4].copy_from_slice(&mark);
        bytes[4..8].copy_from_slice(&self.length.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.checksum.unwrap_or(0).to_le_bytes());
        bytes[12..].copy_from_slice(&self.hash().to_le_bytes());
        bytes
    }

    /// What these bytes say, if they are a header.
    pub fn from_bytes(bytes: [u8; HEADER_BYTES]) -> Option<Self> {
        let number = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let checked = bytes[..4] == CHECKED;
        if !(checked || bytes[..4] == UNCHECKED && number(8) == 0) {
            return None;
        }
        let header = Self { length: number(4), checksum: checked.then(|| number(8)) };
        (number(12) == header.hash()).then_some(header)
    }

    /// Multiplies by odd numbers and takes the upper half, after Dietzfelbinger, Hagerup, Katajainen and Penttonen, "A
    /// Reliable Randomized Algorithm for the Closest-Pair Problem" (1997). Each message costs two of these, so it is to be
    /// quick; a change of one bit changes it.
    fn hash(self) -> u32 {
        const FACTORS: [u64; 2] = [0x9E37_79B9_7F4A_7C15, 0xD1B5_4A32_D192_ED03];
        let sum = self.checksum.map_or(0, |checksum| u64::from(checksum) << 1 | 1);
        let product = (u64::from(self.length) + 1).wrapping_mul(FACTORS[0]);
        let upper = (product ^ sum).wrapping_mul(FACTORS[1]) >> 32;
        u32::try_from(upper).unwrap_or(0)
    }

    /// Whether a header could begin with this byte.
    pub fn may_begin_with(byte: u8) -> bool {
        byte == CHECKED[0]
    }
}

/// The header of a message that is written as bare bytes, with its checksum. `None` if the message is longer than can
/// be said, 4 GiB.
pub fn header(message: &[u8]) -> Option<[u8; HEADER_BYTES]> {
    let length = u32::try_from(message.len()).ok()?;
    Some(Header { length, checksum: Some(Checksum::of(message)) }.to_bytes())
}

/// A checksum of 32 bits, FNV-1a (Fowler, Noll and Vo, 1991): each byte is added by exclusive or, then the sum is
/// multiplied by a prime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Checksum(u32);

impl Checksum {
    const OFFSET: u32 = 0x811C_9DC5;
    const PRIME: u32 = 0x0100_0193;

    pub const fn new() -> Self {
        Self(Self::OFFSET)
    }

    pub fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u32::from(*byte)).wrapping_mul(Self::PRIME);
        }
    }

    pub const fn value(self) -> u32 {
        self.0
    }

    pub fn of(bytes: &[u8]) -> u32 {
        let mut sum = Self::new();
        sum.add(bytes);
        sum.value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_its_authors_test_vectors() {
        assert_eq!(Checksum::of(b""), 0x811c_9dc5);
        assert_eq!(Checksum::of(b"a"), 0xe40c_292c);
        assert_eq!(Checksum::of(b"foobar"), 0xbf9c_f968);
    }

    #[test]
    fn a_header_says_what_it_was_made_of_and_no_changed_byte_goes_unseen() {
        for checksum in [None, Some(0), Some(77)] {
            let header = Header { length: 123_456, checksum };
            let bytes = header.to_bytes();
            assert_eq!(Header::from_bytes(bytes), Some(header));
            assert!(Header::may_begin_with(bytes[0]));
            for at in 0..HEADER_BYTES {
                for bit in 0..8 {
                    let mut changed = bytes;
                    changed[at] ^= 1 << bit;
                    assert_eq!(Header::from_bytes(changed), None, "byte {at}, bit {bit}");
                }
            }
        }
    }
}
