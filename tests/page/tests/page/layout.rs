//! The page from a phone to a desk: nothing sticks out, and nothing shifts while a demo runs.

use anyhow::Result;
use threadlab_page_tests::{Page, Site, in_browser, measure};

/// Width and height of a small phone, a common one, and a screen on a desk.
const SIZES: [(u32, u32); 3] = [(360, 740), (390, 844), (1440, 900)];

const DEMOS: [&str; 3] = ["starting-threads", "lock", "lost-updates"];

/// The demos with several threads each, to be over soon.
const CROWDED: [(&str, &str); 3] = [
    ("starting-threads", "threads=6&slower=0.5"),
    ("lock", "threads=6&slower=0.2"),
    ("lost-updates", "threads=6&additions=5000"),
];

/// How far the document is wider than its window, in CSS pixels.
fn overhang(page: &Page) -> Result<i64> {
    let width = page.value("document.documentElement.scrollWidth - document.documentElement.clientWidth")?;
    Ok(width.as_i64().unwrap_or(i64::MAX))
}

#[test]
fn nothing_sticks_out_of_the_window() -> Result<()> {
    in_browser(|page| {
        for (width, height) in SIZES {
            page.resize(width, height)?;
            for demo in DEMOS {
                page.open(Site::People, &format!("#/{demo}?speed=20"))?;
                assert_eq!(overhang(page)?, 0, "{demo} at {width} px before it runs");
                page.run_to_the_end()?;
                assert_eq!(overhang(page)?, 0, "{demo} at {width} px after it ran");
            }
            page.open(Site::People, "#/lock?threads=1000000&period=much&lines=0&speed=100&colour=red")?;
            assert_eq!(overhang(page)?, 0, "with alerts at {width} px");
        }
        Ok(())
    })
}

#[test]
fn nothing_shifts_while_a_demo_runs() -> Result<()> {
    in_browser(|page| {
        let mut shifts = Vec::new();
        for (width, height) in SIZES {
            page.resize(width, height)?;
            for (demo, parameters) in CROWDED {
                page.open(Site::People, &format!("#/{demo}?{parameters}&speed=20"))?;
                measure::watch_shifts(page)?;
                page.run_to_the_end()?;
                page.until_workers_are_gone()?;
                shifts.extend(
                    measure::shifts(page)?.into_iter().map(|shift| format!("{demo} at {width} px: {shift}")),
                );
            }
        }
        assert!(shifts.is_empty(), "{shifts:#?}");
        Ok(())
    })
}

#[test]
fn who_prefers_less_motion_gets_the_same_run() -> Result<()> {
    in_browser(|page| {
        page.prefer("prefers-reduced-motion", "reduce")?;
        page.open(Site::People, "#/lock?speed=20")?;
        page.run_to_the_end()
    })
}
