//! One memory: what one thread writes, all the others read.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use threadlab_threads::sync::barrier::BarrierError;
use threadlab_threads::{Barrier, Lock, lock, output, say, thread};

/// A global variable: one place in memory, which every thread knows by this name.
static GLOBAL: AtomicU32 = AtomicU32::new(0);

/// What a thread notes after each look: its own number, and what it read.
type Notes = Lock<Vec<(u32, u32)>>;

struct Plan {
    threads: u32,
    pause: Duration,
    /// Where all threads meet, twice in each round.
    meeting: Barrier,
}

/// What each thread runs: it writes in one round, its own, and reads in every round. Gives whether it read what was
/// written last each time, and what its local variable says in the end.
fn run(number: u32, plan: &Plan, notes: &Notes) -> Result<(bool, u32), BarrierError> {
    let mut always_right = true;
    // On the thread's own stack: there are as many variables of this name as there are threads in this function.
    let mut local = 0;
    for writer in 1..=plan.threads {
        let written = writer * 100;
        if writer == number {
            thread::sleep(plan.pause);
            say!("Thread-{number}: I write {written} into the global");
            // Relaxed is enough: the meeting puts this before all the reads.
            GLOBAL.store(written, Ordering::Relaxed); // (1)
            local += 1;
        }
        plan.meeting.wait()?; // (2)
        let read = GLOBAL.load(Ordering::Relaxed); // (3)
        say!("Thread-{number}: I read {read}; my local variable is {local}");
        always_right &= read == written;
        notes.lock().push((number, read)); // (4)
        output::progress(writer, plan.threads);
        // The next one writes only when all have read.
        plan.meeting.wait()?;
    }
    Ok((always_right, local))
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let count = arguments.whole("threads");
    let one_list = arguments.switch("one-list");
    let pause = Duration::from_secs_f64(arguments.decimal("pause"));
    let meeting = Barrier::named("meeting", count as usize)?;
    let plan = Arc::new(Plan { threads: count, pause, meeting });
    let list = Arc::new(lock::named("list", Vec::new()));
    GLOBAL.store(0, Ordering::Relaxed);
    say!("Main thread: the global is 0, the list is empty");

    let mut threads = Vec::new();
    for number in 1..=count {
        let plan = Arc::clone(&plan);
        // A clone of an Arc is one more way to the same list. The other thing is a list of the thread's own.
        let notes = if one_list {
            Arc::clone(&list)
        } else {
            Arc::new(lock::named(format!("list of Thread-{number}"), Vec::new()))
        };
        let thread = thread::Builder::new()
            .name(format!("Thread-{number}"))
            .spawn(move || run(number, &plan, &notes))
            .map_err(|error| format!("Thread-{number} of {count} did not start: {error}"))?;
        threads.push(thread);
    }
    let (mut always_right, mut locals_apart) = (true, true);
    for thread in threads {
        let (right, local) = thread.join()??;
        always_right &= right;
        locals_apart &= local == 1;
    }

    let global = GLOBAL.load(Ordering::Relaxed);
    let (expected, noted) = (count * count, list.lock().len());
    say!("Main thread: the global is {global}, notes in the list: {noted}");
    let all_noted = noted == expected as usize;
    let mut findings = Findings::new(format!(
        "Threads: {count}. Each wrote the one global once. Reads of all together: {expected}."
    ))
    .held("each read found what was written last", always_right)
    .held("each thread has a local variable of its own", locals_apart);
    findings = if one_list {
        findings.held("all notes in one list", all_noted)
    } else {
        findings.seen("all notes in one list", all_noted)
    };
    findings.answer = (count > 1).then_some(1);
    Ok(findings.figure("the global in the end", global).figure("notes in the main thread's list", noted))
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "one-memory",
    title: "One memory",
    chapter: Chapter::Threads,
    order: 9,
    summary: "A global that one thread changes is changed for all of them; local variables are not.",
    parameters: &[
        Parameter {
            name: "threads",
            label: "Threads",
            help: "Each writes once and reads in every round.",
            kind: Kind::Whole { min: 1, max: 16, default: 3, unit: "" },
        },
        Parameter {
            name: "pause",
            label: "Pause",
            help: "Each writer's sleep before it writes.",
            kind: Kind::Decimal { min: 0.0, max: 3.0, default: 1.0, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "one-list",
            label: "One list for all",
            help: "Otherwise each thread gets a list of its own.",
            kind: Kind::Switch { default: true },
        },
    ],
    presets: &[
        Preset { name: "One list", arguments: "" },
        Preset { name: "A list each", arguments: "one-list=off" },
        Preset { name: "Ten threads", arguments: "threads=10&pause=0.5" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "Thread-1 writes 100 into a global variable. Later Thread-2 writes 200 into it. What does Thread-1 \
               read after that, without having been told anything?",
        choices: &["100, which it wrote itself", "200, which Thread-2 wrote"],
        because: "There is one variable, in the one memory that all threads of the program use. Nothing has to be \
                  sent from thread to thread: whoever reads it gets what was written last.",
    },
    look_for: &[
        "In the output, each “I write” is followed by one “I read” of every thread, and all of them have read the \
         new value. The order in which the threads read can differ from round to round.",
        "The local variable on the same lines: it says 0 until its own thread has written, and 1 from then on. The \
         other threads go through the same line of code and do not change it.",
        "Among the shared objects there is one lock, with the list in it, for all the threads. The barrier “meeting” \
         lets nobody read before the write, and nobody write before all have read.",
    ],
    try_this: &[
        "Turn “One list for all” off. Every thread now gets a list of its own, with a lock of its own, and the main \
         thread's list stays empty: threads share what they are given, and no more.",
        "Use one thread. It reads what it wrote itself, which proves nothing: it takes two to share.",
        "Compare this demo with “A memory of its own” in the chapter “Processes”: what a process puts into a \
         global list there, its parent never sees.",
    ],
    why: &[
        "All threads of a program run in one memory. A global variable is a place in it, and a name in the source \
         always leads to that place, whichever thread comes by. This is what makes threads so handy, and it is why \
         they need locks.",
        "A local variable is different: each call of a function gets its own, and each thread has a stack of its own \
         for them. Ten threads in the same function have ten variables “local”.",
        "The list is changed by several threads at once, so it lies in a lock, and only the thread that holds the \
         lock can reach it. The global needs none here, because a single number is written in one step and the \
         barrier keeps writers and readers apart. A thread that first reads a number and then writes a new one is \
         another story: see the demo “Lost updates”.",
    ],
    python: r#"import threading
import time

THREADS = 3
global_number = 0
notes = []
adding = threading.Lock()
meeting = threading.Barrier(THREADS)
always_right = []
locals_in_the_end = []


def run(number):
    global global_number
    local = 0
    for writer in range(1, THREADS + 1):
        if writer == number:
            time.sleep(0.1)
            print(f"Thread-{number}: I write {writer * 100} into the global")
            global_number = writer * 100  # (1)
            local += 1
        meeting.wait()  # (2)
        read = global_number  # (3)
        print(f"Thread-{number}: I read {read}; my local variable is {local}")
        always_right.append(read == writer * 100)
        with adding:
            notes.append((number, read))  # (4)
        meeting.wait()
    locals_in_the_end.append(local)


def yes_or_no(claim):
    return "yes" if claim else "no"


print("Main thread: the global is 0, the list is empty")
threads = [threading.Thread(target=run, args=(number,)) for number in range(1, THREADS + 1)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(f"Main thread: the global is {global_number}, notes in the list: {len(notes)}")
print("Each read found what was written last:", yes_or_no(all(always_right)))
print("Each thread has a local variable of its own:", yes_or_no(set(locals_in_the_end) == {1}))
print("All notes in one list:", yes_or_no(len(notes) == THREADS**2))
"#,
};

#[cfg(test)]
mod tests {
    use crate::{Fact, Findings};

    /// One test for all settings: a test that ran beside it would write into the same global.
    #[test]
    fn the_global_is_shared_and_the_list_as_far_as_it_is_given() {
        for (arguments, global, notes, answer) in [
            ("threads=3&pause=0", "300", "9", Some(1)),
            ("threads=2&pause=0&one-list=off", "200", "0", Some(1)),
            ("threads=1&pause=0", "100", "1", None),
        ] {
            let findings = Findings::parse(&crate::run("one-memory", arguments).unwrap());
            let figure = |label: &str, value: &str| Fact::Figure(label.to_owned(), value.to_owned());
            assert!(findings.facts.contains(&figure("the global in the end", global)), "{findings:?}");
            assert!(
                findings.facts.contains(&figure("notes in the main thread's list", notes)),
                "{findings:?}"
            );
            assert_eq!(findings.answer, answer, "{arguments}");
        }
    }
}
