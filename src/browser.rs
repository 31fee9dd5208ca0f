//! Small wrappers around what the browser gives.

use gloo_events::EventListener;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlMetaElement, MediaQueryList, Performance, Response, Storage, Window};

fn performance() -> Option<Performance> {
    web_sys::window()?.performance()
}

/// The page's clock, in milliseconds since the page was opened.
pub fn now_millis() -> f64 {
    performance().map_or(0.0, |performance| performance.now())
}

/// The page's clock, in microseconds since the page was opened.
pub fn now_micros() -> u64 {
    micros(now_millis())
}

/// A time of that clock in microseconds, from milliseconds.
pub fn micros(millis: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a clock that begins at 0")]
    let micros = (millis * 1e3) as u64;
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
    folder("engine")
}

/// The folder of the lessons, as the build wrote it into the page.
pub fn lessons_folder() -> String {
    folder("lessons")
}

/// The folder of what draws charts, as the build wrote it into the page.
pub fn charts_folder() -> String {
    folder("charts")
}

fn folder(what: &str) -> String {
    let selector = format!("meta[name=threadlab-{what}]");
    web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.query_selector(&selector).ok().flatten())
        .and_then(|element| element.dyn_into::<HtmlMetaElement>().ok())
        .map_or_else(|| format!("{what}/"), |meta| meta.content())
}

/// Loads one of the page's own files.
///
/// # Errors
/// If it cannot be had, in words.
pub async fn load(address: &str) -> Result<Vec<u8>, String> {
    let words = |error: JsValue| {
        let why =
            error.dyn_ref::<js_sys::Error>().map_or_else(String::new, |error| String::from(error.message()));
        format!("{address} cannot be loaded: {why}")
    };
    let window = web_sys::window().ok_or("there is no window")?;
    let response = JsFuture::from(window.fetch_with_str(address)).await.map_err(words)?;
    let response: Response = response.dyn_into().map_err(words)?;
    if !response.ok() {
        return Err(format!("{address} cannot be loaded: the server says {}", response.status()));
    }
    let buffer = JsFuture::from(response.array_buffer().map_err(words)?).await.map_err(words)?;
    Ok(js_sys::Uint8Array::new(&buffer).to_vec())
}

/// The part of the address from `#` on.
pub fn hash() -> String {
    web_sys::window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}

/// Shows `hash` as the address, as a new entry of the history or in place of the current one.
pub fn show_hash(hash: &str, new_entry: bool) {
    let Some(history) = web_sys::window().and_then(|window| window.history().ok()) else { return };
    let nothing = JsValue::NULL;
    // Browsers refuse when an address changes too often; the next edit then carries this one along.
    let _ = if new_entry {
        history.push_state_with_url(&nothing, "", Some(hash))
    } else {
        history.replace_state_with_url(&nothing, "", Some(hash))
    };
}

/// What the browser keeps for this page under a key, if it keeps anything.
pub fn kept(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

/// Has the browser keep a text for this page. Where it keeps nothing, as in some private windows, this does nothing.
pub fn keep(key: &str, text: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(key, text);
    }
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// The whole address of the page, with `hash` after it.
pub fn link(hash: &str) -> String {
    let page = web_sys::window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    format!("{}{hash}", page.split('#').next().unwrap_or_default())
}

/// Puts a text on the clipboard. Returns whether the browser let it.
pub async fn copy(text: &str) -> bool {
    let Some(window) = web_sys::window() else { return false };
    // Only there where the page came by a secure connection.
    if !window.is_secure_context() {
        return false;
    }
    JsFuture::from(window.navigator().clipboard().write_text(text)).await.is_ok()
}

/// Scrolls to the page's beginning, as for another page.
pub fn to_the_top() {
    if let Some(window) = web_sys::window() {
        window.scroll_to_with_x_and_y(0.0, 0.0);
    }
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

/// A colour of the style sheet by its name, such as `--ink`, as it is now.
pub fn colour(name: &str) -> String {
    let style = web_sys::window().and_then(|window| {
        let root = window.document()?.document_element()?;
        window.get_computed_style(&root).ok()?
    });
    let value = style.and_then(|style| style.get_property_value(name).ok());
    value.map_or_else(String::new, |value| value.trim().to_owned())
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
