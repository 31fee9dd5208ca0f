//! Speed-up: the same computation by 1, 2, 3… threads.

use crate::{
    About, Arguments, Chapter, Chart, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question,
};
use std::sync::Arc;
use std::time::Duration;
use threadlab_threads::{Barrier, clock, cores, output, say, thread};

/// How many points a block of the computation throws.
const POINTS: u32 = 50_000;

/// Throws points at random into a square and counts those that fall into the quarter of a circle within it. Which
/// points they are depends on the block's number alone, so every run throws the same ones.
fn hits(block: u32) -> u32 {
    // Marsaglia's xorshift (2003): numbers that look random, each made from the one before.
    let mut random = block.wrapping_mul(0x9E37_79B9) | 1;
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        u64::from(random >> 8)
    };
    let mut hits = 0;
    for _ in 0..POINTS {
        let (x, y) = (next(), next());
        hits += u32::from(x * x + y * y < 1 << 48);
    }
    hits
}

#[derive(Clone, Copy)]
struct Plan {
    blocks: u32,
    /// How many of them are done by one thread while all others wait.
    serial: u32,
}

impl Plan {
    /// Does all the blocks with so many threads. Gives the hits, and the time that it took.
    fn compute(self, threads: u32) -> Result<(u32, Duration), ProgramError> {
        let begin = clock::now();
        let mut sum: u32 = (0..self.serial).map(hits).sum(); // (1)
        let mut helpers = Vec::new();
        for number in 0..threads {
            let helper = thread::Builder::new()
                .name(format!("{} of {threads}", number + 1))
                .spawn(move || self.every_nth(number, threads)) // (2)
                .map_err(|error| format!("thread {} of {threads} did not start: {error}", number + 1))?;
            helpers.push(helper);
        }
        for helper in helpers {
            sum += helper.join()?; // (3)
        }
        Ok((sum, clock::now().saturating_sub(begin)))
    }

    /// What each thread runs: takes every nth block of those that can be shared.
    fn every_nth(self, number: u32, n: u32) -> u32 {
        let mine = (self.serial + number..self.blocks).step_by(n as usize);
        let total = u32::try_from(mine.len()).unwrap_or(u32::MAX);
        let report_every = total.div_ceil(20).max(1);
        let mut sum = 0;
        for (done, block) in (1..).zip(mine) {
            sum += hits(block);
            if done % report_every == 0 || done == total {
                output::progress(done, total);
            }
        }
        sum
    }
}

/// Amdahl's law (1967): how many times faster n threads are if a share of the work cannot be divided.
fn amdahl(serial: f64, n: f64) -> f64 {
    1.0 / (serial + (1.0 - serial) / n) // (4)
}

/// Has so many workers made by the browser before time is taken, for that alone takes some milliseconds.
fn warm_up(count: u32) -> Result<(), ProgramError> {
    let all_there = Arc::new(Barrier::named("all workers made", count as usize)?);
    let mut threads = Vec::new();
    for number in 1..=count {
        let all_there = Arc::clone(&all_there);
        let name = format!("warm-up {number}");
        threads.push(thread::Builder::new().name(name).spawn(move || all_there.wait())?);
    }
    for thread in threads {
        thread.join()??;
    }
    Ok(())
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let most = arguments.whole("threads");
    let blocks = arguments.whole("blocks");
    let percent = arguments.whole("serial");
    let plan = Plan { blocks, serial: blocks * percent / 100 };
    warm_up(most)?;

    let (mut times, mut sums) = (Vec::new(), Vec::new());
    for threads in 1..=most {
        let mut best = Duration::MAX;
        for _ in 0..arguments.whole("repeats") {
            let (sum, time) = plan.compute(threads)?;
            sums.push(sum);
            // What else the machine does can only make a run slower, so the quickest is the truest.
            best = best.min(time);
        }
        times.push(best.as_secs_f64().max(1e-6));
        say!("{threads} at once: {:.1} ms", best.as_secs_f64() * 1e3);
        output::progress(threads, most);
    }

    let serial = f64::from(plan.serial) / f64::from(blocks);
    let measured: Vec<_> = (1..).map(f64::from).zip(times.iter().map(|time| times[0] / time)).collect();
    let law: Vec<_> = measured.iter().map(|&(n, _)| (n, amdahl(serial, n))).collect();
    let (n, last) = measured[measured.len() - 1];
    let best = measured.iter().map(|point| point.1).fold(1.0, f64::max);
    let pi = 4.0 * f64::from(sums[0]) / f64::from(blocks * POINTS);
    let mut findings =
        Findings::new(format!("Threads: {n}. Together they were {last:.2} times as fast as one alone."))
            .held("the same result every time", sums.iter().all(|sum| *sum == sums[0]))
            .figure("the result, about π", format_args!("{pi:.4}"))
            .figure("cores that the browser tells of", cores::count())
            .figure(
                "by Amdahl's law, with a core for each thread",
                format_args!("{:.2} times", amdahl(serial, n)),
            )
            .chart(
                Chart::lines("Speed-up", "threads", "times as fast as one")
                    .series("measured", measured)
                    .series("ideal", law.iter().map(|&(n, _)| (n, n)).collect::<Vec<_>>())
                    .series("Amdahl's law", law),
            );
    // Two threads are too few to see where it ends.
    if most > 2 {
        let fell_short = last < 0.85 * n;
        findings = findings.answer(if best < 1.2 { 2 } else { usize::from(fell_short) });
    }
    Ok(findings)
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "speed-up",
    title: "Speed-up",
    chapter: Chapter::Threads,
    order: 11,
    summary: "The same computation by 1, 2, 3… threads, measured, beside the ideal and Amdahl's law.",
    parameters: &[
        Parameter {
            name: "threads",
            label: "Threads",
            help: "The work is done by 1, by 2, and so on up to this many.",
            kind: Kind::Whole { min: 1, max: 12, default: 4, unit: "" },
        },
        Parameter {
            name: "serial",
            label: "Serial share",
            help: "How much of the work one thread does while all others wait.",
            kind: Kind::Whole { min: 0, max: 90, default: 10, unit: "%" },
        },
        Parameter {
            name: "blocks",
            label: "Work",
            help: "A block is 50,000 random points.",
            kind: Kind::Whole { min: 100, max: 3_000, default: 2_000, unit: "blocks" },
        },
        Parameter {
            name: "repeats",
            label: "Repeats",
            help: "How often each number of threads does the work; the best time counts.",
            kind: Kind::Whole { min: 1, max: 3, default: 2, unit: "" },
        },
    ],
    presets: &[
        Preset { name: "A tenth serial", arguments: "" },
        Preset { name: "All parallel", arguments: "serial=0" },
        Preset { name: "Half serial", arguments: "serial=50&threads=6" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "A computation is divided among 1, 2, 3 and more threads. How does the time that it takes go down?",
        choices: &[
            "With twice as many threads it always takes half as long",
            "At first it goes down, then hardly any more",
            "It does not: the work stays the same",
        ],
        because: "Threads help as long as there are cores for them, and only with what can be divided. There are \
                  only so many cores, and the share that one thread has to do alone takes as long as ever. To come \
                  near the ideal takes both: a core for each thread, and next to no serial share.",
    },
    look_for: &[
        "The chart has three lines. The ideal one rises by one with each thread. Amdahl's law bends below it, \
         because of the serial share. What was measured follows the law up to the number of cores, roughly, and is \
         level from there.",
        "In the timeline each round begins with the main thread alone: that is the serial share. Then the helpers work \
         side by side, and the main thread waits for them.",
        "The result of the computation is the same every time, however many threads shared the work. The result's \
         figures say how many cores the browser tells of.",
    ],
    try_this: &[
        "Set the serial share to 0. The law's line and the ideal one are now the same. Where the measured line \
         stays below them, there were no more cores, or others used them at that moment.",
        "Set it to 50 %. However many threads there are, the work cannot become twice as fast, for half of it stays as \
         long as it was.",
        "Ask for 12 threads on a machine with fewer cores. More threads do no harm here, and they are of no use \
         either.",
    ],
    why: &[
        "Say the work takes one second on one thread, and a share s of it cannot be divided. With n threads the rest \
         takes (1\u{a0}-\u{a0}s)\u{a0}/\u{a0}n, so the speed-up is \
         1\u{a0}/\u{a0}(s\u{a0}+\u{a0}(1\u{a0}-\u{a0}s)\u{a0}/\u{a0}n). Gene Amdahl drew this conclusion in \
         1967. With a tenth serial no number of threads makes it ten times as fast.",
        "The law knows neither the cost of starting and joining threads nor that of sharing cores, memory and \
         caches. Measurements lie below it for that reason, most of all when the work is little.",
        "In Python, threads do not speed up a computation: the interpreter lets one of them compute at a time. There, \
         processes do, which is why the Python program beside this one uses them.",
    ],
    python: r#"import random
import time
from concurrent.futures import ProcessPoolExecutor

BLOCKS = 40
POINTS = 20_000
SERIAL = 4


def hits(block):
    chance = random.Random(block)
    return sum(chance.random() ** 2 + chance.random() ** 2 < 1 for _ in range(POINTS))


def compute(pool):
    begin = time.perf_counter()
    total = sum(hits(block) for block in range(SERIAL))  # (1)
    rest = pool.map(hits, range(SERIAL, BLOCKS))  # (2)
    total += sum(rest)  # (3)
    return total, time.perf_counter() - begin


def amdahl(serial, n):
    return 1 / (serial + (1 - serial) / n)  # (4)


def main():
    # Processes, since only one thread of an interpreter computes at a time.
    totals = []
    times = []
    for workers in (1, 2, 3):
        with ProcessPoolExecutor(workers) as pool:
            list(pool.map(abs, range(workers)))  # the workers are started before time is taken
            total, taken = compute(pool)
        totals.append(total)
        times.append(taken)
        law = amdahl(SERIAL / BLOCKS, workers)
        print(f"{workers} at once: {taken * 1000:.1f} ms, speed-up {times[0] / taken:.2f}, by the law {law:.2f}")
    print(f"The result, about π: {4 * totals[0] / (BLOCKS * POINTS):.4f}")
    print("The same result every time:", "yes" if len(set(totals)) == 1 else "no")


if __name__ == "__main__":
    main()
"#,
};

#[cfg(test)]
mod tests {
    use super::amdahl;
    use crate::{Data, Findings};

    #[test]
    fn every_number_of_threads_comes_to_the_same_result() {
        for (arguments, points) in
            [("threads=3&blocks=100&repeats=1", 3), ("threads=1&blocks=100&serial=90&repeats=2", 1)]
        {
            let findings = Findings::parse(&crate::run("speed-up", arguments).unwrap());
            assert!(findings.plain().contains("The result, about π: 3.1"), "{findings:?}");
            assert_eq!(findings.answer.is_some(), points > 2, "{findings:?}");
            let Data::Lines { series, .. } = &findings.charts[0].data else { panic!("{findings:?}") };
            assert_eq!(series.len(), 3);
            assert!(series.iter().all(|series| series.points.len() == points), "{findings:?}");
        }
    }

    #[test]
    fn amdahls_law_in_known_cases() {
        for (serial, n, expected) in
            [(0.0, 8.0, 8.0), (1.0, 8.0, 1.0), (0.5, 2.0, 4.0 / 3.0), (0.1, 9.0, 5.0)]
        {
            assert!((amdahl(serial, n) - expected).abs() < 1e-9, "{serial} {n}");
        }
    }
}
