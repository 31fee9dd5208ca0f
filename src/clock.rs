//! The process's clock, as seen from the page.

/// Tells the process's time between its events, from the page's clock. Events arrive late, never early, so the smallest
/// difference seen between the two clocks is the best guess.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    offset: Option<u64>,
}

impl Clock {
    /// An event of the process's time `event` is here at the page's time `page`, both in microseconds.
    pub fn heard(&mut self, page: u64, event: u64) {
        let offset = page.saturating_sub(event);
        self.offset = Some(self.offset.map_or(offset, |known| known.min(offset)));
    }

    /// The process's time at the page's time `page`, or `None` before anything was heard.
    pub fn at(&self, page: u64) -> Option<u64> {
        self.offset.map(|offset| page.saturating_sub(offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_promptest_event_sets_it() {
        let mut clock = Clock::default();
        assert_eq!(clock.at(5), None);
        clock.heard(1_030, 0);
        clock.heard(1_110, 100);
        clock.heard(1_250, 200);
        assert_eq!(clock.at(2_010), Some(1_000));
    }

    #[test]
    fn it_never_runs_behind_what_was_heard() {
        let mut clock = Clock::default();
        clock.heard(1_000, 50);
        clock.heard(1_001, 60);
        assert!(clock.at(1_001) >= Some(60));
    }
}
