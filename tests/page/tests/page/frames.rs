//! The page while many threads run.

use std::io::Write as _;

use anyhow::Result;
use threadlab_page_tests::{Site, in_browser_alone, measure};

#[test]
fn the_page_answers_while_64_threads_run() -> Result<()> {
    in_browser_alone(|page| {
        page.open(Site::TestEngine, "#/lock?threads=18")?;
        page.run()?;
        page.until("all its threads live", || {
            let threads = page.threads()?;
            Ok(threads.len() == 65 && threads[1..].iter().all(|thread| thread.has_come_to(1)))
        })?;
        measure::watch_frames(page)?;
        page.until("it has drawn some frames", || page.is("window.frameTimes.length > 40"))?;
        // A part of the explanation opens or closes at a click.
        let open = "document.querySelector('article details').open";
        let before = page.value(open)?;
        page.session.click(&page.session.all("article details summary")?[0])?;
        page.until("the click is answered", || Ok(page.value(open)? != before))?;
        let frames = measure::frames(page)?;
        page.stop()?;
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
