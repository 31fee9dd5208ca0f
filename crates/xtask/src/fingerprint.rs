//! Short names for contents: what was built from what, and folders whose name changes with their files.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// A running hash over texts and files.
///
/// The hash tells versions of our own files apart; it is no protection against somebody who builds collisions.
#[derive(Clone, Debug)]
pub struct Fingerprint(DefaultHasher);

impl Fingerprint {
    /// Of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self(DefaultHasher::new())
    }

    /// Adds a text, apart from its neighbours.
    pub fn add(&mut self, text: &str) {
        text.hash(&mut self.0);
    }

    /// Adds a file's contents.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn add_file(&mut self, path: &Path) -> Result<()> {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        bytes.hash(&mut self.0);
        Ok(())
    }

    /// Adds names and contents of all files below `path`, or of the file that it is. What is not there counts as
    /// "not there", which differs from every content.
    ///
    /// # Errors
    /// When a folder or file cannot be read.
    pub fn add_tree(&mut self, path: &Path) -> Result<()> {
        for file in files_below(path)? {
            let name = file.strip_prefix(path).unwrap_or(&file);
            self.add(&name.to_string_lossy());
            self.add_file(&file)?;
        }
        self.add("end of the tree");
        Ok(())
    }

    /// The first twelve hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> String {
        format!("{:016x}", self.0.finish())[..12].to_owned()
    }
}

impl Default for Fingerprint {
    fn default() -> Self {
        Self::new()
    }
}

/// All files below a folder, or the file itself, in one order on every machine.
///
/// # Errors
/// When a folder cannot be read.
pub fn files_below(path: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = Vec::new();
    if path.is_dir() {
        folders.push(path.to_owned());
    } else if path.is_file() {
        files.push(path.to_owned());
    }
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
        for entry in entries {
            let path = entry.with_context(|| format!("cannot list {}", folder.display()))?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("threadlab-xtask-{name}-{}", std::process::id()));
        fs::create_dir_all(folder.join("sub")).unwrap();
        folder
    }

    fn of_tree(folder: &Path) -> String {
        let mut print = Fingerprint::new();
        print.add_tree(folder).unwrap();
        print.hex()
    }

    #[test]
    fn neighbours_do_not_run_together() {
        let (mut a, mut b) = (Fingerprint::new(), Fingerprint::new());
        a.add("ab");
        a.add("c");
        b.add("a");
        b.add("bc");
        assert_ne!(a.hex(), b.hex());
        assert_eq!(a.hex().len(), 12);
    }

    #[test]
    fn a_tree_is_its_names_and_contents() {
        let folder = scratch("tree");
        fs::write(folder.join("sub/a"), "one").unwrap();
        let before = of_tree(&folder);
        assert_eq!(before, of_tree(&folder));

        fs::write(folder.join("sub/a"), "two").unwrap();
        let edited = of_tree(&folder);
        assert_ne!(before, edited, "same name and length, other content");

        fs::rename(folder.join("sub/a"), folder.join("sub/b")).unwrap();
        assert_ne!(edited, of_tree(&folder), "same content, other name");

        fs::remove_file(folder.join("sub/b")).unwrap();
        assert_ne!(edited, of_tree(&folder), "gone");
        fs::remove_dir_all(folder).unwrap();
    }
}
