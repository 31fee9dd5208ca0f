//! Thread objects: a thing with data of its own and a method that a thread of its own runs.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use std::time::Duration;
use threadlab_threads::thread::{self, Builder, JoinHandle};
use threadlab_threads::{output, say};

/// A countdown that has a thread to itself: its data, and what it does with them.
struct Countdown {
    name: String,
    from: u32,
    period: Duration,
}

impl Countdown {
    /// Makes the thread. It does nothing before it is started.
    fn into_thread(self) -> JoinHandle<u32> {
        let name = self.name.clone();
        Builder::new().name(name).build(move || self.run()) // (1)
    }

    /// What the thread does. Whoever joins it gets the number of steps that it took.
    fn run(self) -> u32 {
        say!("Starting {}", self.name);
        let mut steps = 0;
        while steps < self.from {
            thread::sleep(self.period);
            say!("{}: {}", self.name, self.from - steps);
            steps += 1;
            output::progress(steps, self.from);
        }
        say!("Exiting {}", self.name);
        steps
    }
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let join = arguments.switch("join");
    let count = arguments.whole("threads");
    let from = arguments.whole("from");
    let mut period = Duration::from_secs_f64(arguments.decimal("period"));
    let slower = Duration::from_secs_f64(arguments.decimal("slower"));

    let mut threads = Vec::new();
    for number in 1..=count {
        let countdown = Countdown { name: format!("Thread-{number}"), from, period };
        threads.push(countdown.into_thread());
        period += slower;
    }
    let too_early = threads.iter().any(|thread| thread.thread().is_alive());
    say!("Main thread: objects made: {count}, still at rest");

    for (number, thread) in (1..).zip(&threads) {
        let started = thread.start(); // (2)
        started.map_err(|error| format!("Thread-{number} of {count} did not start: {error}"))?;
    }
    let mut steps = 0;
    if join {
        for thread in &threads {
            steps += thread.join()?; // (3)
        }
    }
    let alive = threads.iter().filter(|thread| thread.thread().is_alive()).count();
    say!("Exiting Main Thread"); // (4)

    let way = if join { "With join" } else { "Without join" };
    let mut findings = Findings::new(format!(
        "{way}. Threads alive when the main thread came to its last line: {alive} of {count}."
    ))
    .held("no thread ran before its start", !too_early);
    findings = if join {
        findings
            .held("the others had ended when the main thread came to its last line", alive == 0)
            .held("every join brought all steps of its thread", steps == count * from)
    } else {
        // Nobody waited for them; whether they are through by now is chance.
        findings.seen("the others had ended when the main thread came to its last line", alive == 0)
    };
    Ok(findings.answer(usize::from(alive == 0)))
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "thread-objects",
    title: "Thread objects",
    chapter: Chapter::Threads,
    order: 2,
    summary: "A thread as an object with data and a run method of its own; with join the main thread waits for it.",
    parameters: &[
        Parameter {
            name: "join",
            label: "Join the threads",
            help: "Whether the main thread waits for the others before its last line.",
            kind: Kind::Switch { default: false },
        },
        Parameter {
            name: "threads",
            label: "Threads",
            help: "How many objects are made and started.",
            kind: Kind::Whole { min: 1, max: 32, default: 3, unit: "" },
        },
        Parameter {
            name: "from",
            label: "Count from",
            help: "Where each countdown begins.",
            kind: Kind::Whole { min: 1, max: 10, default: 5, unit: "" },
        },
        Parameter {
            name: "period",
            label: "Period",
            help: "Thread-1's sleep before each number.",
            kind: Kind::Decimal { min: 0.1, max: 2.0, default: 0.6, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "slower",
            label: "Slower by",
            help: "Added to the period of each next thread.",
            kind: Kind::Decimal { min: 0.0, max: 0.2, default: 0.2, step: 0.05, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "Without join", arguments: "" },
        Preset { name: "With join", arguments: "join=on" },
        Preset { name: "Twelve, joined", arguments: "join=on&threads=12&period=0.3&slower=0.05" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "The main thread has started three threads that count down, and has no work of its own. How many of \
               them are still alive when it comes to its last line, “Exiting Main Thread”?",
        choices: &["Some or all of them", "None: that line comes last"],
        because: "Starting a thread does not wait for it. Without join the main thread goes straight on to its \
                  last line while the others count. With join it gets there only when every one of them has ended.",
    },
    look_for: &[
        "In the output, find “Exiting Main Thread”. Without join it stands near the top, above nearly all numbers; \
         with join it is the very last line.",
        "In the timeline the main thread's lane shows the difference: without join it ends almost at once, with \
         join it is dotted until the slowest of the others has ended.",
        "Without join the run does not end with the main thread. It goes on until all lanes have ended, and only \
         then does the result appear.",
    ],
    try_this: &[
        "Turn “Join the threads” on and off and compare the place of “Exiting Main Thread”. All other lines stay \
         much as they were.",
        "Use 12 threads with join. The main thread joins Thread-1 first, then Thread-2 and so on. Since each is a \
         little slower than the one before, its dotted lane has a short break whenever one ends.",
        "Set “Slower by” to 0: all end together. The first join takes all the time, and the others find that there \
         is nothing left to wait for.",
    ],
    why: &[
        "A thread object keeps together what belongs together: the data of one piece of work and the method that \
         does it. To make the object and to start its thread are two steps. In between, it can be kept in a list, \
         handed on or given a name, and no line of its method has run.",
        "Join means: wait here until that thread has ended. It is also the moment at which the thread's result can \
         be had, since before its end there is none. In this program each countdown hands back how many steps it \
         took.",
        "A program does not end while one of its threads is alive, unless that is a daemon. So forgetting to join \
         loses no work here; but whatever the main thread does after the start, it does without knowing how far \
         the others are.",
    ],
    python: r#"import threading
import time

JOIN = True
FROM = 4


class Countdown(threading.Thread):
    def __init__(self, name, period):  # (1)
        super().__init__(name=name)
        self.period = period
        self.steps = 0

    def run(self):
        print(f"Starting {self.name}")
        while self.steps < FROM:
            time.sleep(self.period)
            print(f"{self.name}: {FROM - self.steps}")
            self.steps += 1
        print(f"Exiting {self.name}")


threads = [Countdown(f"Thread-{number}", 0.1 + 0.04 * number) for number in (1, 2, 3)]
too_early = any(thread.is_alive() for thread in threads)
print("Main thread: objects made: 3, still at rest")

for thread in threads:
    thread.start()  # (2)
if JOIN:
    for thread in threads:
        thread.join()  # (3)
alive = sum(thread.is_alive() for thread in threads)
steps = sum(thread.steps for thread in threads)
print("Exiting Main Thread")  # (4)

print("No thread ran before its start:", "no" if too_early else "yes")
print("The others had ended when the main thread came to its last line:", "yes" if alive == 0 else "no")
if JOIN:
    print("Every join brought all steps of its thread:", "yes" if steps == 3 * FROM else "no")
"#,
};

#[cfg(test)]
mod tests {
    use crate::Findings;

    #[test]
    fn with_join_the_main_thread_is_last() {
        let result = crate::run("thread-objects", "join=on&threads=3&from=2&period=0.1&slower=0").unwrap();
        let findings = Findings::parse(&result);
        assert!(
            findings
                .sentence
                .starts_with("With join. Threads alive when the main thread came to its last line: 0 of 3."),
            "{findings:?}"
        );
        assert_eq!((findings.facts.len(), findings.answer), (3, Some(1)), "{findings:?}");
        assert!(findings.all_held());
    }

    #[test]
    fn without_join_the_answer_fits_what_was_seen() {
        let result = crate::run("thread-objects", "join=off&threads=2&from=10&period=2").unwrap();
        let findings = Findings::parse(&result);
        assert!(findings.sentence.starts_with("Without join. "), "{findings:?}");
        let none_alive = findings.sentence.starts_with("Without join: 0 of ");
        let all_had_ended = findings.plain().contains("came to its last line: yes");
        assert_eq!((all_had_ended, findings.answer), (none_alive, Some(usize::from(none_alive))));
    }
}
