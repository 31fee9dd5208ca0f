//! All that stands around the data: axes with ticks and titles, the grid, the legend.

use crate::axis::{Along, Axis};
use crate::look::units;
use crate::stroke::Stroke;
use crate::{Canvas, DrawError, Look};
use plotters::chart::{ChartBuilder, ChartContext};
use plotters::prelude::{Cartesian2d, Color as _, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Lengths in heights of the text: of a line of text, between entries of the legend, of the sample of a line in it.
const LINE: f64 = 1.5;
const GAP: f64 = 1.2;
const SAMPLE: f64 = 2.4;

/// Between a tick and the edge, in pixels; its label is twice as far away.
const TICK: f64 = 4.0;

/// The share of the height that the legend may take.
const LEGEND: f64 = 0.35;

/// The share of the width that the labels on the left may take.
const LABELS: f64 = 0.5;

/// What stands around the data.
pub struct Frame<'a> {
    /// What goes to the right.
    pub x: Along<'a>,
    /// What goes up.
    pub y: Along<'a>,
    /// What is written below, with its unit.
    pub x_title: &'a str,
    /// What is written above, with its unit.
    pub y_title: &'a str,
    /// What is drawn with which stroke.
    pub legend: Vec<(Stroke, String)>,
    /// Room that is kept free above the highest values and right of the rightmost, in pixels.
    pub spare: (f64, f64),
}

/// The room for the data.
pub struct Plot<'a>(ChartContext<'a, SVGBackend<'a>, Cartesian2d<Axis, Axis>>);

impl Plot<'_> {
    /// The place of values on the canvas. Those beyond the limits are brought within.
    pub fn at(&self, x: f64, y: f64) -> (i32, i32) {
        let axes = self.0.as_coord_spec();
        let within = |value: f64, axis: &Axis| value.clamp(axis.from, axis.to);
        self.0.backend_coord(&(within(x, axes.x_spec()), within(y, axes.y_spec())))
    }
}

impl Frame<'_> {
    /// Draws it.
    pub fn draw<'a>(&self, canvas: &Canvas<'a>, look: &Look) -> Result<Plot<'a>, DrawError> {
        let title = if self.y_title.is_empty() { 0.0 } else { LINE * look.text };
        if !self.y_title.is_empty() {
            write(canvas, look, &look.shortened(self.y_title, look.width), (0.0, 0.5 * title), HPos::Left)?;
        }
        let legend = self.legend(canvas, look, title)?;
        // Half a line for the upper half of the highest label.
        let top = title + legend + 0.5 * look.text + self.spare.0;
        let bottom = 2.0 * TICK + look.text * if self.x_title.is_empty() { 1.3 } else { 1.3 + LINE };

        let height = (look.height - top - bottom).max(look.text);
        let y = Axis::fitting(&self.y, |axis| {
            #[expect(clippy::cast_precision_loss, reason = "a few dozens")]
            let labels = axis.ticks.len() as f64;
            labels * 1.6 * look.text <= height
        });
        let most = LABELS * look.width;
        let widest = |axis: &Axis| axis.labels().map(|label| look.width_of(label)).fold(0.0, f64::max);
        let left = widest(&y).min(most) + 2.0 * TICK;
        let room = (look.width - left - self.spare.1).max(look.text);
        let x = Axis::fitting(&self.x, |axis| {
            #[expect(clippy::cast_precision_loss, reason = "a few dozens")]
            let labels = axis.ticks.len() as f64;
            labels * (widest(axis) + look.text) <= room + look.text
        });
        // The last label stands out by half its width.
        let out = x.labels().last().map_or(0.0, |label| 0.5 * look.width_of(label));
        let right = self.spare.1.max(out).max(TICK).min(0.5 * room);

        let mut context = ChartBuilder::on(canvas)
            .margin_top(units(top))
            .margin_right(units(right))
            .x_label_area_size(units(bottom))
            .y_label_area_size(units(left))
            .build_cartesian_2d(
                x.labelled(|label| look.shortened(label, room)),
                y.labelled(|label| look.shortened(label, most)),
            )?;
        let mut mesh = context.configure_mesh();
        mesh.bold_line_style(look.rule.stroke_width(units(1.0).unsigned_abs()))
            .axis_style(look.ink.mix(0.5).stroke_width(units(1.0).unsigned_abs()))
            .label_style(look.style())
            .axis_desc_style(look.style())
            .set_all_tick_mark_size(units(TICK));
        // Between names there is nothing to read off.
        if matches!(self.x, Along::Names(_)) {
            mesh.disable_x_mesh();
        }
        if matches!(self.y, Along::Names(_)) {
            mesh.disable_y_mesh();
        }
        if !self.x_title.is_empty() {
            mesh.x_desc(look.shortened(self.x_title, room));
        }
        mesh.draw()?;
        Ok(Plot(context))
    }

    /// Draws the legend from a height on, and gives its own height, in pixels.
    fn legend(&self, canvas: &Canvas<'_>, look: &Look, top: f64) -> Result<f64, DrawError> {
        let (line, gap, sample) = (LINE * look.text, GAP * look.text, SAMPLE * look.text);
        let (mut x, mut y) = (0.0, top + 0.5 * line);
        for (place, (stroke, name)) in self.legend.iter().enumerate() {
            let name = look.shortened(name, look.width - sample - gap);
            let width = sample + 0.5 * look.text + look.width_of(&name);
            if x > 0.0 && x + width > look.width {
                if y + line - top > LEGEND * look.height {
                    let rest = format!("and {} more", self.legend.len() - place);
                    y += line;
                    write(canvas, look, &rest, (0.0, y), HPos::Left)?;
                    break;
                }
                (x, y) = (0.0, y + line);
            }
            let place = |share: f64| (units(x + share * sample), units(y));
            stroke.line(canvas, &[place(0.0), place(1.0)])?;
            stroke.marks(canvas, [place(0.5)])?;
            write(canvas, look, &name, (x + sample + 0.5 * look.text, y), HPos::Left)?;
            x += width + gap;
        }
        Ok(if self.legend.is_empty() { 0.0 } else { y + 0.5 * line - top })
    }
}

/// Writes a text beside or around a place in pixels, centred at its height.
pub fn write(
    canvas: &Canvas<'_>,
    look: &Look,
    text: &str,
    place: (f64, f64),
    side: HPos,
) -> Result<(), DrawError> {
    let style = look.style().pos(Pos::new(side, VPos::Center));
    canvas.draw_text(text, &style, (units(place.0), units(place.1)))?;
    Ok(())
}

/// Says in the middle that there is nothing to draw.
pub fn say_empty(canvas: &Canvas<'_>, look: &Look) -> Result<(), DrawError> {
    write(canvas, look, "no data", (0.5 * look.width, 0.5 * look.height), HPos::Center)
}
