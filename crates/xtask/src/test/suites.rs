//! How each suite is run.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::count::Count;
use super::{Options, counted, test_engine};
use crate::http::FileServer;
use crate::native;
use crate::page as page_build;
use crate::ports;
use crate::setup::Setup;
use crate::step::note;
use crate::tools::browser::Browser;
use crate::tools::{axe, python, wasm_bindgen};
use crate::wasm::{self, Build, TARGET};
use crate::workspace::{Cache, Workspace};

/// The packages with loom tests, and their folders.
const LOOM: [(&str, &str); 3] = [
    ("threadlab-trace", "crates/trace"),
    ("threadlab-threads", "crates/threads"),
    ("threadlab-kernel", "crates/kernel"),
];

/// The packages whose tests run on real workers.
const WORKERS: [&str; 2] = ["threadlab-worker-tests", "threadlab-behaviours"];

/// The targets among the page's tests that other commands run: one measures, one takes pictures.
const OF_COMMANDS: [&str; 2] = ["bench", "gallery"];

/// What the names of the tests begin with that need axe-core.
const WITH_AXE: &str = "accessibility::";

/// How many seconds a binary may take in the long form.
const LONG_RUN: &str = "7200";

/// Unit and property tests of the packages that run natively.
pub(super) fn native(workspace: &Workspace, options: &Options) -> Result<Count> {
    let mut cargo = native::cargo(workspace);
    cargo.args(["test", "--no-fail-fast"]).env(python::VARIABLE, python::find_or_install()?);
    if options.long {
        cargo.env("PROPTEST_CASES", "5000");
    }
    finish(&mut cargo, options, &[]);
    counted(&mut cargo)
}

/// Model checking: all interleavings of small programs, up to a number of preemptions.
pub(super) fn loom(workspace: &Workspace, options: &Options) -> Result<Count> {
    let mut count = Count::default();
    for (package, folder) in LOOM {
        // Cargo takes a pattern that matches nothing for an error.
        if !has_loom_tests(&workspace.path(folder).join("tests"))? {
            note(format!("{package} has no loom tests"));
            continue;
        }
        let mut cargo = native::cargo(workspace);
        cargo
            .args(["test", "--release", "--no-fail-fast", "--package", package, "--test", "loom*"])
            .env("RUSTFLAGS", "--cfg loom")
            .env("CARGO_TARGET_DIR", workspace.target("loom"))
            // More preemptions take exponentially longer; loom's authors found that bugs need two or three.
            .env("LOOM_MAX_PREEMPTIONS", if options.long { "4" } else { "3" });
        finish(&mut cargo, options, &[]);
        count += counted(&mut cargo)?;
    }
    Ok(count)
}

/// The engine on real workers.
pub(super) fn workers(workspace: &Workspace, cache: &Cache, options: &Options) -> Result<Count> {
    let build = Build::engine(workspace, cache, &wasm::toolchain()?)?;
    in_browser(&build, workspace, cache, &WORKERS, |cargo| {
        if options.long {
            cargo.env("WASM_BINDGEN_TEST_TIMEOUT", LONG_RUN);
        }
        finish(cargo, options, &[]);
        counted(cargo)
    })
}

/// The built page in a browser.
pub(super) fn page(workspace: &Workspace, cache: &Cache, options: &Options) -> Result<Count> {
    with_page(workspace, cache, |cargo| {
        cargo.args(["--lib", "--bins"]);
        for name in test_targets(&workspace.path("tests/page/tests"))? {
            if !OF_COMMANDS.contains(&&*name) {
                cargo.args(["--test", &name]);
            }
        }
        let axe = axe::find_or_install(workspace, cache);
        let mut arguments = Vec::new();
        match &axe {
            Ok(script) => {
                cargo.env("THREADLAB_AXE", script);
            }
            Err(_) => arguments.extend(["--skip", WITH_AXE]),
        }
        finish(cargo, options, &arguments);
        let mut count = counted(cargo)?;
        if let Err(error) = axe {
            count.not_run.push(format!("the page's accessibility (tests {WITH_AXE}*): {error:#}"));
        }
        Ok(count)
    })
}

/// Starts a driver and hands `use_it` a `cargo test` of packages that wasm-bindgen's test runner runs in the browser.
/// The driver and its browsers end with it; the runner's own driver would leave a browser behind after a failure.
///
/// # Errors
/// When a part of the set-up fails, or `use_it` does.
pub fn in_browser<T>(
    build: &Build,
    workspace: &Workspace,
    cache: &Cache,
    packages: &[&str],
    use_it: impl FnOnce(&mut Command) -> Result<T>,
) -> Result<T> {
    let browser = Browser::find_or_install()?;
    let tools = wasm_bindgen::find_or_install(workspace, cache)?;
    let capabilities = workspace.target("xtask").join("webdriver.json");
    browser.write_capabilities(&capabilities)?;
    let driver = browser.start_driver(workspace)?;
    let runner = tools.join(format!("wasm-bindgen-test-runner{}", std::env::consts::EXE_SUFFIX));
    let mut cargo = build.cargo();
    cargo
        .current_dir(workspace.root())
        .args(["test", "--no-fail-fast", "--tests"])
        .args(packages.iter().flat_map(|package| ["--package", package]))
        .args(["--target", TARGET, "--config"])
        // Not by the environment, which would split a path at its spaces. A quoted Rust string is a TOML string too.
        .arg(format!("target.{TARGET}.runner=[{:?}]", runner.to_string_lossy()))
        // The runner would print its own stack below every failed test.
        .env("RUST_BACKTRACE", "0")
        // The runner takes the first driver that the environment names, in this order.
        .env_remove("GECKODRIVER_REMOTE")
        .env_remove("SAFARIDRIVER_REMOTE")
        .env("CHROMEDRIVER_REMOTE", driver.url())
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &capabilities)
        // Seconds for a whole binary, on a machine that is slow and has other things to do.
        .env("WASM_BINDGEN_TEST_TIMEOUT", "1200")
        .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "120");
    use_it(&mut cargo)
}

/// Builds and serves the page, starts a driver, and hands `use_it` a `cargo test` of the page's tests that knows both.
/// Server and driver end with it.
///
/// # Errors
/// When a part of the set-up fails, or `use_it` does.
pub fn with_page<T>(
    workspace: &Workspace,
    cache: &Cache,
    use_it: impl FnOnce(&mut Command) -> Result<T>,
) -> Result<T> {
    let browser = Browser::find_or_install()?;
    let setup = Setup::find_or_install(workspace, cache)?;
    let dist = page_build::build(workspace, &setup)?;
    let server = FileServer::start(ports::listen("127.0.0.1", 0)?, &dist)?;
    let test_engine = test_engine::page(workspace, &setup, &dist)?;
    let test_engine = FileServer::start(ports::listen("127.0.0.1", 0)?, &test_engine)?;
    let driver = browser.start_driver(workspace)?;
    let mut cargo = native::cargo(workspace);
    cargo
        .args(["test", "--package", "threadlab-page-tests", "--no-fail-fast"])
        .env("THREADLAB_URL", server.url())
        .env("THREADLAB_TEST_ENGINE_URL", test_engine.url())
        .env("THREADLAB_DIST", &dist)
        .env("THREADLAB_WEBDRIVER", driver.url())
        .env("THREADLAB_CHROMIUM_ARGS", Browser::arguments().join(" "));
    if let Some(chromium) = &browser.chromium {
        cargo.env("THREADLAB_CHROMIUM", chromium);
    }
    use_it(&mut cargo)
}

/// Adds what all suites share: the filter and whether to try more cases.
pub(super) fn finish(cargo: &mut Command, options: &Options, arguments: &[&str]) {
    if options.long {
        cargo.env("THREADLAB_LONG", "1");
    }
    cargo.arg("--").args(arguments).args(&options.filter);
}

/// The names of a package's integration tests.
///
/// # Errors
/// When the folder cannot be listed.
pub fn test_targets(folder: &Path) -> Result<Vec<String>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry.with_context(|| format!("cannot list {}", folder.display()))?.path();
        let is_target =
            path.extension() == Some(OsStr::new("rs")) || (path.is_dir() && path.join("main.rs").is_file());
        if is_target && let Some(name) = path.file_stem().and_then(OsStr::to_str) {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn has_loom_tests(folder: &Path) -> Result<bool> {
    Ok(test_targets(folder)?.iter().any(|name| name.starts_with("loom")))
}
