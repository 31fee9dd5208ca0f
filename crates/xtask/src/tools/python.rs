//! CPython, which runs the Python texts of the demos.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::apt;
use crate::process;
use crate::step::step;

/// The environment variable that names an interpreter.
pub const VARIABLE: &str = "PYTHON";

/// The oldest version that the texts are written for.
const OLDEST: (u32, u32) = (3, 11);

/// An interpreter that is new enough: the one that `PYTHON` names, else one from PATH, else Debian's, installed first.
///
/// # Errors
/// When there is none and none can be installed.
pub fn find_or_install() -> Result<PathBuf> {
    if let Some(found) = find() {
        return Ok(found);
    }
    step("apt-get install python3", || apt::install(&["python3"])).with_context(missing)?;
    find().with_context(missing)
}

fn missing() -> String {
    let (major, minor) = OLDEST;
    format!(
        "the demos' Python texts are tested with Python {major}.{minor} or newer: put python3 on PATH, or name it in {VARIABLE}"
    )
}

fn find() -> Option<PathBuf> {
    let named = env::var_os(VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from);
    let candidates = named.into_iter().chain(["python3", "python"].into_iter().filter_map(process::find));
    candidates.into_iter().find(|path| is_new_enough(path))
}

fn is_new_enough(path: &Path) -> bool {
    process::read(Command::new(path).arg("--version"))
        .is_ok_and(|said| version(&said).is_some_and(|version| version >= OLDEST))
}

/// The version in `Python 3.11.7`.
fn version(said: &str) -> Option<(u32, u32)> {
    let mut numbers = said.trim().strip_prefix("Python ")?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(version("Python 3.11.7\n"), Some((3, 11)));
        assert!(version("Python 3.9.1") < Some(OLDEST) && version("Python 3.13.0rc1") >= Some(OLDEST));
        assert_eq!(version("Anaconda"), None);
    }
}
