//! Stop, in any state.

use anyhow::Result;
use threadlab_page_tests::{Page, Site, in_browser_alone, measure};

/// How long Stop may take: a tenth of a second at 60 frames a second. While the page has no processor it draws none; how
/// long it takes by the clock is for the benchmarks.
const STOP: u64 = 6;

/// Presses Stop, which has to act in time.
fn stop_in_time(page: &Page) -> Result<()> {
    let took = measure::stop(page)?;
    assert!(took.frames <= STOP, "Stop took {took:?}");
    Ok(())
}

/// Runs a program of the test engine until it is where it stays, in that state, and stops it. Then another run works.
fn stop_where_it_stays(threads: u32, state: &str, stays: impl Fn(&Page) -> Result<bool>) -> Result<()> {
    in_browser_alone(|page| {
        page.open(Site::TestEngine, &format!("#/lock?threads={threads}"))?;
        page.run()?;
        page.until("the program is where it stays", || stays(page))?;
        page.until_run_is(state)?;
        page.until("it has its workers", || Ok(page.workers()? >= 2))?;

        stop_in_time(page)?;
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
    in_browser_alone(|page| {
        page.open(Site::People, "#/starting-threads?period=10&threads=8&speed=0.1")?;
        page.run()?;
        page.until("all sleep", || {
            Ok(page.threads()?.iter().filter(|thread| thread.state == "sleeping").count() == 9)
        })?;
        stop_in_time(page)?;
        page.until_workers_are_gone()
    })
}

#[test]
fn a_run_that_has_hardly_begun_is_stopped() -> Result<()> {
    in_browser_alone(|page| {
        page.open(Site::People, "#/lock?period=10")?;
        for _ in 0..5 {
            page.run()?;
            stop_in_time(page)?;
        }
        page.until_workers_are_gone()?;
        page.fill("Speed", "20")?;
        page.run_to_the_end()
    })
}

#[test]
fn no_worker_is_left_after_20_runs() -> Result<()> {
    in_browser_alone(|page| {
        page.open(Site::People, "#/lock?threads=4&period=10")?;
        for cycle in 1..=20 {
            page.run()?;
            page.until_right(format!("cycle {cycle}: each of 5 threads has a worker"), || {
                let workers =
                    (page.threads()?.len(), page.workers()?, page.told("workers")?.parse::<usize>()?);
                let right = workers.0 == 5 && workers.1 >= 5 && workers.2 >= 5;
                Ok((!right).then(|| format!("threads, workers and what the page says of them: {workers:?}")))
            })?;
            page.stop()?;
        }
        page.until_workers_are_gone()
    })
}

#[test]
fn another_demo_ends_the_run() -> Result<()> {
    in_browser_alone(|page| {
        page.open(Site::People, "#/starting-threads?period=10")?;
        page.run()?;
        page.until("it runs", || Ok(page.told("run")? == "running"))?;
        page.session.click(&page.find("link", "Lock")?)?;
        page.until("the other demo is open", || {
            Ok(page.texts("h1")? == ["Lock"] && page.told("run")? == "idle")
        })?;
        page.until_workers_are_gone()?;
        page.fill("Speed", "20")?;
        page.run_to_the_end()
    })
}
