//! `check`: what has to hold of the sources besides their tests.

mod audit;
mod licence;

use anyhow::{Context as _, Result};

use crate::native;
use crate::process;
use crate::step::step;
use crate::wasm::{self, Build, TARGET};
use crate::workspace::{Cache, Workspace};

/// The packages that only run in a browser's page.
const PAGE: [&str; 2] = ["threadlab", "threadlab-host"];

/// The packages that only run on workers.
const ENGINE: [&str; 3] = ["threadlab-engine", "threadlab-worker-tests", "threadlab-bench"];

/// The packages that run natively, and differ on workers.
const BOTH: [&str; 2] = ["threadlab-trace", "threadlab-threads"];

/// Looks at everything, and says at the end what does not hold.
///
/// # Errors
/// Only when the compiler for WebAssembly cannot be had at all.
pub fn run(workspace: &Workspace, cache: &Cache) -> Result<bool> {
    let toolchain = wasm::toolchain()?;
    let page = Build::page(workspace, cache, &toolchain)?;
    let engine = Build::engine(workspace, cache, &toolchain)?;
    let mut failed = Vec::new();
    let mut part = |name: &'static str, work: &dyn Fn() -> Result<()>| {
        if let Err(error) = step(name, work) {
            println!("error: {error:#}");
            failed.push(name);
        }
    };

    part("formatting", &|| {
        let mut cargo = native::cargo(workspace);
        process::run_shown(cargo.args(["fmt", "--all", "--check"])).context(
            "`cargo fmt --all` mends it; where rustfmt is missing, `rustup component add rustfmt` brings it",
        )
    });
    part("audit of the dependencies", &|| audit::run(workspace));
    part("lints, native", &|| {
        let mut clippy = native::clippy(workspace, &toolchain)?;
        clippy.args(["--all-targets", "--quiet"]);
        process::run_shown(clippy.args(["--", "-Dwarnings"]))?;
        let mut clippy = native::clippy(workspace, &toolchain)?;
        clippy.args(["--all-targets", "--quiet", "--package", "threadlab-page-tests"]);
        process::run_shown(clippy.args(["--", "-Dwarnings"]))
    });
    part("lints, page", &|| wasm_lints(workspace, &page, &PAGE, "--all-targets"));
    part("lints, engine", &|| {
        wasm_lints(workspace, &engine, &ENGINE, "--all-targets")?;
        wasm_lints(workspace, &engine, &BOTH, "--lib")
    });
    part("documentation, native", &|| {
        let mut cargo = native::cargo(workspace);
        cargo.args(["doc", "--no-deps", "--quiet"]).env("RUSTDOCFLAGS", "-Dwarnings");
        process::run_shown(&mut cargo)
    });
    part("documentation, page", &|| wasm_docs(workspace, &page, &PAGE));
    part("documentation, engine", &|| wasm_docs(workspace, &engine, &ENGINE));

    if failed.is_empty() {
        println!("\nall checks hold");
    } else {
        println!("\nchecks that do not hold: {}", failed.join("; "));
    }
    Ok(failed.is_empty())
}

fn wasm_lints(workspace: &Workspace, build: &Build, packages: &[&str], targets: &str) -> Result<()> {
    let mut clippy = build.clippy()?;
    clippy.current_dir(workspace.root()).args(["--quiet", "--target", TARGET, targets]);
    clippy.args(packages.iter().flat_map(|package| ["--package", package]));
    process::run_shown(clippy.args(["--", "-Dwarnings"]))
}

fn wasm_docs(workspace: &Workspace, build: &Build, packages: &[&str]) -> Result<()> {
    let mut cargo = build.cargo();
    cargo.current_dir(workspace.root()).args(["doc", "--no-deps", "--quiet", "--target", TARGET]);
    cargo.args(packages.iter().flat_map(|package| ["--package", package]));
    build.rustdoc_flags(&mut cargo, &["-Dwarnings"]);
    process::run_shown(&mut cargo)
}
