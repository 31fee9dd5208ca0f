//! Timers: each runs a function after a delay, unless it is cancelled before.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use threadlab_threads::thread::{self, Timer};
use threadlab_threads::{clock, say};

/// When a timer's function began and when it ended, as far as it did.
#[derive(Default)]
struct Log {
    begun: OnceLock<Duration>,
    ended: OnceLock<Duration>,
}

/// A timer, and what is written down about it.
struct Alarm {
    timer: Timer,
    /// When it was started.
    started: Duration,
    log: Arc<Log>,
    /// Whether it was cancelled before its function began.
    cancelled: bool,
}

impl Alarm {
    fn start(name: &str, delay: Duration, work: Duration) -> Result<Self, ProgramError> {
        let log = Arc::new(Log::default());
        let theirs = Arc::clone(&log);
        let function = move || {
            theirs.begun.get_or_init(clock::program_now);
            say!("{:.1} s are over, I begin", delay.as_secs_f64());
            thread::sleep(work);
            say!("done");
            theirs.ended.get_or_init(clock::program_now);
        };
        let timer = Timer::named(name, delay, function); // (1)
        let started = clock::program_now();
        timer.start()?; // (2)
        Ok(Self { timer, started, log, cancelled: false })
    }

    fn has_begun(&self) -> bool {
        self.log.begun.get().is_some()
    }

    /// Whether its function began no earlier than it was asked to. The last digits of times are not exact.
    fn kept_its_time(&self) -> bool {
        let due = self.started + self.timer.delay();
        self.log.begun.get().is_none_or(|begun| *begun + Duration::from_micros(1) >= due)
    }
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let seconds = |name| Duration::from_secs_f64(arguments.decimal(name));
    let (count, apart, work) = (arguments.whole("timers"), seconds("apart"), seconds("work"));

    let mut alarms = Vec::new();
    for number in 1..=count {
        alarms.push(Alarm::start(&format!("Timer-{number}"), apart * number, work)?);
    }
    let second_start = alarms[0].timer.start();
    if let Err(refused) = &second_start {
        say!("Main thread: {refused}");
    }

    say!("Main thread: timers started: {count}; I sleep");
    thread::sleep(seconds("cancel"));
    let mut at_work = 0;
    for alarm in &mut alarms {
        alarm.cancelled = alarm.timer.cancel(); // (3)
        let is_at_work = !alarm.cancelled && alarm.log.ended.get().is_none();
        at_work += usize::from(is_at_work);
        let outcome = match (alarm.cancelled, is_at_work) {
            (true, _) => "is cancelled",
            (false, true) => "is at work already",
            (false, false) => "is done already",
        };
        say!("Main thread: {} {outcome}", alarm.timer.thread().name());
    }
    for alarm in &alarms {
        alarm.timer.join()?; // (4)
    }

    let ran = alarms.iter().filter(|alarm| alarm.has_begun()).count();
    let cancelled = alarms.iter().filter(|alarm| alarm.cancelled).count();
    let mut findings =
        Findings::new(format!("Timers: {count}. Ran their function: {ran}; cancelled: {cancelled}."))
            .held(
                "each function ran or was cancelled, never both",
                alarms.iter().all(|alarm| alarm.has_begun() != alarm.cancelled),
            )
            .held(
                "each function that began came to its end",
                alarms.iter().all(|alarm| alarm.has_begun() == alarm.log.ended.get().is_some()),
            )
            .held("no function began before its time", alarms.iter().all(Alarm::kept_its_time))
            .held("a timer starts only once", second_start.is_err())
            .figure("functions that ran", ran)
            .figure("of them at work when the cancel came", at_work)
            .figure("timers cancelled", cancelled);
    findings.answer = (at_work > 0).then_some(1);
    Ok(findings)
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "start-and-cancel",
    title: "Start and cancel",
    chapter: Chapter::Timers,
    order: 1,
    summary: "A timer runs its function later, and a cancel stops it, if it comes in time.",
    parameters: &[
        Parameter {
            name: "timers",
            label: "Timers",
            help: "How many are started at once.",
            kind: Kind::Whole { min: 1, max: 64, default: 5, unit: "" },
        },
        Parameter {
            name: "apart",
            label: "Apart",
            help: "The delay of Timer-1, and from each timer to the next.",
            kind: Kind::Decimal { min: 0.0, max: 5.0, default: 1.0, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "cancel",
            label: "Cancel after",
            help: "When the main thread cancels them all.",
            kind: Kind::Decimal { min: 0.0, max: 30.0, default: 3.2, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "work",
            label: "Work",
            help: "How long each function takes.",
            kind: Kind::Decimal { min: 0.0, max: 5.0, default: 0.5, step: 0.1, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "Three of five", arguments: "" },
        Preset { name: "Cancel at once", arguments: "cancel=0" },
        Preset { name: "Too late", arguments: "cancel=6" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "Five timers are due after 1, 2, 3, 4 and 5 seconds, and the function of each takes half a second. After \
               3.2 seconds all five are cancelled. What becomes of the third function?",
        choices: &[
            "It is stopped in the middle of its work",
            "It works on to its end",
            "It begins again later",
        ],
        because: "It began after 3 seconds, and a cancel stops only a timer whose function has not begun. So the \
                  third function works on to its end. The fourth and the fifth never begin.",
    },
    look_for: &[
        "“Shared objects” counts the pending timers: five at first, one less each time a function begins, and none \
         when the rest have been cancelled. Each timer has a clock, whose hand is back at the top when it is due. A \
         clock that is crossed out stands where the cancel stopped it.",
        "In the timeline and in the table of threads a timer has its lane and its row from the moment when its \
         function begins, for the function runs on a thread of its own. Timers that are cancelled never show up \
         there.",
        "In the output, “is at work already” says that the cancel came too late. The main thread then waits for that \
         timer to end, as for any other thread.",
    ],
    try_this: &[
        "Choose “Cancel at once”: no function runs, and the run is over at once.",
        "Choose “Too late”: all functions have run, and each cancel comes too late, which is no error.",
        "Set “Apart” to 0. All timers are due at the same moment and run at the same time, each on a thread of its \
         own, so none has to wait until another's work is done.",
    ],
    why: &[
        "A timer is like a thread that begins with a wait. A cancel ends the wait and with it the timer; once the \
         function has begun, it comes too late. Nobody can stop a function from outside.",
        "So there is a race between the timer and whoever cancels it, and exactly one of them wins. Here cancel tells \
         which one it was. In Python it returns nothing, so a program that has to know must write it down in the \
         function itself.",
        "A pending timer needs no core, and here not even a worker of its own: all that are pending lie in one \
         heap, ordered by when they are due, and a single worker waits for the first of them.",
    ],
    python: r#"import threading
import time

TIMERS = 5
APART = 0.2
WORK = 0.1
started = {}
begun = {}
ended = {}


def ring(number):
    begun[number] = time.monotonic()
    print(f"Timer-{number}: {number * APART:.1f} s are over, I begin")
    time.sleep(WORK)
    print(f"Timer-{number}: done")
    ended[number] = time.monotonic()


timers = {}
for number in range(1, TIMERS + 1):
    timers[number] = threading.Timer(number * APART, ring, args=(number,))  # (1)
    started[number] = time.monotonic()
    timers[number].start()  # (2)
starts_once = False
try:
    timers[1].start()
except RuntimeError as refused:
    starts_once = True
    print(f"Main thread: {refused}")

print(f"Main thread: timers started: {TIMERS}; I sleep")
time.sleep(3.25 * APART)
cancelled = set()
for number, timer in timers.items():
    timer.cancel()  # (3)
    if number in ended:
        outcome = "done already"
    elif number in begun:
        outcome = "at work already"
    else:
        outcome = "cancelled"
        cancelled.add(number)
    print(f"Main thread: Timer-{number} is {outcome}")
for timer in timers.values():
    timer.join()  # (4)


def yes_or_no(claim):
    return "yes" if claim else "no"


one_of_both = all((number in begun) != (number in cancelled) for number in timers)
in_time = all(begun[number] >= started[number] + number * APART for number in begun)
print("Each function ran or was cancelled, never both:", yes_or_no(one_of_both))
print("Each function that began came to its end:", yes_or_no(begun.keys() == ended.keys()))
print("No function began before its time:", yes_or_no(in_time))
print("A timer starts only once:", yes_or_no(starts_once))
"#,
};

#[cfg(test)]
mod tests {
    use crate::Findings;

    fn run(arguments: &str) -> Findings {
        Findings::parse(&crate::run("start-and-cancel", arguments).unwrap())
    }

    #[test]
    fn timers_that_are_far_away_are_cancelled() {
        let findings = run("timers=3&apart=5&cancel=0");
        assert_eq!(findings.sentence, "Timers: 3. Ran their function: 0; cancelled: 3.");
        assert_eq!(findings.answer, None);
    }

    #[test]
    fn timers_that_were_cancelled_did_not_run() {
        let findings = run("timers=4&apart=0&cancel=0.2&work=0.4");
        let number = |label: &str| {
            let numbers = findings.facts.iter().filter_map(|fact| match fact {
                crate::Fact::Figure(name, value) if name == label => value.parse::<usize>().ok(),
                _ => None,
            });
            numbers.sum::<usize>()
        };
        assert_eq!(number("functions that ran") + number("timers cancelled"), 4, "{findings:?}");
        let at_work = number("of them at work when the cancel came");
        assert_eq!(findings.answer, (at_work > 0).then_some(1), "{findings:?}");
        assert!(findings.all_held());
    }
}
