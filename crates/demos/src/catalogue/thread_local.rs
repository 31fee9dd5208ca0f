//! Thread-local data: one name, a value for each thread.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use threadlab_threads::sync::barrier::BarrierError;
use threadlab_threads::thread::{self, Local};
use threadlab_threads::{Barrier, output, say};

/// The order that the calling thread works on: one name, and behind it a value for each thread.
static MY_ORDER: LazyLock<Local<u32>> = LazyLock::new(Local::new); // (1)

/// The same as an ordinary global: one name and one value.
static THE_ORDER: AtomicU32 = AtomicU32::new(0);

/// Called from deep inside a program. Nobody passed the order down to here.
fn reply() -> String {
    let mine = MY_ORDER.get(); // (2)
    match mine {
        Some(order) => format!("order {order} is ready"),
        None => "I have no order".to_owned(),
    }
}

/// How often a thread found its own order again under each of the two names.
#[derive(Default)]
struct Found {
    local: u32,
    global: u32,
}

/// What each thread runs: takes order after order, and looks up each time which one it was.
fn work(number: u32, orders: u32, pause: Duration, meeting: &Barrier) -> Result<Found, BarrierError> {
    let mut found = Found::default();
    say!("{}", reply());
    for round in 1..=orders {
        let order = number * 100 + round;
        MY_ORDER.set(order); // (3)
        THE_ORDER.store(order, Ordering::Relaxed);
        // All have written before any of them reads, and all have read before any of them writes again. That is also
        // why relaxed reads and writes of the global are enough.
        meeting.wait()?;
        thread::sleep(pause);
        let in_global = THE_ORDER.load(Ordering::Relaxed);
        say!("{}; the global says {in_global}", reply());
        found.local += u32::from(MY_ORDER.get() == Some(order));
        found.global += u32::from(in_global == order);
        output::progress(round, orders);
        meeting.wait()?;
    }
    Ok(found)
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let count = arguments.whole("threads");
    let orders = arguments.whole("orders");
    let pause = Duration::from_secs_f64(arguments.decimal("pause"));
    let meeting = Arc::new(Barrier::named("meeting", count as usize)?);

    let mut threads = Vec::new();
    for number in 1..=count {
        let meeting = Arc::clone(&meeting);
        let thread = thread::Builder::new()
            .name(format!("Cook-{number}"))
            .spawn(move || work(number, orders, pause, &meeting))
            .map_err(|error| format!("Cook-{number} of {count} did not start: {error}"))?;
        threads.push(thread);
    }
    let (mut local, mut global) = (0, 0);
    for thread in threads {
        let found = thread.join()??;
        local += found.local;
        global += found.global;
    }
    say!("Main thread: {}", reply());

    // The value went with its thread: another one finds nothing, even if it runs on the same worker of the browser.
    let latecomer = thread::Builder::new().name("Latecomer").spawn(|| {
        say!("Latecomer: {}", reply());
        MY_ORDER.get()
    })?;
    let of_latecomer = latecomer.join()?; // (4)

    let all = count * orders;
    let mut findings = Findings::new(format!("Threads: {count}. Orders of each thread: {orders}."))
        .held("every thread found its own value under the local name", local == all)
        .held("one thread at a time found its own value in the global", global == orders)
        .held("the main thread has no value", MY_ORDER.get().is_none())
        .held("a new thread begins without a value", of_latecomer.is_none())
        .figure("own value found under the local name", format!("{local} of {all}"))
        .figure("own value found in the global", format!("{global} of {all}"));
    findings.answer = (count > 1).then_some(2);
    Ok(findings)
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "thread-local",
    title: "Thread-local data",
    chapter: Chapter::ThreadLocalData,
    order: 1,
    summary: "One name in the source, behind which every thread has a value of its own.",
    parameters: &[
        Parameter {
            name: "threads",
            label: "Threads",
            help: "How many write and read under the same name.",
            kind: Kind::Whole { min: 1, max: 64, default: 4, unit: "" },
        },
        Parameter {
            name: "orders",
            label: "Orders",
            help: "How many values each thread writes, one after the other.",
            kind: Kind::Whole { min: 1, max: 20, default: 4, unit: "" },
        },
        Parameter {
            name: "pause",
            label: "Pause",
            help: "Each thread's sleep between writing and reading.",
            kind: Kind::Decimal { min: 0.0, max: 2.0, default: 1.0, step: 0.1, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "Four threads", arguments: "" },
        Preset { name: "Alone", arguments: "threads=1" },
        Preset { name: "Thirty-two", arguments: "threads=32&orders=2" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "Four threads each write an order's number into the same thread-local variable, wait until all have \
               written, and then read it. How many of them read their own number?",
        choices: &["None", "Only the one that wrote last", "All four"],
        because: "Behind the one name there is a value for each thread, and a thread reaches only its own. In an ordinary global the \
                  last writer's number would be left for all of them.",
    },
    look_for: &[
        "In the output, each line begins with the order that the thread finds under the local name, which is its \
         own, and ends with what the global says: in each round the same number for all of them, that of the \
         thread that wrote last.",
        "“I have no order” comes from each thread before its first order, from the main thread, which never set \
         one, and from the latecomer. To set a value in one thread sets none in another.",
        "In the timeline all threads wait for each other at the barrier “meeting” after writing. Without it some \
         would read before others have written, and would find their own number in the global by luck.",
    ],
    try_this: &[
        "Choose “Alone”. The global is now always right: with nobody else around there is no difference.",
        "Choose “Thirty-two” and compare the two figures in the result. The local name is right every time, the \
         global for one thread in 32.",
        "Find the function “reply” in the source. It gets no arguments and still knows whose order it is about.",
    ],
    why: &[
        "A thread-local variable is looked up by its name and by the thread that asks. In Python it is an object \
         in which each thread sees attributes of its own; in this program it is a value of which each thread has \
         one.",
        "It helps where something belongs to the work that a thread is doing, such as a request, a user or a \
         connection, and is needed deep down in functions that should not have to pass it on. As nobody else can reach \
         the value, it needs no lock.",
        "The values of a thread go when it ends. That matters for pools: their workers live on from task to task, and \
         what one task leaves under a thread-local name is still there for the next one.",
    ],
    python: r#"import threading
import time

THREADS = 4
ORDERS = 2
my = threading.local()  # (1)
the_order = None
meeting = threading.Barrier(THREADS)
local_found = []
global_found = []


def reply():
    if hasattr(my, "order"):  # (2)
        return f"order {my.order} is ready"
    return "I have no order"


def work(number):
    global the_order
    print(reply())
    for turn in range(1, ORDERS + 1):
        order = number * 100 + turn
        my.order = order  # (3)
        the_order = order
        meeting.wait()
        time.sleep(0.1)
        print(f"{reply()}; the global says {the_order}")
        local_found.append(my.order == order)
        global_found.append(the_order == order)
        meeting.wait()


def latecomer():
    print("Latecomer:", reply())
    late.append(hasattr(my, "order"))


def yes_or_no(claim):
    return "yes" if claim else "no"


threads = [threading.Thread(target=work, args=(number,)) for number in range(1, THREADS + 1)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("Main thread:", reply())
late = []
thread = threading.Thread(target=latecomer)
thread.start()
thread.join()  # (4)
print("Every thread found its own value under the local name:", yes_or_no(all(local_found)))
print("One thread at a time found its own value in the global:", yes_or_no(sum(global_found) == ORDERS))
print("The main thread has no value:", yes_or_no(not hasattr(my, "order")))
print("A new thread begins without a value:", yes_or_no(late == [False]))
"#,
};

#[cfg(test)]
mod tests {
    use crate::{Fact, Findings};

    /// One test for both settings: a test that ran beside it would write into the same global.
    #[test]
    fn every_thread_finds_its_own() {
        for (arguments, local, global, answer) in [
            ("threads=5&orders=3&pause=0", "15 of 15", "3 of 15", Some(2)),
            ("threads=1&orders=2&pause=0", "2 of 2", "2 of 2", None),
        ] {
            let findings = Findings::parse(&crate::run("thread-local", arguments).unwrap());
            assert!(findings.all_held(), "{findings:?}");
            let figure = |label: &str, value: &str| Fact::Figure(label.to_owned(), value.to_owned());
            assert!(findings.facts.contains(&figure("own value found under the local name", local)));
            assert!(
                findings.facts.contains(&figure("own value found in the global", global)),
                "{findings:?}"
            );
            assert_eq!(findings.answer, answer, "{arguments}");
        }
    }
}
