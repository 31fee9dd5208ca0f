//! The programs beside the compiler: taken from PATH where the version fits, else built into the cache.

pub mod axe;
pub mod browser;
mod install;
mod npm;
pub mod python;
pub mod trunk;
pub mod wasm_bindgen;
pub mod wasm_opt;
