//! Shared memory: a number and a row of numbers that several processes change, with and without their locks.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use threadlab_processes::sync::Barrier;
use threadlab_processes::{Array, Error, Process, Value};
use threadlab_threads::{output, say, thread};

#[derive(Clone, Copy, Serialize, Deserialize)]
enum Way {
    NoLock,
    LockEachTime,
    LockThroughout,
}

/// What each process gets. The numbers themselves are in memory that all of them share.
#[derive(Clone, Serialize, Deserialize)]
struct Plan {
    way: Way,
    additions: u32,
    /// How long a process thinks between reading and writing.
    gap: Duration,
    /// All add to this one.
    total: Value<u32>,
    /// Each counts in an element of its own.
    own: Array<u32>,
    /// Where all wait until the last one is there.
    start: Barrier,
}

/// What each process runs.
fn add_many((place, plan): (usize, Plan)) -> Result<(), Error> {
    plan.start.wait()?;
    for done in 1..=plan.additions {
        match plan.way {
            Way::NoLock => {
                let seen = plan.total.get_unlocked()?;
                thread::sleep(plan.gap);
                plan.total.set_unlocked(seen + 1)?;
            }
            Way::LockEachTime => {
                let seen = plan.total.get()?; // (1)
                thread::sleep(plan.gap);
                plan.total.set(seen + 1)?; // (2)
            }
            Way::LockThroughout => {
                let _guard = plan.total.get_lock().lock()?; // (3)
                let seen = plan.total.get()?;
                thread::sleep(plan.gap);
                plan.total.set(seen + 1)?;
            }
        }
        // Nobody else writes to this element, so it needs no lock.
        plan.own.set_unlocked(place, done)?; // (4)
        output::progress(done, plan.additions);
    }
    Ok(())
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let count = arguments.whole("processes");
    let plan = Plan {
        way: match arguments.choice("lock") {
            "none" => Way::NoLock,
            "each" => Way::LockEachTime,
            _ => Way::LockThroughout,
        },
        additions: arguments.whole("additions"),
        gap: Duration::from_secs_f64(arguments.decimal("gap") / 1e3),
        total: Value::named("total", 0)?,          // (5)
        own: Array::named("own", count as usize)?, // (6)
        start: Barrier::named("start", count)?,
    };
    let mut processes = Vec::new();
    for place in 0..count as usize {
        let process = Process::new(add_many, (place, plan.clone())).named(format!("Adder-{}", place + 1));
        process.start()?;
        processes.push(process);
    }
    for process in &processes {
        process.join()?;
    }

    let expected = count * plan.additions;
    let total = plan.total.get()?;
    let own = plan.own.to_vec()?;
    say!("The total is {total}, and the row is {own:?}");
    let lost = expected.saturating_sub(total);
    let findings =
        Findings::new(format!("Processes: {count}. Added by all together: {expected}. The total: {total}."))
            .held("every element has its process's additions", own.iter().all(|own| *own == plan.additions))
            .held("never more than was added", total <= expected);
    let findings = match plan.way {
        Way::LockThroughout => findings.held("every addition is in the total", lost == 0),
        _ => findings.seen("every addition is in the total", lost == 0),
    };
    let mut findings = findings.figure("the row", format_args!("{own:?}")).figure("additions lost", lost);
    // Processes that happen not to read the same number show nothing.
    if lost > 0 || count == 1 || matches!(plan.way, Way::LockThroughout) {
        findings = findings.answer(usize::from(lost > 0));
    }
    Ok(findings)
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "shared-memory",
    title: "Shared value and array",
    chapter: Chapter::Processes,
    order: 8,
    summary: "Processes count in memory that they share; the lock has to be held long enough.",
    parameters: &[
        Parameter {
            name: "lock",
            label: "The value's lock",
            help: "When a process holds it.",
            kind: Kind::Choice {
                options: &[
                    ("none", "never"),
                    ("each", "to read, and again to write"),
                    ("throughout", "from the read to the write"),
                ],
                default: "each",
            },
        },
        Parameter {
            name: "processes",
            label: "Processes",
            help: "How many add at the same time.",
            kind: Kind::Whole { min: 1, max: 12, default: 3, unit: "" },
        },
        Parameter {
            name: "additions",
            label: "Additions",
            help: "How often each process adds one.",
            kind: Kind::Whole { min: 1, max: 200, default: 25, unit: "" },
        },
        Parameter {
            name: "gap",
            label: "Gap",
            help: "A process's sleep between its read and its write.",
            kind: Kind::Decimal { min: 0.0, max: 200.0, default: 80.0, step: 10.0, unit: "ms" },
        },
    ],
    presets: &[
        Preset { name: "A lock each time", arguments: "" },
        Preset { name: "A lock throughout", arguments: "lock=throughout" },
        Preset { name: "No lock", arguments: "lock=none" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "A shared value has a lock of its own: reading takes it for a moment, and so does writing. Three \
               processes read the total, think, and write it back with one added. Does the total have all the \
               additions in the end?",
        choices: &["Yes, all of them", "No, some are lost"],
        because: "The lock protects the read, and it protects the write, but not what lies between. Two processes \
                  that both read 7 both write 8. Only a lock that is held from the read to the write, or a process \
                  that is alone, loses nothing.",
    },
    look_for: &[
        "The processes wait for each other at the start, so that all of them add at the same time. Their progress \
         in the table of threads is almost the same throughout.",
        "The total at the end is far below what was added; with three processes it is often about a third.",
        "The row is right in every run: each process counts in an element of its own, and needs no lock for that.",
    ],
    try_this: &[
        "Choose “A lock throughout”. Nothing is lost, and the processes take turns: it takes as long as all of \
         them one after another.",
        "Choose “No lock”. It makes hardly any difference to the total: a lock that is released between the read \
         and the write does not help.",
        "Make the gap 0 and run it several times. Now less is lost, perhaps nothing, and not the same each time: \
         it depends on when exactly the processes meet.",
    ],
    why: &[
        "Processes have their memories to themselves, but they can be given a piece that all of them see. A value \
         is one number there, an array a row of them. With the common memory comes what is known from threads: \
         somebody else can write between a read and its write.",
        "In Python, adding to a shared value with += reads it and then writes it, each under the value's lock, and \
         the lock is free in between. The way to do it is to hold the lock round both.",
        "Where it is possible, it is better not to share: let each process count on its own, and add up at the \
         end. The sum of the row is what the total should be.",
    ],
    python: r#"import multiprocessing
import time

PROCESSES = 3
ADDITIONS = 20


def add_many(place, throughout, total, own, start):
    start.wait()
    for done in range(1, ADDITIONS + 1):
        if throughout:
            with total.get_lock():  # (3)
                seen = total.value
                time.sleep(0.005)
                total.value = seen + 1
        else:
            seen = total.value  # (1)
            time.sleep(0.005)
            total.value = seen + 1  # (2)
        own.get_obj()[place] = done  # (4)


def run(throughout):
    total = multiprocessing.Value("i", 0)  # (5)
    own = multiprocessing.Array("i", PROCESSES)  # (6)
    start = multiprocessing.Barrier(PROCESSES)
    processes = [
        multiprocessing.Process(target=add_many, args=(place, throughout, total, own, start))
        for place in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    print(f"The total is {total.value}, and the row is {own[:]}", flush=True)
    return total.value, own[:]


def yes_or_no(claim, holds):
    print(f"{claim}: {'yes' if holds else 'no'}")


if __name__ == "__main__":
    expected = PROCESSES * ADDITIONS
    each_time, first_row = run(throughout=False)
    throughout, second_row = run(throughout=True)
    yes_or_no("Every element has its process's additions", first_row == second_row == [ADDITIONS] * PROCESSES)
    yes_or_no("Never more than was added", max(each_time, throughout) <= expected)
    yes_or_no("Every addition is in the total", throughout == expected)
"#,
};

#[cfg(test)]
mod tests {
    #[test]
    fn where_there_are_no_processes_it_says_so() {
        let error = crate::run("shared-memory", "processes=2&gap=0").unwrap_err().to_string();
        assert_eq!(error, "Process 'Adder-1': processes run in a browser only");
    }
}
