//! Small wrappers around what the browser gives.

use gloo_events::EventListener;
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlMetaElement, MediaQueryList, Performance, Window};

fn performance() -> Option<Performance> {
    web_sys::window()?.performance()
}

/// The page's clock, in milliseconds since the page was opened.
pub fn now_millis() -> f64 {
    performance().map_or(0.0, |performance| performance.now())
}

/// The page's clock, in microseconds since the page was opened.
pub fn now_micros() -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a clock that begins at 0")]
    let micros = (now_millis() * 1e3) as u64;
    micros
}

/// Leaves a mark in the browser's timings, for whoever measures the page.
pub fn mark(name: &str) {
    if let Some(performance) = performance() {
        // A mark that cannot be set costs a measurement, nothing else.
        let _ = performance.mark(name);
    }
}

/// The folder of the engine, as the build wrote it into the page.
pub fn engine_folder() -> String {
    web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.query_selector("meta[name=threadlab-engine]").ok().flatten())
        .and_then(|element| element.dyn_into::<HtmlMetaElement>().ok())
        .map_or_else(|| "engine/".to_owned(), |meta| meta.content())
}

/// The part of the address from `#` on.
pub fn hash() -> String {
    web_sys::window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}

/// Shows `hash` as the address, as a new entry of the history or in place of the current one.
pub fn show_hash(hash: &str, new_entry: bool) {
    let Some(history) = web_sys::window().and_then(|window| window.history().ok()) else { return };
    let nothing = wasm_bindgen::JsValue::NULL;
    // Browsers refuse when an address changes too often; the next edit then carries this one along.
    let _ = if new_entry {
        history.push_state_with_url(&nothing, "", Some(hash))
    } else {
        history.replace_state_with_url(&nothing, "", Some(hash))
    };
}

/// A media query.
pub fn media(query: &str) -> Option<MediaQueryList> {
    web_sys::window()?.match_media(query).ok()?
}

/// Whether a media query matches now.
pub fn matches(query: &str) -> bool {
    media(query).is_some_and(|list| list.matches())
}

/// Calls `changed` whenever a media query begins or ceases to match.
pub fn on_media(query: &str, changed: impl Fn() + 'static) -> Option<EventListener> {
    media(query).map(|list| EventListener::new(&list, "change", move |_| changed()))
}

/// Whether the person asked for less motion.
pub fn reduced_motion() -> bool {
    matches("(prefers-reduced-motion: reduce)")
}

/// How many device pixels there are for a CSS pixel.
pub fn pixel_ratio() -> f64 {
    web_sys::window().map_or(1.0, |window: Window| window.device_pixel_ratio()).clamp(0.5, 4.0)
}

/// The size of the page's text, in CSS pixels: 16, unless the person or the style sheet wants another.
pub fn text_size() -> f64 {
    web_sys::window()
        .and_then(|window| {
            let root = window.document()?.document_element()?;
            window.get_computed_style(&root).ok()??.get_property_value("font-size").ok()
        })
        .and_then(|size| threadlab_demos::decimal(size.trim_end_matches("px")))
        .filter(|size| (4.0..200.0).contains(size))
        .unwrap_or(16.0)
}
