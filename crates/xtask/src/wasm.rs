//! The two ways WebAssembly is compiled here: the engine's (threads over a shared memory) and the page's (plain).

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::step;
use crate::toolchain::Toolchain;
use crate::toolchain::sysroot::Library;
use crate::workspace::{Cache, Workspace};

/// The compilation target of both modules.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// The engine's standard library. What it is compiled with, everything on top of it is as well: atomics for threads,
/// unwinding so that a panic releases what its thread holds, and the final (not the legacy) encoding of exceptions.
/// The library itself is made small: of what primitives do often nothing is in there, except for generic code, which is
/// compiled with whoever uses it.
const ENGINE_LIBRARY: Library = Library {
    name: "engine",
    flags: &[
        "-Ctarget-feature=+atomics,+bulk-memory,+mutable-globals",
        "-Cpanic=unwind",
        "-Cllvm-args=-wasm-use-legacy-eh=false",
    ],
    opt_level: "s",
    features: &["panic-unwind", "optimize_for_size"],
};

/// The engine's standard library with panics that abort.
const ABORTING_LIBRARY: Library = Library {
    name: "engine-abort",
    flags: &["-Ctarget-feature=+atomics,+bulk-memory,+mutable-globals"],
    opt_level: "3",
    features: &[],
};

/// The page's standard library. The one that comes with a compiler would do too, but is made for speed, and would be
/// a good part of what people download.
const PAGE_LIBRARY: Library =
    Library { name: "page", flags: &[], opt_level: "z", features: &["optimize_for_size"] };

/// What the engine is linked with: the page gives the memory, shared between its workers and bounded (a maximum is
/// required of shared memories, and phones refuse large ones); the exports set up a thread's own storage; and the
/// first thread gets a stack of 2 MiB like every other.
const ENGINE_LINK_FLAGS: [&str; 8] = [
    "-Clink-arg=--shared-memory",
    "-Clink-arg=--import-memory",
    "-Clink-arg=--max-memory=268435456",
    "-Clink-arg=--export=__wasm_init_tls",
    "-Clink-arg=--export=__tls_size",
    "-Clink-arg=--export=__tls_align",
    "-Clink-arg=--export=__tls_base",
    "-Clink-arg=-zstack-size=2097152",
];

/// A set of compiler flags with its own standard library and its own target folder.
#[derive(Clone, Debug)]
pub struct Build {
    toolchain: Toolchain,
    /// What compiler and documentation need alike: the sysroot, and what it was compiled with.
    base: Vec<String>,
    /// What only the compiler needs.
    link: Vec<String>,
    target: PathBuf,
    unstable: bool,
}

impl Build {
    /// The engine's build; builds its standard library first where needed.
    ///
    /// # Errors
    /// When the standard library cannot be built.
    pub fn engine(workspace: &Workspace, cache: &Cache, toolchain: &Toolchain) -> Result<Self> {
        Self::threaded(&ENGINE_LIBRARY, "engine", workspace, cache, toolchain)
    }

    fn threaded(
        library: &Library,
        target: &str,
        workspace: &Workspace,
        cache: &Cache,
        toolchain: &Toolchain,
    ) -> Result<Self> {
        let sysroot = library.find_or_build(toolchain, cache)?;
        let mut base: Vec<String> = library.flags.iter().map(ToString::to_string).collect();
        base.push(sysroot_flag(&sysroot));
        let mut link = link_flags(toolchain);
        link.extend(ENGINE_LINK_FLAGS.iter().map(ToString::to_string));
        // The threads crate uses the atomic wait instruction, which is not stable yet.
        Ok(Self {
            toolchain: toolchain.clone(),
            base,
            link,
            target: workspace.target(target),
            unstable: true,
        })
    }

    /// The engine's build with panics that abort, for peers that do not compile with unwinding.
    ///
    /// # Errors
    /// When the standard library cannot be built.
    pub fn engine_without_unwinding(
        workspace: &Workspace,
        cache: &Cache,
        toolchain: &Toolchain,
    ) -> Result<Self> {
        Self::threaded(&ABORTING_LIBRARY, "engine-abort", workspace, cache, toolchain)
    }

    /// The page's build; builds its standard library first where needed.
    ///
    /// # Errors
    /// When the standard library cannot be built.
    pub fn page(workspace: &Workspace, cache: &Cache, toolchain: &Toolchain) -> Result<Self> {
        let base = vec![sysroot_flag(&PAGE_LIBRARY.find_or_build(toolchain, cache)?)];
        let link = link_flags(toolchain);
        Ok(Self {
            toolchain: toolchain.clone(),
            base,
            link,
            target: workspace.target("page"),
            unstable: false,
        })
    }

    /// Cargo with this build's toolchain, flags and target folder; the caller adds the subcommand.
    #[must_use]
    pub fn cargo(&self) -> Command {
        let mut command = self.toolchain.cargo();
        self.use_in(&mut command);
        command
    }

    /// Clippy with this build's toolchain, flags and target folder; the caller adds its options.
    ///
    /// # Errors
    /// When clippy is missing and cannot be installed.
    pub fn clippy(&self) -> Result<Command> {
        let mut command = self.toolchain.clippy()?;
        self.use_in(&mut command);
        Ok(command)
    }

    /// Makes a program that calls Cargo (Trunk) build with this build's toolchain, flags and target folder.
    ///
    /// The flags apply to what is compiled for WebAssembly only, because such a program names the target.
    pub fn use_in(&self, command: &mut Command) {
        self.toolchain.use_in(command);
        // Encoded, because the folders among the flags may have spaces in their names.
        command
            .env("CARGO_ENCODED_RUSTDOCFLAGS", self.base.join("\x1f"))
            .env("CARGO_ENCODED_RUSTFLAGS", [self.base.as_slice(), &self.link].concat().join("\x1f"))
            .env("CARGO_TARGET_DIR", &self.target)
            // Debug information would triple the time that wasm-bindgen needs, and panics tell their line without.
            .env("CARGO_PROFILE_DEV_DEBUG", "0");
        if self.unstable {
            command.env("RUSTC_BOOTSTRAP", "1");
        } else {
            command.env_remove("RUSTC_BOOTSTRAP");
        }
    }

    /// More flags for the documentation, on top of this build's own.
    pub fn rustdoc_flags(&self, command: &mut Command, more: &[&str]) {
        let flags: Vec<&str> = self.base.iter().map(String::as_str).chain(more.iter().copied()).collect();
        command.env("CARGO_ENCODED_RUSTDOCFLAGS", flags.join("\x1f"));
    }

    /// Where the compiled files of a profile are.
    #[must_use]
    pub fn output(&self, profile: &str) -> PathBuf {
        // Cargo keeps the profile `dev` in a folder of another name.
        let folder = if profile == "dev" { "debug" } else { profile };
        self.target.join(TARGET).join(folder)
    }

    /// A text that differs between any two builds that may give different files.
    #[must_use]
    pub fn identity(&self) -> String {
        format!("{} {} {}", self.toolchain.identity(), self.base.join(" "), self.link.join(" "))
    }
}

/// Finds the toolchain and says which it is.
///
/// # Errors
/// When there is none and none can be installed.
pub fn toolchain() -> Result<Toolchain> {
    let toolchain = Toolchain::find_or_install()?;
    step::note(format!("compiler for WebAssembly: {}", toolchain.describe()));
    Ok(toolchain)
}

fn sysroot_flag(sysroot: &Path) -> String {
    format!("--sysroot={}", sysroot.display())
}

fn link_flags(toolchain: &Toolchain) -> Vec<String> {
    let mut flags = Vec::new();
    if let Some(linker) = toolchain.linker() {
        flags.push(format!("-Clinker={}", linker.display()));
    }
    flags.extend(toolchain.remaps());
    flags
}
