//! What happened in a lane: a thread's spans, or an object's.

#![expect(clippy::cast_precision_loss, reason = "lengths of short texts")]

use super::paint::Picture;
use super::pen::Pen;
use super::theme::{HATCH, Paint};
use crate::accents::Accent;
use threadlab_model::{Object, ObjectState, Process, Span, SpanKind, Thread, Timeline};
use wasm_bindgen::JsValue;

impl<'a> Picture<'a> {
    /// What a thread did.
    pub(super) fn draw_thread(
        &self,
        pen: &Pen<'a>,
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
            let weight = weight(&span);
            match span.kind {
                SpanKind::Waiting(_) => self.draw_waiting(pen, (paint, weight), (from, to), (upper, body))?,
                SpanKind::Running | SpanKind::Held(_) | SpanKind::Shared(_) | SpanKind::Level(_) => {
                    // A moment of work between two sleeps is short, but it is the point.
                    let width = (to - from).max(2.0);
                    pen.fill(&paint.solid);
                    pen.alpha(weight);
                    pen.rect((from, upper), width, body);
                }
                SpanKind::Task { number, even, asleep } => {
                    let alpha = if even { 0.7 } else { 1.0 };
                    // Asleep it is pale, but of the same size: the task is under way.
                    pen.alpha(if asleep { alpha * 0.35 } else { alpha });
                    pen.fill(&paint.solid);
                    pen.rect((from, upper), (to - from).max(2.0), body);
                    let ink = if asleep { &self.theme.ink } else { &paint.on };
                    self.write(pen, &number.to_string(), ink, (from, to), (upper, body))?;
                }
                SpanKind::Idle => {
                    pen.fill(&paint.solid);
                    pen.alpha(0.4);
                    pen.rect((from, middle - 0.5), to - from, 1.0);
                }
                // Merged of tasks that sleep.
                SpanKind::Sleeping if thread.pool().is_some() => {
                    pen.fill(&paint.solid);
                    pen.alpha(0.35 * weight);
                    pen.rect((from, upper), to - from, body);
                }
                SpanKind::Sleeping => {
                    pen.fill(&paint.solid);
                    pen.alpha(0.55);
                    pen.rect((from, middle - 0.75), to - from, 1.5);
                }
                SpanKind::Joining(_) | SpanKind::Awaiting(_) => {
                    pen.fill(&paint.solid);
                    pen.alpha(weight);
                    let step = 6.0;
                    let mut dot = from + step - from.rem_euclid(step);
                    while dot < to {
                        pen.rect((dot, middle - 1.0), 2.0, 2.0);
                        dot += step;
                    }
                }
            }
        }
        pen.alpha(1.0);
        self.draw_end(pen, process, thread, middle);
        Ok(())
    }

    /// Writes into a span where there is room.
    fn write(
        &self,
        pen: &Pen<'a>,
        text: &str,
        ink: &'a str,
        (from, to): (f64, f64),
        (upper, body): (f64, f64),
    ) -> Result<(), JsValue> {
        let left = from.max(self.layout.names);
        // Names are narrowed to fit; short texts need no more than their letters.
        if to - left > (8 * (text.len() + 1)).min(60) as f64 && body >= 10.0 {
            pen.alpha(1.0);
            pen.fill(ink);
            let middle = upper + body / 2.0 + 0.5;
            pen.write(text, (left + 5.0, middle), to - left - 8.0)?;
        }
        Ok(())
    }

    /// Hatching within a thin frame, or plain where it is too narrow for lines to be seen.
    fn draw_waiting(
        &self,
        pen: &Pen<'a>,
        (paint, weight): (&'a Paint, f64),
        (from, to): (f64, f64),
        (upper, body): (f64, f64),
    ) -> Result<(), JsValue> {
        let width = to - from;
        if let (Some(hatch), true) = (&paint.hatch, width > HATCH / 2.0) {
            // The pattern repeats in device pixels and stays where the picture is, also while that scrolls.
            let (context, scale) = (pen.canvas(), self.scale);
            context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0)?;
            pen.fill_with(hatch);
            pen.alpha(weight);
            pen.rect((from * scale, upper * scale), width * scale, body * scale);
            context.set_transform(scale, 0.0, 0.0, scale, 0.0, 0.0)?;
            context.set_stroke_style_str(&paint.solid);
            context.set_line_width(1.0);
            context.stroke_rect(from + 0.5, upper + 0.5, (width - 1.0).max(0.5), body - 1.0);
        } else {
            pen.alpha(0.5);
            pen.fill(&paint.solid);
            pen.rect((from, upper), width.max(1.0), body);
        }
        Ok(())
    }

    /// Where a thread ended, by itself or with its process: a small bar, or a cross for a panic and a violent end.
    fn draw_end(&self, pen: &Pen<'a>, process: &Process, thread: &Thread, middle: f64) {
        let with_process =
            process.exit_code().filter(|_| thread.ended().is_none() && thread.started().is_some());
        let ended = thread.ended().or_else(|| with_process.and(process.ended()));
        let Some(ended) = ended.filter(|ended| self.window.contains(ended)) else { return };
        let x = self.x(ended);
        let reach = (self.layout.lane * 0.37).max(3.0);
        let context = pen.canvas();
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
            pen.fill(&self.theme.of(Accent::within(process.number(), thread.id())).solid);
            pen.rect((x - 1.0, middle - reach), 2.0, reach * 2.0);
        }
    }

    /// Who held an object, or how much was in it.
    pub(super) fn draw_object(
        &self,
        pen: &Pen<'a>,
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
            pen.alpha(weight(&span));
            let (text, ink) = match span.kind {
                SpanKind::Held(holder) => {
                    let paint = self.theme.of(Accent::within(process.number(), holder));
                    pen.fill(&paint.solid);
                    pen.rect((from, upper), width, body);
                    let name = process.model().thread(holder).map_or("", |thread| thread.name()).to_owned();
                    (name, &paint.on)
                }
                SpanKind::Shared(holders) => {
                    // Nobody's colour: a frame around all of them.
                    pen.fill(&self.theme.rule);
                    pen.rect((from, upper), width, body);
                    pen.fill(&self.theme.faint);
                    pen.rect((from, upper), width, 1.5);
                    pen.rect((from, upper + body - 1.5), width, 1.5);
                    (format!("{holders} threads"), &self.theme.ink)
                }
                SpanKind::Level(level) => {
                    let height = (body * f64::from(level) / full).clamp(2.0, body);
                    // Lighter than the main thread's grey: this is nobody's doing.
                    pen.alpha(weight(&span) * 0.5);
                    pen.fill(&self.theme.faint);
                    pen.rect((from, upper + body - height), width, height);
                    continue;
                }
                _ => continue,
            };
            self.write(pen, &text, ink, (from, to), (upper, body))?;
        }
        pen.alpha(1.0);
        Ok(())
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
