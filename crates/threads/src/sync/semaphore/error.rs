//! What can be wrong about a semaphore's permits.

/// A semaphore that would begin with more permits than it can count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{semaphore} cannot have {permits} permits: it counts up to {most}")]
pub struct TooManyPermits {
    /// The semaphore, in words.
    pub semaphore: String,
    /// The permits asked for.
    pub permits: u32,
    /// The most that there can be.
    pub most: u32,
}

/// A release that a semaphore refuses. Its permits are what they were.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReleaseError {
    /// No permits at all.
    #[error("{semaphore} cannot be given 0 permits: a release is of 1 or more")]
    None {
        /// The semaphore, in words.
        semaphore: String,
    },
    /// A bounded semaphore would have more permits than it began with.
    #[error(
        "{semaphore} cannot be given {permits} more: it would have more permits than the {bound} that it began with"
    )]
    OverBound {
        /// The semaphore, in words.
        semaphore: String,
        /// The permits to be given back.
        permits: u32,
        /// The permits that it began with.
        bound: u32,
    },
    /// A semaphore would have more permits than it can count.
    #[error("{semaphore} cannot be given {permits} more: it counts up to {most} permits")]
    OverLimit {
        /// The semaphore, in words.
        semaphore: String,
        /// The permits to be given back.
        permits: u32,
        /// The most that there can be.
        most: u32,
    },
}
