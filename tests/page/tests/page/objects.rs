//! What is shown of each kind of object.

use anyhow::Result;
use threadlab_page_tests::{Site, in_browser, measure};

#[test]
fn each_kind_of_object_shows_what_it_is_and_who_waits() -> Result<()> {
    in_browser(|page| {
        page.open(Site::TestEngine, "#/lock?threads=9")?;
        page.run()?;
        let expected = [
            ("page", "waiters", "1"),
            ("phase", "waiters", "1"),
            ("ready", "waiters", "1"),
            ("stack", "waiters", "1"),
            ("urgent", "waiters", "1"),
            ("door", "holder", "MainThread"),
            ("again", "depth", "2"),
            ("pool", "permits", "1"),
            ("pool", "holders", "2"),
            ("page", "kind", "rwlock"),
            ("page", "holders", "2"),
            ("go", "set", "true"),
            ("table", "set", "true"),
            ("phase", "arrived", "1"),
            ("phase", "generation", "0"),
            ("phase", "broken", "false"),
            ("ready", "kind", "condition"),
            ("jobs", "items", "2"),
            ("jobs", "capacity", "3"),
            ("jobs", "unfinished", "3"),
            ("stack", "items", "0"),
            ("urgent", "capacity", "1"),
            ("log", "items", "12"),
            ("log", "shutDown", "false"),
        ];
        let texts = [
            ("again", "held 2 times by"),
            ("page", "read by 2"),
            ("page", "to write"),
            ("pool", "1 free, 2 taken"),
            ("phase", "1 of 3 arrived"),
            ("jobs", "2 of 3"),
            ("stack", "to get"),
            ("urgent", "to put"),
            ("log", "12 items"),
        ];
        let rows = [
            "waiting for RwLock 'page', read by",
            "waiting for 2 more at Barrier 'phase'",
            "waiting for a notification of Condition 'ready'",
            "waiting for an item from LifoQueue 'stack'",
            "waiting for room in PriorityQueue 'urgent'",
        ];
        page.until_right("all is as it will be for ever", || {
            let shown = page.shown()?;
            let wrong = shown.wrong_data(&expected).or_else(|| shown.wrong_texts(&texts));
            Ok(wrong.or_else(|| shown.wrong_rows(&rows)))
        })?;
        page.until("a timer is pending", || page.is("document.querySelector('[data-pending=\"1\"]')"))?;
        let items = page.texts("[data-name=jobs] .item:not(:empty)")?;
        assert_eq!(items, ["1", "2"], "the first item is gone, and the others have kept their numbers");
        assert_eq!(page.told("run")?, "running", "who sleeps, and a timer, can wake others");
        page.stop()
    })
}

#[test]
fn nothing_shifts_while_objects_of_all_kinds_change() -> Result<()> {
    in_browser(|page| {
        let mut shifts = Vec::new();
        for width in [390, 1440] {
            page.resize(width, 1400)?;
            page.open(Site::TestEngine, "#/lock?threads=11")?;
            page.run()?;
            // Threads and cards come at the beginning, each in a place of its own below the others.
            page.until("all objects are there", || page.is("document.querySelector('[data-name=page]')"))?;
            measure::watch_shifts(page)?;
            page.until_run_is("finished")?;
            assert_eq!(page.result()?.trim(), "busy");
            shifts.extend(measure::shifts(page)?.into_iter().map(|shift| format!("at {width} px: {shift}")));
        }
        assert!(shifts.is_empty(), "{shifts:#?}");
        Ok(())
    })
}
