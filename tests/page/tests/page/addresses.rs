//! Addresses: a link reproduces what it was made from, and the window's history works.

use anyhow::Result;
use threadlab_page_tests::{Page, Site, in_browser};

/// Waits until the address is this, apart from its version.
fn until_address(page: &Page, address: &str) -> Result<()> {
    page.until(format!("the address is {address}"), || Ok(page.address()? == format!("{address}&v=1")))
}

/// Waits until the demo with this title is open.
fn until_demo(page: &Page, title: &str) -> Result<()> {
    page.until(format!("{title} is open"), || Ok(demo(page)? == title))
}

/// Waits until a control shows this.
fn until_field(page: &Page, label: &str, text: &str) -> Result<()> {
    page.until(format!("{label} is {text}"), || Ok(page.field(label)? == text))
}

fn demo(page: &Page) -> Result<String> {
    page.text_of("document.querySelector('nav [aria-current=page]').textContent")
}

#[test]
fn a_link_reproduces_its_parameters_and_a_reload_keeps_them() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/lock?lock=off&threads=3&lines=2&period=0.5&slower=0.1&speed=20&v=1")?;
        for _ in ["opened", "reloaded"] {
            assert_eq!(demo(page)?, "Lock");
            let labels = ["Use the lock", "Threads", "Lines", "Period", "Slower by", "Speed"];
            let fields = labels.map(|label| page.field(label).unwrap_or_default());
            assert_eq!(fields, ["false", "3", "2", "0.5", "0.1", "20"]);
            assert_eq!(page.alerts()?, [""; 0]);
            page.reload()?;
        }
        page.run_to_the_end()?;
        assert_eq!(page.threads()?.len(), 4);
        assert_eq!(page.output()?.iter().filter(|line| line.starts_with("Thread-3: ")).count(), 2);
        Ok(())
    })
}

#[test]
fn an_edit_changes_the_address_and_the_address_what_runs() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/starting-threads")?;
        assert_eq!(demo(page)?, "Starting threads");
        page.fill("Threads", "3")?;
        page.fill("Ticks", "1")?;
        page.fill("Speed", "20")?;
        until_address(page, "#/starting-threads?threads=3&period=2&slower=2&ticks=1&speed=20")?;
        page.reload()?;
        page.run_to_the_end()?;
        assert!(page.result()?.starts_with("Threads: 3. Ticks of each: 1. "), "{}", page.result()?);
        Ok(())
    })
}

#[test]
fn a_switch_is_in_the_address_too() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/lock?lock=on&threads=2&lines=3&period=1&slower=1&speed=1&v=1")?;
        page.session.click(&page.control("Use the lock")?)?;
        until_address(page, "#/lock?lock=off&threads=2&lines=3&period=1&slower=1&speed=1")
    })
}

#[test]
fn back_and_forward_go_through_edits_and_demos() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/lock")?;
        page.fill("Threads", "7")?;
        let edited = "#/lock?lock=on&threads=7&lines=3&period=1&slower=1&speed=1";
        until_address(page, edited)?;
        page.session.click(&page.find("link", "Lost updates")?)?;
        until_demo(page, "Lost updates")?;
        until_field(page, "Additions", "20000")?;

        page.session.back()?;
        until_address(page, edited)?;
        until_demo(page, "Lock")?;
        until_field(page, "Threads", "7")?;
        page.session.back()?;
        until_field(page, "Threads", "2")?;
        assert_eq!(page.address()?, "#/lock");

        page.session.forward()?;
        until_field(page, "Threads", "7")?;
        page.session.forward()?;
        until_demo(page, "Lost updates")
    })
}

#[test]
fn an_address_that_is_typed_over_another_opens_its_demo() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/lock")?;
        page.session.script("location.hash = '#/lost-updates?threads=5'", serde_json::json!([]))?;
        until_demo(page, "Lost updates")?;
        until_field(page, "Threads", "5")
    })
}
