//! Daemon threads: those for which the program's end does not wait.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use threadlab_threads::thread::{self, Builder, Thread};
use threadlab_threads::{clock, output, say};

/// The parts in which the saver does its work.
const PARTS: u32 = 4;

/// What the clock does: ticks, and puts its things away after the last tick.
fn tick(ticks: u32, period: Duration, ticked: &AtomicU32) {
    for done in 1..=ticks {
        thread::sleep(period);
        say!("Clock: tick {done}");
        ticked.store(done, Ordering::Relaxed);
        output::progress(done, ticks);
    }
    say!("Clock: put away"); // (3)
}

/// What the saver does: work that has to come to its end.
fn save(time: Duration) {
    for part in 1..=PARTS {
        thread::sleep(time / PARTS);
        say!("Saver: part {part} of {PARTS} saved");
        output::progress(part, PARTS);
    }
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let begin = clock::program_now();
    let daemon = arguments.switch("daemon");
    let ticks = arguments.whole("ticks");
    let period = Duration::from_secs_f64(arguments.decimal("period"));
    let own = Duration::from_secs_f64(arguments.decimal("own"));
    let saving = Duration::from_secs_f64(arguments.decimal("saving"));

    let ticked = Arc::new(AtomicU32::new(0));
    let theirs = Arc::clone(&ticked);
    let builder = Builder::new().name("Clock").daemon(daemon); // (1)
    let timekeeper = builder.spawn(move || tick(ticks, period, &theirs))?;
    // It is what its maker is, and the main thread is no daemon.
    let saver = Builder::new().name("Saver").spawn(move || save(saving))?; // (2)

    thread::sleep(own);
    let kinds = [&thread::current(), timekeeper.thread(), saver.thread()].map(Thread::is_daemon);
    let clock_alive = timekeeper.thread().is_alive();
    let saver_alive = saver.thread().is_alive();
    let ticked = ticked.load(Ordering::Relaxed);
    let seconds = clock::program_now().saturating_sub(begin).as_secs_f64();
    say!("Exiting Main Thread"); // (4)

    // The main thread joins nobody: what comes after its end is not its business any more.
    let waits = if daemon { "does not wait" } else { "waits" };
    let sentence = if clock_alive {
        format!("The main thread ends while the clock still ticks, and the program {waits} for the clock.")
    } else {
        "The clock was put away before the main thread ended, so nobody had to wait for it.".to_owned()
    };
    let mut findings = Findings::new(sentence)
        .held("only those made as daemons are daemons", kinds == [false, daemon, false])
        .seen("the clock was alive when the main thread ended", clock_alive)
        .seen("the saver was alive when the main thread ended", saver_alive)
        .figure("ticks by then", format_args!("{ticked} of {ticks}"))
        .figure("the main thread ended after", format_args!("{seconds:.1} s"));
    findings.answer = clock_alive.then_some(usize::from(daemon));
    Ok(findings)
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "daemon-threads",
    title: "Daemon threads",
    chapter: Chapter::Threads,
    order: 6,
    summary: "A program ends when its last ordinary thread does, and takes its daemon threads along.",
    parameters: &[
        Parameter {
            name: "daemon",
            label: "The clock is a daemon",
            help: "Whether the program may end while the clock still ticks.",
            kind: Kind::Switch { default: true },
        },
        Parameter {
            name: "ticks",
            label: "Ticks",
            help: "How often the clock ticks before it puts its things away.",
            kind: Kind::Whole { min: 1, max: 40, default: 20, unit: "" },
        },
        Parameter {
            name: "period",
            label: "Period",
            help: "From tick to tick.",
            kind: Kind::Decimal { min: 0.1, max: 1.5, default: 0.5, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "own",
            label: "The main thread's work",
            help: "How long the main thread is busy before it ends.",
            kind: Kind::Decimal { min: 0.0, max: 10.0, default: 2.2, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "saving",
            label: "The saver's work",
            help: "How long the saver, an ordinary thread, needs for its four parts.",
            kind: Kind::Decimal { min: 0.0, max: 10.0, default: 4.2, step: 0.1, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "Clock as a daemon", arguments: "" },
        Preset { name: "Ordinary clock", arguments: "daemon=off" },
        Preset { name: "Nothing to save", arguments: "saving=0" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "The main thread and the saver have done their work. The clock, a daemon thread, has ticked 8 of 20 \
               times. Does the program wait until the clock has put its things away?",
        choices: &["Yes, it waits", "No, it ends without the clock"],
        because: "A program ends when its last ordinary thread has ended. Daemon threads do not count: they are \
                  cut off wherever they are. An ordinary clock would have been waited for, to its very last tick.",
    },
    look_for: &[
        "In the timeline the main thread's lane ends first, then the saver's, each with a small bar. If the clock \
         is a daemon, its lane stops at the same moment as the saver's, without any bar: it did not end, it was \
         cut off.",
        "In the output “Clock: put away” is missing then. The table of threads still has the clock's last state, \
         mostly “sleeping”: it never got to “finished”.",
        "The saver is joined by nobody, and still all of its parts are saved.",
    ],
    try_this: &[
        "Choose “Ordinary clock”: the run goes on after the saver's last part, until the clock has ticked 20 times \
         and put its things away.",
        "Choose “Nothing to save”. The program now ends together with the main thread.",
        "Keep the clock a daemon and set “Ticks” to 4. The clock is through before anybody else, and a daemon that \
         has ended by itself is no different from any other thread.",
    ],
    why: &[
        "An ordinary thread is a promise that its work gets done, so the program waits for it, joined or not. A \
         daemon thread is meant for service that has no end of its own, such as ticking, watching or sending signs \
         of life, and that nobody misses once the work is over.",
        "Being cut off is rough. Nothing that the thread would have done later is done: no line after its loop, no \
         tidying up, no last save. A thread that must leave things in order should not be a daemon; it should be \
         asked to stop, and joined.",
        "A thread is what its maker is, unless it is told otherwise: the threads of a daemon are daemons too. The \
         main thread is no daemon, so neither is the saver, which it made.",
    ],
    python: r#"import threading
import time

DAEMON = True
TICKS = 20
PARTS = 4
begin = time.monotonic()
ticked = 0


def tick():
    global ticked
    for done in range(1, TICKS + 1):
        time.sleep(0.1)
        print(f"Clock: tick {done}", flush=True)
        ticked = done
    print("Clock: put away")  # (3)


def save():
    for part in range(1, PARTS + 1):
        time.sleep(0.21)
        print(f"Saver: part {part} of {PARTS} saved", flush=True)


clock = threading.Thread(target=tick, name="Clock", daemon=DAEMON)  # (1)
clock.start()
saver = threading.Thread(target=save, name="Saver")  # (2)
saver.start()

time.sleep(0.45)
kinds = [thread.daemon for thread in (threading.current_thread(), clock, saver)]


def tell(claim, true):
    print(f"{claim}: {'yes' if true else 'no'}", flush=True)


tell("Only those made as daemons are daemons", kinds == [False, DAEMON, False])
tell("The clock was alive when the main thread ended", clock.is_alive())
tell("The saver was alive when the main thread ended", saver.is_alive())
print(f"Ticks by then: {ticked} of {TICKS}")
print(f"The main thread ended after: {time.monotonic() - begin:.1f} s")
print("Exiting Main Thread", flush=True)  # (4)
"#,
};

#[cfg(test)]
mod tests {
    use crate::Findings;
    use threadlab_threads::process::{self, Options};

    /// Runs the demo as a process of its own, at this speed, to the end of its last ordinary thread. Gives the findings
    /// and whether the clock put its things away.
    fn run(arguments: &'static str, time_scale: f32) -> (Findings, bool) {
        let options = Options { time_scale, ..Options::default() };
        let run = process::run(options, move || {
            crate::run("daemon-threads", arguments).map_err(|error| error.to_string())
        });
        let findings = Findings::parse(&run.outcome.unwrap());
        assert!(findings.all_held(), "{findings:?}");
        let put_away = run.events.iter().any(|event| format!("{:?}", event.what).contains("Clock: put away"));
        (findings, put_away)
    }

    #[test]
    fn an_ordinary_clock_is_waited_for() {
        let (findings, put_away) = run("daemon=off&ticks=20&period=0.5&own=0.1&saving=0", 20.0);
        assert!(put_away);
        assert!(matches!(findings.answer, None | Some(0)), "{findings:?}");
    }

    #[test]
    fn a_daemon_is_not() {
        // So slow that its first tick would take a quarter of an hour.
        let (findings, put_away) = run("daemon=on&period=1&own=0&saving=0", 0.001);
        assert_eq!((findings.answer, put_away), (Some(1), false), "{findings:?}");
    }
}
