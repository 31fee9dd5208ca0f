//! What the page says when it fails itself.

use std::panic::PanicHookInfo;
use wasm_bindgen::JsValue;

/// Makes a panic of the page show in the page: after it nothing else works any more, and only the console would tell.
pub fn tell_in_the_page() {
    yew::set_custom_panic_hook(Box::new(|info| {
        web_sys::console::error_1(&JsValue::from_str(&info.to_string()));
        tell(info);
    }));
}

fn tell(info: &PanicHookInfo<'_>) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    let Some(place) = document.get_element_by_id("crash") else { return };
    let message = info.payload_as_str().unwrap_or("no message");
    let line = info.location().map_or_else(String::new, |at| format!(" ({}:{})", at.file(), at.line()));
    let text = format!(
        "Threadlab has a fault and cannot go on: {message}{line}. Reload the page to continue; the address keeps your \
         parameters."
    );
    place.set_text_content(Some(&text));
    // Where the attribute cannot be removed the console still tells.
    let _ = place.remove_attribute("hidden");
}
