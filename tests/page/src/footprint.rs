//! What the page takes of the browser: memory, elements, listeners, workers.

use std::fmt::{self, Write as _};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::page::Page;

/// How many times garbage is collected: what is found in one round can free more for the next.
const ROUNDS: u32 = 3;

/// What the page takes when garbage has been collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Footprint(Vec<Figure>);

/// One of its figures.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Figure {
    what: &'static str,
    amount: u64,
    /// Half of this per run is not noticed: no run leaves less of what matters.
    grain: u64,
}

/// Has the page's own memory measured; to be called before the page is opened.
///
/// # Errors
/// When the browser refuses.
pub fn watch(page: &Page) -> Result<()> {
    // Trunk's script makes the module's exports known by this event.
    let source = "addEventListener('TrunkApplicationStarted', event => { window.pageMemory = event.detail.wasm.memory; });";
    page.session.devtools("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": source })).map(drop)
}

/// Collects garbage, and measures.
///
/// # Errors
/// When the browser does not tell, or [`watch`] was not called before the page was opened.
pub fn take(page: &Page) -> Result<Footprint> {
    let nothing = json!({});
    for _ in 0..ROUNDS {
        page.session.devtools("HeapProfiler.collectGarbage", &nothing)?;
    }
    let heap = page.session.devtools("Runtime.getHeapUsage", &nothing)?;
    let elements = page.session.devtools("Memory.getDOMCounters", &nothing)?;
    let number = |value: &Value, what: &str| {
        // The heap's figures are fractions by type only.
        let number = value[what].as_u64().or_else(|| value[what].as_f64().and_then(whole));
        number.with_context(|| format!("no {what} in {value}"))
    };
    let memory = page.value("window.pageMemory.buffer.byteLength")?;
    let figure = |what, amount, grain| Figure { what, amount, grain };
    // A module never gives memory back, and how much of it a run needs for a moment depends on how busy the machine is.
    Ok(Footprint(vec![
        figure("bytes of the page's module", memory.as_u64().context("no memory of the module")?, 32 << 10),
        figure("bytes of objects", number(&heap, "usedSize")?, 8 << 10),
        figure(
            "bytes of buffers, those shared with workers among them",
            number(&heap, "backingStorageSize")?,
            8 << 10,
        ),
        figure("documents", number(&elements, "documents")?, 1),
        figure("nodes", number(&elements, "nodes")?, 1),
        figure("listeners", number(&elements, "jsEventListeners")?, 1),
        figure("workers", u64::try_from(page.workers()?)?, 0),
    ]))
}

/// A figure that has been written as a fraction.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be a whole number")]
fn whole(number: f64) -> Option<u64> {
    (number >= 0.0 && number.fract() == 0.0 && number < 2_f64.powi(53)).then_some(number as u64)
}

impl Footprint {
    /// What of this is so much more than `before` that each of so many runs in between may have left something behind.
    pub fn beyond(&self, before: &Self, runs: usize) -> Option<String> {
        let mut words = String::new();
        for (now, before) in self.0.iter().zip(&before.0) {
            let room = now.grain * runs as u64 / 2;
            if now.amount > before.amount + room {
                // Writing to a string cannot fail.
                let _ = write!(words, "{} {}, and {} before; ", now.amount, now.what, before.amount);
            }
        }
        Some(words).filter(|words| !words.is_empty())
    }
}

impl fmt::Display for Footprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, figure) in self.0.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{} {}", figure.amount, figure.what)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_run_may_have_left_is_told() {
        let footprint = |bytes, nodes, workers| {
            let figure = |what, amount, grain| Figure { what, amount, grain };
            Footprint(vec![
                figure("bytes", bytes, 1 << 10),
                figure("nodes", nodes, 1),
                figure("workers", workers, 0),
            ])
        };
        let before = footprint(10_000, 500, 0);
        assert_eq!(footprint(10_000 + 5 * 1024, 505, 0).beyond(&before, 10), None);
        assert_eq!(footprint(0, 0, 0).beyond(&before, 10), None);
        let beyond = |footprint: Footprint| footprint.beyond(&before, 10).unwrap_or_default();
        assert!(beyond(footprint(10_001 + 5 * 1024, 500, 0)).contains("bytes"));
        assert!(beyond(footprint(10_000, 506, 0)).starts_with("506 nodes, and 500 before"));
        assert!(beyond(footprint(10_000, 500, 1)).contains("1 workers"));
    }

    #[test]
    fn figures_may_come_as_fractions() {
        assert_eq!(whole(12.0), Some(12));
        assert_eq!((whole(12.5), whole(-1.0), whole(f64::NAN)), (None, None, None));
    }
}
