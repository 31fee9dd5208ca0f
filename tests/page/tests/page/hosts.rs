//! Hosts that serve the page wrong, or slowly.

use anyhow::Result;
use threadlab_page_tests::host::{Engine, Host};
use threadlab_page_tests::in_browser;

#[test]
fn without_isolation_the_page_says_what_is_missing() -> Result<()> {
    let host = Host::start(false, Engine::Served)?;
    in_browser(|page| {
        page.open_url(&format!("{}#/lock?threads=3", host.url()))?;
        let alert = page.alert()?;
        for part in ["Cross-Origin-Opener-Policy: same-origin", "Cross-Origin-Embedder-Policy: require-corp"]
        {
            assert!(alert.contains(part), "{alert}");
        }
        assert!(!page.session.enabled(&page.button("Run")?)?);
        // Everything else is there.
        let demos = page.texts("nav li a")?;
        for title in ["Starting threads", "Lost updates", "Lock"] {
            assert!(demos.iter().any(|demo| demo == title), "{title} is not among {demos:?}");
        }
        assert_eq!(page.field("Threads")?, "3");
        page.session.click(&page.find("link", "Lost updates")?)?;
        page.until("the other demo is open", || Ok(page.texts("h1")? == ["Lost updates"]))?;
        assert!(page.alert()?.contains("Cross-Origin-Opener-Policy"));
        Ok(())
    })
}

#[test]
fn the_page_is_there_before_its_engine() -> Result<()> {
    let host = Host::start(true, Engine::Held)?;
    in_browser(|page| {
        page.open_url(&format!("{}#/lock?speed=20", host.url()))?;
        assert!(page.is("performance.getEntriesByName('threadlab:ready').length === 0")?);
        // Run waits for the engine, and so does Stop not.
        page.run()?;
        assert_eq!(page.told("run")?, "starting");
        page.stop()?;
        page.run()?;
        host.serve_engine();
        page.until_run_is("finished")
    })
}

#[test]
fn an_engine_that_does_not_arrive_is_told_and_asked_for_again() -> Result<()> {
    let host = Host::start(true, Engine::Missing)?;
    in_browser(|page| {
        page.expect_in_console("engine_bg.wasm");
        page.open_url(&format!("{}#/lock?speed=20", host.url()))?;
        page.until("the page says so", || Ok(page.alerts()?.len() == 1))?;
        let alert = page.alert()?;
        assert!(alert.contains("could not be loaded") && alert.contains("404"), "{alert}");
        page.run()?;
        page.until_run_is("failed")?;
        assert!(page.result()?.contains("404"), "{}", page.result()?);

        host.serve_engine();
        page.run_to_the_end()?;
        assert_eq!(page.alerts()?, [""; 0]);
        Ok(())
    })
}
