//! How exact timers are: the interval that was asked for against the one that came.

use crate::{
    About, Arguments, Chapter, Chart, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question,
};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use threadlab_threads::thread::{self, JoinHandle, Timer};
use threadlab_threads::{clock, output, say};

/// A timer that writes down when it fires.
struct Measured {
    timer: Timer,
    started: Duration,
    fired: Arc<OnceLock<Duration>>,
}

impl Measured {
    fn start(name: &str, interval: Duration) -> Result<Self, ProgramError> {
        let fired = Arc::new(OnceLock::new());
        let theirs = Arc::clone(&fired);
        let timer = Timer::named(name, interval, move || {
            theirs.get_or_init(clock::program_now); // (1)
        });
        let started = clock::program_now(); // (2)
        timer.start()?;
        Ok(Self { timer, started, fired })
    }

    /// Waits until it has fired. Gives by how many milliseconds it was late.
    fn lateness(&self) -> Result<f64, ProgramError> {
        self.timer.join()?; // (3)
        let fired = self.fired.get().ok_or("a timer ended without having fired")?;
        let got = fired.saturating_sub(self.started);
        Ok((got.as_secs_f64() - self.timer.delay().as_secs_f64()) * 1e3)
    }
}

/// Starts all timers at once, each due `apart` after the one before, and measures them.
fn measure(count: u32, apart: Duration) -> Result<Vec<f64>, ProgramError> {
    let mut timers = Vec::new();
    for number in 1..=count {
        timers.push(Measured::start(&format!("Timer-{number}"), apart * number)?);
    }
    say!("Timers that are pending: {count}");
    let mut all = Vec::new();
    for (number, timer) in (1..).zip(&timers) {
        all.push(timer.lateness()?);
        output::progress(number, count);
    }
    Ok(all)
}

/// Threads that keep the cores busy until they are told to stop.
fn start_computing(count: u32, stop: &Arc<AtomicBool>) -> Result<Vec<JoinHandle<()>>, ProgramError> {
    let mut threads = Vec::new();
    for number in 1..=count {
        let stop = Arc::clone(stop);
        let thread = thread::Builder::new().name(format!("Busy-{number}")).spawn(move || {
            // Relaxed: the flag tells nothing but itself.
            while !stop.load(Ordering::Relaxed) {
                std::hint::spin_loop();
            }
        });
        threads.push(thread?);
    }
    Ok(threads)
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let count = arguments.whole("timers");
    let apart = Duration::from_millis(arguments.whole("apart").into());
    let stop = Arc::new(AtomicBool::new(false));
    let busy = start_computing(arguments.whole("busy"), &stop)?;
    let measured = measure(count, apart);
    stop.store(true, Ordering::Relaxed);
    for thread in busy {
        thread.join()?;
    }

    let mut late = measured?;
    late.sort_by(f64::total_cmp);
    // The last digits of such times are not exact: a nanosecond less is no time less.
    let never_early = late.iter().all(|&late| late > -1e-3);
    let at = |percent: usize| late[(late.len() - 1) * percent / 100].max(0.0);
    let median = f64::midpoint(late[(late.len() - 1) / 2], late[late.len() / 2]).max(0.0);
    let (most, worst) = (at(95), at(100));
    say!("Half of them were late by less than {median:.3} ms, the worst by {worst:.3} ms");
    let mut findings =
        Findings::new(format!("Timers: {count}. In the median they were late by {median:.3} ms."))
            .held("no timer fired early", never_early)
            .figure("late by, in the median", format_args!("{median:.3} ms"))
            .figure("late by, 95 of 100 at most", format_args!("{most:.3} ms"))
            .figure("late by, at worst", format_args!("{worst:.3} ms"));
    findings.answer = (never_early && worst > 0.0).then_some(2);
    let late = late.into_iter().map(|late| late.max(0.0));
    Ok(findings.chart(Chart::histogram("How late the timers fired", "ms late", late)))
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "timer-accuracy",
    title: "Timer accuracy",
    chapter: Chapter::Timers,
    order: 2,
    summary: "The interval asked for beside the interval got, for many timers.",
    parameters: &[
        Parameter {
            name: "timers",
            label: "Timers",
            help: "How many are started at once.",
            kind: Kind::Whole { min: 1, max: 200, default: 80, unit: "" },
        },
        Parameter {
            name: "apart",
            label: "Apart",
            help: "How much later each timer is due than the one before.",
            kind: Kind::Whole { min: 1, max: 200, default: 50, unit: "ms" },
        },
        Parameter {
            name: "busy",
            label: "Busy threads",
            help: "How many threads compute without a pause meanwhile.",
            kind: Kind::Whole { min: 0, max: 8, default: 0, unit: "" },
        },
    ],
    presets: &[
        Preset { name: "Quiet", arguments: "" },
        Preset { name: "Busy cores", arguments: "busy=4" },
        Preset { name: "Close together", arguments: "timers=200&apart=1" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "Eighty timers are asked to fire after 50, 100, 150, … milliseconds. How do the moments when they fire lie \
               around those that were asked for?",
        choices: &[
            "Exactly on them",
            "Some a little early, some a little late",
            "None early, all a little late",
        ],
        because: "The interval is a minimum. When it is over, the thread still has to be woken and to get a core, \
                  and that always takes some time.",
    },
    look_for: &[
        "The chart below the result shows how late the timers were, in milliseconds. Most stand close together \
         near zero; a few stragglers may lie far to the right.",
        "Nothing lies to the left of zero. The result says so too: no timer fired early.",
        "“Shared objects” counts the pending timers down. They are all there from the beginning, and none of them \
         costs anything while it waits.",
    ],
    try_this: &[
        "Choose “Busy cores”. Whenever the busy threads have all the cores, a timer that is due must wait for one, \
         and the chart spreads to the right by a lot. Try as many busy threads as the machine has cores, and one \
         less.",
        "Choose “Close together” and compare the medians: a crowd of timers need not make them late.",
        "Run it at another speed. Intervals are measured in program time, so at 20× each millisecond of real \
         lateness counts as twenty.",
    ],
    why: &[
        "Waiting is done by the system, which looks at its list of sleepers when a clock tells it to, and then puts the \
         thread in line for a core. How long that line is depends on everything else that the machine does.",
        "So no sleep, no timeout and no timer promises more than “not before”. A program that needs exact times looks at \
         the clock when it wakes and does what is due by then.",
        "The worker that waits for the timers here has itself woken a little early, and looks at the clock over and over \
         for the rest. That costs up to a quarter of a millisecond of computing for each timer, and brings the usual lateness down \
         to some hundredths of a millisecond, as long as a core is free.",
    ],
    python: r#"import statistics
import threading
import time

TIMERS = 40
APART = 0.025
started = {}
fired = {}


def fire(number):
    fired[number] = time.monotonic()  # (1)


timers = []
for number in range(1, TIMERS + 1):
    timer = threading.Timer(number * APART, fire, args=(number,))
    started[number] = time.monotonic()  # (2)
    timer.start()
    timers.append(timer)
print(f"Timers that are pending: {TIMERS}")
for timer in timers:
    timer.join()  # (3)

late = [(fired[number] - started[number] - number * APART) * 1000 for number in fired]
median, worst = statistics.median(late), max(late)
print(f"Half of them were late by less than {median:.3f} ms, the worst by {worst:.3f} ms")
for least in range(5):
    share = sum(least <= 10 * one < least + 1 for one in late)
    print(f"{least / 10:.1f} to {(least + 1) / 10:.1f} ms late: {'#' * share}")
print(f"later: {sum(10 * one >= 5 for one in late)}")
# The last digits of such times are not exact.
print("No timer fired early:", "yes" if min(late) > -1e-3 else "no")
"#,
};

#[cfg(test)]
mod tests {
    use crate::{Data, Findings};

    #[test]
    fn no_timer_is_early() {
        for (arguments, count) in [("timers=20&apart=5", 20), ("timers=3&apart=1&busy=2", 3)] {
            let findings = Findings::parse(&crate::run("timer-accuracy", arguments).unwrap());
            assert!(findings.all_held(), "{findings:?}");
            let Data::Histogram { values, .. } = &findings.charts[0].data else { panic!("{findings:?}") };
            assert_eq!(values.len(), count);
            assert!(values.iter().all(|late| *late >= 0.0), "{findings:?}");
            let worst = values.iter().copied().fold(0.0, f64::max);
            assert!(findings.answer == Some(2) || worst <= 0.0, "{findings:?}");
        }
    }
}
