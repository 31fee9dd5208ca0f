//! wasm-opt, which makes release builds smaller. It is optional: without it the page works, and is larger.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::npm::{self, Package};
use crate::process;
use crate::step::{note, step};
use crate::workspace::{Cache, Workspace};

/// The version of the package `binaryen` that is installed where PATH has no wasm-opt.
const PACKAGE: Package = Package {
    name: "binaryen",
    version: "132.0.0",
    integrity: "sha512-4Usg7yEvwO3FMso3Oov6qkOOHSod1IEv+boKkh77kTljM+eNBouqCTbqWswGzbG+vDNO/b/v2C4gfEh1WgB9Lg==",
    program: Some(("wasm-opt", "bin/wasm-opt")),
};

/// The oldest wasm-opt that knows all of [`FEATURES`].
const OLDEST: u32 = 122;

/// What our modules use. Without this list wasm-opt refuses shared memory, and with all features switched on it
/// writes what browsers do not accept.
const FEATURES: [&str; 9] = [
    "--enable-threads",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-mutable-globals",
    "--enable-exception-handling",
    "--enable-reference-types",
    "--enable-multivalue",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
];

/// wasm-opt from PATH or from the cache, installed there first where npm exists; `None`, with a note that says so,
/// where there is none to be had.
pub fn find_or_install(workspace: &Workspace, cache: &Cache) -> Option<PathBuf> {
    if let Some(found) = find(cache) {
        return Some(found);
    }
    if !npm::is_there() {
        note("wasm-opt is not on PATH, and npm is not there to install it: release builds stay larger");
        return None;
    }
    match step(format!("install wasm-opt ({PACKAGE})"), || PACKAGE.install(workspace, cache, in_cache(cache)))
    {
        Ok(path) => Some(path),
        Err(error) => {
            note(format!("wasm-opt cannot be installed, so release builds stay larger: {error:#}"));
            None
        }
    }
}

/// wasm-opt where it is on this machine already, at a version that we can use.
#[must_use]
pub fn find(cache: &Cache) -> Option<PathBuf> {
    process::find("wasm-opt")
        .filter(|path| new_enough(path))
        .or_else(|| Some(in_cache(cache)).filter(|path| path.is_file()))
}

/// Optimises a module in place: `level` is one of wasm-opt's, such as `-O3` or `-Oz`.
///
/// # Errors
/// When wasm-opt refuses the module or cannot be started.
pub fn optimise(wasm_opt: &Path, level: &str, module: &Path) -> Result<()> {
    process::read(Command::new(wasm_opt).args(FEATURES).arg(level).arg(module).arg("-o").arg(module))
        .map(drop)
        .with_context(|| format!("cannot optimise {}", module.display()))
}

fn in_cache(cache: &Cache) -> PathBuf {
    let file = if cfg!(windows) { "wasm-opt.cmd" } else { "wasm-opt" };
    PACKAGE.path(cache, ".bin").join(file)
}

fn new_enough(path: &Path) -> bool {
    process::read(Command::new(path).arg("--version"))
        .ok()
        .and_then(|answer| version(&answer))
        .is_some_and(|version| version >= OLDEST)
}

/// The number in `wasm-opt version 132 (version_132)`.
fn version(answer: &str) -> Option<u32> {
    answer.split_whitespace().find_map(|word| word.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read() {
        assert_eq!(version("wasm-opt version 132 (version_132)\n"), Some(132));
        assert_eq!(version("wasm-opt version 108"), Some(108));
        assert_eq!(version("no idea"), None);
    }
}
