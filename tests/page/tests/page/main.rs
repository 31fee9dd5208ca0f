//! The page as a person meets it. Run by `cargo xtask test --only page`.

mod addresses;
mod bad_input;
mod demos;
mod failures;
mod frames;
mod hosts;
mod keyboard;
mod layout;
mod names;
mod shots;
mod stopping;
