//! A lock: one thread at a time between acquire and release.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;
use threadlab_threads::{Lock, clock, lock, output, say, thread};

/// What the threads share.
struct Shared {
    printing: Lock<()>,
    /// Where the main thread meets each thread that has begun before it starts the next.
    begun: Barrier,
    /// The number of the thread that printed last; 0 before the first line.
    last: AtomicU32,
    /// How often a line came from another thread than the line before.
    changes: AtomicU32,
}

/// What each thread runs: says that it begins, prints its lines, says that it ends.
fn run(shared: &Shared, number: u32, period: Duration, lines: u32, use_lock: bool) {
    say!("Starting Thread-{number}");
    shared.begun.wait();
    if use_lock {
        let _guard = shared.printing.lock(); // (1)
        print_time(shared, number, period, lines);
    } else {
        print_time(shared, number, period, lines);
    }
    say!("Exiting Thread-{number}");
}

fn print_time(shared: &Shared, number: u32, period: Duration, lines: u32) {
    for line in 1..=lines {
        thread::sleep(period);
        say!("Thread-{number}: {}", clock::wall());
        if shared.last.swap(number, Ordering::Relaxed) != number {
            shared.changes.fetch_add(1, Ordering::Relaxed);
        }
        output::progress(line, lines);
    }
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let use_lock = arguments.switch("lock");
    let count = arguments.whole("threads");
    let lines = arguments.whole("lines");
    let mut period = Duration::from_secs_f64(arguments.decimal("period"));
    let slower = Duration::from_secs_f64(arguments.decimal("slower"));
    let shared = Arc::new(Shared {
        printing: lock::named("printing", ()),
        begun: Barrier::new(2),
        last: AtomicU32::new(0),
        changes: AtomicU32::new(0),
    });

    let mut threads = Vec::new();
    for number in 1..=count {
        let theirs = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name(format!("Thread-{number}"))
            .spawn(move || run(&theirs, number, period, lines, use_lock)) // (2)
            .map_err(|error| format!("Thread-{number} of {count} did not start: {error}"))?;
        // Without this the threads would begin in any order, and so ask for the lock in any order.
        shared.begun.wait();
        threads.push(thread);
        period += slower;
    }
    for thread in threads {
        thread.join()?; // (3)
    }
    say!("Exiting Main Thread");

    // Unmixed, each thread's lines are one block: as many blocks as threads.
    let blocks = shared.changes.load(Ordering::Relaxed);
    let mixed = blocks > count;
    let findings = match (use_lock, mixed) {
        (true, _) => Findings::new(format!("With the lock. Threads: {count}. Blocks of lines: {blocks}."))
            .held("every thread's lines in one piece", !mixed),
        (false, true) => Findings::new(format!("Without the lock. Threads: {count}. Blocks of lines: {blocks}."))
            .seen("every thread's lines in one piece", false),
        (false, false) => Findings::new(format!(
            "Without the lock. Threads: {count}. Blocks of lines: {blocks}. Nothing keeps the lines from mixing; this \
             time it just did not happen."
        ))
        .seen("every thread's lines in one piece", true),
    };
    let mut findings = findings.figure("lines of each thread", lines);
    // Lines that happen not to mix show nothing, and neither does a thread alone.
    if mixed || (use_lock && count > 1) {
        findings = findings.answer(usize::from(!mixed));
    }
    Ok(findings)
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "lock",
    title: "Lock",
    chapter: Chapter::Locks,
    order: 1,
    summary: "Several threads print; a lock lets one finish all its lines before the next begins.",
    parameters: &[
        Parameter {
            name: "lock",
            label: "Use the lock",
            help: "Held from a thread's first line to its last.",
            kind: Kind::Switch { default: true },
        },
        Parameter {
            name: "threads",
            label: "Threads",
            help: "How many print.",
            kind: Kind::Whole { min: 1, max: 95, default: 2, unit: "" },
        },
        Parameter {
            name: "lines",
            label: "Lines",
            help: "How many each thread prints.",
            kind: Kind::Whole { min: 1, max: 100, default: 3, unit: "" },
        },
        Parameter {
            name: "period",
            label: "Period",
            help: "Thread-1's sleep before each line.",
            kind: Kind::Decimal { min: 0.1, max: 10.0, default: 1.0, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "slower",
            label: "Slower by",
            help: "Added to the period of each next thread.",
            kind: Kind::Decimal { min: 0.0, max: 10.0, default: 1.0, step: 0.1, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "With the lock", arguments: "" },
        Preset { name: "No lock", arguments: "lock=off" },
        Preset { name: "Five, locked", arguments: "threads=5&period=0.3&slower=0.1" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "Thread-1 holds the lock and sleeps for a second between its lines. Can Thread-2 print a line during \
               that second?",
        choices: &["Yes", "No"],
        because: "Sleeping does not release a lock, so with the lock Thread-2 waits until Thread-1 has printed its \
                  last line. Without the lock nothing keeps it from printing, and the lines mix.",
    },
    look_for: &[
        "With the lock, one lane at a time alternates between sleep and a moment of work, and the others are \
         hatched: they wait. The lock's own lane below shows who holds it, and “Shared objects” shows who stands \
         in its queue.",
        "“Starting …” is printed before the lock, so all threads say it early. Then come the lines of Thread-1, all \
         together, because it was the first to ask; only when it has released the lock come those of another.",
        "Between two lines the holder's lane is thin: it sleeps, and keeps the lock all the same. The others go on \
         waiting.",
    ],
    try_this: &[
        "Turn “Use the lock” off and run again: the lines mix, and the run takes as long as the slowest thread \
         instead of the sum of all.",
        "Choose “Five, locked” and watch the queue get shorter by one each time a thread exits.",
        "Use one thread: it behaves alike with the lock and without, because nobody else asks for it.",
    ],
    why: &[
        "A lock is either free or held by one thread. Acquire takes it if it is free, and otherwise makes the \
         thread wait until it is; release gives it back and wakes a thread that waits. So what stands between the \
         two is never run by two threads at once.",
        "The price is time: threads that could have overlapped now come one after another. So a lock should be \
         held for as short a time as possible. To sleep while holding it, as this demo does to make it visible, is \
         what a real program avoids.",
        "Which of several waiting threads gets the lock next is not promised. It is often the one that waited \
         longest, but a program must not rely on that.",
    ],
    python: r#"import threading
import time
from datetime import datetime

USE_LOCK = True
LINES = 3
printing = threading.Lock()
blocks = []


def print_time(number, period):
    for _ in range(LINES):
        time.sleep(period)
        print(f"Thread-{number}: {datetime.now():%H:%M:%S}")
        if not blocks or blocks[-1] != number:
            blocks.append(number)


def run(number, period):
    print(f"Starting Thread-{number}")
    if USE_LOCK:
        with printing:  # (1)
            print_time(number, period)
    else:
        print_time(number, period)
    print(f"Exiting Thread-{number}")


threads = []
for number in (1, 2):
    thread = threading.Thread(target=run, args=(number, number * 0.2))
    thread.start()  # (2)
    threads.append(thread)
for thread in threads:
    thread.join()  # (3)
print("Exiting Main Thread")
print("Every thread's lines in one piece:", "yes" if len(blocks) == len(threads) else "no")
"#,
};

#[cfg(test)]
mod tests {
    #[test]
    fn with_the_lock_nothing_mixes() {
        let result = crate::run("lock", "lock=on&threads=3&lines=2&period=0.1&slower=0").unwrap();
        assert!(result.contains("Threads: 3. Blocks of lines: 3."), "{result}");
    }

    #[test]
    fn without_the_lock_it_runs_too() {
        let result = crate::run("lock", "lock=off&threads=2&lines=3&period=0.1&slower=0").unwrap();
        assert!(result.contains("Without the lock. "), "{result}");
    }
}
