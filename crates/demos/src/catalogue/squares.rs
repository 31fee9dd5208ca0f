//! Squares: a pool of workers squares the numbers of a list.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use threadlab_threads::{Pool, clock, output, say, thread};

/// What became of one number.
struct Squared {
    square: u32,
    worker: String,
    /// How many squares were finished before this one.
    place: u32,
}

/// Squares a number. It takes a while, so that there is something to see.
fn square(number: u32, pause: Duration, finished: &AtomicU32) -> Squared {
    thread::sleep(pause);
    let square = number * number;
    let worker = thread::current().name();
    say!("{worker}: {number} × {number} = {square}");
    Squared { square, worker, place: finished.fetch_add(1, Ordering::Relaxed) }
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let workers = arguments.whole("workers");
    let count = arguments.whole("numbers");
    let pause = Duration::from_secs_f64(arguments.decimal("pause"));
    let slow = if arguments.switch("uneven") { 3 } else { 1 };

    let pool = Pool::named("squares", workers as usize)?; // (1)
    let finished = Arc::new(AtomicU32::new(0));
    let begin = clock::program_now();
    // The main thread waits here until the last square is there.
    let results = pool.map_chunked(1..=count, 1, move |number| {
        // Every fourth number is a slow one.
        let times = if number % 4 == 1 { slow } else { 1 };
        square(number, pause * times, &finished)
    })?; // (2)
    let taken = clock::program_now().saturating_sub(begin).as_secs_f64();
    pool.close(); // (3)
    pool.join()?;

    let squares: Vec<u32> = results.iter().map(|result| result.square).collect();
    say!("squares: {squares:?}");
    output::progress(count, count);
    let mut shares: BTreeMap<&str, u32> = BTreeMap::new();
    for result in &results {
        *shares.entry(&result.worker).or_default() += 1;
    }
    let in_order = squares == (1..=count).map(|number| number * number).collect::<Vec<_>>();
    let out_of_order = !results.is_sorted_by_key(|result| result.place);

    let mut findings =
        Findings::new(format!("Workers: {workers}. Numbers: {count}. All were squared after {taken:.1} s."))
            .held("the squares are in the order of the numbers", in_order)
            .held("no more workers than the pool has", shares.len() <= workers as usize)
            .seen("some squares were finished before those of smaller numbers", out_of_order);
    for (worker, share) in shares {
        findings = findings.figure(format!("numbers squared by {worker}"), share);
    }
    // If they were finished in the order of the numbers, nobody can tell the two orders apart.
    Ok(if in_order && out_of_order { findings.answer(0) } else { findings })
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "squares",
    title: "Squares",
    chapter: Chapter::Pools,
    order: 1,
    summary: "A pool of five workers squares a list of numbers, each worker one number at a time.",
    parameters: &[
        Parameter {
            name: "workers",
            label: "Workers",
            help: "How many threads the pool has.",
            kind: Kind::Whole { min: 1, max: 16, default: 5, unit: "" },
        },
        Parameter {
            name: "numbers",
            label: "Numbers",
            help: "How many the list has: 1, 2, 3 and so on.",
            kind: Kind::Whole { min: 1, max: 40, default: 20, unit: "" },
        },
        Parameter {
            name: "pause",
            label: "Pause",
            help: "How long one square takes.",
            kind: Kind::Decimal { min: 0.0, max: 1.0, default: 0.5, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "uneven",
            label: "Uneven",
            help: "Whether every fourth number takes three times as long.",
            kind: Kind::Switch { default: true },
        },
    ],
    presets: &[
        Preset { name: "Five workers", arguments: "" },
        Preset { name: "One worker", arguments: "workers=1" },
        Preset { name: "More than enough", arguments: "workers=16&numbers=12" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "Five workers take numbers from a list, and some numbers take three times as long as others. In which \
               order does “map” return the squares?",
        choices: &["In the order of the numbers", "In the order in which they were finished", "By worker"],
        because: "Map keeps a place for each number's result and returns when all places are filled. Which worker filled a \
                  place, and when, makes no difference to the list that comes back.",
    },
    look_for: &[
        "The timeline has one lane for each worker. All of them begin at once; when a worker has finished a number, it \
         takes the next one from the list without waiting for the others.",
        "In “Shared objects” the pool shows which task each worker is on, and how many tasks wait. The main thread waits \
         for the result the whole time.",
        "In the output, squares of slow numbers come late: 1 × 1 is printed after 2 × 2, 3 × 3 and 4 × 4. The list at the \
         end is in order all the same.",
    ],
    try_this: &[
        "Choose “One worker”. The squares now come strictly one after another, and the run takes as long as all \
         pauses together.",
        "Choose “More than enough”: 16 workers for 12 numbers. Four workers get nothing to do; the run takes as \
         long as its slowest number.",
        "Turn “Uneven” off. The workers finish in step, and the squares come in groups of five.",
    ],
    why: &[
        "A pool is a fixed number of workers and a line of tasks before them. A worker that is free takes the task \
         at the head of the line. So a slow task holds up one worker, and the other numbers go to the others: the \
         work spreads by itself, without anybody having planned who does what.",
        "To start a thread costs time, and every thread costs memory. A pool pays for its workers once and uses \
         them for any number of tasks.",
        "Close tells the pool that no more tasks will come; join waits until the workers have ended. A pool that is no \
         longer needed should get both.",
    ],
    python: r#"import itertools
import threading
import time
from multiprocessing.pool import ThreadPool

WORKERS = 5
NUMBERS = 20
PAUSE = 0.05
finished = itertools.count()


def square(number):
    time.sleep(PAUSE * 3 if number % 4 == 1 else PAUSE)
    worker = threading.current_thread().name
    print(f"{worker}: {number} × {number} = {number * number}")
    return number * number, worker, next(finished)


pool = ThreadPool(WORKERS)  # (1)
begin = time.monotonic()
results = pool.map(square, range(1, NUMBERS + 1), chunksize=1)  # (2)
taken = time.monotonic() - begin
pool.close()  # (3)
pool.join()

squares = [result[0] for result in results]
workers = {result[1] for result in results}
places = [result[2] for result in results]
print("squares:", squares)
print(f"Workers: {WORKERS}. Numbers: {NUMBERS}. All were squared after {taken:.1f} s.")
in_order = squares == [number * number for number in range(1, NUMBERS + 1)]
print("The squares are in the order of the numbers:", "yes" if in_order else "no")
print("No more workers than the pool has:", "yes" if len(workers) <= WORKERS else "no")
print(
    "Some squares were finished before those of smaller numbers:",
    "yes" if places != sorted(places) else "no",
)
"#,
};

#[cfg(test)]
mod tests {
    use crate::{Fact, Findings};

    fn run(arguments: &str) -> Findings {
        Findings::parse(&crate::run("squares", arguments).unwrap())
    }

    /// The squares that all workers together have made.
    fn shares(findings: &Findings) -> u32 {
        let share = |fact: &Fact| match fact {
            Fact::Figure(label, value) if label.starts_with("numbers squared by ") => {
                value.parse::<u32>().ok()
            }
            _ => None,
        };
        findings.facts.iter().filter_map(share).sum()
    }

    #[test]
    fn results_keep_their_order_whoever_is_slow() {
        let findings = run("workers=4&numbers=8&pause=0.05");
        let out_of_order = "some squares were finished before those of smaller numbers".to_owned();
        let seen = findings.facts.contains(&Fact::Seen(out_of_order, true));
        assert_eq!(findings.answer, seen.then_some(0), "{findings:?}");
        assert_eq!(shares(&findings), 8);
    }

    #[test]
    fn one_worker_does_everything_in_order_and_shows_no_difference() {
        let findings = run("workers=1&numbers=3&pause=0");
        assert_eq!(findings.answer, None, "{findings:?}");
        assert!(findings.plain().ends_with("Numbers squared by squares-worker-1: 3"), "{findings:?}");
        assert_eq!(shares(&findings), 3);
    }
}
