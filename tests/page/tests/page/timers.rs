//! Timers, each on a clock.

use std::collections::HashMap;

use anyhow::{Context as _, Result, ensure};
use threadlab_page_tests::{Page, Site, in_browser, measure};

/// A clock as the page shows it.
#[derive(Clone, Debug)]
struct Clock {
    /// Pending, fired, cancelled or left.
    fate: String,
    /// How much of the timer's delay is over, from 0 to 1.
    share: f64,
    /// What is written beside it.
    words: String,
    /// What those hear who do not see it.
    told: String,
    /// Where its hand or its part ends, to the right and downwards from its middle.
    drawn: String,
}

impl Clock {
    /// When it was started, and when it is due, in seconds.
    fn times(&self) -> Result<(f64, f64)> {
        let told = self.told.split_once("started at ").context("when it was started is not told")?.1;
        let (started, told) = told.split_once(" s, due at ").context("when it is due is not told")?;
        let due = told.split_once(" s: ").context("what became of it is not told")?.0;
        Ok((started.parse()?, due.parse()?))
    }
}

/// The clocks by the names of their timers.
fn clocks(page: &Page) -> Result<HashMap<String, Clock>> {
    let clocks = page.value(
        "Object.fromEntries([...document.querySelectorAll('[aria-label=Clocks] > li')].map(item => [
             item.dataset.timer,
             [
                 item.dataset.fate,
                 Number(item.dataset.share),
                 item.querySelector('.timer-fate').textContent,
                 item.querySelector('.visually-hidden').textContent,
                 item.querySelector('.clock-passed').outerHTML,
             ],
         ]))",
    )?;
    let clocks: HashMap<String, (String, f64, String, String, String)> =
        serde_json::from_value(clocks).context("clocks that are none")?;
    let clock = |(fate, share, words, told, drawn)| Clock { fate, share, words, told, drawn };
    Ok(clocks.into_iter().map(|(name, read)| (name, clock(read))).collect())
}

fn one(page: &Page, name: &str) -> Result<Clock> {
    clocks(page)?.remove(name).with_context(|| format!("{name} has no clock"))
}

/// How many timers are pending, have fired and were cancelled, as the card counts them.
fn counts(page: &Page) -> Result<[u64; 3]> {
    let counts = page.value(
        "(card => [card.dataset.pending, card.dataset.fired, card.dataset.cancelled].map(Number))
             (document.querySelector('[data-kind=timers]'))",
    )?;
    serde_json::from_value(counts).context("counts that are none")
}

#[test]
fn hands_go_on_while_nothing_happens_and_follow_the_speed() -> Result<()> {
    in_browser(|page| {
        // Nothing is due for most of a minute.
        page.open(Site::People, "#/start-and-cancel?timers=3&apart=5&cancel=30&work=0&speed=0.1")?;
        page.run()?;
        page.until("all timers have clocks", || Ok(clocks(page)?.len() == 3))?;
        let lists = page.session.all(".clocks")?;
        let heard = |list| Ok((page.session.role(list)?, page.session.name(list)?));
        let heard: Vec<_> = lists.iter().map(heard).collect::<Result<_>>()?;
        assert_eq!(heard, [("list".to_owned(), "Clocks".to_owned())]);
        assert_eq!(counts(page)?, [3, 0, 0]);
        let before = one(page, "Timer-2")?;
        for (number, name) in (1..).zip(["Timer-1", "Timer-2", "Timer-3"]) {
            let clock = one(page, name)?;
            assert!(clock.fate == "pending" && clock.share < 0.9, "{clock:?}");
            assert!(clock.words.ends_with(" s left"), "{clock:?}");
            let (started, due) = clock.times()?;
            let delay = 50.0 * f64::from(number);
            assert!((due - started - delay).abs() < 0.002, "{name} is due after {delay} s: {clock:?}");
        }
        page.until("a hand goes on", || {
            let now = one(page, "Timer-2")?;
            Ok(now.share > before.share && now.drawn != before.drawn && now.words != before.words)
        })?;

        // From here on it is fast: what is left passes sooner, though what was slow stays so.
        page.fill("Speed", "20")?;
        page.until("it is due earlier", || Ok(one(page, "Timer-3")?.times()?.1 < before.times()?.1))?;
        page.until_run_is("finished")?;
        assert_eq!(counts(page)?, [0, 3, 0]);
        for (name, clock) in clocks(page)? {
            assert!(clock.fate == "fired" && clock.share >= 1.0, "{name}: {clock:?}");
            assert!(clock.words.ends_with("s late"), "{clock:?}");
            assert!(clock.told.ends_with(&format!(": fired {}", clock.words)), "{clock:?}");
        }
        page.until_workers_are_gone()
    })
}

#[test]
fn a_cancelled_timer_stands_still() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/start-and-cancel?timers=8&apart=5&cancel=0.1&work=0&speed=1")?;
        page.run_to_the_end()?;
        assert!(page.result()?.starts_with("Timers: 8. Ran their function: 0; cancelled: 8."));
        assert_eq!(counts(page)?, [0, 0, 8]);
        let stopped = clocks(page)?;
        assert_eq!(stopped.len(), 6, "there are so many places");
        for (name, clock) in &stopped {
            assert_eq!((clock.fate.as_str(), clock.words.as_str()), ("cancelled", "cancelled"), "{name}");
            assert!(clock.share > 0.0 && clock.share < 1.0, "{name}: {clock:?}");
        }
        // The longer the delay, the less of it had passed.
        assert!(stopped["Timer-3"].share > stopped["Timer-6"].share, "{stopped:?}");
        Ok(())
    })
}

#[test]
fn what_the_clocks_say_is_what_the_program_found() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/start-and-cancel?speed=5")?;
        page.run_to_the_end()?;
        let clocks = clocks(page)?;
        let output = page.output()?.join("\n");
        let of = |fate: &str| clocks.values().filter(|clock| clock.fate == fate).count() as u64;
        assert_eq!(counts(page)?, [0, of("fired"), of("cancelled")]);
        assert_eq!(clocks.len(), 5, "{clocks:?}");
        for (name, clock) in &clocks {
            let cancelled = output.contains(&format!("{name} is cancelled"));
            assert_eq!(clock.fate == "cancelled", cancelled, "{name}: {clock:?}\n{output}");
        }
        let expected =
            format!("Timers: 5. Ran their function: {}; cancelled: {}.", of("fired"), of("cancelled"));
        assert!(page.result()?.starts_with(&expected), "{expected}");
        Ok(())
    })
}

#[test]
fn a_chain_of_timers_takes_the_places_in_turn() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, "#/periodic-timer?speed=20")?;
        page.run_to_the_end()?;
        assert_eq!(counts(page)?, [0, 40, 0]);
        let clocks = clocks(page)?;
        assert_eq!(clocks.len(), 6);
        for (name, clock) in &clocks {
            let (way, number) = name.rsplit_once(' ').context("it has another name")?;
            ensure!(["Naive", "Aimed"].contains(&way), "{name}");
            // Both chains have 20, and one may be ahead of the other.
            assert!(number.parse::<u32>()? > 14, "{name} was long ago");
            assert!(clock.fate == "fired" && clock.words.ends_with(" late"), "{name}: {clock:?}");
            let (started, due) = clock.times()?;
            assert!(started <= due, "{name}: {clock:?}");
        }
        let is_last = clocks.contains_key("Naive 20") || clocks.contains_key("Aimed 20");
        assert!(is_last, "{:?}", clocks.keys());
        Ok(())
    })
}

#[test]
fn nothing_shifts_and_nothing_sticks_out() -> Result<()> {
    in_browser(|page| {
        let mut shifts = Vec::new();
        for (width, height) in [(360, 740), (390, 844), (1440, 900)] {
            page.resize(width, height)?;
            page.open(Site::People, "#/start-and-cancel?timers=9&cancel=7&speed=10")?;
            page.run()?;
            page.until("the timers are there", || Ok(clocks(page)?.len() == 6))?;
            page.value("document.querySelector('[data-kind=timers]').scrollIntoView({ block: 'center' })")?;
            measure::watch_shifts(page)?;
            page.until_run_is("finished")?;
            shifts.extend(measure::shifts(page)?.into_iter().map(|shift| format!("at {width} px: {shift}")));
            let wide = page.value(
                "[document.documentElement, ...document.querySelectorAll('.clocks, .timer')]
                     .map(element => element.scrollWidth - element.clientWidth).filter(more => more > 0)",
            )?;
            assert_eq!(wide, serde_json::json!([]), "at {width} px");
        }
        assert!(shifts.is_empty(), "{shifts:#?}");
        Ok(())
    })
}
