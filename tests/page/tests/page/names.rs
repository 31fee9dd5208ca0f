//! The page as assistive tools hear it: the roles and names that are promised to them.

use anyhow::Result;
use threadlab_page_tests::{Site, in_browser};

#[test]
fn everything_is_found_by_role_and_name() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/lock?speed=20")?;
        page.run_to_the_end()?;
        for (role, name) in [
            ("navigation", "Demos"),
            ("form", "Parameters"),
            ("button", "Run"),
            ("button", "Stop"),
            ("table", "Threads"),
            ("figure", "Timeline"),
            ("region", "Shared objects"),
            ("log", "Output"),
            ("region", "Code"),
            ("article", "Explanation"),
        ] {
            page.find(role, name)?;
        }
        assert_eq!(page.texts("nav [aria-current=page]")?, ["Lock"]);
        // The range of each control is heard with it.
        let threads = page.control("Threads")?;
        let hint = page.session.attribute(&threads, "aria-describedby")?.unwrap_or_default();
        assert!(page.text_of(&format!("document.getElementById('{hint}').innerText"))?.contains("1 to 256"));
        Ok(())
    })
}
