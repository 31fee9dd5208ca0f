//! What `cargo xtask` says about the page and the browser; see the documentation of its module `test`.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::webdriver::Session;

/// Which of the served pages is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// The page that people get.
    People,
    /// The page with an engine whose programs go wrong; see `tests/page/engine`.
    TestEngine,
}

impl Site {
    /// Its address, with a slash at the end.
    ///
    /// # Errors
    /// When the tests were not started by `cargo xtask`.
    pub fn url(self) -> Result<String> {
        variable(match self {
            Self::People => "THREADLAB_URL",
            Self::TestEngine => "THREADLAB_TEST_ENGINE_URL",
        })
    }
}

/// The folder of the built page.
///
/// # Errors
/// When the tests were not started by `cargo xtask`.
pub fn dist() -> Result<PathBuf> {
    variable("THREADLAB_DIST").map(PathBuf::from)
}

/// The file with axe-core's script.
///
/// # Errors
/// When the tests were not started by `cargo xtask`, or it could not have the script.
pub fn axe() -> Result<PathBuf> {
    variable("THREADLAB_AXE").map(PathBuf::from)
}

/// The folder for pictures of the page.
pub fn shots() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/shots"))
}

/// Starts a browser.
///
/// # Errors
/// When there is none, or the tests were not started by `cargo xtask`.
pub fn start_browser() -> Result<Session> {
    let arguments = variable("THREADLAB_CHROMIUM_ARGS")?;
    let arguments: Vec<&str> = arguments.split(' ').filter(|argument| !argument.is_empty()).collect();
    let program = env::var("THREADLAB_CHROMIUM").ok();
    Session::start(&variable("THREADLAB_WEBDRIVER")?, program.as_deref(), &arguments)
}

fn variable(name: &str) -> Result<String> {
    env::var(name).with_context(|| format!("{name} is not set: run `cargo xtask test --only page`"))
}
