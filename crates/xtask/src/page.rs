//! The page, built by Trunk into a folder that any host of static files can serve.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::fingerprint::Fingerprint;
use crate::process;
use crate::setup::Setup;
use crate::step::{note, step};
use crate::workspace::{Lock, Workspace};

/// The profile of release builds; see Cargo.toml.
const RELEASE_PROFILE: &str = "page";

/// Everything in the workspace that the built page depends on.
const INPUTS: [&str; 9] = [
    ".cargo",
    "Cargo.toml",
    "Cargo.lock",
    "Trunk.toml",
    "index.html",
    "src",
    "www",
    "crates",
    "tests/page/Cargo.toml",
];

/// Builds the release into `dist`, unless what is there was built from these very sources by these very tools.
/// Returns the folder.
///
/// # Errors
/// When a part of the build fails (with its output).
pub fn build(workspace: &Workspace, setup: &Setup) -> Result<PathBuf> {
    let dist = workspace.path("dist");
    let stamp = workspace.target("xtask").join("dist.stamp");
    let _lock = Lock::wait(&workspace.target("xtask").join("dist.lock"))?;
    // Before the build: what somebody edits while it runs must count as not built yet.
    let inputs = inputs(workspace, setup)?;
    let stamped = fs::read_to_string(&stamp).unwrap_or_default();
    if dist.join("index.html").is_file() && stamped == seal(&inputs, &dist)? {
        note("the page in dist is up to date");
        return Ok(dist);
    }
    step("build engine and page", || {
        let mut trunk = setup.trunk(workspace)?;
        trunk.args([
            "build",
            "--release",
            "--cargo-profile",
            RELEASE_PROFILE,
            "--public-url",
            "./",
            "--dist",
        ]);
        trunk.arg(&dist);
        process::run_logged_with_steps(&mut trunk, &workspace.log("trunk"))
    })?;
    // Trunk's own lock, which is nothing to serve. Where it is gone already, so much the better.
    let _ = fs::remove_file(dist.join(".trunk-lock"));
    fs::write(&stamp, seal(&inputs, &dist)?).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(dist)
}

/// What the page is built from. Contents rather than times: a checkout touches files without changing them, and an
/// edit may keep a file's time and size.
fn inputs(workspace: &Workspace, setup: &Setup) -> Result<String> {
    let mut print = Fingerprint::new();
    print.add(&setup.identity(workspace)?);
    for input in INPUTS {
        print.add(input);
        print.add_tree(&workspace.path(input))?;
    }
    Ok(print.hex())
}

/// What the stamp of a finished build says: its inputs, and its files, so that a build that somebody changed
/// afterwards is not taken for ours.
fn seal(inputs: &str, dist: &Path) -> Result<String> {
    let mut print = Fingerprint::new();
    print.add_tree(dist)?;
    Ok(format!("{inputs} {}\n", print.hex()))
}
