//! A pool on computing work: no more of it can go on at the same time than there are cores.

use crate::{
    About, Arguments, Chapter, Chart, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question,
    grouped,
};
use std::hint::black_box;
use std::time::Duration;
use threadlab_threads::{Pool, clock, cores, output, say};

/// Where the numbers begin. So far from zero one costs about as much to test as another.
const FIRST: u32 = 1_000_000_000;

/// What a pool of one size has shown.
struct Round {
    workers: u32,
    time: Duration,
    primes: u32,
}

/// Whether a number is prime, found out the long way: by dividing it by all odd numbers up to its root.
fn is_prime(number: u32) -> bool {
    let mut divisors = (3..).step_by(2).take_while(|divisor| divisor * divisor <= number);
    !number.is_multiple_of(2) && divisors.all(|divisor| !number.is_multiple_of(divisor))
}

/// Counts the primes among the `size` numbers of a block.
fn count_primes(block: u32, size: u32) -> u32 {
    let begin = FIRST + block * size;
    (begin..begin + size).filter(|&number| is_prime(number)).map(|_| 1).sum() // (1)
}

/// Computes for a moment. A browser translates a program quickly at first, and again and better what has run for a
/// while. Without this, the first pool alone would compute with the slow translation.
fn warm_up() {
    let begin = clock::now();
    while clock::now().saturating_sub(begin) < Duration::from_millis(150) {
        black_box(count_primes(0, 200));
    }
}

/// Has all blocks counted by a pool of so many workers.
fn measure(workers: u32, blocks: u32, size: u32) -> Result<Round, ProgramError> {
    let pool = Pool::named(format!("pool of {workers}"), workers as usize)?; // (2)
    // Real time: the page's speed changes how long a sleep takes, but not how fast a core computes.
    let begin = clock::now();
    let counts = pool.map_chunked(0..blocks, 1, move |block| count_primes(block, size))?; // (3)
    let time = clock::now().saturating_sub(begin).max(Duration::from_micros(1));
    pool.close();
    pool.join()?;
    let primes = counts.into_iter().sum();
    say!("{workers} at a time: {} primes, {:.2} s", grouped(u64::from(primes)), time.as_secs_f64());
    Ok(Round { workers, time, primes })
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let blocks = arguments.whole("tasks");
    let size = arguments.whole("numbers") * 1000;
    let sizes: &[u32] = match arguments.choice("workers") {
        "1" => &[1],
        "4" => &[4],
        "8" => &[8],
        "16" => &[16],
        _ => &[1, 4, 8, 16],
    };
    warm_up();
    let total = u32::try_from(sizes.len())?;
    let mut rounds = Vec::new();
    for (done, &workers) in (1..).zip(sizes) {
        rounds.push(measure(workers, blocks, size)?);
        output::progress(done, total);
    }
    Ok(compare(&rounds, blocks, u32::try_from(cores::count())?))
}

/// The table, the chart and the answer.
fn compare(rounds: &[Round], blocks: u32, cores: u32) -> Findings {
    let primes = rounds[0].primes;
    let alone = rounds[0].time.as_secs_f64();
    let faster = |round: &Round| alone / round.time.as_secs_f64();
    // The workers go through the tasks in turns, of as many as can compute at the same time.
    let at_once = |round: &Round| round.workers.min(cores).min(blocks);
    let ideal = |round: &Round| f64::from(blocks) / f64::from(blocks.div_ceil(at_once(round)));

    let mut findings = Findings::new(format!("Tasks for each pool: {blocks}. Cores: {cores}."))
        .held("every pool found the same primes", rounds.iter().all(|round| round.primes == primes))
        .figure("primes found", grouped(primes.into()))
        .figure("cores that the browser tells of", cores);
    for round in rounds {
        let seconds = round.time.as_secs_f64();
        let times =
            if rounds.len() > 1 { format!(", {:.1} times as fast", faster(round)) } else { String::new() };
        findings = findings.figure(format!("pool of {}", round.workers), format!("{seconds:.2} s{times}"));
    }
    let [_, .., largest] = rounds else { return findings };
    let chart = Chart::lines("Computing work", "workers", "times as fast as one worker")
        .series("measured", rounds.iter().map(|round| (f64::from(round.workers), faster(round))))
        .series("what the cores allow", rounds.iter().map(|round| (f64::from(round.workers), ideal(round))));
    findings = findings.chart(chart);
    let (faster, cores) = (faster(largest), f64::from(cores));
    if (0.6..1.3).contains(&(faster / cores)) {
        findings.answer(1)
    } else if faster < 1.25 {
        findings.answer(2)
    } else if faster > 10.0 {
        findings.answer(0)
    } else {
        findings
    }
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "computing-pool",
    title: "A pool that computes",
    chapter: Chapter::Pools,
    order: 3,
    summary: "Pools of 1, 4, 8 and 16 workers count primes: workers beyond the number of cores do not help.",
    parameters: &[
        Parameter {
            name: "tasks",
            label: "Tasks",
            help: "How many blocks of numbers each pool has to search.",
            kind: Kind::Whole { min: 1, max: 32, default: 16, unit: "" },
        },
        Parameter {
            name: "numbers",
            label: "Numbers",
            help: "How many a block has.",
            kind: Kind::Whole { min: 1, max: 200, default: 40, unit: "thousand" },
        },
        Parameter {
            name: "workers",
            label: "Workers",
            help: "The sizes of the pools, one after another.",
            kind: Kind::Choice {
                options: &[
                    ("all", "1, 4, 8 and 16"),
                    ("1", "1 only"),
                    ("4", "4 only"),
                    ("8", "8 only"),
                    ("16", "16 only"),
                ],
                default: "all",
            },
        },
    ],
    presets: &[
        Preset { name: "Four sizes", arguments: "" },
        Preset { name: "Tiny tasks", arguments: "numbers=1" },
        Preset { name: "One big task", arguments: "tasks=1&numbers=200" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "Sixteen tasks compute, without ever waiting. How many times as fast as one worker is a pool of sixteen?",
        choices: &[
            "About sixteen times",
            "About as many times as there are cores",
            "No faster than one worker",
        ],
        because: "A core runs one thread at a time. Workers beyond the number of cores can only take turns with \
                  the others, which makes nobody faster. So the speed-up ends at the number of cores, or before it \
                  if the machine is busy with other things or there are too few tasks.",
    },
    look_for: &[
        "In the pool of sixteen every lane shows a worker with a task, all at the same time. It looks like \
         sixteen-fold speed, but each of them gets only its share of the cores and takes that much longer for its \
         task.",
        "In the chart the line of the measured speed-up rises as far as there are cores, and then lies flat. The \
         result says how many cores the browser tells of.",
        "Compare it with the chart of “A pool that waits”, where sixteen workers are of use on any machine.",
    ],
    try_this: &[
        "Choose “One big task”. It cannot be shared out, so no pool is faster than one worker.",
        "Choose “Tiny tasks”. They are over so soon that what the pool does around them, waking its workers above \
         all, can take longer than the work itself.",
        "Do something else with the machine meanwhile, such as a second run in another tab. Both get slower: the cores \
         are shared by everything that computes.",
    ],
    why: &[
        "A thread that computes needs a core all the time. With as many workers as cores, every core is occupied; more \
         workers make the system switch between them, which costs a little and gains nothing. So for computing work the \
         right size of a pool is the number of cores.",
        "Cores are not always what they seem: many processors show two for each real one, and share its units between \
         them, so the last half of them helps less than the first. A browser may also tell of fewer than there are.",
        "In Python, threads do not compute in parallel: the interpreter's lock lets one at a time run Python code. So the \
         program beside this one uses a pool of processes, which have an interpreter each.",
    ],
    python: r#"import os
import time
from multiprocessing import Pool

FIRST = 1_000_000_000
TASKS = 16
NUMBERS = 200


def is_prime(number):
    if number % 2 == 0:
        return False
    return all(number % divisor for divisor in range(3, int(number**0.5) + 1, 2))


def count_primes(block):
    begin = FIRST + block * NUMBERS
    return sum(is_prime(number) for number in range(begin, begin + NUMBERS))  # (1)


def measure(workers):
    with Pool(workers) as pool:  # (2)
        begin = time.perf_counter()
        primes = sum(pool.map(count_primes, range(TASKS), chunksize=1))  # (3)
        taken = time.perf_counter() - begin
    print(f"{workers} at a time: {primes} primes, {taken:.2f} s")
    return primes, taken


if __name__ == "__main__":
    sizes = (1, 4, 8, 16)
    rounds = [measure(workers) for workers in sizes]
    alone = rounds[0][1]
    print(f"Tasks for each pool: {TASKS}. Cores: {os.cpu_count()}.")
    for workers, (_, taken) in zip(sizes, rounds):
        print(f"Pool of {workers}: {taken:.2f} s, {alone / taken:.1f} times as fast")
    same = len({primes for primes, _ in rounds}) == 1
    print("Every pool found the same primes:", "yes" if same else "no")
"#,
};

#[cfg(test)]
mod tests {
    use super::{FIRST, Round, compare, count_primes, is_prime};
    use crate::{Chart, Data, Findings};
    use std::time::Duration;

    fn run(arguments: &str) -> Findings {
        Findings::parse(&crate::run("computing-pool", arguments).unwrap())
    }

    #[test]
    fn primes_are_told_from_others() {
        let primes: Vec<_> = (3..40).filter(|&number| is_prime(number)).collect();
        assert_eq!(primes, [3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37]);
        assert!(is_prime(FIRST + 7) && !is_prime(FIRST + 1));
        // The last number that the parameters allow. It and the squares of its divisors have 32 bits.
        assert!(!is_prime(FIRST + 32 * 200_000 - 1));
    }

    #[test]
    fn blocks_are_counted_side_by_side() {
        assert_eq!(count_primes(0, 2000), count_primes(0, 1000) + count_primes(1, 1000));
    }

    #[test]
    fn the_answer_is_what_was_measured() {
        let answer = |cores, faster| {
            let round =
                |workers, seconds| Round { workers, time: Duration::from_secs_f64(seconds), primes: 7 };
            compare(&[round(1, 16.0), round(16, 16.0 / faster)], 16, cores).answer
        };
        assert_eq!(answer(1, 0.9), Some(1));
        assert_eq!(answer(2, 1.9), Some(1));
        assert_eq!(answer(2, 1.1), Some(2));
        assert_eq!(answer(8, 6.5), Some(1));
        assert_eq!(answer(8, 3.0), None);
        assert_eq!(answer(32, 15.0), Some(0));
    }

    #[test]
    fn other_primes_would_be_a_failure() {
        let round = |workers, primes| Round { workers, time: Duration::from_secs(1), primes };
        assert!(!compare(&[round(1, 7), round(4, 8)], 16, 2).all_held());
    }

    #[test]
    fn the_cores_do_not_help_with_one_task() {
        let findings = run("tasks=1&numbers=2");
        let [Chart { data: Data::Lines { series, .. }, .. }] = &findings.charts[..] else {
            panic!("{findings:?}")
        };
        assert_eq!(series[1].points, [(1.0, 1.0), (4.0, 1.0), (8.0, 1.0), (16.0, 1.0)]);
    }

    #[test]
    fn one_size_has_nothing_to_compare_with() {
        let findings = run("workers=4&tasks=5&numbers=1");
        assert_eq!((findings.answer, findings.charts.len()), (None, 0), "{findings:?}");
        let primes = (0..5).map(|block| count_primes(block, 1000)).sum::<u32>();
        assert!(findings.plain().contains(&format!("Primes found: {primes}\n")), "{findings:?}");
    }
}
