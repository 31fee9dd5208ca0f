//! What people download.

use std::path::Path;
use std::{env, fs};

use anyhow::{Result, ensure};
use threadlab_page_tests::settings;

/// The names of the modules in a folder and those below it that name one of these paths.
fn modules_with(folder: &Path, paths: &[String], found: &mut Vec<String>, modules: &mut usize) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            modules_with(&path, paths, found, modules)?;
        } else if path.extension().is_some_and(|extension| extension == "wasm") {
            *modules += 1;
            let bytes = fs::read(&path)?;
            let has = |text: &String| bytes.windows(text.len()).any(|part| part == text.as_bytes());
            found.extend(
                paths.iter().filter(|text| has(text)).map(|text| format!("{}: {text}", path.display())),
            );
        }
    }
    Ok(())
}

#[test]
fn no_module_names_a_folder_of_who_built_it() -> Result<()> {
    let workspace = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let folders = [env::var("HOME").ok(), Some(fs::canonicalize(workspace)?.display().to_string())];
    let paths: Vec<_> =
        folders.into_iter().flatten().filter(|folder| folder.len() > 1).map(|folder| folder + "/").collect();
    let (mut found, mut modules) = (Vec::new(), 0);
    modules_with(&settings::dist()?, &paths, &mut found, &mut modules)?;
    ensure!(modules >= 3, "page, engine and charts are modules, but there are {modules}");
    assert!(found.is_empty(), "{found:#?}");
    Ok(())
}
