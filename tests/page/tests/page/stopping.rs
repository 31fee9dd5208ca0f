//! Stop, in any state.

use anyhow::Result;
use threadlab_page_tests::{Page, Site, in_browser, measure};

/// How long Stop may take, in milliseconds of the page's clock.
const STOP: f64 = 100.0;

/// Runs a program of the test engine until it is where it stays, in that state, and stops it. Then another run works.
fn stop_where_it_stays(threads: u32, state: &str, stays: impl Fn(&Page) -> Result<bool>) -> Result<()> {
    in_browser(|page| {
        page.open(Site::TestEngine, &format!("#/lock?threads={threads}"))?;
        page.run()?;
        page.until("the program is where it stays", || stays(page))?;
        page.until_run_is(state)?;
        assert!(page.workers()? >= 2, "{}", page.workers()?);

        let time = measure::stop(page)?;
        assert!(time <= STOP, "Stop took {time} ms");
        assert_eq!(page.told("run")?, "stopped");
        assert!(page.result()?.starts_with("Stopped"), "{}", page.result()?);

        page.fill("Threads", "1")?;
        page.run_to_the_end()?;
        assert_eq!(page.result()?.trim(), "good");
        page.until_workers_are_gone()
    })
}

#[test]
fn an_endless_loop_is_stopped() -> Result<()> {
    stop_where_it_stays(2, "running", |page| Ok(page.output()? == ["spinning"] && page.threads()?.len() == 2))
}

#[test]
fn a_deadlock_is_stopped() -> Result<()> {
    stop_where_it_stays(3, "deadlocked", |page| {
        let threads = page.threads()?;
        let each_waits_for_the_other = ["Thread-1", "Thread-2"]
            .iter()
            .all(|name| threads.iter().any(|thread| thread.name == *name && thread.state == "waiting"));
        Ok(each_waits_for_the_other)
    })
}

#[test]
fn sleepers_are_stopped() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/starting-threads?period=10&threads=8&speed=0.1")?;
        page.run()?;
        page.until("all sleep", || {
            Ok(page.threads()?.iter().filter(|thread| thread.state == "sleeping").count() == 9)
        })?;
        let time = measure::stop(page)?;
        assert!(time <= STOP, "Stop took {time} ms");
        page.until_workers_are_gone()
    })
}

#[test]
fn a_run_that_has_hardly_begun_is_stopped() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/lock")?;
        for _ in 0..5 {
            page.run()?;
            let time = measure::stop(page)?;
            assert!(time <= STOP, "Stop took {time} ms");
        }
        page.until_workers_are_gone()?;
        page.fill("Speed", "20")?;
        page.run_to_the_end()
    })
}

#[test]
fn no_worker_is_left_after_20_runs() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/lock?threads=4&period=10")?;
        for cycle in 1..=20 {
            page.run()?;
            page.until("all its threads live", || Ok(page.threads()?.len() == 5))?;
            let (theirs, ours) = (page.workers()?, page.told("workers")?.parse::<usize>()?);
            assert!(theirs >= 5 && ours >= 5, "cycle {cycle}: {theirs} workers, and the page says {ours}");
            page.stop()?;
        }
        page.until_workers_are_gone()
    })
}

#[test]
fn another_demo_ends_the_run() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/starting-threads?period=10")?;
        page.run()?;
        page.until("it runs", || Ok(page.told("run")? == "running"))?;
        page.session.click(&page.find("link", "Lock")?)?;
        page.until("the other demo is open", || Ok(page.texts("h1")? == ["Lock"]))?;
        assert_eq!(page.told("run")?, "idle");
        page.until_workers_are_gone()?;
        page.fill("Speed", "20")?;
        page.run_to_the_end()
    })
}
