//! A periodic timer made of timers that start each other, in two ways.

use crate::{
    About, Arguments, Chapter, Chart, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question,
};
use std::sync::Arc;
use std::time::Duration;
use threadlab_threads::thread::{self, Timer};
use threadlab_threads::{Queue, clock, output, say};

/// When the next tick comes.
#[derive(Clone, Copy)]
enum Way {
    /// One period after this one's work.
    Naive,
    /// At a time that was fixed in advance.
    Aimed,
}

/// Something that ticks periodically: a chain of timers.
struct Ticker {
    way: Way,
    begin: Duration,
    period: Duration,
    work: Duration,
    ticks: u32,
    /// Takes, for each tick, by how many milliseconds it was late, or why there will be no more.
    told: Arc<Queue<(Way, Result<f64, String>)>>,
}

impl Ticker {
    /// The moment at which the tick of this number should come.
    fn moment(&self, number: u32) -> Duration {
        self.begin + self.period * number
    }

    /// Starts the timer that makes one tick.
    fn start_tick(self: &Arc<Self>, number: u32) {
        let wait = match self.way {
            Way::Naive => self.period,                                              // (1)
            Way::Aimed => self.moment(number).saturating_sub(clock::program_now()), // (2)
        };
        let me = Arc::clone(self);
        let timer = Timer::named(format!("{} {number}", self.way.name()), wait, move || me.tick(number)); // (3)
        if let Err(error) = timer.start() {
            self.tell(Err(error.to_string()));
        }
    }

    /// What a timer does: it tells how late it is, does some work and starts the next timer.
    fn tick(self: &Arc<Self>, number: u32) {
        let late = clock::program_now().as_secs_f64() - self.moment(number).as_secs_f64();
        self.tell(Ok(late * 1e3));
        thread::sleep(self.work);
        if number < self.ticks {
            self.start_tick(number + 1); // (4)
        }
    }

    fn tell(&self, late: Result<f64, String>) {
        // Only a queue that was shut down takes nothing, and nobody shuts this one.
        let _ = self.told.put((self.way, late));
    }
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let ticks = arguments.whole("ticks");
    let period = Duration::from_secs_f64(arguments.decimal("period"));
    let work = Duration::from_millis(arguments.whole("work").into());
    let told = Arc::new(Queue::named("ticks"));

    let begin = clock::program_now();
    for way in [Way::Naive, Way::Aimed] {
        Arc::new(Ticker { way, begin, period, work, ticks, told: Arc::clone(&told) }).start_tick(1);
    }
    let (mut naive, mut aimed) = (Vec::new(), Vec::new());
    for done in 1..=2 * ticks {
        let (way, late) = told.get()?;
        let (late, series) = (late?, if let Way::Naive = way { &mut naive } else { &mut aimed });
        series.push(late);
        say!("{} tick {}: {late:.1} ms late", way.name(), series.len());
        output::progress(done, 2 * ticks);
    }

    let last = |series: &[f64]| series.last().copied().unwrap_or_default();
    let (naive_last, aimed_last) = (last(&naive), last(&aimed));
    // The work comes before the next timer, so each tick inherits all that came before it.
    let inherited = work.as_secs_f64() * 1e3 * f64::from(ticks - 1);
    let fell_behind = naive_last >= inherited - 1e-3;
    let never_early = naive.iter().chain(&aimed).all(|late| *late > -1e-3);
    let points = |series: Vec<f64>| (1..).map(f64::from).zip(series).collect::<Vec<_>>();
    let chart = Chart::lines("How late each tick was", "tick", "late by, ms")
        .series("one period after the work", points(naive))
        .series("aimed at fixed times", points(aimed));
    let mut findings = Findings::new(format!(
        "Tick {ticks} came {naive_last:.1} ms late with the naive timer, and {aimed_last:.1} ms with the aimed one."
    ))
    .held("no tick came before its moment", never_early)
    .seen("the naive timer fell behind by all its work", fell_behind)
    .seen("the aimed timer was less late in the end", aimed_last < naive_last)
    .chart(chart);
    findings.answer = (fell_behind && inherited > 0.0).then_some(1);
    Ok(findings)
}

impl Way {
    const fn name(self) -> &'static str {
        match self {
            Self::Naive => "Naive",
            Self::Aimed => "Aimed",
        }
    }
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "periodic-timer",
    title: "A periodic timer",
    chapter: Chapter::Timers,
    order: 3,
    summary: "Timers that start the next timer go on ticking; how they count decides whether they drift.",
    parameters: &[
        Parameter {
            name: "period",
            label: "Period",
            help: "From one tick to the next.",
            kind: Kind::Decimal { min: 0.05, max: 1.0, default: 0.25, step: 0.05, unit: "s" },
        },
        Parameter {
            name: "ticks",
            label: "Ticks",
            help: "How many each of the two timers makes.",
            kind: Kind::Whole { min: 1, max: 50, default: 20, unit: "" },
        },
        Parameter {
            name: "work",
            label: "Work",
            help: "How long each tick takes, before it starts the next timer.",
            kind: Kind::Whole { min: 0, max: 200, default: 25, unit: "ms" },
        },
    ],
    presets: &[
        Preset { name: "A little work", arguments: "" },
        Preset { name: "No work", arguments: "work=0" },
        Preset { name: "Too much work", arguments: "period=0.1&work=150" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "A timer ticks every quarter of a second. Each tick works for 25 milliseconds and then starts the timer \
               for the next one, a quarter of a second away. How late is the twentieth tick?",
        choices: &["About as late as the first one", "Late by the work of all ticks before it"],
        because: "Each next timer counts from the moment when it is started, and that is late by everything that came \
                  before: 19 times 25 milliseconds, and a bit for every wake-up. A timer that aims at fixed times would \
                  make up for each delay at once.",
    },
    look_for: &[
        "Two timers run side by side. The naive one starts the next timer one period from now, when its work is \
         done; the aimed one aims at a time that was fixed in advance. In the chart the naive one climbs with \
         every tick; the aimed one stays near zero, however long it runs.",
        "In the timeline, the first ticks of both come together. Watch how the naive ones slip behind the aimed \
         ones, tick by tick.",
        "Each tick is a timer, and so a thread, of its own: it makes its tick, starts the next timer and ends. Only two \
         timers are pending at any time.",
    ],
    try_this: &[
        "Choose “No work”. The naive timer still falls behind, by the moments that each wake-up takes; it only \
         takes longer to see.",
        "Choose “Too much work”, in which the work takes longer than the period. Now the aimed one cannot keep up \
         either: the next moment has passed when it looks at the clock. It ticks without any pause and still falls \
         behind, by less than the naive one.",
    ],
    why: &[
        "A timer never fires early, so every error is a delay. Whoever counts the next period from now adds each delay \
         to all those that come after it. This is called drift.",
        "Whoever knows when the tick of number n should come, at the begin plus n periods, asks the clock how long that \
         is from now. A late tick then makes the next wait shorter, and errors do not add up.",
        "The same goes for loops that sleep: a sleep of one period after each round drifts, a sleep until the next \
         fixed time does not.",
    ],
    python: r#"import threading
import time
from queue import SimpleQueue

PERIOD = 0.05
TICKS = 20
WORK = 0.01
told = SimpleQueue()
begin = time.monotonic()


def start_tick(way, number):
    if way == "Naive":
        wait = PERIOD  # (1)
    else:
        wait = max(0, begin + number * PERIOD - time.monotonic())  # (2)
    threading.Timer(wait, tick, args=(way, number)).start()  # (3)


def tick(way, number):
    late = time.monotonic() - (begin + number * PERIOD)
    told.put((way, late * 1000))
    time.sleep(WORK)
    if number < TICKS:
        start_tick(way, number + 1)  # (4)


late = {"Naive": [], "Aimed": []}
for way in late:
    start_tick(way, 1)
for _ in range(2 * TICKS):
    way, this_late = told.get()
    late[way].append(this_late)
    print(f"{way} tick {len(late[way])}: {this_late:.1f} ms late")


def yes_or_no(claim):
    return "yes" if claim else "no"


never_early = min(late["Naive"] + late["Aimed"]) > -1e-3
fell_behind = late["Naive"][-1] >= WORK * 1000 * (TICKS - 1)
less_late = late["Aimed"][-1] < late["Naive"][-1]
print("No tick came before its moment:", yes_or_no(never_early))
print("The naive timer fell behind by all its work:", yes_or_no(fell_behind))
print("The aimed timer was less late in the end:", yes_or_no(less_late))
"#,
};

#[cfg(test)]
mod tests {
    use crate::{Data, Findings};

    fn run(arguments: &str, ticks: usize) -> Findings {
        let findings = Findings::parse(&crate::run("periodic-timer", arguments).unwrap());
        assert!(findings.all_held(), "{findings:?}");
        let Data::Lines { series, .. } = &findings.charts[0].data else { panic!("{findings:?}") };
        assert!(series.iter().all(|series| series.points.len() == ticks), "{findings:?}");
        findings
    }

    #[test]
    fn the_naive_timer_drifts() {
        assert_eq!(run("period=0.05&ticks=5&work=30", 5).answer, Some(1));
    }

    #[test]
    fn a_run_without_work_shows_nothing_about_it() {
        assert_eq!(run("period=0.05&ticks=3&work=0", 3).answer, None);
        assert_eq!(run("period=0.05&ticks=1", 1).answer, None);
    }
}
