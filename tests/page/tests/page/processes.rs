//! What is shown of runs with several processes.

use std::fs;

use anyhow::{Context as _, Result};
use serde_json::Value;
use threadlab_page_tests::{Page, Site, in_browser, measure, settings};

use crate::shots::keep;

/// Opens a program of the test engine.
fn open(page: &Page, program: u32) -> Result<()> {
    page.open(Site::TestEngine, &format!("#/lock?threads={program}"))
}

/// All processes in the table, with a datum of each.
fn processes(page: &Page, datum: &str) -> Result<Vec<(String, String)>> {
    let found = page.value(&format!(
        "[...document.querySelectorAll('tbody[data-process]')]
             .map(group => [group.dataset.name, group.dataset.{datum} ?? ''])"
    ))?;
    serde_json::from_value(found).context("processes that are none")
}

/// A datum of the process with this name, or nothing.
fn datum(page: &Page, name: &str, datum: &str) -> Result<String> {
    let found = processes(page, datum)?.into_iter().find(|(known, _)| known == name);
    Ok(found.map(|(_, datum)| datum).unwrap_or_default())
}

/// The state of each thread of the process with this name.
fn threads(page: &Page, process: &str) -> Result<Vec<(String, String)>> {
    let found = page.value(&format!(
        "[...document.querySelectorAll('tbody[data-name={process}] tr[data-thread]')]
             .map(row => [row.dataset.name, row.dataset.state])"
    ))?;
    serde_json::from_value(found).context("threads that are none")
}

/// What the list of pairs is as plain text pairs.
fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(one, other)| (one.to_owned(), other.to_owned())).collect()
}

/// The text of the first process's main thread, in which it says what it waits for.
fn main_thread(page: &Page) -> Result<String> {
    page.text_of("(document.querySelector('tbody[data-process] tr[data-thread]')?.innerText ?? '')")
}

/// Waits until the program that stays is as it will be for ever, with all of its processes.
fn until_all_stay(page: &Page) -> Result<()> {
    page.until("all processes stay", || {
        Ok(datum(page, "brief", "exitCode")? == "7"
            && threads(page, "MainProcess")? == pairs(&[("MainThread", "waiting")])
            && main_thread(page)?.contains("for reader to end")
            && ["reader", "writer"].iter().all(|name| {
                let both = pairs(&[("MainThread", "sleeping"), ("helper", "waiting")]);
                threads(page, name).is_ok_and(|threads| threads == both)
            }))
    })
}

#[test]
fn each_process_is_told_with_its_method_and_its_end() -> Result<()> {
    in_browser(|page| {
        open(page, 15)?;
        page.run_to_the_end()?;
        assert_eq!(page.result()?.trim(), "the last ended with -15");
        let of_all = |values: [&str; 6]| {
            let names = ["MainProcess", "spawned", "forked", "served", "clumsy", "endless"];
            names.into_iter().zip(values).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
        };
        let methods: Vec<_> = of_all(["", "spawn", "fork", "forkserver", "spawn", "spawn"]);
        assert_eq!(processes(page, "method")?, methods);
        let ends: Vec<_> = of_all(["", "3", "4", "0", "1", "-15"]);
        assert_eq!(processes(page, "exitCode")?, ends);
        let parents: Vec<_> = of_all(["", "1", "1", "1", "1", "1"]);
        assert_eq!(processes(page, "parent")?, parents);
        let states: Vec<_> = of_all(["ended"; 6]);
        assert_eq!(processes(page, "state")?, states);
        for (name, memory) in processes(page, "memory")? {
            assert!(memory.parse::<u32>()? >= 1 << 16, "{name} has {memory} bytes");
        }
        let headings = page.texts(".process-row")?;
        assert!(headings[0].contains("spawned") && headings[0].contains("exit code 3"), "{headings:?}");
        assert!(headings[3].contains("dropped it"), "{headings:?}");
        assert!(headings[4].contains("terminated, exit code -15"), "{headings:?}");
        // It was killed where it was.
        assert_eq!(threads(page, "endless")?, pairs(&[("MainThread", "ended"), ("helper", "ended")]));
        assert_eq!(threads(page, "clumsy")?, pairs(&[("MainThread", "panicked")]));
        assert_eq!(page.told("lost")?, "0");
        page.until_workers_are_gone()
    })
}

#[test]
fn lines_come_with_their_process_in_the_order_of_their_times() -> Result<()> {
    in_browser(|page| {
        open(page, 15)?;
        page.run_to_the_end()?;
        let lines = page.value(
            "[...document.querySelectorAll('[data-line]')].map(line => [line.dataset.process,
                 line.querySelector('.name').textContent, line.querySelector('.log-text').textContent])",
        )?;
        let lines: Vec<(String, String, String)> =
            serde_json::from_value(lines).context("lines that are none")?;
        let texts: Vec<_> = lines.iter().map(|(_, _, text)| text.as_str()).collect();
        let expected = [
            "the spawned ends with 3",
            "seen: spawned 3",
            "the forked ends with 4",
            "seen: forked 4",
            "the served ends with 0",
            "seen: served 0",
            "seen: clumsy 1",
            "staying",
        ];
        assert_eq!(texts, expected);
        let names: Vec<_> = lines.iter().map(|(_, name, _)| name.as_str()).collect();
        assert_eq!(names[..3], ["spawned", "MainThread", "forked"]);
        let numbers: Vec<_> = lines.iter().map(|(process, ..)| process.as_str()).collect();
        assert_eq!((numbers[1], numbers[3]), ("1", "1"));
        assert!(numbers[0] != "1" && numbers[0] != numbers[2], "{numbers:?}");
        Ok(())
    })
}

#[test]
fn each_process_has_its_own_threads_and_objects() -> Result<()> {
    in_browser(|page| {
        open(page, 16)?;
        page.run()?;
        until_all_stay(page)?;
        assert_eq!(page.told("run")?, "running", "who waits for a process is not stuck");
        let objects = page.value(
            "[...document.querySelectorAll('[data-object]')].map(card =>
                 [card.closest('[data-process]')?.querySelector('.process-name').textContent ?? '', card.dataset.name])",
        )?;
        let objects: Vec<(String, String)> =
            serde_json::from_value(objects).context("objects that are none")?;
        let own = [("reader", "door"), ("reader", "jobs"), ("writer", "door"), ("writer", "jobs")];
        // The event is that by which the children tell their parent that they are there.
        assert_eq!(objects, [pairs(&[("", "Event 1"), ("", "ledger")]), pairs(&own)].concat());
        assert_eq!(processes(page, "daemon")?[2], ("writer".to_owned(), "true".to_owned()));
        page.stop()?;
        let codes = processes(page, "exitCode")?;
        assert_eq!(
            codes.iter().map(|(_, code)| code.as_str()).collect::<Vec<_>>(),
            ["", "-15", "-15", "7"],
            "who lives at the end is ended"
        );
        page.until_workers_are_gone()
    })
}

#[test]
fn a_lock_that_a_fork_left_held_is_told_as_a_deadlock() -> Result<()> {
    in_browser(|page| {
        open(page, 17)?;
        page.run()?;
        page.until_run_is("deadlocked")?;
        let alert = page.alert()?;
        let sentence = "stuck: MainThread waits for Lock 'gate', held by a thread that is not in this copy";
        assert!(alert.contains(sentence), "{alert}");
        page.stop()?;
        page.until_workers_are_gone()
    })
}

#[test]
fn one_process_alone_is_shown_without_a_heading() -> Result<()> {
    in_browser(|page| {
        open(page, 4)?;
        page.run_to_the_end()?;
        assert_eq!(processes(page, "process")?, pairs(&[("MainProcess", "1")]));
        assert_eq!(
            page.value("document.querySelectorAll('.process-row, .process-facts, .process-objects').length")?,
            0
        );
        Ok(())
    })
}

#[test]
fn nothing_shifts_or_sticks_out_while_processes_come_and_go() -> Result<()> {
    in_browser(|page| {
        for (width, height) in [(390, 844), (1440, 1000)] {
            page.resize(width, height)?;
            open(page, 15)?;
            measure::watch_shifts(page)?;
            page.run_to_the_end()?;
            page.until_workers_are_gone()?;
            assert_eq!(measure::shifts(page)?, [""; 0], "at {width} px");
            let overhang =
                page.value("document.documentElement.scrollWidth - document.documentElement.clientWidth")?;
            assert_eq!(overhang, Value::from(0), "at {width} px");
        }
        Ok(())
    })
}

#[test]
fn pictures_are_taken() -> Result<()> {
    fs::create_dir_all(settings::shots()).context("cannot create target/shots")?;
    in_browser(|page| {
        for (width, height) in [(1440, 1000), (390, 844)] {
            for scheme in ["light", "dark"] {
                page.resize(width, height)?;
                page.prefer("prefers-color-scheme", scheme)?;
                for (program, name) in [(16, "processes"), (15, "processes-ended")] {
                    open(page, program)?;
                    page.run()?;
                    if program == 16 {
                        until_all_stay(page)?;
                    } else {
                        page.until_run_is("finished")?;
                    }
                    let whole =
                        page.value("document.documentElement.scrollHeight")?.as_u64().unwrap_or_default();
                    page.resize(width, u32::try_from(whole)?)?;
                    keep(page, &format!("{width}-{scheme}-{name}"))?;
                    page.resize(width, height)?;
                }
            }
        }
        Ok(())
    })
}
