//! The page as a person meets it. Run by `cargo xtask test --only page`.

mod accessibility;
mod addresses;
mod around;
mod bad_input;
mod catalogue;
mod charts;
mod deadlock;
mod demos;
mod downloads;
mod endurance;
mod failures;
mod frames;
mod hosts;
mod keyboard;
mod layout;
mod names;
mod objects;
mod output;
mod pools;
mod processes;
mod redraw;
mod responsive;
mod shared;
mod shots;
mod stopping;
mod timers;
