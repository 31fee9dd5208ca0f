//! Task done: a queue that is empty is not yet a queue whose work is done.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use threadlab_threads::{Queue, say, thread};

/// What is wrong with the reports of the workers.
#[derive(Clone, Copy)]
enum Mistake {
    Nothing,
    /// Task 1 is never reported.
    Forgotten,
    /// Task 1 is reported twice.
    Twice,
}

/// What the threads share.
struct Shop {
    /// The numbers of the tasks, from 1.
    tasks: Queue<u32>,
    count: u32,
    /// Tasks that were done. Relaxed: whoever returns from `join` sees what was done before the reports.
    done: AtomicU32,
    /// Tasks that were not done yet when the queue was seen to be empty. Relaxed: it is read after all threads have ended.
    left_when_empty: AtomicU32,
}

/// What each worker runs. Gives how many of its reports were refused.
fn work(shop: &Shop, time: Duration, mistake: Mistake) -> u32 {
    let mut refused = 0;
    loop {
        // An error means that the queue was shut down and is empty.
        let Ok(task) = shop.tasks.get() else { return refused }; // (2)
        if shop.tasks.is_empty() {
            let left = shop.count - shop.done.load(Ordering::Relaxed);
            shop.left_when_empty.fetch_max(left, Ordering::Relaxed);
        }
        // Tasks differ in length, so that the last ones do not all end at the same moment.
        thread::sleep(time * (3 + task % 3) / 4);
        shop.done.fetch_add(1, Ordering::Relaxed);

        let reports = match mistake {
            Mistake::Forgotten if task == 1 => 0,
            Mistake::Twice if task == 1 => 2,
            _ => 1,
        };
        for _ in 0..reports {
            let report = shop.tasks.task_done(); // (3)
            if let Err(error) = report {
                say!("refused: {error}");
                refused += 1;
            }
        }
    }
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let (workers, count) = (arguments.whole("workers"), arguments.whole("tasks"));
    let time = Duration::from_secs_f64(arguments.decimal("time"));
    let patience = Duration::from_secs_f64(arguments.decimal("patience"));
    let mistake = match arguments.choice("mistake") {
        "forgotten" => Mistake::Forgotten,
        "twice" => Mistake::Twice,
        _ => Mistake::Nothing,
    };
    let shop = Arc::new(Shop {
        tasks: Queue::named("tasks"),
        count,
        done: AtomicU32::new(0),
        left_when_empty: AtomicU32::new(0),
    });

    for task in 1..=count {
        shop.tasks.put(task)?; // (1)
    }
    let mut threads = Vec::new();
    for number in 1..=workers {
        let shop = Arc::clone(&shop);
        let thread = thread::Builder::new().name(format!("Worker-{number}"));
        threads.push(thread.spawn(move || work(&shop, time, mistake))?);
    }
    let mut returned = true;
    if let Mistake::Forgotten = mistake {
        // Without a limit it would wait for ever.
        returned = shop.tasks.join_timeout(patience); // (5)
    } else {
        shop.tasks.join(); // (4)
    }
    let done = shop.done.load(Ordering::Relaxed);
    say!("the wait is over: {done} of {count} tasks are done");

    shop.tasks.shutdown();
    let mut refused = 0;
    for thread in threads {
        refused += thread.join()?;
    }
    let findings = match mistake {
        Mistake::Nothing => Findings::new(format!("Join returned when {done} of {count} tasks were done."))
            .held("all tasks done when join returned", done == count)
            .held("no report refused", refused == 0)
            .answer(usize::from(done == count)),
        Mistake::Forgotten => Findings::new("A report is missing, so join waited until its time was up.")
            .held("join still waiting when its time was up", !returned)
            .held("no report refused", refused == 0)
            .figure("tasks done by then", format_args!("{done} of {count}")),
        Mistake::Twice => Findings::new(format!("Join returned when {done} of {count} tasks were done."))
            .seen("all tasks done when join returned", done == count)
            .held("exactly one report refused", refused == 1),
    };
    let left = shop.left_when_empty.load(Ordering::Relaxed);
    Ok(findings.figure("tasks not done when the queue was empty", left))
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "task-done",
    title: "Task done",
    chapter: Chapter::Queues,
    order: 4,
    summary: "Workers report each task done; join waits for the last report, not for the empty queue.",
    parameters: &[
        Parameter {
            name: "mistake",
            label: "Mistake",
            help: "What the worker that gets task 1 does wrong.",
            kind: Kind::Choice {
                options: &[
                    ("none", "None"),
                    ("forgotten", "It forgets to report"),
                    ("twice", "It reports twice"),
                ],
                default: "none",
            },
        },
        Parameter {
            name: "workers",
            label: "Workers",
            help: "How many threads work the tasks off.",
            kind: Kind::Whole { min: 1, max: 16, default: 3, unit: "" },
        },
        Parameter {
            name: "tasks",
            label: "Tasks",
            help: "How many are in the queue before the workers start.",
            kind: Kind::Whole { min: 2, max: 60, default: 12, unit: "" },
        },
        Parameter {
            name: "time",
            label: "Time of a task",
            help: "For a usual task; others take a quarter more or less.",
            kind: Kind::Decimal { min: 0.1, max: 2.0, default: 0.8, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "patience",
            label: "Patience",
            help: "How long join waits if a report is missing: real seconds, whatever the speed.",
            kind: Kind::Decimal { min: 0.1, max: 10.0, default: 5.0, step: 0.1, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "All reported", arguments: "" },
        Preset { name: "One forgotten", arguments: "mistake=forgotten" },
        Preset { name: "One too many", arguments: "mistake=twice" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "Three workers take tasks from a queue, and the main thread waits in join. A worker takes the last task, so the \
               queue is empty now. Does join return?",
        choices: &["Yes, the queue is empty", "No, not before the last task is reported done"],
        because: "Join does not look at the items in the queue. It counts tasks: one more for each item that is \
                  put, one less for each task_done. When the last item has been taken, every busy worker still has \
                  a task that is not done.",
    },
    look_for: &[
        "The card of the queue has two numbers: the items in it, and below them, from the first report on, the \
         tasks that are not done. When the first becomes 0, the second is not 0 yet, and the main thread goes on \
         waiting.",
        "In the timeline the main thread is hatched until the last worker has finished its last task. The others that \
         have run out of tasks wait too, for an item.",
        "The result says how many tasks were not done when the queue was already empty: never 0, and mostly one for each \
         worker.",
    ],
    try_this: &[
        "Choose “One forgotten”. All tasks get done, the queue is empty, and join still waits; without a time \
         limit it would do so for ever.",
        "Choose “One too many”. The count is at zero one task too early, so join returns while the last task is \
         still being worked on. Its own report is then one too many, and is refused.",
        "Use 16 workers: the queue is empty at once, and join has nearly all of its waiting before it.",
    ],
    why: &[
        "Getting an item out of a queue says only that somebody has it now. Whether the work on it is done is known to \
         whoever does it, so it has to be said: task_done, once for each item, after the work.",
        "When join returns, everything that was done before those reports can be seen by the thread that waited. So it can \
         use the results without another lock.",
        "A report is easily left out when the work on a task fails. So it belongs where it is made in any case: in \
         Python in the finally part of a try, in Rust for example in the drop of a guard.",
    ],
    python: r#"import queue
import threading
import time

WORKERS = 3
TASKS = 12
TIME = 0.08


def report(claim, kept):
    print(f"{claim}:", "yes" if kept else "no")


def run(mistake):
    tasks = queue.Queue()
    counting = threading.Lock()
    done = refused = 0

    def work():
        nonlocal done, refused
        while True:
            try:
                # All tasks are there from the beginning, so an empty queue is the end for a worker.
                # Python has shutdown() only since 3.13.
                task = tasks.get_nowait()  # (2)
            except queue.Empty:
                return
            time.sleep(TIME * (3 if task == TASKS else 1))
            with counting:
                done += 1
            reports = {"none": 1, "forgotten": 0, "twice": 2}[mistake] if task == 1 else 1
            for _ in range(reports):
                try:
                    tasks.task_done()  # (3)
                except ValueError as error:
                    print(f"refused: {error}")
                    with counting:
                        refused += 1

    for task in range(1, TASKS + 1):
        tasks.put(task)  # (1)
    threads = [threading.Thread(target=work, name=f"Worker-{n}") for n in range(1, WORKERS + 1)]
    for thread in threads:
        thread.start()
    if mistake == "forgotten":
        # Python's join takes no time limit, so this waits for the same condition by hand.
        with tasks.all_tasks_done:
            returned = tasks.all_tasks_done.wait_for(lambda: tasks.unfinished_tasks == 0, 0.6)  # (5)
        report("Join still waiting when its time was up", not returned)
    else:
        tasks.join()  # (4)
        report("All tasks done when join returned", done == TASKS)
    for thread in threads:
        thread.join()
    if mistake == "twice":
        report("Exactly one report refused", refused == 1)
    else:
        report("No report refused", refused == 0)


for mistake in ("none", "forgotten", "twice"):
    print(f"Mistake: {mistake}")
    run(mistake)
"#,
};

#[cfg(test)]
mod tests {
    use crate::{Fact, Findings};

    fn findings(arguments: &str) -> Findings {
        Findings::parse(&crate::run("task-done", arguments).unwrap())
    }

    #[test]
    fn join_returns_when_all_is_done() {
        let findings = findings("workers=3&tasks=7&time=0.1");
        let all_done = Fact::Held("all tasks done when join returned".to_owned(), true);
        assert!(findings.facts.contains(&all_done), "{findings:?}");
        assert_eq!(findings.answer, Some(1), "{findings:?}");
        let left = findings.facts.last();
        assert!(
            matches!(left, Some(Fact::Figure(_, number)) if (1..=7).contains(&number.parse().unwrap_or(0))),
            "{findings:?}"
        );
    }

    #[test]
    fn a_report_that_is_forgotten_is_waited_for() {
        let findings = findings("mistake=forgotten&workers=2&tasks=4&time=0.1&patience=0.3");
        let waiting = Fact::Held("join still waiting when its time was up".to_owned(), true);
        assert!(findings.facts.contains(&waiting), "{findings:?}");
    }

    #[test]
    fn a_report_too_many_is_refused() {
        let findings = findings("mistake=twice&workers=1&tasks=3&time=0.1");
        let refused = Fact::Held("exactly one report refused".to_owned(), true);
        assert!(findings.facts.contains(&refused), "{findings:?}");
        assert_eq!(findings.answer, None, "{findings:?}");
    }
}
