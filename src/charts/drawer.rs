//! What draws lines, bars and histograms: a module of its own, loaded when there is something to draw, and kept.

use crate::accents::COLOURS;
use crate::browser;
use crate::loading::Loading;
use std::rc::Rc;
use threadlab_demos::Chart;
use wasm_bindgen::{JsCast as _, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[wasm_bindgen(inline_js = "export async function load(address) {
    const module = await import(new URL(address, document.baseURI).href);
    await module.default();
    return module;
}")]
extern "C" {
    /// Loads a module that wasm-bindgen made for the web, and starts it.
    #[wasm_bindgen(catch)]
    async fn load(address: &str) -> Result<JsValue, JsValue>;

    /// The module of `crates/charts`.
    type Module;

    /// See `threadlab_charts::draw`.
    #[wasm_bindgen(method, catch)]
    fn draw(
        this: &Module,
        chart: &str,
        width: u32,
        height: u32,
        text: f64,
        colours: &str,
    ) -> Result<String, JsValue>;
}

/// The height of texts in drawings beside that of the page's text.
const TEXT: f64 = 0.8;

/// A module that draws.
pub struct Drawer(Module);

impl Drawer {
    /// The drawing of a chart as the text of an `svg` element, in the colours that the page has now.
    ///
    /// # Errors
    /// When it cannot be drawn, in words.
    pub fn draw(&self, chart: &Chart, width: u32, height: u32) -> Result<String, String> {
        // Without the first accent, which is grey.
        let series = (1..COLOURS).map(|accent| browser::colour(&format!("--accent-{accent}")));
        let colours: Vec<_> =
            ["--ink-faint", "--rule"].map(browser::colour).into_iter().chain(series).collect();
        let text = TEXT * browser::text_size();
        self.0.draw(&chart.to_text(), width, height, text, &colours.join(" ")).map_err(|error| words(&error))
    }
}

/// What draws, loaded as soon as it is `wanted`; the view is drawn again when it has come.
#[hook]
pub fn use_drawer(wanted: bool) -> Loading<Drawer> {
    let drawer = use_state_eq(|| Loading::Waiting);
    {
        let set = drawer.setter();
        use_effect_with(wanted, move |&wanted| {
            if wanted {
                spawn_local(async move {
                    let address = format!("{}charts.js", browser::charts_folder());
                    // The browser keeps it: the second time it is the same module.
                    set.set(match load(&address).await {
                        Ok(module) => Loading::Ready(Rc::new(Drawer(module.unchecked_into()))),
                        Err(error) => Loading::Failed(words(&error)),
                    });
                });
            }
        });
    }
    (*drawer).clone()
}

fn words(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(|| "it failed".to_owned(), |error| error.message().into())
}
