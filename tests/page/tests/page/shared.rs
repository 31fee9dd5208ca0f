//! What is shown of what processes share.

use std::fs;

use anyhow::{Context as _, Result};
use serde_json::Value;
use threadlab_page_tests::{Page, Site, in_browser, settings};

use crate::shots::keep;

const BETWEEN: &str = "[aria-label=\"Between processes\"]";

/// Opens a program of the test engine.
fn open(page: &Page, program: u32) -> Result<()> {
    page.open(Site::TestEngine, &format!("#/lock?threads={program}"))
}

/// The data of the shared object with this name.
fn object(page: &Page, name: &str) -> Result<Value> {
    page.value(&format!(
        "({{...document.querySelector('{BETWEEN} [data-object][data-name={name}]')?.dataset}})"
    ))
}

fn datum(page: &Page, name: &str, datum: &str) -> Result<String> {
    Ok(object(page, name)?[datum].as_str().unwrap_or_default().to_owned())
}

/// What the card of the shared object with this name says.
fn words(page: &Page, name: &str) -> Result<String> {
    let found = page.text_of(&format!(
        "(document.querySelector('{BETWEEN} [data-object][data-name={name}]')?.innerText ?? '')"
    ))?;
    Ok(found.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Waits until the program that stays is as it will be for ever.
fn until_all_stay(page: &Page) -> Result<()> {
    page.until("both children wait", || {
        Ok(datum(page, "jobs", "waiters")? == "1"
            && datum(page, "jobs", "items")? == "3"
            && datum(page, "screen", "waiters")? == "1"
            && datum(page, "total", "holders")? == "0"
            && datum(page, "numbers", "fill")? == "1016")
    })
}

#[test]
fn pipes_and_queues_are_edges_between_processes() -> Result<()> {
    in_browser(|page| {
        open(page, 19)?;
        page.run()?;
        until_all_stay(page)?;
        let numbers = words(page, "numbers")?;
        assert!(numbers.starts_with("Pipe 'numbers'"), "{numbers}");
        assert!(numbers.contains("MainProcess → to producer 1,016 of 65,536 bytes underway"), "{numbers}");
        assert!(numbers.contains("producer → to MainProcess 0 of 65,536 bytes underway"), "{numbers}");
        assert!(numbers.contains("nobody waits"), "{numbers}");
        let answers = words(page, "answers")?;
        assert!(answers.contains("bytes left, then the end of file"), "{answers}");
        let jobs = words(page, "jobs")?;
        assert!(jobs.contains("producer → to consumer") && jobs.contains("3 of 3 items"), "{jobs}");
        assert!(jobs.contains("1 waits: producer to put"), "{jobs}");
        let screen = words(page, "screen")?;
        assert!(screen.contains("held by producer") && screen.contains("1 waits: consumer"), "{screen}");
        assert_eq!(datum(page, "screen", "holder")?, "producer");
        assert!(words(page, "seats")?.contains("1 free, 1 taken"));
        assert!(words(page, "here")?.starts_with("Event 'here' set"));
        assert!(words(page, "total")?.starts_with("Value 'total' free"));
        // In the table they say what they wait for, too.
        let row = |process: &str| {
            page.text_of(&format!(
                "document.querySelector('tbody[data-name={process}] tr[data-thread]').innerText"
            ))
        };
        assert!(row("producer")?.contains("room in Queue 'jobs'"), "{}", row("producer")?);
        assert!(row("consumer")?.contains("Lock 'screen', held by producer"), "{}", row("consumer")?);
        assert_eq!((page.told("lost")?.as_str(), page.told("run")?.as_str()), ("0", "running"));
        page.stop()?;
        page.until_workers_are_gone()
    })
}

#[test]
fn processes_that_hold_what_others_wait_for_are_deadlocked() -> Result<()> {
    in_browser(|page| {
        open(page, 20)?;
        page.run()?;
        page.until_run_is("deadlocked")?;
        let told = page.result()?;
        for sentence in [
            "Ann waits for Lock 'right', held by Bob",
            "Bob waits for Lock 'left', held by Ann",
            "nobody is left to help",
        ] {
            assert!(told.contains(sentence), "{told}");
        }
        page.stop()?;
        page.until_workers_are_gone()
    })
}

#[test]
fn what_processes_share_fits_every_window() -> Result<()> {
    fs::create_dir_all(settings::shots()).context("cannot create target/shots")?;
    in_browser(|page| {
        for (width, height) in [(1440, 1000), (390, 844), (360, 740)] {
            for scheme in ["light", "dark"] {
                page.resize(width, height)?;
                page.prefer("prefers-color-scheme", scheme)?;
                open(page, 19)?;
                page.run()?;
                until_all_stay(page)?;
                let sticks_out = page
                    .is("[document.documentElement, ...document.querySelectorAll('.between .object')]
                         .some(box => box.scrollWidth > box.clientWidth)")?;
                assert!(!sticks_out, "at {width} px");
                // All of the panel on a window that is as high, for people to look at.
                page.value("document.querySelector('.panel-objects .panel-body').style.height = 'auto'")?;
                let high = "document.querySelector('.panel-objects').offsetHeight";
                let panel = page.value(high)?.as_u64().unwrap_or_default();
                page.resize(width, u32::try_from(panel)?)?;
                page.value("document.querySelector('.panel-objects').scrollIntoView()")?;
                keep(page, &format!("{width}-{scheme}-shared-objects"))?;
                page.stop()?;
                page.until_workers_are_gone()?;
            }
        }
        Ok(())
    })
}
