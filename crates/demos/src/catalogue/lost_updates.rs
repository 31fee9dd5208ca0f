//! Lost updates: three ways to add to one counter from several threads.

use crate::{
    About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question, grouped,
};
use std::hint;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use threadlab_threads::{Lock, clock, lock, output, say, thread};

/// The counter that all threads share.
struct Counter {
    value: AtomicU32,
    adding: Lock<()>,
    /// Held by the main thread until all threads stand before it.
    start: Lock<()>,
    arrived: AtomicU32,
    started: AtomicU32,
}

#[derive(Clone, Copy)]
struct Plan {
    threads: u32,
    additions: u32,
    gap: u32,
}

#[derive(Clone, Copy)]
enum Way {
    WithoutLock,
    WithLock,
    Atomic,
}

impl Counter {
    fn new(way: &str) -> Self {
        Self {
            value: AtomicU32::new(0),
            adding: lock::named("adding", ()),
            start: lock::named(format!("start {way}"), ()),
            arrived: AtomicU32::new(0),
            started: AtomicU32::new(0),
        }
    }

    /// Waits until all threads are here: they have to meet, or there is nothing to see.
    fn start_together(&self, count: u32) {
        self.arrived.fetch_add(1, Ordering::Relaxed);
        drop(self.start.lock());
        // Waking from a wait takes longer than adding does, so the last moment is spent wide awake.
        self.started.fetch_add(1, Ordering::Relaxed);
        while self.started.load(Ordering::Relaxed) < count {
            hint::spin_loop();
        }
    }

    fn add_one(&self, way: Way, gap: u32) {
        match way {
            Way::WithoutLock => self.read_add_write(gap),
            Way::WithLock => {
                let _guard = self.adding.lock(); // (3)
                self.read_add_write(gap);
            }
            Way::Atomic => {
                think(gap);
                self.value.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// `value += 1` as most languages do it: read, add, write. Another thread can come between the read and the write.
    ///
    /// Rust does not let two threads touch a plain number at once. A relaxed load and a relaxed store of an atomic
    /// number are the same two steps, each whole in itself, with nothing to hold them together.
    fn read_add_write(&self, gap: u32) {
        let seen = self.value.load(Ordering::Relaxed); // (1)
        think(gap);
        self.value.store(seen + 1, Ordering::Relaxed); // (2)
    }
}

/// Takes the time of `turns` turns of an empty loop, as a computation would.
fn think(turns: u32) {
    for turn in 0..turns {
        hint::black_box(turn);
    }
}

/// What each thread runs.
fn add_many(counter: &Counter, plan: Plan, way: Way) {
    let Plan { threads, additions, gap } = plan;
    counter.start_together(threads);
    let report_every = additions.div_ceil(50);
    for done in 1..=additions {
        counter.add_one(way, gap);
        if done % report_every == 0 || done == additions {
            output::progress(done, additions);
        }
    }
}

/// Lets threads add as planned. Gives what the counter says in the end, and the time that it took.
fn measure(plan: Plan, way: Way) -> Result<(u32, Duration), ProgramError> {
    let count = plan.threads;
    let (title, short) = way.names();
    let counter = Arc::new(Counter::new(short));
    let not_yet = counter.start.lock();
    let mut threads = Vec::new();
    for number in 1..=count {
        let counter = Arc::clone(&counter);
        let thread = thread::Builder::new()
            .name(format!("{short}-{number}"))
            .spawn(move || add_many(&counter, plan, way))
            .map_err(|error| format!("thread {number} of {count} did not start: {error}"))?;
        threads.push(thread);
    }
    while counter.arrived.load(Ordering::Relaxed) < count {
        thread::sleep(Duration::from_millis(1));
    }
    say!("{title}: go");
    let begin = clock::now();
    drop(not_yet);
    for thread in threads {
        thread.join()?;
    }
    Ok((counter.value.load(Ordering::Relaxed), clock::now().saturating_sub(begin)))
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let plan = Plan {
        threads: arguments.whole("threads"),
        additions: arguments.whole("additions"),
        gap: arguments.whole("gap"),
    };
    let expected = plan.threads * plan.additions;

    let mut findings = Findings::new(format!("Expected each time: {}.", grouped(expected.into())));
    for (done, way) in (1..).zip([Way::WithoutLock, Way::WithLock, Way::Atomic]) {
        let (actual, time) = measure(plan, way)?;
        let lost = expected.saturating_sub(actual);
        let (title, _) = way.names();
        let figures = format!(
            "{}, lost {}, in {:.1} ms",
            grouped(actual.into()),
            grouped(lost.into()),
            time.as_secs_f64() * 1e3,
        );
        say!("{title}: {figures}");
        findings = findings.figure(title, figures);
        findings = match way {
            Way::WithoutLock => findings
                .seen("updates lost without a lock", lost > 0)
                .held("never more than was added", actual <= expected)
                .answer(if lost > 0 { 2 } else { 1 }),
            Way::WithLock => findings.held("nothing lost with the lock", actual == expected),
            Way::Atomic => findings.held("nothing lost with the atomic addition", actual == expected),
        };
        output::progress(done, 3);
    }
    Ok(findings)
}

impl Way {
    /// Its title, and the short name of its threads.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::WithoutLock => ("Without a lock", "plain"),
            Self::WithLock => ("With the lock", "locked"),
            Self::Atomic => ("Atomic add", "atomic"),
        }
    }
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "lost-updates",
    title: "Lost updates",
    chapter: Chapter::Threads,
    order: 12,
    summary: "Threads add to one counter; without protection some additions vanish.",
    parameters: &[
        Parameter {
            name: "threads",
            label: "Threads",
            help: "How many add at the same time.",
            kind: Kind::Whole { min: 1, max: 95, default: 4, unit: "" },
        },
        Parameter {
            name: "additions",
            label: "Additions",
            help: "How often each thread adds one.",
            kind: Kind::Whole { min: 1, max: 50_000, default: 20_000, unit: "" },
        },
        Parameter {
            name: "gap",
            label: "Gap",
            help: "How long a thread computes between its read and its write.",
            kind: Kind::Whole { min: 0, max: 5_000, default: 1_000, unit: "turns" },
        },
    ],
    presets: &[
        Preset { name: "Four threads", arguments: "" },
        Preset { name: "One thread", arguments: "threads=1" },
        Preset { name: "No gap", arguments: "gap=0&additions=5000" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "Four threads add one to a counter 20,000 times each, without a lock: 80,000 additions. How many of \
               them does the counter show in the end?",
        choices: &["More than were made", "Exactly as many as were made", "Fewer than were made"],
        because: "Whenever two threads read the same number, both write the same next one, and one addition is \
                  lost. No addition ever counts twice. With luck, or one thread alone, nothing is lost; with the \
                  lock and with the atomic addition nothing ever is.",
    },
    look_for: &[
        "The result compares three ways to add: a plain read and write, the same under a lock, and one atomic \
         operation. Only the first loses anything, and how much differs from run to run.",
        "The times differ too. With the lock one thread at a time does its work between read and write, so more \
         cores are of no use to it; the atomic addition loses nothing either, and makes nobody wait.",
    ],
    try_this: &[
        "Run it several times. The loss is never quite the same: it depends on when exactly the threads meet.",
        "Use one thread: nothing is lost, because nobody comes between its read and its write.",
        "Make the gap 0, then 5000. The longer a thread takes from its read to its write, the more is lost. With \
         no gap and few additions often nothing is lost at all, which makes this mistake hard to find by testing.",
    ],
    why: &[
        "To add one to a number in memory takes three steps: read it, add one, write it back. When two threads \
         both read 41, both write 42, and one of the two additions is gone. This is a race: the outcome depends on \
         who comes first.",
        "A lock makes the three steps one piece, as seen by everybody who uses the same lock. An atomic addition \
         is a single operation of the processor, so there is nothing to come between.",
        "The plain way here is written as an atomic read and an atomic write, because Rust refuses to compile two \
         threads that write to an ordinary number. The gap between the two remains, and it is the gap that loses \
         updates.",
    ],
    python: r#"import itertools
import threading
import time

THREADS = 4
ADDITIONS = 500
adding = threading.Lock()
value = 0


def read_add_write():
    global value
    seen = value  # (1)
    time.sleep(0)  # another thread can come in here
    value = seen + 1  # (2)


def add_many(use_lock):
    for _ in range(ADDITIONS):
        if use_lock:
            with adding:  # (3)
                read_add_write()
        else:
            read_add_write()


def measure(title, use_lock):
    global value
    value = 0
    begin = time.perf_counter()
    threads = [threading.Thread(target=add_many, args=(use_lock,)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = (time.perf_counter() - begin) * 1000
    lost = THREADS * ADDITIONS - value
    print(f"{title}: {value}, lost {lost}, in {taken:.1f} ms")
    return lost


lost = measure("Without a lock", False)
print("Updates lost without a lock:", "yes" if lost > 0 else "no")
print("Never more than was added:", "yes" if lost >= 0 else "no")
print("Nothing lost with the lock:", "yes" if measure("With the lock", True) == 0 else "no")

# Numbers have no atomic addition in Python. In CPython a count's next() is one step that no other
# thread can come between, because it is not written in Python.
counter = itertools.count()
threads = [
    threading.Thread(target=lambda: [next(counter) for _ in range(ADDITIONS)]) for _ in range(THREADS)
]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("Nothing lost with the atomic addition:", "yes" if next(counter) == THREADS * ADDITIONS else "no")
"#,
};

#[cfg(test)]
mod tests {
    use crate::Findings;

    #[test]
    fn one_thread_loses_nothing() {
        let result = crate::run("lost-updates", "threads=1&additions=1000").unwrap();
        assert_eq!(result.matches("1,000, lost 0, in ").count(), 3, "{result}");
        assert_eq!(Findings::parse(&result).answer, Some(1), "{result}");
    }

    #[test]
    fn the_lock_and_the_atomic_addition_keep_everything() {
        let findings = Findings::parse(&crate::run("lost-updates", "threads=4&additions=2000").unwrap());
        assert_eq!(findings.sentence, "Expected each time: 8,000.");
        for way in ["With the lock", "Atomic add"] {
            assert!(findings.plain().contains(&format!("\n{way}: 8,000, lost 0, in ")), "{findings:?}");
        }
        assert!(findings.all_held());
    }
}
