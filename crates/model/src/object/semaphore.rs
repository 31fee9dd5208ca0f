//! A counter of permits.

/// What a model knows of a semaphore beside its holders.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Semaphore {
    initial: Option<u32>,
    permits: u32,
}

impl Semaphore {
    /// How many permits it began with, or `None` where the event that tells it was lost.
    pub fn initial(&self) -> Option<u32> {
        self.initial
    }

    /// How many permits can be taken now, or `None` where that is not known.
    pub fn permits(&self) -> Option<u32> {
        self.initial.map(|_| self.permits)
    }

    pub(crate) fn sized(&mut self, permits: u32) -> bool {
        let new = self.initial.is_none();
        if new {
            (self.initial, self.permits) = (Some(permits), permits);
        }
        new
    }

    /// Permits were taken; returns whether there were so many.
    #[inline]
    pub(crate) fn take(&mut self, count: u32) -> bool {
        let enough = self.permits >= count || self.initial.is_none();
        self.permits = self.permits.saturating_sub(count);
        enough
    }

    /// Permits were given back. One that is bounded can seem to have more than in the beginning, for as long as a thread
    /// has not said yet that it took one.
    #[inline]
    pub(crate) fn give(&mut self, count: u32) {
        self.permits = self.permits.saturating_add(count);
    }
}
