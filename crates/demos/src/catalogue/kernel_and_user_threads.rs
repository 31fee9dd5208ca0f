//! Kernel threads and user threads: jobs on a worker each, and the same as tasks that take turns on one worker.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::hint::black_box;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use threadlab_threads::{Lock, clock, cores, lock, output, say, thread};

/// Jobs that compute in steps.
struct Jobs {
    count: u32,
    steps: u32,
    turns: u32,
    /// The job of each step, in the order in which the steps were done.
    log: Lock<Vec<u32>>,
}

impl Jobs {
    fn do_step(&self, job: u32, step: u32) {
        let mut number = job;
        for turn in 0..self.turns {
            number = (number ^ turn).wrapping_mul(0x9E37_79B9).rotate_left(7);
        }
        // The compiler would leave out a computation whose result nobody looks at.
        black_box(number);
        self.log.lock().push(job);
        say!("Job {job}: step {step} of {}", self.steps);
    }
}

/// A job as a kernel thread: the system decides when it runs and when it has to stop for others.
fn run_thread(jobs: &Jobs, job: u32) {
    for step in 1..=jobs.steps {
        jobs.do_step(job, step);
        output::progress(step, jobs.steps);
    }
}

/// A job as a user thread: it runs until it gives its turn away, and nobody can interrupt it before.
async fn run_task(jobs: &Jobs, job: u32, keeps_its_turn: bool) {
    for step in 1..=jobs.steps {
        jobs.do_step(job, step);
        if !keeps_its_turn {
            give_the_turn_away().await; // (1)
        }
    }
}

/// Is not ready when it is asked first, so that others come in between; when it is asked again it is.
async fn give_the_turn_away() {
    let mut was_asked = false;
    let is_ready = |_: &mut Context<'_>| {
        if std::mem::replace(&mut was_asked, true) { Poll::Ready(()) } else { Poll::Pending }
    };
    poll_fn(is_ready).await;
}

/// The whole scheduler: runs each task until it gives its turn away or ends, round and round, until all have ended.
fn run_all(tasks: impl Iterator<Item = impl Future>) {
    let mut waiting: VecDeque<_> = tasks.map(Box::pin).collect();
    let mut context = Context::from_waker(Waker::noop());
    while let Some(mut task) = waiting.pop_front() {
        let state = task.as_mut().poll(&mut context); // (2)
        if state.is_pending() {
            waiting.push_back(task); // (3)
        }
    }
}

fn on_workers(jobs: &Arc<Jobs>) -> Result<Duration, ProgramError> {
    let begin = clock::now();
    let mut workers = Vec::new();
    for job in 1..=jobs.count {
        let jobs = Arc::clone(jobs);
        let worker = thread::Builder::new().name(format!("Worker-{job}"));
        workers.push(worker.spawn(move || run_thread(&jobs, job))?); // (4)
    }
    for worker in workers {
        worker.join()?;
    }
    Ok(clock::now().saturating_sub(begin))
}

/// With `selfish`, job 1 keeps its turn.
fn as_tasks(jobs: &Arc<Jobs>, selfish: bool) -> Result<Duration, ProgramError> {
    let begin = clock::now();
    let jobs = Arc::clone(jobs);
    let name = if selfish { "All tasks, one selfish" } else { "All tasks" };
    let worker = thread::Builder::new().name(name).spawn(move || {
        run_all((1..=jobs.count).map(|job| run_task(&jobs, job, selfish && job == 1)));
    })?;
    worker.join()?;
    Ok(clock::now().saturating_sub(begin))
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let (count, steps) = (arguments.whole("jobs"), arguments.whole("steps"));
    let turns = arguments.whole("work") * 1_000_000;
    let new_jobs = |name| Arc::new(Jobs { count, steps, turns, log: lock::named(name, Vec::new()) });
    let (threads, tasks, selfish) = (new_jobs("log 1"), new_jobs("log 2"), new_jobs("log 3"));

    say!("1. Each job on a worker of its own");
    let time_of_threads = on_workers(&threads)?;
    say!("2. All jobs as tasks on one worker");
    let time_of_tasks = as_tasks(&tasks, false)?;
    say!("3. The same, and job 1 keeps its turn");
    as_tasks(&selfish, true)?;

    let changes = threads.log.lock().windows(2).filter(|pair| pair[0] != pair[1]).count();
    let in_turn: Vec<u32> = (0..steps).flat_map(|_| 1..=count).collect();
    let first_alone = selfish.log.lock().iter().take(steps as usize).all(|job| *job == 1);
    let gain = time_of_tasks.as_secs_f64() / time_of_threads.as_secs_f64().max(1e-6);
    let millis = |time: Duration| format!("{:.0} ms", time.as_secs_f64() * 1e3);
    let mut findings = Findings::new(format!(
        "Jobs: {count}. On a worker each they were done {gain:.1} times as fast as on one worker."
    ))
    .seen("jobs on workers took turns", changes >= count as usize)
    .seen("jobs on workers used several cores", gain > 1.2)
    .held("tasks took turns step by step", *tasks.log.lock() == in_turn)
    .held("a task that kept its turn let no other begin before its end", first_alone)
    .figure("time on a worker each", millis(time_of_threads))
    .figure("time as tasks on one worker", millis(time_of_tasks))
    .figure("cores that the browser tells of", cores::count());
    // One job alone keeps nobody waiting.
    findings.answer = (count > 1).then_some(1);
    Ok(findings)
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "kernel-and-user-threads",
    title: "Kernel threads and user threads",
    chapter: Chapter::Threads,
    order: 8,
    summary: "Jobs on a worker each, against the same jobs as cooperative tasks on one worker.",
    parameters: &[
        Parameter {
            name: "jobs",
            label: "Jobs",
            help: "How many there are in each of the three parts.",
            kind: Kind::Whole { min: 1, max: 8, default: 3, unit: "" },
        },
        Parameter {
            name: "steps",
            label: "Steps",
            help: "How many each job has.",
            kind: Kind::Whole { min: 1, max: 10, default: 5, unit: "" },
        },
        Parameter {
            name: "work",
            label: "Work",
            help: "Turns of a loop in each step.",
            kind: Kind::Whole { min: 1, max: 80, default: 40, unit: "million" },
        },
    ],
    presets: &[
        Preset { name: "Three jobs", arguments: "" },
        Preset { name: "Eight jobs", arguments: "jobs=8&steps=4&work=20" },
        Preset { name: "Tiny steps", arguments: "steps=10&work=2" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "Three tasks take turns on one worker: each gives its turn away after a step. What happens to the others if \
               the first task never does?",
        choices: &[
            "They get their turns nevertheless",
            "They begin when the first one has ended",
            "They never run",
        ],
        because: "Nobody can take the turn away from a task; it has to give it. The scheduler itself runs only when a task has done \
                  so or has ended, and meanwhile the others wait.",
    },
    look_for: &[
        "In the timeline the first part has as many lanes at work as there are jobs, as far as there are cores for \
         them. In the second part all jobs share one lane, and that part takes as long as all the jobs together.",
        "In the output the steps of the jobs alternate in both parts. On workers the order can differ from run to \
         run; as tasks it is the same each time, for the scheduler goes round and round.",
        "In the third part, all the steps of job 1 come first. The others are ready all the time and do not get a turn.",
    ],
    try_this: &[
        "Use eight jobs on a machine with fewer cores. The workers still take turns: the system lets each run for \
         some milliseconds and then another, in the middle of a step, without asking.",
        "Use one job. There is no difference then: one job uses one core either way.",
        "Read the scheduler, “run_all”. It is ten lines long. Kernel threads have a scheduler too, but that one \
         belongs to the system and can interrupt whoever runs.",
    ],
    why: &[
        "A kernel thread is known to the operating system, which gives it a core, takes it away after a while and can \
         run several at the same moment. Web workers, Python's threads and most other threads are of this sort.",
        "A user thread is known only to a scheduler within the program. Changing from one to the next costs next to \
         nothing, so there can be a great many of them; but all share the one kernel thread that their scheduler runs \
         on, and with it one core. Tasks of asyncio and the functions marked “async” in Rust and JavaScript are of this \
         sort.",
        "They cooperate: each gives its turn away now and then, at an await. A long computation without an await stops \
         all the others, and so does a call that blocks. That is the price of being sure that nobody interrupts.",
    ],
    python: r#"import threading
import time
from collections import deque

JOBS = 3
STEPS = 5
TURNS = 400_000


def do_step(log, job, step):
    sum(range(TURNS))
    log.append(job)
    print(f"Job {job}: step {step} of {STEPS}\n", end="")


def run_thread(log, job):
    for step in range(1, STEPS + 1):
        do_step(log, job, step)


def run_task(log, job, keeps_its_turn):
    for step in range(1, STEPS + 1):
        do_step(log, job, step)
        if not keeps_its_turn:
            yield  # (1)


def run_all(tasks):
    waiting = deque(tasks)
    while waiting:
        task = waiting.popleft()
        has_yielded = next(task, "end") != "end"  # (2)
        if has_yielded:
            waiting.append(task)  # (3)


def yes_or_no(claim):
    return "yes" if claim else "no"


print("1. Each job on a thread of its own")
threads_log = []
begin, begin_on_cores = time.perf_counter(), time.process_time()
threads = [threading.Thread(target=run_thread, args=(threads_log, job)) for job in range(1, JOBS + 1)]
for thread in threads:
    thread.start()  # (4)
for thread in threads:
    thread.join()
# CPython lets one thread compute at a time, so threads take no more time on cores than passes on the clock.
cores = (time.process_time() - begin_on_cores) / (time.perf_counter() - begin)
print("2. All jobs as tasks on one thread")
tasks_log = []
run_all(run_task(tasks_log, job, False) for job in range(1, JOBS + 1))
print("3. The same, and job 1 keeps its turn")
selfish_log = []
run_all(run_task(selfish_log, job, job == 1) for job in range(1, JOBS + 1))

changes = sum(one != next_one for one, next_one in zip(threads_log, threads_log[1:]))
print("Jobs on workers took turns:", yes_or_no(changes >= JOBS))
print("Jobs on workers used several cores:", yes_or_no(cores > 1.2))
print("Tasks took turns step by step:", yes_or_no(tasks_log == STEPS * list(range(1, JOBS + 1))))
first_alone = selfish_log[:STEPS] == STEPS * [1]
print("A task that kept its turn let no other begin before its end:", yes_or_no(first_alone))
"#,
};

#[cfg(test)]
mod tests {
    use super::run_all;
    use crate::Findings;
    use std::cell::RefCell;

    #[test]
    fn tasks_go_round_and_those_that_have_ended_stay_out() {
        let log = RefCell::new(Vec::new());
        let log = &log;
        run_all([("a", 1), ("b", 3), ("c", 2)].into_iter().map(|(name, steps)| async move {
            for _ in 0..steps {
                log.borrow_mut().push(name);
                super::give_the_turn_away().await;
            }
        }));
        assert_eq!(log.borrow().concat(), "abcbcb");
    }

    #[test]
    fn a_task_that_keeps_its_turn_keeps_the_others_waiting() {
        for (arguments, answer) in [("jobs=3&steps=4&work=1", Some(1)), ("jobs=1&steps=2&work=1", None)] {
            let findings = Findings::parse(&crate::run("kernel-and-user-threads", arguments).unwrap());
            assert!(findings.all_held(), "{findings:?}");
            assert_eq!(findings.answer, answer, "{findings:?}");
        }
    }
}
