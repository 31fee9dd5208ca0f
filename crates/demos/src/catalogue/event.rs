//! Event: a starting gun, for which any number of threads wait.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use threadlab_threads::{Event, output, say, thread};

struct Race {
    gun: Event,
    /// Shots so far. Counted before the event is set, so whoever the event lets go on sees the count.
    shots: AtomicU32,
    /// Runners that are at the finish.
    arrived: AtomicU32,
    laps: u32,
}

/// Waits for the gun and runs. Gives the shot after which it went off.
fn run(race: &Race, name: &str, lap_time: Duration) -> u32 {
    say!("{name} is at the line");
    race.gun.wait(); // (1)
    let shot = race.shots.load(Ordering::Relaxed);
    for lap in 1..=race.laps {
        thread::sleep(lap_time);
        output::progress(lap, race.laps);
    }
    let place = race.arrived.fetch_add(1, Ordering::Relaxed) + 1;
    say!("{name} is number {place} at the finish");
    shot
}

/// Waits too, but says something whenever it has waited for a while.
fn announce(race: &Race, patience: Duration) -> u32 {
    let mut calls = 0;
    loop {
        let set = race.gun.wait_timeout(patience); // (2)
        if set {
            break;
        }
        calls += 1;
        say!("Announcer: not yet");
    }
    say!("Announcer: off they go");
    calls
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let (count, clear) = (arguments.whole("runners"), arguments.switch("clear"));
    let seconds = |name| Duration::from_secs_f64(arguments.decimal(name));
    let (ready, lap, patience) = (seconds("ready"), seconds("lap"), seconds("patience"));
    let race = Arc::new(Race {
        gun: Event::named("gun"),
        shots: AtomicU32::new(0),
        arrived: AtomicU32::new(0),
        laps: arguments.whole("laps"),
    });
    let start_runner = |name: String, lap_time| {
        let theirs = Arc::clone(&race);
        thread::Builder::new().name(&name).spawn(move || run(&theirs, &name, lap_time))
    };

    let mut runners = Vec::new();
    for number in 1..=count {
        // A little slower each, so that there is an order at the finish.
        let lap_time = lap.mul_f64(1.0 + 0.05 * f64::from(number - 1));
        runners.push(start_runner(format!("Runner-{number}"), lap_time)?);
    }
    let theirs = Arc::clone(&race);
    let announcer = thread::Builder::new().name("Announcer").spawn(move || announce(&theirs, patience))?;

    thread::sleep(ready);
    say!("Bang!");
    race.shots.store(1, Ordering::Relaxed);
    race.gun.set(); // (3)
    if clear {
        race.gun.clear(); // (4)
    }
    let late = start_runner("Latecomer".to_owned(), lap)?;
    if clear {
        thread::sleep(ready);
        say!("Bang! Once more, for the latecomer");
        race.shots.store(2, Ordering::Relaxed);
        race.gun.set();
    }

    let mut with_first = 0;
    let mut too_early = 0;
    for runner in runners {
        match runner.join()? {
            0 => too_early += 1,
            1 => with_first += 1,
            _ => {}
        }
    }
    let late_shot = late.join()?;
    let calls = announcer.join()?;

    let late_words =
        if clear { "waited for the second shot" } else { "did not wait: the event was still set" };
    let mut findings =
        Findings::new(format!("Runners that went off with the first shot: {with_first} of {count}."))
            .held("nobody ran before the gun", too_early == 0)
            .held("the latecomer got its shot", late_shot == if clear { 2 } else { 1 })
            .figure("the latecomer", late_words)
            .figure("waits of the announcer that ran out", calls);
    if count > 1 && with_first == count {
        findings = findings.answer(1);
    }
    Ok(findings)
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "event",
    title: "Event",
    chapter: Chapter::Locks,
    order: 6,
    summary: "Runners wait for a starting gun: one signal lets all of them go.",
    parameters: &[
        Parameter {
            name: "runners",
            label: "Runners",
            help: "Threads that wait for the gun.",
            kind: Kind::Whole { min: 1, max: 32, default: 6, unit: "" },
        },
        Parameter {
            name: "ready",
            label: "Ready",
            help: "How long the runners have until the shot.",
            kind: Kind::Decimal { min: 0.0, max: 5.0, default: 2.0, step: 0.5, unit: "s" },
        },
        Parameter {
            name: "clear",
            label: "Clear at once",
            help: "Clears the event right after the shot; a second shot follows.",
            kind: Kind::Switch { default: false },
        },
        Parameter {
            name: "laps",
            label: "Laps",
            help: "How many each runner runs.",
            kind: Kind::Whole { min: 1, max: 10, default: 4, unit: "" },
        },
        Parameter {
            name: "lap",
            label: "Lap",
            help: "Time of Runner-1 for a lap; each next runner is a little slower.",
            kind: Kind::Decimal { min: 0.0, max: 1.0, default: 0.5, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "patience",
            label: "Patience",
            help: "How long the announcer waits before it says “not yet”: real seconds, whatever the speed.",
            kind: Kind::Decimal { min: 0.1, max: 5.0, default: 0.6, step: 0.1, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "Stays set", arguments: "" },
        Preset { name: "Set and cleared", arguments: "clear=on" },
        Preset { name: "Thirty runners", arguments: "runners=30&lap=0.3" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "Six threads wait for one event, and the main thread sets it once. How many of them go on?",
        choices: &["One", "All of them", "None, until each asks again"],
        because: "An event is a flag that is set or not. Setting it lets all who wait go on, and as long as it \
                  stays set nobody has to wait any more. A lock that is released, in contrast, lets only one in.",
    },
    look_for: &[
        "In the timeline all runners are hatched until the shot, and then all of them start at the same \
         moment. From there on their lanes differ: each has its own time for a lap.",
        "The latecomer comes when the shot is over. It does not wait at all, because the event is still set, as \
         “Shared objects” shows.",
        "The announcer waits with a time limit. Its lane is hatched in pieces, with a line of output between \
         them.",
    ],
    try_this: &[
        "Choose “Set and cleared”. The event is set for a moment only, and yet all who waited go on. The \
         latecomer, and any runner that was not at the line yet, finds it cleared and waits for the second shot.",
        "Choose “Thirty runners”. In the output compare their order at the line, which is left to chance, with \
         that at the finish.",
        "Set “Ready” to 0. Some runners may come after the shot now, and it makes no difference to them.",
    ],
    why: &[
        "An event keeps its state: set or not set. So it does not matter who comes first, the thread that waits or \
         the one that sets. A notification of a condition is different: whoever does not wait yet misses it.",
        "A thread that waits for an event needs no core, unlike one that looks at a variable again and again.",
        "An event that is cleared can be used again, but then it matters again who comes first. To set it and \
         clear it at once, like the stroke of a bell, reaches only those who wait already; where threads meet \
         again and again, a barrier or a condition is the better object.",
    ],
    python: r#"import threading
import time

RUNNERS, READY, LAPS, LAP, PATIENCE = 6, 0.4, 4, 0.1, 0.15
CLEAR = False
gun = threading.Event()
shots = 0
arrived = []
went = {}


def run(name, lap_time):
    print(f"{name} is at the line")
    gun.wait()  # (1)
    went[name] = shots
    for _ in range(LAPS):
        time.sleep(lap_time)
    arrived.append(name)
    print(f"{name} is number {arrived.index(name) + 1} at the finish")


def announce():
    while not gun.wait(timeout=PATIENCE):  # (2)
        print("Announcer: not yet")
    print("Announcer: off they go")


def start_runner(name, lap_time):
    thread = threading.Thread(target=run, args=(name, lap_time))
    thread.start()
    return thread


threads = [start_runner(f"Runner-{n + 1}", LAP * (1 + 0.05 * n)) for n in range(RUNNERS)]
threads.append(threading.Thread(target=announce))
threads[-1].start()

time.sleep(READY)
print("Bang!")
shots = 1
gun.set()  # (3)
if CLEAR:
    gun.clear()  # (4)
threads.append(start_runner("Latecomer", LAP))
if CLEAR:
    time.sleep(READY)
    print("Bang! Once more, for the latecomer")
    shots = 2
    gun.set()
for thread in threads:
    thread.join()

print("Nobody ran before the gun:", "no" if 0 in went.values() else "yes")
print("The latecomer got its shot:", "yes" if went["Latecomer"] == (2 if CLEAR else 1) else "no")
print("The latecomer:", "waited for the second shot" if CLEAR else "did not wait: the event was still set")
"#,
};

#[cfg(test)]
mod tests {
    use crate::Findings;

    fn findings(arguments: &str) -> Findings {
        Findings::parse(&crate::run("event", arguments).unwrap())
    }

    #[test]
    fn one_shot_is_enough_while_the_event_stays_set() {
        let findings = findings("runners=5&ready=0.05&laps=2&lap=0.01&patience=0.1");
        assert_eq!(findings.sentence, "Runners that went off with the first shot: 5 of 5.");
        assert!(findings.plain().contains("\nThe latecomer: did not wait"), "{findings:?}");
        assert_eq!(findings.answer, Some(1));
    }

    #[test]
    fn a_latecomer_misses_an_event_that_was_cleared() {
        let findings = findings("runners=3&ready=0.1&laps=1&lap=0&clear=on");
        assert!(findings.plain().contains("\nNobody ran before the gun: yes"), "{findings:?}");
        assert!(findings.plain().contains("\nThe latecomer: waited for the second shot"), "{findings:?}");
    }

    #[test]
    fn one_runner_says_nothing_about_several() {
        assert_eq!(findings("runners=1&ready=0&laps=1&lap=0").answer, None);
    }
}
