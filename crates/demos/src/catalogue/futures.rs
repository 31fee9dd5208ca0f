//! Futures: what is promised now and there later.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use threadlab_threads::executor::{Executor, Future, FutureError, as_completed};
use threadlab_threads::{clock, output, say, thread};

/// The task that fails, if one is to fail.
const UNLUCKY: u32 = 2;

/// What each task does: takes one, two or three periods, and returns a hundred times its number.
fn work(number: u32, period: Duration, fails: bool) -> u32 {
    say!("task {number} begins");
    thread::sleep(period * (1 + number % 3));
    assert!(!fails, "task {number} went wrong"); // (1)
    number * 100
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let workers = arguments.whole("workers");
    let tasks = arguments.whole("tasks");
    let period = Duration::from_secs_f64(arguments.decimal("period"));
    let failing = arguments.switch("failing");
    let start = clock::program_now();
    let elapsed = || clock::program_now().saturating_sub(start).as_secs_f64();

    let executor = Executor::named("executor", workers as usize)?;
    let begun = Arc::new(AtomicU32::new(0));
    let mut futures: Vec<Future<u32>> = Vec::new();
    for number in 1..=tasks {
        let begun = Arc::clone(&begun);
        let fails = failing && number == UNLUCKY;
        let future = executor.submit(move || {
            begun.fetch_add(1, Ordering::Relaxed);
            work(number, period, fails)
        })?; // (2)
        futures.push(future);
    }
    let none_done = !futures.iter().any(Future::is_done);
    let submitted = elapsed();
    say!("all {tasks} are submitted after {submitted:.3} s");
    // Only a task that no worker has begun can be cancelled.
    let cancelled = arguments.switch("cancel") && futures.last().is_some_and(Future::cancel); // (3)

    let mut order = Vec::new();
    let completed = as_completed(&futures); // (4)
    for future in completed {
        let place = futures.iter().position(|known| *known == future);
        let number = u32::try_from(place.ok_or("a future that was never submitted")?)? + 1;
        match future.result() {
            Ok(value) => say!("task {number} returned {value}, after {:.1} s", elapsed()),
            Err(FutureError::Panicked { panic, .. }) => say!("task {number} failed: {}", panic.message),
            Err(_) => say!("task {number} was cancelled"),
        }
        order.push(number);
        output::progress(u32::try_from(order.len())?, tasks);
    }
    executor.shutdown()?;

    let once = order.len() == tasks as usize && (1..=tasks).all(|number| order.contains(&number));
    // A future can be asked again. One without a value has nothing that could be wrong.
    let own = (1..)
        .zip(&futures)
        .all(|(number, future)| future.result().map_or(true, |value| value == number * 100));
    if cancelled {
        order.retain(|&number| number != tasks);
    }
    let mut findings =
        Findings::new(format!("Tasks: {tasks}. Workers: {workers}. All was done after {:.1} s.", elapsed()))
            .held("as_completed gave every future once", once)
            .held("every future had the result of its own task", own)
            .seen("tasks were completed in another order than they were submitted", !order.is_sorted());
    if failing {
        let unlucky = futures[UNLUCKY as usize - 1].exception()?;
        let told = unlucky.is_some_and(|panic| panic.message == format!("task {UNLUCKY} went wrong"));
        findings = findings.held("the failed task's error came out of its future", told);
    }
    if cancelled {
        let ran = begun.load(Ordering::Relaxed);
        findings = findings.held("the cancelled task never began", ran == tasks - 1);
    }
    findings = findings.figure("all were submitted after", format_args!("{submitted:.3} s"));
    // With a worker for each task, nobody can tell whether submitting waited for a worker.
    Ok(if none_done && tasks > workers { findings.answer(2) } else { findings })
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "futures",
    title: "Futures",
    chapter: Chapter::Pools,
    order: 6,
    summary: "Submit tasks, get futures at once, and take the results as they are completed.",
    parameters: &[
        Parameter {
            name: "workers",
            label: "Workers",
            help: "How many threads the executor starts at most.",
            kind: Kind::Whole { min: 1, max: 16, default: 3, unit: "" },
        },
        Parameter {
            name: "tasks",
            label: "Tasks",
            help: "How many are submitted.",
            kind: Kind::Whole { min: 3, max: 30, default: 8, unit: "" },
        },
        Parameter {
            name: "period",
            label: "Period",
            help: "Each task takes one, two or three of these.",
            kind: Kind::Decimal { min: 0.1, max: 0.9, default: 0.6, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "failing",
            label: "Task 2 fails",
            help: "Whether task 2 panics at its end instead of returning a value.",
            kind: Kind::Switch { default: true },
        },
        Parameter {
            name: "cancel",
            label: "Cancel the last",
            help: "Whether the main thread cancels the last task, if no worker has begun it.",
            kind: Kind::Switch { default: true },
        },
    ],
    presets: &[
        Preset { name: "Three workers", arguments: "" },
        Preset { name: "All goes well", arguments: "failing=off&cancel=off" },
        Preset { name: "A worker each", arguments: "workers=8" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "More tasks are submitted than there are workers, and each of them takes a while. When does the program get \
               past the last submit?",
        choices: &[
            "When a worker has begun the last task",
            "When all tasks are done",
            "At once, before any task is done",
        ],
        because: "Submit puts the task into a line and returns a future. It waits neither for a worker nor for the \
                  result; only whoever asks the future for its result waits.",
    },
    look_for: &[
        "The main thread's lane has a short stretch of work at the beginning, in which it submits everything. Then \
         it waits for results of the executor, and goes on for a moment each time that a task is done.",
        "Workers are started as tasks come: their lanes appear one after another, and no more of them than the \
         executor may have. “Shared objects” shows who is on which task, and how many wait.",
        "Task 2 fails, which ends neither its worker nor the program: the error is kept in the future, and comes out where \
         the result is asked for. The last task is cancelled, so its line “task 8 begins” is missing.",
    ],
    try_this: &[
        "Choose “A worker each”. Every task begins as soon as its worker is there. Whether the last one can still \
         be cancelled is now a race between the main thread and that worker, which takes a moment to start.",
        "Use one worker. The tasks are now completed in the order in which they were submitted, except for the \
         cancelled one, which is complete at once.",
        "Choose “All goes well”, and compare the order of the lines “begins” with that of the results.",
    ],
    why: &[
        "A future is a handle for a result that does not exist yet. It can be asked whether it is done, waited for, \
         cancelled as long as nobody has begun it, and asked for its result, any number of times and by any thread.",
        "As_completed gives futures as they become done, so the program deals with what is there instead of waiting \
         for a slow one in front. Whoever wants the order of submission asks the futures one after another instead.",
        "An error in a task would be lost if its thread just ended. The future carries it to whoever wants the \
         result, and who also has to decide what to do about it.",
    ],
    python: r#"import threading
import time
from concurrent.futures import CancelledError, ThreadPoolExecutor, as_completed

WORKERS = 3
TASKS = 8
PERIOD = 0.1
UNLUCKY = 2
counting = threading.Lock()
begun = 0


def work(number):
    global begun
    with counting:
        begun += 1
    print(f"task {number} begins")
    time.sleep(PERIOD * (1 + number % 3))
    if number == UNLUCKY:
        raise RuntimeError(f"task {number} went wrong")  # (1)
    return number * 100


begin = time.monotonic()
with ThreadPoolExecutor(WORKERS) as executor:
    futures = {executor.submit(work, number): number for number in range(1, TASKS + 1)}  # (2)
    print(f"all {TASKS} are submitted after {time.monotonic() - begin:.2f} s")
    cancelled = list(futures)[-1].cancel()  # (3)

    order, values, failed = [], {}, False
    for future in as_completed(futures):  # (4)
        number = futures[future]
        order.append(number)
        try:
            values[number] = future.result()
            print(f"task {number} returned {values[number]}, after {time.monotonic() - begin:.1f} s")
        except CancelledError:
            print(f"task {number} was cancelled")
        except RuntimeError as error:
            failed = number == UNLUCKY
            print(f"task {number} failed: {error}")


def answer(claim, true):
    print(f"{claim}:", "yes" if true else "no")


answer("As_completed gave every future once", sorted(order) == list(range(1, TASKS + 1)))
answer(
    "Every future had the result of its own task",
    all(value == number * 100 for number, value in values.items()),
)
returned = [number for number in order if number in values]
answer("Tasks were completed in another order than they were submitted", returned != sorted(returned))
answer("The failed task's error came out of its future", failed)
answer("The cancelled task never began", cancelled and begun == TASKS - 1)
"#,
};

#[cfg(test)]
mod tests {
    use crate::Findings;

    fn run(arguments: &str) -> Findings {
        Findings::parse(&crate::run("futures", arguments).unwrap())
    }

    #[test]
    fn submitting_does_not_wait() {
        let findings = run("workers=1&tasks=3&period=0.15");
        let plain = findings.plain();
        let submitted = plain.lines().find_map(|line| line.strip_prefix("All were submitted after: "));
        let submitted: f64 = submitted.and_then(|time| time.strip_suffix(" s")).unwrap().parse().unwrap();
        // The first task takes two periods, so none can be done before.
        assert!(findings.answer == Some(2) || submitted >= 0.3, "{plain}");
        assert!(plain.contains("The failed task's error came out of its future: yes"), "{plain}");
    }

    #[test]
    fn a_worker_for_each_task_shows_nothing_of_submitting() {
        let findings = run("workers=4&tasks=3&period=0.1&failing=off");
        assert_eq!(findings.answer, None, "{findings:?}");
        assert!(!findings.plain().contains("failed"), "{findings:?}");
    }
}
