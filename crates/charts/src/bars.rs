//! A bar for each label.

use crate::axis::{Along, number};
use crate::frame::{Frame, Plot, say_empty, write};
use crate::look::units;
use crate::{Canvas, DrawError, Look, drawable};
use plotters::prelude::{Color as _, Rectangle};
use plotters::style::text_anchor::HPos;
use threadlab_findings::round_step;

/// The share of its room that a bar takes.
const SHARE: f64 = 0.7;

/// Heights of the text that a lying bar needs.
const LYING: f64 = 1.5;

/// Draws a bar for each of `bars`; `title` says what their lengths are. They stand side by side if their labels have room
/// there, else they lie one below the other if there is room for that.
pub fn draw(canvas: &Canvas<'_>, look: &Look, title: &str, bars: &[(String, f64)]) -> Result<(), DrawError> {
    let bars: Vec<(&str, f64)> =
        bars.iter().filter_map(|(label, value)| Some((label.as_str(), drawable(*value)?))).collect();
    let names: Vec<&str> = bars.iter().map(|bar| bar.0).collect();
    let values: Vec<f64> = bars.iter().map(|bar| bar.1).collect();
    let texts = texts(&values);
    let widest = |texts: &mut dyn Iterator<Item = &str>| {
        texts.map(|text| look.width_of(text)).fold(0.0, f64::max) + 0.5 * look.text
    };
    let of_names = widest(&mut names.iter().copied());
    let of_texts = widest(&mut texts.iter().map(String::as_str));
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53")]
    let count = bars.len().max(1) as f64;
    // A tenth for the labels of the other axis.
    let room = 0.9 * look.width / count;
    let lie = of_names > room && count * LYING * look.text <= look.height - 5.0 * look.text;
    let has_texts = lie || of_texts <= room;

    let frame = if lie {
        Frame {
            x: Along::FromZero(values.clone()),
            y: Along::Names(&names.iter().rev().copied().collect::<Vec<_>>()),
            x_title: title,
            y_title: "",
            legend: Vec::new(),
            spare: (0.0, of_texts),
        }
        .draw(canvas, look)
    } else {
        Frame {
            x: Along::Names(&names),
            y: Along::FromZero(values.clone()),
            x_title: "",
            y_title: title,
            legend: Vec::new(),
            spare: (if has_texts { 1.2 * look.text } else { 0.0 }, 0.0),
        }
        .draw(canvas, look)
    };
    let plot = frame?;
    if bars.is_empty() {
        return say_empty(canvas, look);
    }
    for (place, (value, text)) in values.iter().zip(&texts).enumerate() {
        // The first one is the uppermost.
        let place = if lie { values.len() - 1 - place } else { place };
        let (x, y) = bar(canvas, look, &plot, lie, place, *value)?;
        if lie {
            write(canvas, look, text, (x + 0.5 * look.text, y), HPos::Left)?;
        } else if has_texts {
            write(canvas, look, text, (x, y - 0.7 * look.text), HPos::Center)?;
        }
    }
    Ok(())
}

/// Draws a bar, and gives the middle of its greater end, in pixels: beyond that is room for its value.
fn bar(
    canvas: &Canvas<'_>,
    look: &Look,
    plot: &Plot<'_>,
    lie: bool,
    place: usize,
    value: f64,
) -> Result<(f64, f64), DrawError> {
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53")]
    let middle = place as f64 + 0.5;
    let corner = |along: f64, value: f64| if lie { plot.at(value, along) } else { plot.at(along, value) };
    let (a, b) = (corner(middle - 0.5 * SHARE, 0.0), corner(middle + 0.5 * SHARE, value));
    let corners = [(a.0.min(b.0), a.1.min(b.1)), (a.0.max(b.0), a.1.max(b.1))];
    canvas.draw(&Rectangle::new(corners, look.series(0).filled()))?;
    let end = corner(middle, value.max(0.0));
    let unit = f64::from(units(1.0));
    Ok((f64::from(end.0) / unit, f64::from(end.1) / unit))
}

/// Values as texts, all with the same number of decimals: enough to tell a hundredth of the greatest.
fn texts(values: &[f64]) -> Vec<String> {
    let greatest = values.iter().fold(0.0_f64, |greatest, value| greatest.max(value.abs()));
    let step = round_step(greatest, 100);
    let are_whole = values.iter().all(|value| value.fract() == 0.0);
    let step = if are_whole { step.max(1.0) } else { step };
    // As exact as the step, but not a multiple of it: of 5 only the decimals count.
    let exact = if step < 1.0 { step } else { 1.0 };
    values.iter().map(|&value| number(value, exact.max(greatest * 1e-12), greatest)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_as_exact_as_needed() {
        assert_eq!(texts(&[20.5, 16.0, 3.25]), ["20.5", "16.0", "3.2"]);
        assert_eq!(texts(&[3.0, 1200.0]), ["3", "1,200"]);
        assert_eq!(texts(&[0.52, -0.1]), ["0.52", "-0.10"]);
        assert_eq!(texts(&[0.0, 0.0]), ["0", "0"]);
        assert!(texts(&[1234.567])[0].starts_with("1,235"));
        assert_eq!(texts(&[]), [""; 0]);
    }
}
