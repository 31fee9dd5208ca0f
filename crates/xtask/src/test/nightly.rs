//! Suites that need rustup's nightly compiler, which the others do not: they run only when asked for.

use std::process::Command;

use anyhow::{Result, bail};
use rustc_version::VersionMeta;

use super::count::Count;
use super::{Options, counted, suites};
use crate::process;
use crate::step::note;
use crate::workspace::Workspace;

/// What Miri runs: packages with unsafe code that it can follow, and the tests in them that reach that code. The
/// browser's parts are out of its reach. Rings live as long as their process, so what is left of them is no leak.
const MIRI: [(&str, &[&str], &str); 2] = [
    ("threadlab-trace", &[], "-Zmiri-ignore-leaks"),
    ("threadlab-threads", &["queue::", "pool::buffer::"], ""),
];

/// The clock is asked, and is not to be made up. The ring's readers follow addresses that come as numbers.
const MIRIFLAGS: &str = "-Zmiri-disable-isolation -Zmiri-permissive-provenance";

/// What runs under ThreadSanitizer.
const TSAN: [&str; 3] = ["threadlab-trace", "threadlab-threads", "threadlab-behaviours"];

/// How many of Miri's schedules each test is run with: usually, and in the long form.
const SEEDS: [u32; 2] = [1, 16];

/// Generated cases of a test: Miri is some thousand times slower than the processor, ThreadSanitizer some ten times.
const MIRI_CASES: &str = "4";
const TSAN_CASES: &str = "16";

/// The unsafe parts of rings and queues, instruction by instruction: undefined behaviour and data races.
pub(super) fn miri(workspace: &Workspace, options: &Options) -> Result<Count> {
    nightly("miri", &["miri", "rust-src"])?;
    let mut count = Count::default();
    // One after the other: Miri's own many seeds at once would mix their lines.
    for seed in 0..SEEDS[usize::from(options.long)] {
        for (package, filters, more) in MIRI {
            let mut cargo = cargo(workspace);
            cargo
                .args(["miri", "test", "--no-fail-fast", "--lib", "--package", package])
                .env("CARGO_TARGET_DIR", workspace.target("miri"))
                .env("PROPTEST_CASES", MIRI_CASES)
                .env("MIRIFLAGS", format!("{MIRIFLAGS} {more} -Zmiri-seed={seed}"));
            match &options.filter {
                Some(_) => suites::finish(&mut cargo, options, &[]),
                None => suites::finish(&mut cargo, options, filters),
            }
            count += counted(&mut cargo)?;
        }
    }
    Ok(count)
}

/// The native build with every access to memory watched for data races. The standard library is built the same way,
/// or its own synchronisation would not be seen.
pub(super) fn tsan(workspace: &Workspace, options: &Options) -> Result<Count> {
    let host = nightly("ThreadSanitizer", &["rust-src"])?.host;
    if ![
        "x86_64-unknown-linux-gnu",
        "aarch64-unknown-linux-gnu",
        "aarch64-apple-darwin",
        "x86_64-apple-darwin",
    ]
    .contains(&host.as_str())
    {
        bail!("Rust's ThreadSanitizer does not run on {host}: run this on Linux or macOS");
    }
    let mut cargo = cargo(workspace);
    cargo
        .args(["test", "--no-fail-fast", "--lib", "--tests", "-Zbuild-std", "--target", &host])
        .args(TSAN.iter().flat_map(|package| ["--package", package]))
        .env("CARGO_TARGET_DIR", workspace.target("tsan"))
        .env("PROPTEST_CASES", TSAN_CASES)
        .env("RUSTFLAGS", "-Zsanitizer=thread");
    suites::finish(&mut cargo, options, &[]);
    counted(&mut cargo)
}

/// Looks for the nightly compiler and its components. Nothing is installed: a nightly is a toolchain of its own, and a
/// person may have chosen theirs.
fn nightly(who: &str, components: &[&str]) -> Result<VersionMeta> {
    let install = format!(
        "rustup toolchain install nightly --profile minimal --component {}",
        components.join(" --component ")
    );
    if process::find("rustup").is_none() {
        bail!("{who} needs a nightly compiler: install rustup (https://rustup.rs) and run `{install}`");
    }
    let list = ["component", "list", "--installed", "--toolchain", "nightly"];
    let Ok(installed) = process::read(Command::new("rustup").args(list)) else {
        bail!("{who} needs rustup's nightly toolchain: run `{install}`");
    };
    let missing = missing(&installed, components);
    if !missing.is_empty() {
        bail!("{who} needs what rustup's nightly toolchain lacks ({}): run `{install}`", missing.join(", "));
    }
    let mut rustc = Command::new("rustup");
    rustc.args(["run", "nightly", "rustc"]);
    let version = VersionMeta::for_command(rustc)?;
    note(format!("compiler: {}", version.short_version_string));
    Ok(version)
}

/// Those of the components that are not in rustup's list, where most have their platform behind their name.
fn missing<'c>(installed: &str, components: &[&'c str]) -> Vec<&'c str> {
    let has = |component: &str| {
        installed.lines().any(|line| {
            line.strip_prefix(component).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        })
    };
    components.iter().copied().filter(|component| !has(component)).collect()
}

/// Nightly's Cargo, which must not hear of the compiler that runs us.
fn cargo(workspace: &Workspace) -> Command {
    let mut command = Command::new("rustup");
    command.args(["run", "nightly", "cargo"]).current_dir(workspace.root());
    for variable in ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN", "RUSTC_BOOTSTRAP", "CARGO_MANIFEST_DIR"]
    {
        command.env_remove(variable);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_are_found_with_their_platform_or_without() {
        let installed = "cargo-x86_64-unknown-linux-gnu\nmiri-x86_64-unknown-linux-gnu\nrust-src\n";
        assert_eq!(missing(installed, &["miri", "rust-src"]), Vec::<&str>::new());
        assert_eq!(missing("miri-x86_64\n", &["miri", "rust-src"]), ["rust-src"]);
        assert_eq!(missing("rust-srcs\n", &["rust-src"]), ["rust-src"]);
    }
}
