//! wasm-bindgen's command line tools, at exactly the version of the library in Cargo.lock: the two have to agree.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::install::Tool;
use crate::workspace::{Cache, Workspace};

/// The folder that has `wasm-bindgen` and `wasm-bindgen-test-runner`.
///
/// # Errors
/// When Cargo.lock does not name a version, or the tools cannot be built.
pub fn find_or_install(workspace: &Workspace, cache: &Cache) -> Result<PathBuf> {
    let tool = Tool {
        package: "wasm-bindgen-cli",
        version: version(workspace)?,
        programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
        // Without TLS: the test runner talks to a browser on this machine only.
        arguments: &["--no-default-features"],
        cost: "about 1 minute, once",
    };
    tool.find_or_install(workspace, cache)
}

/// The version of wasm-bindgen in Cargo.lock.
///
/// # Errors
/// When the file cannot be read or does not name wasm-bindgen.
pub fn version(workspace: &Workspace) -> Result<String> {
    let path = workspace.path("Cargo.lock");
    let lock = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    locked_version(&lock, "wasm-bindgen").context("Cargo.lock does not name wasm-bindgen")
}

/// The version that a lock file gives a package.
fn locked_version(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.next()?;
    let version = lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')?;
    Some(version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_packages_own() {
        let lock = "[[package]]\nname = \"wasm-bindgen-shared\"\nversion = \"9.9.9\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(locked_version(lock, "bindgen"), None);
        assert_eq!(locked_version("name = \"wasm-bindgen\"", "wasm-bindgen"), None);
    }
}
