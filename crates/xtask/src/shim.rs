//! A stand-in for `cargo` on the PATH of Trunk.
//!
//! Trunk calls `cargo` by its name, twice over: to compile the page, which needs our toolchain, and in the hook
//! `cargo xtask engine`, which must not compile xtask a second time with that toolchain. So a link called `cargo`
//! leads back to this program, which does the one itself and hands the other on.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::workspace::Workspace;

/// The environment variable that tells the stand-in which Cargo it stands for.
pub const REAL_CARGO: &str = "THREADLAB_CARGO";

/// What the program was called for.
#[derive(Debug, PartialEq)]
pub enum Call {
    /// As xtask, with these arguments.
    Xtask(Vec<OsString>),
    /// As `cargo`, with these arguments.
    Cargo(Vec<OsString>),
}

impl Call {
    /// Tells by the name under which the program was called.
    pub fn of(mut arguments: impl Iterator<Item = OsString>) -> Self {
        let program = arguments.next().unwrap_or_default();
        let mut arguments: Vec<OsString> = arguments.collect();
        if Path::new(&program).file_stem() != Some(OsStr::new("cargo")) {
            return Self::Xtask(arguments);
        }
        if arguments.first().is_some_and(|first| first == "xtask") {
            Self::Xtask(arguments.split_off(1))
        } else {
            Self::Cargo(arguments)
        }
    }
}

/// Makes the link, and returns the folder for PATH.
///
/// # Errors
/// When the folder cannot be written.
pub fn install(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target("xtask").join("bin");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let link = folder.join(format!("cargo{}", env::consts::EXE_SUFFIX));
    let program = env::current_exe().context("this program does not know where it is")?;
    if !same(&link, &program) {
        make(&program, &link).with_context(|| format!("cannot create {}", link.display()))?;
    }
    Ok(folder)
}

/// Runs the Cargo that the stand-in stands for, and returns its exit code.
///
/// # Errors
/// When the environment does not name it, or it cannot be started.
pub fn run_cargo(arguments: &[OsString]) -> Result<i32> {
    let cargo = env::var_os(REAL_CARGO).with_context(|| format!("{REAL_CARGO} does not name Cargo"))?;
    let status = Command::new(&cargo)
        .args(arguments)
        .status()
        .with_context(|| format!("cannot start {}", Path::new(&cargo).display()))?;
    Ok(status.code().unwrap_or(1))
}

#[cfg(unix)]
fn same(link: &Path, program: &Path) -> bool {
    fs::read_link(link).is_ok_and(|to| to == program)
}

#[cfg(unix)]
fn make(program: &Path, link: &Path) -> std::io::Result<()> {
    // Under a name of its own first, so that another xtask never finds the link missing.
    let fresh = link.with_extension(std::process::id().to_string());
    std::os::unix::fs::symlink(program, &fresh)?;
    fs::rename(fresh, link)
}

#[cfg(not(unix))]
fn same(_: &Path, _: &Path) -> bool {
    false
}

#[cfg(not(unix))]
fn make(program: &Path, link: &Path) -> std::io::Result<()> {
    fs::copy(program, link).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(arguments: &[&str]) -> Call {
        Call::of(arguments.iter().map(OsString::from))
    }

    #[test]
    fn the_name_decides() {
        let strings = |texts: &[&str]| texts.iter().map(OsString::from).collect::<Vec<_>>();
        assert_eq!(call(&["target/debug/xtask", "serve"]), Call::Xtask(strings(&["serve"])));
        assert_eq!(call(&["cargo", "xtask", "engine"]), Call::Xtask(strings(&["engine"])));
        assert_eq!(
            call(&["/a/bin/cargo", "build", "--release"]),
            Call::Cargo(strings(&["build", "--release"]))
        );
        assert_eq!(call(&["cargo"]), Call::Cargo(Vec::new()));
        assert_eq!(call(&[]), Call::Xtask(Vec::new()));
    }
}
