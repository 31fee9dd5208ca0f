//! `check`: what has to hold of the sources besides their tests.

mod audit;
mod licence;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::native;
use crate::process;
use crate::step::{note, step};
use crate::wasm::{self, Build, TARGET};
use crate::workspace::{Cache, Workspace};

/// The packages that only run in a browser's page. Their tests run natively, on what is natively theirs.
const PAGE: [&str; 3] = ["threadlab", "threadlab-charts", "threadlab-host"];

/// The package that runs natively and is no default member, because it needs a browser to test.
const PAGE_TESTS: &str = "threadlab-page-tests";

/// The packages that run natively, and differ on workers.
const BOTH: [&str; 3] = ["threadlab-trace", "threadlab-threads", "threadlab-processes"];

/// The package whose tests run natively and on workers.
const TESTS_OF_BOTH: [&str; 1] = ["threadlab-behaviours"];

/// Looks at everything, and says at the end what does not hold.
///
/// # Errors
/// Only when the compiler for WebAssembly cannot be had at all.
pub fn run(workspace: &Workspace, cache: &Cache) -> Result<bool> {
    let toolchain = wasm::toolchain()?;
    let page = Build::page(workspace, cache, &toolchain)?;
    let engine = Build::engine(workspace, cache, &toolchain)?;
    let on_workers = packages_on_workers(workspace)?;
    let on_workers: Vec<&str> = on_workers.iter().map(String::as_str).collect();
    let mut failed = Vec::new();
    let mut part = |name: &'static str, work: &dyn Fn() -> Result<()>| {
        if let Err(error) = step(name, work) {
            println!("error: {error:#}");
            failed.push(name);
        }
    };

    let formats = process::read(native::cargo(workspace).args(["fmt", "--version"])).is_ok();
    if formats {
        part("formatting", &|| {
            let mut cargo = native::cargo(workspace);
            process::run_shown(cargo.args(["fmt", "--all", "--check"])).context("`cargo fmt --all` mends it")
        });
    } else {
        // Debian's packages for WebAssembly have no rustfmt, and its other one does not know this edition.
        note("rustfmt is missing, so formatting is not checked; `rustup component add rustfmt` brings it");
    }
    part("audit of the dependencies", &|| audit::run(workspace));
    part("lints, native", &|| {
        let mut clippy = native::clippy(workspace, &toolchain)?;
        clippy.args(["--all-targets", "--quiet", "--keep-going"]);
        process::run_shown(clippy.args(["--", "-Dwarnings"]))?;
        let mut clippy = native::clippy(workspace, &toolchain)?;
        clippy.args(["--all-targets", "--quiet", "--package", PAGE_TESTS]);
        process::run_shown(clippy.args(["--", "-Dwarnings"]))
    });
    part("lints, page", &|| wasm_lints(workspace, &page, &PAGE, &["--lib", "--bins"]));
    part("lints, engine", &|| {
        wasm_lints(workspace, &engine, &on_workers, &["--all-targets"])?;
        wasm_lints(workspace, &engine, &BOTH, &["--lib"])?;
        wasm_lints(workspace, &engine, &TESTS_OF_BOTH, &["--tests"])
    });
    part("documentation, native", &|| {
        let mut cargo = native::cargo(workspace);
        cargo.args(["doc", "--no-deps", "--quiet"]).env("RUSTDOCFLAGS", "-Dwarnings");
        process::run_shown(&mut cargo)
    });
    part("documentation, page", &|| wasm_docs(workspace, &page, &PAGE));
    part("documentation, engine", &|| wasm_docs(workspace, &engine, &on_workers));

    if failed.is_empty() {
        println!(
            "\nall checks hold{}",
            if formats { "" } else { ", except for formatting, which was not checked" }
        );
    } else {
        println!("\nchecks that do not hold: {}", failed.join("; "));
    }
    Ok(failed.is_empty())
}

/// The packages that only run on workers: the members of the workspace that nothing above names.
fn packages_on_workers(workspace: &Workspace) -> Result<Vec<String>> {
    let mut cargo = native::cargo(workspace);
    let metadata = process::read(cargo.args(["metadata", "--format-version=1", "--no-deps"]))?;
    let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata")?;
    let defaults = metadata["workspace_default_members"]
        .as_array()
        .context("cargo metadata names no default members")?;
    let packages = metadata["packages"].as_array().context("cargo metadata names no packages")?;
    Ok(packages
        .iter()
        .filter(|package| !defaults.contains(&package["id"]))
        .filter_map(|package| package["name"].as_str())
        .filter(|name| !PAGE.contains(name) && *name != PAGE_TESTS)
        .map(str::to_owned)
        .collect())
}

fn wasm_lints(workspace: &Workspace, build: &Build, packages: &[&str], targets: &[&str]) -> Result<()> {
    let mut clippy = build.clippy()?;
    clippy.current_dir(workspace.root()).args(["--quiet", "--keep-going", "--target", TARGET]).args(targets);
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
