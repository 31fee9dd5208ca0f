//! Debian's package manager, for machines that have nothing else.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::process;

/// The version of a package that would be installed; `None` when the package lists do not know it.
///
/// # Errors
/// When this is not a system with apt.
pub fn candidate(package: &str) -> Result<Option<String>> {
    if process::find("apt-get").is_none() {
        bail!("this system has no apt-get");
    }
    let policy = process::read(Command::new("apt-cache").args(["policy", package]).env("LC_ALL", "C"))?;
    Ok(parse_candidate(&policy))
}

/// Brings the package lists up to date.
///
/// # Errors
/// When the servers are out of reach or we may not install anything.
pub fn update() -> Result<()> {
    process::read(as_root()?.args(["apt-get", "update", "-q"])).map(drop).context("apt-get update")
}

/// Installs packages, and never removes any.
///
/// # Errors
/// When apt cannot install them (the message has its reasons) or we may not install anything.
pub fn install(packages: &[&str]) -> Result<()> {
    let attempt = || -> Result<()> {
        process::read(
            as_root()?
                .args(["apt-get", "install", "-q", "-y", "--no-install-recommends", "--no-remove"])
                .args(["-o", "DPkg::Lock::Timeout=300"])
                .args(packages),
        )
        .map(drop)
    };
    // A package that the lists name but the server has replaced since can be had after an update.
    attempt().or_else(|_| update().and_then(|()| attempt()))
}

/// A command that runs its arguments with the right to install: as we are when we are root, else by sudo where that
/// asks for no password (nobody may be there to type it).
fn as_root() -> Result<Command> {
    let user = process::read(Command::new("id").arg("-u"))?;
    let mut command = if user.trim() == "0" {
        Command::new("env")
    } else if process::find("sudo").is_some()
        && process::read(Command::new("sudo").args(["-n", "true"])).is_ok()
    {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "env"]);
        sudo
    } else {
        bail!("installing packages needs root, or sudo without a password");
    };
    command.arg("DEBIAN_FRONTEND=noninteractive");
    Ok(command)
}

fn parse_candidate(policy: &str) -> Option<String> {
    let version = policy.lines().find_map(|line| line.trim().strip_prefix("Candidate:"))?.trim();
    (version != "(none)").then(|| version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_candidate_is_read() {
        let policy =
            "rustc-web:\n  Installed: (none)\n  Candidate: 1.96.0+dfsg1-1~deb12u2\n  Version table:\n";
        assert_eq!(parse_candidate(policy).as_deref(), Some("1.96.0+dfsg1-1~deb12u2"));
        assert_eq!(parse_candidate("x:\n  Installed: (none)\n  Candidate: (none)\n"), None);
        assert_eq!(parse_candidate(""), None);
    }
}
