//! What is shown of pools, executors and their workers.

use std::fs;

use anyhow::{Context as _, Result};
use threadlab_page_tests::{Page, Shown, Site, in_browser, measure, settings};

use crate::shots::keep;

/// Runs a program of the test engine.
fn begin(page: &Page, threads: u32) -> Result<()> {
    page.open(Site::TestEngine, &format!("#/lock?threads={threads}"))?;
    page.run()
}

/// A datum of the card of the object with this name, or nothing.
fn datum(page: &Page, name: &str, datum: &str) -> Result<String> {
    Ok(page.shown()?.object(name).map_or("", |card| card.datum(datum)).to_owned())
}

/// What is wrong with the threads of the program that leaves its pools to be looked at.
fn wrong_threads(shown: &Shown) -> Option<String> {
    let is_there = |name: &str, state: &str, part: &str| {
        let mut rows = shown.threads.iter().filter(|row| row.name.starts_with(name) && row.state == state);
        rows.any(|row| row.text.contains(part))
    };
    let right = is_there("crunch", "idle", "idle")
        && is_there("crunch", "sleeping", "sleeping in task 5")
        && is_there("crunch", "waiting", "waiting in task 6 for Lock 'door', held by MainThread")
        && is_there("asker", "waiting", "waiting for results of Executor 'web'");
    (!right).then(|| format!("{:?}", shown.threads))
}

#[test]
fn each_worker_shows_its_task() -> Result<()> {
    in_browser(|page| {
        begin(page, 12)?;
        let expected = [
            ("door", "waiters", "1"),
            ("web", "waiters", "1"),
            ("crunch", "kind", "pool"),
            ("crunch", "workers", "3"),
            ("crunch", "busy", "2"),
            ("crunch", "waiting", "0"),
            ("crunch", "done", "4"),
            ("crunch", "failed", "1"),
            ("crunch", "closed", "false"),
            ("web", "kind", "executor"),
            ("web", "busy", "1"),
            ("web", "waiting", "1"),
            ("web", "cancelled", "1"),
        ];
        let texts = [
            ("crunch", "2 of 3 busy"),
            ("crunch", "worker-1"),
            ("crunch", "task 5"),
            ("crunch", "task 6"),
            ("crunch", "idle"),
            ("crunch", "7 tasks in all."),
            ("crunch", "nobody waits"),
            ("web", "asker for results"),
        ];
        page.until_right("all do what they will do for ever", || {
            let shown = page.shown()?;
            let wrong = shown.wrong_data(&expected).or_else(|| shown.wrong_texts(&texts));
            Ok(wrong.or_else(|| wrong_threads(&shown)))
        })?;
        assert_eq!(page.told("run")?, "running", "who sleeps can go on");
        page.stop()
    })
}

#[test]
fn nothing_shifts_while_tasks_come_and_go() -> Result<()> {
    in_browser(|page| {
        let mut shifts = Vec::new();
        for width in [390, 1440] {
            page.resize(width, 1800)?;
            begin(page, 13)?;
            page.until("all workers are there", || {
                let shown = page.shown()?;
                let (crunch, web) = (shown.object("crunch"), shown.object("web"));
                Ok(crunch.is_some_and(|crunch| crunch.datum("workers") == "4")
                    && web.is_some_and(|web| web.datum("done") != "0"))
            })?;
            measure::watch_shifts(page)?;
            page.until_run_is("finished")?;
            assert_eq!(page.result()?.trim(), "busy");
            shifts.extend(measure::shifts(page)?.into_iter().map(|shift| format!("at {width} px: {shift}")));
            let shown = page.shown()?;
            assert_eq!(shown.wrong_texts(&[("crunch", "0 of 4 busy, closed")]), None);
            assert_eq!(shown.wrong_data(&[("crunch", "waiting", "0")]), None);
            // All of them have ended, and their rows say so.
            assert!(shown.threads.iter().all(|row| row.state == "finished"), "{:?}", shown.threads);
        }
        assert!(shifts.is_empty(), "{shifts:#?}");
        Ok(())
    })
}

#[test]
fn an_executor_that_waits_for_itself_is_told() -> Result<()> {
    in_browser(|page| {
        begin(page, 14)?;
        page.until_run_is("deadlocked")?;
        let alert = page.alert()?;
        for part in [
            "have nobody left to run them",
            "all 2 workers of Executor 'web' wait for results of Executor 'web', and 2 tasks wait for a worker",
        ] {
            assert!(alert.contains(part), "{alert}");
        }
        page.stop()?;
        page.until_workers_are_gone()
    })
}

#[test]
fn pictures_are_taken() -> Result<()> {
    fs::create_dir_all(settings::shots()).context("cannot create target/shots")?;
    in_browser(|page| {
        for (width, height) in [(1440, 1500), (390, 2600)] {
            for scheme in ["light", "dark"] {
                page.resize(width, height)?;
                page.prefer("prefers-color-scheme", scheme)?;
                begin(page, 13)?;
                page.until("much is done", || Ok(datum(page, "crunch", "done")?.len() == 3))?;
                keep(page, &format!("{width}-{scheme}-pools-running"))?;
                page.until_run_is("finished")?;
                page.session.click(&page.button("Zoom in")?)?;
                keep(page, &format!("{width}-{scheme}-pools-finished"))?;
                begin(page, 12)?;
                page.until("all wait", || Ok(datum(page, "web", "waiters")? == "1"))?;
                keep(page, &format!("{width}-{scheme}-pools-waiting"))?;
                page.stop()?;
            }
        }
        Ok(())
    })
}
