//! Packages from npm's registry, in the cache. Each at one version, whose hash npm compares with what it fetched.

use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::process;
use crate::workspace::{Cache, Workspace};

/// A package that depends on no other.
#[derive(Clone, Copy, Debug)]
pub struct Package {
    /// Its name in the registry.
    pub name: &'static str,
    /// The version that is installed.
    pub version: &'static str,
    /// The hash of its archive, as `npm view <name>@<version> dist.integrity` tells it.
    pub integrity: &'static str,
    /// A program in it, by name, and the file that it is.
    pub program: Option<(&'static str, &'static str)>,
}

impl fmt::Display for Package {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}@{}", self.name, self.version)
    }
}

/// Whether npm is on PATH.
#[must_use]
pub fn is_there() -> bool {
    process::find("npm").is_some()
}

impl Package {
    /// A path in the folder `node_modules` that holds the package once it is installed.
    #[must_use]
    pub fn path(&self, cache: &Cache, path: &str) -> PathBuf {
        self.folder(cache).join("node_modules").join(path)
    }

    /// Installs the package into the cache, unless `file`, which it has, is there. Other xtasks that want the same wait
    /// meanwhile.
    ///
    /// # Errors
    /// When there is no npm, it cannot fetch the package, or what it fetched has another hash.
    pub fn install(&self, workspace: &Workspace, cache: &Cache, file: PathBuf) -> Result<PathBuf> {
        let _lock = cache.lock(self.name)?;
        if !file.is_file() {
            let folder = self.folder(cache);
            fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
            for (name, content) in [("package.json", self.manifest()), ("package-lock.json", self.lock())] {
                let path = folder.join(name);
                fs::write(&path, content.to_string())
                    .with_context(|| format!("cannot write {}", path.display()))?;
            }
            let mut npm = Command::new("npm");
            npm.args(["ci", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"]).arg(folder);
            process::run_logged(&mut npm, &workspace.log(&format!("install-{}", self.name)))?;
        }
        Ok(file)
    }

    fn folder(&self, cache: &Cache) -> PathBuf {
        cache.path(format!("{}-{}", self.name, self.version))
    }

    /// A package of nothing that asks for this one.
    fn manifest(&self) -> Value {
        json!({ "private": true, "dependencies": { self.name: self.version } })
    }

    /// What npm is to install. Where it comes from is not in it: npm is free to ask the registry that it knows.
    fn lock(&self) -> Value {
        let programs = self.program.map_or_else(|| json!({}), |(name, file)| json!({ name: file }));
        json!({
            "lockfileVersion": 3,
            "requires": true,
            "packages": {
                "": { "dependencies": { self.name: self.version } },
                format!("node_modules/{}", self.name): {
                    "version": self.version,
                    "integrity": self.integrity,
                    "bin": programs,
                },
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKAGE: Package = Package {
        name: "wings",
        version: "1.2.3",
        integrity: "sha512-abc=",
        program: Some(("fly", "bin/fly")),
    };

    #[test]
    fn the_lock_names_what_the_manifest_asks_for_with_its_hash() {
        let (manifest, lock) = (PACKAGE.manifest(), PACKAGE.lock());
        assert_eq!(manifest["dependencies"], lock["packages"][""]["dependencies"]);
        let locked = &lock["packages"]["node_modules/wings"];
        assert_eq!(manifest["dependencies"]["wings"], locked["version"]);
        assert_eq!(locked["integrity"], "sha512-abc=");
        assert_eq!(locked["bin"], json!({ "fly": "bin/fly" }));
    }
}
