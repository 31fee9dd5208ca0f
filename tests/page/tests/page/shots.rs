//! Pictures of the page in `target/shots`, for people to look at.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use threadlab_page_tests::{Page, Site, in_browser, pictures, settings};

/// A demo, how it is run for its picture, and how far its slowest thread's progress should be, in percent.
const DEMOS: [(&str, &str, u32); 3] = [
    ("starting-threads", "speed=4", 60),
    ("lock", "threads=4&speed=4", 60),
    ("lost-updates", "threads=4&additions=50000", 20),
];

/// Keeps a picture of what the window shows.
pub fn keep(page: &Page, name: &str) -> Result<()> {
    pictures::keep(page, &path(name))
}

fn path(name: &str) -> PathBuf {
    settings::shots().join(format!("{name}.png"))
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
                    pictures::keep_whole(page, &path(&format!("{width}-{scheme}-{demo}-whole")))?;
                }
            }
        }
        Ok(())
    })
}
