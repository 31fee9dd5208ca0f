//! A stop flag: asking threads to stop, since nobody can make them.

use crate::{
    About, Arguments, Chapter, Chart, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question,
};
use std::sync::{Arc, Barrier};
use std::time::Duration;
use threadlab_threads::thread::{self, Builder};
use threadlab_threads::{Event, clock, output, process, say};

/// Whether a thread notices that it shall stop, and when.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    LooksAfterEachStep,
    WaitsForTheFlag,
    NeverLooks,
}

/// What became of a thread.
struct Outcome {
    /// Whether it saw the flag and stopped for that.
    stopped: bool,
    steps: u32,
    ended: Duration,
}

/// One step of the work, which here only takes its time. Returns whether the thread has seen the flag.
fn take_step(flag: &Event, step: Duration, way: Way) -> bool {
    match way {
        Way::LooksAfterEachStep => {
            thread::sleep(step);
            flag.is_set() // (1)
        }
        Way::WaitsForTheFlag => flag.wait_timeout(in_real_time(step)), // (2)
        Way::NeverLooks => {
            thread::sleep(step);
            false
        }
    }
}

/// Sleeps follow the page's speed, time limits do not. This makes them alike.
fn in_real_time(time: Duration) -> Duration {
    time.div_f32(process::options().time_scale.max(0.01))
}

/// What each thread does.
fn work(flag: &Event, steps: u32, step: Duration, way: Way) -> Outcome {
    let name = thread::current().name();
    let (mut taken, mut stopped) = (0, false);
    while taken < steps && !stopped {
        stopped = take_step(flag, step, way);
        taken += 1;
        output::progress(taken, steps);
    }
    let why = if stopped { "asked to stop" } else { "all done" };
    say!("{name}: {why} in step {taken} of {steps}");
    Outcome { stopped, steps: taken, ended: clock::program_now() }
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let way = match arguments.choice("way") {
        "wait" => Way::WaitsForTheFlag,
        "never" => Way::NeverLooks,
        _ => Way::LooksAfterEachStep,
    };
    let count = arguments.whole("threads");
    let steps = arguments.whole("steps");
    let longest = Duration::from_secs_f64(arguments.decimal("step"));
    let after = Duration::from_secs_f64(arguments.decimal("after"));

    let flag = Arc::new(Event::named("stop"));
    // Threads take a moment to begin. The time until the request counts from when all are at work.
    let begun = Arc::new(Barrier::new(count as usize + 1));
    let mut threads = Vec::new();
    for number in 1..=count {
        let (flag, begun) = (Arc::clone(&flag), Arc::clone(&begun));
        // Different steps, so that the flag finds each thread at another point of its work.
        let step = longest * number / count;
        let thread = Builder::new()
            .name(format!("Thread-{number}"))
            .spawn(move || {
                begun.wait();
                work(&flag, steps, step, way)
            })
            .map_err(|error| format!("Thread-{number} of {count} did not start: {error}"))?;
        threads.push(thread);
    }
    begun.wait();
    thread::sleep(after);
    say!("Main thread: please stop");
    let asked = clock::program_now();
    flag.set(); // (3)

    let mut outcomes = Vec::new();
    for thread in &threads {
        outcomes.push(thread.join()?); // (4)
    }
    let stopped = outcomes.iter().filter(|outcome| outcome.stopped).count();
    let went_on = outcomes.iter().any(|outcome| !outcome.stopped && outcome.ended > asked);
    let all_justified =
        outcomes.iter().all(|outcome| outcome.steps == steps || (outcome.stopped && outcome.ended >= asked));
    let all_left_some = outcomes.iter().all(|outcome| outcome.steps < steps);

    let mut chart = Chart::bars("From the request to the end of each thread", "s");
    let mut last = Duration::ZERO;
    for (number, outcome) in (1..).zip(&outcomes) {
        // A thread that was through before the request is shown as 0.
        let took = outcome.ended.saturating_sub(asked);
        chart = chart.bar(&format!("Thread-{number}"), took.as_secs_f64());
        last = last.max(took);
    }
    let mut findings =
        Findings::new(format!("Threads that stopped because they were asked to: {stopped} of {count}."))
            .held("nobody stopped early without being asked", all_justified)
            .seen("every thread left steps undone", all_left_some)
            .figure("from the request to the last end", format_args!("{:.2} s", last.as_secs_f64()))
            .chart(chart);
    findings.answer = match way {
        Way::WaitsForTheFlag => (stopped > 0).then_some(0),
        Way::LooksAfterEachStep => (stopped > 0).then_some(1),
        Way::NeverLooks => went_on.then_some(2),
    };
    Ok(findings)
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "stop-flag",
    title: "Asking threads to stop",
    chapter: Chapter::Threads,
    order: 5,
    summary: "A flag asks threads to stop; when they do depends on when they look at it.",
    parameters: &[
        Parameter {
            name: "way",
            label: "Each thread",
            help: "What a thread does to learn of the flag.",
            kind: Kind::Choice {
                options: &[
                    ("look", "sleeps in a step, then looks"),
                    ("wait", "waits for the flag instead of sleeping"),
                    ("never", "never looks"),
                ],
                default: "look",
            },
        },
        Parameter {
            name: "threads",
            label: "Threads",
            help: "How many are at work.",
            kind: Kind::Whole { min: 1, max: 32, default: 4, unit: "" },
        },
        Parameter {
            name: "steps",
            label: "Steps",
            help: "How many each thread takes unless it is stopped.",
            kind: Kind::Whole { min: 1, max: 20, default: 12, unit: "" },
        },
        Parameter {
            name: "step",
            label: "Longest step",
            help: "How long a step of the last thread is; the steps of the others are shorter, Thread-1's the \
                   shortest.",
            kind: Kind::Decimal { min: 0.1, max: 3.0, default: 1.0, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "after",
            label: "Ask after",
            help: "When the main thread sets the flag.",
            kind: Kind::Decimal { min: 0.1, max: 10.0, default: 2.1, step: 0.1, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "Look after a step", arguments: "" },
        Preset { name: "Wait for the flag", arguments: "way=wait" },
        Preset { name: "Never look", arguments: "way=never&steps=6" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "A thread sleeps in the middle of a step when the main thread sets the flag “stop”. When does that \
               thread stop?",
        choices: &["At once", "When its step is over", "When all of its steps are done"],
        because: "A flag only tells of a wish. A thread that sleeps through its step sees the flag after the step; \
                  one that waits for the flag instead of sleeping is woken by it; and one that never looks works on \
                  until all its steps are done.",
    },
    look_for: &[
        "In the output, “Main thread: please stop”, and how long after it the other lines come. The chart below \
         the result has the same as bars: the time from the request to the end of each thread, or 0 for one that \
         was through before.",
        "In the table of threads, the progress bars: they stop somewhere on the way. How far each thread came \
         depends on the length of its steps.",
        "Among the shared objects, the event “stop”. With “waits for the flag instead of sleeping” the threads are \
         listed there as waiting, and their lanes are hatched; otherwise nobody waits for it, and at most they \
         look.",
    ],
    try_this: &[
        "Run the three presets one after another and compare the bars of the chart: up to a whole step, next to \
         nothing, and all the steps that were left.",
        "Let it look after each step, and make the longest step 3 s and “Ask after” 3.1 s. The last thread has just \
         begun its second step then, so it takes nearly three seconds to stop.",
        "Choose “Look after a step” and set “Ask after” to 10 s and “Steps” to 6. The threads are through by then, \
         and the request comes too late to change anything.",
    ],
    why: &[
        "A thread cannot be stopped from outside. It may hold a lock, or be halfway through a change of what \
         others use as well, and only the thread itself knows at which points it can leave things in order. So it \
         is asked, and looks for the request at such points.",
        "How soon it stops depends on how often it looks. A thread that spends its time asleep should wait for the \
         flag with a time limit instead: it gets its pause when nobody calls, and is woken when somebody does.",
        "After the request comes the join. Only when that has returned is it certain that the thread is gone and \
         touches nothing any more.",
    ],
    python: r#"import threading
import time

WAY = "look"  # or "wait", or "never"
COUNT = 4
STEPS = 12
flag = threading.Event()
outcomes = {}


def take_step(step):
    if WAY == "wait":
        return flag.wait(step)  # (2)
    time.sleep(step)
    return WAY == "look" and flag.is_set()  # (1)


def work(step):
    name = threading.current_thread().name
    taken, stopped = 0, False
    while taken < STEPS and not stopped:
        stopped = take_step(step)
        taken += 1
    print(f"{name}: {'asked to stop' if stopped else 'all done'} in step {taken} of {STEPS}")
    outcomes[name] = (stopped, taken, time.monotonic())


threads = []
for number in range(1, COUNT + 1):
    step = 0.2 * number / COUNT
    threads.append(threading.Thread(target=work, args=(step,), name=f"Thread-{number}"))
    threads[-1].start()
time.sleep(0.42)
print("Main thread: please stop")
asked = time.monotonic()
flag.set()  # (3)

for thread in threads:
    thread.join()  # (4)
justified = all(
    taken == STEPS or (stopped and ended >= asked) for stopped, taken, ended in outcomes.values()
)
all_left_some = all(taken < STEPS for _, taken, _ in outcomes.values())
last = max(ended for _, _, ended in outcomes.values()) - asked
print("Nobody stopped early without being asked:", "yes" if justified else "no")
print("Every thread left steps undone:", "yes" if all_left_some else "no")
print(f"From the request to the last end: {max(last, 0):.2f} s")
"#,
};

#[cfg(test)]
mod tests {
    use crate::Findings;

    fn run(arguments: &str) -> Findings {
        let findings = Findings::parse(&crate::run("stop-flag", arguments).unwrap());
        assert!(findings.all_held(), "{findings:?}");
        findings
    }

    #[test]
    fn who_never_looks_takes_all_steps() {
        let findings = run("way=never&threads=2&steps=3&step=0.1&after=0.1");
        assert_eq!(findings.sentence, "Threads that stopped because they were asked to: 0 of 2.");
        assert!(findings.plain().contains("Every thread left steps undone: no"), "{findings:?}");
        assert!(matches!(findings.answer, None | Some(2)), "{findings:?}");
    }

    #[test]
    fn the_answer_is_that_of_the_way() {
        for (way, answer) in [("look", 1), ("wait", 0)] {
            let findings = run(&format!("way={way}&threads=2&steps=20&step=0.2&after=0.1"));
            // On a machine that sleeps for seconds in between all may be done before they are asked.
            let somebody_stopped = !findings.sentence.starts_with('0');
            assert_eq!(findings.answer, somebody_stopped.then_some(answer), "{findings:?}");
        }
    }
}
