//! Where things are: the workspace, its target folders, and the cache that clones share.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};

/// The workspace that xtask works on.
#[derive(Clone, Debug)]
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// Finds the workspace from the package that Cargo runs, or else from the current folder upwards.
    ///
    /// # Errors
    /// When neither lies in the workspace.
    pub fn find() -> Result<Self> {
        let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let here = env::current_dir().context("the current folder is gone")?;
        package
            .iter()
            .chain(std::iter::once(&here))
            .flat_map(|start| start.ancestors())
            .find(|folder| folder.join("crates/xtask/Cargo.toml").is_file())
            .map(|root| Self { root: root.to_owned() })
            .ok_or_else(|| anyhow!("{} is not inside the Threadlab workspace", here.display()))
    }

    /// The workspace's top folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A folder or file by its path from the top folder.
    #[must_use]
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// A target folder of its own for each set of compiler flags, so that no build invalidates another.
    #[must_use]
    pub fn target(&self, flags: &str) -> PathBuf {
        self.root.join("target").join(flags)
    }

    /// The log of a step.
    #[must_use]
    pub fn log(&self, step: &str) -> PathBuf {
        self.target("xtask").join("log").join(format!("{step}.log"))
    }
}

/// What is built once per machine and shared between clones: sysroots and tools, in folders named by version.
#[derive(Clone, Debug)]
pub struct Cache {
    root: PathBuf,
}

impl Cache {
    /// The cache at `THREADLAB_CACHE`, else `$XDG_CACHE_HOME/threadlab`, else the user's cache folder.
    ///
    /// # Errors
    /// When there is no home folder or the folder cannot be created.
    pub fn open() -> Result<Self> {
        let root = Self::place(|name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from))
            .context("no home folder: set THREADLAB_CACHE to a folder for tools and sysroots")?;
        fs::create_dir_all(&root).with_context(|| format!("cannot create {}", root.display()))?;
        let root = root.canonicalize().with_context(|| format!("cannot resolve {}", root.display()))?;
        Ok(Self { root })
    }

    fn place(var: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
        var("THREADLAB_CACHE")
            .or_else(|| var("XDG_CACHE_HOME").map(|cache| cache.join("threadlab")))
            .or_else(|| var("HOME").map(|home| home.join(".cache/threadlab")))
            .or_else(|| var("LOCALAPPDATA").map(|local| local.join("threadlab")))
    }

    /// A path inside the cache.
    #[must_use]
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// Waits for other xtasks that fill the part of the cache called `what`, and keeps them out until the
    /// returned lock is dropped.
    ///
    /// # Errors
    /// When the lock file cannot be written.
    pub fn lock(&self, what: &str) -> Result<Lock> {
        Lock::wait(&self.path(format!("{what}.lock")))
    }
}

/// A lock between processes, given up when it is dropped (or when its process ends in any way).
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Waits for the lock kept in the file `path`.
    ///
    /// # Errors
    /// When the file cannot be created or the system has no file locks.
    pub fn wait(path: &Path) -> Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        if file.try_lock().is_err() {
            crate::step::note(format!("waiting for another xtask that holds {}", path.display()));
            file.lock().with_context(|| format!("cannot lock {}", path.display()))?;
        }
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_can_be_placed() {
        let place = |given: &[(&str, &str)]| {
            Cache::place(|name| given.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into()))
        };
        let all = [("THREADLAB_CACHE", "/a"), ("XDG_CACHE_HOME", "/b"), ("HOME", "/c")];
        assert_eq!(place(&all), Some("/a".into()));
        assert_eq!(place(&all[1..]), Some("/b/threadlab".into()));
        assert_eq!(place(&all[2..]), Some("/c/.cache/threadlab".into()));
        assert_eq!(place(&[]), None);
    }

    #[test]
    fn the_workspace_is_found() {
        let root = Workspace::find().unwrap();
        assert!(root.path("crates/xtask/src/workspace.rs").is_file());
    }
}
