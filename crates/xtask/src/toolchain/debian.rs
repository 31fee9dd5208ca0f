//! Debian's Rust for web browsers: packages that follow new releases, with sources that match the compiler.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use rustc_version::Version;

use super::{OLDEST, Toolchain};
use crate::apt;
use crate::step::step;

/// What a build needs. Clippy comes apart, because only `check` needs it.
pub(super) const PACKAGES: [&str; 5] = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "lld-22"];

const FOLDER: &str = "/usr/bin";

/// The distribution's toolchain, if it is installed, new enough, and has the library's sources.
pub(super) fn installed() -> Option<Toolchain> {
    probe().ok()
}

/// Installs the distribution's toolchain.
pub(super) fn install() -> Result<Toolchain> {
    step(format!("apt-get install {}", PACKAGES.join(" ")), || {
        let candidate = match apt::candidate("rustc-web")? {
            Some(version) if new_enough(&version) => version,
            // The package lists may be older than the package, or not be there at all.
            _ => {
                apt::update()?;
                apt::candidate("rustc-web")?.context("this distribution has no package rustc-web")?
            }
        };
        if !new_enough(&candidate) {
            bail!("this distribution's rustc-web is {candidate}, but {OLDEST} or later is needed");
        }
        apt::install(&PACKAGES)
    })?;
    probe()
}

/// Installs the clippy that belongs to the distribution's toolchain.
pub(super) fn install_clippy() -> Result<()> {
    apt::install(&["rust-web-clippy"])
}

/// Whether this compiler is the distribution's.
pub(super) fn owns(rustc: &Path) -> bool {
    rustc.starts_with(FOLDER)
}

fn probe() -> Result<Toolchain> {
    let program = |name: &str| PathBuf::from(FOLDER).join(name);
    Toolchain::probe("Debian's rustc-web".to_owned(), program("cargo"), program("rustc"))
}

/// Whether a package's version (`1.96.0+dfsg1-1~deb12u2`) is new enough.
fn new_enough(version: &str) -> bool {
    let upstream = version.split(['+', '-', '~']).next().unwrap_or(version);
    // An epoch (`1:22.1`) would come before a colon.
    let upstream = upstream.rsplit(':').next().unwrap_or(upstream);
    Version::parse(upstream).is_ok_and(|version| version >= OLDEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_versions_are_compared_by_their_upstream_part() {
        assert!(new_enough("1.96.0+dfsg1-1~deb12u2"));
        assert!(new_enough("1:1.95.0-2"));
        assert!(!new_enough("1.85.0+dfsg3-1~deb12u3"));
        assert!(!new_enough("(none)"));
    }
}
