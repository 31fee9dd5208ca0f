//! A line through points for each series.

use crate::axis::Along;
use crate::frame::{Frame, say_empty};
use crate::stroke::Stroke;
use crate::{Canvas, DrawError, Look, drawable};
use threadlab_findings::Series;

/// Of a line with more points than this only some have marks: the marks of all would hide the line.
const MOST_MARKS: usize = 24;

/// Draws `series` over axes that are called `titles`, to the right and upwards.
pub fn draw(
    canvas: &Canvas<'_>,
    look: &Look,
    titles: (&str, &str),
    series: &[Series],
) -> Result<(), DrawError> {
    let finite = |&(x, y): &(f64, f64)| Some((drawable(x)?, drawable(y)?));
    let lines: Vec<Vec<_>> =
        series.iter().map(|series| series.points.iter().filter_map(finite).collect()).collect();
    let points = || lines.iter().flatten();
    let strokes = series.iter().enumerate().map(|(place, series)| (Stroke::of_series(look, place), series));
    let frame = Frame {
        x: Along::Between(points().map(|point| point.0).collect()),
        y: Along::FromZero(points().map(|point| point.1).collect()),
        x_title: titles.0,
        y_title: titles.1,
        // A single line is told by what goes up.
        legend: match series {
            [_] => Vec::new(),
            _ => strokes.clone().map(|(stroke, series)| (stroke, series.name.clone())).collect(),
        },
        spare: (0.0, 0.0),
    };
    let plot = frame.draw(canvas, look)?;
    if points().next().is_none() {
        return say_empty(canvas, look);
    }
    // What comes first matters most, and so is on top.
    for ((stroke, _), line) in strokes.zip(&lines).collect::<Vec<_>>().into_iter().rev() {
        let places: Vec<_> = line.iter().map(|&(x, y)| plot.at(x, y)).collect();
        stroke.line(canvas, &places)?;
        let every = places.len().div_ceil(MOST_MARKS).max(1);
        stroke.marks(canvas, places.iter().copied().step_by(every))?;
    }
    Ok(())
}
