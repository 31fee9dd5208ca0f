//! What is drawn once stays the same element while more comes: to make it anew costs a page its frames.

use anyhow::{Context as _, Result};
use serde_json::json;
use threadlab_page_tests::{Page, Site, in_browser};

/// Counts from now on the rows and cards that are taken away, and the printed lines that are made.
fn watch_elements(page: &Page) -> Result<()> {
    page.session
        .script(
            "window.elements = { gone: [], lines: 0 };
             // Of a block that is added and filled at once, the lines are told of twice.
             const seen = new WeakSet();
             const isNew = line => !seen.has(line) && seen.add(line);
             const within = (node, which) => node.nodeType !== Node.ELEMENT_NODE ? []
                 : [...(node.matches(which) ? [node] : []), ...node.querySelectorAll(which)];
             new MutationObserver(list => list.forEach(change => {
                 change.removedNodes.forEach(node => within(node, 'tr[data-thread], [data-object]').forEach(gone =>
                     window.elements.gone.push(gone.dataset.name)));
                 change.addedNodes.forEach(node => window.elements.lines += within(node, '.log-line').filter(isNew).length);
             })).observe(document.querySelector('main'), { childList: true, subtree: true });",
            json!([]),
        )
        .map(drop)
}

/// The names of what was taken away, and how many lines were made.
fn elements(page: &Page) -> Result<(Vec<String>, u64)> {
    let elements = page.value("window.elements")?;
    let gone = serde_json::from_value(elements["gone"].clone())?;
    Ok((gone, elements["lines"].as_u64().context("no number of lines")?))
}

#[test]
fn rows_and_lines_are_made_once() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/starting-threads?threads=40&period=0.1&slower=0&ticks=60&speed=20")?;
        watch_elements(page)?;
        page.run_to_the_end()?;
        let dropped = "document.querySelector('[role=log]').dataset.dropped";
        page.until("older lines have left", || page.is(&format!("{dropped} >= 1000")))?;
        let (gone, lines) = elements(page)?;
        assert_eq!(gone, [""; 0]);
        // The lines of all threads, and at both ends some of the main thread.
        let most = 40 * (60 + 4);
        assert!(lines <= most, "{lines} lines were made for at most {most}");
        Ok(())
    })
}

#[test]
fn cards_are_made_once() -> Result<()> {
    in_browser(|page| {
        page.open(Site::TestEngine, "#/lock?threads=11")?;
        watch_elements(page)?;
        page.run()?;
        page.until_run_is("finished")?;
        assert_eq!(elements(page)?.0, [""; 0]);
        Ok(())
    })
}
