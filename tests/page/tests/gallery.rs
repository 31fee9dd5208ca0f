//! Pictures of the start page and of every demo, and contact sheets of them, for people to look through. Run by
//! `cargo xtask shots`.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context as _, Result, ensure};
use threadlab_demos::{Demo, demos};
use threadlab_page_tests::contact_sheets::{Group, Picture, document};
use threadlab_page_tests::host::Host;
use threadlab_page_tests::{Page, Site, in_browser, pictures, settings};

/// The windows of a desk and of a phone.
const SIZES: [(u32, u32); 2] = [(1440, 1000), (390, 844)];

const SCHEMES: [&str; 2] = ["light", "dark"];

/// How far a thread is when the picture of the running demo is taken, in percent, if any tells how far it is.
const UNDER_WAY: u32 = 30;

/// What the start page is called among the demos.
const START: &str = "start";

fn folder() -> PathBuf {
    settings::shots().join("catalogue")
}

/// The name of a picture's file: `when` is `running` or `over`.
fn file(id: &str, width: u32, scheme: &str, when: &str) -> String {
    format!("{id}-{width}-{scheme}-{when}.png")
}

/// Whether a demo is among those that were asked for: by a part of its name, by its chapter, or because all were.
fn is_wanted(demo: &Demo, filter: Option<&str>) -> bool {
    filter.is_none_or(|filter| {
        demo.about.id.contains(filter) || demo.about.chapter.title().eq_ignore_ascii_case(filter)
    })
}

/// Waits until a run is well under way, or over.
fn until_under_way(page: &Page) -> Result<()> {
    let far = |progress: &str| progress.parse::<u32>().is_ok_and(|progress| progress >= UNDER_WAY);
    page.until("the run is under way", || {
        Ok(!["starting", "running"].contains(&&*page.told("run")?)
            || page.threads()?.iter().any(|thread| thread.progress.as_deref().is_some_and(far)))
    })
}

/// Takes the pictures of the page after its run, in both schemes.
fn take_whole(page: &Page, id: &str, width: u32) -> Result<()> {
    page.until_run_is_over()?;
    for scheme in SCHEMES {
        page.prefer("prefers-color-scheme", scheme)?;
        pictures::keep_whole(page, &folder().join(file(id, width, scheme, "over")))?;
    }
    Ok(())
}

/// Takes all pictures of a demo.
fn take(page: &Page, demo: &Demo) -> Result<()> {
    let id = demo.about.id;
    for (width, height) in SIZES {
        page.resize(width, height)?;
        page.prefer("prefers-color-scheme", SCHEMES[0])?;
        page.open(Site::People, &format!("#/{id}?speed=20"))?;
        page.run()?;
        // So fast a run is a sliver of the time that is in view otherwise.
        page.session.click(&page.button("All")?)?;
        until_under_way(page)?;
        pictures::keep(page, &folder().join(file(id, width, SCHEMES[0], "running")))?;
        take_whole(page, id, width)?;
    }
    Ok(())
}

/// The pictures that are there, in the order of the list of demos, grouped by what they have in common.
fn groups() -> Vec<Group> {
    let mut groups = Vec::new();
    for (width, _) in SIZES {
        let (picture_width, columns, rows) = if width > 1000 { (480, 4, 3) } else { (240, 12, 1) };
        for (scheme, when, words) in [
            (SCHEMES[0], "over", "after the run"),
            (SCHEMES[0], "running", "during the run"),
            (SCHEMES[1], "over", "after the run"),
        ] {
            let about = demos()
                .into_iter()
                .map(|demo| (demo.about.id, format!("{}: {}", demo.about.chapter.title(), demo.about.title)));
            let pictures = std::iter::once((START, "Start page".to_owned()))
                .chain(about)
                .map(|(id, caption)| Picture { file: file(id, width, scheme, when), caption })
                .filter(|picture| folder().join(&picture.file).is_file())
                .collect();
            groups.push(Group {
                id: format!("{width}-{scheme}-{when}"),
                title: format!("{width} px, {scheme}, {words}"),
                picture_width,
                columns,
                rows,
                pictures,
            });
        }
    }
    groups
}

/// Writes the document with all pictures, and a picture of each of its sheets.
fn write_sheets(page: &Page, folder: &Path) -> Result<()> {
    let groups = groups();
    let index = folder.join("index.html");
    fs::write(&index, document("All demos of Threadlab", &groups))
        .with_context(|| format!("cannot write {}", index.display()))?;
    let host = Host::of(folder)?;
    for sheet in groups.iter().flat_map(Group::sheets) {
        page.resize(sheet.width, 400)?;
        page.session.go("about:blank")?;
        page.session.go(&format!("{}index.html#{}", host.url(), sheet.id))?;
        pictures::keep_whole(page, &folder.join(format!("sheet-{}.png", sheet.id)))?;
    }
    Ok(())
}

#[test]
#[ignore = "pictures, which `cargo xtask shots` asks for"]
fn pictures_of_all_demos() -> Result<()> {
    let filter = env::var("THREADLAB_DEMOS").ok();
    let filter = filter.as_deref();
    let folder = folder();
    if filter.is_none() && folder.exists() {
        // Pictures of demos that are no more would stay for ever.
        fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let wanted: Vec<_> = demos().into_iter().filter(|demo| is_wanted(demo, filter)).collect();
    let start = filter.is_none_or(|filter| filter == START);
    ensure!(start || !wanted.is_empty(), "no demo and no chapter is called {filter:?}");
    in_browser(|page| {
        if start {
            for (width, height) in SIZES {
                page.resize(width, height)?;
                page.prefer("prefers-color-scheme", SCHEMES[0])?;
                page.open(Site::People, "")?;
                take_whole(page, START, width)?;
            }
        }
        for demo in wanted {
            take(page, demo).with_context(|| demo.about.id)?;
        }
        // In the scheme of the document, which has one.
        page.prefer("prefers-color-scheme", SCHEMES[0])?;
        write_sheets(page, &folder)
    })
}
