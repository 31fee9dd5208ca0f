//! The compiler for WebAssembly: any Rust toolchain that has the sources of its standard library.
//!
//! Threads need a standard library built with atomics, and panics that reach the joiner need one built to unwind.
//! No distribution ships that, so xtask builds it (see [`sysroot`]) from the sources that belong to the compiler.
//! Two families of toolchains have them: rustup's with the component `rust-src`, and Debian's `rustc-web`.

mod debian;
mod rustup;
pub mod sysroot;

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use rustc_version::{Version, VersionMeta};

use crate::process;
use crate::step::step;

/// The oldest compiler that the workspace accepts (`rust-version` in Cargo.toml).
pub const OLDEST: Version = Version::new(1, 95, 0);

/// A compiler and its Cargo, called by their own paths so that no proxy and no PATH can mix two toolchains.
#[derive(Clone, Debug)]
pub struct Toolchain {
    name: String,
    cargo: PathBuf,
    rustc: PathBuf,
    version: VersionMeta,
    library: PathBuf,
    linker: Option<PathBuf>,
}

impl Toolchain {
    /// Finds a toolchain that can build the standard library, or installs what is missing.
    ///
    /// What is on the machine already comes first, so that a machine without network waits for nothing. The
    /// environment variable `THREADLAB_TOOLCHAIN` (`rustup` or `debian`) leaves the other family out.
    ///
    /// # Errors
    /// When there is none and none can be installed; the message says what was tried and what a person can do.
    pub fn find_or_install() -> Result<Self> {
        let families = Families::from_env()?;
        let found = families
            .rustup
            .then(rustup::installed)
            .flatten()
            .or_else(|| families.debian.then(debian::installed).flatten());
        if let Some(toolchain) = found {
            return Ok(toolchain);
        }
        let mut tried = Vec::new();
        if families.rustup {
            match rustup::install() {
                Ok(toolchain) => return Ok(toolchain),
                Err(error) => tried.push(format!("- rustup: {error:#}")),
            }
        }
        if families.debian {
            match debian::install() {
                Ok(toolchain) => return Ok(toolchain),
                Err(error) => tried.push(format!("- Debian's packages: {error:#}")),
            }
        }
        bail!(
            "no Rust toolchain {OLDEST} or later with the sources of its standard library was found:\n{}\n\
             Either install rustup (https://rustup.rs) and run `rustup toolchain install stable --component rust-src`,\n\
             or, on Debian, `apt-get install {}`.",
            tried.join("\n"),
            debian::PACKAGES.join(" "),
        )
    }

    /// A toolchain by the paths of its programs, if it is new enough and has the library's sources.
    fn probe(name: String, cargo: PathBuf, rustc: PathBuf) -> Result<Self> {
        if !cargo.is_file() {
            bail!("{name} has no {}", cargo.display());
        }
        let version = VersionMeta::for_command(Command::new(&rustc))
            .with_context(|| format!("{} does not tell its version", rustc.display()))?;
        if version.semver < OLDEST {
            bail!("{name} is {}, but {OLDEST} or later is needed", version.semver);
        }
        let library = rustc_build_sysroot::rustc_sysroot_src(Command::new(&rustc))?;
        if !library.join("std/Cargo.toml").is_file() {
            bail!("{name} has no sources of its standard library in {}", library.display());
        }
        let linker = linker(&rustc, &version.host);
        Ok(Self { name, cargo, rustc, version, library, linker })
    }

    /// How to name it to a person: its family and version.
    #[must_use]
    pub fn describe(&self) -> String {
        format!("{} ({})", self.name, self.version.semver)
    }

    /// A text that differs between any two compilers.
    #[must_use]
    pub fn identity(&self) -> String {
        format!(
            "{} {} {}",
            self.version.short_version_string,
            self.version.host,
            self.version.commit_hash.as_deref().unwrap_or("")
        )
    }

    /// This toolchain's Cargo, told to use this toolchain's compiler, and nothing of the flags that the caller's
    /// environment may carry.
    #[must_use]
    pub fn cargo(&self) -> Command {
        let mut command = Command::new(&self.cargo);
        self.use_in(&mut command);
        command
    }

    /// This toolchain's clippy, called like Cargo's own subcommand.
    ///
    /// # Errors
    /// When clippy is missing and cannot be installed.
    pub fn clippy(&self) -> Result<Command> {
        let program = self.program("cargo-clippy");
        if !program.is_file() {
            step(format!("install clippy for {}", self.name), || match () {
                () if debian::owns(&self.rustc) => debian::install_clippy(),
                () => rustup::install_clippy(&self.rustc),
            })?;
        }
        let mut command = Command::new(program);
        self.use_in(&mut command);
        command.arg("clippy");
        Ok(command)
    }

    /// Makes a program that calls `cargo` (Trunk, clippy) use this toolchain.
    pub fn use_in(&self, command: &mut Command) {
        command
            .env("CARGO", &self.cargo)
            .env("RUSTC", &self.rustc)
            .env("RUSTDOC", self.program("rustdoc"))
            .env_remove("RUSTFLAGS")
            .env_remove("RUSTDOCFLAGS")
            .env_remove("CARGO_BUILD_TARGET")
            .env_remove("RUSTC_WORKSPACE_WRAPPER");
    }

    /// Cargo's path.
    #[must_use]
    pub fn cargo_path(&self) -> &Path {
        &self.cargo
    }

    /// The linker for WebAssembly, where it does not lie beside the compiler's libraries under its usual name.
    #[must_use]
    pub fn linker(&self) -> Option<&Path> {
        self.linker.as_deref()
    }

    /// The compiler's flags that shorten the paths of sources which lie outside the workspace: messages of panics name
    /// files, and the builder's home folder is nobody's business.
    #[must_use]
    pub fn remaps(&self) -> Vec<String> {
        let folders = [("library", Some(self.library.clone())), ("cargo", cargo_home())];
        let remap = |(name, folder): (&str, Option<PathBuf>)| {
            Some(format!("--remap-path-prefix={}={name}", folder?.display()))
        };
        folders.into_iter().filter_map(remap).collect()
    }

    fn program(&self, name: &str) -> PathBuf {
        self.rustc.with_file_name(format!("{name}{}", env::consts::EXE_SUFFIX))
    }
}

/// Where Cargo keeps the sources of dependencies.
fn cargo_home() -> Option<PathBuf> {
    env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| {
        env::var_os("HOME").or_else(|| env::var_os("USERPROFILE")).map(|home| Path::new(&home).join(".cargo"))
    })
}

/// Finds the linker. A build with a sysroot of our own would look for it in that sysroot, so the path is given.
fn linker(rustc: &Path, host: &str) -> Option<PathBuf> {
    let exe = env::consts::EXE_SUFFIX;
    let beside = rustc.parent()?.parent()?.join("lib/rustlib").join(host).join(format!("bin/rust-lld{exe}"));
    beside
        .is_file()
        .then_some(beside)
        .or_else(|| ["rust-lld", "wasm-ld"].into_iter().find_map(process::find))
        .or_else(|| (19..=30).rev().find_map(|version| process::find(&format!("wasm-ld-{version}"))))
}

/// Which families of toolchains may be used.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Families {
    rustup: bool,
    debian: bool,
}

impl Families {
    fn from_env() -> Result<Self> {
        match env::var("THREADLAB_TOOLCHAIN").ok().as_deref() {
            None | Some("") => Ok(Self { rustup: true, debian: true }),
            Some("rustup") => Ok(Self { rustup: true, debian: false }),
            Some("debian") => Ok(Self { rustup: false, debian: true }),
            Some(other) => bail!("THREADLAB_TOOLCHAIN is `{other}`, but it has to be `rustup` or `debian`"),
        }
    }
}
