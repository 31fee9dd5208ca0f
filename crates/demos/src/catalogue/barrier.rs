//! Barrier: threads that work in phases and wait for the slowest after each.

use crate::{
    About, Arguments, Chapter, Chart, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use threadlab_threads::sync::barrier::BarrierError;
use threadlab_threads::{Barrier, clock, output, say, thread};

struct Work {
    /// Where all meet at the end of a phase, if they do.
    meeting: Option<Barrier>,
    threads: u32,
    phases: u32,
    /// The phase at whose end Thread-1 gives up; 0 if it never does.
    gives_up: u32,
    /// How many have ended the first phase, the second… Who passes the barrier sees what all did before it.
    ended: Vec<AtomicU32>,
    /// How often a thread began a phase while another was still in the one before.
    ahead: AtomicU32,
}

/// Works through the phases. Gives how long it had to wait in all, unless the barrier broke.
fn work(shared: &Work, number: u32, pace: Duration) -> Result<Duration, BarrierError> {
    let mut waited = Duration::ZERO;
    let mut before: Option<&AtomicU32> = None;
    for (phase, ended) in (1..).zip(&shared.ended) {
        if before.is_some_and(|ended| ended.load(Ordering::Relaxed) < shared.threads) {
            shared.ahead.fetch_add(1, Ordering::Relaxed);
        }
        thread::sleep(pace);
        say!("Thread-{number} has done its part of phase {phase}");
        output::progress(phase, shared.phases);
        ended.fetch_add(1, Ordering::Relaxed);
        before = Some(ended);

        let Some(meeting) = &shared.meeting else { continue };
        if number == 1 && phase == shared.gives_up {
            say!("Thread-1 gives up");
            meeting.abort(); // (1)
            break;
        }
        let begin = clock::program_now();
        meeting.wait()?; // (2)
        waited += clock::program_now().saturating_sub(begin);
    }
    Ok(waited)
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let (threads, phases) = (arguments.whole("threads"), arguments.whole("phases"));
    let (use_barrier, gives_up) = (arguments.switch("barrier"), arguments.whole("gives_up"));
    let mut pace = Duration::from_secs_f64(arguments.decimal("pace"));
    let slower = Duration::from_secs_f64(arguments.decimal("slower"));

    let passed = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&passed);
    let announce = move || say!("Phase {} is over for all", count.fetch_add(1, Ordering::Relaxed) + 1);
    let meeting = Barrier::with_action("meeting", threads as usize, announce)?; // (3)
    let shared = Arc::new(Work {
        meeting: use_barrier.then_some(meeting),
        threads,
        phases,
        gives_up,
        ended: (0..phases).map(|_| AtomicU32::new(0)).collect(),
        ahead: AtomicU32::new(0),
    });

    let mut workers = Vec::new();
    for number in 1..=threads {
        let theirs = Arc::clone(&shared);
        let name = format!("Thread-{number}");
        workers.push(thread::Builder::new().name(name).spawn(move || work(&theirs, number, pace))?);
        pace += slower;
    }
    let mut chart = Chart::bars("Time spent at the barrier", "s");
    let mut told = 0;
    for (number, worker) in (1..).zip(workers) {
        match worker.join()? {
            Ok(waited) => chart = chart.bar(&format!("Thread-{number}"), waited.as_secs_f64()),
            Err(error) => {
                say!("Thread-{number} was told: {error}");
                told += 1;
            }
        }
    }

    let ahead = shared.ahead.load(Ordering::Relaxed);
    let in_step = "nobody began a phase before all had done the last";
    let mut findings = if use_barrier {
        let passed = passed.load(Ordering::Relaxed);
        Findings::new(format!("Phases at whose end all met: {passed} of {phases}."))
            .held(in_step, ahead == 0)
            .chart(chart)
    } else {
        Findings::new("Each thread went through its phases at its own pace.").seen(in_step, ahead == 0)
    };
    if use_barrier && (1..=phases).contains(&gives_up) {
        findings = findings.held("all others were told that it broke", told == threads - 1);
    }
    let met_and_went_on = use_barrier && threads > 1 && phases > 1 && gives_up != 1;
    if ahead > 0 || met_and_went_on {
        findings.answer = Some(usize::from(ahead == 0));
    }
    Ok(findings.figure("begun too early", format!("{ahead}×")))
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "barrier",
    title: "Barrier",
    chapter: Chapter::Locks,
    order: 7,
    summary: "Threads work in phases; nobody begins the next before all have ended the last.",
    parameters: &[
        Parameter {
            name: "barrier",
            label: "Use the barrier",
            help: "All meet there at the end of each phase.",
            kind: Kind::Switch { default: true },
        },
        Parameter {
            name: "threads",
            label: "Threads",
            help: "How many work together.",
            kind: Kind::Whole { min: 1, max: 32, default: 4, unit: "" },
        },
        Parameter {
            name: "phases",
            label: "Phases",
            help: "How many there are.",
            kind: Kind::Whole { min: 1, max: 10, default: 3, unit: "" },
        },
        Parameter {
            name: "pace",
            label: "Pace",
            help: "Time of Thread-1 for its part of a phase.",
            kind: Kind::Decimal { min: 0.0, max: 2.0, default: 0.4, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "slower",
            label: "Slower by",
            help: "Added to the time of each next thread.",
            kind: Kind::Decimal { min: 0.0, max: 0.5, default: 0.3, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "gives_up",
            label: "Gives up in phase",
            help: "The phase at whose end Thread-1 breaks the barrier and leaves; 0 for never.",
            kind: Kind::Whole { min: 0, max: 10, default: 0, unit: "" },
        },
    ],
    presets: &[
        Preset { name: "In step", arguments: "" },
        Preset { name: "No barrier", arguments: "barrier=off" },
        Preset { name: "One gives up", arguments: "gives_up=2" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "Thread-1 needs 0.4 s for its part of a phase, Thread-4 needs 1.3 s. When does Thread-1 begin the \
               second phase?",
        choices: &["At once, after 0.4 s", "When Thread-4 has done its part"],
        because: "At a barrier everybody waits until all have come, so the slowest sets the pace. Without the \
                  barrier Thread-1 goes on at once, and works with what the others have not finished yet.",
    },
    look_for: &[
        "In the timeline each phase of a lane is a sleep, which stands for work, and then a wait. The waits of all \
         lanes end at the same moment, and the slowest thread has hardly any.",
        "“Shared objects” shows the barrier fill up, one place for each thread that has come, and be empty \
         again when the last one comes.",
        "The line “Phase … is over for all” comes once for each phase, from the thread that came last: it is the \
         barrier's own action, which runs before anybody goes on.",
    ],
    try_this: &[
        "Turn “Use the barrier” off. Thread-1 runs ahead and is done long before the others; the lines of \
         several phases mix.",
        "Set “Slower by” to 0: with equal parts hardly anybody waits. A barrier is cheap where the work is \
         shared out evenly, and the chart of waiting times shows how evenly it was.",
        "Choose “One gives up”. A thread that will not come would keep all others waiting for ever, so it \
         breaks the barrier, and everyone else gets an error.",
    ],
    why: &[
        "Many computations go in steps of which each needs the whole result of the one before: a simulation, a \
         picture that is blurred again and again, a list that is sorted in parts. Within a step the threads work \
         side by side; between two steps they have to meet, and that is what the barrier is for.",
        "A barrier is made for a fixed number of threads, and counts those that come. The last one opens it for \
         all and makes it ready for the next time, so one barrier serves any number of phases.",
        "To join the threads and start new ones for the next phase would do too, but it costs a start for each \
         thread and phase, and the new threads know nothing of what the old ones had in their local variables.",
    ],
    python: r#"import threading
import time

THREADS, PHASES = 4, 3


def announce():
    passed.append(threading.current_thread().name)
    print(f"Phase {len(passed)} is over for all")


def work(number, pace, gives_up):
    for phase in range(PHASES):
        if phase and len(ended[phase - 1]) < THREADS:
            ahead.append(number)
        time.sleep(pace)
        print(f"Thread-{number} has done its part of phase {phase + 1}")
        ended[phase].append(number)
        if number == 1 and phase + 1 == gives_up:
            print("Thread-1 gives up")
            meeting.abort()  # (1)
            return
        try:
            meeting.wait()  # (2)
        except threading.BrokenBarrierError:
            print(f"Thread-{number} was told: the barrier is broken")
            told.append(number)
            return


ahead, told = [], []
for gives_up in (0, 2):
    passed, ended = [], [[] for _ in range(PHASES)]
    meeting = threading.Barrier(THREADS, action=announce)  # (3)
    threads = []
    for number in range(1, THREADS + 1):
        pace = 0.05 + 0.05 * number
        threads.append(threading.Thread(target=work, args=(number, pace, gives_up)))
        threads[-1].start()
    for thread in threads:
        thread.join()
    print(f"Phases at whose end all met: {len(passed)} of {PHASES}.")

print("Nobody began a phase before all had done the last:", "no" if ahead else "yes")
print("All others were told that it broke:", "yes" if len(told) == THREADS - 1 else "no")
"#,
};

#[cfg(test)]
mod tests {
    use crate::{Data, Fact, Findings};

    const IN_STEP: &str = "nobody began a phase before all had done the last";

    fn findings(arguments: &str) -> Findings {
        Findings::parse(&crate::run("barrier", arguments).unwrap())
    }

    #[test]
    fn with_the_barrier_all_are_in_step() {
        let findings = findings("threads=5&phases=4&pace=0&slower=0.01");
        assert_eq!(findings.sentence, "Phases at whose end all met: 4 of 4.");
        assert!(findings.plain().contains("\nBegun too early: 0×"), "{findings:?}");
        assert_eq!(findings.answer, Some(1));
        let Data::Bars { bars, .. } = &findings.charts[0].data else { panic!("{findings:?}") };
        assert_eq!(bars.len(), 5);
    }

    #[test]
    fn without_it_the_fast_one_runs_ahead_if_it_can() {
        let findings = findings("barrier=off&threads=2&phases=2&pace=0&slower=0.3");
        assert!(findings.charts.is_empty(), "{findings:?}");
        let in_step = findings.facts.contains(&Fact::Seen(IN_STEP.to_owned(), true));
        assert_eq!(findings.answer, (!in_step).then_some(0), "{findings:?}");
    }

    #[test]
    fn a_broken_barrier_lets_nobody_wait_for_ever() {
        let findings = findings("threads=4&phases=3&pace=0.01&slower=0.01&gives_up=2");
        assert_eq!(findings.sentence, "Phases at whose end all met: 1 of 3.");
        assert!(findings.plain().contains("\nAll others were told that it broke: yes"), "{findings:?}");
    }

    #[test]
    fn one_thread_in_one_phase_shows_nothing() {
        assert_eq!(findings("threads=1&phases=1&pace=0").answer, None);
    }
}
