//! Every demo of the catalogue, to its own checked result: with its defaults, with each preset, and with random
//! parameters.

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::json;
use std::env;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use threadlab_demos::{Arguments, Chapter, Demo, Kind, demos};
use threadlab_page_tests::{Page, Site, in_browser};

/// Settings that exist to show a deadlock, which may come or not: the demo, and how its arguments begin.
const MAY_DEADLOCK: [(&str, &str); 3] =
    [("deadlock", "cure=none"), ("dining-philosophers", "cure=none"), ("re-entrant-lock", "lock=plain")];

/// How long a run may take, on a machine that has other things to do too.
const DEADLINE: Duration = Duration::from_mins(2);

/// How long a run with random parameters is followed before it is stopped.
const PATIENCE: Duration = Duration::from_secs(20);

/// How a run ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Finished,
    Deadlocked,
    /// It went on, and was stopped.
    Stopped,
}

/// Full speed: sleeps pass 20 times as fast. Timeouts do not, and neither does the start of a thread.
const FAST: u32 = 20;

/// The speed for demos whose answer needs a timeout to come in time.
const MODERATE: u32 = 2;

/// Opens a demo with these arguments. From demo to demo the page stays, as for a person.
fn open(page: &Page, demo: &Demo, arguments: &Arguments, speed: u32) -> Result<()> {
    let hash = format!("#/{}?{}&speed={speed}", demo.about.id, arguments.to_query());
    if page.address()?.is_empty() {
        page.open(Site::People, &hash)?;
    } else {
        page.value(&format!("(location.hash = {hash:?}, true)"))?;
    }
    // The same demo may have been open with other values.
    let values: Vec<_> = arguments.pairs().collect();
    let shown = format!(
        "[document.querySelector('main h1')?.innerText, {}.map(([name]) =>
             (control => control?.type === 'checkbox' ? (control.checked ? 'on' : 'off') : control?.value)
             (document.querySelector(`form [name=\"${{name}}\"]`)))]",
        json!(values)
    );
    let values: Vec<_> = values.into_iter().map(|(_, value)| value).collect();
    page.until_right(format!("{} is open", demo.about.id), || {
        let shown = page.value(&shown)?;
        Ok((shown != json!([demo.about.title, values])).then(|| format!("there is {shown}")))
    })
}

/// Runs what is open to its end, or stops it when `patience` is over. A deadlock is the end where one may be; elsewhere,
/// as in a child process that its parent ends, it has to be resolved.
fn run(page: &Page, patience: Duration, may_deadlock: bool) -> Result<End> {
    page.run()?;
    let begin = Instant::now();
    loop {
        match page.told("run")?.as_str() {
            "finished" => return Ok(End::Finished),
            "failed" => bail!("{}", page.result()?),
            "deadlocked" if may_deadlock => {
                page.stop()?;
                return Ok(End::Deadlocked);
            }
            "deadlocked" if begin.elapsed() > patience => bail!("a deadlock where none can be"),
            "stopped" => return Ok(End::Stopped),
            _ if begin.elapsed() > patience + DEADLINE => bail!("it does not stop"),
            // It may come to its own end just now.
            _ if begin.elapsed() > patience => page.session.click(&page.button("Stop")?)?,
            _ => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}

/// Whether these arguments may lead into a deadlock.
fn may_deadlock(demo: &Demo, arguments: &Arguments) -> bool {
    MAY_DEADLOCK.iter().any(|&(id, part)| demo.about.id == id && arguments.to_query().contains(part))
}

/// Runs a demo, and checks what is true of every run. Returns which of the question's choices it has shown.
fn check(
    page: &Page,
    demo: &'static Demo,
    arguments: &Arguments,
    speed: u32,
    patience: Duration,
) -> Result<Option<String>> {
    open(page, demo, arguments, speed)?;
    let end = run(page, patience, may_deadlock(demo, arguments))?;
    ensure!(page.told("lost")? == "0", "{} events were lost", page.told("lost")?);
    if end != End::Finished {
        return Ok(None);
    }
    let result = page.result()?;
    ensure!(!result.trim().is_empty(), "there is no result");
    let shown = "[...document.querySelectorAll('.choice-shown')].map(choice => choice.innerText)";
    page.until("the explanation is there", || page.is("document.querySelector('.choice')"))?;
    let shown = page.value(shown)?;
    let shown = shown.as_array().context("no list of choices")?;
    ensure!(shown.len() <= 1, "one answer at most: {shown:?}");
    Ok(shown.first().and_then(|choice| choice.as_str()).map(str::to_owned))
}

/// Runs the demos of a chapter with their defaults and with each preset.
fn chapter(chapter: Chapter) -> Result<()> {
    in_browser(|page| {
        let demos: Vec<_> = demos().into_iter().filter(|demo| demo.about.chapter == chapter).collect();
        assert!(!demos.is_empty(), "{chapter:?}");
        for demo in demos {
            let about = demo.about;
            let mut settings = vec![("defaults", Arguments::defaults(about.parameters))];
            for preset in about.presets {
                let arguments = Arguments::parse(about.parameters, preset.arguments)?;
                if settings.iter().all(|(_, known)| *known != arguments) {
                    settings.push((preset.name, arguments));
                }
            }
            let mut is_answered = false;
            for (name, arguments) in &settings {
                let shown = check(page, demo, arguments, FAST, DEADLINE)
                    .with_context(|| format!("{}, {name} ({})", about.id, arguments.to_query()))?;
                is_answered |= shown.is_some();
            }
            if !is_answered {
                is_answered = check(page, demo, &settings[0].1, MODERATE, DEADLINE)
                    .with_context(|| format!("{} at moderate speed", about.id))?
                    .is_some();
            }
            assert!(is_answered, "{}: no run answers the question", about.id);
        }
        // Not after each run: browsers take their time to end a worker, mostly two seconds.
        page.until_workers_are_gone()
    })
}

#[test]
fn threads() -> Result<()> {
    chapter(Chapter::Threads)
}

#[test]
fn locks() -> Result<()> {
    chapter(Chapter::Locks)
}

#[test]
fn semaphores() -> Result<()> {
    chapter(Chapter::Semaphores)
}

#[test]
fn queues() -> Result<()> {
    chapter(Chapter::Queues)
}

#[test]
fn thread_local_data() -> Result<()> {
    chapter(Chapter::ThreadLocalData)
}

#[test]
fn timers() -> Result<()> {
    chapter(Chapter::Timers)
}

#[test]
fn pools() -> Result<()> {
    chapter(Chapter::Pools)
}

#[test]
fn processes() -> Result<()> {
    chapter(Chapter::Processes)
}

/// A source of random numbers that a seed reproduces: splitmix64, after Steele, Lea and Flood, “Fast splittable
/// pseudorandom number generators” (2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `most`.
    fn up_to(&mut self, most: u64) -> u64 {
        self.next() % most.saturating_add(1)
    }

    /// A value within a parameter's range, as text.
    fn value(&mut self, kind: &Kind) -> String {
        match *kind {
            Kind::Whole { min, max, .. } => (u64::from(min) + self.up_to(u64::from(max - min))).to_string(),
            Kind::Decimal { min, max, .. } => {
                let share = f64::from(u32::try_from(self.up_to(1_000)).unwrap_or_default()) / 1_000.0;
                format!("{:.3}", min + (max - min) * share)
            }
            Kind::Switch { .. } => if self.up_to(1) == 0 { "off" } else { "on" }.to_owned(),
            Kind::Choice { options, .. } => {
                let place = self.up_to(options.len() as u64 - 1);
                options[usize::try_from(place).unwrap_or_default()].0.to_owned()
            }
        }
    }
}

/// A failure that is the program's right: more threads than a process may have.
fn is_limit(error: &anyhow::Error) -> bool {
    format!("{error:#}").contains(" did not start: ")
}

#[test]
fn random_parameters_never_fail_hang_or_lose_events() -> Result<()> {
    let long = env::var("THREADLAB_LONG").is_ok_and(|long| long == "1");
    let seed = match env::var("THREADLAB_SEED") {
        Ok(seed) => seed.parse().context("THREADLAB_SEED is not a number")?,
        Err(_) => u64::from(SystemTime::now().duration_since(UNIX_EPOCH)?.subsec_nanos()),
    };
    println!("THREADLAB_SEED={seed} repeats this run");
    let mut random = Random(seed);
    in_browser(|page| {
        let all = demos();
        let mut order: Vec<_> = all.iter().collect();
        // A part of them each time, another one the next.
        order.sort_by_cached_key(|_| random.next());
        let (count, rounds) = if long { (order.len(), 5) } else { (8, 1) };
        for demo in order.into_iter().take(count) {
            for _ in 0..rounds {
                let parameters = demo.about.parameters;
                let pairs: Vec<_> =
                    parameters.iter().map(|one| (one.name, random.value(&one.kind))).collect();
                let arguments = Arguments::from_pairs(parameters, pairs)?;
                println!("{}?{}", demo.about.id, arguments.to_query());
                match check(page, demo, &arguments, FAST, PATIENCE) {
                    Err(error) if is_limit(&error) => {}
                    checked => {
                        checked.with_context(|| format!("{}?{}", demo.about.id, arguments.to_query()))?;
                    }
                }
            }
        }
        page.until_workers_are_gone()
    })
}
