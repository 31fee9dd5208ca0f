//! The time of a program, which passes faster or slower than real time.

use crate::atomic::{AtomicU32, Ordering};
use crate::clock;
use crate::process::factor;
use crate::sync::word::{Inner, inner};
use core::time::Duration;

/// Program time as it passes at changing scales.
pub(crate) struct ProgramClock(Inner<Look>);

/// What the last look at the clock saw.
#[derive(Default)]
struct Look {
    /// Seconds of program time since the first look.
    seconds: f64,
    /// The real time of the look.
    at: Duration,
    /// The time scale's bits since then.
    scale: u32,
}

/// Program time, and how many seconds of it pass in a real one.
#[derive(Clone, Copy)]
pub(crate) struct ProgramNow {
    pub seconds: f64,
    pub factor: f64,
}

impl ProgramClock {
    pub fn new() -> Self {
        Self(inner(Look::default()))
    }

    /// What the clock says. A change of the scale counts from the look that finds it.
    pub fn look(&self, scale: &AtomicU32) -> ProgramNow {
        let mut last = self.0.lock();
        // Relaxed: the scale stands for itself.
        let scale = scale.load(Ordering::Relaxed);
        let now = clock::now();
        // Until the first look no time has passed: its scale is nothing.
        last.seconds += now.saturating_sub(last.at).as_secs_f64() * factor(last.scale);
        (last.at, last.scale) = (now, scale);
        ProgramNow { seconds: last.seconds, factor: factor(scale) }
    }
}
