//! Fork hazard: a fork copies a lock in the state it is in, but not the thread that would release it.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use threadlab_processes::{Process, StartMethod};
use threadlab_threads::{Event, Lock, lock, say, thread};

/// A lock in the program's memory. A fork has a copy of it.
static PRINTER: LazyLock<Lock<()>> = LazyLock::new(|| lock::named("printer", ()));

/// What the child runs.
fn print_page(page: u32) {
    say!("Child: I ask for the printer");
    let _guard = PRINTER.lock(); // (1)
    say!("Child: I print page {page}");
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let way = arguments.choice("way");
    let hold_time = Duration::from_secs_f64(arguments.decimal("hold"));
    let patience = Duration::from_secs_f64(arguments.decimal("patience"));
    let method = if way == "spawn" { StartMethod::Spawn } else { StartMethod::Fork };
    let child = Process::by(method, print_page, 1).named("Child");
    if way == "before" {
        child.start()?;
    }

    let (held, go_on) = (Arc::new(Event::named("held")), Arc::new(Event::named("go on")));
    let (is_held, may_go_on) = (Arc::clone(&held), Arc::clone(&go_on));
    let holder = thread::Builder::new().name("Holder").spawn(move || {
        let _guard = PRINTER.lock(); // (2)
        say!("Holder: I have the printer");
        is_held.set();
        may_go_on.wait();
        thread::sleep(hold_time);
        say!("Holder: I let go of the printer");
    })?;
    held.wait();
    if way != "before" {
        child.start()?; // (3)
    }
    go_on.set();
    holder.join()?;
    let free_here = PRINTER.try_lock().is_some();
    say!("Parent: here the printer is {}", if free_here { "free again" } else { "taken" });

    // The patience is real time: at any speed, a child that can go on has time to do so.
    match child.join_timeout(patience) {
        Ok(_) => {}
        Err(error) if error.is_timed_out() => {
            say!("Parent: my child still waits, so I terminate it");
            child.terminate()?; // (4)
        }
        Err(error) => return Err(error.into()),
    }
    let code = child.join()?;

    let terminated = code == -15;
    let findings = match way {
        "fork" => Findings::new("The fork has a copy of the lock, held by a thread that it does not have.")
            .held("the child had to be terminated", terminated),
        "before" => {
            Findings::new("The fork was made while the lock was free, so the lock was free in the copy.")
                .seen("the child had to be terminated", terminated)
        }
        _ => Findings::new("The spawned child has a lock of its own, which was never held.")
            .seen("the child had to be terminated", terminated),
    };
    let mut findings = findings
        .held("the lock is free again in the parent", free_here)
        .figure("the child's exit code", code);
    // Only a fork while the lock is held shows what the question is about.
    findings.answer = (way == "fork").then_some(usize::from(terminated));
    Ok(findings)
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "fork-hazard",
    title: "The danger of forking",
    chapter: Chapter::Processes,
    order: 4,
    summary: "A process is forked while another of its threads holds a lock, and the copy waits for ever.",
    parameters: &[
        Parameter {
            name: "way",
            label: "The child is",
            help: "How it is started, and when.",
            kind: Kind::Choice {
                options: &[
                    ("fork", "forked while the lock is held"),
                    ("before", "forked before there is another thread"),
                    ("spawn", "spawned while the lock is held"),
                ],
                default: "fork",
            },
        },
        Parameter {
            name: "hold",
            label: "Hold",
            help: "How long the other thread goes on holding the lock after that.",
            kind: Kind::Decimal { min: 0.0, max: 5.0, default: 1.5, step: 0.5, unit: "s" },
        },
        Parameter {
            name: "patience",
            label: "Patience",
            help: "How long the parent waits before it terminates its child: real seconds, whatever the speed.",
            kind: Kind::Decimal { min: 1.0, max: 15.0, default: 3.0, step: 0.5, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "Fork in the middle", arguments: "" },
        Preset { name: "Fork first", arguments: "way=before" },
        Preset { name: "Spawn", arguments: "way=spawn" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "While a thread of the parent holds a lock, the main thread forks. A moment later the holder \
               releases the lock. Does the forked child, which asks for it, ever get it?",
        choices: &["Yes", "No"],
        because: "The fork copies the lock as it is: held. What is not copied is the holder, so nobody in the \
                  child can release it. What the holder in the parent does concerns the parent's lock alone. A \
                  child that is forked earlier or spawned has a lock that nobody holds.",
    },
    look_for: &[
        "In the table of threads the child has one thread only, although its parent had two when it was forked: a \
         fork goes on with the thread that called it, and the others are not there.",
        "The holder releases the lock, and the parent finds it free. The child goes on waiting: in “Shared \
         objects” its own lock is “left held by the fork”. The page soon says that this is a deadlock, while the \
         parent still hopes.",
        "When its patience is over, the parent terminates the child, and the run comes to its end after all. The \
         child's heading has the exit code of a terminated process, -15.",
    ],
    try_this: &[
        "Choose “Fork first”: the lock is free in the copy, and the child prints its page at once.",
        "Choose “Spawn”: the lock is held when the child is started, but the child's memory is fresh, and so is \
         its lock.",
        "Set “Patience” to 15 s, and press Stop meanwhile. Ending processes from outside always works, whatever \
         they wait for.",
    ],
    why: &[
        "A lock in memory is no more than a word that says “taken”. Fork copies that word with all the rest. The \
         thread that would write “free” into it lives in the parent and writes to the parent's memory.",
        "It need not be a lock of the program's own. Libraries, loggers and allocators have locks too, and any \
         thread may hold one of them just now. So the rule is: fork before there are threads, or start processes \
         by spawn or by the fork server.",
        "If a child may hang, wait for it with a time limit and end it. That does not repair anything, but the \
         parent goes on.",
    ],
    python: r#"import multiprocessing
import threading
import time

printer = threading.Lock()
held = threading.Event()
go_on = threading.Event()


def print_page(page):
    print("Child: I ask for the printer", flush=True)
    with printer:  # (1)
        print(f"Child: I print page {page}", flush=True)


def hold_printer():
    with printer:  # (2)
        print("Holder: I have the printer", flush=True)
        held.set()
        go_on.wait()
        time.sleep(0.3)
        print("Holder: I let go of the printer", flush=True)


if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    child = context.Process(target=print_page, args=(1,))
    holder = threading.Thread(target=hold_printer, name="Holder")
    holder.start()
    held.wait()
    child.start()  # (3)
    go_on.set()
    holder.join()
    free_here = not printer.locked()
    print("Parent: here the printer is", "free again" if free_here else "taken", flush=True)

    child.join(timeout=0.7)
    if child.is_alive():
        print("Parent: my child still waits, so I terminate it", flush=True)
        child.terminate()  # (4)
        child.join()

    print("The child had to be terminated:", "yes" if child.exitcode == -15 else "no")
    print("The lock is free again in the parent:", "yes" if free_here else "no")
    print("The child's exit code:", child.exitcode)
"#,
};

#[cfg(test)]
mod tests {
    #[test]
    fn where_there_are_no_processes_it_says_so() {
        let error = crate::run("fork-hazard", "way=before").unwrap_err().to_string();
        assert_eq!(error, "Process 'Child': processes run in a browser only");
    }
}
