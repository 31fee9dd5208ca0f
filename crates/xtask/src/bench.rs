//! `bench`: measures the engine against its peers, and what people download.
//!
//! Benchmarks run in a browser and print rows: lines that start with `BENCH ` and go on with a JSON object. A row has
//! an `id`, a `peer`, the figures `ours` and `theirs` in a `unit`, the `ratio` (how many times better than the peer,
//! so more is better), a `target`, whether it `holds`, and the `spread`. The rows of the engine come from
//! `crates/bench`, those of the page from the test `bench` of `tests/page`, and the sizes from here.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::fingerprint::files_below;
use crate::module;
use crate::native;
use crate::process;
use crate::setup::Setup;
use crate::step::{note, step};
use crate::test::suites;
use crate::wasm::{self, Build};
use crate::workspace::{Cache, Workspace};

/// What the engine's and the page's files may weigh, compressed, in kB of 1,000 bytes.
const ENGINE_TARGET: f64 = 150.0;
const PAGE_TARGET: f64 = 200.0;

/// The columns of the table, and whether they hold numbers.
const COLUMNS: [&str; 9] = ["id", "peer", "ours", "theirs", "unit", "ratio", "spread", "target", "holds"];

/// The filter that chooses the benchmarks of the page.
const PAGE: &str = "page";

/// Measures, prints a table, and writes `target/bench.json`; with a filter only those benchmarks of the engine whose name
/// contains it, or with `page` those of the page, and nothing is written.
///
/// # Errors
/// When a part cannot be measured; a row that misses its target is no error.
pub fn run(workspace: &Workspace, cache: &Cache, filter: Option<&str>) -> Result<()> {
    let toolchain = wasm::toolchain()?;
    let on_workers = |build: &Build| {
        suites::in_browser(build, workspace, cache, &["threadlab-bench"], |cargo| {
            cargo.args(["--profile", module::ENGINE.profile, "--", "--nocapture"]).args(filter);
            measure(cargo)
        })
    };
    let mut rows = step("measure the engine", || on_workers(&Build::engine(workspace, cache, &toolchain)?))?;
    rows.extend(step("measure the engine beside peers that do not compile with unwinding", || {
        on_workers(&Build::engine_without_unwinding(workspace, cache, &toolchain)?)
    })?);
    if filter.is_none_or(|filter| "native".contains(filter)) {
        rows.extend(step("measure the native build beside native crates", || {
            let mut cargo = native::cargo(workspace);
            cargo.args(["bench", "--package", "threadlab-threads", "--bench", "native"]);
            measure(&mut cargo)
        })?);
    }
    let has_page_bench =
        suites::test_targets(&workspace.path("tests/page/tests"))?.iter().any(|name| name == "bench");
    let wants_page = filter.is_none_or(|filter| filter == PAGE);
    if wants_page && has_page_bench {
        rows.extend(step("measure the page", || {
            suites::with_page(workspace, cache, |cargo| {
                cargo.args(["--test", "bench", "--", "--nocapture", "--include-ignored", "--test-threads=1"]);
                measure(cargo)
            })
        })?);
    } else if wants_page {
        note("tests/page has no test named bench, so the page's times are not measured");
    }
    if filter.is_some() {
        print!("\n{}", table(&rows));
        return Ok(());
    }
    let setup = Setup::find_or_install(workspace, cache)?;
    let dist = crate::page::build(workspace, &setup)?;
    rows.extend(sizes(&dist)?);

    let path = workspace.target("bench.json");
    let text = serde_json::to_string_pretty(&rows).context("rows that are no JSON")?;
    fs::write(&path, text + "\n").with_context(|| format!("cannot write {}", path.display()))?;
    print!("\n{}", table(&rows));
    Ok(())
}

/// Runs a benchmark, shows what it says, and returns its rows.
fn measure(command: &mut Command) -> Result<Vec<Value>> {
    let mut rows = Vec::new();
    let status = process::for_each_line(command, |line| {
        println!("{line}");
        rows.extend(row(line)?);
        Ok(())
    })?;
    if !status.success() {
        bail!("the benchmark ended with {status}");
    }
    Ok(rows)
}

/// The row that a line holds, if it holds one.
fn row(line: &str) -> Result<Option<Value>> {
    // The runner may indent what a test prints.
    let Some(row) = line.trim_start().strip_prefix("BENCH ") else { return Ok(None) };
    serde_json::from_str(row).map(Some).with_context(|| format!("a row that is no JSON: {row}"))
}

/// The compressed sizes of engine and page: what a person's browser loads of each, at gzip's best level.
fn sizes(dist: &Path) -> Result<Vec<Value>> {
    let (mut engine, mut page) = (0, 0);
    for file in files_below(dist)? {
        let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if !["wasm", "js", "html", "css"].contains(&extension) {
            continue;
        }
        let inside = file.strip_prefix(dist).unwrap_or(&file);
        let of_engine = inside
            .iter()
            .next()
            .and_then(|first| first.to_str())
            .is_some_and(|first| first.starts_with("engine-"));
        *(if of_engine { &mut engine } else { &mut page }) += compressed(&file)?;
    }
    Ok(vec![
        size_row("size-engine-gzip", engine, ENGINE_TARGET),
        size_row("size-page-gzip", page, PAGE_TARGET),
    ])
}

#[expect(clippy::cast_precision_loss, reason = "sizes of files are far below 2^53")]
fn size_row(id: &str, bytes: u64, target: f64) -> Value {
    let kilobytes = bytes as f64 / 1000.0;
    json!({
        "id": id,
        "peer": "target",
        "ours": kilobytes,
        "theirs": target,
        "unit": "kB",
        "ratio": target / kilobytes,
        "target": format!("<= {target} kB"),
        "holds": kilobytes <= target,
        "spread": 0,
    })
}

fn compressed(file: &Path) -> Result<u64> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&bytes)?;
    Ok(gzip.finish()?.len() as u64)
}

/// The rows with their columns aligned.
fn table(rows: &[Value]) -> String {
    let mut cells: Vec<Vec<String>> = vec![COLUMNS.iter().map(ToString::to_string).collect()];
    cells.extend(rows.iter().map(|row| COLUMNS.iter().map(|column| cell(&row[*column])).collect()));
    let widths: Vec<usize> = (0..COLUMNS.len())
        .map(|column| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for row in &cells {
        let line: Vec<String> =
            row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}")).collect();
        text.push_str(line.join("  ").trim_end());
        text.push('\n');
    }
    text
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(holds) => if *holds { "yes" } else { "NO" }.to_owned(),
        Value::Number(number) => match number.as_f64() {
            Some(number) if number.fract() != 0.0 && number.abs() < 10.0 => format!("{number:.3}"),
            Some(number) if number.fract() != 0.0 && number.abs() < 1000.0 => format!("{number:.1}"),
            Some(number) => format!("{number:.0}"),
            None => number.to_string(),
        },
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_among_other_output() {
        assert_eq!(
            row("    BENCH {\"id\":\"a\",\"ours\":1.5}").unwrap(),
            Some(json!({"id": "a", "ours": 1.5}))
        );
        assert_eq!(row("test a ... ok").unwrap(), None);
        assert!(row("BENCH not json").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_benchmark_that_fails_is_an_error() {
        let run = |script: &str| measure(Command::new("sh").args(["-c", script]));
        assert_eq!(run("echo 'BENCH {}'; echo other").unwrap(), [json!({})]);
        assert!(run("echo 'BENCH {}'; exit 1").is_err());
    }

    #[test]
    fn the_table_is_aligned() {
        let rows = [json!({"id": "lock", "ours": 0.1234, "holds": true}), json!({"id": "x", "holds": false})];
        let table = table(&rows);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[1].starts_with("lock  -     0.123"), "{table}");
        assert!(lines[1].ends_with("yes") && lines[2].ends_with("NO"), "{table}");
    }

    #[test]
    fn a_size_over_its_target_does_not_hold() {
        assert_eq!(size_row("a", 150_000, 150.0)["holds"], json!(true));
        assert_eq!(size_row("a", 150_001, 150.0)["holds"], json!(false));
    }
}
