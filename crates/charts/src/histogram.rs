//! How often values fall into each of equal classes.

use crate::axis::{Along, number};
use crate::frame::{Frame, say_empty};
use crate::look::units;
use crate::stroke::Stroke;
use crate::{Canvas, DrawError, Look, drawable};
use plotters::prelude::{Color as _, Rectangle};
use threadlab_findings::{classes, round_step};

/// Draws the distribution of `values`, which are called `title`, and where their median is.
pub fn draw(canvas: &Canvas<'_>, look: &Look, title: &str, values: &[f64]) -> Result<(), DrawError> {
    let mut values: Vec<f64> = values.iter().copied().filter_map(drawable).collect();
    values.sort_by(f64::total_cmp);
    let classes = classes(&values);
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53")]
    let count = |count: usize| count as f64;
    let median =
        (!values.is_empty()).then(|| f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2]));
    let note = Stroke::of_note(look);
    let legend = median.map(|median| {
        let span = values[values.len() - 1] - values[0];
        let step = round_step(if span > 0.0 { span } else { median.abs() }, 100);
        (note, format!("median {}", number(median, step, median.abs())))
    });
    let frame = Frame {
        x: Along::Between(classes.iter().flat_map(|class| [class.from, class.to]).collect()),
        y: Along::FromZero(classes.iter().map(|class| count(class.count)).collect()),
        x_title: title,
        y_title: "how many",
        legend: legend.into_iter().collect(),
        spare: (0.0, 0.0),
    };
    let plot = frame.draw(canvas, look)?;
    let Some(median) = median else { return say_empty(canvas, look) };
    for class in classes.iter().filter(|class| class.count > 0) {
        let (left, top) = plot.at(class.from, count(class.count));
        let (right, bottom) = plot.at(class.to, 0.0);
        // A hair between neighbours, if there is room for one.
        let right = (right - units(1.0)).max(left + 1);
        canvas.draw(&Rectangle::new([(left, top), (right, bottom)], look.series(0).filled()))?;
    }
    note.line(canvas, &[plot.at(median, 0.0), plot.at(median, f64::MAX)])
}
