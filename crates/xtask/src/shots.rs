//! `shots`: pictures of the start page and of every demo, and contact sheets of them, for people to look through.
//!
//! They are taken by the test `gallery` of `tests/page`, which learns from `THREADLAB_DEMOS` (a part of names, or a
//! chapter; not set for all) which demos are wanted.

use anyhow::Result;

use crate::process;
use crate::step::step;
use crate::test::suites;
use crate::workspace::{Cache, Workspace};

/// Takes the pictures of all demos, or of those whose name contains the filter or whose chapter it is; the contact
/// sheets then show these beside what was there before.
///
/// # Errors
/// When the page cannot be built, or some demo does not come to its end.
pub fn run(workspace: &Workspace, cache: &Cache, filter: Option<&str>) -> Result<()> {
    step("take the pictures", || {
        suites::with_page(workspace, cache, |cargo| {
            cargo.args(["--test", "gallery", "--", "--include-ignored"]);
            match filter {
                Some(filter) => cargo.env("THREADLAB_DEMOS", filter),
                None => cargo.env_remove("THREADLAB_DEMOS"),
            };
            process::run_shown(cargo)
        })
    })?;
    println!("all of them: {}", workspace.target("shots").join("catalogue/index.html").display());
    Ok(())
}
