//! A leaked semaphore: a name outlives its process, until somebody takes it off.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use threadlab_processes::sync::{Event, NamedSemaphore};
use threadlab_processes::{Error, Process, Rule};
use threadlab_threads::{output, say, thread};

#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Ending {
    Killed,
    Forgets,
    Unlinks,
}

/// What the child runs: makes semaphores that any process can find by their names, and works for a while.
fn keep_shop((names, work, ending, open): (Vec<String>, Duration, Ending, Event)) -> Result<(), Error> {
    for name in &names {
        NamedSemaphore::create(name, 2)?; // (1)
        say!("Child: I have made the semaphore {name}");
    }
    open.set()?;
    thread::sleep(work);
    match ending {
        // Until the parent makes an end.
        Ending::Killed => thread::sleep(Duration::MAX),
        Ending::Forgets => say!("Child: I end, and leave everything as it is"),
        Ending::Unlinks => {
            for name in &names {
                NamedSemaphore::unlink(name)?; // (2)
            }
            say!("Child: I have tidied up, and end");
        }
    }
    Ok(())
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let ending = match arguments.choice("ending") {
        "killed" => Ending::Killed,
        "forgets" => Ending::Forgets,
        _ => Ending::Unlinks,
    };
    let tidy = arguments.switch("tidy");
    let work = Duration::from_secs_f64(arguments.decimal("work"));
    let names: Vec<String> = (1..=arguments.whole("names")).map(|number| format!("shelf-{number}")).collect();

    let open = Event::named("open")?;
    let child = Process::new(keep_shop, (names.clone(), work, ending, open.clone())).named("Child");
    child.start()?;
    if ending == Ending::Killed {
        open.wait()?;
        thread::sleep(work);
        say!("Parent: I kill my child");
        child.kill()?; // (3)
    }
    let code = child.join()?;
    say!("Parent: my child has ended with {code}");

    let mut found = 0;
    for (done, name) in (1..).zip(&names) {
        let opened = NamedSemaphore::open(name); // (4)
        match opened {
            Ok(semaphore) => {
                found += 1;
                say!("Parent: {name} is still there, with {} permits", semaphore.permits()?);
                if tidy {
                    NamedSemaphore::unlink(name)?;
                }
            }
            Err(error) if error.rule() == Some(Rule::NoSuchName) => say!("Parent: {name} is gone"),
            Err(error) => return Err(error.into()),
        }
        output::progress(done, arguments.whole("names"));
    }
    // Whatever has a name now is found by the tracker when this process is done, and told in the last line.

    let all = names.len();
    let findings = match ending {
        Ending::Unlinks => Findings::new("The child took the names off its semaphores before it ended.")
            .held("a name that was taken off is gone", found == 0),
        _ if tidy => {
            Findings::new(format!("Names that the child left, and the parent took off: {found} of {all}."))
                .held("a name outlives the process that made it", found == all)
        }
        _ => Findings::new(format!("Names that the child left to the tracker: {found} of {all}."))
            .held("a name outlives the process that made it", found == all),
    };
    let mut findings = findings.figure("names found after the child's end", found);
    // A child that has tidied up says nothing about names that are left.
    findings.answer = (ending != Ending::Unlinks).then_some(usize::from(found > 0));
    Ok(findings)
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "leaked-semaphore",
    title: "A leaked semaphore",
    chapter: Chapter::Processes,
    order: 9,
    summary: "A process that is killed leaves its named semaphores behind; a tracker cleans up in the end.",
    parameters: &[
        Parameter {
            name: "ending",
            label: "The child",
            help: "How it ends.",
            kind: Kind::Choice {
                options: &[
                    ("killed", "is killed at work"),
                    ("forgets", "ends without tidying up"),
                    ("unlinks", "takes the names off and ends"),
                ],
                default: "killed",
            },
        },
        Parameter {
            name: "names",
            label: "Semaphores",
            help: "How many the child makes, each with a name.",
            kind: Kind::Whole { min: 1, max: 20, default: 2, unit: "" },
        },
        Parameter {
            name: "tidy",
            label: "The parent tidies up",
            help: "Whether the parent takes off each name that it finds.",
            kind: Kind::Switch { default: false },
        },
        Parameter {
            name: "work",
            label: "Work",
            help: "How long the child works before its end.",
            kind: Kind::Decimal { min: 0.0, max: 10.0, default: 3.0, step: 0.5, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "Killed", arguments: "" },
        Preset { name: "Tidy child", arguments: "ending=unlinks" },
        Preset { name: "Tidy parent", arguments: "tidy=on" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "A child makes two semaphores with names and is killed before it could take the names off. Does its \
               parent find the semaphores by their names afterwards?",
        choices: &["No, they went with the child", "Yes"],
        because: "A name belongs to nobody. It keeps its semaphore until somebody takes it off, whatever becomes \
                  of the process that made it, because other processes may still want to find it.",
    },
    look_for: &[
        "In the output, the parent finds both semaphores after it has killed its child, with all of their permits.",
        "The very last line is not printed by the program. It comes when the main thread is done: the tracker \
         looks for names that are left, takes them off, which is called to unlink them, and tells which ones they \
         were.",
        "The tracker cares for names only. That the child was killed shows in its heading in the table of threads, \
         by the exit code -9.",
    ],
    try_this: &[
        "Choose “Tidy child”, which takes the names off itself. Its parent finds nothing, and the tracker has \
         nothing to say.",
        "Choose “Tidy parent”. That is how careful programs do it: whoever starts processes also cleans up behind \
         them.",
        "Let the child end without tidying up. To end well is not enough: its names are left all the same.",
    ],
    why: &[
        "What a process has in its memory goes with it, and so do its holds on pipes and queues. A name is \
         different: it is there so that processes that know nothing of each other can meet. So the system cannot \
         know when the last of them has come.",
        "On most systems such names stay until the next restart, and there are only so many of them. That is why \
         Python has a tracker: a process that notes every name that is made and, when the program is over, takes \
         off those that were forgotten, with a warning.",
        "A warning about leaked semaphores is therefore a trace of something else: a process that was killed, or \
         that ended without its last duties done.",
    ],
    python: r#"import multiprocessing
import os
import signal
import time


def keep_shop(ending, names):
    # Of a spawning context, so that they have names; Python makes the names up.
    context = multiprocessing.get_context("spawn")
    semaphores = [context.Semaphore(2) for _ in range(2)]  # (1)
    names.put([semaphore._semlock.name for semaphore in semaphores])
    print("Child: I have made two semaphores", flush=True)
    if ending == "killed":
        time.sleep(60)
    # Python's own semaphores take their names off when they are not used any more.
    del semaphores  # (2)


def names_left(ending):
    context = multiprocessing.get_context("spawn")
    names = context.SimpleQueue()
    child = context.Process(target=keep_shop, args=(ending, names))
    child.start()
    made = names.get()
    if ending == "killed":
        os.kill(child.pid, signal.SIGKILL)  # (3)
    child.join()
    print(f"Parent: my child has ended with {child.exitcode}", flush=True)
    # Linux shows a named semaphore as a file.
    return [name for name in made if os.path.exists("/dev/shm/sem." + name.lstrip("/"))]  # (4)


if __name__ == "__main__":
    left = names_left("killed")
    print("A name outlives the process that made it:", "yes" if len(left) == 2 else "no")
    print("A name that was taken off is gone:", "yes" if not names_left("unlinks") else "no")
    # When this is over, the tracker says: "There appear to be 2 leaked semaphore objects to clean up at shutdown".
"#,
};

#[cfg(test)]
mod tests {
    #[test]
    fn where_there_are_no_processes_it_says_so() {
        let error = crate::run("leaked-semaphore", "work=0").unwrap_err().to_string();
        assert_eq!(error, "Process 'Child': processes run in a browser only");
    }
}
