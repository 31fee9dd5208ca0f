//! The types that can be shared as bytes.

/// A type whose values are a few bytes without references: the numbers of 8 to 64 bits, and `bool`.
pub trait Plain: Copy + Default + sealed::Bytes {}

/// The most bytes that a value has.
pub(super) const MOST_BYTES: usize = 8;

pub(super) mod sealed {
    use super::MOST_BYTES;

    pub trait Bytes: Sized {
        /// How many bytes a value has.
        const BYTES: usize;
        /// The value's bytes, which are the first of these; the rest is 0.
        fn to_bytes(self) -> [u8; MOST_BYTES];
        /// The value of these bytes, of which there are [`BYTES`](Self::BYTES); bytes that are missing are 0.
        fn from_bytes(bytes: &[u8]) -> Self;
    }
}

macro_rules! plain {
    ($($number:ty)*) => {$(
        impl Plain for $number {}

        impl sealed::Bytes for $number {
            const BYTES: usize = size_of::<Self>();

            fn to_bytes(self) -> [u8; MOST_BYTES] {
                let mut bytes = [0; MOST_BYTES];
                bytes[..Self::BYTES].copy_from_slice(&self.to_le_bytes());
                bytes
            }

            fn from_bytes(bytes: &[u8]) -> Self {
                let mut whole = [0; Self::BYTES];
                whole.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
                Self::from_le_bytes(whole)
            }
        }
    )*};
}

plain! { u8 u16 u32 u64 i8 i16 i32 i64 f32 f64 }

impl Plain for bool {}

impl sealed::Bytes for bool {
    const BYTES: usize = 1;

    fn to_bytes(self) -> [u8; MOST_BYTES] {
        u8::from(self).to_bytes()
    }

    fn from_bytes(bytes: &[u8]) -> Self {
        u8::from_bytes(bytes) != 0
    }
}
