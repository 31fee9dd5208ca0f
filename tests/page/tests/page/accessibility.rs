//! axe-core finds nothing that keeps people from using the page: on the start page and on every demo after its run, wide
//! and light, narrow and dark.
//!
//! A test for each chapter, so that a filter can choose.

use std::fs;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use threadlab_demos::{Chapter, Demo, demos};
use threadlab_page_tests::{Page, Site, in_browser, settings};

/// What is looked for: the success criteria of WCAG up to 2.2 at the levels A and AA, and what is good practice beside
/// them. Named one by one because axe-core leaves some rules of these kinds out unless asked for them.
const KINDS: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/// Those of the rules whose answer depends on the window and its scheme. The others ask for roles, names and structure.
const OF_WINDOWS: [&str; 4] =
    ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"];

/// How many places of a violation are told.
const TOLD: usize = 4;

/// What is looked at once and not on every demo, because it takes more than half of the time: the list of demos, which is
/// the same everywhere, and the code, whose colours and marks are the same in all demos of a chapter.
const ONCE: [&str; 2] = [".demos", ".code"];

/// Demos that compute for seconds, with less to do.
const LESS: [(&str, &str); 5] = [
    ("sleep-and-yield", "work=200"),
    ("kernel-and-user-threads", "work=4"),
    ("staying-responsive", "work=0.3"),
    ("speed-up", "blocks=200"),
    ("computing-pool", "numbers=4"),
];

/// Looks at the page as it is, leaving out what the selectors `but` match, for what axe-core's `runOnly` asks. Gives one
/// text for each rule that is violated.
fn violations(page: &Page, axe: &str, asked: &Value, but: &[&str]) -> Result<Vec<String>> {
    if !page.is("window.axe")? {
        page.session.script(axe, json!([]))?;
    }
    let found = page.session.async_script(
        "for (const details of document.querySelectorAll('details')) details.open = true;
         // What fades from one colour to another is looked at when it has done so.
         await new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)));
         const fading = document.getAnimations().filter(animation => animation instanceof CSSTransition);
         await Promise.allSettled(fading.map(animation => animation.finished));
         const [runOnly, but] = arguments;
         const result = await axe.run({ exclude: but.map(selector => [selector]) }, { runOnly, resultTypes: ['violations'] });
         return result.violations.map(rule => [rule.id, rule.help, rule.nodes.map(node =>
             node.target.join(' ') + ': ' + node.html.slice(0, 200) + ' ' + node.any.map(check => check.message).join('; '))]);",
        json!([asked, but]),
    )?;
    let found: Vec<(String, String, Vec<String>)> =
        serde_json::from_value(found).context("violations that are none")?;
    Ok(found
        .into_iter()
        .map(|(id, help, places)| {
            let told = places[..places.len().min(TOLD)].join("\n    ");
            format!("{id}: {help}, in {} places:\n    {told}", places.len())
        })
        .collect())
}

/// Everything that axe-core knows of the kinds that count.
fn everything() -> Value {
    json!({ "type": "tag", "values": KINDS })
}

/// The script that is axe-core.
fn axe() -> Result<String> {
    fs::read_to_string(settings::axe()?).context("cannot read axe-core's script")
}

/// Lets the run come to its end, and looks at the page in both windows.
fn look(page: &Page, axe: &str, but: &[&str]) -> Result<Vec<String>> {
    let end = page.until_run_is_over()?;
    let asked = [
        (1440, 900, "light", everything()),
        (390, 844, "dark", json!({ "type": "rule", "values": OF_WINDOWS })),
    ];
    let mut all = Vec::new();
    for (width, height, scheme, asked) in asked {
        page.resize(width, height)?;
        page.prefer("prefers-color-scheme", scheme)?;
        let mut found = violations(page, axe, &asked, but)?;
        if !page.is("document.documentElement.scrollWidth <= document.documentElement.clientWidth")? {
            found.push("reflow: the page has to be scrolled in two directions".to_owned());
        }
        let found = found.into_iter();
        all.extend(found.map(|found| format!("{end}, {width} px, {scheme}: {found}")));
    }
    Ok(all)
}

/// Opens a demo. From demo to demo the page stays.
fn open(page: &Page, demo: &Demo) -> Result<()> {
    let less = LESS.iter().find(|(id, _)| *id == demo.about.id).map_or("", |(_, arguments)| arguments);
    let hash = format!("#/{}?{less}&speed=20", demo.about.id);
    if page.address()?.is_empty() {
        page.open(Site::People, &hash)?;
    } else {
        page.value(&format!("(location.hash = {hash:?}, true)"))?;
    }
    page.until(format!("{} is open", demo.about.id), || {
        page.is(&format!("document.querySelector('main h1')?.innerText === {:?}", demo.about.title))
    })?;
    page.drawn()
}

fn look_at_chapter(chapter: Chapter) -> Result<()> {
    let axe = axe()?;
    let demos: Vec<_> = demos().into_iter().filter(|demo| demo.about.chapter == chapter).collect();
    assert!(!demos.is_empty(), "{} has no demos", chapter.title());
    in_browser(|page| {
        let mut all = Vec::new();
        for (number, demo) in demos.into_iter().enumerate() {
            let but = if number == 0 { &ONCE[..1] } else { &ONCE };
            open(page, demo)?;
            page.run()?;
            all.extend(look(page, &axe, but)?.into_iter().map(|found| format!("{}, {found}", demo.about.id)));
        }
        assert!(all.is_empty(), "{}", all.join("\n"));
        Ok(())
    })
}

macro_rules! chapters {
    ($($test:ident: $chapter:ident,)*) => {
        const CHAPTERS: &[Chapter] = &[$(Chapter::$chapter),*];

        $(#[test]
        fn $test() -> Result<()> {
            look_at_chapter(Chapter::$chapter)
        })*
    };
}

chapters! {
    threads: Threads,
    locks: Locks,
    semaphores: Semaphores,
    queues: Queues,
    thread_local_data: ThreadLocalData,
    timers: Timers,
    pools: Pools,
    processes: Processes,
}

#[test]
fn no_chapter_is_left_out() {
    for demo in demos() {
        assert!(CHAPTERS.contains(&demo.about.chapter), "{}", demo.about.id);
    }
}

#[test]
fn start_page() -> Result<()> {
    let axe = axe()?;
    in_browser(|page| {
        // Its demo begins by itself.
        page.open(Site::People, "")?;
        assert_eq!(look(page, &axe, &[])?, Vec::<String>::new());
        Ok(())
    })
}

#[test]
fn violations_are_found_where_there_are_some() -> Result<()> {
    let axe = axe()?;
    in_browser(|page| {
        page.open(Site::People, "#/lock")?;
        assert_eq!(violations(page, &axe, &everything(), &[])?, Vec::<String>::new());
        page.value(
            "document.querySelector('main').insertAdjacentHTML('beforeend', \
             '<p style=\"color: #ccc; background: #fff\">Hard to read</p><button></button>')",
        )?;
        let found = violations(page, &axe, &everything(), &[])?;
        for rule in ["button-name", "color-contrast"] {
            assert!(found.iter().any(|found| found.starts_with(rule)), "{found:#?}");
        }
        Ok(())
    })
}
