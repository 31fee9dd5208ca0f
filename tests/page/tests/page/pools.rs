//! What is shown of pools, executors and their workers.

use std::fs;

use anyhow::{Context as _, Result};
use threadlab_page_tests::{Page, Site, in_browser, measure, settings};

use crate::shots::keep;

/// Runs a program of the test engine.
fn begin(page: &Page, threads: u32) -> Result<()> {
    page.open(Site::TestEngine, &format!("#/lock?threads={threads}"))?;
    page.run()
}

/// A datum of the card of the object with this name, or nothing.
fn datum(page: &Page, name: &str, datum: &str) -> Result<String> {
    page.text_of(&format!(
        "(document.querySelector('[data-object][data-name={name}]')?.dataset.{datum} ?? 'none')"
    ))
}

fn text(page: &Page, name: &str) -> Result<String> {
    page.text_of(&format!("document.querySelector('[data-object][data-name={name}]').innerText"))
}

#[test]
fn each_worker_shows_its_task() -> Result<()> {
    in_browser(|page| {
        begin(page, 12)?;
        page.until("all do what they will do for ever", || {
            let doing = page.texts("[data-name=crunch] .worker-task")?;
            let waiting = datum(page, "door", "waiters")? == "1" && datum(page, "web", "waiters")? == "1";
            let all = ["task 5", "task 6", "idle"];
            Ok(waiting && all.iter().all(|text| doing.iter().any(|seen| seen == text)))
        })?;
        let expected = [
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
        for (name, what, value) in expected {
            assert_eq!(datum(page, name, what)?, value, "{name}, {what}");
        }
        let crunch = text(page, "crunch")?;
        for part in ["2 of 3 busy", "worker-1", "7 tasks in all.", "nobody waits"] {
            assert!(crunch.contains(part), "no “{part}”: {crunch}");
        }
        assert!(text(page, "web")?.contains("asker\n for results"), "{}", text(page, "web")?);

        let rows = page.threads()?;
        let row = |state: &str, part: &str| {
            rows.iter()
                .any(|row| row.state == state && row.text.contains(part) && row.name.starts_with("crunch"))
        };
        assert!(row("idle", "idle"), "{rows:?}");
        assert!(row("sleeping", "sleeping in task 5"), "{rows:?}");
        assert!(row("waiting", "waiting in task 6 for Lock 'door', held by MainThread"), "{rows:?}");
        let asker =
            rows.iter().find(|row| row.name == "asker").map(|row| row.text.clone()).unwrap_or_default();
        assert!(asker.contains("waiting for results of Executor 'web'"), "{asker}");
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
                Ok(datum(page, "crunch", "workers")? == "4" && datum(page, "web", "done")? != "0")
            })?;
            measure::watch_shifts(page)?;
            page.until_run_is("finished")?;
            assert_eq!(page.result()?.trim(), "busy");
            shifts.extend(measure::shifts(page)?.into_iter().map(|shift| format!("at {width} px: {shift}")));
            assert!(text(page, "crunch")?.contains("0 of 4 busy, closed"), "{}", text(page, "crunch")?);
            assert_eq!(datum(page, "crunch", "waiting")?, "0");
            // All of them have ended, and their rows say so.
            let rows = page.threads()?;
            assert!(rows.iter().all(|row| row.state == "finished"), "{rows:?}");
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
