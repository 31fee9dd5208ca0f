//! Try-lock: asking for a lock without waiting for it, or not for long.

use crate::{
    About, Arguments, Chapter, Chart, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question,
};
use std::sync::Arc;
use std::time::Duration;
use threadlab_threads::{Event, Lock, clock, lock, say, thread};

/// What the threads share.
struct Shared {
    /// A lock, and how many threads have been in the room behind it.
    room: Lock<u32>,
    taken: Event,
    asked: Event,
    /// How long a step of somebody's own work takes, and a stay in the room.
    step: Duration,
    stay: Duration,
}

/// How a thread asks for the lock.
#[derive(Clone, Copy)]
enum Way {
    AtOnce,
    Limited(Duration),
    Waiting,
}

/// What came of asking.
struct Outcome {
    /// How often the answer was 0; a step of own work followed each time.
    refused: u32,
    /// The longest time that an answer took.
    longest: Duration,
}

/// Takes the lock first and keeps it for a while.
fn hold(shared: &Shared, time: Duration) {
    let mut visitors = shared.room.lock();
    shared.taken.set();
    say!("Holder has the lock");
    thread::sleep(time);
    // On a slow machine the time may be over before anybody has asked.
    shared.asked.wait();
    *visitors += 1;
    say!("Holder releases the lock");
}

/// Asks until the answer is 1, with a step of other work after every 0.
fn ask(shared: &Shared, way: Way) -> Outcome {
    let mut outcome = Outcome { refused: 0, longest: Duration::ZERO };
    loop {
        let begin = clock::now();
        let entered = match way {
            Way::AtOnce => shared.room.try_lock(),                  // (1)
            Way::Limited(limit) => shared.room.try_lock_for(limit), // (2)
            Way::Waiting => Some(shared.room.lock()),               // (3)
        };
        let time = clock::now().saturating_sub(begin);
        outcome.longest = outcome.longest.max(time);
        if matches!(way, Way::AtOnce) {
            shared.asked.set();
        }
        say!("{} got {} after {:.3} s", way.name(), u32::from(entered.is_some()), time.as_secs_f64());
        if let Some(mut visitors) = entered {
            *visitors += 1;
            thread::sleep(shared.stay);
            return outcome;
        }
        outcome.refused += 1;
        thread::sleep(shared.step);
        say!("{} has done step {} of its own work", way.name(), outcome.refused);
    }
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let seconds = |name| Duration::from_secs_f64(arguments.decimal(name));
    let (hold_time, limit) = (seconds("hold"), seconds("limit"));
    let shared = Arc::new(Shared {
        room: lock::named("room", 0),
        taken: Event::named("taken"),
        asked: Event::named("asked"),
        step: seconds("step"),
        stay: seconds("stay"),
    });

    let theirs = Arc::clone(&shared);
    let holder = thread::Builder::new().name("Holder").spawn(move || hold(&theirs, hold_time))?;
    shared.taken.wait();
    let mut threads = Vec::new();
    for way in [Way::AtOnce, Way::Limited(limit), Way::Waiting] {
        let theirs = Arc::clone(&shared);
        threads.push((way, thread::Builder::new().name(way.name()).spawn(move || ask(&theirs, way))?));
    }
    holder.join()?;

    let mut findings = Findings::new("Four threads wanted the same lock, and all of them got it.");
    let mut chart = Chart::bars("Own work done before getting the lock", "steps");
    for (way, thread) in threads {
        let outcome = thread.join()?;
        if matches!(way, Way::AtOnce) {
            findings = findings.held("a taken lock is refused", outcome.refused > 0);
        }
        let (refused, longest) = (outcome.refused, outcome.longest.as_secs_f64());
        findings = findings.figure(way.name(), format!("refused {refused}×, longest wait {longest:.3} s"));
        chart = chart.bar(way.name(), f64::from(refused));
    }
    let visitors = *shared.room.lock();
    Ok(findings.held("everyone was in the room in the end", visitors == 4).chart(chart).answer(0))
}

impl Way {
    /// What a thread is called that asks like this.
    const fn name(self) -> &'static str {
        match self {
            Self::AtOnce => "At once",
            Self::Limited(_) => "With a limit",
            Self::Waiting => "Waiting",
        }
    }
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "try-lock",
    title: "Try-lock",
    chapter: Chapter::Locks,
    order: 2,
    summary: "Ask for a lock without waiting, or with a time limit, and do something else meanwhile.",
    parameters: &[
        Parameter {
            name: "hold",
            label: "Hold",
            help: "How long the first thread keeps the lock.",
            kind: Kind::Decimal { min: 0.1, max: 10.0, default: 3.0, step: 0.5, unit: "s" },
        },
        Parameter {
            name: "step",
            label: "Own step",
            help: "How long a thread does something else after each refusal.",
            kind: Kind::Decimal { min: 0.1, max: 5.0, default: 0.5, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "limit",
            label: "Limit",
            help: "How long “With a limit” waits each time: real seconds, whatever the speed.",
            kind: Kind::Decimal { min: 0.0, max: 10.0, default: 1.0, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "stay",
            label: "Stay",
            help: "How long each of the others keeps the lock.",
            kind: Kind::Decimal { min: 0.0, max: 5.0, default: 0.5, step: 0.1, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "Three ways", arguments: "" },
        Preset { name: "Short steps", arguments: "step=0.1" },
        Preset { name: "Limit of 0", arguments: "limit=0" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "A thread asks for a lock without waiting, and another thread holds it. What does it get?",
        choices: &["0, at once", "1, when the lock is free", "Nothing: it ends with an error"],
        because: "Asking without waiting is one look: 1 if the lock was free, and then the thread has it; 0 if \
                  it was not, and then the thread goes on without it. Being refused is an answer, not an \
                  error.",
    },
    look_for: &[
        "Compare three lanes of the timeline while Holder has the lock. “Waiting” is hatched from end to end. \
         “With a limit” is hatched piece by piece; the sleeps between stand for its own work. “At once” is never \
         hatched: it asks, is refused and does a step of its own work.",
        "In the output each 0 comes with the time that it took. Without waiting it takes hardly any time; with a \
         limit it takes the whole limit, and a bit.",
        "In “Shared objects” only threads that wait stand in the queue of the lock. “At once” is never seen \
         there, so nobody wakes it when the lock becomes free: it finds out at its next look.",
    ],
    try_this: &[
        "Make “Own step” 2 s. Now “At once” may come late: the lock is free for a while, and others take it, \
         before it looks again.",
        "Set “Limit” to 0. A wait of no time at all is a look: “With a limit” now behaves like “At once”.",
        "Set the speed to 20×. Holding and working get 20 times shorter, but a limit counts real seconds, so \
         “With a limit” is no longer refused.",
    ],
    why: &[
        "Acquire has three forms. The plain one returns only when it has the lock. The one that does not block \
         returns at once, with it or without. The one with a timeout waits, but no longer than that.",
        "The last two oblige the program to look at the answer: what the lock protects may be touched only \
         after a 1. In this program a 1 comes with a guard, and without the guard there is no way to the \
         protected value.",
        "A thread that asks again and again without waiting has no place in the queue and can be overtaken any \
         number of times. Asking like this pays where there is other work to do, or as a way out of a deadlock; it \
         is not a way to wait.",
    ],
    python: r#"import threading
import time

HOLD, STEP, LIMIT, STAY = 0.6, 0.1, 0.2, 0.1
room = threading.Lock()
taken = threading.Event()
asked = threading.Event()
visitors = []
refused = {}


def hold():
    with room:
        taken.set()
        print("Holder has the lock")
        time.sleep(HOLD)
        asked.wait()
        visitors.append("Holder")
        print("Holder releases the lock")


def at_once():
    return room.acquire(blocking=False)  # (1)


def limited():
    return room.acquire(timeout=LIMIT)  # (2)


def waiting():
    return room.acquire()  # (3)


def ask(name, way):
    refused[name] = 0
    while True:
        begin = time.perf_counter()
        entered = way()
        taken_time = time.perf_counter() - begin
        if way is at_once:
            asked.set()
        print(f"{name} got {int(entered)} after {taken_time:.3f} s")
        if entered:
            break
        refused[name] += 1
        time.sleep(STEP)
    visitors.append(name)
    time.sleep(STAY)
    room.release()


threads = [threading.Thread(target=hold)]
threads[0].start()
taken.wait()
for name, way in (("At once", at_once), ("With a limit", limited), ("Waiting", waiting)):
    threads.append(threading.Thread(target=ask, args=(name, way)))
    threads[-1].start()
for thread in threads:
    thread.join()
for name, count in refused.items():
    print(f"{name}: refused {count}×")
print("A taken lock is refused:", "yes" if refused["At once"] > 0 else "no")
print("Everyone was in the room in the end:", "yes" if len(visitors) == 4 else "no")
"#,
};

#[cfg(test)]
mod tests {
    use crate::Findings;

    #[test]
    fn the_first_look_is_in_vain_and_everyone_gets_in() {
        for arguments in ["hold=0.1&step=0.1&limit=0.1&stay=0", "hold=0.2&step=0.1&limit=0&stay=0.1"] {
            let findings = Findings::parse(&crate::run("try-lock", arguments).unwrap());
            assert!(findings.plain().contains("\nA taken lock is refused: yes"), "{findings:?}");
            assert!(findings.plain().contains("\nEveryone was in the room in the end: yes"), "{findings:?}");
            assert!(findings.plain().contains("\nWaiting: refused 0×"), "{findings:?}");
            assert_eq!(findings.answer, Some(0));
        }
    }
}
