//! `cargo install` into the cache, as cheaply as it goes.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::process;
use crate::step::{note, step};
use crate::workspace::{Cache, Workspace};

/// A program that crates.io has the sources of.
pub struct Tool {
    /// The crate's name.
    pub package: &'static str,
    /// The exact version.
    pub version: String,
    /// The programs wanted of it, the first of which tells the version.
    pub programs: &'static [&'static str],
    /// Further arguments of `cargo install`.
    pub arguments: &'static [&'static str],
    /// What to expect the first time, for the person who waits.
    pub cost: &'static str,
}

impl Tool {
    /// The folder that has the tool's programs: one on PATH, or one in the cache, filled first where needed.
    ///
    /// # Errors
    /// When the tool cannot be built.
    pub fn find_or_install(&self, workspace: &Workspace, cache: &Cache) -> Result<PathBuf> {
        if let Some(folder) = self.on_path() {
            return Ok(folder);
        }
        let root = cache.path(format!("{}-{}", self.package, self.version));
        let folder = root.join("bin");
        if self.complete(&folder) {
            return Ok(folder);
        }
        let _lock = cache.lock("tools")?;
        if !self.complete(&folder) {
            step(format!("build {} {} ({})", self.package, self.version, self.cost), || {
                self.install(workspace, cache, &root)
            })?;
        }
        Ok(folder)
    }

    fn on_path(&self) -> Option<PathBuf> {
        let folder = process::find(self.programs[0])?.parent()?.to_owned();
        let version = process::read(Command::new(folder.join(self.programs[0])).arg("--version")).ok()?;
        (says_version(&version, &self.version) && self.complete(&folder)).then_some(folder)
    }

    fn complete(&self, folder: &Path) -> bool {
        self.programs.iter().all(|name| folder.join(format!("{name}{}", env::consts::EXE_SUFFIX)).is_file())
    }

    fn install(&self, workspace: &Workspace, cache: &Cache, root: &Path) -> Result<()> {
        let mut result = Ok(());
        for way in Way::ALL {
            result = self.cargo_install(workspace, cache, root, way);
            if result.is_ok() {
                break;
            }
            note(format!("{} cannot be built {}; trying the next way", self.package, way.describe()));
        }
        result
    }

    fn cargo_install(&self, workspace: &Workspace, cache: &Cache, root: &Path, way: Way) -> Result<()> {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command
            .args(["install", self.package, "--version", &format!("={}", self.version)])
            .args(self.programs.iter().flat_map(|program| ["--bin", program]))
            .args(self.arguments)
            .arg("--root")
            .arg(root)
            // Away from the workspace, whose settings are not meant for other people's programs.
            .current_dir(cache.path(""));
        if way.locked {
            command.arg("--locked");
        }
        cheap_profile(&mut command, &build_folder(cache), way.deferred);
        process::run_logged(&mut command, &workspace.log(&format!("install-{}", self.package)))
    }
}

/// A way to build a program; the first that works is taken.
#[derive(Clone, Copy, Debug)]
struct Way {
    /// With the dependencies that the program's own lock file names. A registry that lags behind may lack one of
    /// them; then the newest ones do.
    locked: bool,
    /// With machine code made only of what is used of a library. The compiler's switch for that is not stable, so a
    /// compiler may not know it.
    deferred: bool,
}

impl Way {
    const ALL: [Self; 4] = [
        Self { locked: true, deferred: true },
        Self { locked: false, deferred: true },
        Self { locked: true, deferred: false },
        Self { locked: false, deferred: false },
    ];

    fn describe(self) -> String {
        format!(
            "with {} dependencies{}",
            if self.locked { "its locked" } else { "the newest" },
            if self.deferred { " and -Zhint-mostly-unused" } else { "" }
        )
    }
}

/// Removes the build folder that installations share, once all are done.
///
/// # Errors
/// When the folder is there and cannot be removed.
pub fn clean_up(cache: &Cache) -> Result<()> {
    let folder = build_folder(cache);
    if !folder.exists() {
        return Ok(());
    }
    let _lock = cache.lock("tools")?;
    fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))
}

fn build_folder(cache: &Cache) -> PathBuf {
    cache.path("build")
}

/// A release profile that compiles fast; these programs run for seconds, and would compile for minutes.
fn cheap_profile(command: &mut Command, target: &Path, deferred: bool) {
    command
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
        // The same for all, so that they share what they have in common.
        .env("CARGO_PROFILE_RELEASE_PANIC", "abort");
    if deferred {
        let flags = env::var("RUSTFLAGS").unwrap_or_default();
        command.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", format!("{flags} -Zhint-mostly-unused").trim());
    }
}

/// Whether a program's answer to `--version` names this very version.
fn says_version(answer: &str, version: &str) -> bool {
    answer.split_whitespace().any(|word| word == version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_whole() {
        assert!(says_version("wasm-bindgen 0.2.130\n", "0.2.130"));
        assert!(says_version("trunk 0.22.1", "0.22.1"));
        assert!(!says_version("trunk 0.22.11", "0.22.1"));
        assert!(!says_version("trunk 0.22.1-beta.1", "0.22.1"));
    }
}
