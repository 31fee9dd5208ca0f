//! How long a person waits for the page. Run by `cargo xtask bench`, which collects the printed rows.

use std::io::Write as _;

use anyhow::Result;
use serde_json::json;
use threadlab_page_tests::{Site, in_browser, measure};

/// Loads, each in a new browser, whose cache is empty.
const LOADS: usize = 7;

/// What is measured: an id, the milliseconds that it should take at most, and why so many.
const FIRST_PAINT: (&str, f64) = ("page-first-paint", 1000.0);
const RUN_POSSIBLE: (&str, f64) = ("page-run-possible", 1000.0);

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
    // The test's runner has begun a line of its own.
    writeln!(std::io::stdout())?;
    for ((id, target), times) in [(FIRST_PAINT, painted), (RUN_POSSIBLE, ready)] {
        let times = measure::Times::new(times)?;
        let row = json!({
            "id": id,
            "peer": "target",
            "ours": times.median().round(),
            "theirs": target,
            "unit": "ms after navigation, cold cache",
            "ratio": target / times.median(),
            "target": format!("at most {target} ms"),
            "holds": times.median() <= target,
            "spread": times.spread() / times.median(),
        });
        // Not by a macro, whose output the test's runner would keep to itself.
        writeln!(std::io::stdout(), "BENCH {row}")?;
    }
    Ok(())
}
