//! Pictures of the page, as PNG files.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use crate::page::Page;

/// What PNG files begin with.
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// More bytes than the picture of an empty page has.
const SOMETHING: usize = 20_000;

/// Keeps a picture of what the window shows.
///
/// # Errors
/// When nothing is shown, or the file cannot be written.
pub fn keep(page: &Page, path: &Path) -> Result<()> {
    write(&page.session.screenshot()?, path)
}

/// Keeps a picture of the whole page, with what the window would show after scrolling.
///
/// # Errors
/// When nothing is shown, or the file cannot be written.
pub fn keep_whole(page: &Page, path: &Path) -> Result<()> {
    write(&page.session.screenshot_of_all()?, path)
}

fn write(picture: &[u8], path: &Path) -> Result<()> {
    ensure!(
        picture.starts_with(SIGNATURE) && picture.len() > SOMETHING,
        "{} would show nothing",
        path.display()
    );
    fs::write(path, picture).with_context(|| format!("cannot write {}", path.display()))
}
