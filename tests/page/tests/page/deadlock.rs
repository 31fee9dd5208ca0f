//! Runs whose threads will never go on, and such that only seem so.

use anyhow::Result;
use threadlab_page_tests::{Page, Site, in_browser, measure};

/// Runs a program of the test engine.
fn begin(page: &Page, threads: u32, more: &str) -> Result<()> {
    page.open(Site::TestEngine, &format!("#/lock?threads={threads}{more}"))?;
    page.run()
}

/// Each sentence is in the alert and in the result.
fn is_told(page: &Page, sentences: &[&str]) -> Result<()> {
    let (alert, result) = (page.alert()?, page.result()?);
    for sentence in sentences {
        assert!(alert.contains(sentence), "{alert}");
        assert!(result.contains(sentence), "{result}");
    }
    assert!(alert.starts_with("Deadlock."), "{alert}");
    assert_eq!(page.text_of("document.querySelector('[data-result]').dataset.result")?, "deadlock");
    Ok(())
}

#[test]
fn two_locks_in_opposite_order_are_told_as_a_round() -> Result<()> {
    in_browser(|page| {
        begin(page, 3, "")?;
        page.until_run_is("deadlocked")?;
        is_told(
            page,
            &[
                "These threads wait for one another",
                "Thread-1 waits for Lock 'right', held by Thread-2",
                "Thread-2 waits for Lock 'left', held by Thread-1",
            ],
        )?;
        assert!(page.workers()? >= 3, "it lives on");

        // Run takes its place.
        page.fill("Threads", "1")?;
        page.run_to_the_end()?;
        assert_eq!((page.result()?.trim(), page.alerts()?.len()), ("good", 0));
        page.until_workers_are_gone()
    })
}

#[test]
fn it_is_told_within_a_second() -> Result<()> {
    // In frames, of which there are so many in a second: while the page has no processor it draws none.
    const SECOND: u64 = 60;
    in_browser(|page| {
        page.open(Site::TestEngine, "#/lock?threads=3")?;
        measure::watch_shifts(page)?;
        page.session.script(
            "const main = document.querySelector('main');
             let frames = 0;
             requestAnimationFrame(function note() {
                 if (document.querySelectorAll('tr[data-state=waiting]').length === 3) frames += 1;
                 if (main.dataset.run === 'deadlocked') window.told = frames;
                 else requestAnimationFrame(note);
             });",
            serde_json::json!([]),
        )?;
        page.run()?;
        page.until_run_is("deadlocked")?;
        page.until("the time is noted", || page.is("window.told"))?;
        let frames = page.value("window.told")?.as_u64().unwrap_or(u64::MAX);
        assert!(frames <= SECOND, "it took {frames} frames");
        assert_eq!(measure::shifts(page)?, [""; 0]);
        page.stop()
    })
}

#[test]
fn a_getter_without_a_putter_is_at_a_standstill() -> Result<()> {
    in_browser(|page| {
        begin(page, 7, "")?;
        page.until_run_is("deadlocked")?;
        is_told(
            page,
            &[
                "nobody is left to wake one",
                "MainThread waits for Thread-2 to end",
                "Thread-2 waits for an item from Queue 'jobs', which is empty",
            ],
        )?;
        page.stop()?;
        assert_eq!(page.alerts()?, [""; 0]);
        page.until_workers_are_gone()
    })
}

#[test]
fn of_many_threads_some_are_named() -> Result<()> {
    in_browser(|page| {
        begin(page, 10, "")?;
        page.until_run_is("deadlocked")?;
        let alert = page.alert()?;
        assert!(alert.contains("number 0 waits for 1 more at Barrier 'phase'"), "{alert}");
        assert!(alert.contains("and 6 more") && !alert.contains("number 7"), "{alert}");
        assert!(page.result()?.contains("number 11 waits"), "{}", page.result()?);
        page.stop()
    })
}

#[test]
fn who_sleeps_can_still_wake_others() -> Result<()> {
    in_browser(|page| {
        page.open(Site::TestEngine, "#/lock?threads=8")?;
        page.session.script(
            "const main = document.querySelector('main');
             window.states = [];
             new MutationObserver(() => window.states.push(main.dataset.run))
                 .observe(main, { attributes: true, attributeFilter: ['data-run'] });",
            serde_json::json!([]),
        )?;
        page.run_to_the_end()?;
        assert_eq!(page.result()?.trim(), "opened");
        assert_eq!(page.value("window.states.join()")?, "starting,running,finished");
        Ok(())
    })
}
