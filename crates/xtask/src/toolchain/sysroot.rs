//! Standard libraries built with our flags, once per machine, compiler and set of flags.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use rustc_build_sysroot::{SysrootBuilder, SysrootConfig, SysrootStatus};

use super::Toolchain;
use crate::fingerprint::Fingerprint;
use crate::step::step;
use crate::wasm::TARGET;
use crate::workspace::Cache;

/// Keeps the library's bitcode beside its machine code, without which link-time optimisation cannot take it in.
const BITCODE: &str = "-Cembed-bitcode=yes";

/// The folder of a sysroot whose standard library is compiled with `flags`, if it has been built.
#[must_use]
pub fn find(toolchain: &Toolchain, cache: &Cache, what: &str, flags: &[&str]) -> Option<PathBuf> {
    let folder = folder(toolchain, cache, what, flags);
    folder.join(COMPLETE).is_file().then_some(folder)
}

/// The folder of a sysroot whose standard library is compiled with `flags`, built if it is not there yet.
///
/// # Errors
/// When the build fails (with the compiler's output) or the cache cannot be written.
pub fn find_or_build(toolchain: &Toolchain, cache: &Cache, what: &str, flags: &[&str]) -> Result<PathBuf> {
    let found = || find(toolchain, cache, what, flags);
    if let Some(folder) = found() {
        return Ok(folder);
    }
    let _lock = cache.lock("sysroot")?;
    if let Some(folder) = found() {
        return Ok(folder);
    }
    let folder = folder(toolchain, cache, what, flags);
    step(format!("build the standard library for the {what} (once per compiler)"), || {
        build(toolchain, &folder, flags)?;
        let marker = folder.join(COMPLETE);
        fs::write(&marker, "").with_context(|| format!("cannot write {}", marker.display()))
    })?;
    Ok(folder)
}

/// Says that a build came to its end; without it the builder looks at every file of the library.
const COMPLETE: &str = "complete";

fn folder(toolchain: &Toolchain, cache: &Cache, what: &str, flags: &[&str]) -> PathBuf {
    let mut key = Fingerprint::new();
    key.add(&toolchain.identity());
    key.add(&toolchain.library.to_string_lossy());
    key.add(BITCODE);
    for flag in flags {
        key.add(flag);
    }
    cache.path(format!("sysroot-{what}-{}", key.hex()))
}

fn build(toolchain: &Toolchain, folder: &Path, flags: &[&str]) -> Result<SysrootStatus> {
    let mut cargo = toolchain.cargo();
    // The standard library uses unstable features, and its dependencies are fixed by the compiler's own lock file.
    cargo.env("RUSTC_BOOTSTRAP", "1").env_remove("CARGO_ENCODED_RUSTFLAGS");
    SysrootBuilder::new(folder, TARGET)
        .cargo(cargo)
        .rustc_version(toolchain.version.clone())
        .sysroot_config(SysrootConfig::WithStd { std_features: vec!["panic-unwind".to_owned()] })
        .rustflags(flags)
        .rustflag(BITCODE)
        .build_from_source(&toolchain.library)
}
