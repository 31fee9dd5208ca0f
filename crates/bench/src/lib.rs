//! Benchmarks of the engine beside its peers, in the browser: see `main.rs`. Run by `cargo xtask bench`.
