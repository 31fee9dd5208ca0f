//! Each demo with its defaults, to its result.

use anyhow::Result;
use threadlab_page_tests::shown::Row;
use threadlab_page_tests::{Page, Site, in_browser};

/// Opens a demo and runs it to its end.
fn run(page: &Page, hash: &str) -> Result<()> {
    page.open(Site::People, hash)?;
    page.run()?;
    is_clean_at_the_end(page)
}

/// Waits for the end of the run. No event is lost and no thread is left.
fn is_clean_at_the_end(page: &Page) -> Result<()> {
    page.until_run_is("finished")?;
    assert_eq!(page.told("lost")?, "0");
    assert!(page.told("events")?.parse::<u64>()? > 0);
    for thread in page.threads()? {
        assert_eq!(thread.state, "finished", "{thread:?}");
    }
    page.until_workers_are_gone()
}

/// The names of the threads that have come to the end of their progress.
fn through(page: &Page) -> Result<Vec<String>> {
    let threads = page.threads()?.into_iter();
    Ok(threads.filter(|thread| thread.progress.as_deref() == Some("100")).map(|thread| thread.name).collect())
}

/// The lines that begin with this text, by their numbers.
fn places(output: &[String], begin: &str) -> Vec<usize> {
    (0..output.len()).filter(|&line| output[line].starts_with(begin)).collect()
}

#[test]
fn starting_threads() -> Result<()> {
    in_browser(|page| {
        // Slow enough that a thread may be late by a second without overtaking the other one.
        run(page, "#/starting-threads?speed=8")?;
        assert!(page.result()?.starts_with("Threads: 2. Ticks of each: 5. "), "{}", page.result()?);
        assert_eq!(through(page)?, ["MainThread", "Thread-1", "Thread-2"]);

        let output = page.output()?;
        assert_eq!(output.len(), 1 + 3 + 2 * 5, "{output:?}");
        assert_eq!(places(&output, "Main thread: ").len(), 4, "{output:?}");
        for name in ["Thread-1", "Thread-2"] {
            let ticks = places(&output, name);
            assert_eq!(ticks.len(), 5, "{output:?}");
            // The name and the time of day.
            assert!(ticks.iter().all(|&tick| output[tick].matches(':').count() == 3), "{output:?}");
        }
        // A period of 2 s against one of 4 s.
        let last_of = |name| places(&output, name).last().copied();
        assert!(last_of("Thread-1") < last_of("Thread-2"), "{output:?}");
        Ok(())
    })
}

#[test]
fn lock_on() -> Result<()> {
    in_browser(|page| {
        run(page, "#/lock?speed=20")?;
        let result = page.result()?;
        let lines: Vec<&str> = result.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(lines[0], "With the lock. Threads: 2. Blocks of lines: 2.", "{result}");
        assert_eq!(
            lines[1..],
            ["Every thread's lines in one piece: yes", "Lines of each thread: 3"],
            "{result}"
        );
        assert_eq!(through(page)?, ["Thread-1", "Thread-2"]);

        let output = page.output()?;
        let (one, two) = (places(&output, "Thread-1: "), places(&output, "Thread-2: "));
        assert_eq!((one.len(), two.len()), (3, 3), "{output:?}");
        assert!(one.last() < two.first() || two.last() < one.first(), "{output:?}");
        for edge in ["Starting", "Exiting"] {
            assert_eq!(places(&output, &format!("{edge} Thread-")).len(), 2, "{output:?}");
        }
        assert_eq!(output.last().map(String::as_str), Some("Exiting Main Thread"));

        let lock = "document.querySelector('[data-object][data-name=printing]')";
        assert_eq!(page.text_of(&format!("{lock}.dataset.waiters"))?, "0");
        assert!(page.is(&format!("{lock}.dataset.holder === undefined"))?, "it is free in the end");
        Ok(())
    })
}

#[test]
fn lock_off() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/lock?lock=off&lines=40&period=2&slower=0&speed=0.1")?;
        page.run()?;
        // Nobody prints before both have begun.
        page.until("both sleep before their first line", || {
            Ok(page.threads()?.iter().filter(|thread| thread.state == "sleeping").count() == 2)
        })?;
        page.fill("Speed", "20")?;
        is_clean_at_the_end(page)?;
        let result = page.result()?;
        assert!(result.starts_with("Without the lock. Threads: 2. Blocks of lines: "), "{result}");
        assert!(result.contains("Every thread's lines in one piece: no"), "{result}");
        let output = page.output()?;
        let (one, two) = (places(&output, "Thread-1: "), places(&output, "Thread-2: "));
        assert!(one.first() < two.last() && two.first() < one.last(), "{output:?}");
        Ok(())
    })
}

#[test]
fn a_lock_is_seen_with_its_holder_and_its_queue() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/lock?threads=4&period=10")?;
        page.run()?;
        page.until_right("one holds and three wait for it", || {
            let shown = page.shown()?;
            let Some(lock) = shown.object("printing") else { return Ok(Some("there is no lock".to_owned())) };
            let holder = lock.datum("holder");
            let waiting = shown.threads.iter().filter(|thread| thread.state == "waiting");
            let for_holder = waiting.filter(|thread| !holder.is_empty() && thread.text.contains(holder));
            let goes_on = |thread: &Row| thread.name == holder && thread.state != "waiting";
            let told = lock.text.contains("held by") && lock.text.contains("3 wait");
            let right = lock.datum("waiters") == "3"
                && told
                && for_holder.count() >= 3
                && shown.threads.iter().any(goes_on);
            Ok((!right).then(|| format!("{shown:?}")))
        })?;
        page.stop()
    })
}

#[test]
fn lost_updates() -> Result<()> {
    in_browser(|page| {
        run(page, "#/lost-updates?speed=20")?;
        let result = page.result()?;
        let has = |begin: &str| result.lines().any(|line| line.starts_with(begin));
        assert!(result.starts_with("Expected each time: 80,000."), "{result}");
        assert!(has("Without a lock: "), "{result}");
        for way in ["With the lock", "Atomic add"] {
            assert!(has(&format!("{way}: 80,000, lost 0, in ")), "{result}");
        }
        for claim in [
            "Never more than was added",
            "Nothing lost with the lock",
            "Nothing lost with the atomic addition",
        ] {
            assert!(has(&format!("{claim}: yes")), "{result}");
        }

        let ways = ["plain", "locked", "atomic"];
        let mut names = vec!["MainThread".to_owned()];
        names.extend(ways.iter().flat_map(|way| (1..=4).map(move |number| format!("{way}-{number}"))));
        assert_eq!(through(page)?, names);
        assert_eq!(page.output()?.len(), 6);
        Ok(())
    })
}

#[test]
fn the_answer_and_the_marks_in_the_code_come_when_their_time_has_come() -> Result<()> {
    in_browser(|page| {
        let answer = "document.querySelector('.answer-text').checkVisibility({ visibilityProperty: true })";
        page.open(Site::People, "#/starting-threads?speed=0.1")?;
        page.until("the question is there", || page.is("document.querySelector('.answer-text')"))?;
        assert!(!page.is(answer)?);
        page.run()?;
        page.until("a sleeping thread is at its line", || {
            page.is("document.querySelector('[data-line-of]')?.textContent.includes('sleep')")
        })?;
        assert!(!page.is(answer)?, "it has not ended");
        page.fill("Speed", "20")?;
        page.until_run_is("finished")?;
        page.until("the marks are gone and the answer is there", || {
            page.is(&format!("!document.querySelector('[data-line-of]') && {answer}"))
        })
    })
}

#[test]
fn a_pool_fetches_the_pages_own_files() -> Result<()> {
    in_browser(|page| {
        run(page, "#/waiting-pool?speed=20&fetches=6")?;
        let output = page.output()?;
        let bytes = |line: &String| {
            let words: Vec<_> = line.split([' ', ',']).collect();
            words
                .iter()
                .position(|&word| word == "bytes")
                .and_then(|place| words[place - 1].parse::<u32>().ok())
        };
        let sizes: Vec<_> = output.iter().filter_map(bytes).collect();
        assert_eq!(sizes.len(), 4, "{output:?}");
        assert!(sizes[0] > 1000 && sizes.iter().all(|&size| size == sizes[0]), "{output:?}");
        assert!(page.result()?.contains("Never more fetches at once than workers: yes"));
        Ok(())
    })
}
