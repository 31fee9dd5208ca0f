//! A flag that threads wait for.

use super::Scene;
use crate::attempt::{Side, Step};

/// The flag, and how often it was set: who waits sees that it was set even if it is cleared right after.
#[derive(Debug, Default)]
pub(crate) struct Event {
    set: bool,
    times: u32,
}

impl Event {
    /// Whether it is set, and how often it was. The latter comes round at the end of its 32 bits.
    pub fn look(&self) -> (bool, u32) {
        (self.set, self.times)
    }

    pub fn set(&mut self, scene: Scene<'_>) {
        scene.tell(|recorder, event, _| recorder.set(event));
        if !self.set {
            self.set = true;
            self.times = self.times.wrapping_add(1);
            scene.gates.all(Side::Takers);
        }
    }

    pub fn clear(&mut self, scene: Scene<'_>) {
        scene.tell(|recorder, event, _| recorder.cleared(event));
        self.set = false;
    }

    /// Waits until it is set, or was set more often than that.
    pub fn wait(&self, scene: Scene<'_>, times: u32) -> Step<()> {
        if self.set || self.times != times {
            scene.tell_through();
            Step::Done(())
        } else {
            Step::Blocked(Side::Takers)
        }
    }
}
