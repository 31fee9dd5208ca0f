//! Who is alive: the list of threads, and the calling thread's own place in it.

use crate::{
    About, Arguments, Chapter, Chart, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question,
};
use std::sync::Arc;
use std::time::Duration;
use threadlab_threads::thread::{self, Builder, JoinHandle, Thread};
use threadlab_threads::{Event, clock, output, say};

/// What each thread does: waits until all have been started, looks itself up in the list, and lives for its time.
fn live(go: &Event, life: Duration) -> bool {
    go.wait();
    let me = thread::current(); // (1)
    let listed = thread::enumerate().contains(&me);
    thread::sleep(life);
    say!("{} says goodbye", me.name());
    listed
}

fn size(alive: &[Thread]) -> u32 {
    u32::try_from(alive.len()).unwrap_or(u32::MAX)
}

fn say_who(alive: &[Thread]) {
    let names: Vec<String> = alive.iter().map(Thread::name).collect();
    say!("{} alive: {}", alive.len(), names.join(", "));
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let count = arguments.whole("threads");
    let mut life = Duration::from_secs_f64(arguments.decimal("life"));
    let longer = Duration::from_secs_f64(arguments.decimal("longer"));
    let look = Duration::from_secs_f64(arguments.decimal("look"));

    let go = Arc::new(Event::named("go"));
    let mut threads = Vec::new();
    for number in 1..=count {
        let go = Arc::clone(&go);
        let builder = Builder::new().name(format!("Thread-{number}"));
        threads.push(builder.build(move || live(&go, life)));
        life += longer;
    }
    let mut counts = vec![thread::active_count()]; // (2)
    for (number, thread) in (1..).zip(&threads) {
        thread.start().map_err(|error| format!("Thread-{number} of {count} did not start: {error}"))?;
        let alive = thread::active_count();
        counts.push(alive);
        say!("{number} of {count} started, {alive} alive");
    }

    // From here on the list changes at any time. Each look at it is a snapshot.
    let begin = clock::program_now();
    go.set();
    let mut before: Vec<Thread> = Vec::new();
    let mut most_gone = 0;
    let mut chart = Vec::new();
    loop {
        let all_ended = threads.iter().all(JoinHandle::is_finished);
        let alive = thread::enumerate(); // (3)
        if alive != before {
            say_who(&alive);
            let gone = before.iter().filter(|thread| !alive.contains(thread)).count();
            most_gone = most_gone.max(gone);
            output::progress((count + 1).saturating_sub(size(&alive)), count);
            let seconds = clock::program_now().saturating_sub(begin).as_secs_f64();
            chart.push((seconds, f64::from(size(&before))));
            chart.push((seconds, f64::from(size(&alive))));
            before = alive;
        }
        if all_ended {
            break;
        }
        thread::sleep(look);
    }

    let mut found = 0;
    for thread in &threads {
        found += u32::from(thread.join()?); // (4)
    }
    let answer = match counts.get(1) {
        Some(1) => 0,
        Some(2) => 1,
        _ => 2,
    };
    Ok(Findings::new(format!("Threads that found themselves in the list: {found} of {count}."))
        .held("each start made the list longer by one", counts.into_iter().eq(1..=threads.len() + 1))
        .held("every thread found itself in the list", found == count)
        .held("only the main thread was left at the end", thread::enumerate() == [thread::current()])
        .seen("several ended between two looks", most_gone > 1)
        // Without the empty list before the first look.
        .chart(
            Chart::lines("Threads alive", "time, s", "threads").series("as seen", chart.into_iter().skip(1)),
        )
        .answer(answer))
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "who-is-alive",
    title: "Who is alive",
    chapter: Chapter::Threads,
    order: 4,
    summary: "Count and list the threads that are alive, and find the one that asks.",
    parameters: &[
        Parameter {
            name: "threads",
            label: "Threads",
            help: "How many are made beside the main thread.",
            kind: Kind::Whole { min: 1, max: 32, default: 5, unit: "" },
        },
        Parameter {
            name: "life",
            label: "Life",
            help: "How long Thread-1 lives once all have started.",
            kind: Kind::Decimal { min: 0.1, max: 5.0, default: 1.0, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "longer",
            label: "Longer by",
            help: "Added to the life of each next thread.",
            kind: Kind::Decimal { min: 0.0, max: 1.0, default: 0.6, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "look",
            label: "Look every",
            help: "How long the main thread sleeps between two looks at the list.",
            kind: Kind::Decimal { min: 0.1, max: 2.0, default: 0.2, step: 0.1, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "One by one", arguments: "" },
        Preset { name: "Few looks", arguments: "look=2" },
        Preset { name: "All at once", arguments: "threads=12&life=2&longer=0" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "The main thread has made five threads and started the first of them. How many threads are alive \
               now?",
        choices: &[
            "1: the one that was started",
            "2: that one and the main thread",
            "6: all five and the main thread",
        ],
        because: "A thread is alive from its start to its end, so the four that were only made do not count. The \
                  main thread was there from the beginning, and it counts like any other.",
    },
    look_for: &[
        "The first lines of the output: with each start the count goes up by one. All five are made by then, but \
         those that have not been started have no lane, no row in the table, and no place in the list.",
        "Then the list itself, which the main thread prints whenever it finds it changed. Compare it with the table \
         of threads: whoever is “finished” there has left the list.",
        "The chart below the result: a staircase down to one. The main thread is the one that is left, since \
         somebody has to look.",
    ],
    try_this: &[
        "Choose “Few looks”. Two or more threads say goodbye between two looks, and the list that comes next lacks \
         all of them at once. The lanes show what the looks have missed.",
        "Choose “All at once”: twelve threads of one length of life. They end together, or nearly: a look that \
         falls right into that moment finds some of them gone and the others still there.",
        "Use one thread. There are two in the list, never more: it and the main thread.",
    ],
    why: &[
        "The list is made at the moment of the question: all threads that have been started and have not ended, \
         the main thread included. It is a snapshot. While it is being read, threads may end and others start.",
        "For that reason a program should not steer by the count (“wait until only one is alive”): it would have to \
         ask again and again, and would count threads that it knows nothing of. Joining exactly those threads that \
         it started is certain, and costs nothing while it waits. The list is for people, to be printed when they \
         look for a fault.",
        "The current thread is the one that asks. The same function, called by several threads, gets a different \
         answer in each; so it can tell for whom it works without being told.",
    ],
    python: r#"import threading
import time

COUNT = 5
go = threading.Event()
found = []


def live(life):
    go.wait()
    me = threading.current_thread()  # (1)
    found.append(me in threading.enumerate())
    time.sleep(life)
    print(f"{me.name} says goodbye")


threads = []
for number in range(1, COUNT + 1):
    name = f"Thread-{number}"
    threads.append(threading.Thread(target=live, args=(0.2 * number,), name=name))
counts = [threading.active_count()]  # (2)
for number, thread in enumerate(threads, 1):
    thread.start()
    alive = threading.active_count()
    counts.append(alive)
    print(f"{number} of {COUNT} started, {alive} alive")

go.set()
before = []
most_gone = 0
while True:
    all_ended = not any(thread.is_alive() for thread in threads)
    alive = threading.enumerate()  # (3)
    if alive != before:
        print(f"{len(alive)} alive:", ", ".join(thread.name for thread in alive))
        most_gone = max(most_gone, len(set(before) - set(alive)))
        before = alive
    if all_ended:
        break
    time.sleep(0.02)

for thread in threads:
    thread.join()  # (4)


def tell(claim, true):
    print(f"{claim}:", "yes" if true else "no")


tell("Each start made the list longer by one", counts == list(range(1, COUNT + 2)))
tell("Every thread found itself in the list", found == [True] * COUNT)
left = threading.enumerate()
tell("Only the main thread was left at the end", left == [threading.main_thread()])
tell("Several ended between two looks", most_gone > 1)
"#,
};

#[cfg(test)]
mod tests {
    use crate::Findings;
    use threadlab_threads::process::{self, Options};

    /// Runs the demo in a process of its own, whose list has no threads of other tests.
    fn run(arguments: &'static str) -> Findings {
        let options = Options { time_scale: 20.0, ..Options::default() };
        let run = process::run(options, move || {
            crate::run("who-is-alive", arguments).map_err(|error| error.to_string())
        });
        let findings = Findings::parse(&run.outcome.unwrap());
        assert!(findings.all_held() && findings.answer == Some(1), "{findings:?}");
        findings
    }

    #[test]
    fn everybody_finds_itself() {
        let findings = run("threads=4&life=1&longer=0.5");
        assert_eq!(findings.sentence, "Threads that found themselves in the list: 4 of 4.");
    }

    #[test]
    fn one_thread_is_one_beside_the_main_thread() {
        let findings = run("threads=1&look=2");
        assert!(findings.plain().contains("Several ended between two looks: no"), "{findings:?}");
    }
}
