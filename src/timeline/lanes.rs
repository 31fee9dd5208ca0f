//! Where the lanes are within the picture. Its unit is a sixteenth of the size of the page's text: mostly a CSS pixel.

/// Height of the time axis, above the lanes.
pub const AXIS: f64 = 22.0;

/// The measures of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    /// The width of the whole picture.
    pub width: f64,
    /// The height of the whole picture.
    pub height: f64,
    /// The width of the names on the left.
    pub names: f64,
    /// The height of a lane.
    pub lane: f64,
    /// How many lanes there are.
    pub lanes: usize,
}

impl Layout {
    /// The measures for so many lanes. Lanes get lower as there are more of them, down to a height at which they can
    /// still be told apart; what does not fit then is reached by scrolling.
    pub fn new(width: f64, height: f64, lanes: usize) -> Self {
        let names = (width * 0.2).clamp(64.0, 128.0);
        #[expect(clippy::cast_precision_loss, reason = "a number of lanes")]
        let share = (height - AXIS) / lanes.max(1) as f64;
        Self { width, height, names, lane: share.clamp(9.0, 30.0), lanes }
    }

    /// How high the whole would be without scrolling.
    pub fn full_height(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a number of lanes")]
        let lanes = self.lanes as f64;
        (AXIS + self.lane * lanes).max(self.height)
    }

    /// The width of the part that shows time.
    pub fn span_width(&self) -> f64 {
        (self.width - self.names).max(1.0)
    }

    /// The lanes that are in view when scrolled down by `scrolled`, each with its upper edge.
    pub fn visible(&self, scrolled: f64) -> impl Iterator<Item = (usize, f64)> + use<> {
        let Self { lane, lanes, height, .. } = *self;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "casts from float saturate, and the take below bounds the rest"
        )]
        let first = (scrolled.max(0.0) / lane).floor() as usize;
        #[expect(clippy::cast_precision_loss, reason = "a number of lanes")]
        (first..lanes)
            .map(move |number| (number, AXIS + number as f64 * lane - scrolled.max(0.0)))
            .take_while(move |&(_, top)| top < height)
    }

    /// The lane at a height within the picture, when scrolled down by `scrolled`.
    pub fn lane_at(&self, y: f64, scrolled: f64) -> Option<usize> {
        self.visible(scrolled)
            .find(|&(_, top)| y >= AXIS && (top..top + self.lane).contains(&y))
            .map(|(number, _)| number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_lanes_fill_no_more_than_they_need() {
        let layout = Layout::new(800.0, 260.0, 3);
        assert!((layout.full_height() - 260.0).abs() < 1e-9);
        assert_eq!(layout.visible(0.0).count(), 3);
        assert_eq!(layout.lane_at(AXIS + 31.0, 0.0), Some(1));
        assert_eq!(layout.lane_at(AXIS - 1.0, 0.0), None);
        assert_eq!(layout.lane_at(250.0, 0.0), None);
    }

    #[test]
    fn of_many_lanes_only_those_in_view_are_drawn() {
        let layout = Layout::new(800.0, 260.0, 1_000);
        assert!(layout.full_height() > 9_000.0);
        let seen: Vec<_> = layout.visible(4_500.0).map(|(number, _)| number).collect();
        assert!(seen.len() < 30 && seen[0] == 500, "{seen:?}");
    }
}
