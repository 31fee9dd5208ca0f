//! The page after many runs: nothing of them is left.

use std::io::Write as _;

use anyhow::{Context as _, Result};
use serde_json::json;
use threadlab_page_tests::{Page, Site, footprint, in_browser};

/// Runs after which the page is looked at for the first time, and for the last.
const FIRST: usize = 10;
const LAST: usize = 100;

/// Runs of the sorts that there are, and the state in which each is stopped, if it is. No two neighbours are of the same
/// demo, so that each opens one.
const MIX: [(&str, Option<&str>); 20] = [
    ("starting-threads?threads=8&period=0.1&slower=0&ticks=5&speed=20", None),
    ("own-memory?child=spawn&count=2&pause=0.1&speed=20", None),
    ("squares?workers=8&numbers=16&pause=0.1&speed=20", None),
    ("deadlock?cure=none&rounds=10&pause=0.1&speed=20", Some("deadlocked")),
    ("start-and-cancel?timers=8&apart=0.1&cancel=0.3&work=0.1&speed=20", None),
    ("own-memory?child=fork&count=2&pause=0.1&speed=20", None),
    ("lost-updates?additions=1000&speed=20", None),
    ("starting-threads?threads=16&period=10", Some("running")),
    ("producers-and-consumers?items=8&making=0.1&using=0.1&speed=20", None),
    ("shared-memory?processes=3&additions=5&gap=0&speed=20", None),
    ("lock?threads=4&lines=3&period=0.1&slower=0&speed=20", None),
    ("futures?period=0.1&speed=20", None),
    ("ten-hellos?speed=20", Some("running")),
    ("barrier?speed=20", None),
    ("thread-local?speed=20", None),
    ("periodic-timer?speed=20", Some("running")),
    ("duplex-pipe?speed=20", None),
    ("readers-and-writers?speed=20", None),
    ("exit-codes?work=0.1&speed=20", None),
    ("limited-connections?downloads=8&seconds=0.1&speed=20", None),
];

/// Opens a demo by its address, runs it, stops it in the state `stop`, and waits until the run is over. All in one script:
/// a hundred runs have no time for a command for each click.
const RUN: &str = "
    const [address, stop] = given;
    const main = document.querySelector('main');
    const until = (what, ready) => new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(`${address}: waited in vain: ${what}; ${main.dataset.run}`), 50_000);
        const look = () => {
            if (!ready()) return false;
            observer.disconnect();
            clearTimeout(late);
            resolve();
            return true;
        };
        const observer = new MutationObserver(look);
        if (!look()) observer.observe(document.body, { attributes: true, childList: true, subtree: true });
    });
    const button = name => [...document.querySelectorAll('.controls button')].find(one => one.textContent === name);
    const demo = `#/${address.split('?')[0]}`;
    location.hash = `#/${address}`;
    await until('the demo is open', () => main.dataset.run === 'idle'
        && document.querySelector('nav [aria-current=page]')?.getAttribute('href') === demo && button('Run'));
    button('Run').click();
    if (stop) {
        await until(stop, () => main.dataset.run === stop && !button('Stop').disabled);
        button('Stop').click();
    }
    const over = ['finished', 'stopped', 'failed'];
    await until('it is over', () => over.includes(main.dataset.run));
    return [main.dataset.run, main.dataset.lost, document.querySelector('[data-result]').innerText];";

/// Runs the demos with these numbers.
fn run(page: &Page, numbers: std::ops::Range<usize>) -> Result<()> {
    for number in numbers {
        let (address, stop) = MIX[number % MIX.len()];
        let told = page.session.async_script(RUN, json!([address, stop]))?;
        let (state, lost, result): (String, String, String) =
            serde_json::from_value(told).context("no state of a run")?;
        let expected = if stop.is_some() { "stopped" } else { "finished" };
        assert_eq!(state, expected, "run {number}, {address}: {result}");
        assert_eq!(lost, "0", "run {number}, {address}");
    }
    Ok(())
}

/// Opens a demo that is not among those that run, the same each time, and waits until the runs are gone.
fn rest(page: &Page) -> Result<()> {
    page.session.script("location.hash = '#/event'", json!([]))?;
    let event = "document.querySelector('nav [aria-current=page]')?.getAttribute('href') === '#/event'";
    page.until("a demo is open that has not run", || {
        page.is(&format!("{event} && document.querySelector('main').dataset.run === 'idle'"))
    })?;
    page.until_workers_are_gone()
}

#[test]
fn a_hundred_runs_leave_nothing_behind() -> Result<()> {
    in_browser(|page| {
        footprint::watch(page)?;
        page.open(Site::People, "#/event")?;
        run(page, 0..FIRST)?;
        rest(page)?;
        let before = footprint::take(page)?;
        run(page, FIRST..LAST)?;
        rest(page)?;
        // Of what is counted not even a half may be left of each run.
        let runs = LAST - FIRST;
        let mut after = before.clone();
        let right = page.until_right("nothing of the runs is left", || {
            after = footprint::take(page)?;
            Ok(after.beyond(&before, runs))
        });
        // Not by a macro, whose output the test's runner would keep to itself.
        writeln!(std::io::stderr(), "after {FIRST} runs: {before}\nafter {LAST} runs: {after}")?;
        right
    })
}
