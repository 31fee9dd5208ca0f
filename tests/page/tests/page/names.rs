//! The page as assistive tools hear it: the roles and names that are promised to them.

use anyhow::Result;
use threadlab_page_tests::{Site, in_browser};

#[test]
fn everything_is_found_by_role_and_name() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/lock?speed=20")?;
        page.run_to_the_end()?;
        page.until_heard(&[
            ("navigation", "Demos"),
            ("form", "Parameters"),
            ("button", "Run"),
            ("button", "Stop"),
            ("table", "Threads"),
            ("figure", "Timeline"),
            ("region", "Shared objects"),
            ("searchbox", "Find demos"),
            ("navigation", "Previous and next demo"),
            ("group", "Presets"),
            ("button", "Share"),
            ("button", "Reset"),
            ("button", "Keep to compare"),
            ("region", "Result"),
            ("log", "Output"),
            ("region", "Code"),
            ("article", "Explanation"),
        ])?;
        page.until("the list says that it has been run", || {
            Ok(page.texts("nav [aria-current=page]")? == ["Lock (done)"])
        })?;
        // The range of each control is heard with it.
        let threads = page.control("Threads")?;
        let hint = page.session.attribute(&threads, "aria-describedby")?.unwrap_or_default();
        assert!(page.text_of(&format!("document.getElementById('{hint}').innerText"))?.contains("1 to 95"));
        Ok(())
    })
}
