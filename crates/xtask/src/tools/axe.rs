//! axe-core, with which the page's tests look for what keeps people from using the page.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};

use super::npm::{self, Package};
use crate::apt;
use crate::step::step;
use crate::workspace::{Cache, Workspace};

/// Its licence is the MPL 2.0. It stays a tool: no part of it is in the page or beside it.
const PACKAGE: Package = Package {
    name: "axe-core",
    version: "4.14.1",
    integrity: "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
    program: None,
};

/// The script from the cache, installed there first by npm, which is installed first from Debian's packages where it
/// is missing.
///
/// # Errors
/// When it cannot be had; the message says why.
pub fn find_or_install(workspace: &Workspace, cache: &Cache) -> Result<PathBuf> {
    let script = PACKAGE.path(cache, "axe-core/axe.min.js");
    if script.is_file() {
        return Ok(script);
    }
    if !npm::is_there() {
        step("apt-get install npm", || apt::install(&["npm"]))
            .context("axe-core comes by npm, which is not on PATH")?;
    }
    let script = step(format!("install {PACKAGE}"), || PACKAGE.install(workspace, cache, script))?;
    ensure!(script.is_file(), "npm's package {PACKAGE} has no {}", script.display());
    Ok(script)
}
