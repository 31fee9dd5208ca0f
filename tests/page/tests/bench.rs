//! How long a person waits for the page. Run by `cargo xtask bench`, which collects the printed rows.

use std::io::Write as _;

use anyhow::{Context as _, Result};
use serde_json::json;
use threadlab_page_tests::webdriver::SHIFT;
use threadlab_page_tests::{Site, in_browser_alone, measure};

/// Loads, each in a new browser, whose cache is empty.
const LOADS: usize = 7;

/// Runs that are stopped.
const STOPS: usize = 7;

/// What is measured: an id, the milliseconds that it should take at most, and why so many.
const FIRST_PAINT: (&str, f64) = ("page-first-paint", 1000.0);
const RUN_POSSIBLE: (&str, f64) = ("page-run-possible", 1000.0);

/// The same for Stop.
const STOP: (&str, f64) = ("page-stop", 100.0);

/// From the start page's address until its demo runs.
const FIRST_RUN: (&str, f64) = ("page-first-run", 1000.0);

/// From the click on a demo until it is drawn.
const SWITCH: (&str, f64) = ("page-switch", 100.0);

/// The time from frame to frame: that of 60 frames a second, with some room for the clock.
const FRAME_OF_MANY_THREADS: (&str, f64) = ("page-frame-64-threads", 17.0);
const FRAME_OF_MANY_EVENTS: (&str, f64) = ("page-frame-million-events", 50.0);

/// What a person takes for an answer at once.
const INPUT_WITH_MANY_THREADS: (&str, f64) = ("page-input-64-threads", 100.0);
const INPUT_WITH_MANY_EVENTS: (&str, f64) = ("page-input-million-events", 100.0);

/// Prints the median of what was measured.
fn tell(row: (&str, f64), times: Vec<f64>, unit: &str) -> Result<()> {
    tell_quantile(row, &measure::Times::new(times)?, 0.5, unit)
}

/// Prints the time that this share of what was measured does not exceed.
fn tell_quantile((id, target): (&str, f64), times: &measure::Times, share: f64, unit: &str) -> Result<()> {
    let time = times.quantile(share);
    let row = json!({
        "id": id,
        "peer": "target",
        "ours": (time * 10.0).round() / 10.0,
        "theirs": target,
        "unit": unit,
        "ratio": target / time,
        "target": format!("at most {target} ms"),
        "holds": time <= target,
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
        in_browser_alone(|page| {
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
    in_browser_alone(|page| {
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

#[test]
#[ignore = "a measurement, which `cargo xtask bench` asks for"]
fn from_navigation_to_the_first_run() -> Result<()> {
    let mut times = Vec::new();
    for _ in 0..LOADS {
        in_browser_alone(|page| {
            page.open(Site::People, "")?;
            times.push(measure::mark(page, "threadlab:running")?);
            Ok(())
        })?;
    }
    tell(FIRST_RUN, times, "ms after navigation to the start page, cold cache, until its demo runs")
}

#[test]
#[ignore = "a measurement, which `cargo xtask bench` asks for"]
fn from_demo_to_demo() -> Result<()> {
    let mut times = Vec::new();
    in_browser_alone(|page| {
        page.open(Site::People, "")?;
        measure::mark(page, "threadlab:ready")?;
        let links = page.value(
            "[...document.querySelectorAll('nav[aria-label=Demos] li a')].map(link => link.getAttribute('href'))",
        )?;
        for link in serde_json::from_value::<Vec<String>>(links)? {
            times.push(measure::switch(page, &link)?);
        }
        Ok(())
    })?;
    tell(
        SWITCH,
        times,
        "ms from the click until the demo is drawn, lesson and source included; each demo once",
    )
}

/// Runs a demo to its end, with keys pressed meanwhile, and gives the times between frames and those that keys waited.
fn watch_run(hash: &str) -> Result<(measure::Times, measure::Times)> {
    let mut watched = None;
    in_browser_alone(|page| {
        page.open(Site::People, hash)?;
        measure::mark(page, "threadlab:ready")?;
        measure::watch_input(page)?;
        page.run()?;
        measure::watch_frames(page)?;
        while ["starting", "running"].contains(&&*page.told("run")?) {
            page.session.press(&[SHIFT])?;
        }
        watched = Some((measure::frames(page)?, measure::input(page)?));
        page.until_run_is("finished")?;
        let (events, lost) = (page.told("events")?, page.told("lost")?);
        writeln!(std::io::stdout(), "\n{hash}: {events} events were shown, {lost} lost")?;
        Ok(())
    })?;
    watched.context("nothing was watched")
}

#[test]
#[ignore = "a measurement, which `cargo xtask bench` asks for"]
fn from_frame_to_frame() -> Result<()> {
    let (frames, input) = watch_run("#/starting-threads?threads=64&period=1&slower=0&ticks=100&speed=20")?;
    tell_quantile(
        FRAME_OF_MANY_THREADS,
        &frames,
        0.5,
        "ms between frames, median, while 64 threads print at 20x",
    )?;
    tell_quantile(
        INPUT_WITH_MANY_THREADS,
        &input,
        0.95,
        "ms that a key waits, p95, while 64 threads print at 20x",
    )?;
    let (frames, input) = watch_run("#/lost-updates?threads=10&additions=50000&gap=2000")?;
    tell_quantile(
        FRAME_OF_MANY_EVENTS,
        &frames,
        0.95,
        "ms between frames, p95, in a run of a million events",
    )?;
    tell_quantile(
        INPUT_WITH_MANY_EVENTS,
        &input,
        0.95,
        "ms that a key waits, p95, in a run of a million events",
    )
}
