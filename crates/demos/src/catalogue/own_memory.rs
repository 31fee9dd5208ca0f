//! Own memory: what a child process changes, it changes for itself alone.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use threadlab_processes::{Error, Process, Queue};
use threadlab_threads::{output, say, thread};

/// A global list. Each memory has one of its own.
static SQUARES: Mutex<Vec<u32>> = Mutex::new(Vec::new());

fn squares() -> MutexGuard<'static, Vec<u32>> {
    // The list is whole, whatever became of a thread that was at it.
    SQUARES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the child runs, be it a process or a thread: adds squares to the global list.
fn add_squares((count, pause, answers): (u32, Duration, Queue<Vec<u32>>)) -> Result<(), Error> {
    say!("Child: I begin, and the list is {:?}", squares());
    for number in 1..=count {
        thread::sleep(pause);
        squares().push(number * number); // (1)
        output::progress(number, count);
    }
    let mine = squares().clone();
    say!("Child: now it is {mine:?}");
    answers.put(mine)?; // (2)
    Ok(())
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let child = arguments.choice("child");
    let count = arguments.whole("count");
    let pause = Duration::from_secs_f64(arguments.decimal("pause"));
    *squares() = vec![0];
    say!("Parent: the list is {:?}", squares());

    let answers = Queue::named("answers")?;
    let job = (count, pause, answers.clone());
    if child == "thread" {
        let thread = thread::Builder::new().name("Child").spawn(move || add_squares(job))?;
        thread.join()??;
    } else {
        let process = Process::by(child.parse()?, add_squares, job).named("Child"); // (3)
        process.start()?;
        process.join()?;
    }
    let ours = squares().clone(); // (4)
    say!("Parent: the child has ended, and the list is {ours:?}");

    // What a child has to say gets here only because it was sent.
    let theirs = answers.try_get()?;
    let wanted: Vec<u32> = (1..=count).map(|number| number * number).collect();
    let unchanged = ours == [0];
    let findings = if child == "thread" {
        Findings::new("The child was a thread: both used one list, in one memory.")
            .seen("the parent's list is as it was", unchanged)
    } else {
        Findings::new("The child was a process: each used a list of its own, in a memory of its own.")
            .held("the parent's list is as it was", unchanged)
    };
    Ok(findings
        .held("the child added all the squares", theirs.ends_with(&wanted))
        .seen("the child began with what the parent had put there", theirs.starts_with(&[0]))
        .figure("the child's list", format_args!("{theirs:?}"))
        .figure("the parent's list", format_args!("{ours:?}"))
        .answer(usize::from(!unchanged)))
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "own-memory",
    title: "A memory of its own",
    chapter: Chapter::Processes,
    order: 1,
    summary: "A child process adds to a global list; the parent's list stays as it was.",
    parameters: &[
        Parameter {
            name: "child",
            label: "The child",
            help: "What adds the squares.",
            kind: Kind::Choice {
                options: &[
                    ("spawn", "a process, spawned"),
                    ("fork", "a process, forked"),
                    ("forkserver", "a process of the fork server"),
                    ("thread", "a thread"),
                ],
                default: "spawn",
            },
        },
        Parameter {
            name: "count",
            label: "Squares",
            help: "How many the child adds.",
            kind: Kind::Whole { min: 1, max: 20, default: 5, unit: "" },
        },
        Parameter {
            name: "pause",
            label: "Pause",
            help: "The child's sleep before each square.",
            kind: Kind::Decimal { min: 0.0, max: 3.0, default: 0.7, step: 0.1, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "Spawned", arguments: "" },
        Preset { name: "Forked", arguments: "child=fork" },
        Preset { name: "A thread", arguments: "child=thread" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "The parent puts a 0 into a global list. Then a child adds squares to the global list and ends. What \
               does the parent find in it afterwards?",
        choices: &["Only the 0", "The 0 and the squares"],
        because: "A process has a memory of its own, and so a list of its own: whatever it adds, nobody else sees. \
                  Only where the child is a thread do both share one memory, and one list.",
    },
    look_for: &[
        "The table of threads has a heading for the child: its number (pid), how it was started, and how much \
         memory it has. That memory comes in addition to the parent's.",
        "In the output both print the list of the same name, and yet their lines differ. The child's list grows; \
         the parent's still has nothing but the 0 when the child has ended.",
        "The child's first line tells what its memory began with: an empty list if it was spawned, the parent's 0 \
         if it was forked.",
    ],
    try_this: &[
        "Choose “Forked”. The child begins with a copy of the parent's list, and from then on the two lists have \
         nothing to do with each other.",
        "Choose “A thread”. No second process appears, and the parent finds all the squares in its list.",
        "Let the child be a process of the fork server: it is a copy too, but of a process that has no data yet, \
         so its list is empty.",
    ],
    why: &[
        "Threads of a process see the same memory. A process is a wall round a memory: two processes can run the \
         same code and use the same names, but each name means a place in each process's own memory.",
        "That takes away a whole class of mistakes, since nobody can change data behind another's back. The price \
         is that everything that is to cross the wall has to be sent: here the child sends its list through a \
         queue, as bytes, and the parent makes a new list of them.",
        "Here a process is a WebAssembly memory and the workers in it, and nothing of one memory can be reached \
         from another.",
    ],
    python: r#"import multiprocessing
import time

squares = []


def add_squares(count, answers):
    print(f"Child: I begin, and the list is {squares}", flush=True)
    for number in range(1, count + 1):
        time.sleep(0.1)
        squares.append(number * number)  # (1)
    print(f"Child: now it is {squares}", flush=True)
    answers.put(squares)  # (2)


def yes_or_no(claim, holds):
    print(f"{claim}: {'yes' if holds else 'no'}")


if __name__ == "__main__":
    count = 5
    squares.append(0)
    print(f"Parent: the list is {squares}", flush=True)
    context = multiprocessing.get_context("spawn")
    answers = context.SimpleQueue()
    child = context.Process(target=add_squares, args=(count, answers))  # (3)
    child.start()
    child.join()
    print(f"Parent: the child has ended, and the list is {squares}")  # (4)

    theirs = answers.get()
    wanted = [number * number for number in range(1, count + 1)]
    yes_or_no("The parent's list is as it was", squares == [0])
    yes_or_no("The child added all the squares", theirs[-count:] == wanted)
    yes_or_no("The child began with what the parent had put there", theirs[0] == 0)
"#,
};

#[cfg(test)]
mod tests {
    use crate::{Fact, Findings};

    #[test]
    fn a_thread_shares_the_list() {
        let findings = Findings::parse(&crate::run("own-memory", "child=thread&count=3&pause=0").unwrap());
        assert_eq!(findings.answer, Some(1));
        let seen = |claim: &str| findings.facts.contains(&Fact::Seen(claim.to_owned(), true));
        assert!(seen("the child began with what the parent had put there"), "{findings:?}");
        assert!(!seen("the parent's list is as it was"), "{findings:?}");
        assert!(findings.plain().ends_with("The parent's list: [0, 1, 4, 9]"), "{findings:?}");
    }

    #[test]
    fn where_there_are_no_processes_it_says_so() {
        let error = crate::run("own-memory", "pause=0").unwrap_err().to_string();
        assert_eq!(error, "Process 'Child': processes run in a browser only");
    }
}
