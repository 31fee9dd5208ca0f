//! Starts the page.

#[cfg(target_arch = "wasm32")]
fn main() {
    threadlab::crash::tell_in_the_page();
    let root = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("app"));
    match root {
        Some(root) => {
            yew::Renderer::<threadlab::app::App>::with_root(root).render();
        }
        // Somebody changed index.html; the body always does.
        None => {
            yew::Renderer::<threadlab::app::App>::new().render();
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("This is the page, for a browser: `cargo xtask serve` builds and serves it.");
}
