//! `threadlab-press <folder>`: writes the lessons of all demos into the folder. Called by the page's build.

use anyhow::{Context as _, Result};
use std::env;
use std::path::Path;

fn main() -> Result<()> {
    let folder = env::args_os().nth(1).context("say the folder to write the lessons into")?;
    let count = threadlab_press::write_all(Path::new(&folder))?;
    println!("{count} lessons");
    Ok(())
}
