//! Finds the demos: one file in `src/catalogue` is one demo. Of its text only the number of charts is of interest, for
//! which the page keeps room.

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

/// How a program begins a chart.
const CHARTS: [&str; 4] = ["Chart::lines(", "Chart::bars(", "Chart::histogram(", "Chart::picture("];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("src/catalogue");
    println!("cargo::rerun-if-changed={}", folder.display());

    let mut demos = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path)?;
            let name =
                path.file_stem().and_then(|stem| stem.to_str()).ok_or("a demo's file name is not UTF-8")?;
            let charts = CHARTS.map(|begun| text.matches(begun).count()).iter().sum::<usize>();
            demos.push((name.to_owned(), charts));
        }
    }
    demos.sort();

    // A macro that hands names and numbers of charts to another one: expanded in src/catalogue.rs, so that `mod` looks
    // there.
    let mut code = String::from("macro_rules! with_demos { ($then:ident) => { $then! {");
    for (name, charts) in demos {
        write!(code, " {name} {charts}")?;
    }
    code.push_str(" } } }\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("with_demos.rs"), code)?;
    Ok(())
}
