//! Benchmarks of the engine beside its peers, in the browser.
