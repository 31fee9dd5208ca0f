//! The page as a person meets it. Run by `cargo xtask test --only page`.

mod demos;
mod failures;
mod stopping;
