//! How long a person waits for the page. Run by `cargo xtask bench`, which collects the printed rows.

use std::io::Write as _;

use anyhow::Result;
use serde_json::json;
use threadlab_page_tests::{Site, in_browser, measure};

/// Loads, each in a new browser, whose cache is empty.
const LOADS: usize = 7;

/// Runs that are stopped.
const STOPS: usize = 7;

/// What is measured: an id, the milliseconds that it should take at most, and why so many.
const FIRST_PAINT: (&str, f64) = ("page-first-paint", 1000.0);
const RUN_POSSIBLE: (&str, f64) = ("page-run-possible", 1000.0);

/// The same for Stop.
const STOP: (&str, f64) = ("page-stop", 100.0);

/// Prints what was measured.
fn tell((id, target): (&str, f64), times: Vec<f64>, unit: &str) -> Result<()> {
    let times = measure::Times::new(times)?;
    let row = json!({
        "id": id,
        "peer": "target",
        "ours": (times.median() * 10.0).round() / 10.0,
        "theirs": target,
        "unit": unit,
        "ratio": target / times.median(),
        "target": format!("at most {target} ms"),
        "holds": times.median() <= target,
        "spread": times.spread() / times.median(),
    });
    // Not by a macro, whose output the test's runner would keep to itself. That has begun a line of its own.
    writeln!(std::io::stdout(), "\nBENCH {row}")?;
    Ok(())
}

#[test]
#[ignore = "a measurement, which `cargo xtask bench` asks for"]
fn from_navigation_to_first_paint_and_to_run() -> Result<()> {
    let (mut painted, mut ready) = (Vec::new(), Vec::new());
    for _ in 0..LOADS {
        in_browser(|page| {
            page.open(Site::People, "#/lock")?;
            painted.push(measure::first_paint(page)?);
            ready.push(measure::mark(page, "threadlab:ready")?);
            Ok(())
        })?;
    }
    let unit = "ms after navigation, cold cache";
    tell(FIRST_PAINT, painted, unit)?;
    tell(RUN_POSSIBLE, ready, unit)
}

#[test]
#[ignore = "a measurement, which `cargo xtask bench` asks for"]
fn from_stop_to_stopped() -> Result<()> {
    let mut times = Vec::new();
    in_browser(|page| {
        // Two threads in endless loops.
        page.open(Site::TestEngine, "#/lock?threads=2")?;
        for _ in 0..STOPS {
            page.run()?;
            page.until("it spins", || Ok(page.output()? == ["spinning"]))?;
            times.push(measure::stop(page)?.millis);
            page.until_workers_are_gone()?;
        }
        Ok(())
    })?;
    tell(STOP, times, "ms from the click to the word that it is stopped")
}
