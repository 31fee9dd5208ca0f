//! Chunk size: how many items of a list a worker takes at once.

use crate::{
    About, Arguments, Chapter, Chart, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question,
    grouped,
};
use std::time::Duration;
use threadlab_threads::{Pool, clock, output, say, thread};

/// What a list in chunks of one size has shown.
struct Round {
    chunk: u32,
    /// By the clock that it was measured with.
    seconds: f64,
    complete: bool,
}

/// Has a pool work on all items in chunks of a size. `clock` says whether program time or real time is meant.
fn measure(
    pool: &Pool,
    items: u32,
    chunk: u32,
    clock: fn() -> Duration,
    work: impl Fn(u32) + Send + Sync + 'static,
) -> Result<Round, ProgramError> {
    let begin = clock();
    let results = pool.map_chunked(0..items, chunk as usize, move |item| {
        work(item); // (1)
        item
    })?; // (2)
    let seconds = clock().saturating_sub(begin).as_secs_f64();
    Ok(Round { chunk, seconds, complete: results.into_iter().eq(0..items) })
}

/// Chunk sizes from single items to all in one, without those that are too large.
fn sizes(wanted: [u32; 3], items: u32) -> Vec<u32> {
    let mut sizes: Vec<u32> = wanted.into_iter().filter(|&size| size < items).chain([items]).collect();
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let workers = arguments.whole("workers");
    let items = arguments.whole("items");
    let period = Duration::from_secs_f64(arguments.decimal("period"));
    let tiny = arguments.whole("tiny");
    // The last quarter of the list may be harder than the rest.
    let easy = if arguments.switch("uneven") { items - items / 4 } else { items };
    let share = items.div_ceil(workers);

    let pool = Pool::named("pool", workers as usize)?;
    let mut long = Vec::new();
    let long_sizes = sizes([1, 4, share], items);
    for (done, &chunk) in (1..).zip(&long_sizes) {
        let sleep = move |item| thread::sleep(if item < easy { period } else { period * 4 });
        let round = measure(&pool, items, chunk, clock::program_now, sleep)?;
        say!("{items} long items in chunks of {chunk}: {:.2} s", round.seconds);
        long.push(round);
        output::progress(done, u32::try_from(long_sizes.len())?);
    }
    let mut short = Vec::new();
    for chunk in sizes([1, 10, 100], tiny) {
        // Nothing at all is done for a tiny item, so all of the time is the pool's own.
        let round = measure(&pool, tiny, chunk, clock::now, |_item| ())?; // (3)
        say!("{} tiny items in chunks of {chunk}: {:.2} ms", grouped(tiny.into()), round.seconds * 1e3);
        short.push(round);
    }
    pool.close();
    pool.join()?;
    Ok(compare(&long, &short, share))
}

/// The two tables with their charts, and the answer.
fn compare(long: &[Round], short: &[Round], share: u32) -> Findings {
    let soonest_is_one = |rounds: &[Round]| rounds[1..].iter().all(|round| rounds[0].seconds < round.seconds);
    let slowest_is_one = |rounds: &[Round]| rounds[1..].iter().all(|round| rounds[0].seconds > round.seconds);
    let complete = long.iter().chain(short).all(|round| round.complete);
    let items = long[long.len() - 1].chunk;
    let mut findings = Findings::new(format!("A list of {items} long items in {} chunk sizes.", long.len()))
        .held("every item was worked on once, whatever the chunks", complete)
        .seen("chunks of one were the soonest with long items", soonest_is_one(long))
        .seen("chunks of one were the slowest with tiny items", slowest_is_one(short));

    let mut chart = Chart::bars("Long items, by chunk size", "s");
    for round in long {
        findings = findings
            .figure(format!("long items in chunks of {}", round.chunk), format!("{:.2} s", round.seconds));
        chart = chart.bar(&round.chunk.to_string(), round.seconds);
    }
    findings = findings.chart(chart);
    let mut chart = Chart::bars("Tiny items, by chunk size", "ms");
    for round in short {
        let milliseconds = round.seconds * 1e3;
        findings = findings
            .figure(format!("tiny items in chunks of {}", round.chunk), format!("{milliseconds:.2} ms"));
        chart = chart.bar(&round.chunk.to_string(), milliseconds);
    }
    findings = findings.chart(chart);

    // A choice is shown by a run in which it was clearly sooner than the two others.
    let seconds =
        |chunk: u32| long.iter().find(|round| round.chunk == chunk).map_or(0.0, |round| round.seconds);
    let choices = [seconds(1), seconds(share), seconds(items)];
    let soonest = |one: &usize| (0..3).all(|other| other == *one || choices[*one] < 0.85 * choices[other]);
    // For one worker all chunks are alike.
    findings.answer = if share < items { (0..3).find(soonest) } else { None };
    findings
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "chunk-size",
    title: "Chunk size",
    chapter: Chapter::Pools,
    order: 5,
    summary: "Small chunks spread uneven work well; large ones cost less to hand out.",
    parameters: &[
        Parameter {
            name: "workers",
            label: "Workers",
            help: "How many threads the pool has.",
            kind: Kind::Whole { min: 1, max: 8, default: 4, unit: "" },
        },
        Parameter {
            name: "items",
            label: "Long items",
            help: "How many items the list has that take a while.",
            kind: Kind::Whole { min: 4, max: 80, default: 48, unit: "" },
        },
        Parameter {
            name: "period",
            label: "Period",
            help: "How long a long item takes.",
            kind: Kind::Decimal { min: 0.01, max: 0.1, default: 0.03, step: 0.01, unit: "s" },
        },
        Parameter {
            name: "uneven",
            label: "Uneven",
            help: "Whether the last quarter of the long items takes four times as long.",
            kind: Kind::Switch { default: true },
        },
        Parameter {
            name: "tiny",
            label: "Tiny items",
            help: "How many items the list has that take next to no time.",
            kind: Kind::Whole { min: 100, max: 5000, default: 1000, unit: "" },
        },
    ],
    presets: &[
        Preset { name: "Uneven", arguments: "" },
        Preset { name: "Even", arguments: "uneven=off" },
        Preset { name: "Two workers", arguments: "workers=2&items=24" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "A list has items that take a while, and its last quarter takes four times as long as the rest. In which \
               chunks is it done soonest?",
        choices: &["Chunks of one item", "One chunk for each worker", "All items in one chunk"],
        because: "With single items every worker has something to do until nearly the end. With a chunk for each worker, \
                  the one that got the hard quarter works on when the others have gone. All in one chunk is one worker's \
                  work. Where the items are all alike, an equal share for each is as good as single ones.",
    },
    look_for: &[
        "A chunk is a task of the pool. In “Shared objects” the number of waiting tasks tells how finely the list \
         is cut: many wait when chunks hold one item, none when all items are in one chunk.",
        "In the lanes, compare how the workers end. With chunks of one they stop nearly together. With one chunk for each, \
         three lanes end early, and the one with the hard items goes on alone.",
        "At the end come the tiny items, in a blink. Their chart looks the other way round: chunks of one take the \
         longest, because each chunk has to be handed out, whether it holds one item or a hundred.",
    ],
    try_this: &[
        "Choose “Even”. An equal share for each worker is now as quick as single items.",
        "Choose “Even”, and set 5 workers and 6 long items. Then there are chunks of one, two, four and six: with \
         single items, four workers are idle while the sixth item is done.",
        "Ask for 5000 tiny items and look at the second chart: the time of chunks of one grows with the number of \
         items, that of a single chunk hardly does.",
    ],
    why: &[
        "Handing out a task costs something: it is put into a line, a worker is woken, takes it out and tells when it \
         has finished. That is some microseconds, the same for a chunk of any size. If an item takes a millisecond or \
         more, nobody notices; if it takes less than a microsecond, handing out is most of the work.",
        "A chunk belongs to one worker. The larger the chunks, the longer one worker may still be busy when nothing is \
         left for the others. So chunks should be as small as their cost allows.",
        "Where the program does not say, this pool and Python's make about four chunks for each worker: few enough \
         to be cheap, and enough to even out most of the differences.",
    ],
    python: r#"import time
from multiprocessing.pool import ThreadPool

WORKERS = 4
ITEMS = 48
PERIOD = 0.005
TINY = 2000
SHARE = -(-ITEMS // WORKERS)
EASY = ITEMS - ITEMS // 4


def long_item(item):
    time.sleep(PERIOD if item < EASY else PERIOD * 4)  # (1)
    return item


def tiny_item(item):
    return item


def measure(name, pool, work, count, chunk):
    begin = time.perf_counter()
    results = pool.map(work, range(count), chunksize=chunk)  # (2)
    taken = time.perf_counter() - begin
    print(f"{count} {name} items in chunks of {chunk}: {taken * 1e3:.2f} ms")
    return taken, results == list(range(count))


with ThreadPool(WORKERS) as pool:
    long = [measure("long", pool, long_item, ITEMS, chunk) for chunk in (1, SHARE, ITEMS)]
    tiny = [measure("tiny", pool, tiny_item, TINY, chunk) for chunk in (1, 10, 100, TINY)]  # (3)


def answer(claim, true):
    print(f"{claim}:", "yes" if true else "no")


answer("Every item was worked on once, whatever the chunks", all(ok for _, ok in long + tiny))
answer("Chunks of one were the soonest with long items", long[0] == min(long))
answer("Chunks of one were the slowest with tiny items", tiny[0] == max(tiny))
"#,
};

#[cfg(test)]
mod tests {
    use super::{Round, compare, sizes};
    use crate::Findings;

    fn run(arguments: &str) -> Findings {
        Findings::parse(&crate::run("chunk-size", arguments).unwrap())
    }

    #[test]
    fn chunk_sizes_go_from_one_to_all() {
        assert_eq!(sizes([1, 4, 12], 48), [1, 4, 12, 48]);
        assert_eq!(sizes([1, 4, 3], 5), [1, 3, 4, 5]);
        assert_eq!(sizes([1, 4, 4], 4), [1, 4]);
    }

    #[test]
    fn the_answer_is_what_was_measured() {
        let round = |(chunk, seconds)| Round { chunk, seconds, complete: true };
        let compare = |seconds: [f64; 4], share| {
            let long: Vec<_> = [1, 4, 12, 48].into_iter().zip(seconds).map(round).collect();
            compare(&long, &[round((1, 1.0))], share)
        };
        assert_eq!(compare([0.6, 0.7, 1.4, 2.5], 12).answer, Some(0));
        assert_eq!(compare([0.4, 0.4, 0.4, 1.5], 12).answer, None);
        assert_eq!(compare([0.9, 0.6, 0.4, 1.5], 12).answer, Some(1));
        assert_eq!(compare([0.9, 0.9, 0.9, 0.7], 12).answer, Some(2));
        assert_eq!(compare([0.4, 0.9, 0.9, 0.9], 48).answer, None);
        assert!(
            compare([0.6, 0.7, 1.4, 2.5], 12)
                .plain()
                .contains("Chunks of one were the soonest with long items: yes")
        );
    }

    #[test]
    fn an_item_that_is_missing_would_be_a_failure() {
        let round = |complete| Round { chunk: 1, seconds: 1.0, complete };
        assert!(compare(&[round(true)], &[round(true)], 1).all_held());
        assert!(!compare(&[round(true)], &[round(false)], 1).all_held());
    }

    #[test]
    fn long_and_tiny_items_have_a_chart_each() {
        let findings = run("workers=2&items=16&period=0.01&tiny=100");
        assert_eq!(findings.charts.len(), 2);
        assert_eq!(findings.plain().matches("tems in chunks of").count(), 4 + 3, "{findings:?}");
    }

    #[test]
    fn one_worker_shows_none_of_the_choices() {
        let findings = run("workers=1&items=6&period=0.01&uneven=off&tiny=200");
        assert_eq!(findings.answer, None, "{findings:?}");
        assert!(findings.plain().contains("Tiny items in chunks of 200: "), "{findings:?}");
    }
}
