//! The Cargo that started us, for what runs on this machine itself.

use std::env;
use std::process::Command;

use anyhow::Result;

use crate::process;
use crate::toolchain::Toolchain;
use crate::workspace::Workspace;

/// The environment variable that tells a hook which Cargo started the build: there `CARGO` is the one for WebAssembly.
const NATIVE_CARGO: &str = "THREADLAB_NATIVE_CARGO";

/// What a build for WebAssembly puts into the environment of its hooks, and a native one must not see.
const OF_WASM: [&str; 7] = [
    "CARGO_ENCODED_RUSTDOCFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_PROFILE_DEV_DEBUG",
    "CARGO_TARGET_DIR",
    "RUSTC",
    "RUSTC_BOOTSTRAP",
    "RUSTDOC",
];

/// Tells the hooks of a command which Cargo started us.
pub fn tell_hooks(command: &mut Command) {
    command.env(NATIVE_CARGO, env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
}

/// As [`cargo`], also in a hook of a build for WebAssembly.
#[must_use]
pub fn cargo_in_hook(workspace: &Workspace) -> Command {
    let mut command = cargo(workspace);
    if let Some(native) = env::var_os(NATIVE_CARGO) {
        command = Command::new(native);
        command.current_dir(workspace.root()).env_remove("CARGO_MANIFEST_DIR").env_remove("CARGO");
        for name in OF_WASM {
            command.env_remove(name);
        }
    }
    command
}

/// Cargo for native builds, in the workspace's top folder; the caller adds the subcommand.
#[must_use]
pub fn cargo(workspace: &Workspace) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // Set for this program by the Cargo that runs it; tests would take it for their own package's.
    command.current_dir(workspace.root()).env_remove("CARGO_MANIFEST_DIR");
    command
}

/// Clippy for native builds: the one of the Cargo that started us, else the one of the toolchain for WebAssembly.
///
/// # Errors
/// When there is neither, and none can be installed.
pub fn clippy(workspace: &Workspace, toolchain: &Toolchain) -> Result<Command> {
    if process::read(cargo(workspace).args(["clippy", "--version"])).is_ok() {
        let mut command = cargo(workspace);
        command.arg("clippy");
        return Ok(command);
    }
    let mut command = toolchain.clippy()?;
    // Another compiler than the one that builds in `target`.
    command.current_dir(workspace.root()).env("CARGO_TARGET_DIR", workspace.target("clippy"));
    Ok(command)
}
