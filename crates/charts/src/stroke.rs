//! Lines and marks: how a series is told from others.

use crate::look::units;
use crate::{Canvas, DrawError, Look};
use plotters::element::DashedPathElement;
use plotters::prelude::{Circle, Color as _, Cross, PathElement, RGBColor, Rectangle, TriangleMarker};

/// The width of a line, in pixels.
const WIDTH: f64 = 2.0;

/// Half the size of a mark, in pixels.
const MARK: f64 = 4.0;

/// Lengths of dashes and of the gaps between them, in pixels; the first is a line without gaps.
const DASHES: [Option<(f64, f64)>; 4] = [None, Some((7.0, 4.0)), Some((2.0, 3.0)), Some((12.0, 3.0))];

/// What stands at a point of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Disc,
    Triangle,
    Cross,
    Square,
}

const MARKS: [Mark; 4] = [Mark::Disc, Mark::Triangle, Mark::Cross, Mark::Square];

/// How a line is drawn, and its marks.
#[derive(Clone, Copy, Debug)]
pub struct Stroke {
    colour: RGBColor,
    dash: Option<(f64, f64)>,
    mark: Option<Mark>,
}

impl Stroke {
    /// That of a series, from 0. The first 16 differ in dash or mark, whatever the colours.
    pub fn of_series(look: &Look, place: usize) -> Self {
        let dash = place % DASHES.len();
        let mark = (place + place / DASHES.len()) % MARKS.len();
        Self { colour: look.series(place), dash: DASHES[dash], mark: Some(MARKS[mark]) }
    }

    /// A dashed line without marks, in the colour of texts.
    pub const fn of_note(look: &Look) -> Self {
        Self { colour: look.ink, dash: Some((5.0, 4.0)), mark: None }
    }

    /// Draws a line through places of the canvas.
    pub fn line(&self, canvas: &Canvas<'_>, places: &[(i32, i32)]) -> Result<(), DrawError> {
        let style = self.colour.stroke_width(units(WIDTH).unsigned_abs());
        match self.dash {
            None => canvas.draw(&PathElement::new(places.to_vec(), style))?,
            Some((dash, gap)) => {
                let places = places.iter().copied();
                canvas.draw(&DashedPathElement::new(places, units(dash), units(gap), style))?;
            }
        }
        Ok(())
    }

    /// Draws a mark at each of some places of the canvas.
    pub fn marks(
        &self,
        canvas: &Canvas<'_>,
        places: impl IntoIterator<Item = (i32, i32)>,
    ) -> Result<(), DrawError> {
        let Some(mark) = self.mark else { return Ok(()) };
        let size = units(MARK);
        for (x, y) in places {
            match mark {
                Mark::Disc => canvas.draw(&Circle::new((x, y), size, self.colour.filled()))?,
                Mark::Triangle => {
                    // By its corners it looks smaller than the others.
                    canvas.draw(&TriangleMarker::new((x, y), size * 5 / 4, self.colour.filled()))?;
                }
                Mark::Cross => {
                    let style = self.colour.stroke_width(units(WIDTH).unsigned_abs());
                    canvas.draw(&Cross::new((x, y), size, style))?;
                }
                Mark::Square => {
                    let half = size * 7 / 8;
                    let corners = [(x - half, y - half), (x + half, y + half)];
                    canvas.draw(&Rectangle::new(corners, self.colour.filled()))?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn series_differ_without_their_colours() {
        let look = Look::new(400, 200, 13.0, "#000 #fff #06a").unwrap();
        let strokes = (0..16).map(|place| Stroke::of_series(&look, place));
        let forms: HashSet<_> =
            strokes.map(|stroke| format!("{:?} {:?}", stroke.dash, stroke.mark)).collect();
        assert_eq!(forms.len(), 16);
    }
}
