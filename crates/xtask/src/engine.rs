//! The engine's module, built with the engine's flags, and the demos' lessons: put beside the page that Trunk is about to
//! finish.
//!
//! This runs as Trunk's `post_build` hook, so `trunk serve` alone builds them too. Their files go into folders named after
//! their contents, and the page is told those names: a page from today never meets yesterday's engine in somebody's
//! cache.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::fingerprint::{Fingerprint, files_below};
use crate::http::ISOLATION;
use crate::lessons;
use crate::process;
use crate::step::step;
use crate::toolchain::Toolchain;
use crate::tools::{wasm_bindgen, wasm_opt};
use crate::wasm::{Build, TARGET};
use crate::workspace::{Cache, Workspace};

/// The profile of release builds; see Cargo.toml.
pub const RELEASE_PROFILE: &str = "engine";

/// The package of the engine that people get.
const PACKAGE: &str = "threadlab-engine";

/// What goes into folders of the page that are named after their contents. In the sources, index.html has
/// `<meta name="threadlab-engine" content="engine/">` for the first of them.
const ENGINE: &str = "engine";
const LESSONS: &str = "lessons";

/// Builds the engine into the page that Trunk stages, by the environment variables that Trunk gives its hooks.
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
    let build = Build::engine(workspace, cache, &toolchain)?;
    let tools = wasm_bindgen::find_or_install(workspace, cache)?;
    let wasm_opt = if release { wasm_opt::find(cache) } else { None };

    let files = bindings(workspace, PACKAGE, &build, &tools, wasm_opt.as_deref(), release)?;
    let engine = place(ENGINE, &files, &staging)?;
    let lessons = place(LESSONS, &lessons::write(workspace)?, &staging)?;
    let index = staging.join("index.html");
    let html = fs::read_to_string(&index).with_context(|| format!("cannot read {}", index.display()))?;
    let html = name_folder(&html, ENGINE, &engine)?;
    let html = name_folder(&html, LESSONS, &lessons)?;
    fs::write(&index, html).with_context(|| format!("cannot write {}", index.display()))?;
    write_headers(&staging)?;
    if let Some(wasm_opt) = &wasm_opt {
        step("optimise the page", || optimise_page(wasm_opt, &staging))?;
    }
    Ok(())
}

/// Compiles an engine and makes its bindings; returns their folder, which holds `engine.js` and `engine_bg.wasm`.
///
/// # Errors
/// When a part of the build fails.
pub fn bindings(
    workspace: &Workspace,
    package: &str,
    build: &Build,
    tools: &Path,
    wasm_opt: Option<&Path>,
    release: bool,
) -> Result<PathBuf> {
    let profile = if release { RELEASE_PROFILE } else { "dev" };
    step(format!("compile {package} ({profile})"), || {
        let mut cargo = build.cargo();
        cargo.current_dir(workspace.root()).args(["build", "--package", package, "--lib"]);
        cargo.args(["--target", TARGET, "--profile", profile]);
        process::run_logged(&mut cargo, &workspace.log(package))
    })?;
    let module = build.output(profile).join(format!("{}.wasm", package.replace('-', "_")));

    // The bindings are the same as long as the module is, and so are those that wasm-opt has worked on.
    let mut print = Fingerprint::new();
    print.add(&wasm_bindgen::version(workspace)?);
    print.add(&wasm_opt.map_or_else(String::new, |path| path.display().to_string()));
    print.add_file(&module)?;
    let print = print.hex();
    let folder = workspace.target("engine").join(format!("{package}-{profile}"));
    let stamp = workspace.target("engine").join(format!("{package}-{profile}.stamp"));
    if folder.is_dir() && fs::read_to_string(&stamp).is_ok_and(|stamped| stamped == print) {
        return Ok(folder);
    }
    step(format!("make the bindings of {package}"), || {
        remove(&stamp)?;
        remove(&folder)?;
        let program = tools.join(format!("wasm-bindgen{}", env::consts::EXE_SUFFIX));
        let mut bindgen = Command::new(program);
        bindgen.args(["--target", "web", "--no-typescript", "--out-name", "engine", "--out-dir"]);
        bindgen.arg(&folder).arg(&module);
        process::read(&mut bindgen)?;
        if let Some(wasm_opt) = wasm_opt {
            wasm_opt::optimise(wasm_opt, "-O3", &folder.join("engine_bg.wasm"))?;
        }
        fs::write(&stamp, &print).with_context(|| format!("cannot write {}", stamp.display()))
    })?;
    Ok(folder)
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

fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
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
