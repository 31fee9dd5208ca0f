//! The lessons of all demos, written as files by a program of their own: it links what colours the sources, which this one
//! would otherwise have to be compiled with.

use crate::native;
use crate::process;
use crate::step::step;
use crate::workspace::Workspace;
use anyhow::{Context as _, Result};
use std::fs;
use std::path::PathBuf;

/// Writes the lessons; returns their folder.
///
/// # Errors
/// When the program cannot be built, or a lesson not be written.
pub fn write(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target("lessons");
    step("write the lessons", || {
        // Those of demos that are gone would stay.
        if folder.is_dir() {
            fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
        }
        let mut cargo = native::cargo_in_hook(workspace);
        cargo.args(["run", "--quiet", "--package", "threadlab-press", "--"]).arg(&folder);
        process::run_logged(&mut cargo, &workspace.log("lessons"))
    })?;
    Ok(folder)
}
