//! The page without a mouse.

use anyhow::Result;
use threadlab_page_tests::webdriver::{CONTROL, ENTER, ESCAPE, SHIFT, TAB, UP};
use threadlab_page_tests::{Page, Site, in_browser};

/// Role and name of what has the keyboard.
fn focus(page: &Page) -> Result<(String, String)> {
    let element = page.session.focused()?;
    Ok((page.session.role(&element)?, page.session.name(&element)?))
}

/// Presses Tab until something has the keyboard. What it went through is in the order of the document.
fn tab_to(page: &Page, role: &str, name: &str) -> Result<Vec<String>> {
    let mut passed = Vec::new();
    for _ in 0..200 {
        page.session.press(&[TAB])?;
        let (its_role, its_name) = focus(page)?;
        passed.push(its_name.clone());
        if (&*its_role, &*its_name) == (role, name) {
            return Ok(passed);
        }
    }
    panic!("Tab does not lead to the {role} “{name}”, but to {passed:?}")
}

#[test]
fn tab_leads_from_the_top_to_run_and_on() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/lock?speed=20")?;
        let passed = tab_to(page, "button", "Run")?;
        let expected = ["Skip to the demo", "Threadlab", "Start", "Find demos", "Starting threads"];
        assert_eq!(passed[..5], expected, "{passed:?}");
        let controls = ["Use the lock", "Threads", "Lines", "Period", "Slower by"];
        let place = |name: &&str| passed.iter().position(|passed| passed == name);
        let places: Vec<_> = controls.iter().map(place).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{passed:?}");

        page.session.press(&[ENTER])?;
        page.until_run_is("finished")?;
        page.until("the keyboard comes back", || Ok(focus(page)? == ("button".to_owned(), "Run".to_owned())))
    })
}

#[test]
fn the_skip_link_skips() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/lock")?;
        page.session.press(&[TAB])?;
        assert_eq!(focus(page)?.1, "Skip to the demo");
        page.until("it is seen", || page.is("document.activeElement.getBoundingClientRect().top >= 0"))?;
        page.session.press(&[ENTER])?;
        page.until("main has the keyboard", || page.is("document.activeElement.matches('main')"))?;
        assert_eq!(page.address()?, "#/lock");
        page.session.press(&[TAB])?;
        assert!(page.is("document.activeElement.closest('main')")?);
        Ok(())
    })
}

#[test]
fn ctrl_enter_runs_and_escape_stops_from_anywhere() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/lock?period=10")?;
        for place in ["body", "[name=threads]", "nav a"] {
            let focus = format!("(document.activeElement.blur(), document.querySelector('{place}').focus())");
            page.value(&focus)?;
            page.session.press(&[CONTROL, ENTER])?;
            page.until(format!("it runs, from {place}"), || Ok(page.told("run")? == "running"))?;
            page.session.press(&[ESCAPE])?;
            page.until(format!("it is stopped, from {place}"), || Ok(page.told("run")? == "stopped"))?;
            page.until_workers_are_gone()?;
        }
        Ok(())
    })
}

#[test]
fn stop_takes_the_keyboard_over_from_run() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/lock?period=10")?;
        tab_to(page, "button", "Run")?;
        page.session.press(&[ENTER])?;
        page.until("Stop has the keyboard", || Ok(focus(page)?.1 == "Stop"))?;
        page.session.press(&[ENTER])?;
        page.until("it is stopped", || Ok(page.told("run")? == "stopped"))?;
        page.until("Run has the keyboard", || Ok(focus(page)?.1 == "Run"))
    })
}

#[test]
fn arrows_step_numbers_and_shift_tab_goes_back() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/lock")?;
        tab_to(page, "textbox", "Threads")?;
        page.session.press(&[UP])?;
        page.until("one more", || Ok(page.field("Threads")? == "3"))?;
        page.session.press(&[SHIFT, TAB])?;
        assert_eq!(focus(page)?, ("switch".to_owned(), "Use the lock".to_owned()));
        page.session.press(&[' '])?;
        page.until("it is off", || Ok(page.field("Use the lock")? == "false"))
    })
}
