//! What part of time the timeline shows.

use std::ops::Range;

/// The shortest stretch of time that can fill the picture, in microseconds.
const SHORTEST: u64 = 20;

/// What part of time is in view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    /// The last so many microseconds, moving along with the run.
    Follow(u64),
    /// Everything since the beginning.
    All,
    /// This part, standing still.
    Fixed(Range<u64>),
}

impl View {
    /// The part in view (microseconds) when the run has come to `now`, where it ended if it is `over`. Never empty.
    pub fn window(&self, now: u64, over: bool) -> Range<u64> {
        match self {
            // Room for what is still to come is of no use any more.
            Self::Follow(length) if over && now < *length => 0..all(now),
            Self::Follow(length) => {
                let end = now.max(*length);
                end - length..end
            }
            Self::All => 0..all(now),
            Self::Fixed(window) => window.clone(),
        }
    }

    /// Moved by `share` of its width: positive towards later.
    #[must_use]
    pub fn panned(&self, now: u64, over: bool, share: f64) -> Self {
        let window = self.window(now, over);
        let length = window.end - window.start;
        let by = scaled(length, share.abs());
        let start = if share < 0.0 {
            window.start.saturating_sub(by)
        } else {
            window.start.saturating_add(by).min(now)
        };
        Self::Fixed(start..start.saturating_add(length))
    }

    /// Made `factor` times as wide, with the time at `anchor` (0 is the left edge, 1 the right) staying where it is.
    #[must_use]
    pub fn zoomed(&self, now: u64, over: bool, factor: f64, anchor: f64) -> Self {
        let window = self.window(now, over);
        let length = window.end - window.start;
        let most = all(now).max(length.min(SHORTEST));
        let new = scaled(length, factor).clamp(SHORTEST, most.max(SHORTEST));
        let fixed = window.start.saturating_add(scaled(length, anchor));
        let start = fixed.saturating_sub(scaled(new, anchor));
        Self::Fixed(start..start.saturating_add(new))
    }
}

/// The width of everything, with room at the end so that what happens now is not at the very edge.
fn all(now: u64) -> u64 {
    now.saturating_add(now / 50).max(1_000)
}

fn scaled(length: u64, factor: f64) -> u64 {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a part of a length on screen; casts from float saturate"
    )]
    let scaled = (length as f64 * factor.max(0.0)).round() as u64;
    scaled
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn following_stands_still_until_the_window_is_full() {
        let view = View::Follow(5_000_000);
        assert_eq!(view.window(0, false), 0..5_000_000);
        assert_eq!(view.window(3_000_000, false), 0..5_000_000);
        assert_eq!(view.window(7_000_000, false), 2_000_000..7_000_000);
    }

    #[test]
    fn a_short_run_fills_the_picture_when_it_is_over() {
        let view = View::Follow(5_000_000);
        assert_eq!(view.window(100_000, true), 0..102_000);
        assert_eq!(view.window(7_000_000, true), 2_000_000..7_000_000);
    }

    #[test]
    fn panning_keeps_the_width_and_stays_within_the_run() {
        let view = View::Follow(1_000);
        assert_eq!(view.panned(10_000, false, -0.5), View::Fixed(8_500..9_500));
        assert_eq!(view.panned(10_000, false, -50.0), View::Fixed(0..1_000));
        assert_eq!(view.panned(10_000, false, 50.0), View::Fixed(10_000..11_000));
    }

    #[test]
    fn zooming_keeps_the_anchor() {
        let view = View::Fixed(1_000..2_000);
        assert_eq!(view.zoomed(10_000, false, 0.5, 0.5), View::Fixed(1_250..1_750));
        assert_eq!(view.zoomed(10_000, false, 2.0, 0.0), View::Fixed(1_000..3_000));
    }

    proptest! {
        #[test]
        fn no_step_empties_the_window(
            now: u64,
            start: u64,
            length in 1_u64..,
            steps in prop::collection::vec((any::<bool>(), any::<f64>(), 0.0..=1.0), 0..8),
        ) {
            let start = start.min(u64::MAX - length);
            let mut view = View::Fixed(start..start + length);
            for (zoom, amount, anchor) in steps {
                view = if zoom { view.zoomed(now, true, amount, anchor) } else { view.panned(now, true, amount) };
            }
            let window = view.window(now, true);
            prop_assert!(window.start <= window.end);
        }
    }
}
