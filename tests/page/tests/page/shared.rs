//! What is shown of what processes share.

use std::fs;

use anyhow::{Context as _, Result};
use serde_json::Value;
use threadlab_page_tests::{Page, Site, in_browser, settings};

use crate::shots::keep;

/// Opens a program of the test engine.
fn open(page: &Page, program: u32) -> Result<()> {
    page.open(Site::TestEngine, &format!("#/lock?threads={program}"))
}

/// What is said of each object once the program stays: of one name there is one object only.
const TEXTS: [(&str, &str); 14] = [
    ("numbers", "Pipe 'numbers'"),
    ("numbers", "MainProcess → to producer 1,016 of 65,536 bytes underway"),
    ("numbers", "producer → to MainProcess 0 of 65,536 bytes underway"),
    ("numbers", "nobody waits"),
    ("answers", "bytes left, then the end of file"),
    ("jobs", "producer → to consumer"),
    ("jobs", "3 of 3 items"),
    ("jobs", "1 waits: producer to put"),
    ("screen", "held by producer"),
    ("screen", "1 waits: consumer"),
    ("seats", "1 free, 1 taken"),
    ("here", "Event 'here' set"),
    ("total", "Value 'total' free"),
    ("total", "nobody waits"),
];

/// In the table they say what they wait for, too.
const ROWS: [&str; 3] =
    ["MainThread sleeping", "for room in Queue 'jobs'", "for Lock 'screen', held by producer"];

/// Waits until the program that stays is as it will be for ever.
fn until_all_stay(page: &Page) -> Result<()> {
    page.until_right("all processes stay", || {
        let shown = page.shown()?;
        let wrong = shown.wrong_data(&[("screen", "holder", "producer"), ("jobs", "waiters", "1")]);
        Ok(wrong.or_else(|| shown.wrong_texts(&TEXTS)).or_else(|| shown.wrong_rows(&ROWS)))
    })
}

#[test]
fn pipes_and_queues_are_edges_between_processes() -> Result<()> {
    in_browser(|page| {
        open(page, 19)?;
        page.run()?;
        until_all_stay(page)?;
        let apart = page.value(
            "[...document.querySelectorAll('[data-object]')]
                 .every(card => card.closest('[aria-label=\"Between processes\"]'))",
        )?;
        assert_eq!(apart, Value::from(true), "they belong to no process");
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
