//! What the page calls.

use crate::{Look, draw};
use threadlab_findings::Chart;
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

/// Draws a chart, given as `Chart::to_text` writes it; the other arguments are those of [`Look::new`].
///
/// # Errors
/// When the text is no chart, a colour is none, or the chart is a picture.
#[wasm_bindgen(js_name = draw)]
pub fn draw_text(chart: &str, width: u32, height: u32, text: f64, colours: &str) -> Result<String, JsError> {
    let chart = Chart::parse(chart).ok_or_else(|| JsError::new("this is no chart"))?;
    Ok(draw(&chart, &Look::new(width, height, text, colours)?)?)
}
