//! A pool on waiting work: fetches, of which many can be under way at the same time.

use crate::fetch::{self, FetchError};
use crate::{
    About, Arguments, Chapter, Chart, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use threadlab_threads::{Pool, clock, output, say, thread};

/// How many fetches are under way, and how many were at most.
#[derive(Default)]
struct UnderWay {
    now: AtomicU32,
    most: AtomicU32,
}

/// What a pool of one size has shown.
struct Round {
    workers: u32,
    seconds: f64,
    most_at_once: u32,
}

/// Fetches one of the page's own files; gives its size in bytes.
fn fetch(file: &str, latency: Duration, under_way: &UnderWay) -> Result<usize, FetchError> {
    let now = under_way.now.fetch_add(1, Ordering::Relaxed) + 1;
    under_way.most.fetch_max(now, Ordering::Relaxed);
    // The page's server is near; this makes it far.
    thread::sleep(latency); // (1)
    let contents = fetch::get(file, fetch::PATIENCE);
    under_way.now.fetch_sub(1, Ordering::Relaxed);
    contents.map(|contents| contents.len())
}

/// Fetches all files with a pool of so many workers.
fn measure(workers: u32, files: &[&'static str], latency: Duration) -> Result<Round, ProgramError> {
    let pool = Pool::named(format!("pool of {workers}"), workers as usize)?; // (2)
    let under_way = Arc::new(UnderWay::default());
    let theirs = Arc::clone(&under_way);
    let begin = clock::program_now();
    let sizes = pool.map_chunked(files.to_vec(), 1, move |file| fetch(file, latency, &theirs))?; // (3)
    let seconds = clock::program_now().saturating_sub(begin).as_secs_f64().max(1e-6);
    pool.close();
    pool.join()?;
    // The first fetch that failed is the program's error.
    let bytes: usize = sizes.into_iter().sum::<Result<_, _>>()?;
    say!("{workers} at a time: fetched {}, {bytes} bytes, {seconds:.2} s", files.len());
    Ok(Round { workers, seconds, most_at_once: under_way.most.load(Ordering::Relaxed) })
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let count = arguments.whole("fetches");
    let latency = Duration::from_secs_f64(arguments.decimal("latency"));
    let sizes: &[u32] = match arguments.choice("workers") {
        "1" => &[1],
        "4" => &[4],
        "8" => &[8],
        "16" => &[16],
        _ => &[1, 4, 8, 16],
    };
    let files: Vec<&str> = fetch::FILES.into_iter().cycle().take(count as usize).collect();

    let total = u32::try_from(sizes.len())?;
    let mut rounds = Vec::new();
    for (done, &workers) in (1..).zip(sizes) {
        rounds.push(measure(workers, &files, latency)?);
        output::progress(done, total);
    }
    Ok(compare(&rounds, count))
}

/// The table, the chart and the answer.
fn compare(rounds: &[Round], count: u32) -> Findings {
    let limited = rounds.iter().all(|round| round.most_at_once <= round.workers);
    let mut findings = Findings::new(format!("Fetches for each pool: {count}."))
        .held("never more fetches at once than workers", limited);
    let alone = rounds[0].seconds;
    for Round { workers, seconds, most_at_once } in rounds {
        let faster = alone / seconds;
        let times = if rounds.len() > 1 { format!(", {faster:.1} times as fast") } else { String::new() };
        let figures = format!("{seconds:.2} s{times}, up to {most_at_once} at once");
        findings = findings.figure(format!("pool of {workers}"), figures);
    }
    let [_, .., largest] = rounds else { return findings };
    let measured = rounds.iter().map(|round| (f64::from(round.workers), alone / round.seconds));
    // The workers go through the list in turns of as many files as there are workers.
    let turns = |workers: u32| f64::from(count.div_ceil(workers));
    let ideal =
        rounds.iter().map(|round| (f64::from(round.workers), f64::from(count) / turns(round.workers)));
    let chart = Chart::lines("Waiting work", "workers", "times as fast as one worker");
    findings =
        findings.chart(chart.series("measured", measured).series("if only the waiting counted", ideal));
    // So few fetches cannot show what sixteen workers do for thirteen.
    if count < 6 {
        return findings;
    }
    match alone / largest.seconds {
        ..1.5 => findings.answer(0),
        1.5..2.5 => findings.answer(1),
        5.0.. => findings.answer(2),
        _ => findings,
    }
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "waiting-pool",
    title: "A pool that waits",
    chapter: Chapter::Pools,
    order: 2,
    summary: "Thirteen fetches of this page's own files, by pools of 1, 4, 8 and 16 workers.",
    parameters: &[
        Parameter {
            name: "fetches",
            label: "Fetches",
            help: "How many each pool has to do.",
            kind: Kind::Whole { min: 1, max: 30, default: 13, unit: "" },
        },
        Parameter {
            name: "latency",
            label: "Latency",
            help: "Added to each fetch, as if the server were far away.",
            kind: Kind::Decimal { min: 0.0, max: 1.0, default: 0.4, step: 0.1, unit: "s" },
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
        Preset { name: "No latency", arguments: "latency=0" },
        Preset { name: "Sixteen only", arguments: "workers=16" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "A fetch is mostly waiting for an answer. How much sooner are thirteen of them done by sixteen workers than \
               by one?",
        choices: &[
            "Hardly sooner: it is the same work",
            "About twice as soon, as with two cores",
            "At least five times as soon",
        ],
        because: "Waiting needs no core, so all fetches can wait at the same time, however few cores there are. \
                  What remains is about the time of one fetch. Only where there is next to nothing to wait for, \
                  more workers hardly help.",
    },
    look_for: &[
        "In the lanes of the pool of one, the fetches stand in a row. In the pool of four they come in turns of four, the \
         last one alone because thirteen is three times four and one. In the pool of sixteen all stand side by side, \
         and three workers have nothing to do.",
        "The tasks in the lanes are pale nearly all the time: their workers sleep. The dark edge at the end of each is the \
         moment in which its file came.",
        "The result has a row for each pool. In the chart below it the line of the measured speed-up lies close to \
         the other one as long as waiting is nearly all that a fetch does.",
    ],
    try_this: &[
        "Choose “No latency”. Now a fetch takes only as long as the browser needs for it, and the pools come close \
         to each other.",
        "Ask for 16 fetches, then for 17. One more takes the pool of sixteen twice as long, because the last fetch needs \
         a turn of its own.",
        "Run “A pool that computes” after this one. It does the same with work that needs the cores.",
    ],
    why: &[
        "A thread that waits for an answer costs memory, but needs no core. So for waiting work the right size of \
         a pool has nothing to do with the number of cores: it depends on how many answers may be outstanding at \
         once.",
        "There is a limit all the same. Servers do not like a thousand requests at a time, browsers open only a few \
         connections to one server, and every thread needs a stack. A pool's size is where a program says how much it \
         wants.",
        "In Python this works too: its interpreter lock, which lets one thread at a time run Python code, is released \
         while a thread waits for the network.",
    ],
    python: r#"import threading
import time
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.pool import ThreadPool

FETCHES = 13
LATENCY = 0.05


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"the page" * 100)

    def log_message(self, *arguments):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 64


counting = threading.Lock()
now = most = 0


def fetch(path):
    global now, most
    with counting:
        now += 1
        most = max(most, now)
    time.sleep(LATENCY)  # (1)
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=30)
    connection.request("GET", path)
    contents = connection.getresponse().read()
    connection.close()
    with counting:
        now -= 1
    return len(contents)


server = Server(("127.0.0.1", 0), Answer)
threading.Thread(target=server.serve_forever, daemon=True).start()
paths = [f"/{number}" for number in range(FETCHES)]
limited = True
for workers in (1, 4, 8, 16):
    most = 0
    with ThreadPool(workers) as pool:  # (2)
        begin = time.monotonic()
        sizes = pool.map(fetch, paths, chunksize=1)  # (3)
        taken = time.monotonic() - begin
    print(f"{workers} at a time: fetched {len(sizes)}, {sum(sizes)} bytes, {taken:.2f} s")
    limited = limited and most <= workers
print("Never more fetches at once than workers:", "yes" if limited else "no")
"#,
};

#[cfg(test)]
mod tests {
    use super::{Round, compare};
    use crate::{Chart, Data, Findings};

    fn run(arguments: &str) -> Findings {
        Findings::parse(&crate::run("waiting-pool", arguments).unwrap())
    }

    #[test]
    fn the_answer_is_what_was_measured() {
        let answer = |alone: f64, together: f64| {
            let round = |workers, seconds| Round { workers, seconds, most_at_once: 1 };
            compare(&[round(1, alone), round(16, together)], 13).answer
        };
        assert_eq!(answer(5.0, 4.5), Some(0));
        assert_eq!(answer(5.0, 2.5), Some(1));
        assert_eq!(answer(5.0, 1.9), None);
        assert_eq!(answer(5.0, 1.2), None);
        assert_eq!(answer(5.2, 0.4), Some(2));
    }

    #[test]
    fn more_fetches_at_once_than_workers_would_be_a_failure() {
        assert!(!compare(&[Round { workers: 4, seconds: 1.0, most_at_once: 5 }], 13).all_held());
    }

    #[test]
    fn without_other_work_the_speed_up_is_the_number_of_turns_that_are_saved() {
        let findings = run("fetches=13&latency=0.01");
        let [Chart { data: Data::Lines { series, .. }, .. }] = &findings.charts[..] else {
            panic!("{findings:?}")
        };
        let [_, ideal] = &series[..] else { panic!("{series:?}") };
        assert_eq!(ideal.points, [(1.0, 1.0), (4.0, 3.25), (8.0, 6.5), (16.0, 13.0)]);
    }

    #[test]
    fn one_fetch_is_alone_in_any_pool() {
        let findings = run("fetches=1&latency=0.1");
        assert_eq!(findings.plain().matches("up to 1 at once").count(), 4, "{findings:?}");
    }

    #[test]
    fn one_size_has_nothing_to_compare_with() {
        let findings = run("workers=8&latency=0");
        assert_eq!((findings.answer, findings.charts.len()), (None, 0), "{findings:?}");
        assert!(findings.plain().contains("\nPool of 8: "), "{findings:?}");
    }
}
