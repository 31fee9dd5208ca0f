//! Start methods: what a process begins with, and what that costs.

use crate::{
    About, Arguments, Chapter, Chart, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question,
};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use threadlab_processes::process::{memory_bytes, start_methods};
use threadlab_processes::{Error, Process, Queue};
use threadlab_threads::{clock, output, say, thread};

/// What the parent has in its memory before it starts anything.
static DATA: Mutex<Vec<u8>> = Mutex::new(Vec::new());

fn data() -> MutexGuard<'static, Vec<u8>> {
    // The data are whole, whatever became of a thread that was at them.
    DATA.lock().unwrap_or_else(PoisonError::into_inner)
}

/// When a child began, the size of its memory, and how much of the parent's data it has, in bytes.
type Report = (Duration, usize, usize);

/// What each child runs. All processes of a run have the same clock.
fn report((stay, reports): (Duration, Queue<Report>)) -> Result<(), Error> {
    let began = clock::now(); // (1)
    let theirs = data().len(); // (2)
    reports.put((began, memory_bytes(), theirs))?;
    thread::sleep(stay);
    Ok(())
}

/// The one in the middle: a single late child says little about all of them.
fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}

fn mebibytes(bytes: usize) -> f64 {
    // A memory has at most 4 GiB.
    f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / f64::from(1 << 20)
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let count = arguments.whole("children");
    let stay = Duration::from_secs_f64(arguments.decimal("stay"));
    let size = (arguments.whole("data") as usize) << 20;
    *data() = vec![1; size];
    say!("Parent: I have {} MiB of data", arguments.whole("data"));

    let reports = Queue::named("reports")?;
    let mut times_chart = Chart::bars("Time to start a child", "ms");
    let mut memory_chart = Chart::bars("Memory of a child", "MiB");
    let mut findings =
        Findings::new(format!("Children that each method started, one after another: {count}."));
    let mut heirs = Vec::new();
    let mut copies_are_whole = true;
    for (place, method) in start_methods().iter().enumerate() {
        let (mut times, mut memory, mut inherited) = (Vec::new(), 0, 0);
        for number in 1..=count {
            let ours = memory_bytes();
            let child =
                Process::by(*method, report, (stay, reports.clone())).named(format!("{method}-{number}"));
            let before = clock::now();
            child.start()?; // (3)
            child.join()?;
            let (began, theirs, data) = reports.try_get()?; // (4)
            times.push(began.saturating_sub(before));
            (memory, inherited) = (theirs, data);
            // What a copy begins with is all that there was.
            copies_are_whole &= data == 0 || (data == size && theirs >= ours);
            output::progress(number, count);
        }
        let (time, memory) = (median(times), mebibytes(memory));
        let has = if inherited > 0 { "the parent's data" } else { "none of the parent's data" };
        say!("{method}: begins after {time:.1} ms, with {memory:.1} MiB of memory and {has}");
        findings = findings.figure(method.name(), format_args!("{time:.1} ms, {memory:.1} MiB, {has}"));
        times_chart = times_chart.bar(method.name(), time);
        memory_chart = memory_chart.bar(method.name(), memory);
        if inherited > 0 {
            heirs.push((place, method.name()));
        }
    }
    if let [(place, _)] = heirs[..] {
        findings = findings.answer(place);
    }
    Ok(findings
        .held("only a forked child has the parent's data", matches!(heirs[..], [(_, "fork")]))
        .held("a copy of a memory has everything that was in it", copies_are_whole)
        .chart(times_chart)
        .chart(memory_chart))
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "start-methods",
    title: "Three ways to start",
    chapter: Chapter::Processes,
    order: 3,
    summary: "Spawn, fork and the fork server side by side: what a child begins with, and what it costs.",
    parameters: &[
        Parameter {
            name: "data",
            label: "The parent's data",
            help: "How much the parent puts into its memory first.",
            kind: Kind::Whole { min: 1, max: 48, default: 8, unit: "MiB" },
        },
        Parameter {
            name: "children",
            label: "Children",
            help: "How many each method starts, one after another.",
            kind: Kind::Whole { min: 1, max: 10, default: 3, unit: "" },
        },
        Parameter {
            name: "stay",
            label: "Stay",
            help: "Each child's sleep before it ends.",
            kind: Kind::Decimal { min: 0.0, max: 2.0, default: 0.5, step: 0.1, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "Some data", arguments: "" },
        Preset { name: "Much data", arguments: "data=48" },
        Preset { name: "Ten each", arguments: "data=1&children=10&stay=0.1" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "A parent has 8 MiB of data in its memory. Then it starts a child by each of the three methods. \
               Which child has these data from the beginning?",
        choices: &["The spawned one", "The forked one", "The one from the fork server"],
        because: "A fork is a copy of the parent's memory as it is at that moment, with all that is in it. A \
                  spawned child begins with a fresh memory, and the fork server copies a process that has never \
                  had the data.",
    },
    look_for: &[
        "The headings in the table of threads tell for each child how it was started and how much memory it has. \
         The forked ones have at least as much as the parent; the others have little more than the program itself \
         needs.",
        "The charts below the result compare the time from the call of start to the child's first step, and the \
         size of the child's memory.",
        "The first child of the fork server is often slower than the next ones: before it, the process that is \
         copied has to be made. So the time that is shown is the median of all children's.",
    ],
    try_this: &[
        "Choose “Much data”. The forked children take longer and need more memory; the others do not even notice.",
        "Choose “Ten each”. Now there is little to copy, and what is left is mostly the start of a worker. For \
         copies the page keeps a worker ready, so spawning tends to take longest.",
    ],
    why: &[
        "Spawn makes a new memory and begins the program's module anew in it; the child gets its function and its \
         argument, as bytes, and nothing else. That is slow where a program takes long to begin, and it is the \
         safest of the three.",
        "Fork copies the memory. The child can go on at once with all that its parent knew, which is convenient \
         and sometimes a trap: it also has locks in whatever state they were. Operating systems copy a page of \
         memory only when one of the two writes to it; here all is copied at once, so the size shows in the time.",
        "The fork server is a compromise: a process that has just begun and does nothing is copied whenever one is \
         wanted. It is quick to copy, and there is nothing in it that could be in a bad state.",
    ],
    python: r#"import multiprocessing
import resource
import statistics
import time

CHILDREN = 3
data = bytearray()


def report(reports):
    began = time.monotonic()  # (1)
    theirs = len(data)  # (2)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    reports.put((began, memory, theirs))


if __name__ == "__main__":
    data.extend(b"1" * (8 << 20))
    print("Parent: I have 8 MiB of data", flush=True)
    heirs = []
    whole = True
    for method in ("spawn", "fork", "forkserver"):
        context = multiprocessing.get_context(method)
        reports = context.SimpleQueue()
        times = []
        for _ in range(CHILDREN):
            child = context.Process(target=report, args=(reports,))
            before = time.monotonic()
            child.start()  # (3)
            child.join()
            began, memory, theirs = reports.get()  # (4)
            times.append((began - before) * 1000)
            whole = whole and theirs in (0, len(data))
        if theirs > 0:
            heirs.append(method)
        has = "the parent's data" if theirs > 0 else "none of the parent's data"
        print(f"{method}: begins after {statistics.median(times):.1f} ms, with {memory:.1f} MiB and {has}", flush=True)

    print("Only a forked child has the parent's data:", "yes" if heirs == ["fork"] else "no")
    print("A copy of a memory has everything that was in it:", "yes" if whole else "no")
"#,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_in_the_middle_counts() {
        let times = [900, 20, 25].map(Duration::from_millis);
        assert!((median(times.to_vec()) - 25.0).abs() < 1e-9);
        assert!(median(Vec::new()).abs() < 1e-9);
        assert!((mebibytes(3 << 19) - 1.5).abs() < 1e-9);
    }

    #[test]
    fn where_there_are_no_processes_it_says_so() {
        let error = crate::run("start-methods", "data=1").unwrap_err().to_string();
        assert_eq!(error, "Process 'spawn-1': processes run in a browser only");
    }
}
