//! The page around the demos: its start, the list and its search, presets, sharing, comparing, what is kept.

use anyhow::{Context as _, Result};
use serde_json::json;
use threadlab_page_tests::webdriver::{BACKSPACE, CONTROL, Element};
use threadlab_page_tests::{Page, Site, in_browser};

/// The titles in the list of demos.
fn listed(page: &Page) -> Result<Vec<String>> {
    page.texts("nav[aria-label=Demos] li a")
}

/// Waits until the address begins like this.
fn until_address(page: &Page, begin: &str) -> Result<()> {
    page.until(format!("the address is {begin}"), || page.is(&format!("location.hash.startsWith({begin:?})")))
}

/// The first element that a selector finds.
fn element(page: &Page, selector: &str) -> Result<Element> {
    page.session.all(selector)?.into_iter().next().with_context(|| format!("there is no {selector}"))
}

/// Types into the field that finds demos, in place of what stands there.
fn look_for(page: &Page, words: &str) -> Result<()> {
    let field = element(page, "nav input[type=search]")?;
    page.session.click(&field)?;
    page.session.press(&[CONTROL, 'a'])?;
    page.session.press(&[BACKSPACE])?;
    page.session.type_into(&field, words)
}

fn press(page: &Page, name: &str) -> Result<()> {
    page.session.click(&page.button(name)?)
}

#[test]
fn the_start_page_runs_a_demo_by_itself_and_leads_to_all() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "")?;
        page.until_run_is("finished")?;
        assert_eq!(page.told("lost")?, "0");
        assert!(page.text_of("document.querySelector('h1').innerText")?.contains("threads"));
        let demos = listed(page)?.len();
        let heading = page.text_of("document.querySelector('#chapters-title').innerText")?;
        assert!(heading.starts_with(&format!("{demos} demos")), "{heading}");
        // What nobody asked for is not done.
        assert!(
            page.text_of("document.querySelector('.start-chapters .hint').innerText")?.starts_with("0 of")
        );
        page.session.click(&page.find("link", "Open this demo")?)?;
        until_address(page, "#/lock")?;
        page.until("it has not run yet", || Ok(page.told("run")? == "idle"))?;
        page.until_workers_are_gone()
    })
}

#[test]
fn who_prefers_less_motion_starts_it_by_hand() -> Result<()> {
    in_browser(|page| {
        page.prefer("prefers-reduced-motion", "reduce")?;
        page.open(Site::People, "")?;
        page.until("it can be run", || page.session.enabled(&page.button("Run it again")?))?;
        assert_eq!(page.told("run")?, "idle");
        press(page, "Run it again")?;
        page.until_run_is("finished")
    })
}

#[test]
fn demos_are_found_by_words() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/lock")?;
        let all = listed(page)?.len();
        look_for(page, "lost UPD")?;
        page.until("one is left", || Ok(listed(page)? == ["Lost updates"]))?;
        look_for(page, "no such words")?;
        page.until("nothing is found, and that is said", || {
            Ok(listed(page)?.is_empty() && page.is("document.querySelector('.chapters [role=status]')")?)
        })?;
        look_for(page, "")?;
        page.until("all are back", || Ok(listed(page)?.len() == all))
    })
}

#[test]
fn links_lead_from_demo_to_demo_in_the_order_of_the_list() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "")?;
        let titles = listed(page)?;
        page.open(Site::People, "#/starting-threads")?;
        // What is open, with its links to the one before and the one after; none where there is none.
        let until_open = |place: usize| {
            let title =
                |place: Option<usize>| place.and_then(|place| titles.get(place)).map_or("", String::as_str);
            let expected = [Some(place), place.checked_sub(1), Some(place + 1)].map(title);
            page.until_right(format!("{} is open", expected[0]), || {
                let is = page.value(
                    "['h1', '.steps [rel=prev] .step-title', '.steps [rel=next] .step-title']
                         .map(selector => document.querySelector(selector)?.innerText ?? '')",
                )?;
                Ok((is != json!(expected)).then(|| format!("{is} instead of {expected:?}")))
            })
        };
        until_open(0)?;
        for place in 1..titles.len() {
            page.session.click(&element(page, ".steps [rel=next]")?)?;
            until_open(place)?;
        }
        page.session.click(&element(page, ".steps [rel=prev]")?)?;
        until_open(titles.len().checked_sub(2).context("two demos")?)
    })
}

#[test]
fn what_was_run_is_kept_from_visit_to_visit_until_it_is_forgotten() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/lost-updates?additions=100")?;
        page.run_to_the_end()?;
        page.until("it is done", || {
            page.is("document.querySelector('nav a[href=\"#/lost-updates\"][data-done=true]')")
        })?;
        page.open(Site::People, "")?;
        let told = "document.querySelector('.start-chapters .hint').innerText";
        assert!(page.text_of(told)?.starts_with("1 of"), "{}", page.text_of(told)?);
        press(page, "Forget")?;
        page.until("nothing is done", || Ok(page.text_of(told)?.starts_with("0 of")))?;
        page.reload()?;
        assert!(page.text_of(told)?.starts_with("0 of"));
        Ok(())
    })
}

#[test]
fn a_preset_sets_the_values_and_the_address_and_reset_takes_them_back() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/lock")?;
        press(page, "No lock")?;
        until_address(page, "#/lock?lock=off&threads=2")?;
        page.until("it is pressed", || {
            Ok(page.session.attribute(&page.button("No lock")?, "aria-pressed")?.as_deref() == Some("true"))
        })?;
        page.fill("Threads", "3")?;
        page.until("it is not pressed any more", || {
            Ok(page.session.attribute(&page.button("No lock")?, "aria-pressed")?.as_deref() == Some("false"))
        })?;
        press(page, "Reset")?;
        until_address(page, "#/lock?lock=on&threads=2")?;
        page.until("the values are back", || Ok(page.field("Threads")? == "2"))
    })
}

#[test]
fn a_link_to_share_opens_the_same() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/lock")?;
        press(page, "No lock")?;
        until_address(page, "#/lock?lock=off")?;
        page.fill("Threads", "5")?;
        until_address(page, "#/lock?lock=off&threads=5")?;
        // The clipboard as a page can be sure of having it: its own.
        page.value("(navigator.clipboard.writeText = async text => { window.copied = text; }, true)")?;
        press(page, "Share")?;
        page.until("it is said", || {
            page.is("document.querySelector('.share-said')?.innerText === 'Link copied'")
        })?;
        let link = page.text_of("window.copied")?;
        page.open_url(&link)?;
        assert_eq!(page.field("Threads")?, "5");
        assert!(page.is("!document.querySelector('#parameter-lock').checked")?, "{link}");
        // Where the browser refuses, the link is there to be copied by hand.
        page.value("(navigator.clipboard.writeText = async () => { throw new Error('no'); }, true)")?;
        press(page, "Share")?;
        page.until("the link is shown", || {
            page.is(&format!("document.querySelector('[aria-label=\"Link to share\"]')?.value === {link:?}"))
        })
    })
}

#[test]
fn a_kept_run_stands_beside_the_next_on_the_same_clock() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/lock?threads=3&speed=20")?;
        page.run_to_the_end()?;
        press(page, "Keep to compare")?;
        page.until("it is kept", || page.is("document.querySelector('section[aria-label=\"Kept run\"]')"))?;
        press(page, "No lock")?;
        until_address(page, "#/lock?lock=off")?;
        page.run_to_the_end()?;
        let kept =
            page.text_of("document.querySelector('[aria-label=\"Result of the kept run\"]').innerText")?;
        assert!(kept.contains("With the lock"), "{kept}");
        assert!(page.result()?.contains("Without the lock"), "{}", page.result()?);
        let facts = page.text_of("document.querySelector('.kept-bar .hint').innerText")?;
        assert!(facts.contains("Use the lock on") && facts.contains("Threads 3"), "{facts}");
        page.find("figure", "Timeline of the kept run")?;
        // Either figure's controls move both.
        let pressed = "[...document.querySelectorAll('[aria-label=\"Time in view\"]')]
            .map(group => group.querySelector('[aria-pressed=true]')?.innerText ?? '').join()";
        page.until("both show the same", || Ok(page.text_of(pressed)? == "20 s,20 s"))?;
        page.session.click(&element(page, ".kept [aria-label=\"Time in view\"] button:last-child")?)?;
        page.until("both show all", || Ok(page.text_of(pressed)? == "All,All"))?;
        page.session.click(&element(page, ".kept [aria-label=\"Zoom in\"]")?)?;
        page.until("both show a part", || Ok(page.text_of(pressed)? == ","))?;
        press(page, "Let go")?;
        page.until("it is gone", || Ok(!page.is("document.querySelector('.kept')")?))
    })
}

#[test]
fn matching_lines_bear_the_same_number_in_both_languages() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/lock")?;
        page.until("both are there", || page.is("document.querySelectorAll('.language').length === 2"))?;
        let marks = |place: u32| {
            page.value(&format!(
                "[...document.querySelectorAll('.language')[{place}].querySelectorAll('[data-mark]')]
                     .map(line => line.dataset.mark).sort()"
            ))
        };
        assert_eq!(marks(0)?, marks(1)?);
        assert!(page.is("document.querySelectorAll('.language [data-mark]').length >= 4")?);
        for class in ["keyword", "comment", "text", "constant"] {
            assert!(page.is(&format!("document.querySelector('.language .source-{class}')"))?, "{class}");
        }
        Ok(())
    })
}

#[test]
fn the_question_is_answered_by_the_run() -> Result<()> {
    in_browser(|page| {
        let verdict = "document.querySelector('.answer .hint').innerText";
        page.open(Site::People, "#/lock?speed=0.1")?;
        page.until("the question is there", || page.is("document.querySelector('.choice')"))?;
        assert!(page.text_of(verdict)?.contains("press Run"), "{}", page.text_of(verdict)?);
        page.session.click(&element(page, ".choice:last-of-type input")?)?;
        assert!(page.text_of(verdict)?.contains("press Run"), "{}", page.text_of(verdict)?);
        page.run()?;
        page.until("the answer is to come", || Ok(page.text_of(verdict)?.contains("when the run ends")))?;
        page.fill("Speed", "20")?;
        page.until_run_is("finished")?;
        let shown = "document.querySelector('.choice-shown')?.innerText ?? ''";
        page.until("the run has shown it", || Ok(page.text_of(shown)?.starts_with("No")))?;
        page.until("the answer was right", || Ok(page.text_of(verdict)?.starts_with("Right")))?;
        Ok(())
    })
}

#[test]
fn a_deadlock_leaves_the_question_open_until_the_run_is_over() -> Result<()> {
    in_browser(|page| {
        let verdict = "document.querySelector('.answer .hint').innerText";
        // The parent's patience is longer than the page needs to see that the child waits for ever.
        page.open(Site::People, "#/fork-hazard?hold=0&patience=15&speed=20")?;
        page.until("the question is there", || page.is("document.querySelector('.choice')"))?;
        page.run()?;
        page.until_run_is("deadlocked")?;
        page.until("nothing is answered so far", || Ok(page.text_of(verdict)?.contains("so far")))?;
        page.stop()?;
        page.until("nothing was answered", || Ok(page.text_of(verdict)?.contains("did not answer")))
    })
}
