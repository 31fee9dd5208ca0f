//! The picture's colours, read from the style sheet, so that they are said in one place.

use crate::accents::{Accent, COLOURS};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{CanvasPattern, CanvasRenderingContext2d, CssStyleDeclaration, Element, HtmlCanvasElement};

/// Distance between two hatch lines along the lane, in units of the picture.
pub const HATCH: f64 = 6.0;

/// What the picture is painted with.
pub struct Theme {
    /// Text.
    pub ink: String,
    /// Text of less weight.
    pub faint: String,
    /// Lines of the axis.
    pub rule: String,
    /// What went wrong.
    pub alarm: String,
    /// Font of the names.
    pub font: String,
    accents: Vec<Paint>,
}

/// The paints of one accent colour.
pub struct Paint {
    /// The colour.
    pub solid: String,
    /// A colour to write with on top of it.
    pub on: String,
    /// Its hatching; `None` where the browser gave no pattern.
    pub hatch: Option<CanvasPattern>,
}

impl Theme {
    /// Reads the style that `element` has now. `scale` is the number of device pixels for a unit of the picture.
    pub fn read(element: &Element, scale: f64) -> Option<Self> {
        let style = web_sys::window()?.get_computed_style(element).ok()??;
        let accents = (0..COLOURS).map(|colour| Paint::read(&style, colour, scale)).collect();
        Some(Self {
            ink: property(&style, "--ink"),
            faint: property(&style, "--ink-faint"),
            rule: property(&style, "--rule"),
            alarm: property(&style, "--alarm"),
            font: property(&style, "font-family"),
            accents,
        })
    }

    /// The paints of a thread.
    pub fn of(&self, accent: Accent) -> &Paint {
        &self.accents[accent.colour as usize]
    }
}

impl Paint {
    fn read(style: &CssStyleDeclaration, colour: u32, scale: f64) -> Self {
        let solid = property(style, &format!("--accent-{colour}"));
        let hatch = hatch(&solid, scale).ok().flatten();
        Self { solid, on: property(style, "--on-accent"), hatch }
    }
}

fn property(style: &CssStyleDeclaration, name: &str) -> String {
    style.get_property_value(name).unwrap_or_default().trim().to_owned()
}

/// Slanted lines, as a pattern that repeats without a seam.
fn hatch(colour: &str, scale: f64) -> Result<Option<CanvasPattern>, JsValue> {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return Ok(None) };
    let canvas: HtmlCanvasElement = document.create_element("canvas")?.unchecked_into();
    let size = (HATCH * scale).round();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few pixels; casts saturate"
    )]
    let pixels = size as u32;
    canvas.set_width(pixels);
    canvas.set_height(pixels);
    let Some(context) = canvas.get_context("2d")? else { return Ok(None) };
    let context: CanvasRenderingContext2d = context.unchecked_into();
    context.set_stroke_style_str(colour);
    context.set_line_width(size / 3.2);
    context.begin_path();
    for shift in [-size, 0.0, size] {
        context.move_to(shift - 1.0, size + 1.0);
        context.line_to(shift + size + 1.0, -1.0);
    }
    context.stroke();
    context.create_pattern_with_html_canvas_element(&canvas, "repeat")
}
