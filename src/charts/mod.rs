//! Charts, as far as the page itself knows them: their data as a table and in words, and pictures as pixels. Lines and bars
//! are drawn by a module that is loaded apart, `drawer`.

#[cfg(target_arch = "wasm32")]
pub mod drawer;
pub mod paint;
pub mod table;
pub mod words;
