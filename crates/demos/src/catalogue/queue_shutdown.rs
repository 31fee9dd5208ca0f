//! Queue shutdown: how threads that wait for a queue learn that it is over.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use std::sync::Arc;
use std::time::Duration;
use threadlab_threads::{Queue, say, thread};

/// Who wrote it, and its number among theirs.
type Letter = (u32, u32);

/// What each writer runs: writes letters for as long as the box takes them. Gives how many it took, and the one that
/// came back.
fn write(letterbox: &Queue<Letter>, me: u32, period: Duration) -> (u32, Letter) {
    let mut taken = 0;
    loop {
        thread::sleep(period);
        let posted = letterbox.put((me, taken + 1)); // (2)
        if let Err(error) = posted {
            say!("{error}");
            return (taken, error.into_item()); // (3)
        }
        taken += 1;
    }
}

/// What each reader runs: reads letters until it is told that there will be none. Gives those that it read.
fn read(letterbox: &Queue<Letter>, period: Duration) -> Vec<Letter> {
    let mut letters = Vec::new();
    loop {
        let next = letterbox.get(); // (4)
        match next {
            Ok(letter) => letters.push(letter),
            Err(error) => {
                say!("{error}");
                return letters;
            }
        }
        thread::sleep(period);
    }
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let immediate = arguments.switch("immediate");
    let (pairs, room) = (arguments.whole("pairs"), arguments.whole("room"));
    let writing = Duration::from_secs_f64(arguments.decimal("writing"));
    let reading = Duration::from_secs_f64(arguments.decimal("reading"));
    let after = Duration::from_secs_f64(arguments.decimal("after"));
    let letterbox = Arc::new(Queue::named_bounded("letterbox", usize::try_from(room)?)?); // (1)

    let (mut writers, mut readers) = (Vec::new(), Vec::new());
    for number in 1..=pairs {
        let (its_box, writer) = (Arc::clone(&letterbox), format!("Writer-{number}"));
        let writer = thread::Builder::new().name(writer).spawn(move || write(&its_box, number, writing))?;
        writers.push((number, writer));
        let (its_box, reader) = (Arc::clone(&letterbox), format!("Reader-{number}"));
        readers.push(thread::Builder::new().name(reader).spawn(move || read(&its_box, reading))?);
    }
    thread::sleep(after);
    let inside = letterbox.len();
    if immediate {
        letterbox.shutdown_now(); // (6)
    } else {
        letterbox.shutdown(); // (5)
    }

    let (mut taken, mut own_came_back) = (0, true);
    for (number, writer) in writers {
        let (count, came_back) = writer.join()?;
        own_came_back &= came_back == (number, count + 1);
        taken += count;
    }
    let mut letters = Vec::new();
    for reader in readers {
        letters.extend(reader.join()?);
    }
    let count = u32::try_from(letters.len())?;
    letters.sort_unstable();
    letters.dedup();

    let findings = Findings::new(format!("Letters put into the box: {taken}; read: {count}."))
        .held("each writer's refused letter came back to it", own_came_back)
        .held("no letter read twice", letters.len() == usize::try_from(count)?)
        .figure("letters in the box just before the shutdown", inside)
        .figure("letters thrown away", taken.saturating_sub(count));
    if immediate {
        return Ok(findings.seen("every letter read that the box took", count == taken));
    }
    let mut findings = findings.held("every letter read that the box took", count == taken);
    // Whether letters are thrown away or can be got is only seen where there are any.
    findings.answer = (inside > 0).then_some(usize::from(count == taken));
    Ok(findings)
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "queue-shutdown",
    title: "Queue shutdown",
    chapter: Chapter::Queues,
    order: 5,
    summary: "A queue is shut down under threads that put and get; all of them learn of it, also those that wait.",
    parameters: &[
        Parameter {
            name: "immediate",
            label: "Immediate",
            help: "Whether the shutdown throws away what is in the queue.",
            kind: Kind::Switch { default: false },
        },
        Parameter {
            name: "pairs",
            label: "Writers and readers",
            help: "How many of each there are.",
            kind: Kind::Whole { min: 1, max: 8, default: 2, unit: "" },
        },
        Parameter {
            name: "room",
            label: "Room",
            help: "How many letters fit into the box.",
            kind: Kind::Whole { min: 1, max: 16, default: 5, unit: "letters" },
        },
        Parameter {
            name: "writing",
            label: "Time to write",
            help: "A writer's time for one letter.",
            kind: Kind::Decimal { min: 0.1, max: 2.0, default: 0.2, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "reading",
            label: "Time to read",
            help: "A reader's time for one letter.",
            kind: Kind::Decimal { min: 0.1, max: 2.0, default: 0.8, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "after",
            label: "Shutdown after",
            help: "How long the main thread sleeps before it shuts the box down.",
            kind: Kind::Decimal { min: 0.1, max: 6.0, default: 3.0, step: 0.1, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "Letters are read", arguments: "" },
        Preset { name: "Immediate", arguments: "immediate=on" },
        Preset { name: "Readers wait", arguments: "writing=1.4&reading=0.1" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "A queue is shut down, but not immediately, while it has five letters in it. What becomes of them?",
        choices: &["They are thrown away", "They can still be got"],
        because: "A shutdown closes the end where items are put. What is in the queue already can be got as \
                  before, and only when it is empty are threads that want more told that there is none. An \
                  immediate shutdown empties the queue too.",
    },
    look_for: &[
        "Before the shutdown the box is full, and the writers wait for room. At the shutdown they all wake at once, though \
         there is no room: the output has a line from each that says why its letter was refused.",
        "The readers go on. The card of the queue says that it is shut down, and its cells become empty one by \
         one; only then do the readers end, each with a line of its own.",
        "With the preset “Readers wait” it is the other way round: the box is empty, the readers wait for letters, and the \
         shutdown wakes them.",
    ],
    try_this: &[
        "Choose “Immediate”. Now the box is empty at once, and each reader ends with the letter that it has in its hands.",
        "Set “Room” to 16 and “Time to write” to 0.4 s. No writer waits at the shutdown: each learns of it when it \
         next tries to put.",
        "Set “Writers and readers” to 8. One call of shutdown is enough, however many threads wait, and at \
         whichever end.",
    ],
    why: &[
        "A thread that waits for a queue cannot look at a flag at the same time. So the message that it is over has to come \
         through the queue itself. Shutdown wakes everybody who waits and lets their calls fail with an error of its own.",
        "Putting fails from then on, and the error hands the item back, so nothing is lost without notice. Getting fails when \
         nothing is left, so consumers finish what was put in good time.",
        "The older way is to put an item that means the end, once for each consumer. That takes some care: the number must \
         be right, nobody may put anything after it, and a producer that waits for room is not woken by it.",
    ],
    python: r#"import queue
import threading
import time
from contextlib import suppress

ROOM = 5


def report(claim, kept):
    print(f"{claim}:", "yes" if kept else "no")


def run(immediate):
    letterbox = queue.Queue(ROOM)  # (1)
    closed = threading.Event()
    taken, letters, came_back = [], [], []

    def put(letter):
        # Python 3.13 has shutdown(), which makes a waiting put() fail. Before that, a writer has to
        # look up from waiting now and then.
        while not closed.is_set():
            with suppress(queue.Full):
                letterbox.put(letter, timeout=0.02)  # (2)
                return True
        return False

    def write(me):
        number = 1
        while put((me, number)):
            taken.append((me, number))
            number += 1
            time.sleep(0.03)
        came_back.append((me, number))  # (3)

    def read():
        while (letter := letterbox.get()) is not None:  # (4)
            letters.append(letter)
            time.sleep(0.15)

    writers = [threading.Thread(target=write, args=(number,)) for number in (1, 2)]
    readers = [threading.Thread(target=read) for _ in writers]
    for thread in writers + readers:
        thread.start()
    time.sleep(0.4)
    print(f"Letters in the box just before the shutdown: {letterbox.qsize()}")
    closed.set()  # (5)
    for thread in writers:
        thread.join()
    with suppress(queue.Empty):
        while immediate:
            letterbox.get_nowait()  # (6)
    for _ in readers:
        letterbox.put(None)  # the end, once for each reader
    for thread in readers:
        thread.join()

    print(f"Letters put into the box: {len(taken)}; read: {len(letters)}.")
    own = sorted(came_back) == [(me, sum(who == me for who, _ in taken) + 1) for me in (1, 2)]
    report("Each writer's refused letter came back to it", own)
    report("No letter read twice", len(set(letters)) == len(letters))
    report("Every letter read that the box took", sorted(letters) == sorted(taken))


for immediate in (False, True):
    print("Immediate shutdown" if immediate else "Shutdown")
    run(immediate)
"#,
};

#[cfg(test)]
mod tests {
    use crate::{Fact, Findings};

    fn findings(arguments: &str) -> Findings {
        Findings::parse(&crate::run("queue-shutdown", arguments).unwrap())
    }

    #[test]
    fn what_the_box_took_is_read() {
        let findings = findings("pairs=2&room=2&writing=0.1&reading=0.1&after=0.4");
        let all_read = Fact::Held("every letter read that the box took".to_owned(), true);
        assert!(findings.facts.contains(&all_read), "{findings:?}");
        assert_ne!(findings.answer, Some(0), "{findings:?}");
    }

    #[test]
    fn an_immediate_shutdown_promises_nothing_to_readers() {
        let findings = findings("immediate=on&pairs=1&room=16&writing=0.1&reading=0.3&after=0.5");
        let came_back = Fact::Held("each writer's refused letter came back to it".to_owned(), true);
        assert!(findings.facts.contains(&came_back), "{findings:?}");
        assert_eq!(findings.answer, None, "{findings:?}");
    }
}
