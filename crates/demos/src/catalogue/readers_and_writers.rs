//! Readers and writers: many may read at once, or one may write.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use threadlab_threads::{Lock, RwLock, clock, lock, output, rwlock, say, thread};

/// How long a thread does something else before it comes again.
const BETWEEN: Duration = Duration::from_millis(200);

/// Two pages, which a writer changes one after the other.
#[derive(Default)]
struct News {
    front: u32,
    back: u32,
}

/// The news, and what they are protected by.
enum Guarded {
    ByRwLock(RwLock<News>),
    ByLock(Lock<News>),
}

struct Shared {
    news: Guarded,
    times: u32,
    read_time: Duration,
    write_time: Duration,
    /// Who is inside: changed by threads that hold the lock, which puts these changes into an order.
    readers: AtomicU32,
    writers: AtomicU32,
    most_readers: AtomicU32,
    /// How often a writer was not alone, and how often a reader found pages of two editions.
    disturbed: AtomicU32,
    mixed: AtomicU32,
}

impl Shared {
    fn read(&self, number: u32, news: &News) {
        let readers = self.readers.fetch_add(1, Ordering::Relaxed) + 1;
        self.most_readers.fetch_max(readers, Ordering::Relaxed);
        let front = news.front;
        thread::sleep(self.read_time);
        if news.back != front {
            self.mixed.fetch_add(1, Ordering::Relaxed);
        }
        say!("Reader-{number} has read edition {front}");
        self.readers.fetch_sub(1, Ordering::Relaxed);
    }

    fn write(&self, number: u32, news: &mut News) {
        let writers = self.writers.fetch_add(1, Ordering::Relaxed);
        news.front += 1;
        thread::sleep(self.write_time);
        news.back += 1;
        if writers + self.readers.load(Ordering::Relaxed) > 0 {
            self.disturbed.fetch_add(1, Ordering::Relaxed);
        }
        say!("Writer-{number} has written edition {}", news.back);
        self.writers.fetch_sub(1, Ordering::Relaxed);
    }
}

fn be_reader(shared: &Shared, number: u32) {
    // They come one after the other, some of them when a writer waits already.
    thread::sleep(BETWEEN / 2 * (number - 1));
    for time in 1..=shared.times {
        match &shared.news {
            Guarded::ByRwLock(news) => shared.read(number, &news.read()), // (1)
            Guarded::ByLock(news) => shared.read(number, &news.lock()),
        }
        output::progress(time, shared.times);
        thread::sleep(BETWEEN);
    }
}

fn be_writer(shared: &Shared, number: u32) {
    for time in 1..=shared.times {
        thread::sleep(BETWEEN);
        match &shared.news {
            Guarded::ByRwLock(news) => shared.write(number, &mut news.write()), // (2)
            Guarded::ByLock(news) => shared.write(number, &mut news.lock()),
        }
        output::progress(time, shared.times);
    }
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let (readers, writers) = (arguments.whole("readers"), arguments.whole("writers"));
    let plain = arguments.choice("lock") == "plain";
    let news = News::default();
    let shared = Arc::new(Shared {
        news: if plain {
            Guarded::ByLock(lock::named("news", news))
        } else {
            Guarded::ByRwLock(rwlock::named("news", news))
        },
        times: arguments.whole("times"),
        read_time: Duration::from_secs_f64(arguments.decimal("read")),
        write_time: Duration::from_secs_f64(arguments.decimal("write")),
        readers: AtomicU32::new(0),
        writers: AtomicU32::new(0),
        most_readers: AtomicU32::new(0),
        disturbed: AtomicU32::new(0),
        mixed: AtomicU32::new(0),
    });

    let begin = clock::program_now();
    let mut threads = Vec::new();
    for number in 1..=readers {
        let theirs = Arc::clone(&shared);
        let builder = thread::Builder::new().name(format!("Reader-{number}"));
        threads.push(builder.spawn(move || be_reader(&theirs, number))?);
    }
    for number in 1..=writers {
        let theirs = Arc::clone(&shared);
        let builder = thread::Builder::new().name(format!("Writer-{number}"));
        threads.push(builder.spawn(move || be_writer(&theirs, number))?);
    }
    for thread in threads {
        thread.join()?;
    }

    let seconds = clock::program_now().saturating_sub(begin).as_secs_f64();
    let most = shared.most_readers.load(Ordering::Relaxed);
    let mut findings = Findings::new(format!("Readers inside at once: at most {most} of {readers}."))
        .held("every writer was alone", shared.disturbed.load(Ordering::Relaxed) == 0)
        .held("nobody read pages of two editions", shared.mixed.load(Ordering::Relaxed) == 0)
        .figure("all were done after", format!("{seconds:.1} s"));
    if most > 1 {
        findings = findings.answer(1);
    } else if plain && readers > 1 {
        findings = findings.answer(0);
    }
    Ok(findings)
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "readers-and-writers",
    title: "Readers and writers",
    chapter: Chapter::Locks,
    order: 8,
    summary: "Readers disturb nobody and share a lock; a writer needs it for itself.",
    parameters: &[
        Parameter {
            name: "lock",
            label: "Lock",
            help: "A readers-writer lock lets readers in together.",
            kind: Kind::Choice { options: &[("rw", "Readers-writer"), ("plain", "Plain")], default: "rw" },
        },
        Parameter {
            name: "readers",
            label: "Readers",
            help: "Threads that only read.",
            kind: Kind::Whole { min: 1, max: 12, default: 4, unit: "" },
        },
        Parameter {
            name: "writers",
            label: "Writers",
            help: "Threads that change the news.",
            kind: Kind::Whole { min: 0, max: 4, default: 1, unit: "" },
        },
        Parameter {
            name: "times",
            label: "Times",
            help: "How often each of them reads or writes.",
            kind: Kind::Whole { min: 1, max: 5, default: 3, unit: "" },
        },
        Parameter {
            name: "read",
            label: "Reading",
            help: "How long a reader stays.",
            kind: Kind::Decimal { min: 0.0, max: 1.0, default: 0.6, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "write",
            label: "Writing",
            help: "How long a writer stays.",
            kind: Kind::Decimal { min: 0.0, max: 1.0, default: 0.6, step: 0.1, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "Readers-writer", arguments: "" },
        Preset { name: "Plain lock", arguments: "lock=plain" },
        Preset { name: "Many writers", arguments: "writers=4&readers=2" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "Four readers and a writer share the lock. How many of them can be inside at once?",
        choices: &["One", "Several readers, or the writer", "Several readers beside the writer"],
        because: "Readers change nothing, so they do not disturb one another, and the readers-writer lock lets \
                  them in together. A writer would disturb them all; it comes in alone. A plain lock cannot \
                  tell readers from writers and lets in one.",
    },
    look_for: &[
        "In “Shared objects” the lock is read by several threads at once, or written by one. In the timeline \
         the sleeps of readers, which stand for reading, overlap; that of a writer overlaps with none.",
        "Find a reader that comes while others read and a writer waits. It has to wait too, although it would \
         disturb nobody. Without that, readers could come and go for ever and never let a writer in.",
        "When the writer leaves, all readers that have come meanwhile are let in at the same moment.",
    ],
    try_this: &[
        "Choose “Plain lock” and compare the time that it takes: now readers wait for readers.",
        "Choose “Many writers”. There are few readers to come in together, so the readers-writer lock gains little \
         over the plain one.",
        "Set “Writers” to 0 and run it with both locks: nobody changes anything, so all the waiting for the plain \
         lock is in vain.",
    ],
    why: &[
        "Two threads that read the same data at once see the same. Only when one of them changes it, another \
         may see it half done: here the front page of one edition with the back page of another. So the rule \
         is: any number of readers or one writer.",
        "Such a lock pays where reading is frequent and takes its time, and writing is rare. It has more to \
         keep in mind than a plain lock, so for a short look a plain lock is often quicker.",
        "Who goes first, a reader that comes or a writer that waits, is a choice of each such lock. This one \
         is fair: whoever has to wait is let in in the order of coming, and readers who stand next to each \
         other in the queue come in together. Python's library has no such lock; the program beside builds a \
         small one.",
    ],
    python: r#"import threading
import time
from contextlib import contextmanager

READERS, TIMES, READ, WRITE, BETWEEN = 4, 3, 0.1, 0.1, 0.04


class RwLock:
    """Readers wait while a writer is inside or waits."""

    def __init__(self):
        self.changed = threading.Condition()
        self.readers = self.writers = self.waiting = 0

    @contextmanager
    def reading(self):
        with self.changed:
            self.changed.wait_for(lambda: not (self.writers or self.waiting))
            self.readers += 1
        yield
        with self.changed:
            self.readers -= 1
            self.changed.notify_all()

    @contextmanager
    def writing(self):
        with self.changed:
            self.waiting += 1
            self.changed.wait_for(lambda: not (self.writers or self.readers))
            self.waiting -= 1
            self.writers += 1
        yield
        with self.changed:
            self.writers -= 1
            self.changed.notify_all()


lock = RwLock()
news = {"front": 0, "back": 0}
inside, most, disturbed, mixed = [], [], [], []


def be_reader(number):
    time.sleep(BETWEEN / 2 * (number - 1))
    for _ in range(TIMES):
        with lock.reading():  # (1)
            inside.append(number)
            most.append(len(inside))
            front = news["front"]
            time.sleep(READ)
            if news["back"] != front:
                mixed.append(number)
            print(f"Reader-{number} has read edition {front}")
            inside.remove(number)
        time.sleep(BETWEEN)


def be_writer():
    for edition in range(1, TIMES + 1):
        time.sleep(BETWEEN)
        with lock.writing():  # (2)
            news["front"] = edition
            time.sleep(WRITE)
            news["back"] = edition
            if inside:
                disturbed.append(edition)
            print(f"Writer-1 has written edition {edition}")


threads = [threading.Thread(target=be_reader, args=(n,)) for n in range(1, READERS + 1)]
threads.append(threading.Thread(target=be_writer))
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(f"Readers inside at once: at most {max(most)} of {READERS}.")
print("Every writer was alone:", "no" if disturbed else "yes")
print("Nobody read pages of two editions:", "no" if mixed else "yes")
"#,
};

#[cfg(test)]
mod tests {
    use crate::Findings;

    fn findings(arguments: &str) -> Findings {
        Findings::parse(&crate::run("readers-and-writers", arguments).unwrap())
    }

    #[test]
    fn readers_may_be_together_and_writers_are_alone() {
        let findings = findings("readers=4&writers=2&times=1&read=0.1&write=0.01");
        assert!(findings.plain().contains("\nEvery writer was alone: yes"), "{findings:?}");
        let alone = findings.sentence.starts_with("At most 1 ");
        assert_eq!(findings.answer, (!alone).then_some(1), "{findings:?}");
    }

    #[test]
    fn a_plain_lock_lets_one_reader_in() {
        let findings = findings("lock=plain&readers=3&writers=1&times=1&read=0.1&write=0");
        assert_eq!(findings.sentence, "Readers inside at once: at most 1 of 3.");
        assert_eq!(findings.answer, Some(0));
    }

    #[test]
    fn one_reader_shows_nothing_of_several() {
        assert_eq!(findings("readers=1&writers=0&times=1&read=0").answer, None);
    }
}
