//! Toolchains that rustup manages.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::Toolchain;
use crate::process;
use crate::step::step;

/// How long a component may take to arrive. It is a few megabytes; a server out of reach should not cost more.
const DOWNLOAD: Duration = Duration::from_secs(90);

/// The first of rustup's toolchains that has everything: the active one, then stable, then the others.
pub(super) fn installed() -> Option<Toolchain> {
    names().ok()?.into_iter().find_map(|name| probe(&name).ok())
}

/// Adds the library's sources to the first of rustup's toolchains that is new enough.
pub(super) fn install() -> Result<Toolchain> {
    let mut reasons = Vec::new();
    for name in names()? {
        let start = Instant::now();
        let added = step(format!("rustup component add rust-src ({name})"), || {
            process::run_within(
                Command::new("rustup").args(["component", "add", "rust-src", "--toolchain", &name]),
                DOWNLOAD,
            )
        });
        match added.and_then(|()| probe(&name)) {
            Ok(toolchain) => return Ok(toolchain),
            Err(error) => reasons.push(format!("{name}: {error:#}")),
        }
        // One server serves all toolchains: when it is out of reach for one, the next would only wait again.
        if start.elapsed() > DOWNLOAD / 3 {
            break;
        }
    }
    bail!("{}", reasons.join("; "))
}

/// Adds clippy to the toolchain that this compiler belongs to.
pub(super) fn install_clippy(rustc: &Path) -> Result<()> {
    // <rustup's home>/toolchains/<name>/bin/rustc
    let name = rustc
        .ancestors()
        .nth(2)
        .and_then(Path::file_name)
        .with_context(|| format!("{} is not one of rustup's toolchains", rustc.display()))?;
    process::run_within(
        Command::new("rustup").args(["component", "add", "clippy", "--toolchain"]).arg(name),
        DOWNLOAD,
    )
}

fn probe(name: &str) -> Result<Toolchain> {
    let which = |program: &str| -> Result<PathBuf> {
        let path = process::read(Command::new("rustup").args(["which", "--toolchain", name, program]))?;
        Ok(PathBuf::from(path.trim()))
    };
    Toolchain::probe(format!("rustup's {name}"), which("cargo")?, which("rustc")?)
}

fn names() -> Result<Vec<String>> {
    if process::find("rustup").is_none() {
        bail!("rustup is not on PATH");
    }
    let list = process::read(Command::new("rustup").args(["toolchain", "list"]))?;
    let names = in_order(&list);
    if names.is_empty() {
        bail!("rustup has no toolchain installed");
    }
    Ok(names)
}

/// The names in rustup's list: the active toolchain, then stable ones, then the rest.
fn in_order(list: &str) -> Vec<String> {
    let mut entries: Vec<(u8, String)> = list
        .lines()
        .filter_map(|line| {
            let (name, marks) = line.split_once(' ').unwrap_or((line, ""));
            let rank = match () {
                () if marks.contains("active") => 0,
                () if marks.contains("default") => 1,
                () if name.starts_with("stable") => 2,
                () => 3,
            };
            // rustup says "no installed toolchains" in the same place.
            (!name.is_empty() && name != "no").then(|| (rank, name.to_owned()))
        })
        .collect();
    entries.sort_by_key(|(rank, _)| *rank);
    entries.into_iter().map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_active_toolchain_comes_first() {
        let list = "nightly-x86_64-unknown-linux-gnu\n\
                    1.95.0-x86_64-unknown-linux-gnu (active)\n\
                    stable-x86_64-unknown-linux-gnu (default)\n";
        assert_eq!(
            in_order(list),
            [
                "1.95.0-x86_64-unknown-linux-gnu",
                "stable-x86_64-unknown-linux-gnu",
                "nightly-x86_64-unknown-linux-gnu"
            ]
        );
    }

    #[test]
    fn no_toolchain_is_no_name() {
        assert!(in_order("no installed toolchains\n").is_empty());
        assert!(in_order("").is_empty());
    }
}
