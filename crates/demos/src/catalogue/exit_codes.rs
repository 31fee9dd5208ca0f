//! Exit codes: how a process ended, in one number.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use threadlab_processes::process::exit;
use threadlab_processes::{Error, Process, StartMethod};
use threadlab_threads::{say, thread};

/// How a child comes to its end.
#[derive(Clone, Copy, Serialize, Deserialize)]
enum End {
    Returns,
    Exits(i32),
    Fails,
    Panics,
    Terminated,
    Killed,
}

/// What each child runs.
fn child((end, work): (End, Duration)) -> Result<(), String> {
    say!("I begin to work");
    thread::sleep(work);
    match end {
        End::Returns => Ok(()),         // (1)
        End::Exits(code) => exit(code), // (2)
        End::Fails => Err("I have run out of paper".to_owned()),
        End::Panics => panic!("I have lost my nerve"), // (3)
        // They would go on for ever.
        End::Terminated | End::Killed => {
            thread::sleep(Duration::MAX);
            Ok(())
        }
    }
}

/// Lets a child come to its end, and tells its exit code.
fn finish(process: &Process, end: End, work: Duration) -> Result<i32, Error> {
    match end {
        End::Terminated => {
            thread::sleep(work);
            process.terminate()?; // (4)
        }
        End::Killed => {
            thread::sleep(work);
            process.kill()?; // (5)
        }
        _ => {}
    }
    let code = process.join()?; // (6)
    say!("{} has ended with {code}", process.name());
    Ok(code)
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let number = i32::try_from(arguments.whole("code"))?;
    let work = Duration::from_secs_f64(arguments.decimal("work"));
    let at_once = arguments.switch("at_once");
    let method: StartMethod = arguments.choice("method").parse()?;
    let children = [
        ("Returns", End::Returns, 0, "a function that returns makes 0"),
        ("Exits", End::Exits(number), number, "exit makes the number that it is given"),
        ("Fails", End::Fails, 1, "an error makes 1"),
        ("Panics", End::Panics, 1, "a panic makes 1"),
        ("Terminated", End::Terminated, -15, "terminate makes -15"),
        ("Killed", End::Killed, -9, "kill makes -9"),
    ];

    let mut processes = Vec::new();
    let mut codes = Vec::new();
    for (name, end, ..) in children {
        let process = Process::by(method, child, (end, work)).named(name);
        process.start()?;
        if !at_once {
            codes.push(finish(&process, end, work)?);
        }
        processes.push(process);
    }
    if at_once {
        for (process, (_, end, ..)) in processes.iter().zip(children) {
            codes.push(finish(process, end, work)?);
        }
    }

    let mut findings = Findings::new("Six children, six ways to end, and a parent that went on after each.");
    for ((name, end, expected, claim), code) in children.into_iter().zip(codes) {
        findings = findings.held(claim, code == expected).figure(name, code);
        if matches!(end, End::Panics) && code == expected {
            findings = findings.answer(1);
        }
    }
    Ok(findings)
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "exit-codes",
    title: "Exit codes",
    chapter: Chapter::Processes,
    order: 10,
    summary: "Return, exit, fail, panic, be terminated or killed: what the parent learns of each end.",
    parameters: &[
        Parameter {
            name: "code",
            label: "Exit code",
            help: "The number that one child gives to exit.",
            kind: Kind::Whole { min: 0, max: 255, default: 7, unit: "" },
        },
        Parameter {
            name: "work",
            label: "Work",
            help: "How long each child works before its end.",
            kind: Kind::Decimal { min: 0.0, max: 5.0, default: 0.8, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "at_once",
            label: "All at once",
            help: "Whether the parent starts all children before it waits for the first.",
            kind: Kind::Switch { default: false },
        },
        Parameter {
            name: "method",
            label: "Started by",
            help: "How each child is started, and what its memory begins with.",
            kind: Kind::Choice {
                options: &[
                    ("spawn", "spawn: a fresh memory"),
                    ("fork", "fork: a copy of the parent's"),
                    ("forkserver", "forkserver: a copy of a clean one"),
                ],
                default: "spawn",
            },
        },
    ],
    presets: &[
        Preset { name: "One by one", arguments: "" },
        Preset { name: "All at once", arguments: "at_once=on" },
        Preset { name: "Forked", arguments: "method=fork&code=0" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "A child process panics, and nothing in it catches the panic. What becomes of its parent, which \
               waits for it?",
        choices: &[
            "It panics too",
            "It goes on, and reads the exit code 1",
            "It goes on, and reads the exit code 0",
        ],
        because: "A panic ends a thread, here the child's main thread, and with that the child. It does not get \
                  out of the child's memory. All that gets out is a number: 0 says that all went well, 1 that \
                  something went wrong.",
    },
    look_for: &[
        "The heading of each child in the table of threads says how it ended and with which exit code. Where there \
         was an error or a panic, its text is there too.",
        "The children that are terminated and killed would sleep for ever. In the table their threads are not \
         finished: they ended with their process, wherever they were.",
        "The parent goes on after each of them. It learns what happened because it asks; nothing happens to it.",
    ],
    try_this: &[
        "Choose “All at once”: the children end independently of each other, and the parent collects their codes \
         in the order in which it asks.",
        "Set “Exit code” to 0. The parent cannot tell this child from the one that returned: there is no more in \
         an exit code than the number.",
        "Fork the children instead of spawning them. They end in the same ways.",
    ],
    why: &[
        "When a process is over, the number that it leaves is kept until its parent has asked. By an old agreement \
         0 stands for success, and everything else for some failure, whose meaning the program defines.",
        "A process that is ended from outside leaves the number of the signal, with a minus: -15 for terminate, -9 \
         for kill. On most systems a program can catch the first one and tidy up, and has no choice with the \
         second. Here neither asks: the workers are ended where they are.",
        "So terminate is a last resort. Whatever the process held in its own memory goes with it, but what it was \
         doing to things outside, such as a half-written message or a lock between processes, stays half done.",
    ],
    python: r#"import multiprocessing
import sys
import time

CODE = 7


def child(end):
    print(f"{end}: I begin to work", flush=True)
    time.sleep(0.05)
    if end == "Returns":
        return  # (1)
    if end == "Exits":
        sys.exit(CODE)  # (2)
    if end == "Fails":
        sys.exit("I have run out of paper")
    if end == "Raises":
        raise RuntimeError("I have lost my nerve")  # (3)
    time.sleep(60)


def finish(process):
    if process.name == "Terminated":
        time.sleep(0.1)
        process.terminate()  # (4)
    if process.name == "Killed":
        time.sleep(0.1)
        process.kill()  # (5)
    process.join()  # (6)
    print(f"{process.name} has ended with {process.exitcode}", flush=True)
    return process.exitcode


if __name__ == "__main__":
    codes = {}
    for name in ("Returns", "Exits", "Fails", "Raises", "Terminated", "Killed"):
        process = multiprocessing.Process(target=child, args=(name,), name=name)
        process.start()
        codes[name] = finish(process)

    for claim, holds in (
        ("A function that returns makes 0", codes["Returns"] == 0),
        ("Exit makes the number that it is given", codes["Exits"] == CODE),
        ("An error makes 1", codes["Fails"] == 1),
        ("A panic makes 1", codes["Raises"] == 1),  # an exception that nothing catches
        ("Terminate makes -15", codes["Terminated"] == -15),
        ("Kill makes -9", codes["Killed"] == -9),
    ):
        print(f"{claim}: {'yes' if holds else 'no'}")
"#,
};

#[cfg(test)]
mod tests {
    #[test]
    fn where_there_are_no_processes_it_says_so() {
        let error = crate::run("exit-codes", "at_once=on").unwrap_err().to_string();
        assert_eq!(error, "Process 'Returns': processes run in a browser only");
    }
}
