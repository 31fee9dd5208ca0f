//! The canvas, told of a colour only when that is another one: asking it for each of a thousand spans takes longer than
//! to draw them.

use std::cell::Cell;
use wasm_bindgen::JsValue;
use web_sys::{CanvasPattern, CanvasRenderingContext2d};

/// Draws on a canvas with the colours of a theme.
pub struct Pen<'a> {
    context: &'a CanvasRenderingContext2d,
    /// What the canvas fills with, where that is known.
    fill: Cell<Option<&'a str>>,
    /// What it was told last, or nothing that a share can be.
    alpha: Cell<f64>,
}

impl<'a> Pen<'a> {
    /// A pen that knows nothing of what the canvas was told before.
    pub const fn new(context: &'a CanvasRenderingContext2d) -> Self {
        Self { context, fill: Cell::new(None), alpha: Cell::new(f64::NAN) }
    }

    /// The canvas, for everything but colours to fill with, opacity and saved states.
    pub const fn canvas(&self) -> &'a CanvasRenderingContext2d {
        self.context
    }

    /// Fills with this colour from now on.
    pub fn fill(&self, colour: &'a str) {
        if !self.fill.get().is_some_and(|before| std::ptr::eq(before, colour)) {
            self.fill.set(Some(colour));
            self.context.set_fill_style_str(colour);
        }
    }

    /// Fills with this pattern from now on.
    pub fn fill_with(&self, pattern: &CanvasPattern) {
        self.fill.set(None);
        self.context.set_fill_style_canvas_pattern(pattern);
    }

    /// Draws with this opacity, from 0 to 1, from now on.
    pub fn alpha(&self, share: f64) {
        if self.alpha.get().to_bits() != share.to_bits() {
            self.alpha.set(share);
            self.context.set_global_alpha(share);
        }
    }

    /// Fills a rectangle with this left upper corner, width and height.
    pub fn rect(&self, (left, top): (f64, f64), width: f64, height: f64) {
        self.context.fill_rect(left, top, width, height);
    }

    /// Writes, in letters as narrow as needed for this width.
    ///
    /// # Errors
    /// What the browser's canvas says.
    pub fn write(&self, text: &str, (left, middle): (f64, f64), width: f64) -> Result<(), JsValue> {
        self.context.fill_text_with_max_width(text, left, middle, width)
    }

    /// Lets nothing be drawn outside of this rectangle while `draw` draws.
    ///
    /// # Errors
    /// Those of `draw`.
    pub fn within(
        &self,
        (left, top): (f64, f64),
        width: f64,
        height: f64,
        draw: impl FnOnce() -> Result<(), JsValue>,
    ) -> Result<(), JsValue> {
        self.context.save();
        self.context.begin_path();
        self.context.rect(left, top, width, height);
        self.context.clip();
        let drawn = draw();
        self.context.restore();
        // It is what it was before.
        self.fill.set(None);
        self.alpha.set(f64::NAN);
        drawn
    }
}
