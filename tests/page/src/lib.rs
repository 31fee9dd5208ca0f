//! The page as a person meets it, driven in a real browser.
