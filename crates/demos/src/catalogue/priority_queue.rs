//! Priority queue: several threads work off what is most urgent first.

use crate::{
    About, Arguments, Chapter, Chart, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use threadlab_threads::sync::barrier::BarrierError;
use threadlab_threads::{Barrier, PriorityQueue, say, thread};

/// A task's priority and its number. The smallest comes first: of equal priorities, the one with the lower number.
type Task = (u32, u32);

/// What the threads share.
struct Office {
    tasks: PriorityQueue<Task>,
    /// Where the workers and the main thread meet before the first task is begun.
    start: Barrier,
    /// How many tasks have been begun. Relaxed: the number stands for itself.
    begun: AtomicU32,
}

/// What each worker runs. Gives the tasks that it did, each after its place in the order in which all were begun.
fn work(office: &Office, time: Duration) -> Result<Vec<(u32, Task)>, BarrierError> {
    let mut done = Vec::new();
    office.start.wait()?;
    loop {
        // An error means that the queue was shut down and is empty.
        let Ok(task) = office.tasks.get() else { return Ok(done) }; // (3)
        let place = office.begun.fetch_add(1, Ordering::Relaxed) + 1;
        say!("priority {}: task {}", task.0, task.1);
        thread::sleep(time);
        done.push((place, task));
    }
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let (workers, ordinary) = (arguments.whole("workers"), arguments.whole("tasks"));
    let (levels, urgent) = (arguments.whole("levels"), arguments.whole("urgent"));
    let time = Duration::from_secs_f64(arguments.decimal("time"));
    let office = Arc::new(Office {
        tasks: PriorityQueue::named("tasks"), // (1)
        start: Barrier::named("start", usize::try_from(workers)? + 1)?,
        begun: AtomicU32::new(0),
    });

    for number in 1..=ordinary {
        // From 1 to the number of levels, in a mixed order.
        let priority = 1 + number * 13 % levels;
        office.tasks.put((priority, number))?; // (2)
    }
    let mut threads = Vec::new();
    for number in 1..=workers {
        let office = Arc::clone(&office);
        let thread = thread::Builder::new().name(format!("Worker-{number}"));
        threads.push(thread.spawn(move || work(&office, time))?);
    }
    office.start.wait()?;
    // In the middle of the second round something more urgent than all others comes in.
    thread::sleep(time * 3 / 2);
    for number in ordinary + 1..=ordinary + urgent {
        office.tasks.put((0, number))?; // (4)
        say!("task {number} came late and is urgent");
    }
    office.tasks.shutdown();

    let is_late = |(_, number): Task| number > ordinary;
    let (mut begun, mut in_order) = (Vec::new(), true);
    for thread in threads {
        let done = thread.join()??;
        // All ordinary tasks were there from the beginning, so what a worker gets is never before what it got earlier.
        in_order &= done.iter().map(|&(_, task)| task).filter(|&task| !is_late(task)).is_sorted();
        begun.extend(done);
    }
    begun.sort_unstable();
    let mut numbers: Vec<_> = begun.iter().map(|&(_, (_, number))| number).collect();
    numbers.sort_unstable();

    let after_urgent = begun.iter().skip_while(|&&(_, task)| !is_late(task));
    let overtaken = after_urgent.filter(|&&(_, task)| !is_late(task)).count();
    let points = begun.iter().map(|&(place, (priority, _))| (f64::from(place), f64::from(priority)));
    let chart = Chart::lines("In the order of beginning", "place", "priority").series("priority", points);
    let mut findings = Findings::new(format!("{workers} workers did {} tasks.", begun.len()))
        .held("every task done once", numbers.into_iter().eq(1..=ordinary + urgent))
        .held("each worker's ordinary tasks in order of priority", in_order)
        .seen("an urgent task overtook others", overtaken > 0)
        .figure("tasks overtaken", overtaken)
        .chart(chart);
    findings.answer = (overtaken > 0).then_some(1);
    Ok(findings)
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "priority-queue",
    title: "Priority queue",
    chapter: Chapter::Queues,
    order: 2,
    summary: "Several threads work off one queue, which always gives the most urgent task that it has.",
    parameters: &[
        Parameter {
            name: "workers",
            label: "Workers",
            help: "How many threads work the tasks off.",
            kind: Kind::Whole { min: 2, max: 16, default: 3, unit: "" },
        },
        Parameter {
            name: "tasks",
            label: "Ordinary tasks",
            help: "How many are in the queue before the workers start.",
            kind: Kind::Whole { min: 2, max: 60, default: 15, unit: "" },
        },
        Parameter {
            name: "levels",
            label: "Priorities",
            help: "How many different ones the ordinary tasks have, from 1 on.",
            kind: Kind::Whole { min: 1, max: 9, default: 5, unit: "" },
        },
        Parameter {
            name: "urgent",
            label: "Urgent tasks",
            help: "How many come with priority 0 while the workers are busy.",
            kind: Kind::Whole { min: 0, max: 4, default: 1, unit: "" },
        },
        Parameter {
            name: "time",
            label: "Time of a task",
            help: "How long a worker is busy with one task.",
            kind: Kind::Decimal { min: 0.1, max: 1.5, default: 0.7, step: 0.1, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "One urgent task", arguments: "" },
        Preset { name: "All alike", arguments: "levels=1&urgent=0" },
        Preset { name: "Enough workers", arguments: "workers=16" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "Three workers are each in the middle of a task, and many tasks wait. Now a more urgent one is put into the \
               priority queue. When is it begun?",
        choices: &[
            "At once: a worker lays its task aside",
            "As soon as one worker has finished its task",
            "After those that came before it",
        ],
        because: "A queue hands out tasks; it does not interrupt anybody. The urgent task is the first that the next free worker \
                  gets, ahead of all that have waited longer.",
    },
    look_for: &[
        "The output shows in which order the tasks are begun: all of priority 1, then all of priority 2 and so on, although \
         they were put in another order. Among equals the lower number comes first.",
        "Find the line that says that a task came late. The next task that any worker begins is that one.",
        "The card of the queue shows its items in the order in which they came. Watch how they leave from anywhere \
         in the row. The chart below the result climbs like a staircase, with a dip where the urgent task was \
         begun.",
    ],
    try_this: &[
        "Choose “All alike”: with a single priority the numbers decide, and the queue is an ordinary one, first in, first \
         out.",
        "Choose “Enough workers”. Every task is begun at once, so there is nothing to overtake. Priorities matter \
         only where there is a queue.",
        "Ask for four urgent tasks. The ordinary ones are all done in the end, but a queue that is never without urgent \
         tasks would keep them waiting for ever.",
    ],
    why: &[
        "The queue keeps its items in a heap, a tree in which no item is smaller than the one above it. The smallest is at \
         the top, so taking it, or putting another, moves only a few items, however many there are.",
        "Getting the smallest item is one step under the lock of the queue. So several workers never get the same \
         task, and none gets one while a smaller one is there. Which worker gets which task is left to chance.",
        "What orders the items is how they compare. Pairs compare by the priority first, and by the number where \
         priorities are equal, which makes the order among equals a matter of the program and not of luck.",
    ],
    python: r#"import math
import queue
import threading
import time

WORKERS = 3
ORDINARY, URGENT = 15, 1
LEVELS = 5
TIME = 0.1
tasks = queue.PriorityQueue()  # (1)
start = threading.Barrier(WORKERS + 1)
beginning = threading.Lock()
begun = []
done_by = {}


def work(me):
    mine = done_by[me] = []
    start.wait()
    while True:
        with beginning:  # so that the list has the order of the queue
            task = tasks.get()  # (3)
            begun.append(task)
        priority, number = task
        if priority == math.inf:
            return
        print(f"priority {priority}: task {number}")
        time.sleep(TIME)
        mine.append(task)


for number in range(1, ORDINARY + 1):
    priority = 1 + number * 13 % LEVELS
    tasks.put((priority, number))  # (2)
threads = []
for number in range(1, WORKERS + 1):
    threads.append(threading.Thread(target=work, args=(number,), name=f"Worker-{number}"))
for thread in threads:
    thread.start()
start.wait()
time.sleep(TIME * 1.5)
for number in range(ORDINARY + 1, ORDINARY + URGENT + 1):
    tasks.put((0, number))  # (4)
    print(f"task {number} came late and is urgent")
# Python has shutdown() since 3.13. Before that, each worker is sent an item that means the end
# and comes after all others.
for _ in threads:
    tasks.put((math.inf, 0))
for thread in threads:
    thread.join()

begun = [task for task in begun if task[0] < math.inf]
in_order = True
for mine in done_by.values():
    ordinary = [task for task in mine if task[1] <= ORDINARY]
    in_order = in_order and ordinary == sorted(ordinary)
urgent = min(place for place, task in enumerate(begun) if task[1] > ORDINARY)
overtaken = len(begun) - urgent - URGENT
print(f"{WORKERS} workers did {len(begun)} tasks.")
once = sorted(number for _, number in begun) == list(range(1, ORDINARY + URGENT + 1))
print("Every task done once:", "yes" if once else "no")
print("Each worker's ordinary tasks in order of priority:", "yes" if in_order else "no")
print("An urgent task overtook others:", "yes" if overtaken > 0 else "no")
"#,
};

#[cfg(test)]
mod tests {
    use crate::{Fact, Findings};

    fn findings(arguments: &str) -> Findings {
        Findings::parse(&crate::run("priority-queue", arguments).unwrap())
    }

    #[test]
    fn every_task_is_done_in_order() {
        let findings = findings("workers=2&tasks=8&levels=3&urgent=2&time=0.1");
        assert_eq!(findings.sentence, "2 workers did 10 tasks.");
        for claim in ["every task done once", "each worker's ordinary tasks in order of priority"] {
            assert!(findings.facts.contains(&Fact::Held(claim.to_owned(), true)), "{findings:?}");
        }
    }

    #[test]
    fn without_an_urgent_task_nothing_is_overtaken() {
        let findings = findings("workers=16&tasks=20&levels=1&urgent=0&time=0.1");
        let overtaken = Fact::Seen("an urgent task overtook others".to_owned(), false);
        assert!(findings.facts.contains(&overtaken), "{findings:?}");
        assert_eq!(findings.answer, None);
    }
}
