//! Trunk: puts the page together, and serves it to the people who work on it.

use std::path::PathBuf;

use anyhow::Result;

use super::install::{self, Tool};
use crate::workspace::{Cache, Workspace};

/// The version that Trunk.toml is written for.
pub const VERSION: &str = "0.22.1";

/// The folder that has `trunk`.
///
/// # Errors
/// When Trunk cannot be built.
pub fn find_or_install(workspace: &Workspace, cache: &Cache) -> Result<PathBuf> {
    let tool = Tool {
        package: "trunk",
        version: VERSION.to_owned(),
        programs: &["trunk"],
        // Without the check for updates; one TLS library is required, and this one needs no system library.
        arguments: &["--ignore-rust-version", "--no-default-features", "--features", "rustls"],
        cost: "about 4 minutes, once",
    };
    let folder = tool.find_or_install(workspace, cache)?;
    // Trunk is the last and largest of the programs built from source, so what they shared can go.
    install::clean_up(cache)?;
    Ok(folder)
}
