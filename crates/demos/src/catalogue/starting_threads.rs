//! Starting threads: each gets a function and its arguments.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use std::time::Duration;
use threadlab_threads::{clock, output, say, thread};

/// How many steps the main thread's own work has, of a second each.
const OWN_STEPS: u32 = 3;

/// What each thread runs: prints its name and the time, `ticks` times, `period` apart.
fn print_time(name: &str, period: Duration, ticks: u32) {
    for tick in 1..=ticks {
        thread::sleep(period); // (1)
        say!("{name}: {}", clock::wall());
        output::progress(tick, ticks);
    }
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let begin = clock::program_now();
    let count = arguments.whole("threads");
    let ticks = arguments.whole("ticks");
    let first = Duration::from_secs_f64(arguments.decimal("period"));
    let slower = Duration::from_secs_f64(arguments.decimal("slower"));

    let mut period = first;
    let mut threads = Vec::new();
    for number in 1..=count {
        let name = format!("Thread-{number}");
        let thread = thread::Builder::new()
            .name(&name)
            .spawn(move || print_time(&name, period, ticks)) // (2)
            .map_err(|error| format!("Thread-{number} of {count} did not start: {error}"))?;
        threads.push(thread);
        period += slower;
    }
    say!("Main thread: all started, and I go on with my own work");

    for step in 1..=OWN_STEPS {
        thread::sleep(Duration::from_secs(1));
        say!("Main thread: step {step} of {OWN_STEPS} of my own work");
        output::progress(step, OWN_STEPS);
    }
    let own_work = clock::program_now();

    for thread in threads {
        thread.join()?; // (3)
    }
    let all = clock::program_now().saturating_sub(begin).as_secs_f64();
    let own = own_work.saturating_sub(begin).as_secs_f64();
    // Thread-n's last tick comes after its period times the ticks; starting and waking take a little more.
    let slowest = arguments.decimal("period") + arguments.decimal("slower") * f64::from(count - 1);
    let alone = slowest * f64::from(ticks);
    // The question is about these settings, and only a run with them answers it.
    let is_asked = (count, ticks, first, slower) == (2, 5, Duration::from_secs(2), Duration::from_secs(2));
    let nearest = [10.0, 20.0, 30.0].iter().position(|seconds| is_asked && (all - seconds).abs() < 2.0);
    let mut findings =
        Findings::new(format!("Threads: {count}. Ticks of each: {ticks}. All was done after {all:.1} s."))
            .seen("no thread ended before its last tick", all >= alone)
            .seen("as long as the slowest thread alone", all < alone * 1.5)
            .figure("the main thread's own work was done after", format_args!("{own:.1} s"));
    findings.answer = nearest;
    Ok(findings)
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "starting-threads",
    title: "Starting threads",
    chapter: Chapter::Threads,
    order: 1,
    summary: "Give each thread a function and its arguments; the main thread goes on meanwhile.",
    parameters: &[
        Parameter {
            name: "threads",
            label: "Threads",
            help: "How many are started beside the main thread. There is room for 95.",
            kind: Kind::Whole { min: 1, max: 256, default: 2, unit: "" },
        },
        Parameter {
            name: "period",
            label: "Period",
            help: "Thread-1's sleep before each tick.",
            kind: Kind::Decimal { min: 0.1, max: 10.0, default: 2.0, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "slower",
            label: "Slower by",
            help: "Added to the period of each next thread.",
            kind: Kind::Decimal { min: 0.0, max: 10.0, default: 2.0, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "ticks",
            label: "Ticks",
            help: "How often each thread prints.",
            kind: Kind::Whole { min: 1, max: 100, default: 5, unit: "" },
        },
    ],
    presets: &[
        Preset { name: "Two threads", arguments: "" },
        Preset { name: "All alike", arguments: "threads=4&slower=0&period=1" },
        Preset { name: "Sixteen", arguments: "threads=16&period=0.5&slower=0.2&ticks=3" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "Thread-1 ticks five times, every 2 seconds; Thread-2 ticks five times, every 4 seconds. How long does \
               the whole run take: 10, 20 or 30 seconds?",
        choices: &["10 seconds", "20 seconds", "30 seconds"],
        because: "It takes as long as Thread-2 alone. While one thread sleeps, the other goes on, so their times overlap and do not \
                  add up.",
    },
    look_for: &[
        "In the timeline every thread has a lane of its own. Most of a lane is thin: the thread sleeps. At each \
         tick it wakes for a moment, prints a line and sleeps again.",
        "The main thread's lane does not stop when it starts the others. It does its own three steps, and only \
         then waits for the others to end.",
        "In the output, two ticks of Thread-1 come for each tick of Thread-2: nobody arranged that, it follows \
         from their periods.",
    ],
    try_this: &[
        "Set “Slower by” to 0, so that all threads tick at the same moment, and run it a few times. \
         The order of the lines within a moment may differ from run to run.",
        "Choose “Sixteen”. The run takes as long as the slowest thread, about ten seconds, and not the sum of all, \
         which is well over a minute.",
        "Ask for 256 threads. Every thread costs memory for its stack and a worker of the browser, so there is a \
         limit. The program is told when it is reached, and ends with the message that you see in the result.",
    ],
    why: &[
        "Starting a thread hands a function and its arguments to a second flow of control and returns at once, \
         without waiting for the function. From then on both go on independently, and the operating system decides \
         which of them runs when.",
        "A sleeping thread needs no core. That is why many of them can sleep at the same time, and why the run \
         takes only as long as the slowest alone.",
        "Join is the one place where the main thread waits for another: it returns when that thread has ended. \
         Without it the main thread would come to its own end first, after its three steps.",
    ],
    python: r#"import threading
import time
from datetime import datetime

PERIOD = 0.2
TICKS = 5


def print_time(name, period):
    for _ in range(TICKS):
        time.sleep(period)  # (1)
        print(f"{name}: {datetime.now():%H:%M:%S}")


begin = time.monotonic()
threads = []
for number in (1, 2):
    name = f"Thread-{number}"
    thread = threading.Thread(target=print_time, args=(name, PERIOD * number))
    thread.start()  # (2)
    threads.append(thread)
print("Main thread: all started, and I go on with my own work")

for step in (1, 2, 3):
    time.sleep(0.1)
    print(f"Main thread: step {step} of 3 of my own work")

for thread in threads:
    thread.join()  # (3)
taken = time.monotonic() - begin
print("All the ticks took:", f"{taken:.1f} s")
print("No thread ended before its last tick:", "yes" if taken >= 2 * PERIOD * TICKS else "no")
print("As long as the slowest thread alone:", "yes" if taken < 1.5 * 2 * PERIOD * TICKS else "no")
"#,
};

#[cfg(test)]
mod tests {
    #[test]
    fn runs_to_its_result() {
        let result = crate::run("starting-threads", "threads=3&period=0.1&slower=0&ticks=2").unwrap();
        assert!(result.contains("Threads: 3. Ticks of each: 2. All was done after "), "{result}");
    }
}
