//! The page while many threads run.

use std::io::Write as _;

use anyhow::Result;
use threadlab_page_tests::{Site, in_browser, measure};

#[test]
fn the_page_answers_while_64_threads_run() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/starting-threads?threads=64&period=0.1&slower=0&ticks=40")?;
        page.run()?;
        page.until("all its threads live", || Ok(page.threads()?.len() == 65))?;
        measure::watch_frames(page)?;
        page.until("they are half through", || {
            let half = |progress: &str| progress.parse::<u32>().is_ok_and(|progress| progress >= 50);
            Ok(page.threads()?.iter().filter(|thread| thread.progress.as_deref().is_some_and(half)).count()
                >= 32)
        })?;
        assert_eq!(page.told("run")?, "running");
        // A part of the explanation opens or closes at a click.
        let open = "document.querySelector('article details').open";
        let before = page.value(open)?;
        page.session.click(&page.session.all("article details summary")?[0])?;
        page.until("the click is answered", || Ok(page.value(open)? != before))?;
        let frames = measure::frames(page)?;
        page.until_run_is("finished")?;
        assert_eq!(page.told("lost")?, "0");
        // Not by a macro, whose output the test's runner would keep to itself.
        writeln!(
            std::io::stderr(),
            "frames with 64 threads: median {:.1} ms, 95 % within {:.1} ms, longest {:.1} ms, of {}",
            frames.median(),
            frames.quantile(0.95),
            frames.longest(),
            frames.count(),
        )?;
        Ok(())
    })
}
