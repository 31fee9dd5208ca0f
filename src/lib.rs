//! The page: what a person sees of Threadlab.
//!
//! Data flows one way: the `runner` starts processes through the host and folds their events into a [`run`]; the
//! `views` and the [`timeline`] show that run. What a person sets stands in a [`form`] and in the [`address`].
//! What meets the browser is built for it only; everything else also natively, so that its tests run there.

pub mod accents;
pub mod address;
#[cfg(target_arch = "wasm32")]
pub mod app;
#[cfg(target_arch = "wasm32")]
pub mod browser;
pub mod charts;
pub mod clock;
#[cfg(target_arch = "wasm32")]
pub mod crash;
pub mod faces;
pub mod form;
#[cfg(target_arch = "wasm32")]
pub mod lab;
#[cfg(target_arch = "wasm32")]
pub mod lessons;
#[cfg(target_arch = "wasm32")]
pub mod loading;
pub mod processes;
#[cfg(target_arch = "wasm32")]
pub mod progress;
pub mod run;
#[cfg(target_arch = "wasm32")]
pub mod runner;
pub mod search;
pub mod stepping;
pub mod timeline;
#[cfg(target_arch = "wasm32")]
pub mod views;
pub mod watch;
pub mod words;
