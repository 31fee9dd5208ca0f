//! The timeline's picture: what part of time it shows, and how that is drawn.

pub mod axis;
pub mod lanes;
#[cfg(target_arch = "wasm32")]
pub mod paint;
#[cfg(target_arch = "wasm32")]
pub mod pen;
#[cfg(target_arch = "wasm32")]
pub mod spans;
#[cfg(target_arch = "wasm32")]
pub mod stage;
#[cfg(target_arch = "wasm32")]
pub mod theme;
pub mod view;
