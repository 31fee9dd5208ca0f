//! Sleeping, yielding and being taken off: how threads share the cores when there are more threads than cores.

use crate::{
    About, Arguments, Chapter, Chart, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question,
};
use std::hint;
use std::sync::Arc;
use std::time::Duration;
use threadlab_threads::thread::{self, Builder};
use threadlab_threads::{Barrier, clock, cores, output, say};

/// As many threads as this program starts at most.
const MOST: u32 = 64;

/// What a thread does between two portions of its work.
#[derive(Clone, Copy, PartialEq)]
enum Pause {
    None,
    Yield,
    Sleep(Duration),
}

/// What each thread has to do.
#[derive(Clone, Copy)]
struct Plan {
    portions: u32,
    portion: Duration,
    pause: Pause,
    /// A longer step of the clock than this means that the thread was not on a core.
    longest_step: Duration,
}

/// What a thread noticed of its own fate.
struct Record {
    began: Duration,
    ended: Duration,
    on_core: Duration,
    times_off: u32,
}

/// What each thread runs.
fn compute(plan: Plan) -> Record {
    let began = clock::now();
    let mut record = Record { began, ended: began, on_core: Duration::ZERO, times_off: 0 };
    for done in 1..=plan.portions {
        keep_busy(plan, &mut record);
        output::progress(done, plan.portions);
        match plan.pause {
            Pause::None => {}
            Pause::Yield => thread::yield_now(),       // (2)
            Pause::Sleep(time) => thread::sleep(time), // (3)
        }
    }
    record.ended = clock::now();
    record
}

/// Computes until the thread has been on a core for one portion. Nobody tells a thread that it is taken off; but one
/// that looks at the clock all the time sees it jump.
fn keep_busy(plan: Plan, record: &mut Record) {
    let goal = record.on_core + plan.portion;
    let mut last = clock::now();
    while record.on_core < goal {
        let now = clock::now();
        let step = now.saturating_sub(last);
        last = now;
        record.on_core += step.min(plan.longest_step);
        if step > plan.longest_step {
            record.times_off += 1; // (1)
        }
    }
}

/// A millisecond, or three of the clock's own steps where a browser lets it go in coarse ones.
fn longest_step() -> Duration {
    let first = clock::now();
    while clock::now() == first {
        hint::spin_loop();
    }
    Duration::from_millis(1).max(clock::now().saturating_sub(first) * 3)
}

fn how_many(choice: &str, cores: u32) -> u32 {
    let count = match choice {
        "one" => 1,
        "cores" => cores,
        "double" => cores.saturating_mul(2),
        _ => cores.saturating_mul(4),
    };
    count.min(MOST)
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let cores = u32::try_from(cores::count()).unwrap_or(MOST);
    let count = how_many(arguments.choice("threads"), cores);
    let portion = Duration::from_millis(arguments.whole("portion").into());
    let portions = arguments.whole("work").div_ceil(arguments.whole("portion"));
    let pause = match arguments.choice("pause") {
        "yield" => Pause::Yield,
        "sleep" => Pause::Sleep(Duration::from_millis(arguments.whole("rest").into())),
        _ => Pause::None,
    };
    let plan = Plan { portions, portion, pause, longest_step: longest_step() };

    // The main thread is one of those that wait for all to be there.
    let start = Arc::new(Barrier::named("start", count as usize + 1)?);
    let mut threads = Vec::new();
    for number in 1..=count {
        let start = Arc::clone(&start);
        let thread = Builder::new()
            .name(format!("Thread-{number}"))
            .spawn(move || start.wait().map(|_| compute(plan)))
            .map_err(|error| format!("Thread-{number} of {count} did not start: {error}"))?;
        threads.push(thread);
    }
    start.wait()?;
    say!("Main thread: busy threads: {count}, cores: {cores}");
    let begin = clock::now();
    let mut records = Vec::new();
    for thread in threads {
        records.push(thread.join()??);
    }
    let seconds = clock::now().saturating_sub(begin).as_secs_f64();

    let last_begin = records.iter().map(|record| record.began).max();
    let first_end = records.iter().map(|record| record.ended).min();
    let all_began_first = last_begin < first_end;
    let times_off: u32 = records.iter().map(|record| record.times_off).sum();
    let whole = portion * portions;
    let all_had_it = records.iter().all(|record| record.on_core >= whole);

    let mut chart = Chart::bars("Of its time, each thread was on a core for", "%");
    for (number, record) in (1..).zip(&records) {
        let time = record.ended.saturating_sub(record.began).as_secs_f64();
        chart = chart.bar(&format!("Thread-{number}"), (100.0 * record.on_core.as_secs_f64() / time).round());
    }
    let sentence = format!("Busy threads: {count}, cores: {cores}. All were done after {seconds:.2} s.");
    let mut findings = Findings::new(sentence)
        .held("every thread had all of its time on a core", all_had_it)
        .seen("every thread began before the first was done", all_began_first)
        .seen("a thread was taken off its core unasked", times_off > 0)
        .figure("times that threads were taken off", times_off)
        .figure("time on a core that each thread needed", format_args!("{:.2} s", whole.as_secs_f64()))
        .chart(chart);
    // Who pauses, or has a core to itself, shows nothing about taking turns unasked. Neither does a run in which nobody
    // was taken off: there were more cores than the browser tells of.
    if count > cores && pause == Pause::None && (times_off > 0 || !all_began_first) {
        findings = findings.answer(usize::from(all_began_first));
    }
    Ok(findings)
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "sleep-and-yield",
    title: "Sleeping, yielding, being taken off",
    chapter: Chapter::Threads,
    order: 7,
    summary: "More busy threads than cores: who gets a core, for how long, and who gives it back freely.",
    parameters: &[
        Parameter {
            name: "threads",
            label: "Busy threads",
            help: "How many for each core that the browser tells of; 64 in all at most.",
            kind: Kind::Choice {
                options: &[
                    ("one", "one alone"),
                    ("cores", "one for each core"),
                    ("double", "two for each core"),
                    ("four", "four for each core"),
                ],
                default: "double",
            },
        },
        Parameter {
            name: "work",
            label: "Work",
            help: "How long each thread needs a core.",
            kind: Kind::Whole { min: 100, max: 2_000, default: 1_500, unit: "ms" },
        },
        Parameter {
            name: "portion",
            label: "Portion",
            help: "How much of its work a thread does before each pause.",
            kind: Kind::Whole { min: 10, max: 200, default: 50, unit: "ms" },
        },
        Parameter {
            name: "pause",
            label: "Pause",
            help: "What a thread does between two portions.",
            kind: Kind::Choice {
                options: &[("none", "none: it goes right on"), ("yield", "yields"), ("sleep", "sleeps")],
                default: "none",
            },
        },
        Parameter {
            name: "rest",
            label: "Sleep",
            help: "How long a pause is if the threads sleep.",
            kind: Kind::Whole { min: 1, max: 100, default: 50, unit: "ms" },
        },
    ],
    presets: &[
        Preset { name: "Two for each core", arguments: "" },
        Preset { name: "One alone", arguments: "threads=one" },
        Preset { name: "Sleeping between", arguments: "pause=sleep" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "There are twice as many threads as cores. All of them compute, and none ever pauses. What happens \
               to those that find no core free?",
        choices: &["They wait until the first ones are done", "All take turns on the cores, unasked"],
        because: "The operating system takes a thread off its core after some milliseconds and gives the core to \
                  another, many times a second. So all get on, each at about half the pace, and no thread has to \
                  agree to it.",
    },
    look_for: &[
        "In the table of threads, the progress bars: with more threads than cores all of them move, but more \
         slowly than that of one thread alone.",
        "All lanes are drawn as running, without a break. A thread is not told when it is taken off its core, so \
         neither the program nor this page learns of it. Only a look at the clock gives it away: it jumps.",
        "The chart below the result: the share of its time that each thread really had a core. With two threads \
         for each core it is about a half, less what the page itself and everything else on this machine needed.",
    ],
    try_this: &[
        "For “Busy threads” choose “one alone”, then one, two and four for each core. As long as there is a core \
         for everybody, all of them together take as long as one thread alone; beyond that they take twice and \
         four times as long.",
        "Choose “Sleeping between”. A thread that sleeps is on hold: its lane is thin, it needs no core, and \
         another thread may have that meanwhile. Its share in the chart is small too, but much of the rest it gave \
         up freely.",
        "Let them yield. In a native program that asks the system to let another thread go first. A browser has no \
         such request, so on this page next to nothing changes.",
    ],
    why: &[
        "A thread leaves its core in three ways. Put on hold: it sleeps or waits, and needs no core until its time \
         comes. Yielding: it could go on, but offers its core to others. Being pre-empted: its slice of time is \
         over, and the system takes the core without asking.",
        "Pre-emption is why one thread in an endless loop does not stop all the others. It is also why a thread \
         can be interrupted at any point, even in the middle of adding one to a counter. Whatever must not be seen \
         half-done needs a lock.",
        "More busy threads than cores bring no more speed, since the cores are the limit. Many sleeping or waiting \
         threads do no harm: they hold no core. In Python's usual build, threads that compute also take turns for \
         one lock of the interpreter, so there they share a single core, however many there are.",
    ],
    python: r#"import math
import threading
import time

COUNT = 4
WORK = 0.2
PORTION = 0.02
PAUSE = "none"  # or "yield", or "sleep"
LONGEST_STEP = 0.001
start = threading.Barrier(COUNT)
records = []


def compute():
    start.wait()
    began = time.perf_counter()
    on_core, times_off = 0.0, 0
    for done in range(1, math.ceil(WORK / PORTION) + 1):
        last = time.perf_counter()
        while on_core < PORTION * done:
            now = time.perf_counter()
            step, last = now - last, now
            on_core += min(step, LONGEST_STEP)
            if step > LONGEST_STEP:
                times_off += 1  # (1)
        if PAUSE == "yield":
            time.sleep(0)  # (2)
        elif PAUSE == "sleep":
            time.sleep(PORTION)  # (3)
    records.append((began, time.perf_counter(), on_core, times_off))


threads = [threading.Thread(target=compute, name=f"Thread-{n}") for n in range(1, COUNT + 1)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()

begins, ends, on_core, times_off = zip(*records)
print(f"Busy threads: {COUNT}. All were done after {max(ends) - min(begins):.2f} s")


def tell(claim, true):
    print(f"{claim}:", "yes" if true else "no")


tell("Every thread had all of its time on a core", min(on_core) >= WORK)
tell("Every thread began before the first was done", max(begins) < min(ends))
tell("A thread was taken off its core unasked", sum(times_off) > 0)
print(f"Times that threads were taken off: {sum(times_off)}")
"#,
};

#[cfg(test)]
mod tests {
    use crate::Findings;

    fn run(arguments: &str) -> Findings {
        let findings = Findings::parse(&crate::run("sleep-and-yield", arguments).unwrap());
        assert!(findings.all_held(), "{findings:?}");
        findings
    }

    #[test]
    fn one_alone_shows_nothing_of_turns() {
        let findings = run("threads=one&work=100&portion=10");
        assert!(findings.sentence.starts_with("Busy threads: 1, cores: "), "{findings:?}");
        assert_eq!(findings.answer, None);
        assert!(
            findings.plain().contains("Every thread began before the first was done: yes"),
            "{findings:?}"
        );
    }

    #[test]
    fn the_answer_fits_what_was_seen() {
        let findings = run("threads=double&work=100&portion=100");
        let text = findings.plain();
        let began = text.contains("Every thread began before the first was done: yes");
        let off = text.contains("A thread was taken off its core unasked: yes");
        let expected = if began { off.then_some(1) } else { Some(0) };
        // A machine with 64 cores has one for each of the 64 threads.
        assert!(findings.answer == expected || findings.answer.is_none(), "{findings:?}");
        assert_eq!(run("threads=double&work=100&portion=50&pause=sleep&rest=1").answer, None);
        assert_eq!(run("threads=cores&work=100&pause=yield").answer, None);
    }
}
