//! Bad input, in the address and typed: it is named with its range, and nothing is lost.

use anyhow::Result;
use threadlab_page_tests::{Page, Site, in_browser};

fn can_run(page: &Page) -> Result<bool> {
    page.session.enabled(&page.button("Run")?)
}

/// Opens an address whose values cannot be used. The one alert says why.
fn refused(page: &Page, hash: &str, alert: &str) -> Result<()> {
    page.open(Site::People, hash)?;
    assert_eq!(page.alert()?, alert, "{hash}");
    assert!(!can_run(page)?, "{hash}");
    Ok(())
}

/// Opens an address of which a part is not understood. The one alert says what; the rest is used.
fn noticed(page: &Page, hash: &str, parts: &[&str]) -> Result<()> {
    page.open(Site::People, hash)?;
    let alert = page.alert()?;
    for part in parts {
        assert!(alert.contains(part), "{hash}: {alert}");
    }
    assert!(can_run(page)?, "{hash}");
    Ok(())
}

#[test]
fn values_in_the_address_that_cannot_be_used() -> Result<()> {
    in_browser(|page| {
        refused(page, "#/lock?threads=999", "Threads: 999 is out of range; it takes 1 to 95")?;
        refused(page, "#/lock?threads=-1", "Threads: -1 is out of range; it takes 1 to 95")?;
        refused(page, "#/lock?threads=two", "Threads: “two” is not a whole number; it takes 1 to 95")?;
        refused(page, "#/lock?period=", "Period: “” is not a number; it takes 0.1 to 10 s")?;
        refused(
            page,
            "#/lock?lock=perhaps",
            "Use the lock: “perhaps” is not one of its values; it takes on or off",
        )?;
        refused(page, "#/lock?speed=50", "Speed: 50 is out of range; it takes 0.1 to 20 ×")
    })
}

#[test]
fn addresses_of_which_a_part_is_not_understood() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/unheard-of?threads=9")?;
        assert!(page.alert()?.contains("no demo named “unheard-of”"), "{}", page.alert()?);
        assert!(page.is("document.querySelector('.start-chapters')")?, "the start page offers all demos");
        noticed(page, "#/lock?threads=3&colour=red", &["“colour”", "“red”"])?;
        assert_eq!(page.field("Threads")?, "3");
        noticed(page, "#/lock?threads=3&v=999", &["newer version", "v=999"])?;
        assert_eq!(page.field("Threads")?, "3");
        noticed(page, "#/lock?threads=3&v=one", &["“one”"])?;
        // Text of the address is text in the page.
        page.open(Site::People, "#/%3Cimg%20src=x%20onerror=alert(1)%3E")?;
        assert!(page.alert()?.contains("<img src=x onerror=alert(1)>"), "{}", page.alert()?);
        Ok(())
    })
}

#[test]
fn typed_values_leave_the_last_good_run_on_screen() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/lock?speed=20")?;
        page.run_to_the_end()?;
        let (result, output, address) = (page.result()?, page.output()?, page.address()?);

        for (text, alert) in [
            ("96", "Threads: 96 is out of range; it takes 1 to 95"),
            ("0", "Threads: 0 is out of range; it takes 1 to 95"),
            ("1.5", "Threads: “1.5” is not a whole number; it takes 1 to 95"),
            ("many", "Threads: “many” is not a whole number; it takes 1 to 95"),
        ] {
            page.fill("Threads", text)?;
            page.until(format!("{text} is refused"), || Ok(page.alerts()? == [alert] && !can_run(page)?))?;
            // Keys press no button that cannot be pressed.
            page.session
                .press(&[threadlab_page_tests::webdriver::CONTROL, threadlab_page_tests::webdriver::ENTER])?;
            assert_eq!(page.told("run")?, "finished", "{text}");
        }
        assert_eq!((page.result()?, page.output()?), (result, output));
        assert_eq!(page.told("run")?, "finished");
        let bad = page.control("Threads")?;
        assert_eq!(page.session.attribute(&bad, "aria-invalid")?.as_deref(), Some("true"));

        page.fill("Threads", "3")?;
        page.until("it is mended", || Ok(page.alerts()?.is_empty()))?;
        assert_ne!(page.address()?, address);
        page.run_to_the_end()?;
        assert!(page.result()?.contains("Threads: 3."), "{}", page.result()?);
        Ok(())
    })
}
