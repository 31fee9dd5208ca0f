//! Ten hellos: processes take turns by a lock that lies outside of all of them.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;
use std::time::Duration;
use threadlab_processes::sync::Lock;
use threadlab_processes::{Error, Process, StartMethod, Value};
use threadlab_threads::{lock, output, say, thread};

/// A lock in the program's own memory: each process has one, of which the others know nothing.
static OWN: LazyLock<threadlab_threads::Lock<()>> = LazyLock::new(|| lock::named("own", ()));

#[derive(Clone, Copy, Serialize, Deserialize)]
enum Held {
    Shared,
    Own,
    Nothing,
}

/// What each process gets, as a copy in its own memory. The things themselves are in none of them.
#[derive(Clone, Serialize, Deserialize)]
struct Plan {
    held: Held,
    lines: u32,
    pause: Duration,
    printing: Lock,
    /// The number of the process that printed last; 0 before the first line.
    last: Value<u32>,
    /// How often a line came from another process than the line before.
    changes: Value<u32>,
}

/// What each process runs.
fn say_hello((number, plan): (u32, Plan)) -> Result<(), Error> {
    match plan.held {
        Held::Shared => {
            let _guard = plan.printing.lock()?; // (1)
            print_lines(number, &plan)
        }
        Held::Own => {
            let _guard = OWN.lock();
            print_lines(number, &plan)
        }
        Held::Nothing => print_lines(number, &plan),
    }
}

fn print_lines(number: u32, plan: &Plan) -> Result<(), Error> {
    for line in 1..=plan.lines {
        thread::sleep(plan.pause);
        say!("Process {number} says hello, {line} of {}", plan.lines);
        let mut before = 0;
        plan.last.update(|last| {
            before = last;
            number
        })?;
        if before != number {
            plan.changes.update(|changes| changes + 1)?;
        }
        output::progress(line, plan.lines);
    }
    Ok(())
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let count = arguments.whole("processes");
    let method: StartMethod = arguments.choice("method").parse()?;
    let plan = Plan {
        held: match arguments.choice("lock") {
            "shared" => Held::Shared,
            "own" => Held::Own,
            _ => Held::Nothing,
        },
        lines: arguments.whole("lines"),
        pause: Duration::from_secs_f64(arguments.decimal("pause")),
        printing: Lock::named("printing")?, // (2)
        last: Value::new(0)?,
        changes: Value::new(0)?,
    };

    let mut processes = Vec::new();
    for number in 1..=count {
        let process = Process::by(method, say_hello, (number, plan.clone())) // (3)
            .named(format!("Hello-{number}"));
        process.start()?;
        processes.push(process);
    }
    let mut all_well = true;
    for process in &processes {
        all_well &= process.join()? == 0; // (4)
    }

    // Unmixed, each process's lines are one block: as many blocks as processes.
    let blocks = plan.changes.get()?;
    let mixed = blocks > count;
    let findings = match plan.held {
        Held::Shared => {
            Findings::new(format!("Processes under one lock: {count}. Blocks of lines: {blocks}."))
                .held("every process's lines in one piece", !mixed)
        }
        Held::Own => Findings::new(format!(
            "Processes, each under a lock in its own memory: {count}. Blocks of lines: {blocks}."
        ))
        .seen("every process's lines in one piece", !mixed),
        Held::Nothing => {
            Findings::new(format!("Processes without a lock: {count}. Blocks of lines: {blocks}."))
                .seen("every process's lines in one piece", !mixed)
        }
    };
    let mut findings =
        findings.held("every process ended well", all_well).figure("lines of each process", plan.lines);
    // Without the lock that the parent gives them, or with one process, the run shows nothing about it.
    if matches!(plan.held, Held::Shared) && count > 1 {
        findings = findings.answer(usize::from(mixed));
    }
    Ok(findings)
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "ten-hellos",
    title: "Ten hellos",
    chapter: Chapter::Processes,
    order: 2,
    summary: "Ten processes say hello, one after another, by a lock that all of them can reach.",
    parameters: &[
        Parameter {
            name: "lock",
            label: "The lock",
            help: "Held from a process's first line to its last.",
            kind: Kind::Choice {
                options: &[
                    ("shared", "one, between the processes"),
                    ("own", "one in each process's memory"),
                    ("none", "none"),
                ],
                default: "shared",
            },
        },
        Parameter {
            name: "processes",
            label: "Processes",
            help: "How many say hello.",
            kind: Kind::Whole { min: 1, max: 30, default: 10, unit: "" },
        },
        Parameter {
            name: "lines",
            label: "Lines",
            help: "How many each process prints.",
            kind: Kind::Whole { min: 1, max: 6, default: 3, unit: "" },
        },
        Parameter {
            name: "pause",
            label: "Pause",
            help: "A process's sleep before each line.",
            kind: Kind::Decimal { min: 0.0, max: 1.0, default: 0.25, step: 0.05, unit: "s" },
        },
        Parameter {
            name: "method",
            label: "Started by",
            help: "How each process is started, and what its memory begins with.",
            kind: Kind::Choice {
                options: &[
                    ("spawn", "spawn: a fresh memory"),
                    ("fork", "fork: a copy of the parent's"),
                    ("forkserver", "forkserver: a copy of a clean one"),
                ],
                default: "spawn",
            },
        },
    ],
    presets: &[
        Preset { name: "One lock for all", arguments: "" },
        Preset { name: "A lock each", arguments: "lock=own" },
        Preset { name: "No lock", arguments: "lock=none" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "Ten processes, each with a memory of its own, take the lock that their parent has given them before \
               they print their lines. What does the output look like?",
        choices: &["The lines of each process come together", "The lines of several processes mix"],
        because: "A lock that is made for processes lies outside of their memories, and what each of them is given \
                  leads to that one lock. A lock in a process's own memory keeps only the threads of that process \
                  apart, so the others' lines come in between.",
    },
    look_for: &[
        "The table of threads has a heading for each process. When all of them are there, one at a time sleeps and \
         prints, while the main threads of the others wait for the lock.",
        "In the output the lines of each process come in one piece. Which process comes next is another matter: it \
         need not be the one that was started first.",
        "The parent does nothing meanwhile but wait for its children, one after another, in the order in which it \
         started them.",
    ],
    try_this: &[
        "Choose “A lock each”, a lock in each process's own memory. Every process gets its lock at once, nobody \
         waits, and the lines mix as if there were no lock.",
        "Choose “No lock” and note the time: the processes sleep at the same time, so the run takes little longer \
         than one of them alone.",
        "Start them by fork, with a lock in each memory. The lock was free when the memory was copied, and each \
         copy is a lock of its own again.",
    ],
    why: &[
        "A lock is a word in memory that says whether it is taken. Processes have no memory in common, so they \
         need a word that lies somewhere else: in the operating system, or, here, in a further memory that belongs \
         to the whole run.",
        "What the parent gives to a child is only the number of that lock. It travels as bytes, like every \
         argument of a process, and leads to the same lock again when it has arrived.",
        "Printing whole lines needs no lock here: a line never mixes with another. What the lock keeps together \
         are several lines.",
    ],
    python: r#"import multiprocessing
import time

PROCESSES = 10
LINES = 3


def say_hello(number, printing, last, changes):
    with printing:  # (1)
        for line in range(1, LINES + 1):
            time.sleep(0.01)
            print(f"Process {number} says hello, {line} of {LINES}", flush=True)
            if last.value != number:
                last.value = number
                changes.value += 1


if __name__ == "__main__":
    printing = multiprocessing.Lock()  # (2)
    last = multiprocessing.Value("i", 0)
    changes = multiprocessing.Value("i", 0)
    processes = []
    for number in range(1, PROCESSES + 1):
        process = multiprocessing.Process(target=say_hello, args=(number, printing, last, changes))  # (3)
        process.start()
        processes.append(process)
    for process in processes:
        process.join()  # (4)

    print(f"Processes under one lock: {PROCESSES}. Blocks of lines: {changes.value}.")
    print("Every process's lines in one piece:", "yes" if changes.value == PROCESSES else "no")
    print("Every process ended well:", "yes" if all(process.exitcode == 0 for process in processes) else "no")
"#,
};

#[cfg(test)]
mod tests {
    #[test]
    fn where_there_are_no_processes_it_says_so() {
        let error = crate::run("ten-hellos", "lock=own&lines=1&method=fork").unwrap_err().to_string();
        assert_eq!(error, "Process 'Hello-1': processes run in a browser only");
    }
}
