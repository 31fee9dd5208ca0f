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

/// Says that a build came to its end; without it the builder looks at every file of the library.
const COMPLETE: &str = "complete";

/// How a standard library is compiled.
#[derive(Clone, Copy, Debug)]
pub struct Library {
    /// For whom.
    pub name: &'static str,
    /// The compiler's flags.
    pub flags: &'static [&'static str],
    /// How far it is optimised, as Cargo's profiles say it.
    pub opt_level: &'static str,
    /// Features of the crate `std`.
    pub features: &'static [&'static str],
}

impl Library {
    /// The sysroot with this library, built if it is not there yet.
    ///
    /// # Errors
    /// When the build fails (with the compiler's output) or the cache cannot be written.
    pub fn find_or_build(&self, toolchain: &Toolchain, cache: &Cache) -> Result<PathBuf> {
        let folder = self.folder(toolchain, cache);
        let marker = folder.join(COMPLETE);
        if marker.is_file() {
            return Ok(folder);
        }
        let _lock = cache.lock("sysroot")?;
        if !marker.is_file() {
            step(format!("build the standard library for the {} (once per compiler)", self.name), || {
                self.build(toolchain, &folder)?;
                fs::write(&marker, "").with_context(|| format!("cannot write {}", marker.display()))
            })?;
        }
        Ok(folder)
    }

    fn folder(&self, toolchain: &Toolchain, cache: &Cache) -> PathBuf {
        let mut key = Fingerprint::new();
        key.add(&toolchain.identity());
        key.add(&toolchain.library.to_string_lossy());
        for part in [BITCODE, self.opt_level].iter().chain(self.flags).chain(self.features) {
            key.add(part);
        }
        for flag in toolchain.remaps() {
            key.add(&flag);
        }
        cache.path(format!("sysroot-{}-{}", self.name, key.hex()))
    }

    fn build(&self, toolchain: &Toolchain, folder: &Path) -> Result<SysrootStatus> {
        let mut cargo = toolchain.cargo();
        // The library uses unstable features, and its dependencies are fixed by the compiler's own lock file.
        cargo.env("RUSTC_BOOTSTRAP", "1").env_remove("CARGO_ENCODED_RUSTFLAGS");
        let features = self.features.iter().map(ToString::to_string).collect();
        SysrootBuilder::new(folder, TARGET)
            .cargo(cargo)
            .rustc_version(toolchain.version.clone())
            .sysroot_config(SysrootConfig::WithStd { std_features: features })
            .rustflags(self.flags)
            .rustflags(toolchain.remaps())
            .rustflag(BITCODE)
            .rustflag(format!("-Copt-level={}", self.opt_level))
            .build_from_source(&toolchain.library)
    }
}
