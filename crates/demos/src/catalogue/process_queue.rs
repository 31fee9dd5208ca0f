//! A queue between processes: what is put into it is written down, and who gets it makes it anew.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use std::time::Duration;
use threadlab_processes::{Error, Process, Queue, StartMethod};
use threadlab_threads::{output, say, thread};

/// A list of a number, nothing and a word.
type List = (u32, Option<u32>, String);

fn list(number: u32) -> List {
    (number, None, "hello".to_owned())
}

/// What the child runs: puts its lists, and ends.
fn put_lists((first, count, pause, lists): (u32, u32, Duration, Queue<List>)) -> Result<(), Error> {
    for done in 1..=count {
        thread::sleep(pause);
        let list = list(first + done - 1);
        say!("Child: I put {list:?}");
        lists.put(list)?; // (1)
        output::progress(done, count);
    }
    say!("Child: that was all, and I end");
    Ok(())
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let first = arguments.whole("number");
    let count = arguments.whole("lists");
    let put_pause = Duration::from_secs_f64(arguments.decimal("put"));
    let get_pause = Duration::from_secs_f64(arguments.decimal("get"));
    let method: StartMethod = arguments.choice("method").parse()?;

    let lists = Queue::named_bounded("lists", arguments.whole("room") as usize)?; // (2)
    let child = Process::by(method, put_lists, (first, count, put_pause, lists.clone())).named("Child"); // (3)
    child.start()?;

    let mut as_put = true;
    let mut outlived = 0;
    for done in 1..=count {
        thread::sleep(get_pause);
        let child_is_gone = !child.is_alive();
        let got = lists.get()?; // (4)
        say!("Parent: I got {got:?}");
        as_put &= got == list(first + done - 1);
        outlived += u32::from(child_is_gone);
        output::progress(done, count);
    }
    let code = child.join()?;

    let mut findings =
        Findings::new(format!("Lists that went from the child's memory to the parent's: {count}."))
            .held("every list came once, in order, as it was put", as_put)
            .held("nothing is left in the queue", lists.is_empty()?)
            .held("the child ended well", code == 0)
            .seen("lists outlived the child that had put them", outlived > 0)
            .figure("lists got after the child's end", outlived);
    // Whether the child's end takes lists away can be seen only if some were left then.
    findings.answer = (outlived > 0).then_some(usize::from(as_put));
    Ok(findings)
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "process-queue",
    title: "A queue between processes",
    chapter: Chapter::Processes,
    order: 5,
    summary: "A list of a number, nothing and a word goes from one memory to another.",
    parameters: &[
        Parameter {
            name: "number",
            label: "Number",
            help: "The number in the first list; each next list has the next one.",
            kind: Kind::Whole { min: 0, max: 1_000_000, default: 42, unit: "" },
        },
        Parameter {
            name: "lists",
            label: "Lists",
            help: "How many the child puts.",
            kind: Kind::Whole { min: 1, max: 30, default: 7, unit: "" },
        },
        Parameter {
            name: "room",
            label: "Room",
            help: "How many lists the queue has room for.",
            kind: Kind::Whole { min: 1, max: 30, default: 3, unit: "" },
        },
        Parameter {
            name: "put",
            label: "Pause of the child",
            help: "The child's sleep before it puts a list.",
            kind: Kind::Decimal { min: 0.0, max: 2.0, default: 0.3, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "get",
            label: "Pause of the parent",
            help: "The parent's sleep before it gets a list.",
            kind: Kind::Decimal { min: 0.0, max: 2.0, default: 0.8, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "method",
            label: "Started by",
            help: "How the child is started, and what its memory begins with.",
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
        Preset { name: "A slow parent", arguments: "" },
        Preset { name: "A slow child", arguments: "put=0.8&get=0" },
        Preset { name: "Room for all", arguments: "room=30&put=0.1" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "The child puts its last list into the queue and ends at once, while the parent has not yet got all \
               of them. What becomes of the lists that are still in the queue?",
        choices: &["They are lost", "The parent gets them"],
        because: "What is in the queue is neither in the child's memory nor in the parent's: it lies between them, \
                  as bytes. So it stays when the process that put it is gone, until somebody gets it.",
    },
    look_for: &[
        "The child is quicker than the parent. It puts lists until the queue is full, and from then on waits at \
         each put until the parent has made room.",
        "The child ends first. The parent goes on getting lists for a while, and they are as good as the others.",
        "Nothing, which Rust calls None, arrives as nothing: a list of a number, nothing and a word is the same on \
         both sides.",
    ],
    try_this: &[
        "Choose “A slow child”. Now it is the parent that waits, at an empty queue, and no list is left when the \
         child ends.",
        "Choose “Room for all”. The child never waits and is gone early, with most of its lists still on their way.",
        "Set “Room” to 1: each put waits for the get of the list before.",
    ],
    why: &[
        "An object cannot go from one memory to another: a reference to it means nothing there. So the queue asks \
         for its bytes. Put writes the object down, and get makes a new one of what was written, with the same \
         value.",
        "The two are independent from then on. If the child changed its own list after the put, the parent's would \
         not change.",
        "Not everything can be written down. Numbers, texts, lists and structures of them can; a thread, a lock of \
         a single process or an open file cannot, and neither can a place in memory.",
    ],
    python: r#"import multiprocessing
import time

FIRST = 42
COUNT = 5


def put_lists(lists):
    for number in range(FIRST, FIRST + COUNT):
        print(f"Child: I put {[number, None, 'hello']}", flush=True)
        lists.put([number, None, "hello"])  # (1)
    print("Child: that was all, and I end", flush=True)


def yes_or_no(claim, holds):
    print(f"{claim}: {'yes' if holds else 'no'}")


if __name__ == "__main__":
    lists = multiprocessing.Queue(maxsize=3)  # (2)
    child = multiprocessing.Process(target=put_lists, args=(lists,))  # (3)
    child.start()

    as_put = True
    outlived = 0
    for number in range(FIRST, FIRST + COUNT):
        time.sleep(0.3)
        child_is_gone = not child.is_alive()
        got = lists.get()  # (4)
        print(f"Parent: I got {got}", flush=True)
        as_put = as_put and got == [number, None, "hello"]
        outlived += child_is_gone
    child.join()

    yes_or_no("Every list came once, in order, as it was put", as_put)
    yes_or_no("Nothing is left in the queue", lists.empty())
    yes_or_no("The child ended well", child.exitcode == 0)
    yes_or_no("Lists outlived the child that had put them", outlived > 0)
"#,
};

#[cfg(test)]
mod tests {
    #[test]
    fn where_there_are_no_processes_it_says_so() {
        let error = crate::run("process-queue", "lists=1&room=1&get=0").unwrap_err().to_string();
        assert_eq!(error, "Process 'Child': processes run in a browser only");
    }
}
