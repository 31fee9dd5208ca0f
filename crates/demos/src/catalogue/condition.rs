//! Condition: a buffer with little room, made by hand of a lock and two conditions.

use crate::{
    About, Arguments, Chapter, Chart, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question,
};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use threadlab_threads::sync::condition::ConditionError;
use threadlab_threads::{Condition, Lock, clock, lock, output, say, thread};

/// What the lock protects.
#[derive(Default)]
struct Buffer {
    items: VecDeque<u32>,
    /// Producers that have not made their last item.
    producing: u32,
    taken: Vec<u32>,
    /// How often producers and consumers had to wait, and how often somebody was woken for nothing.
    producer_waits: u32,
    consumer_waits: u32,
    in_vain: u32,
    /// When there were how many items in it.
    history: Vec<(Duration, usize)>,
}

struct Shared {
    buffer: Lock<Buffer>,
    not_full: Condition,
    not_empty: Condition,
    room: usize,
}

impl Shared {
    fn put(&self, item: u32) -> Result<(), ConditionError> {
        let mut buffer = self.buffer.lock();
        let mut woken = false;
        // Asked again after each wake: another producer may have been quicker.
        while buffer.items.len() == self.room {
            buffer.producer_waits += 1;
            buffer.in_vain += u32::from(woken);
            self.not_full.wait(&mut buffer)?; // (1)
            woken = true;
        }
        buffer.items.push_back(item);
        buffer.note();
        self.not_empty.notify(&buffer, 1)?; // (2)
        Ok(())
    }

    /// Takes the oldest item; `None` when there is none and never will be.
    fn take(&self) -> Result<Option<u32>, ConditionError> {
        let mut buffer = self.buffer.lock();
        let mut woken = false;
        while buffer.items.is_empty() && buffer.producing > 0 {
            buffer.consumer_waits += 1;
            buffer.in_vain += u32::from(woken);
            self.not_empty.wait(&mut buffer)?; // (3)
            woken = true;
        }
        let Some(item) = buffer.items.pop_front() else { return Ok(None) };
        buffer.taken.push(item);
        buffer.note();
        self.not_full.notify(&buffer, 1)?; // (4)
        Ok(Some(item))
    }
}

impl Buffer {
    fn note(&mut self) {
        self.history.push((clock::program_now(), self.items.len()));
    }
}

fn produce(shared: &Shared, number: u32, each: u32, time: Duration) -> Result<(), ConditionError> {
    for done in 1..=each {
        thread::sleep(time);
        let item = (number - 1) * each + done;
        shared.put(item)?;
        say!("Producer-{number} put item {item}");
        output::progress(done, each);
    }
    let mut buffer = shared.buffer.lock();
    buffer.producing -= 1;
    if buffer.producing == 0 {
        // All who wait have to learn that nothing will come.
        shared.not_empty.notify_all(&buffer)?; // (5)
    }
    Ok(())
}

fn consume(shared: &Shared, number: u32, time: Duration) -> Result<(), ConditionError> {
    while let Some(item) = shared.take()? {
        say!("Consumer-{number} took item {item}");
        thread::sleep(time);
    }
    Ok(())
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let (producers, consumers) = (arguments.whole("producers"), arguments.whole("consumers"));
    let (room, each) = (arguments.whole("room") as usize, arguments.whole("items"));
    let make = Duration::from_secs_f64(arguments.decimal("make"));
    let work = Duration::from_secs_f64(arguments.decimal("use"));
    let shared = Arc::new(Shared {
        buffer: lock::named("buffer", Buffer { producing: producers, ..Buffer::default() }),
        not_full: Condition::named("not full"),
        not_empty: Condition::named("not empty"),
        room,
    });

    let begin = clock::program_now();
    let mut threads = Vec::new();
    for number in 1..=consumers {
        let theirs = Arc::clone(&shared);
        let builder = thread::Builder::new().name(format!("Consumer-{number}"));
        threads.push(builder.spawn(move || consume(&theirs, number, work))?);
    }
    for number in 1..=producers {
        let theirs = Arc::clone(&shared);
        let builder = thread::Builder::new().name(format!("Producer-{number}"));
        threads.push(builder.spawn(move || produce(&theirs, number, each, make))?);
    }
    for thread in threads {
        thread.join()??;
    }

    let mut buffer = shared.buffer.lock();
    buffer.taken.sort_unstable();
    let all = producers * each;
    let once = buffer.taken.iter().copied().eq(1..=all);
    let most = buffer.history.iter().map(|&(_, items)| items).max().unwrap_or(0);
    let (putting, taking) = (buffer.producer_waits, buffer.consumer_waits);
    let points = buffer.history.iter().map(|&(time, items)| (time.saturating_sub(begin), items));
    let points =
        points.map(|(time, items)| (time.as_secs_f64(), f64::from(u32::try_from(items).unwrap_or(0))));
    let every = buffer.history.len().div_ceil(150);
    Ok(Findings::new(format!("Items that came out of the buffer: {} of {all}.", buffer.taken.len()))
        .held("never more in it than there is room for", most <= room)
        .held("every item was taken once", once)
        .figure("producers had to wait", format!("{putting}×"))
        .figure("consumers had to wait", format!("{taking}×"))
        .figure("woken for nothing", format!("{}×", buffer.in_vain))
        .chart(Chart::lines("Items in the buffer", "time, s", "items").series("items", points.step_by(every)))
        .answer(match putting.cmp(&taking) {
            std::cmp::Ordering::Greater => 0,
            std::cmp::Ordering::Less => 1,
            std::cmp::Ordering::Equal => 2,
        }))
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "condition",
    title: "Condition",
    chapter: Chapter::Locks,
    order: 5,
    summary: "Producers wait while a buffer is full, consumers while it is empty, and wake each other.",
    parameters: &[
        Parameter {
            name: "producers",
            label: "Producers",
            help: "Threads that put items.",
            kind: Kind::Whole { min: 1, max: 8, default: 2, unit: "" },
        },
        Parameter {
            name: "consumers",
            label: "Consumers",
            help: "Threads that take items.",
            kind: Kind::Whole { min: 1, max: 8, default: 2, unit: "" },
        },
        Parameter {
            name: "room",
            label: "Room",
            help: "How many items the buffer has room for.",
            kind: Kind::Whole { min: 1, max: 20, default: 3, unit: "items" },
        },
        Parameter {
            name: "items",
            label: "Items",
            help: "How many each producer makes.",
            kind: Kind::Whole { min: 1, max: 20, default: 8, unit: "" },
        },
        Parameter {
            name: "make",
            label: "Time to make",
            help: "A producer's time for one item.",
            kind: Kind::Decimal { min: 0.0, max: 1.0, default: 0.2, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "use",
            label: "Time to use",
            help: "A consumer's time for one item.",
            kind: Kind::Decimal { min: 0.0, max: 1.0, default: 0.6, step: 0.1, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "Slow consumers", arguments: "" },
        Preset { name: "Slow producers", arguments: "make=0.6&use=0.2" },
        Preset { name: "Room for one", arguments: "room=1&make=0.3&use=0.3" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "There are as many producers as consumers. As the parameters stand at first, making an item takes \
               0.2 s and using one 0.6 s. Who has to wait more often?",
        choices: &["The producers", "The consumers", "Both alike"],
        because: "Whoever is faster waits. With these times the buffer is empty only in the beginning. Then it \
                  fills up, and from then on a producer can put an item only when a consumer has taken one.",
    },
    look_for: &[
        "A consumer finds the buffer empty and waits for a notification of “not empty”. It does so in the middle \
         of a piece of code that holds the lock, and yet a producer gets in: while a thread waits for a condition, \
         it does not hold the lock. “Shared objects” shows both.",
        "The chart below the result shows how full the buffer was. With slow consumers it is soon full and stays \
         so; the producers' lanes in the timeline are hatched most of the time.",
        "“Woken for nothing” counts threads that were woken, got the lock, and found that another one had been \
         quicker. They have to wait again. That is why each of them looks at the buffer in a loop.",
    ],
    try_this: &[
        "Choose “Slow producers”: now the consumers wait, and the buffer is empty most of the time.",
        "Choose “Room for one”. An item can be put only when the one before it has been taken, so producers and \
         consumers go in step.",
        "Set “Room” to 20: no producer waits any more, although the consumers are as slow as before. Then set \
         “Items” to 20 too. A larger buffer takes what comes too fast for a while, but not for ever.",
    ],
    why: &[
        "A lock lets a thread look at the buffer in peace, but it is no help to one that has to wait until the \
         buffer changes: as long as it held the lock nobody could change anything. A condition does three things \
         in one: it releases the lock, waits until it is notified, and acquires the lock again.",
        "That the first two are one step matters. If a thread first released the lock and then began to wait, the \
         notification could come in between and be lost.",
        "A notification says “look again”, not “it is yours”. Between it and the moment when the woken thread has \
         the lock again, anybody may come in. So: wait in a loop, and notify after every change that somebody may \
         wait for. Two conditions with one lock keep a producer from being woken where only a consumer can go on.",
    ],
    python: r#"import threading
import time
from collections import deque

PRODUCERS, CONSUMERS, ROOM, ITEMS = 2, 2, 3, 8
MAKE, USE = 0.03, 0.1
buffer = threading.Lock()
not_full = threading.Condition(buffer)
not_empty = threading.Condition(buffer)
items = deque()
taken = []
sizes = []
waits = {"producers": 0, "consumers": 0}
producing = PRODUCERS


def put(item):
    with buffer:
        while len(items) == ROOM:
            waits["producers"] += 1
            not_full.wait()  # (1)
        items.append(item)
        sizes.append(len(items))
        not_empty.notify()  # (2)


def take():
    with buffer:
        while not items and producing > 0:
            waits["consumers"] += 1
            not_empty.wait()  # (3)
        if not items:
            return None
        taken.append(items.popleft())
        not_full.notify()  # (4)
        return taken[-1]


def produce(number):
    global producing
    for item in range(number * ITEMS + 1, (number + 1) * ITEMS + 1):
        time.sleep(MAKE)
        put(item)
        print(f"Producer-{number + 1} put item {item}")
    with buffer:
        producing -= 1
        if producing == 0:
            not_empty.notify_all()  # (5)


def consume(number):
    while (item := take()) is not None:
        print(f"Consumer-{number + 1} took item {item}")
        time.sleep(USE)


threads = [threading.Thread(target=consume, args=(n,)) for n in range(CONSUMERS)]
threads += [threading.Thread(target=produce, args=(n,)) for n in range(PRODUCERS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()

once = sorted(taken) == list(range(1, PRODUCERS * ITEMS + 1))
print("Never more in it than there is room for:", "yes" if max(sizes) <= ROOM else "no")
print("Every item was taken once:", "yes" if once else "no")
for side, count in waits.items():
    print(f"{side.capitalize()} had to wait: {count}×")
"#,
};

#[cfg(test)]
mod tests {
    use crate::{Data, Fact, Findings};

    fn findings(arguments: &str) -> Findings {
        Findings::parse(&crate::run("condition", arguments).unwrap())
    }

    #[test]
    fn every_item_goes_through() {
        let findings = findings("producers=3&consumers=2&room=2&items=5&make=0&use=0.01");
        assert!(findings.sentence == "Items that came out of the buffer: 15 of 15.", "{findings:?}");
        assert!(findings.plain().contains("\nEvery item was taken once: yes"), "{findings:?}");
        let Data::Lines { series, .. } = &findings.charts[0].data else { panic!("{findings:?}") };
        assert_eq!(series[0].points.len(), 30);
    }

    #[test]
    fn nobody_waits_for_room_where_there_is_enough() {
        let findings = findings("producers=1&consumers=1&room=20&items=20&make=0&use=0");
        assert!(findings.plain().contains("\nProducers had to wait: 0×"), "{findings:?}");
        assert!(matches!(findings.answer, Some(1 | 2)), "{findings:?}");
    }

    #[test]
    fn the_answer_is_the_side_that_waited_more_often() {
        for arguments in ["items=8&room=1&make=0&use=0.02", "items=8&room=1&make=0.02&use=0"] {
            let findings = findings(arguments);
            let waits = |label: &str| {
                let value = findings.facts.iter().find_map(|fact| match fact {
                    Fact::Figure(name, value) if name == label => value.strip_suffix('×'),
                    _ => None,
                });
                value.unwrap().parse::<u32>().unwrap()
            };
            let (putting, taking) = (waits("producers had to wait"), waits("consumers had to wait"));
            let more = if putting > taking { 0 } else { 1 + usize::from(putting == taking) };
            assert_eq!(findings.answer, Some(more), "{findings:?}");
        }
    }
}
