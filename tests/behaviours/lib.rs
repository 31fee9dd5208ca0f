//! What every object of the engine does, natively and on real workers from one source: see `main.rs`, the tests.
