//! Programs that go wrong, and browsers that cannot give what is asked for.

use anyhow::Result;
use threadlab_page_tests::{Page, Site, in_browser, in_browser_alone};

/// Runs a program of the test engine that ends by itself.
fn run(page: &Page, threads: u32, end: &str) -> Result<()> {
    page.open(Site::TestEngine, &format!("#/lock?threads={threads}"))?;
    page.run()?;
    page.until_run_is(end)
}

/// Runs a program that works, in the page as it is.
fn still_works(page: &Page) -> Result<()> {
    page.until_workers_are_gone()?;
    page.fill("Threads", "1")?;
    page.run_to_the_end()?;
    assert_eq!(page.alerts()?, [""; 0]);
    Ok(())
}

#[test]
fn a_panic_is_shown_with_its_message_and_line() -> Result<()> {
    in_browser(|page| {
        run(page, 4, "finished")?;
        let threads = page.threads()?;
        let clumsy = threads.iter().find(|thread| thread.name == "Thread-1").expect("the thread");
        assert_eq!(clumsy.state, "panicked");
        assert!(clumsy.text.contains("dropped it"), "{clumsy:?}");
        assert!(clumsy.text.contains("lib.rs line "), "{clumsy:?}");
        assert!(page.result()?.contains("dropped it"), "{}", page.result()?);
        still_works(page)
    })
}

#[test]
fn a_panic_of_the_main_thread_fails_the_run() -> Result<()> {
    in_browser(|page| {
        run(page, 6, "failed")?;
        let result = page.result()?;
        assert!(result.contains("no luck") && result.contains("lib.rs"), "{result}");
        assert_eq!(page.threads()?[0].state, "panicked");
        still_works(page)
    })
}

#[test]
fn a_stack_overflow_fails_the_run() -> Result<()> {
    in_browser(|page| {
        // The browser itself writes down what no program can catch.
        page.expect_in_console("call stack");
        run(page, 5, "failed")?;
        let result = page.result()?;
        assert!(result.contains("stack overflowed") && result.contains("Thread-1"), "{result}");
        still_works(page)
    })
}

#[test]
fn more_threads_than_can_be_had_fail_the_run() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/starting-threads?threads=256&period=0.1&slower=0&ticks=1")?;
        page.run()?;
        page.until_run_is("failed")?;
        let result = page.result()?;
        assert!(result.contains("of 256"), "it says what was asked for: {result}");
        let got =
            result.split(|other: char| !other.is_ascii_digit()).filter_map(|word| word.parse::<u32>().ok());
        assert!(got.clone().any(|number| (1..256).contains(&number)), "it says how many it got: {result}");
        page.until_workers_are_gone()?;
        page.fill("Threads", "4")?;
        page.run_to_the_end()?;
        assert_eq!(page.told("lost")?, "0");
        Ok(())
    })
}

#[test]
fn as_many_threads_as_a_demo_takes_can_be_had() -> Result<()> {
    // Alone, since a hundred workers are no neighbours for another test.
    in_browser_alone(|page| {
        for hash in [
            "#/lock?threads=95&lines=1&period=0.1&slower=0&speed=20",
            "#/lost-updates?threads=95&additions=10",
        ] {
            page.open(Site::People, hash)?;
            page.run_to_the_end()?;
            assert_eq!(page.told("lost")?, "0", "{hash}");
            page.until_workers_are_gone()?;
        }
        Ok(())
    })
}
