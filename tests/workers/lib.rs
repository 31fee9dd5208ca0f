//! The engine on real workers in a headless browser: see `main.rs`, the tests.
