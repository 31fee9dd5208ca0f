//! WebAssembly modules besides the page's own, which Trunk builds: compiled, with the script that wasm-bindgen makes for
//! each.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::fingerprint::Fingerprint;
use crate::process;
use crate::step::step;
use crate::tools::{wasm_bindgen, wasm_opt};
use crate::wasm::{Build, TARGET};
use crate::workspace::Workspace;

/// A package that becomes a module.
#[derive(Clone, Copy, Debug)]
pub struct Module {
    /// Its name.
    pub package: &'static str,
    /// What its files are called: with `engine` they are `engine.js` and `engine_bg.wasm`.
    pub name: &'static str,
    /// The profile of release builds; see Cargo.toml.
    pub profile: &'static str,
    /// What wasm-opt is asked for.
    pub level: &'static str,
}

/// The engine that people get: as fast as it goes.
pub const ENGINE: Module =
    Module { package: "threadlab-engine", name: "engine", profile: "engine", level: "-O3" };

/// What draws charts: as small as it goes.
pub const CHARTS: Module =
    Module { package: "threadlab-charts", name: "charts", profile: "page", level: "-Oz" };

/// Compiles a module and makes its bindings; returns the folder that holds its files.
///
/// # Errors
/// When a part of the build fails.
pub fn bindings(
    workspace: &Workspace,
    module: &Module,
    build: &Build,
    tools: &Path,
    wasm_opt: Option<&Path>,
    release: bool,
) -> Result<PathBuf> {
    let package = module.package;
    let profile = if release { module.profile } else { "dev" };
    step(format!("compile {package} ({profile})"), || {
        let mut cargo = build.cargo();
        cargo.current_dir(workspace.root()).args(["build", "--package", package, "--lib"]);
        cargo.args(["--target", TARGET, "--profile", profile]);
        process::run_logged(&mut cargo, &workspace.log(package))
    })?;
    let compiled = build.output(profile).join(format!("{}.wasm", package.replace('-', "_")));

    // The bindings are the same as long as the module is, and so are those that wasm-opt has worked on.
    let mut print = Fingerprint::new();
    print.add(&wasm_bindgen::version(workspace)?);
    print.add(&wasm_opt.map_or_else(String::new, |path| format!("{} {}", path.display(), module.level)));
    print.add_file(&compiled)?;
    let print = print.hex();
    let folder = workspace.target("bindings").join(format!("{package}-{profile}"));
    let stamp = workspace.target("bindings").join(format!("{package}-{profile}.stamp"));
    if folder.is_dir() && fs::read_to_string(&stamp).is_ok_and(|stamped| stamped == print) {
        return Ok(folder);
    }
    step(format!("make the bindings of {package}"), || {
        remove(&stamp)?;
        remove(&folder)?;
        let program = tools.join(format!("wasm-bindgen{}", env::consts::EXE_SUFFIX));
        let mut bindgen = Command::new(program);
        bindgen.args(["--target", "web", "--no-typescript", "--out-name", module.name, "--out-dir"]);
        bindgen.arg(&folder).arg(&compiled);
        process::read(&mut bindgen)?;
        if let Some(wasm_opt) = wasm_opt {
            let optimised = folder.join(format!("{}_bg.wasm", module.name));
            wasm_opt::optimise(wasm_opt, module.level, &optimised)?;
        }
        fs::write(&stamp, &print).with_context(|| format!("cannot write {}", stamp.display()))
    })?;
    Ok(folder)
}

fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}
