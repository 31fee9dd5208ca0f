//! What is put beside the page that Trunk is about to finish: the engine's module, that which draws charts, and the demos'
//! lessons.
//!
//! This runs as Trunk's `post_build` hook, so `trunk serve` alone builds them too. Their files go into folders named after
//! their contents, and the page is told those names: a page from today never meets yesterday's engine in somebody's
//! cache.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::fingerprint::{Fingerprint, files_below};
use crate::http::ISOLATION;
use crate::lessons;
use crate::module::{self, Module};
use crate::step::step;
use crate::toolchain::Toolchain;
use crate::tools::{wasm_bindgen, wasm_opt};
use crate::wasm::Build;
use crate::workspace::{Cache, Workspace};

/// What goes into folders of the page that are named after their contents. In the sources, index.html has
/// `<meta name="threadlab-engine" content="engine/">` for the first of them.
const ENGINE: &str = "engine";
const LESSONS: &str = "lessons";
const CHARTS: &str = "charts";

/// Builds all that into the page that Trunk stages, by the environment variables that Trunk gives its hooks.
///
/// # Errors
/// When called by anything but Trunk, or a part of the build fails.
pub fn hook(workspace: &Workspace, cache: &Cache) -> Result<()> {
    let staging = env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from).context(
        "`engine` is called by Trunk, which says by TRUNK_STAGING_DIR where the page is; to build all, use \
         `cargo xtask build`",
    )?;
    let release = env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "release");
    let toolchain = Toolchain::find_or_install()?;
    let tools = wasm_bindgen::find_or_install(workspace, cache)?;
    let wasm_opt = if release { wasm_opt::find(cache) } else { None };

    let index = staging.join("index.html");
    let mut html = fs::read_to_string(&index).with_context(|| format!("cannot read {}", index.display()))?;
    let bindings = |module: &Module, build: &Build| {
        module::bindings(workspace, module, build, &tools, wasm_opt.as_deref(), release)
    };
    for (what, files) in [
        (ENGINE, bindings(&module::ENGINE, &Build::engine(workspace, cache, &toolchain)?)?),
        (CHARTS, bindings(&module::CHARTS, &Build::page(workspace, cache, &toolchain)?)?),
        (LESSONS, lessons::write(workspace)?),
    ] {
        html = name_folder(&html, what, &place(what, &files, &staging)?)?;
    }
    fs::write(&index, html).with_context(|| format!("cannot write {}", index.display()))?;
    write_headers(&staging)?;
    if let Some(wasm_opt) = &wasm_opt {
        step("optimise the page", || optimise_page(wasm_opt, &staging))?;
    }
    Ok(())
}

/// Copies files into a folder of the page that is named after what they are and their contents, and returns its name.
fn place(what: &str, files: &Path, staging: &Path) -> Result<String> {
    let mut print = Fingerprint::new();
    print.add_tree(files)?;
    let name = format!("{what}-{}", print.hex());
    for file in files_below(files)? {
        let relative = file.strip_prefix(files).context("a file outside of its own folder")?;
        let target = staging.join(&name).join(relative);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        fs::copy(&file, &target).with_context(|| format!("cannot write {}", target.display()))?;
    }
    Ok(name)
}

/// Puts a folder's name into the page's `<meta name="threadlab-engine" content="engine/">`, or that of something else.
fn name_folder(html: &str, what: &str, name: &str) -> Result<String> {
    let (meta, placeholder) = (format!("threadlab-{what}"), format!("{what}/"));
    let mut from = 0;
    while let Some(start) = html[from..].find("<meta").map(|at| at + from) {
        let end = html[start..].find('>').map_or(html.len(), |at| at + start);
        let element = &html[start..end];
        if element.contains(&meta) {
            // In the content and not in the name.
            let (before, content) = match element.find("content=") {
                Some(at) => element.split_at(at),
                None => (element, ""),
            };
            let changed = content.replacen(&placeholder, &format!("{name}/"), 1);
            if changed == content {
                bail!("index.html: <meta name=\"{meta}\"> has no content=\"{placeholder}\" to replace");
            }
            return Ok(format!("{}{before}{changed}{}", &html[..start], &html[end..]));
        }
        from = end;
    }
    bail!(
        "index.html has no <meta name=\"{meta}\" content=\"{placeholder}\">, so the page would not find its {what}"
    )
}

/// Writes `_headers`, from which Netlify, Cloudflare Pages and others take the headers of every file.
fn write_headers(staging: &Path) -> Result<()> {
    let path = staging.join("_headers");
    fs::write(&path, headers()).with_context(|| format!("cannot write {}", path.display()))
}

fn headers() -> String {
    let lines: Vec<String> = ISOLATION.iter().map(|(name, value)| format!("  {name}: {value}\n")).collect();
    format!("/*\n{}", lines.concat())
}

fn optimise_page(wasm_opt: &Path, staging: &Path) -> Result<()> {
    for entry in fs::read_dir(staging).with_context(|| format!("cannot list {}", staging.display()))? {
        let path = entry.with_context(|| format!("cannot list {}", staging.display()))?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            wasm_opt::optimise(wasm_opt, "-Oz", &path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_learns_its_engines_folder() {
        let html =
            "<head><meta charset=utf-8><meta name=\"threadlab-engine\" content=\"engine/\"><p>engine/</p>";
        let named = name_folder(html, ENGINE, "engine-0123456789ab").unwrap();
        assert_eq!(
            named,
            "<head><meta charset=utf-8><meta name=\"threadlab-engine\" content=\"engine-0123456789ab/\"><p>engine/</p>"
        );
    }

    #[test]
    fn attributes_may_come_in_any_order_and_unquoted() {
        let named = name_folder("<meta content=engine/ name=threadlab-engine>", ENGINE, "engine-a").unwrap();
        assert_eq!(named, "<meta content=engine-a/ name=threadlab-engine>");
    }

    #[test]
    fn each_folder_has_an_element_of_its_own() {
        let html =
            "<meta name=threadlab-engine content=engine/><meta name=threadlab-lessons content=lessons/>";
        let named = name_folder(html, LESSONS, "lessons-b").unwrap();
        assert_eq!(
            named,
            "<meta name=threadlab-engine content=engine/><meta name=threadlab-lessons content=lessons-b/>"
        );
    }

    #[test]
    fn a_page_without_the_element_is_refused() {
        assert!(name_folder("<meta name=viewport>", ENGINE, "engine-a").is_err());
        assert!(name_folder("<meta name=threadlab-engine content=other>", ENGINE, "engine-a").is_err());
        assert!(name_folder("<meta", ENGINE, "engine-a").is_err());
        assert!(name_folder("", ENGINE, "engine-a").is_err());
    }

    #[test]
    fn static_hosts_learn_the_headers() {
        assert!(headers().starts_with("/*\n  Cross-Origin-Opener-Policy: same-origin\n"));
    }
}
