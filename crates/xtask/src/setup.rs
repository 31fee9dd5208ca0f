//! Everything that a build of the page needs, found or brought onto the machine.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::thread;

use anyhow::{Context as _, Result, anyhow};

use crate::native;
use crate::shim;
use crate::tools::{trunk, wasm_bindgen, wasm_opt};
use crate::wasm::{self, Build};
use crate::workspace::{Cache, Workspace};

/// The compiler with its standard libraries, and the programs that put the page together.
pub struct Setup {
    /// How the engine is compiled.
    pub engine: Build,
    /// How the page is compiled.
    pub page: Build,
    /// The folder with wasm-bindgen's programs.
    pub wasm_bindgen: PathBuf,
    /// wasm-opt, where there is one.
    pub wasm_opt: Option<PathBuf>,
    trunk: PathBuf,
    shim: PathBuf,
    cargo: PathBuf,
}

impl Setup {
    /// Finds all parts, and brings what is missing. The first time on a machine this takes minutes, so what is
    /// compiled and what is downloaded go side by side.
    ///
    /// # Errors
    /// When a part cannot be had; the message says how a person can get it.
    pub fn find_or_install(workspace: &Workspace, cache: &Cache) -> Result<Self> {
        let (compilers, programs, wasm_opt) = thread::scope(|scope| {
            let compilers = scope.spawn(|| -> Result<_> {
                let toolchain = wasm::toolchain()?;
                let engine = Build::engine(workspace, cache, &toolchain)?;
                let page = Build::page(workspace, cache, &toolchain)?;
                Ok((toolchain, engine, page))
            });
            let programs = scope.spawn(|| -> Result<_> {
                let wasm_bindgen = wasm_bindgen::find_or_install(workspace, cache)?;
                Ok((wasm_bindgen, trunk::find_or_install(workspace, cache)?))
            });
            let wasm_opt = scope.spawn(|| wasm_opt::find_or_install(workspace, cache));
            (compilers.join(), programs.join(), wasm_opt.join())
        });
        let panicked = |_| anyhow!("a part of the set-up panicked; see above");
        let (toolchain, engine, page) = compilers.map_err(panicked)??;
        let (wasm_bindgen, trunk) = programs.map_err(panicked)??;
        let wasm_opt = wasm_opt.map_err(panicked)?;
        let shim = shim::install(workspace)?;
        Ok(Self {
            engine,
            page,
            wasm_bindgen,
            wasm_opt,
            trunk,
            shim,
            cargo: toolchain.cargo_path().to_owned(),
        })
    }

    /// Trunk, set to compile the page with our toolchain and to come back to this very program for the engine.
    ///
    /// # Errors
    /// When a folder's name cannot be part of PATH.
    pub fn trunk(&self, workspace: &Workspace) -> Result<Command> {
        let mut command = Command::new(self.trunk.join(format!("trunk{}", env::consts::EXE_SUFFIX)));
        self.page.use_in(&mut command);
        native::tell_hooks(&mut command);
        command
            .current_dir(workspace.root())
            .env(shim::REAL_CARGO, &self.cargo)
            .env("PATH", self.path()?)
            .env_remove("CARGO_MANIFEST_DIR")
            // A stack of Trunk would only bury the message of a failed build.
            .env("RUST_BACKTRACE", "0")
            // Trunk reads this as one of its own settings, and accepts no other value than true or false.
            .env_remove("NO_COLOR");
        Ok(command)
    }

    fn path(&self) -> Result<OsString> {
        let path = env::var_os("PATH").unwrap_or_default();
        let ours = [self.shim.clone(), self.wasm_bindgen.clone(), self.trunk.clone()];
        env::join_paths(ours.into_iter().chain(env::split_paths(&path)))
            .context("a folder cannot be part of PATH")
    }

    /// A text that differs between any two set-ups that may build different files.
    ///
    /// # Errors
    /// When Cargo.lock does not name wasm-bindgen.
    pub fn identity(&self, workspace: &Workspace) -> Result<String> {
        Ok([
            self.engine.identity(),
            self.page.identity(),
            wasm_bindgen::version(workspace)?,
            trunk::VERSION.to_owned(),
            self.wasm_opt.as_ref().map_or_else(String::new, |path| path.display().to_string()),
        ]
        .join("\n"))
    }
}
