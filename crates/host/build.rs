//! Takes the comments and the indentation out of the workers' script, which is part of what people download.

use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let source = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("src/worker.js");
    println!("cargo::rerun-if-changed={}", source.display());
    let script = fs::read_to_string(&source)?;
    let lines = script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    let mut short = String::new();
    for line in lines {
        // What it says over several lines would be changed.
        if line.contains('`') {
            return Err(format!("worker.js has a template string, which may not be shortened: {line}").into());
        }
        short.push_str(line);
        short.push('\n');
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("worker.js"), short)?;
    Ok(())
}
