//! Staying responsive: the same work on other threads, and on the one that draws the page.

use crate::{
    About, Arguments, Chapter, Chart, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question,
};
use std::hint::black_box;
use std::time::Duration;
use threadlab_threads::page::{self, Frames};
use threadlab_threads::{Event, clock, output, say, thread};

/// How long the frames are measured while nobody works.
const REST: Duration = Duration::from_millis(500);

/// Computes without a pause for so long.
fn compute(time: Duration) {
    const REPORTS: u32 = 20;
    let begin = clock::now();
    for report in 1..=REPORTS {
        while clock::now().saturating_sub(begin) < time * report / REPORTS {
            (0..10_000).fold(1_u32, |number, turn| black_box(number.rotate_left(5) ^ turn));
        }
        output::progress(report, REPORTS);
    }
}

/// Has so many workers compute at the same time, each for so long.
fn compute_on_workers(count: u32, time: Duration) -> Result<(), ProgramError> {
    let mut workers = Vec::new();
    for number in 1..=count {
        let worker = thread::Builder::new().name(format!("Worker-{number}"));
        workers.push(worker.spawn(move || compute(time))?); // (1)
    }
    for worker in workers {
        worker.join()?;
    }
    Ok(())
}

/// Says how the page's frames came, and gives the longest time between two in milliseconds.
fn tell(who: &str, frames: Frames) -> f64 {
    let longest = frames.longest.as_secs_f64() * 1e3;
    let Frames { count, late, .. } = frames;
    say!("{who}: {count} frames, {late} of them late; the longest took {longest:.1} ms");
    longest
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let time = Duration::from_secs_f64(arguments.decimal("work"));
    let slice = Duration::from_millis(arguments.whole("slice").into());
    let slices = u32::try_from(time.as_millis().div_ceil(slice.as_millis()))?;

    // Nobody works. Sleeps follow the speed of the program; a wait with a time limit passes in real time, as work does.
    let never = Event::named("never set");
    let (_, resting) = page::watch(|| never.wait_timeout(REST))?;
    let rest = tell("Nobody works", resting);
    let (ended, beside_workers) = page::watch(|| compute_on_workers(arguments.whole("workers"), time))?; // (2)
    ended?;
    let workers = tell("Workers work", beside_workers);
    let beside_page = page::work(slices, slice)?; // (3)
    let itself = tell("The page's own thread works", beside_page);

    let (who, longest) = (["nobody works", "workers work", "the page works"], [rest, workers, itself]);
    let mut chart = Chart::bars("The longest time without a frame", "ms");
    for (who, longest) in who.into_iter().zip(longest) {
        chart = chart.bar(who, longest);
    }
    if [resting, beside_workers, beside_page].iter().any(|frames| frames.count == 0) {
        return Ok(Findings::new("The page was hidden and drew no frames, so there was nothing to measure."));
    }
    // Both times were rounded to microseconds.
    let waited_for_slice = beside_page.longest + Duration::from_micros(1) >= slice;
    let answer = if itself > 1.5 * workers {
        1
    } else if workers > 1.5 * itself {
        2
    } else {
        0
    };
    Ok(Findings::new(format!(
        "The longest time without a frame: {workers:.1} ms while workers worked, {itself:.1} ms while the page did."
    ))
    .held("no frame came in the middle of a slice", waited_for_slice)
    .seen("frames came more evenly beside workers", workers < itself)
    .figure("late frames while workers worked", format_args!("{} of {}", beside_workers.late, beside_workers.count))
    .figure("late frames while the page worked", format_args!("{} of {}", beside_page.late, beside_page.count))
    .answer(answer)
    .chart(chart))
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "staying-responsive",
    title: "Staying responsive",
    chapter: Chapter::Threads,
    order: 10,
    summary: "The same work on workers and on the page's own thread, with a meter for the page's frames.",
    parameters: &[
        Parameter {
            name: "work",
            label: "Work",
            help: "How long each of them computes, in real time.",
            kind: Kind::Decimal { min: 0.2, max: 5.0, default: 2.0, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "slice",
            label: "Slice",
            help: "How long the page's own thread computes at a time.",
            kind: Kind::Whole { min: 5, max: 200, default: 150, unit: "ms" },
        },
        Parameter {
            name: "workers",
            label: "Workers",
            help: "How many compute at the same time, in the part with workers.",
            kind: Kind::Whole { min: 1, max: 8, default: 1, unit: "" },
        },
    ],
    presets: &[
        Preset { name: "Long slices", arguments: "" },
        Preset { name: "Short slices", arguments: "slice=5" },
        Preset { name: "Eight workers", arguments: "workers=8" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "Two seconds of computing: once by a worker, once by the page's own thread in slices of 150 ms, with time \
               for others in between. When does the page stutter?",
        choices: &[
            "Both times alike, for the machine is busy either way",
            "When its own thread computes, in spite of the slices",
            "When the worker computes",
        ],
        because: "The page's own thread draws the frames. During a slice it cannot, so the next frame is late by \
                  as much as the slice is long. A worker leaves that thread alone. Only with slices of a few \
                  milliseconds, or with more workers than cores, does the difference get small.",
    },
    look_for: &[
        "Watch the timeline move. While the worker computes, it glides as before. While the page's own thread \
         computes, it moves in jerks, one for each slice.",
        "Try to scroll, or to select some words of this text, during the last two seconds. The page answers, but \
         only between two slices.",
        "The chart shows the longest time without a frame: about 17 ms on most screens when all is well, and at least \
         the length of a slice when the page itself works.",
    ],
    try_this: &[
        "Make the slices shorter. With 5 ms there is hardly a difference to see. But to cut work into pieces that \
         small is work in itself, which threads spare you.",
        "Use eight workers. As long as there is a core left for the page, its frames come in time; with more \
         workers than cores they may be late now and then.",
        "Press Stop while the page's own thread computes. It is obeyed when the present slice is over. Without \
         slices the page would not notice it until all the work was done, which is why a slice takes 200 ms at \
         most.",
    ],
    why: &[
        "A page has one thread that does everything a user sees: it draws, scrolls, answers clicks and runs the \
         page's scripts, one after the other. Whatever takes long on it holds up all the rest. Other programs with \
         windows are built the same way.",
        "So there are two ways to do long work. One is to cut it into slices and to give the thread back in between, as \
         the tasks of the demo “Kernel threads and user threads” do. The other is to give it to another thread, and to have the result \
         sent when it is there.",
        "All programs in this playground run on workers. For this demo alone the page takes work from a program, \
         and the program's main thread sleeps until it is done.",
    ],
    python: r#"import asyncio
import time

WORK = 0.9
SLICE = 0.3
REST = 0.3
FRAME = 1 / 60


def compute(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


async def rest():
    await asyncio.sleep(REST)


async def on_worker():
    await asyncio.to_thread(compute, WORK)  # (1)


async def in_slices():
    for _ in range(round(WORK / SLICE)):
        compute(SLICE)
        await asyncio.sleep(0.005)


async def watch(who, work):
    """Draws frames on the event loop, which is to asyncio what its own thread is to a page."""
    task = asyncio.create_task(work)
    gaps = []
    last = time.perf_counter()
    while not task.done():
        await asyncio.sleep(FRAME)
        now = time.perf_counter()
        gaps.append(now - last)
        last = now
    longest = max(gaps)
    late = sum(gap > 1.5 * FRAME for gap in gaps)
    print(f"{who}: {len(gaps)} frames, {late} of them late; the longest took {longest * 1000:.1f} ms")
    return longest


async def main():
    await watch("Nobody works", rest())
    worker = await watch("A worker works", on_worker())  # (2)
    loop = await watch("The event loop's own thread works", in_slices())  # (3)
    print("No frame came in the middle of a slice:", "yes" if loop >= SLICE else "no")
    print("Frames came more evenly beside workers:", "yes" if worker < loop else "no")


asyncio.run(main())
"#,
};

#[cfg(test)]
mod tests {
    #[test]
    fn without_a_page_it_says_so() {
        let error = crate::run("staying-responsive", "work=0.2").unwrap_err();
        assert!(error.to_string().starts_with("there is no page"), "{error}");
    }
}
