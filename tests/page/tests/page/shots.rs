//! Pictures of the page in `target/shots`, for people to look at.

use std::fs;

use anyhow::{Context as _, Result};
use threadlab_page_tests::{Page, Site, in_browser, settings};

/// A demo, how it is run for its picture, and how far its slowest thread's progress should be, in percent.
const DEMOS: [(&str, &str, u32); 3] = [
    ("starting-threads", "speed=4", 60),
    ("lock", "threads=4&speed=4", 60),
    ("lost-updates", "threads=4&additions=50000", 20),
];

/// Writes a picture of what the window shows.
pub fn keep(page: &Page, name: &str) -> Result<()> {
    let picture = page.session.screenshot()?;
    // The signature of PNG files, and more than an empty page would need.
    assert!(picture.starts_with(b"\x89PNG\r\n\x1a\n") && picture.len() > 20_000, "{name}");
    fs::write(settings::shots().join(format!("{name}.png")), picture)
        .with_context(|| format!("cannot write {name}.png"))
}

/// Waits until some thread has come this far.
fn until_progress(page: &Page, percent: u32) -> Result<()> {
    page.until(format!("a thread is {percent} % through"), || {
        let shown = page.shown()?;
        Ok(shown.run == "finished" || shown.threads.iter().any(|thread| thread.has_come_to(percent)))
    })
}

#[test]
fn pictures_are_taken() -> Result<()> {
    fs::create_dir_all(settings::shots()).context("cannot create target/shots")?;
    in_browser(|page| {
        for (width, height) in [(1440, 1000), (390, 844)] {
            for scheme in ["light", "dark"] {
                for (demo, parameters, percent) in DEMOS {
                    page.resize(width, height)?;
                    page.prefer("prefers-color-scheme", scheme)?;
                    page.open(Site::People, &format!("#/{demo}?{parameters}"))?;
                    page.run()?;
                    until_progress(page, percent)?;
                    keep(page, &format!("{width}-{scheme}-{demo}-running"))?;
                    page.fill("Speed", "20")?;
                    page.until_run_is("finished")?;
                    keep(page, &format!("{width}-{scheme}-{demo}-finished"))?;
                    // All of the page, on a window that is as high.
                    let whole =
                        page.value("document.documentElement.scrollHeight")?.as_u64().unwrap_or_default();
                    page.resize(width, u32::try_from(whole)?)?;
                    keep(page, &format!("{width}-{scheme}-{demo}-whole"))?;
                }
            }
        }
        Ok(())
    })
}
