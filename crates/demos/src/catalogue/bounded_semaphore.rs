//! Bounded semaphore: what becomes of a release that is one too many.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use threadlab_threads::sync::semaphore::Permits;
use threadlab_threads::thread::{self, JoinHandle};
use threadlab_threads::{BoundedSemaphore, Semaphore, say};

#[derive(Clone, Copy)]
struct Plan {
    workers: u32,
    time: Duration,
    /// How often the careless thread releases what it never acquired.
    surplus: u32,
    /// Whether it does so among the workers; otherwise before they come.
    among_them: bool,
}

/// A semaphore and who is inside. `Semaphore` is `Permits<false>`, and `BoundedSemaphore` is `Permits<true>`.
struct Room<const BOUNDED: bool> {
    door: Permits<BOUNDED>,
    /// Threads inside, and the most that ever were. Relaxed: whoever gets a permit sees what was done by whoever gave it.
    inside: AtomicU32,
    most: AtomicU32,
}

impl<const BOUNDED: bool> Room<BOUNDED> {
    /// Goes in, stays a while, comes out and releases so many permits. Gives how many releases were refused.
    fn visit(&self, time: Duration, releases: u32) -> u32 {
        // A permit would go back by itself. This one is forgotten, and released by hand as in Python.
        self.door.acquire().forget(); // (1)
        let inside = self.inside.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(inside, Ordering::Relaxed);
        thread::sleep(time);
        self.inside.fetch_sub(1, Ordering::Relaxed);

        let mut refused = 0;
        for _ in 0..releases {
            let outcome = self.door.release(); // (2)
            if let Err(error) = outcome {
                say!("refused: {error}"); // (3)
                refused += 1;
            }
        }
        refused
    }

    fn start_visit(
        self: &Arc<Self>,
        name: &str,
        time: Duration,
        releases: u32,
    ) -> Result<JoinHandle<u32>, ProgramError> {
        let room = Arc::clone(self);
        let thread = thread::Builder::new().name(name).spawn(move || room.visit(time, releases));
        thread.map_err(|error| format!("{name} did not start: {error}").into())
    }
}

/// What became of a semaphore.
struct Outcome {
    permits: u32,
    most_inside: u32,
    refused: u32,
}

/// Lets workers and a careless thread use a semaphore. Their names begin with `kind`.
fn watch<const BOUNDED: bool>(
    kind: &str,
    door: Permits<BOUNDED>,
    plan: Plan,
) -> Result<Outcome, ProgramError> {
    let room = Arc::new(Room { door, inside: AtomicU32::new(0), most: AtomicU32::new(0) });
    let careless = room.start_visit(&format!("{kind}-careless"), plan.time / 2, 1 + plan.surplus)?;
    if !plan.among_them {
        careless.thread().join()?;
    }
    let mut threads = vec![careless];
    for number in 1..=plan.workers {
        threads.push(room.start_visit(&format!("{kind}-{number}"), plan.time, 1)?);
    }
    let mut refused = 0;
    for thread in threads {
        refused += thread.join()?;
    }
    Ok(Outcome { permits: room.door.permits(), most_inside: room.most.load(Ordering::Relaxed), refused })
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let permits = arguments.whole("permits");
    let surplus = arguments.whole("surplus");
    let plan = Plan {
        workers: arguments.whole("workers"),
        time: Duration::from_secs_f64(arguments.decimal("time")),
        surplus,
        among_them: arguments.switch("among"),
    };
    let ordinary = watch("ordinary", Semaphore::named("ordinary", permits)?, plan)?;
    let bounded = watch("bounded", BoundedSemaphore::named("bounded", permits)?, plan)?;

    let mut findings = Findings::new(format!(
        "Both began with {permits}. With a surplus of {surplus} the ordinary semaphore has {}, the bounded one {}.",
        ordinary.permits, bounded.permits,
    ))
    .held("the ordinary one has grown by every surplus release", ordinary.permits == permits + surplus)
    .held("the bounded one has what it began with", bounded.permits == permits)
    .held("the bounded one refused as many as were too many", bounded.refused == surplus)
    .figure("most inside the ordinary one", ordinary.most_inside)
    .figure("most inside the bounded one", bounded.most_inside);
    // Permits that were released too early let too many in before the bounded one can know.
    let kept = bounded.most_inside <= permits;
    findings = if plan.among_them {
        findings.seen("never more inside the bounded one than permits", kept)
    } else {
        findings.held("never more inside the bounded one than permits", kept)
    };
    if surplus > 0 {
        findings.answer = Some(usize::from(ordinary.permits > permits));
    }
    Ok(findings)
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "bounded-semaphore",
    title: "Bounded semaphore",
    chapter: Chapter::Semaphores,
    order: 3,
    summary: "A thread releases more than it acquired: an ordinary semaphore grows, a bounded one refuses.",
    parameters: &[
        Parameter {
            name: "permits",
            label: "Permits",
            help: "What both semaphores begin with.",
            kind: Kind::Whole { min: 1, max: 16, default: 3, unit: "" },
        },
        Parameter {
            name: "workers",
            label: "Workers",
            help: "Threads that acquire and release once each.",
            kind: Kind::Whole { min: 1, max: 32, default: 9, unit: "" },
        },
        Parameter {
            name: "surplus",
            label: "Surplus releases",
            help: "How many a careless thread makes, beside the one that is right.",
            kind: Kind::Whole { min: 0, max: 8, default: 2, unit: "" },
        },
        Parameter {
            name: "among",
            label: "Among the workers",
            help: "Whether the careless thread comes together with the workers, or before them.",
            kind: Kind::Switch { default: false },
        },
        Parameter {
            name: "time",
            label: "Time inside",
            help: "Between acquire and release; the careless thread stays half as long.",
            kind: Kind::Decimal { min: 0.1, max: 2.0, default: 0.8, step: 0.1, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "Two too many", arguments: "" },
        Preset { name: "Nobody careless", arguments: "surplus=0" },
        Preset { name: "Found late", arguments: "among=on" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "All permits of an ordinary semaphore are free, and a thread releases it twice more. How many permits does \
               it have then?",
        choices: &["As many as it began with", "More than it began with"],
        because: "An ordinary semaphore only counts, so each release adds a permit, whether one was acquired or not. The bounded \
                  one remembers how many it began with, and refuses.",
    },
    look_for: &[
        "Compare the two semaphores in “Shared objects”. Both begin with the same number of permits. The ordinary \
         one soon has more slots than it began with; the bounded one never has.",
        "In the timeline, first come the threads of the ordinary semaphore, and more of them are inside at once than it \
         had permits. Then come those of the bounded one, as many at a time as intended.",
        "The output has a line for each release that was refused, from the thread that made it, with the \
         semaphore's name and its bound.",
    ],
    try_this: &[
        "Choose “Nobody careless”. The two now behave alike: a bound costs a correct program nothing.",
        "Choose “Found late”, which puts the careless thread among the workers. While permits are taken, a surplus \
         release does not go beyond the bound, so it is accepted and lets one too many in. A later release is \
         refused instead, mostly that of a worker that did nothing wrong.",
        "Use one permit. After a surplus release the ordinary semaphore no longer does what a lock does: it lets \
         several in.",
    ],
    why: &[
        "A semaphore does not know who acquired what. That is useful where one thread waits for what another provides: \
         then every release is news, and the counter has to grow.",
        "Where permits stand for things of which there is a fixed number, a counter beyond that number is a \
         mistake in the program. The bounded semaphore reports it as an error. Its counter never goes beyond the \
         bound, and as many releases are refused as were too many.",
        "It cannot tell whose release was wrong, only that there has been one. In Rust a permit is given back when its \
         guard goes out of scope, exactly once, so this mistake has to be made on purpose, as it is here.",
    ],
    python: r#"import threading
import time

PERMITS = 3
WORKERS = 9
SURPLUS = 2
TIME = 0.1
counting = threading.Lock()


def watch(kind, door):
    inside = most = refused = 0

    def visit(time_inside, releases):
        nonlocal inside, most, refused
        door.acquire()  # (1)
        with counting:
            inside += 1
            most = max(most, inside)
        time.sleep(time_inside)
        with counting:
            inside -= 1
        for _ in range(releases):
            try:
                door.release()  # (2)
            except ValueError as error:
                print(f"{threading.current_thread().name}: refused: {error}")  # (3)
                with counting:
                    refused += 1

    def start_visit(name, *arguments):
        thread = threading.Thread(target=visit, args=arguments, name=f"{kind}-{name}")
        thread.start()
        return thread

    start_visit("careless", TIME / 2, 1 + SURPLUS).join()
    threads = [start_visit(number, TIME, 1) for number in range(1, WORKERS + 1)]
    for thread in threads:
        thread.join()
    permits = 0
    while door.acquire(blocking=False):
        permits += 1
    return permits, most, refused


def report(claim, kept):
    print(f"{claim}:", "yes" if kept else "no")


ordinary, most_ordinary, _ = watch("ordinary", threading.Semaphore(PERMITS))
bounded, most_bounded, refused = watch("bounded", threading.BoundedSemaphore(PERMITS))
print(f"Most inside the ordinary one: {most_ordinary}")
print(f"Most inside the bounded one: {most_bounded}")
report("The ordinary one has grown by every surplus release", ordinary == PERMITS + SURPLUS)
report("The bounded one has what it began with", bounded == PERMITS)
report("The bounded one refused as many as were too many", refused == SURPLUS)
report("Never more inside the bounded one than permits", most_bounded <= PERMITS)
"#,
};

#[cfg(test)]
mod tests {
    use crate::{Fact, Findings};

    fn findings(arguments: &str) -> Findings {
        Findings::parse(&crate::run("bounded-semaphore", arguments).unwrap())
    }

    #[test]
    fn the_ordinary_one_grows_and_the_bounded_one_refuses() {
        let findings = findings("permits=2&workers=5&surplus=3&time=0.1");
        assert!(
            findings.sentence.ends_with("the ordinary semaphore has 5, the bounded one 2."),
            "{findings:?}"
        );
        assert_eq!(findings.answer, Some(1), "{findings:?}");
        let kept = Fact::Held("never more inside the bounded one than permits".to_owned(), true);
        assert!(findings.facts.contains(&kept), "{findings:?}");
    }

    #[test]
    fn whoever_is_careless_among_workers_is_found_out_later() {
        // That all promises were kept is checked by the run itself.
        let findings = findings("permits=3&workers=6&surplus=2&time=0.1&among=on");
        assert!(
            findings.sentence.ends_with("the ordinary semaphore has 5, the bounded one 3."),
            "{findings:?}"
        );
    }

    #[test]
    fn without_surplus_there_is_no_difference() {
        let findings = findings("permits=1&workers=2&surplus=0&time=0.1");
        assert!(
            findings.sentence.ends_with("the ordinary semaphore has 1, the bounded one 1."),
            "{findings:?}"
        );
        assert_eq!(findings.answer, None, "{findings:?}");
    }
}
