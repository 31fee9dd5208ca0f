//! What can be wrong about a barrier.

/// A barrier for a number of threads that there cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{barrier} cannot wait for {parties} parties: it is for 1 to {most}")]
pub struct InvalidParties {
    /// The barrier, in words.
    pub barrier: String,
    /// The parties asked for.
    pub parties: usize,
    /// The most that there can be.
    pub most: u32,
}

/// A wait at a barrier that was in vain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BarrierError {
    /// The barrier was broken before, or broke or was reset during the wait.
    #[error("{barrier} is broken: not all parties can pass it together")]
    Broken {
        /// The barrier, in words.
        barrier: String,
    },
    /// The barrier's own action came to it.
    #[error(
        "{barrier} is kept closed by its action until that is done: an action cannot wait at its own barrier"
    )]
    InAction {
        /// The barrier, in words.
        barrier: String,
    },
    /// Its own time was over before all parties came; that broke the barrier for the others.
    #[error("{barrier} broke: a wait's time was over before all parties came")]
    TimedOut {
        /// The barrier, in words.
        barrier: String,
    },
}
