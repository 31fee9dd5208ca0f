//! What a browser and a server must offer, and how to mend it where they do not.

use js_sys::{Reflect, Uint8Array, WebAssembly, global};
use wasm_bindgen::JsValue;

/// Something without which no process can be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// The page is not cross-origin isolated.
    #[error(
        "This page is not cross-origin isolated, so the browser gives it no shared memory. Whoever serves it must \
         send the headers “Cross-Origin-Opener-Policy: same-origin” and “Cross-Origin-Embedder-Policy: require-corp”, \
         over https or from localhost; “cargo xtask serve” does."
    )]
    Isolation,
    /// There is no shared memory.
    #[error("This browser has no SharedArrayBuffer. A current Chrome, Edge, Firefox or Safari has it.")]
    SharedMemory,
    /// There are no workers.
    #[error("This browser has no Web Workers, or they are switched off. A current browser has them.")]
    Workers,
    /// WebAssembly has no atomic instructions.
    #[error("This browser's WebAssembly has no threads. A current Chrome, Edge, Firefox or Safari has them.")]
    Atomics,
    /// WebAssembly has no exceptions.
    #[error(
        "This browser's WebAssembly has no exception handling (exnref), by which a panic releases locks. Chrome or \
         Edge 137, Firefox 131, Safari 18.4 and later have it."
    )]
    Exceptions,
}

/// A module that uses an atomic instruction on a shared memory of its own.
const ATOMICS: &[u8] = &[
    0, 97, 115, 109, 1, 0, 0, 0, // magic, version
    1, 4, 1, 96, 0, 0, // type: () -> ()
    3, 2, 1, 0, // one function
    5, 4, 1, 3, 1, 1, // one shared memory of one page
    10, 11, 1, 9, 0, 65, 0, 254, 16, 2, 0, 26, 11, // i32.const 0, i32.atomic.load, drop
];

/// A module that catches all exceptions by `try_table`.
const EXCEPTIONS: &[u8] = &[
    0, 97, 115, 109, 1, 0, 0, 0, // magic, version
    1, 4, 1, 96, 0, 0, // type: () -> ()
    3, 2, 1, 0, // one function
    10, 13, 1, 11, 0, 2, 64, 31, 64, 1, 2, 0, 11, 11, 11, // block (try_table (catch_all 0)) end
];

/// Whether processes can be started here.
///
/// # Errors
///
/// Everything that is missing.
pub fn support() -> Result<(), Vec<Missing>> {
    let here = |name: &str| Reflect::get(&global(), &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED);
    let checks = [
        (here("crossOriginIsolated").is_truthy(), Missing::Isolation),
        // Without isolation browsers hide the shared memory too; then only the former can be mended.
        (
            here("SharedArrayBuffer").is_function() || !here("crossOriginIsolated").is_truthy(),
            Missing::SharedMemory,
        ),
        (here("Worker").is_function(), Missing::Workers),
        (accepts(ATOMICS), Missing::Atomics),
        (accepts(EXCEPTIONS), Missing::Exceptions),
    ];
    let missing: Vec<_> = checks.into_iter().filter_map(|(there, what)| (!there).then_some(what)).collect();
    if missing.is_empty() { Ok(()) } else { Err(missing) }
}

fn accepts(module: &[u8]) -> bool {
    WebAssembly::validate(&Uint8Array::from(module)).unwrap_or(false)
}
