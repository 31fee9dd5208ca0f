//! LIFO queue: what was put last comes out first.

use crate::{
    About, Arguments, Chapter, Chart, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question,
};
use std::iter;
use std::sync::Arc;
use std::time::Duration;
use threadlab_threads::{LifoQueue, Queue, clock, output, thread};

/// An item: its number, and when it was put.
type Item = (u32, Duration);

/// What a thread took: the numbers in the order in which they came, and the longest time for which any had waited.
struct Taken {
    numbers: Vec<u32>,
    longest_wait: Duration,
}

/// What each taker runs: takes items, a while apart, until there will be no more.
fn take_all(get: impl Fn() -> Option<Item>, items: u32, period: Duration) -> Taken {
    let mut taken = Taken { numbers: Vec::new(), longest_wait: Duration::ZERO };
    for (count, (number, put_at)) in (1..).zip(iter::from_fn(get)) {
        let waited = clock::program_now().saturating_sub(put_at);
        taken.longest_wait = taken.longest_wait.max(waited);
        taken.numbers.push(number);
        output::progress(count, items);
        thread::sleep(period);
    }
    taken
}

/// Whether a stack can give this: before each item is taken some may be put, and what is taken is what was put last.
fn is_an_order_of_a_stack(numbers: &[u32]) -> bool {
    let (mut stack, mut next) = (Vec::new(), 1);
    for &number in numbers {
        while next <= number {
            stack.push(next);
            next += 1;
        }
        if stack.pop() != Some(number) {
            return false;
        }
    }
    stack.is_empty()
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let items = arguments.whole("items");
    let filled_first = arguments.switch("fill");
    let put_period = Duration::from_secs_f64(arguments.decimal("put"));
    let take_period = Duration::from_secs_f64(arguments.decimal("take"));
    let line = Arc::new(Queue::named("line")); // (1)
    let stack = Arc::new(LifoQueue::named("stack")); // (2)

    let (from_line, from_stack) = (Arc::clone(&line), Arc::clone(&stack));
    // Getting fails when the queue was shut down and is empty.
    let oldest_first = thread::Builder::new()
        .name("Oldest-first")
        .build(move || take_all(|| from_line.get().ok(), items, take_period)); // (3)
    let newest_first = thread::Builder::new()
        .name("Newest-first")
        .build(move || take_all(|| from_stack.get().ok(), items, take_period)); // (4)

    if !filled_first {
        oldest_first.start()?;
        newest_first.start()?;
    }
    for number in 1..=items {
        thread::sleep(put_period);
        let item = (number, clock::program_now());
        line.put(item)?; // (5)
        stack.put(item)?;
        output::progress(number, items);
    }
    line.shutdown();
    stack.shutdown();
    if filled_first {
        oldest_first.start()?;
        newest_first.start()?;
    }
    let (oldest, newest) = (oldest_first.join()?, newest_first.join()?);

    let mut findings = Findings::new(format!("{items} items went through both queues."))
        .held("the line gave the oldest first", oldest.numbers.iter().copied().eq(1..=items))
        .held("the stack gave the newest that it had", is_an_order_of_a_stack(&newest.numbers))
        .seen("the stack turned the order round", newest.numbers.iter().copied().eq((1..=items).rev()))
        .figure("from the stack", format_args!("{:?}", newest.numbers))
        .figure("longest wait in the line", format_args!("{:.1} s", oldest.longest_wait.as_secs_f64()))
        .figure("longest wait in the stack", format_args!("{:.1} s", newest.longest_wait.as_secs_f64()));
    // The choices are: one of the first half, and the last one.
    findings.answer = match newest.numbers.last() {
        Some(&last) if last == items => Some(1),
        Some(&last) if last <= items / 2 => Some(0),
        _ => None,
    };
    let points = |taken: &Taken| {
        let numbers = taken.numbers.iter().map(|&number| f64::from(number));
        (1..).map(f64::from).zip(numbers).collect::<Vec<_>>()
    };
    let chart = Chart::lines("In the order of taking", "place", "item");
    Ok(findings.chart(chart.series("line", points(&oldest)).series("stack", points(&newest))))
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "lifo-queue",
    title: "LIFO queue",
    chapter: Chapter::Queues,
    order: 3,
    summary: "The same items go through an ordinary queue and through one that gives the newest first.",
    parameters: &[
        Parameter {
            name: "items",
            label: "Items",
            help: "How many are put into each queue.",
            kind: Kind::Whole { min: 2, max: 40, default: 12, unit: "" },
        },
        Parameter {
            name: "put",
            label: "Put every",
            help: "The main thread's sleep before each item.",
            kind: Kind::Decimal { min: 0.0, max: 1.0, default: 0.2, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "take",
            label: "Take every",
            help: "A taker's sleep after each item.",
            kind: Kind::Decimal { min: 0.0, max: 1.0, default: 0.5, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "fill",
            label: "Fill first",
            help: "Whether the takers start only when all items are there.",
            kind: Kind::Switch { default: false },
        },
    ],
    presets: &[
        Preset { name: "As they come", arguments: "" },
        Preset { name: "Filled first", arguments: "fill=on&put=0.1" },
        Preset { name: "Fast takers", arguments: "put=0.5&take=0.1" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "Twelve items are put into a LIFO queue, one every 0.2 seconds, and a thread takes one every 0.5 seconds. \
               Which of them is taken last?",
        choices: &["One of the first", "The last one"],
        because: "Newer items keep coming on top of the early ones that nobody took in time. When no more come, the stack is worked \
                  off from the top down, and what lies at its bottom comes last. Only a taker that keeps up with the items \
                  takes them in the order of their coming.",
    },
    look_for: &[
        "Compare the cards of the two queues. The next item of the ordinary one is marked at the beginning of its row, that \
         of the stack at the end, where new ones arrive too.",
        "The row of the stack keeps some of its low numbers until the very end. Meanwhile the row of the line \
         moves on.",
        "The chart below the result has both orders. The line climbs evenly; the stack leaps ahead with the newest \
         items and then comes all the way down.",
    ],
    try_this: &[
        "Choose “Filled first”: now the stack gives exactly the reverse order.",
        "Choose “Fast takers”. Neither queue has more than one item at a time, and both give the same order. Which \
         end is served matters only where items wait.",
        "Compare the longest waits in the result. The average wait is about the same in both, but in the line \
         everybody waits a little, while in the stack the newest hardly wait and a few wait for everything else.",
    ],
    why: &[
        "LIFO means last in, first out. Such a queue is a stack: items are put on top and taken from the top. \
         Everything else is as in any queue: threads share it, and wait for items and for room.",
        "It suits work where the newest is the most useful or the nearest: searching a tree in depth, undoing \
         steps, using a buffer again while it is still in the core's cache.",
        "Its price is that nothing ensures that old items ever get their turn. As long as new ones come fast \
         enough, those at the bottom starve. In a queue that is first in, first out, each item has only so many \
         before it.",
    ],
    python: r#"import queue
import threading
import time

ITEMS = 10


def take_all(source, period, taken):
    while (number := source.get()) is not None:
        taken.append(number)
        time.sleep(period)


def is_an_order_of_a_stack(numbers):
    stack, following = [], 1
    for number in numbers:
        while following <= number:
            stack.append(following)
            following += 1
        if not stack or stack.pop() != number:
            return False
    return not stack


def run(put_period, take_period):
    line = queue.Queue()  # (1)
    stack = queue.LifoQueue()  # (2)
    from_line, from_stack = [], []
    takers = [
        threading.Thread(target=take_all, args=(line, take_period, from_line)),  # (3)
        threading.Thread(target=take_all, args=(stack, take_period, from_stack)),  # (4)
    ]
    # Python has shutdown() since 3.13. Before that an item means the end. It would be the first
    # to leave the stack, so it is put when all others have been taken.
    for taker in takers:
        taker.start()
    for number in range(1, ITEMS + 1):
        time.sleep(put_period)
        line.put(number)  # (5)
        stack.put(number)
    while not (line.empty() and stack.empty()):
        time.sleep(0.01)
    line.put(None)
    stack.put(None)
    for taker in takers:
        taker.join()
    return from_line, from_stack


def report(claim, kept):
    print(f"{claim}:", "yes" if kept else "no")


in_line, in_stack = run(put_period=0.02, take_period=0.06)
print("From the stack:", in_stack)
report("The line gave the oldest first", in_line == list(range(1, ITEMS + 1)))
report("The stack gave the newest that it had", is_an_order_of_a_stack(in_stack))
report("The stack turned the order round", in_stack == list(range(ITEMS, 0, -1)))
"#,
};

#[cfg(test)]
mod tests {
    use super::is_an_order_of_a_stack;
    use crate::{Fact, Findings};

    fn findings(arguments: &str) -> Findings {
        Findings::parse(&crate::run("lifo-queue", arguments).unwrap())
    }

    #[test]
    fn filled_first_it_turns_the_order_round() {
        let findings = findings("items=6&put=0&take=0.02&fill=on");
        let reversed = Fact::Seen("the stack turned the order round".to_owned(), true);
        assert!(findings.facts.contains(&reversed), "{findings:?}");
        assert_eq!(findings.answer, Some(0), "{findings:?}");
    }

    #[test]
    fn taking_as_they_come_gives_an_order_of_a_stack() {
        // The run itself checks the order.
        let findings = findings("items=20&put=0.01&take=0.02");
        assert_eq!(findings.sentence, "20 items went through both queues.");
    }

    #[test]
    fn orders_that_a_stack_can_give() {
        for numbers in [&[1, 2, 3][..], &[3, 2, 1], &[2, 1, 3], &[1, 3, 2], &[2, 3, 1], &[]] {
            assert!(is_an_order_of_a_stack(numbers), "{numbers:?}");
        }
        for numbers in [&[3, 1, 2][..], &[1, 1], &[2]] {
            assert!(!is_an_order_of_a_stack(numbers), "{numbers:?}");
        }
    }
}
