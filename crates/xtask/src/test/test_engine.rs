//! The built page with another engine: one whose programs go wrong.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::fingerprint::files_below;
use crate::module::{self, Module};
use crate::setup::Setup;
use crate::workspace::Workspace;

/// Copies the page in `dist` and puts the engine of `tests/page/engine` in place of its own. Returns the copy's folder.
///
/// # Errors
/// When the engine does not compile or a file cannot be copied.
pub fn page(workspace: &Workspace, setup: &Setup, dist: &Path) -> Result<PathBuf> {
    let module = Module { package: "threadlab-test-engine", ..module::ENGINE };
    let bindings = module::bindings(workspace, &module, &setup.engine, &setup.wasm_bindgen, None, true)?;
    let copy = workspace.target("xtask").join("dist-test-engine");
    match fs::remove_dir_all(&copy) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("cannot remove {}", copy.display()));
        }
        _ => {}
    }
    for file in files_below(dist)? {
        let inside = file.strip_prefix(dist).context("a file outside of its own folder")?;
        // The folder keeps its name, by which the page finds it.
        let of_engine = inside.parent().is_some_and(|folder| folder.to_string_lossy().starts_with("engine-"));
        let source = match (of_engine, inside.file_name()) {
            (true, Some(name)) if bindings.join(name).is_file() => bindings.join(name),
            _ => file.clone(),
        };
        let target = copy.join(inside);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        fs::copy(&source, &target).with_context(|| format!("cannot write {}", target.display()))?;
    }
    Ok(copy)
}
