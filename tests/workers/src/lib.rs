//! The engine on real workers in a headless browser.
