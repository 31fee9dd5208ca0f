//! An engine: the module that processes run, and the script that their workers begin with.

use js_sys::{Array, JsString, WebAssembly};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, Response, Url};

/// Why an engine could not be loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The module did not arrive.
    #[error(
        "the engine did not arrive from {url}: {reason}. Reload the page; if that does not help, it is incomplete on its server"
    )]
    Fetch {
        /// Where it was looked for.
        url: String,
        /// What the browser or the server said.
        reason: String,
    },
    /// The module cannot be compiled here.
    #[error("this browser cannot run the engine: {0}")]
    Compile(String),
}

/// A compiled module, and the script of the workers that run it.
pub struct Engine {
    module: WebAssembly::Module,
    script: String,
}

impl Engine {
    /// Loads the engine from a folder, given relative to the page, that holds `engine.js` and `engine_bg.wasm` as
    /// wasm-bindgen makes them for the web.
    ///
    /// # Errors
    ///
    /// If the module does not arrive, or cannot be compiled by this browser.
    pub async fn load(folder: &str) -> Result<Rc<Self>, LoadError> {
        let wasm = absolute(&format!("{folder}engine_bg.wasm"));
        let failed = |reason: String| LoadError::Fetch { url: wasm.clone(), reason };
        let window = web_sys::window().ok_or_else(|| failed("there is no page".into()))?;
        let response =
            JsFuture::from(window.fetch_with_str(&wasm)).await.map_err(|error| failed(said(&error)))?;
        let response: Response = response.dyn_into().map_err(|error| failed(said(&error)))?;
        if !response.ok() {
            return Err(failed(format!("the server answered {}", response.status())));
        }
        let bytes = response.array_buffer().map_err(|error| failed(said(&error)))?;
        let bytes = JsFuture::from(bytes).await.map_err(|error| failed(said(&error)))?;
        let module = JsFuture::from(WebAssembly::compile(&bytes))
            .await
            .map_err(|error| LoadError::Compile(said(&error)))?;
        let module = module.dyn_into().map_err(|error| LoadError::Compile(said(&error)))?;
        Self::from_parts(module, &format!("{folder}engine.js"))
    }

    /// An engine from a module that is compiled already and the address of the script that wasm-bindgen made for it,
    /// relative to the page.
    ///
    /// # Errors
    ///
    /// If the browser does not take the workers' script.
    pub fn from_parts(module: WebAssembly::Module, glue: &str) -> Result<Rc<Self>, LoadError> {
        // A script of a few lines in front of the engine's own, so that no further file has to be served.
        let (glue, page) = (quoted(&absolute(glue)), quoted(&absolute("./")));
        let text = format!(
            "import * as engine from {glue};\nglobalThis.threadlabPage = {page};\n{}",
            include_str!(concat!(env!("OUT_DIR"), "/worker.js"))
        );
        let options = BlobPropertyBag::new();
        options.set_type("text/javascript");
        let parts = Array::of1(&JsValue::from_str(&text));
        let blob = Blob::new_with_str_sequence_and_options(&parts, &options);
        let script = blob
            .and_then(|blob| Url::create_object_url_with_blob(&blob))
            .map_err(|error| LoadError::Compile(said(&error)))?;
        Ok(Rc::new(Self { module, script }))
    }

    pub(crate) fn module(&self) -> &WebAssembly::Module {
        &self.module
    }

    pub(crate) fn script(&self) -> &str {
        &self.script
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = Url::revoke_object_url(&self.script);
    }
}

/// An address relative to the page as one that a worker, whose script has an address of its own, understands.
fn absolute(relative: &str) -> String {
    let base =
        web_sys::window().and_then(|window| window.document()).and_then(|document| document.base_uri().ok());
    match base.flatten().map(|base| Url::new_with_base(relative, &base)) {
        Some(Ok(url)) => url.href(),
        _ => relative.to_owned(),
    }
}

/// A text as a script has it between quotes.
fn quoted(text: &str) -> String {
    js_sys::JSON::stringify(&JsString::from(text)).map_or_else(|_| String::new(), Into::into)
}

/// What an error of the browser says.
pub(crate) fn said(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => error.as_string().unwrap_or_else(|| format!("{error:?}")),
    }
}
