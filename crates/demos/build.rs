//! Finds the demos: one file in `src/catalogue` is one demo.

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("src/catalogue");
    println!("cargo::rerun-if-changed={}", folder.display());

    let mut names = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let name =
                path.file_stem().and_then(|stem| stem.to_str()).ok_or("a demo's file name is not UTF-8")?;
            names.push(name.to_owned());
        }
    }
    names.sort();

    // A macro that hands the names to another macro: expanded in src/catalogue.rs, so that `mod` looks there.
    let mut code = String::from("macro_rules! with_demos { ($then:ident) => { $then! {");
    for name in names {
        write!(code, " {name}")?;
    }
    code.push_str(" } } }\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("with_demos.rs"), code)?;
    Ok(())
}
