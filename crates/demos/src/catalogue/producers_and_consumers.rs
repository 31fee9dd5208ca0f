//! Producers and consumers: a bounded queue between threads that make things and threads that use them.

use crate::{
    About, Arguments, Chapter, Chart, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question,
};
use std::sync::Arc;
use std::time::Duration;
use threadlab_threads::queue::PutError;
use threadlab_threads::thread::{self, JoinHandle};
use threadlab_threads::{Queue, clock, output};

/// An item: the producer that made it, and its number among theirs.
type Item = (u32, u32);

/// How often the main thread looks at the queue.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What each producer runs: makes items, which takes time, and puts them. Gives how long it waited for room.
fn produce(belt: &Queue<Item>, me: u32, items: u32, making: Duration) -> Result<Duration, PutError<Item>> {
    let mut waited = Duration::ZERO;
    for number in 1..=items {
        thread::sleep(making);
        let ready = clock::program_now();
        belt.put((me, number))?; // (2)
        waited += clock::program_now().saturating_sub(ready);
        output::progress(number, items);
    }
    Ok(waited)
}

/// What each consumer runs: gets items and uses them, which takes time. Gives what it got and how long it waited for it.
fn consume(belt: &Queue<Item>, using: Duration) -> (Vec<Item>, Duration) {
    let (mut got, mut waited) = (Vec::new(), Duration::ZERO);
    loop {
        let ready = clock::program_now();
        // An error means that the queue was shut down and is empty: nothing more will come.
        let Ok(item) = belt.get() else { return (got, waited) }; // (3)
        waited += clock::program_now().saturating_sub(ready);
        thread::sleep(using);
        got.push(item);
    }
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let (producers, consumers) = (arguments.whole("producers"), arguments.whole("consumers"));
    let (items, room) = (arguments.whole("items"), arguments.whole("room"));
    let making = Duration::from_secs_f64(arguments.decimal("making"));
    let using = Duration::from_secs_f64(arguments.decimal("using"));
    let belt = Arc::new(Queue::named_bounded("belt", usize::try_from(room)?)?); // (1)

    let begin = clock::program_now();
    let (mut makers, mut users) = (Vec::new(), Vec::new());
    for number in 1..=producers {
        let belt = Arc::clone(&belt);
        let thread = thread::Builder::new().name(format!("Producer-{number}"));
        makers.push(thread.spawn(move || produce(&belt, number, items, making))?);
    }
    for number in 1..=consumers {
        let belt = Arc::clone(&belt);
        let thread = thread::Builder::new().name(format!("Consumer-{number}"));
        users.push(thread.spawn(move || consume(&belt, using))?);
    }

    // What a look sees may have changed a moment later, so looks are for people; no thread here decides by them.
    let (mut looks, mut most, mut full, mut empty) = (Vec::new(), 0, 0, 0);
    loop {
        let length = u32::try_from(belt.len())?; // (4)
        most = most.max(length);
        full += u32::from(belt.is_full());
        empty += u32::from(belt.is_empty());
        let time = clock::program_now().saturating_sub(begin).as_secs_f64();
        looks.push((time, f64::from(length)));
        if makers.iter().all(JoinHandle::is_finished) && belt.is_empty() {
            break;
        }
        thread::sleep(LOOK_EVERY);
    }
    belt.shutdown(); // (5)

    let (mut for_room, mut for_items) = (Duration::ZERO, Duration::ZERO);
    for maker in makers {
        for_room += maker.join()??;
    }
    let (mut all, mut in_order) = (Vec::new(), true);
    for user in users {
        let (got, waited) = user.join()?;
        for_items += waited;
        // Items of different producers come mixed, but those of one never change places.
        in_order &= (1..=producers).all(|maker| got.iter().filter(|item| item.0 == maker).is_sorted());
        all.extend(got);
    }
    all.sort_unstable();
    let expected = (1..=producers).flat_map(|maker| (1..=items).map(move |number| (maker, number)));

    let (room_time, item_time) = (for_room.as_secs_f64(), for_items.as_secs_f64());
    let spacing = looks.len().div_ceil(150);
    Ok(Findings::new(format!("{} items went through a queue with room for {room}.", all.len()))
        .held("every item got exactly once", expected.eq(all))
        .held("each producer's items in their order", in_order)
        .held("never more items than room", most <= room)
        .figure("looks that found it full", format_args!("{full} of {}", looks.len()))
        .figure("looks that found it empty", format_args!("{empty} of {}", looks.len()))
        .figure("producers waited for room", format_args!("{room_time:.1} s in all"))
        .figure("consumers waited for items", format_args!("{item_time:.1} s in all"))
        .answer(who_waited_longer(room_time, item_time))
        .chart(
            Chart::lines("Items in the queue", "time, s", "items")
                .series("items", looks.into_iter().step_by(spacing)),
        ))
}

/// Which of the question's choices it is: the producers, the consumers, or neither much longer than the others.
fn who_waited_longer(for_room: f64, for_items: f64) -> usize {
    match (for_room > 2.0 * for_items, for_items > 2.0 * for_room) {
        (true, _) => 0,
        (_, true) => 1,
        _ => 2,
    }
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "producers-and-consumers",
    title: "Producers and consumers",
    chapter: Chapter::Queues,
    order: 1,
    summary: "Some threads put items into a queue with limited room, others get them out; each waits for the other.",
    parameters: &[
        Parameter {
            name: "producers",
            label: "Producers",
            help: "Threads that make items.",
            kind: Kind::Whole { min: 1, max: 8, default: 2, unit: "" },
        },
        Parameter {
            name: "consumers",
            label: "Consumers",
            help: "Threads that use items.",
            kind: Kind::Whole { min: 1, max: 16, default: 3, unit: "" },
        },
        Parameter {
            name: "items",
            label: "Items",
            help: "How many each producer makes.",
            kind: Kind::Whole { min: 2, max: 25, default: 15, unit: "" },
        },
        Parameter {
            name: "room",
            label: "Room",
            help: "How many items the queue has room for.",
            kind: Kind::Whole { min: 1, max: 32, default: 4, unit: "items" },
        },
        Parameter {
            name: "making",
            label: "Time to make",
            help: "A producer's time for one item.",
            kind: Kind::Decimal { min: 0.0, max: 1.0, default: 0.2, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "using",
            label: "Time to use",
            help: "A consumer's time for one item.",
            kind: Kind::Decimal { min: 0.0, max: 1.0, default: 0.6, step: 0.1, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "Fast producers", arguments: "" },
        Preset { name: "Fast consumers", arguments: "making=0.6&using=0.2" },
        Preset { name: "Room for one", arguments: "room=1" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "Two producers make an item every 0.2 seconds each; three consumers take 0.6 seconds for one. The queue \
               between them has room for four. Who waits longer for the others?",
        choices: &[
            "The producers, for room",
            "The consumers, for items",
            "Neither much longer than the others",
        ],
        because: "Ten items a second could come, but only five are used, so the queue fills up, and from then on \
                  the producers go no faster than the consumers. Where the consumers are faster, the queue is \
                  mostly empty, and they wait.",
    },
    look_for: &[
        "Watch the queue in “Shared objects”: its cells fill within about a second. From then on it is full most \
         of the time, and the threads in its list wait to put.",
        "In the timeline the consumers first wait for something to get. Soon it is the producers whose lanes are hatched: \
         one of them goes on each time a consumer has taken an item.",
        "The chart below the result has the number of items over time, as the main thread saw it ten times a \
         second. It never goes above the room.",
    ],
    try_this: &[
        "Choose “Fast consumers”: the queue is almost always empty, and now the consumers wait.",
        "Raise the room to 32. The producers are done early, with many items left in the queue, but the last item is \
         used hardly any sooner. Room evens out haste; it does not make anybody faster.",
        "Add consumers until neither side waits much. That is how many this work needs.",
    ],
    why: &[
        "A queue is a handover with its own lock inside. Put waits while there is no room, and get waits while \
         there is no item, so producers and consumers need to know nothing about each other, not even how many \
         there are.",
        "The bound is what keeps a fast producer from filling the memory: it has to go at the pace of those who use what it \
         makes. Without a bound the queue would grow for as long as the producers are faster.",
        "How many items there are, and whether the queue is empty or full, is true for the moment of the look alone. A \
         program that asks first and gets later can find that another thread has been quicker. It should simply get, or \
         try to.",
    ],
    python: r#"import queue
import threading
import time

PRODUCERS, CONSUMERS = 2, 3
ITEMS = 8
ROOM = 4
belt = queue.Queue(maxsize=ROOM)  # (1)
results = []


def produce(me):
    for number in range(1, ITEMS + 1):
        time.sleep(0.05)
        belt.put((me, number))  # (2)


def consume():
    got = []
    while (item := belt.get()) is not None:  # (3)
        time.sleep(0.15)
        got.append(item)
    results.append(got)


def start(name, function, *arguments):
    thread = threading.Thread(target=function, args=arguments, name=name)
    thread.start()
    return thread


makers = [start(f"Producer-{number}", produce, number) for number in range(1, PRODUCERS + 1)]
users = [start(f"Consumer-{number}", consume) for number in range(1, CONSUMERS + 1)]
looks = []
full = empty = 0
while any(maker.is_alive() for maker in makers) or not belt.empty():
    looks.append(belt.qsize())  # (4)
    full += belt.full()
    empty += belt.empty()
    time.sleep(0.02)
# Python has shutdown() since 3.13. Before that, each consumer is sent an item that means the end.
for _ in users:
    belt.put(None)  # (5)
for thread in makers + users:
    thread.join()

everything = sorted(item for got in results for item in got)
expected = [(maker, number) for maker in range(1, PRODUCERS + 1) for number in range(1, ITEMS + 1)]
in_order = True
for got in results:
    for maker in range(1, PRODUCERS + 1):
        numbers = [number for who, number in got if who == maker]
        in_order = in_order and numbers == sorted(numbers)
print(f"{len(everything)} items went through a queue with room for {ROOM}.")
print(f"Looks that found it full: {full} of {len(looks)}")
print(f"Looks that found it empty: {empty} of {len(looks)}")
print("Every item got exactly once:", "yes" if everything == expected else "no")
print("Each producer's items in their order:", "yes" if in_order else "no")
print("Never more items than room:", "yes" if max(looks) <= ROOM else "no")
"#,
};

#[cfg(test)]
mod tests {
    use super::who_waited_longer;
    use crate::{Data, Fact, Findings};

    fn findings(arguments: &str) -> Findings {
        Findings::parse(&crate::run("producers-and-consumers", arguments).unwrap())
    }

    #[test]
    fn every_item_is_got_once() {
        let slow_consumer = findings("producers=2&consumers=1&items=4&room=1&making=0&using=0.05");
        let slow_producer = findings("producers=1&consumers=2&items=8&room=32&making=0.05&using=0");
        for (findings, room) in [(slow_consumer, 1), (slow_producer, 32)] {
            assert_eq!(findings.sentence, format!("8 items went through a queue with room for {room}."));
            let once = Fact::Held("every item got exactly once".to_owned(), true);
            assert!(findings.facts.contains(&once), "{findings:?}");
        }
    }

    #[test]
    fn the_chart_has_no_more_than_the_room() {
        let findings = findings("producers=4&consumers=2&items=6&room=3&making=0&using=0.02");
        let Data::Lines { series, .. } = &findings.charts[0].data else { panic!("{findings:?}") };
        assert!(series[0].points.iter().all(|point| point.1 <= 3.0), "{findings:?}");
    }

    #[test]
    fn who_waited_at_least_twice_as_long_waited_longer() {
        assert_eq!(who_waited_longer(4.0, 1.0), 0);
        assert_eq!(who_waited_longer(0.0, 0.1), 1);
        assert_eq!(who_waited_longer(1.0, 1.5), 2);
        assert_eq!(who_waited_longer(0.0, 0.0), 2);
    }
}
