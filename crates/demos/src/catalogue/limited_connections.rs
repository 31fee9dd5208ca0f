//! Limited connections: many downloads, but only so many at a time.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use threadlab_threads::sync::barrier::BarrierError;
use threadlab_threads::{Barrier, Semaphore, clock, output, say, thread};

/// Every file comes in so many parts.
const PARTS: u32 = 5;

/// What the downloads share.
struct Server {
    connections: Semaphore,
    /// Where all meet before the first begins, since starting many threads takes a while.
    start: Barrier,
    /// Downloads that go on, and the most that ever did at once. Relaxed is enough for both: whoever gets a permit
    /// already sees what was done by whoever gave it back.
    going_on: AtomicU32,
    most: AtomicU32,
}

impl Server {
    /// Fetches a file. A download mostly waits for its next part, so sleeping stands for it here.
    fn fetch(&self, part: Duration) {
        let at_once = self.going_on.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(at_once, Ordering::Relaxed);
        for done in 1..=PARTS {
            thread::sleep(part);
            output::progress(done, PARTS);
        }
        self.going_on.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What each thread runs. Gives the time for which it waited for a connection.
fn download(server: &Server, file: u32, part: Duration, limited: bool) -> Result<Duration, BarrierError> {
    server.start.wait()?;
    let asked = clock::program_now();
    let permit = limited.then(|| server.connections.acquire()); // (2)
    let waited = clock::program_now().saturating_sub(asked);
    server.fetch(part);
    drop(permit); // (3)
    say!("file {file} is here; it waited {:.1} s for a connection", waited.as_secs_f64());
    Ok(waited)
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let limited = arguments.switch("limit");
    let downloads = arguments.whole("downloads");
    let connections = arguments.whole("connections");
    let usual = arguments.decimal("seconds");
    let server = Arc::new(Server {
        connections: Semaphore::named("connections", connections)?, // (1)
        start: Barrier::named("start", usize::try_from(downloads)? + 1)?,
        going_on: AtomicU32::new(0),
        most: AtomicU32::new(0),
    });

    let (mut longest, mut together) = (0.0_f64, 0.0);
    let mut threads = Vec::new();
    for file in 1..=downloads {
        // Files differ in size, so that downloads do not all end at the same moment.
        let seconds = usual * (0.75 + 0.25 * f64::from(file % 3));
        longest = longest.max(seconds);
        together += seconds;
        let (server, part) = (Arc::clone(&server), Duration::from_secs_f64(seconds) / PARTS);
        let thread = thread::Builder::new()
            .name(format!("Download-{file}"))
            .spawn(move || download(&server, file, part, limited))
            .map_err(|error| format!("Download-{file} of {downloads} did not start: {error}"))?;
        threads.push(thread);
    }
    server.start.wait()?;
    let begin = clock::program_now();
    let mut longest_wait = Duration::ZERO;
    for thread in threads {
        longest_wait = longest_wait.max(thread.join()??);
    }
    let taken = clock::program_now().saturating_sub(begin).as_secs_f64();

    let most = server.most.load(Ordering::Relaxed);
    let claim = format!("at most {connections} at once");
    let mut findings = if limited {
        Findings::new(format!("{downloads} downloads, {connections} at a time, took {taken:.1} s."))
            .held(claim, most <= connections)
    } else {
        Findings::new(format!("{downloads} downloads without a limit took {taken:.1} s."))
            .seen(claim, most <= connections)
    };
    // Going to sleep and waking take time too. Where that decides, the run shows nothing about connections.
    let choice = nearest(taken, [longest, together / f64::from(connections), together]);
    findings.answer = choice.filter(|&choice| choice == usize::from(limited));
    Ok(findings
        .figure("most downloads at once", most)
        .figure("longest wait for a connection", format_args!("{:.1} s", longest_wait.as_secs_f64()))
        .figure("all downloads one after another", format_args!("{together:.1} s")))
}

/// Which of several times was taken, give or take a quarter, if it is only one.
fn nearest(taken: f64, times: [f64; 3]) -> Option<usize> {
    let mut near = (0..times.len()).filter(|&which| (taken / times[which] - 1.0).abs() < 0.25);
    near.next().filter(|_| near.next().is_none())
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "limited-connections",
    title: "Limited connections",
    chapter: Chapter::Semaphores,
    order: 1,
    summary: "Many downloads start at once; a semaphore lets only a few of them go on at a time.",
    parameters: &[
        Parameter {
            name: "limit",
            label: "Limit the connections",
            help: "Whether a download needs a permit of the semaphore.",
            kind: Kind::Switch { default: true },
        },
        Parameter {
            name: "downloads",
            label: "Downloads",
            help: "Each is a thread of its own.",
            kind: Kind::Whole { min: 2, max: 48, default: 12, unit: "" },
        },
        Parameter {
            name: "connections",
            label: "Connections",
            help: "The permits that the semaphore begins with.",
            kind: Kind::Whole { min: 1, max: 16, default: 3, unit: "" },
        },
        Parameter {
            name: "seconds",
            label: "Download time",
            help: "For a usual file; others take a quarter more or less.",
            kind: Kind::Decimal { min: 0.1, max: 2.0, default: 1.0, step: 0.1, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "Three at a time", arguments: "" },
        Preset { name: "One at a time", arguments: "connections=1&downloads=8" },
        Preset { name: "No limit", arguments: "limit=off" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "Twelve downloads of about a second each start at the same moment, and three connections are allowed. How \
               long do they take in all?",
        choices: &[
            "As long as the longest of them alone",
            "All their times together, divided by the connections",
            "All their times together",
        ],
        because: "Three downloads go on at any moment, and whenever one ends, another begins. So twelve seconds of \
                  downloading are over in about four. Without a limit all downloads overlap, and the longest alone \
                  decides.",
    },
    look_for: &[
        "Look down the timeline at any moment: three lanes alternate between sleep and a moment of work, and the \
         others are hatched, since they wait for a permit. As soon as one download ends, another begins.",
        "In “Shared objects” the semaphore has as many slots as there are connections. A download that goes on \
         fills one with its colour, and the list of names shows who waits.",
        "The lines in the output tell how long each file waited. The first three did not wait at all; the last ones \
         waited longer than their own download took.",
    ],
    try_this: &[
        "Choose “No limit”: all downloads go on at once, and the run takes as long as the longest file. A real \
         server might refuse so many, or get slow for everybody.",
        "Use one connection. A semaphore with one permit does what a lock does: one at a time.",
        "Raise the connections step by step and note the time. Each one helps less than the one before, and beyond the \
         number of downloads none does.",
    ],
    why: &[
        "A semaphore is a counter of permits. Acquire takes one, and waits while there is none; release gives one back \
         and lets one of the waiting threads go on. With three permits, three threads can be between acquire and \
         release.",
        "A lock protects data from being touched by two threads at once. A semaphore is for things of which there \
         are several: connections, licences, places in a hall. It does not know who has which; it only counts.",
        "To start only a few threads would be another way. But here every download can start when it likes, do \
         other things without a permit, and wait only where it is about to use what is scarce.",
    ],
    python: r#"import threading
import time

DOWNLOADS = 12
CONNECTIONS = 3
PARTS = 5
connections = threading.Semaphore(CONNECTIONS)  # (1)
start = threading.Barrier(DOWNLOADS + 1)
counting = threading.Lock()
going_on = most = 0


def fetch(part):
    global going_on, most
    with counting:
        going_on += 1
        most = max(most, going_on)
    for _ in range(PARTS):
        time.sleep(part)  # stands for waiting until the next part is here
    with counting:
        going_on -= 1


def download(file, part):
    start.wait()
    asked = time.monotonic()
    connections.acquire()  # (2)
    waited = time.monotonic() - asked
    try:
        fetch(part)
    finally:
        connections.release()  # (3)
    print(f"file {file} is here; it waited {waited:.1f} s for a connection")


threads = []
for file in range(1, DOWNLOADS + 1):
    seconds = 0.2 * (0.75 + 0.25 * (file % 3))
    thread = threading.Thread(target=download, args=(file, seconds / PARTS), name=f"Download-{file}")
    thread.start()
    threads.append(thread)
start.wait()
begin = time.monotonic()
for thread in threads:
    thread.join()
taken = time.monotonic() - begin
print(f"{DOWNLOADS} downloads, {CONNECTIONS} at a time, took {taken:.1f} s.")
print(f"At most {CONNECTIONS} at once:", "yes" if most <= CONNECTIONS else "no")
"#,
};

#[cfg(test)]
mod tests {
    use super::nearest;
    use crate::{Fact, Findings};

    fn findings(arguments: &str) -> Findings {
        Findings::parse(&crate::run("limited-connections", arguments).unwrap())
    }

    #[test]
    fn no_more_go_on_than_there_are_connections() {
        let findings = findings("downloads=6&connections=2&seconds=0.1");
        assert!(findings.sentence.starts_with("6 downloads, 2 at a time"), "{findings:?}");
        assert!(findings.facts.contains(&Fact::Held("at most 2 at once".to_owned(), true)), "{findings:?}");
    }

    #[test]
    fn one_connection_is_one_download_at_a_time() {
        let findings = findings("downloads=3&connections=1&seconds=0.1");
        let most = Fact::Figure("most downloads at once".to_owned(), "1".to_owned());
        assert!(findings.facts.contains(&most), "{findings:?}");
        assert_ne!(findings.answer, Some(0), "{findings:?}");
    }

    #[test]
    fn without_a_limit_nobody_promises_anything() {
        let findings = findings("limit=off&downloads=4&connections=16&seconds=0.1");
        assert!(findings.facts.contains(&Fact::Seen("at most 16 at once".to_owned(), true)), "{findings:?}");
    }

    #[test]
    fn a_time_that_could_be_two_of_them_is_none() {
        assert_eq!(nearest(4.3, [1.25, 4.0, 12.0]), Some(1));
        assert_eq!(nearest(1.3, [1.25, 4.0, 12.0]), Some(0));
        assert_eq!(nearest(12.0, [1.25, 12.0, 12.0]), None);
        assert_eq!(nearest(7.0, [1.25, 4.0, 12.0]), None);
    }
}
