//! Ways to map: four ways to give a pool the same list and to get the results.

use crate::{
    About, Arguments, Chapter, Chart, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question,
};
use std::sync::Arc;
use std::time::Duration;
use threadlab_threads::pool::Callbacks;
use threadlab_threads::{Lock, Pool, clock, lock, output, say, thread};

#[derive(Clone, Copy)]
struct Plan {
    items: u32,
    period: Duration,
    /// How many periods the first item takes. The others take one.
    first: u32,
}

/// What is done for an item. Its result is ten times the item.
fn work(item: u32, plan: Plan) -> u32 {
    thread::sleep(if item == 1 { plan.period * plan.first } else { plan.period });
    item * 10
}

/// When the program got which result.
struct Log {
    way: &'static str,
    begin: Duration,
    seconds: Lock<Vec<f64>>,
}

impl Log {
    /// Notes the time of a result, and gives the result back.
    fn note(&self, result: u32) -> u32 {
        let mut all = self.seconds.lock();
        let seconds = clock::program_now().saturating_sub(self.begin).as_secs_f64();
        say!("{}: {result} after {seconds:.1} s", self.way);
        all.push(seconds);
        result
    }
}

/// A way to map: gives the results in the order in which it returned them.
type Way = fn(&Pool, Plan, &Arc<Log>) -> Result<Vec<u32>, ProgramError>;

/// All results at once, when the last one is there.
fn map(pool: &Pool, plan: Plan, log: &Arc<Log>) -> Result<Vec<u32>, ProgramError> {
    let results = pool.map_chunked(1..=plan.items, 1, move |item| work(item, plan))?; // (1)
    Ok(results.into_iter().map(|result| log.note(result)).collect())
}

/// One result after another, in the order of the items.
fn imap(pool: &Pool, plan: Plan, log: &Arc<Log>) -> Result<Vec<u32>, ProgramError> {
    let coming = pool.imap(1..=plan.items, move |item| work(item, plan))?; // (2)
    let mut results = Vec::new();
    for result in coming {
        results.push(log.note(result?));
    }
    Ok(results)
}

/// One result after another, as they are finished.
fn imap_unordered(pool: &Pool, plan: Plan, log: &Arc<Log>) -> Result<Vec<u32>, ProgramError> {
    let coming = pool.imap_unordered(1..=plan.items, move |item| work(item, plan))?; // (3)
    let mut results = Vec::new();
    for result in coming {
        results.push(log.note(result?));
    }
    Ok(results)
}

/// A handle for each item, and a function that the pool calls as soon as its result is there.
fn apply_async(pool: &Pool, plan: Plan, log: &Arc<Log>) -> Result<Vec<u32>, ProgramError> {
    let mut handles = Vec::new();
    for item in 1..=plan.items {
        let log = Arc::clone(log);
        let note = Callbacks::new().on_success(move |&result| {
            log.note(result);
        });
        handles.push(pool.apply_async_with(move || work(item, plan), note)?); // (4)
    }
    // The main thread could do something else now, and ask for the results when it needs them.
    handles.iter().map(|handle| Ok(handle.get()?)).collect()
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let workers = arguments.whole("workers");
    let period = Duration::from_secs_f64(arguments.decimal("period"));
    let plan = Plan { items: arguments.whole("items"), period, first: arguments.whole("first") };
    let in_order: Vec<u32> = (1..=plan.items).map(|item| item * 10).collect();

    let pool = Pool::named("pool", workers as usize)?;
    let mut chart = Chart::lines("When the results came", "time, s", "results");
    let mut findings =
        Findings::new(format!("Items: {}, mapped in four ways. Workers: {workers}.", plan.items));
    let (mut soonest, mut passed) = (Vec::new(), false);
    let ways: [(_, Way); 4] =
        [("map", map), ("imap", imap), ("imap_unordered", imap_unordered), ("apply_async", apply_async)];
    for (done, (name, way)) in (1..).zip(ways) {
        let seconds = lock::named(format!("log of {name}"), Vec::new());
        let log = Arc::new(Log { way: name, begin: clock::program_now(), seconds });
        let mut results = way(&pool, plan, &log)?;
        let ordered = results == in_order;
        results.sort_unstable();
        let complete = results == in_order;
        passed |= !ordered;
        findings = match name {
            "imap_unordered" => findings
                .held("imap_unordered gave every result once", complete)
                .seen("imap_unordered gave a later item's result first", !ordered),
            _ => findings.held(format!("{name} gave the results in the order of the items"), ordered),
        };

        let seconds = log.seconds.lock();
        let (first, last) = (seconds[0], seconds[seconds.len() - 1]);
        findings = findings.figure(name, format!("first result after {first:.1} s, last after {last:.1} s"));
        soonest.push(first);
        // A step up for each result.
        let steps = (0_u32..).zip(&*seconds).flat_map(|(n, &s)| [(s, f64::from(n)), (s, f64::from(n + 1))]);
        chart = chart.series(name, [(0.0, 0.0)].into_iter().chain(steps));
        output::progress(done, 4);
    }
    pool.close();
    pool.join()?;
    findings = findings.chart(chart);
    let gained = soonest[0].min(soonest[1]) - soonest[2];
    // Clearly sooner, and because a slow first item was passed: small differences mean nothing.
    let clearly = passed && plan.first > 1 && gained > 0.5 * period.as_secs_f64();
    Ok(if clearly { findings.answer(2) } else { findings })
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "ways-to-map",
    title: "Ways to map",
    chapter: Chapter::Pools,
    order: 4,
    summary: "map, imap, imap_unordered and apply_async do the same work, and differ in when the results come.",
    parameters: &[
        Parameter {
            name: "workers",
            label: "Workers",
            help: "How many threads the pool has.",
            kind: Kind::Whole { min: 1, max: 8, default: 3, unit: "" },
        },
        Parameter {
            name: "items",
            label: "Items",
            help: "How many items the list has.",
            kind: Kind::Whole { min: 1, max: 20, default: 12, unit: "" },
        },
        Parameter {
            name: "period",
            label: "Period",
            help: "How long an item takes.",
            kind: Kind::Decimal { min: 0.0, max: 0.5, default: 0.3, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "first",
            label: "First item",
            help: "How many times as long the first item takes.",
            kind: Kind::Whole { min: 1, max: 10, default: 5, unit: "times" },
        },
    ],
    presets: &[
        Preset { name: "Slow first item", arguments: "" },
        Preset { name: "All alike", arguments: "first=1" },
        Preset { name: "One worker", arguments: "workers=1&items=6" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "The first item of the list takes five times as long as each other one. Which way gives the program a \
               first result soonest?",
        choices: &["map", "imap", "imap_unordered"],
        because: "Map returns when everything is done. Imap gives results as they come, but in order, so all \
                  others stand behind the slow first one. Only imap_unordered gives whatever is finished. With one \
                  worker, or when all items take equally long, the last two do not differ.",
    },
    look_for: &[
        "The workers' lanes look the same all four times: the pool does the same work, and takes equally long for \
         it. What differs is when the main thread goes on.",
        "In the output, the lines of map come in one burst. Those of imap begin late, then several come at once: they had \
         been finished and kept back. Those of imap_unordered come as the workers go, and the result of item 1, which is \
         10, is late.",
        "With apply_async it is not the main thread that prints, but the worker that has just finished an item. The \
         chart shows all four together, with a step up for each result.",
    ],
    try_this: &[
        "Choose “All alike”, so that the first item takes as long as the others. Now imap and imap_unordered are \
         alike but for small differences, and map still waits for the last.",
        "Choose “One worker”. Items are now finished in their own order, so all four ways give the results in the \
         same order.",
        "Use 8 workers and let the first item take ten times as long. With imap nearly everything is finished before the \
         first result is given.",
    ],
    why: &[
        "Map is the simplest: one call, one list. As long as nothing can be done with half of the results, it is all that \
         a program needs.",
        "Imap and imap_unordered return an iterator at once. The program works on one result while the pool makes \
         the next ones. Where the order of the results matters, imap keeps finished ones back until their turn; \
         where it does not, imap_unordered never makes a finished result wait.",
        "Apply_async hands in one task at a time and returns a handle. This is for tasks that differ from one another, or \
         that turn up one by one. The function that is called with a result runs in a worker, so it should be short, and \
         lock what it shares.",
    ],
    python: r#"import threading
import time
from multiprocessing.pool import ThreadPool

WORKERS = 3
ITEMS = 12
PERIOD = 0.06
FIRST = 5
numbers = range(1, ITEMS + 1)
in_order = [item * 10 for item in numbers]
logging = threading.Lock()


def work(item):
    time.sleep(PERIOD * FIRST if item == 1 else PERIOD)
    return item * 10


def note(result):
    with logging:
        seconds.append(time.monotonic() - begin)
        print(f"{name}: {result} after {seconds[-1]:.2f} s")
    return result


def by_map(pool):
    return [note(result) for result in pool.map(work, numbers, chunksize=1)]  # (1)


def by_imap(pool):
    return [note(result) for result in pool.imap(work, numbers)]  # (2)


def by_imap_unordered(pool):
    return [note(result) for result in pool.imap_unordered(work, numbers)]  # (3)


def by_apply_async(pool):
    handles = [pool.apply_async(work, (item,), callback=note) for item in numbers]  # (4)
    return [handle.get() for handle in handles]


ways = {
    "map": by_map,
    "imap": by_imap,
    "imap_unordered": by_imap_unordered,
    "apply_async": by_apply_async,
}
facts = []
with ThreadPool(WORKERS) as pool:
    for name, way in ways.items():
        begin, seconds = time.monotonic(), []
        results = way(pool)
        if name == "imap_unordered":
            facts.append((name, "gave every result once", sorted(results) == in_order))
            facts.append((name, "gave a later item's result first", results != in_order))
        else:
            facts.append((name, "gave the results in the order of the items", results == in_order))
for name, claim, true in facts:
    print(f"{name.capitalize()} {claim}:", "yes" if true else "no")
"#,
};

#[cfg(test)]
mod tests {
    use crate::{Chart, Data, Findings};

    fn run(arguments: &str) -> Findings {
        Findings::parse(&crate::run("ways-to-map", arguments).unwrap())
    }

    #[test]
    fn all_ways_come_to_the_same_results() {
        let findings = run("workers=2&items=4&period=0.03&first=5");
        let passed = findings.plain().contains("Imap_unordered gave a later item's result first: yes");
        assert!(findings.answer.is_none() || (findings.answer == Some(2) && passed), "{findings:?}");
        let ways = ["Map", "Imap", "Apply_async"]
            .map(|way| format!("{way} gave the results in the order of the items: yes"));
        assert!(ways.iter().all(|claim| findings.plain().contains(claim)), "{findings:?}");
    }

    #[test]
    fn one_worker_leaves_no_difference_in_order() {
        let findings = run("workers=1&items=3&period=0.02&first=3");
        assert_eq!(findings.answer, None, "{findings:?}");
        assert!(findings.plain().contains("Imap_unordered gave a later item's result first: no"));
        let [Chart { data: Data::Lines { series, .. }, .. }] = &findings.charts[..] else {
            panic!("{findings:?}")
        };
        for series in series {
            let heights: Vec<_> = series.points.iter().map(|&(_, height)| height).collect();
            assert_eq!(heights, [0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 3.0], "{}", series.name);
        }
    }
}
