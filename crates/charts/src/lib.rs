//! Draws the charts that demos hand over, as SVG.
//!
//! The page loads this module apart from its own, and only when there is something to draw: the library behind it would
//! be too much for what people download first. What goes in and out is text, so the two need not be of one build: a
//! [`Chart`] as `Chart::to_text` writes it, sizes and colours, and the drawing.
//!
//! A drawing has the title of its axes, their units and a legend, but not its own title, and its background is
//! transparent. Series are told apart by dashes and marks as well as by colours.
//!
//! # How it is arranged
//! `look` is what the caller wishes; `axis` finds the ticks; `frame` draws all that stands around the data and knows where
//! a value's place is; `stroke` draws lines and marks; `lines`, `bars` and `histogram` are the sorts of charts.

mod axis;
mod bars;
#[cfg(target_arch = "wasm32")]
mod export;
mod frame;
mod histogram;
mod lines;
mod look;
mod stroke;

pub use look::{BadColour, Colour, Look};

use plotters::prelude::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea as _, SVGBackend};
use threadlab_findings::{Chart, Data};

/// Why there is no drawing.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    /// A picture is pixels, and not drawn with lines.
    #[error("“{0}” is a picture, not a chart")]
    IsPicture(String),
    /// The library did not do it.
    #[error("the chart cannot be drawn: {0}")]
    Library(#[from] DrawingAreaErrorKind<std::io::Error>),
}

/// All of a drawing.
type Canvas<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

/// Draws a chart as the text of an `svg` element. Values that are not finite are left out; a chart without data has its
/// axes and says that it has none.
///
/// # Errors
/// A picture is not drawn here.
///
/// ```
/// use threadlab_charts::{Look, draw};
/// use threadlab_findings::Chart;
///
/// let chart = Chart::bars("Time of the start", "ms").bar("spawn", 20.5).bar("fork", 16.0);
/// let drawing = draw(&chart, &Look::new(400, 240, 13.0, "#222222 #dddddd #0067a6")?)?;
/// assert!(drawing.starts_with("<svg") && drawing.contains("spawn"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn draw(chart: &Chart, look: &Look) -> Result<String, DrawError> {
    let mut drawing = String::new();
    {
        let canvas = SVGBackend::with_string(&mut drawing, look.units()).into_drawing_area();
        match &chart.data {
            Data::Lines { x, y, series } => lines::draw(&canvas, look, (x, y), series)?,
            Data::Bars { y, bars } => bars::draw(&canvas, look, y, bars)?,
            Data::Histogram { x, values } => histogram::draw(&canvas, look, x, values)?,
            Data::Picture { .. } => return Err(DrawError::IsPicture(chart.title.clone())),
        }
        canvas.present()?;
    }
    Ok(drawing)
}

/// A value that can be drawn: within limits in which steps and differences are numbers. `None` if it is none.
fn drawable(value: f64) -> Option<f64> {
    const MOST: f64 = 1e150;
    const LEAST: f64 = 1e-150;
    let value = if value.abs() < LEAST { 0.0 } else { value };
    value.is_finite().then(|| value.clamp(-MOST, MOST))
}
