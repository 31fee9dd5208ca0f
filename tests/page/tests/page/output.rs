//! The printed lines, while many are printed.

use anyhow::{Context as _, Result};
use serde_json::json;
use threadlab_page_tests::{Page, Site, in_browser};

/// How far the end of the log is below what is seen, in CSS pixels.
const BELOW: &str =
    "(log => log.scrollHeight - log.clientHeight - log.scrollTop)(document.querySelector('[role=log]'))";

/// The number of the line that was printed last.
fn printed(page: &Page) -> Result<u64> {
    let last =
        page.value("Number([...document.querySelectorAll('[data-line]')].at(-1)?.dataset.line ?? 0)")?;
    Ok(last.as_u64().unwrap_or(0))
}

/// Waits until so many more lines have been printed.
fn until_more_lines(page: &Page, more: u64) -> Result<()> {
    let enough = printed(page)? + more;
    page.until(format!("{more} lines more"), || Ok(printed(page)? >= enough))
}

/// Scrolls the log to its end or its beginning. Gives how far its end is below what is seen when that has been heard of.
fn scroll(page: &Page, to_the_end: bool) -> Result<f64> {
    let below = page.session.async_script(
        &format!(
            "const log = document.querySelector('[role=log]');
             log.scrollTop = arguments[0] ? log.scrollHeight : 0;
             // The browser tells of it in the next frame.
             for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
             return {BELOW};"
        ),
        json!([to_the_end]),
    )?;
    below.as_f64().context("a number of pixels")
}

#[test]
fn the_newest_line_is_in_view_unless_the_reader_has_scrolled_up() -> Result<()> {
    in_browser(|page| {
        // More lines than there is room for.
        page.open(Site::TestEngine, "#/lock?threads=18")?;
        page.run()?;
        until_more_lines(page, 1_100)?;
        page.until("the newest line is in view", || page.is(&format!("{BELOW} < 24")))?;
        // Once is enough, however many lines come meanwhile.
        assert!(scroll(page, false)? > 1000.0, "the reader can scroll up");
        until_more_lines(page, 100)?;
        assert!(page.is(&format!("{BELOW} > 1000"))?, "it stays where the reader is");
        // Lines that come before the browser tells of it are below the end that was scrolled to.
        page.until("the log is at its end", || Ok(scroll(page, true)? < 24.0))?;
        until_more_lines(page, 100)?;
        page.until("the newest line is in view again", || page.is(&format!("{BELOW} < 24")))?;
        // Who was reading in the middle when a run ended has not asked to be left there in the next.
        assert!(scroll(page, false)? > 1000.0, "the reader can scroll up");
        page.stop()?;
        let former = printed(page)?;
        page.run()?;
        page.until("the lines are those of the new run", || Ok(printed(page)? < former))?;
        until_more_lines(page, 200)?;
        page.until("the newest line of the new run is in view", || page.is(&format!("{BELOW} < 24")))?;
        page.stop()
    })
}

#[test]
fn who_scrolls_up_and_back_to_the_end_follows_again() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/starting-threads?threads=8&period=0.1&slower=0&ticks=20&speed=20")?;
        page.run_to_the_end()?;
        page.until("the newest line is in view", || page.is(&format!("{BELOW} < 24")))?;
        let paused = "document.querySelector('[role=log]').hasAttribute('data-paused')";
        assert!(scroll(page, false)? > 100.0, "the reader can scroll up");
        page.until("it stays where the reader is", || page.is(paused))?;
        // No line has come, so the end is where it was when the page scrolled there.
        scroll(page, true)?;
        page.until("it follows the newest line", || page.is(&format!("!{paused}")))
    })
}
