//! Drawing the timeline: one pass over the spans that are in view.
#![expect(clippy::cast_precision_loss, reason = "times and lane numbers become places on screen")]

use super::axis::ticks;
use super::lanes::{AXIS, LaneOf, Layout, lanes};
use super::theme::{HATCH, Paint, Theme};
use crate::accents::Accent;
use crate::processes::facts;
use std::f64::consts::TAU;
use std::ops::Range;
use threadlab_model::{Family, Object, ObjectState, Process, Span, SpanKind, Thread, Timeline};
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

impl Picture<'_> {
    /// Draws it all.
    ///
    /// # Errors
    /// What the browser's canvas says.
    pub fn draw(&self, context: &CanvasRenderingContext2d) -> Result<(), JsValue> {
        let Layout { width, height, names, lane, .. } = self.layout;
        context.set_transform(self.scale, 0.0, 0.0, self.scale, 0.0, 0.0)?;
        context.clear_rect(0.0, 0.0, width, height);
        self.draw_axis(context)?;

        context.save();
        context.begin_path();
        context.rect(0.0, AXIS, width, height - AXIS);
        context.clip();
        // Names of lanes that are too low for a line of text would overlap: only some are written then.
        let every = if lane < 11.0 { 2 } else { 1 };
        // Setting a font is slow, so it is set once for all of them.
        context.set_font(&format!("{}px {}", lane.clamp(9.0, 12.0), self.theme.font));
        context.set_text_baseline("middle");
        context.set_text_align("left");
        let lanes = lanes(self.family);
        for (number, top) in self.layout.visible(self.scrolled) {
            let Some(&of) = lanes.get(number) else { break };
            let (name, timeline, accent) = match of {
                LaneOf::Process(process) => {
                    self.draw_process(context, process, top)?;
                    continue;
                }
                LaneOf::Thread(process, thread) => (
                    thread.name(),
                    process.model().thread_timeline(thread.id()),
                    Some(Accent::within(process.number(), thread.id())),
                ),
                LaneOf::Object(process, object) => {
                    (object.name(), process.model().object_timeline(object.id()), None)
                }
            };
            if number % every == 0 {
                self.draw_name(context, name, accent, top)?;
            }
            context.save();
            context.begin_path();
            context.rect(names, top, width - names, lane);
            context.clip();
            if let Some(timeline) = timeline {
                match of {
                    LaneOf::Process(_) => {}
                    LaneOf::Thread(process, thread) => {
                        self.draw_thread(context, (process, thread), timeline, top)?;
                    }
                    LaneOf::Object(process, object) => {
                        self.draw_object(context, (process, object), timeline, top)?;
                    }
                }
            }
            context.restore();
            if let LaneOf::Object(process, object) = of
                && process.model().objects().next().map(Object::id) == Some(object.id())
            {
                self.line(context, &self.theme.rule, (0.0, top), (width, top));
            }
        }
        context.restore();
        Ok(())
    }

    fn draw_axis(&self, context: &CanvasRenderingContext2d) -> Result<(), JsValue> {
        let Layout { width, height, names, .. } = self.layout;
        context.set_font(&format!("11px {}", self.theme.font));
        context.set_text_baseline("middle");
        context.set_text_align("left");
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few; casts saturate")]
        let most = (self.layout.span_width() / 90.0).max(2.0) as u32;
        for tick in ticks(self.window.clone(), most) {
            let x = self.x(tick.time).round() + 0.5;
            self.line(context, &self.theme.rule, (x, AXIS - 5.0), (x, height));
            context.set_fill_style_str(&self.theme.faint);
            if x + 40.0 < width {
                context.fill_text(&tick.label, x + 4.0, AXIS / 2.0)?;
            }
        }
        self.line(context, &self.theme.rule, (names, AXIS - 0.5), (width, AXIS - 0.5));
        Ok(())
    }

    /// The heading of a process's lanes.
    fn draw_process(
        &self,
        context: &CanvasRenderingContext2d,
        process: &Process,
        top: f64,
    ) -> Result<(), JsValue> {
        let Layout { width, lane, .. } = self.layout;
        context.set_fill_style_str(&self.theme.rule);
        context.set_global_alpha(0.5);
        context.fill_rect(0.0, top, width, lane);
        context.set_global_alpha(1.0);
        context.set_fill_style_str(&self.theme.ink);
        let text = format!("{} · {}", process.name(), facts(process));
        context.fill_text_with_max_width(&text, 4.0, top + lane / 2.0 + 0.5, width - 8.0)
    }

    /// A lane's name, with a thread's mark in its colour before it.
    fn draw_name(
        &self,
        context: &CanvasRenderingContext2d,
        name: &str,
        accent: Option<Accent>,
        top: f64,
    ) -> Result<(), JsValue> {
        let Layout { names, lane, .. } = self.layout;
        let middle = top + lane / 2.0;
        if let Some(accent) = accent {
            draw_mark(context, accent, self.theme.of(accent), middle)?;
        }
        context.set_fill_style_str(if accent.is_some() { &self.theme.ink } else { &self.theme.faint });
        // Long names end where the lanes begin: narrow letters rather than none.
        context.fill_text_with_max_width(name, 14.0, middle + 0.5, names - 20.0)
    }

    fn draw_thread(
        &self,
        context: &CanvasRenderingContext2d,
        (process, thread): (&Process, &Thread),
        timeline: Timeline<'_>,
        top: f64,
    ) -> Result<(), JsValue> {
        let paint = self.theme.of(Accent::within(process.number(), thread.id()));
        let body = (self.layout.lane * 0.74).max(4.0);
        let upper = top + (self.layout.lane - body) / 2.0;
        let middle = top + self.layout.lane / 2.0;
        for span in timeline.coarse(self.window.clone(), self.cell()) {
            let (from, to) = self.range(&span);
            context.set_global_alpha(weight(&span));
            match span.kind {
                SpanKind::Waiting(_) => self.draw_waiting(context, paint, (from, to), (upper, body))?,
                SpanKind::Running | SpanKind::Held(_) | SpanKind::Shared(_) | SpanKind::Level(_) => {
                    // A moment of work between two sleeps is short, but it is the point.
                    let width = (to - from).max(2.0);
                    context.set_fill_style_str(&paint.solid);
                    context.fill_rect(from, upper, width, body);
                }
                SpanKind::Task { number, even, asleep } => {
                    let alpha = if even { 0.7 } else { 1.0 };
                    // Asleep it is pale, but of the same size: the task is under way.
                    context.set_global_alpha(if asleep { alpha * 0.35 } else { alpha });
                    context.set_fill_style_str(&paint.solid);
                    context.fill_rect(from, upper, (to - from).max(2.0), body);
                    context.set_global_alpha(1.0);
                    let ink = if asleep { &self.theme.ink } else { &paint.on };
                    self.write(context, &number.to_string(), ink, (from, to), (upper, body))?;
                }
                SpanKind::Idle => {
                    context.set_fill_style_str(&paint.solid);
                    context.set_global_alpha(0.4);
                    context.fill_rect(from, middle - 0.5, to - from, 1.0);
                }
                // Merged of tasks that sleep.
                SpanKind::Sleeping if thread.pool().is_some() => {
                    context.set_fill_style_str(&paint.solid);
                    context.set_global_alpha(0.35 * weight(&span));
                    context.fill_rect(from, upper, to - from, body);
                }
                SpanKind::Sleeping => {
                    context.set_fill_style_str(&paint.solid);
                    context.set_global_alpha(0.55);
                    context.fill_rect(from, middle - 0.75, to - from, 1.5);
                }
                SpanKind::Joining(_) | SpanKind::Awaiting(_) => {
                    context.set_fill_style_str(&paint.solid);
                    let step = 6.0;
                    let mut dot = from + step - from.rem_euclid(step);
                    while dot < to {
                        context.fill_rect(dot, middle - 1.0, 2.0, 2.0);
                        dot += step;
                    }
                }
            }
        }
        context.set_global_alpha(1.0);
        self.draw_end(context, process, thread, middle);
        Ok(())
    }

    /// Writes into a span where there is room.
    fn write(
        &self,
        context: &CanvasRenderingContext2d,
        text: &str,
        ink: &str,
        (from, to): (f64, f64),
        (upper, body): (f64, f64),
    ) -> Result<(), JsValue> {
        let left = from.max(self.layout.names);
        // Names are narrowed to fit; short texts need no more than their letters.
        if to - left > (8 * (text.len() + 1)).min(60) as f64 && body >= 10.0 {
            context.set_global_alpha(1.0);
            context.set_fill_style_str(ink);
            let middle = upper + body / 2.0 + 0.5;
            context.fill_text_with_max_width(text, left + 5.0, middle, to - left - 8.0)?;
        }
        Ok(())
    }

    /// Hatching within a thin frame, or plain where it is too narrow for lines to be seen.
    fn draw_waiting(
        &self,
        context: &CanvasRenderingContext2d,
        paint: &Paint,
        (from, to): (f64, f64),
        (upper, body): (f64, f64),
    ) -> Result<(), JsValue> {
        let width = to - from;
        if let (Some(hatch), true) = (&paint.hatch, width > HATCH / 2.0) {
            // The pattern repeats in device pixels and stays where the picture is, also while that scrolls.
            context.save();
            context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0)?;
            context.set_fill_style_canvas_pattern(hatch);
            let scale = self.scale;
            context.fill_rect(from * scale, upper * scale, width * scale, body * scale);
            context.restore();
            context.set_stroke_style_str(&paint.solid);
            context.set_line_width(1.0);
            context.stroke_rect(from + 0.5, upper + 0.5, (width - 1.0).max(0.5), body - 1.0);
        } else {
            context.set_global_alpha(0.5);
            context.set_fill_style_str(&paint.solid);
            context.fill_rect(from, upper, width.max(1.0), body);
        }
        Ok(())
    }

    /// Where a thread ended, by itself or with its process: a small bar, or a cross for a panic and a violent end.
    fn draw_end(&self, context: &CanvasRenderingContext2d, process: &Process, thread: &Thread, middle: f64) {
        let with_process =
            process.exit_code().filter(|_| thread.ended().is_none() && thread.started().is_some());
        let ended = thread.ended().or_else(|| with_process.and(process.ended()));
        let Some(ended) = ended.filter(|ended| self.window.contains(ended)) else { return };
        let x = self.x(ended);
        let reach = (self.layout.lane * 0.37).max(3.0);
        if thread.panic().is_some() || with_process.is_some_and(|code| code < 0) {
            context.set_line_width(2.0);
            context.set_stroke_style_str(&self.theme.alarm);
            context.begin_path();
            context.move_to(x - reach, middle - reach);
            context.line_to(x + reach, middle + reach);
            context.move_to(x - reach, middle + reach);
            context.line_to(x + reach, middle - reach);
            context.stroke();
        } else {
            context.set_fill_style_str(&self.theme.of(Accent::within(process.number(), thread.id())).solid);
            context.fill_rect(x - 1.0, middle - reach, 2.0, reach * 2.0);
        }
    }

    fn draw_object(
        &self,
        context: &CanvasRenderingContext2d,
        (process, object): (&Process, &Object),
        timeline: Timeline<'_>,
        top: f64,
    ) -> Result<(), JsValue> {
        let body = (self.layout.lane * 0.6).max(4.0);
        let upper = top + (self.layout.lane - body) / 2.0;
        let full = f64::from(full_level(object));
        for span in timeline.coarse(self.window.clone(), self.cell()) {
            let (from, to) = self.range(&span);
            let width = (to - from).max(1.0);
            context.set_global_alpha(weight(&span));
            let (text, ink) = match span.kind {
                SpanKind::Held(holder) => {
                    let paint = self.theme.of(Accent::within(process.number(), holder));
                    context.set_fill_style_str(&paint.solid);
                    context.fill_rect(from, upper, width, body);
                    let name = process.model().thread(holder).map_or("", |thread| thread.name()).to_owned();
                    (name, &paint.on)
                }
                SpanKind::Shared(holders) => {
                    // Nobody's colour: a frame around all of them.
                    context.set_fill_style_str(&self.theme.rule);
                    context.fill_rect(from, upper, width, body);
                    context.set_fill_style_str(&self.theme.faint);
                    context.fill_rect(from, upper, width, 1.5);
                    context.fill_rect(from, upper + body - 1.5, width, 1.5);
                    (format!("{holders} threads"), &self.theme.ink)
                }
                SpanKind::Level(level) => {
                    let height = (body * f64::from(level) / full).clamp(2.0, body);
                    // Lighter than the main thread's grey: this is nobody's doing.
                    context.set_global_alpha(weight(&span) * 0.5);
                    context.set_fill_style_str(&self.theme.faint);
                    context.fill_rect(from, upper + body - height, width, height);
                    continue;
                }
                _ => continue,
            };
            self.write(context, &text, ink, (from, to), (upper, body))?;
        }
        context.set_global_alpha(1.0);
        Ok(())
    }

    fn line(&self, context: &CanvasRenderingContext2d, colour: &str, from: (f64, f64), to: (f64, f64)) {
        context.set_line_width(1.0 / self.scale.min(1.0));
        context.set_stroke_style_str(colour);
        context.begin_path();
        context.move_to(from.0, from.1);
        context.line_to(to.0, to.1);
        context.stroke();
    }

    /// The place of a time on screen.
    fn x(&self, time: u64) -> f64 {
        let length = (self.window.end - self.window.start).max(1) as f64;
        let since = time as f64 - self.window.start as f64;
        self.layout.names + since / length * self.layout.span_width()
    }

    /// Where a span is on screen, cut to a little beyond the picture so that no number is too large for the canvas.
    fn range(&self, span: &Span) -> (f64, f64) {
        let (least, most) = (self.layout.names - 20.0, self.layout.width + 20.0);
        (self.x(span.start).clamp(least, most), self.x(span.end).clamp(least, most))
    }

    /// The microseconds of the smallest thing that is drawn. A power of two, so that it does not change with every
    /// frame while the window grows: what is merged would flicker.
    fn cell(&self) -> u64 {
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

/// How much an object has in it when its lane is drawn at its full height.
fn full_level(object: &Object) -> u32 {
    match object.state() {
        ObjectState::Queue(queue) => queue.capacity().unwrap_or(10),
        ObjectState::Barrier(barrier) => barrier.parties().unwrap_or(1),
        ObjectState::Pool(pool) => pool.size().unwrap_or(8),
        ObjectState::Condition(_) | ObjectState::Timers(_) => 8,
        _ => 1,
    }
}

/// Merged spans are drawn lighter, by how much of them is really of their kind.
fn weight(span: &Span) -> f64 {
    if span.merged() { 0.45 + 0.55 * f64::from(span.share) / 100.0 } else { 1.0 }
}

/// The mark of a thread: disc, ring, diamond, open diamond.
fn draw_mark(
    context: &CanvasRenderingContext2d,
    accent: Accent,
    paint: &Paint,
    middle: f64,
) -> Result<(), JsValue> {
    let (x, reach) = (5.5, 3.5);
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
        context.set_fill_style_str(&paint.solid);
        context.fill();
    } else {
        context.set_line_width(1.6);
        context.set_stroke_style_str(&paint.solid);
        context.stroke();
    }
    Ok(())
}
