//! The page as a person meets it, driven in a real browser.
//!
//! Tests find things by role and name, as assistive tools do, and wait for conditions, with a deadline. Each has a browser
//! of its own, so that nothing is left behind for the next. As many run at a time as there are processors, but for those
//! that measure something: nobody competes with them.

pub mod contact_sheets;
pub mod footprint;
pub mod host;
pub mod measure;
pub mod page;
pub mod pictures;
pub mod settings;
pub mod shown;
mod turns;
pub mod webdriver;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

use anyhow::{Context as _, Result};

pub use page::Page;
pub use settings::Site;
pub use shown::Shown;
use turns::Turn;

/// Runs a test in a browser of its own. Whatever it did, nothing may have been written to the console as a warning or
/// worse, apart from what the test said it expects. After a failure there is a picture of the page in `target/shots`.
///
/// # Errors
/// Those of the test, and entries in the console.
pub fn in_browser(test: impl FnOnce(&Page) -> Result<()>) -> Result<()> {
    let _turn = Turn::beside_others();
    run(test)
}

/// The same for a test that measures: no other one has a browser meanwhile.
///
/// # Errors
/// As [`in_browser`].
pub fn in_browser_alone(test: impl FnOnce(&Page) -> Result<()>) -> Result<()> {
    let _turn = Turn::alone();
    run(test)
}

fn run(test: impl FnOnce(&Page) -> Result<()>) -> Result<()> {
    let page = Page::new(settings::start_browser()?);
    // Caught, so that a failed assertion gets its picture too.
    let done = catch_unwind(AssertUnwindSafe(|| test(&page).and_then(|()| page.check_console())));
    if !matches!(done, Ok(Ok(()))) {
        match keep_picture(&page) {
            Ok(path) => eprintln!("the page when the test failed: {path}"),
            Err(error) => eprintln!("there is no picture of the page: {error:#}"),
        }
    }
    done.unwrap_or_else(|panic| resume_unwind(panic))
}

fn keep_picture(page: &Page) -> Result<String> {
    let folder = settings::shots();
    fs::create_dir_all(&folder).context("cannot create target/shots")?;
    let test = thread::current().name().unwrap_or("test").replace("::", "-");
    let path = folder.join(format!("failed-{test}.png"));
    fs::write(&path, page.session.screenshot()?).context("cannot write the picture")?;
    Ok(path.display().to_string())
}
