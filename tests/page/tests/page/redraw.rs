//! What is drawn once stays the same element while more comes: to make it anew costs a page its frames.

use anyhow::{Context as _, Result};
use serde_json::json;
use threadlab_page_tests::{Page, Site, in_browser};

/// What has become of rows, cards and printed lines since [`watch_elements`].
struct Elements {
    /// The names of rows and cards that were taken away.
    gone: Vec<String>,
    /// In how many changes of the page rows and cards were added.
    additions: u64,
    /// Printed lines that were made.
    lines: u64,
    /// In how many changes of the page the oldest lines left.
    departures: u64,
}

/// Counts from now on.
fn watch_elements(page: &Page) -> Result<()> {
    page.session
        .script(
            "window.elements = { gone: [], additions: 0, lines: 0, departures: 0 };
             const kept = 'tr[data-thread], article[data-object]';
             const within = (nodes, which) => [...nodes].filter(node => node.nodeType === Node.ELEMENT_NODE)
                 .flatMap(node => [...(node.matches(which) ? [node] : []), ...node.querySelectorAll(which)]);
             // Of a block that is added and filled at once, the lines are told of twice.
             const seen = new WeakSet();
             const isNew = line => !seen.has(line) && seen.add(line);
             new MutationObserver(list => {
                 const count = window.elements;
                 for (const { removedNodes, addedNodes } of list) {
                     count.gone.push(...within(removedNodes, kept).map(gone => gone.dataset.name));
                     count.lines += within(addedNodes, '.log-line').filter(isNew).length;
                 }
                 count.additions += list.some(({ addedNodes }) => within(addedNodes, kept).length);
                 count.departures += list.some(({ removedNodes }) => within(removedNodes, '.log-line').length);
             }).observe(document.querySelector('main'), { childList: true, subtree: true });",
            json!([]),
        )
        .map(drop)
}

fn elements(page: &Page) -> Result<Elements> {
    let elements = page.value("window.elements")?;
    let number = |name: &str| elements[name].as_u64().with_context(|| format!("no number of {name}"));
    Ok(Elements {
        gone: serde_json::from_value(elements["gone"].clone())?,
        additions: number("additions")?,
        lines: number("lines")?,
        departures: number("departures")?,
    })
}

#[test]
fn printed_lines_are_made_once() -> Result<()> {
    in_browser(|page| {
        // It prints until it is stopped.
        page.open(Site::TestEngine, "#/lock?threads=18")?;
        watch_elements(page)?;
        page.run()?;
        page.until("older lines have left several times", || Ok(elements(page)?.departures >= 5))?;
        page.stop()?;
        let last = page.value("Number([...document.querySelectorAll('[data-line]')].at(-1).dataset.line)")?;
        let printed = last.as_u64().context("no number of a line")? + 1;
        let made = elements(page)?.lines;
        assert!(made <= printed, "{made} lines were made of {printed}");
        Ok(())
    })
}

#[test]
fn rows_of_threads_are_made_once() -> Result<()> {
    in_browser(|page| {
        // Each timer's thread gets its row when its time has come.
        page.open(Site::People, "#/start-and-cancel?timers=6&apart=1&cancel=20&work=0.5&speed=2")?;
        watch_elements(page)?;
        page.run()?;
        page.until("rows have come several times", || Ok(elements(page)?.additions >= 3))?;
        page.stop()?;
        assert_eq!(elements(page)?.gone, [""; 0]);
        Ok(())
    })
}

#[test]
fn cards_of_objects_are_made_once() -> Result<()> {
    in_browser(|page| {
        // The copies of the child come when the parent's objects are there.
        page.open(Site::People, "#/fork-hazard?speed=5")?;
        watch_elements(page)?;
        page.run()?;
        let of_child = "document.querySelector('.process-objects article[data-object]')";
        page.until("the child's objects are there", || page.is(of_child))?;
        page.stop()?;
        assert_eq!(elements(page)?.gone, [""; 0]);
        Ok(())
    })
}
