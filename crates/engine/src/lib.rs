//! The WebAssembly module that runs the demos on workers.
