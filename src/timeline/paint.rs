//! Drawing the timeline: the axis, the lanes' names, and one pass over the spans that are in view.
#![expect(clippy::cast_precision_loss, reason = "times become places on screen")]

use super::axis::ticks;
use super::lanes::{AXIS, LaneOf, Layout, fitting, lanes};
use super::pen::Pen;
use super::theme::{Paint, Theme};
use crate::accents::Accent;
use crate::processes::facts;
use std::f64::consts::TAU;
use std::ops::Range;
use threadlab_model::{Family, Object, Process, Span};
use wasm_bindgen::JsValue;
use web_sys::CanvasRenderingContext2d;

/// One picture of a run.
pub struct Picture<'a> {
    /// What to draw.
    pub family: &'a Family,
    /// What part of time, in microseconds.
    pub window: Range<u64>,
    /// Where the lanes are.
    pub layout: Layout,
    /// How far the lanes are scrolled down, in units of the picture.
    pub scrolled: f64,
    /// With what to paint.
    pub theme: &'a Theme,
    /// Device pixels for a unit of the picture.
    pub scale: f64,
}

impl<'a> Picture<'a> {
    /// Draws it all.
    ///
    /// # Errors
    /// What the browser's canvas says.
    pub fn draw(&self, context: &CanvasRenderingContext2d) -> Result<(), JsValue> {
        let Layout { width, height, names, .. } = self.layout;
        context.set_transform(self.scale, 0.0, 0.0, self.scale, 0.0, 0.0)?;
        context.clear_rect(0.0, 0.0, width, height);
        let pen = Pen::new(context);
        pen.alpha(1.0);
        self.draw_axis(&pen)?;
        let lanes = lanes(self.family);
        let visible = || {
            self.layout
                .visible(self.scrolled)
                .filter_map(|(number, top)| Some((number, *lanes.get(number)?, top)))
        };
        pen.within((0.0, AXIS), width, height - AXIS, || self.draw_names(&pen, visible()))?;
        pen.within((names, AXIS), width - names, height - AXIS, || {
            for (_, of, top) in visible() {
                self.draw_spans(&pen, of, top)?;
            }
            Ok(())
        })
    }

    /// What is left of the lanes, and the lines between them.
    fn draw_names(
        &self,
        pen: &Pen<'a>,
        lanes: impl Iterator<Item = (usize, LaneOf<'a>, f64)>,
    ) -> Result<(), JsValue> {
        let Layout { width, lane, .. } = self.layout;
        // Names of lanes that are too low for a line of text would overlap: only some are written then.
        let every = if lane < 11.0 { 2 } else { 1 };
        // Setting a font is slow, so it is set once for all of them.
        pen.canvas().set_font(&format!("{}px {}", letters(lane), self.theme.font));
        pen.canvas().set_text_baseline("middle");
        pen.canvas().set_text_align("left");
        for (number, of, top) in lanes {
            let is_named = number % every == 0;
            match of {
                LaneOf::Process(process) => self.draw_process(pen, process, top)?,
                LaneOf::Thread(process, thread) if is_named => {
                    let accent = Accent::within(process.number(), thread.id());
                    self.draw_name(pen, thread.name(), Some(accent), top)?;
                }
                LaneOf::Object(_, object) if is_named => self.draw_name(pen, object.name(), None, top)?,
                LaneOf::Thread(..) | LaneOf::Object(..) => {}
            }
            if let LaneOf::Object(process, object) = of
                && process.model().objects().next().map(Object::id) == Some(object.id())
            {
                self.line(pen, &self.theme.rule, (0.0, top), (width, top));
            }
        }
        Ok(())
    }

    fn draw_spans(&self, pen: &Pen<'a>, of: LaneOf<'a>, top: f64) -> Result<(), JsValue> {
        match of {
            LaneOf::Process(_) => Ok(()),
            LaneOf::Thread(process, thread) => match process.model().thread_timeline(thread.id()) {
                Some(timeline) => self.draw_thread(pen, (process, thread), timeline, top),
                None => Ok(()),
            },
            LaneOf::Object(process, object) => match process.model().object_timeline(object.id()) {
                Some(timeline) => self.draw_object(pen, (process, object), timeline, top),
                None => Ok(()),
            },
        }
    }

    fn draw_axis(&self, pen: &Pen<'a>) -> Result<(), JsValue> {
        let Layout { width, height, names, .. } = self.layout;
        pen.canvas().set_font(&format!("11px {}", self.theme.font));
        pen.canvas().set_text_baseline("middle");
        pen.canvas().set_text_align("left");
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few; casts saturate")]
        let most = (self.layout.span_width() / 90.0).max(2.0) as u32;
        for tick in ticks(self.window.clone(), most) {
            let x = self.x(tick.time).round() + 0.5;
            self.line(pen, &self.theme.rule, (x, AXIS - 5.0), (x, height));
            pen.fill(&self.theme.faint);
            if x + 40.0 < width {
                pen.canvas().fill_text(&tick.label, x + 4.0, AXIS / 2.0)?;
            }
        }
        self.line(pen, &self.theme.rule, (names, AXIS - 0.5), (width, AXIS - 0.5));
        Ok(())
    }

    /// The heading of a process's lanes.
    fn draw_process(&self, pen: &Pen<'a>, process: &Process, top: f64) -> Result<(), JsValue> {
        let Layout { width, lane, .. } = self.layout;
        pen.fill(&self.theme.rule);
        pen.alpha(0.5);
        pen.rect((0.0, top), width, lane);
        pen.alpha(1.0);
        pen.fill(&self.theme.ink);
        let text = format!("{} · {}", process.name(), facts(process));
        pen.write(&text, (4.0, top + lane / 2.0 + 0.5), width - 8.0)
    }

    /// A lane's name, with a thread's mark in its colour before it.
    fn draw_name(&self, pen: &Pen<'a>, name: &str, accent: Option<Accent>, top: f64) -> Result<(), JsValue> {
        let Layout { names, lane, .. } = self.layout;
        let middle = top + lane / 2.0;
        if let Some(accent) = accent {
            draw_mark(pen, accent, self.theme.of(accent), middle)?;
        }
        pen.fill(if accent.is_some() { &self.theme.ink } else { &self.theme.faint });
        // Names end where the lanes begin: first their letters get narrow, then some are left out.
        let room = names - 20.0;
        pen.write(&fitting(name, room, letters(lane)), (14.0, middle + 0.5), room)
    }

    fn line(&self, pen: &Pen<'a>, colour: &str, from: (f64, f64), to: (f64, f64)) {
        let context = pen.canvas();
        context.set_line_width(1.0 / self.scale.min(1.0));
        context.set_stroke_style_str(colour);
        context.begin_path();
        context.move_to(from.0, from.1);
        context.line_to(to.0, to.1);
        context.stroke();
    }

    /// The place of a time on screen.
    pub(super) fn x(&self, time: u64) -> f64 {
        let length = (self.window.end - self.window.start).max(1) as f64;
        let since = time as f64 - self.window.start as f64;
        self.layout.names + since / length * self.layout.span_width()
    }

    /// Where a span is on screen, cut to a little beyond the picture so that no number is too large for the canvas.
    pub(super) fn range(&self, span: &Span) -> (f64, f64) {
        let (least, most) = (self.layout.names - 20.0, self.layout.width + 20.0);
        (self.x(span.start).clamp(least, most), self.x(span.end).clamp(least, most))
    }

    /// The microseconds of the smallest thing that is drawn. A power of two, so that it does not change with every
    /// frame while the window grows: what is merged would flicker.
    pub(super) fn cell(&self) -> u64 {
        let length = self.window.end - self.window.start;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "casts from float saturate"
        )]
        let pixels = self.layout.span_width() as u64;
        let micros = (length / pixels.max(1)).max(1);
        1 << micros.ilog2()
    }
}

/// The size of the letters of names, for lanes of this height.
fn letters(lane: f64) -> f64 {
    lane.clamp(9.0, 12.0)
}

/// The mark of a thread: disc, ring, diamond, open diamond.
fn draw_mark<'a>(pen: &Pen<'a>, accent: Accent, paint: &'a Paint, middle: f64) -> Result<(), JsValue> {
    let (x, reach) = (5.5, 3.5);
    let context = pen.canvas();
    context.begin_path();
    if accent.mark < 2 {
        context.arc(x, middle, reach, 0.0, TAU)?;
    } else {
        context.move_to(x, middle - reach - 1.0);
        context.line_to(x + reach + 1.0, middle);
        context.line_to(x, middle + reach + 1.0);
        context.line_to(x - reach - 1.0, middle);
        context.close_path();
    }
    if accent.mark.is_multiple_of(2) {
        pen.fill(&paint.solid);
        context.fill();
    } else {
        context.set_line_width(1.6);
        context.set_stroke_style_str(&paint.solid);
        context.stroke();
    }
    Ok(())
}
