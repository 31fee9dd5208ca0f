//! For tests, here and in other crates: streams of events as a run would write them, and what must hold of every model.
//!
//! ```
//! use threadlab_model::{Model, testing};
//!
//! let events = testing::stream(testing::Shape { threads: 3, locks: 2, pools: 1, others: 11 }, testing::Choices::new(7).take(500));
//! let mut model = Model::new();
//! model.extend(&events);
//! assert_eq!(testing::check(&model), Ok(()));
//! assert_eq!(model.anomalies(), 0);
//! ```

mod check;
mod simulation;

pub use check::check;
pub use simulation::{Shape, Simulation, stream};

/// An endless row of numbers that a seed determines, to choose by.
#[derive(Clone, Debug)]
pub struct Choices {
    state: u64,
}

impl Choices {
    /// The row for this seed.
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }
}

impl Iterator for Choices {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        // An odd step visits every state; the multiplications spread what it changed over all bits.
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 31)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        bits = (bits ^ (bits >> 31)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        Some((bits >> 32) as u32)
    }
}
