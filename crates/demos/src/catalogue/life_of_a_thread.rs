//! The life of a thread: made, started, ended; asked meanwhile whether it is alive, and called by changing names.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use std::sync::Arc;
use std::time::Duration;
use threadlab_threads::thread::{self, Builder, JoinError, StartError, Thread};
use threadlab_threads::{Event, output, say};

/// What the thread does: waits for its go, then takes its steps. Halfway it may give itself another name.
fn work(go: &Event, steps: u32, step: Duration, rename: bool) -> u32 {
    go.wait();
    let mut done = 0;
    while done < steps {
        thread::sleep(step);
        done += 1;
        output::progress(done, steps);
        if rename && done == steps.div_ceil(2) {
            thread::current().set_name("Master"); // (3)
        }
    }
    done
}

/// Asks whether the thread is alive, says so, and gives the answer.
fn look(moment: &str, thread: &Thread) -> bool {
    let alive = thread.is_alive(); // (2)
    let name = thread.name();
    say!("{moment}: {name} is {}", if alive { "alive" } else { "not alive" });
    alive
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let steps = arguments.whole("steps");
    let step = Duration::from_secs_f64(arguments.decimal("step"));
    let patience = Duration::from_secs_f64(arguments.decimal("timeout"));
    let rename = arguments.switch("rename");

    let go = Arc::new(Event::named("go"));
    let theirs = Arc::clone(&go);
    let worker = Builder::new().name("Apprentice").build(move || work(&theirs, steps, step, rename));
    let thread = worker.thread();
    let first_name = thread.name();
    let before = look("Made", thread);

    worker.start()?; // (1)
    // It cannot have ended: it waits for the go. Waiting is part of life.
    let during = look("Started", thread);
    go.set();

    let mut gave_up = 0;
    let done = loop {
        let joined = worker.join_timeout(patience); // (4)
        match joined {
            Ok(done) => break done,
            Err(JoinError::TimedOut { .. }) => {
                gave_up += 1;
                look("The join gave up", thread);
            }
            Err(other) => return Err(other.into()),
        }
    };
    let after = look("The join came back", thread);
    let own_name = thread.name();
    thread.set_name("Retired");
    let again = worker.start(); // (5)
    if let Err(error) = &again {
        say!("Started again: {error}");
    }

    let expected_name = if rename { "Master" } else { "Apprentice" };
    let mut findings =
        Findings::new(format!("Steps done: {done} of {steps}; joins that gave up before: {gave_up}."))
            .held("alive from its start to its end only", !before && during && !after)
            .held("no step lost by a join that gave up", done == steps)
            .held("every new name was read back", first_name == "Apprentice" && own_name == expected_name)
            .held("a second start was refused", matches!(again, Err(StartError::AlreadyStarted { .. })))
            .seen("a join gave up before the end", gave_up > 0);
    // Where no join gave up, this run says nothing about what becomes of the thread then.
    findings.answer = (gave_up > 0 && done == steps).then_some(2);
    Ok(findings)
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "life-of-a-thread",
    title: "Life of a thread",
    chapter: Chapter::Threads,
    order: 3,
    summary: "Is it alive: before its start, while it works, and after its end? And what is it called?",
    parameters: &[
        Parameter {
            name: "steps",
            label: "Steps",
            help: "How many the other thread takes.",
            kind: Kind::Whole { min: 1, max: 20, default: 6, unit: "" },
        },
        Parameter {
            name: "step",
            label: "Time for a step",
            help: "How long each step takes.",
            kind: Kind::Decimal { min: 0.1, max: 2.0, default: 0.7, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "timeout",
            label: "Patience",
            help: "How long a join waits before it gives up: real seconds, whatever the speed.",
            kind: Kind::Decimal { min: 0.2, max: 10.0, default: 1.0, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "rename",
            label: "Rename itself",
            help: "Whether the thread takes another name halfway.",
            kind: Kind::Switch { default: true },
        },
    ],
    presets: &[
        Preset { name: "A second's patience", arguments: "" },
        Preset { name: "Little patience", arguments: "timeout=0.2&steps=4" },
        Preset { name: "Much patience", arguments: "timeout=10" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "The main thread joins the other one, but waits for one second at most, and the other needs about \
               four. What becomes of the other thread when that second is over?",
        choices: &[
            "It is ended",
            "It is halted until the next join",
            "It goes on as if nothing had happened",
        ],
        because: "A time limit belongs to the one who waits, not to the one waited for. The join gives up and the \
                  main thread goes on; the other thread never learns of it and takes all of its steps.",
    },
    look_for: &[
        "The main thread's lane: dotted while it joins, with a short break each time it loses its patience. The \
         other lane shows no trace of those breaks.",
        "The output says at each look whether the thread is alive. It is not when it has only been made; it is at \
         every look from its start on, be it waiting, sleeping or working; and it is not when the last join has \
         come back.",
        "In the table of threads and beside the lane, the name: “Apprentice”, from the middle on “Master”, and \
         “Retired” when it has ended. It is one thread all the time, with one lane.",
    ],
    try_this: &[
        "Choose “Much patience”: the first join comes back when the thread has ended, and none gives up.",
        "Change the speed while it runs. Steps follow the speed; the patience of a join does not, it is real time. \
         At 20× the thread has ended long before a second is over.",
        "Turn “Rename itself” off. The name is a label for people and nothing else, so the rest stays the same.",
    ],
    why: &[
        "A thread has one life: it is made, it is started once, it ends when its function returns. It counts as \
         alive from the start to the end, also while it sleeps or waits and no core works for it. It cannot be \
         started a second time; whoever wants the work done again makes a new thread.",
        "A join with a time limit needs a second look, since it can come back for two reasons. Here it returns an \
         error when time has run out; in Python it returns nothing either way, and only is_alive tells.",
        "What is_alive says may be out of date a moment later: a thread that was alive can have ended since. Only \
         “not alive” after the start stays true. So to wait for an end, join; do not ask again and again.",
    ],
    python: r#"import threading
import time

STEPS = 6
done = 0
go = threading.Event()


def work():
    global done
    go.wait()
    while done < STEPS:
        time.sleep(0.1)
        done += 1
        if done == STEPS // 2:
            threading.current_thread().name = "Master"  # (3)


def look(moment):
    alive = thread.is_alive()  # (2)
    print(f"{moment}: {thread.name} is {'alive' if alive else 'not alive'}")
    return alive


thread = threading.Thread(target=work, name="Apprentice")
first_name = thread.name
before = look("Made")

thread.start()  # (1)
during = look("Started")
go.set()

gave_up = 0
while True:
    thread.join(0.15)  # (4)
    if not thread.is_alive():
        break
    gave_up += 1
    look("The join gave up")
after = look("The join came back")
own_name = thread.name
thread.name = "Retired"
try:
    thread.start()  # (5)
    refused = False
except RuntimeError as error:
    print(f"Started again: {error}")
    refused = True


def tell(claim, true):
    print(f"{claim}:", "yes" if true else "no")


tell("Alive from its start to its end only", not before and during and not after)
tell("No step lost by a join that gave up", done == STEPS)
tell("Every new name was read back", (first_name, own_name) == ("Apprentice", "Master"))
tell("A second start was refused", refused)
tell("A join gave up before the end", gave_up > 0)
"#,
};

#[cfg(test)]
mod tests {
    use crate::Findings;

    fn run(arguments: &str) -> Findings {
        let findings = Findings::parse(&crate::run("life-of-a-thread", arguments).unwrap());
        assert!(findings.all_held(), "{findings:?}");
        // The answer is known exactly where a join gave up.
        let gave_up = findings.plain().contains("A join gave up before the end: yes");
        assert_eq!(findings.answer, gave_up.then_some(2), "{findings:?}");
        findings
    }

    #[test]
    fn a_patient_join_comes_back_at_the_end() {
        let findings = run("steps=3&step=0.1&timeout=10");
        assert_eq!(findings.sentence, "Steps done: 3 of 3; joins that gave up before: 0.");
    }

    #[test]
    fn an_impatient_join_does_no_harm() {
        // A step of 0.3 s cannot be over when 0.2 s are, unless the main thread itself is that late.
        let findings = run("steps=1&step=0.3&timeout=0.2&rename=off");
        assert!(findings.sentence.starts_with("Steps done: 1 of 1;"), "{findings:?}");
    }
}
