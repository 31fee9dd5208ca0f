//! Re-entrant lock: its holder may acquire it again, and must release it as often.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use threadlab_threads::{Lock, RLock, lock, output, say, thread};

/// The lock that is tried.
enum Door {
    Reentrant(RLock<()>),
    Plain(Lock<()>),
    /// A plain lock, asked with a limit where the thread already holds it.
    Limited(Lock<()>, Duration),
}

struct Shared {
    door: Door,
    levels: u32,
    pause: Duration,
    /// The number of the thread that is inside, or 0. Changed under the lock only, which orders everything here.
    inside: AtomicU32,
    /// How often a thread found another one inside, and how often the holder was refused.
    disturbed: AtomicU32,
    refused: AtomicU32,
    /// How often one thread held the lock at once, at most.
    holds: AtomicU32,
}

/// Goes one level down: acquires the lock, and does all the rest while holding it.
fn go_down(shared: &Shared, thread: u32, level: u32) {
    match &shared.door {
        Door::Reentrant(door) => {
            let _hold = door.lock(); // (1)
            shared.holds.fetch_max(door.depth(), Ordering::Relaxed);
            be_at(shared, thread, level);
        }
        Door::Limited(door, limit) if level > 1 => {
            if door.try_lock_for(*limit).is_some() {
                be_at(shared, thread, level);
            } else {
                say!("Thread-{thread} gave up: it waited for itself");
                shared.refused.fetch_add(1, Ordering::Relaxed);
            }
        }
        Door::Plain(door) | Door::Limited(door, _) => {
            let _hold = door.lock(); // (2)
            be_at(shared, thread, level);
        }
    }
}

/// Is at a level, and goes further down if there is more.
fn be_at(shared: &Shared, thread: u32, level: u32) {
    let expected = if level == 1 { 0 } else { thread };
    if shared.inside.swap(thread, Ordering::Relaxed) != expected {
        shared.disturbed.fetch_add(1, Ordering::Relaxed);
    }
    say!("Thread-{thread} is at level {level}");
    output::progress(level, shared.levels);
    thread::sleep(shared.pause);
    if level < shared.levels {
        go_down(shared, thread, level + 1); // (3)
        thread::sleep(shared.pause);
    }
    if level == 1 {
        say!("Thread-{thread} leaves");
        shared.inside.store(0, Ordering::Relaxed);
    }
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let (count, levels) = (arguments.whole("threads"), arguments.whole("levels"));
    let door = match arguments.choice("lock") {
        "reentrant" => Door::Reentrant(RLock::named("door", ())),
        "limited" => {
            Door::Limited(lock::named("door", ()), Duration::from_secs_f64(arguments.decimal("limit")))
        }
        _ => Door::Plain(lock::named("door", ())),
    };
    let shared = Arc::new(Shared {
        door,
        levels,
        pause: Duration::from_secs_f64(arguments.decimal("pause")),
        inside: AtomicU32::new(0),
        disturbed: AtomicU32::new(0),
        refused: AtomicU32::new(0),
        holds: AtomicU32::new(1),
    });

    let mut threads = Vec::new();
    for number in 1..=count {
        let theirs = Arc::clone(&shared);
        let builder = thread::Builder::new().name(format!("Thread-{number}"));
        threads.push(builder.spawn(move || go_down(&theirs, number, 1))?);
    }
    for thread in threads {
        thread.join()?;
    }

    let let_in = shared.refused.load(Ordering::Relaxed) == 0;
    let sentence = match &shared.door {
        _ if levels == 1 => "Each thread acquired the lock once; any lock will do for that.",
        Door::Reentrant(_) => "Each thread acquired the lock again and again, and released it as often.",
        Door::Plain(_) | Door::Limited(..) => {
            "A plain lock does not know its holder: each thread waited for itself."
        }
    };
    let mut findings = Findings::new(sentence)
        .held("no other thread came in between", shared.disturbed.load(Ordering::Relaxed) == 0)
        .seen("the holder got the lock again", let_in && levels > 1)
        .figure("most holds of one thread", shared.holds.load(Ordering::Relaxed));
    if levels > 1 {
        findings.answer = Some(if let_in { 0 } else { 2 });
    }
    Ok(findings)
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "re-entrant-lock",
    title: "Re-entrant lock",
    chapter: Chapter::Locks,
    order: 4,
    summary: "A function that holds a lock calls one that acquires it again: with the right lock that is fine.",
    parameters: &[
        Parameter {
            name: "lock",
            label: "Lock",
            help: "A plain lock acquired a second time ends in a deadlock, unless the wait has a limit.",
            kind: Kind::Choice {
                options: &[
                    ("reentrant", "Re-entrant"),
                    ("limited", "Plain, with a limit"),
                    ("plain", "Plain"),
                ],
                default: "reentrant",
            },
        },
        Parameter {
            name: "levels",
            label: "Levels",
            help: "How often each thread acquires the lock.",
            kind: Kind::Whole { min: 1, max: 10, default: 3, unit: "" },
        },
        Parameter {
            name: "threads",
            label: "Threads",
            help: "How many go down the levels.",
            kind: Kind::Whole { min: 1, max: 8, default: 2, unit: "" },
        },
        Parameter {
            name: "pause",
            label: "Pause",
            help: "Slept at each level, on the way down and up.",
            kind: Kind::Decimal { min: 0.0, max: 1.0, default: 0.4, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "limit",
            label: "Limit",
            help: "How long a thread waits for “Plain, with a limit”: real seconds, whatever the speed.",
            kind: Kind::Decimal { min: 0.1, max: 5.0, default: 1.0, step: 0.1, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "Re-entrant", arguments: "" },
        Preset { name: "Plain, limited", arguments: "lock=limited" },
        Preset { name: "Plain: stuck", arguments: "lock=plain" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "Thread-1 holds the lock and acquires it again, while Thread-2 waits for it. What happens?",
        choices: &["Thread-1 gets it at once", "Thread-2 comes first", "Thread-1 waits for itself"],
        because: "A re-entrant lock knows its holder and lets it in again, past all who wait. A plain lock \
                  knows only that it is taken, so its holder would wait for a release that only it could do.",
    },
    look_for: &[
        "In “Shared objects” the lock counts: held by Thread-1, then held 2 times, then 3 times, and down \
         again. Only when the last hold is given back does the next thread come in.",
        "In the timeline one thread at a time goes through all its levels, while the others are hatched from \
         end to end. Acquiring it again costs the holder no wait at all.",
        "With a plain lock, see in the table of threads what the holder waits for at level 2: a lock that is held \
         by itself.",
    ],
    try_this: &[
        "Choose “Plain: stuck”. The page says that it is a deadlock, and who waits for whom; Stop ends the run.",
        "Choose “Plain, limited”. Each thread waits for itself as long as the limit says, gives up and goes on.",
        "With “Plain”, set the levels to 1: nobody acquires twice, and the plain lock is enough.",
    ],
    why: &[
        "A re-entrant lock has an owner and a counter. Its owner acquires by counting up and releases by \
         counting down; at zero it is free. For all other threads it is a lock like any other.",
        "It is of use where functions that protect themselves call one another, or call themselves, as here. \
         Each of them may be called alone or from one that holds the lock already.",
        "It also hides something: whoever gets a plain lock knows that nobody is in the midst of changing what it \
         protects. With a re-entrant lock somebody may be: a caller further up. Many programs do better with a \
         plain lock, an outer function that takes it and an inner one that relies on it.",
    ],
    python: r#"import threading
import time

LEVELS, THREADS, PAUSE, LIMIT = 3, 2, 0.05, 0.2
disturbed = []


def go_down(door, number, level, inside):
    if isinstance(door, type(threading.RLock())):
        entered = door.acquire()  # (1)
    else:
        entered = door.acquire(timeout=LIMIT if level > 1 else -1)  # (2)
    if not entered:
        print(f"Thread-{number} gave up: it waited for itself")
        return False
    try:
        return be_at(door, number, level, inside)
    finally:
        door.release()


def be_at(door, number, level, inside):
    if inside and inside[-1] != number:
        disturbed.append(number)
    inside.append(number)
    print(f"Thread-{number} is at level {level}")
    time.sleep(PAUSE)
    reached = level == LEVELS or go_down(door, number, level + 1, inside)  # (3)
    inside.pop()
    return reached


def measure(door):
    inside, reached = [], []
    threads = [
        threading.Thread(target=lambda n=n: reached.append(go_down(door, n, 1, inside)))
        for n in range(1, THREADS + 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return all(reached)


print("A plain lock, with a limit")
measure(threading.Lock())
print("A re-entrant lock")
again = measure(threading.RLock())
print("No other thread came in between:", "no" if disturbed else "yes")
print("The holder got the lock again:", "yes" if again else "no")
"#,
};

#[cfg(test)]
mod tests {
    use crate::Findings;

    fn findings(arguments: &str) -> Findings {
        Findings::parse(&crate::run("re-entrant-lock", arguments).unwrap())
    }

    #[test]
    fn the_holder_of_a_re_entrant_lock_goes_all_the_way() {
        let findings = findings("lock=reentrant&levels=4&threads=3&pause=0.01");
        assert!(findings.plain().contains("\nMost holds of one thread: 4"), "{findings:?}");
        assert!(findings.plain().contains("\nThe holder got the lock again: yes"), "{findings:?}");
        assert_eq!(findings.answer, Some(0));
    }

    #[test]
    fn the_holder_of_a_plain_lock_is_refused() {
        let findings = findings("lock=limited&levels=3&threads=2&pause=0&limit=0.1");
        assert!(findings.plain().contains("\nThe holder got the lock again: no"), "{findings:?}");
        assert_eq!(findings.answer, Some(2));
    }

    #[test]
    fn one_level_needs_no_more_than_a_plain_lock() {
        let findings = findings("lock=plain&levels=1&threads=2&pause=0");
        assert!(findings.sentence.contains("any lock will do"), "{findings:?}");
        assert_eq!(findings.answer, None);
    }
}
