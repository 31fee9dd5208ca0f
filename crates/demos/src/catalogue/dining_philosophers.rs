//! Dining philosophers: everybody needs two forks, and shares each with a neighbour.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;
use threadlab_threads::{Event, Lock, clock, lock, output, say, thread};

struct Table {
    cure: Cure,
    /// Fork n lies to the left of philosopher n, and to the right of the one before.
    forks: Vec<Lock<()>>,
    waiter: Lock<()>,
    laid: Event,
    meals: u32,
    think_time: Duration,
    /// How long a philosopher hesitates with one fork in hand.
    pause: Duration,
    eat_time: Duration,
    /// Who eats. What neighbours see of each other is put into order by the fork between them.
    eating: Vec<AtomicBool>,
    eating_now: AtomicU32,
    most: AtomicU32,
    quarrels: AtomicU32,
}

#[derive(Clone, Copy, PartialEq)]
enum Cure {
    None,
    Order,
    Arbiter,
    BackOff,
}

/// The life of a philosopher. Gives how often it put a fork back.
fn dine(table: &Table, seat: usize) -> u32 {
    table.laid.wait();
    let next = (seat + 1) % table.forks.len();
    let (mut first, mut second) = (&table.forks[seat], &table.forks[next]);
    if table.cure == Cure::Order && next < seat {
        // All take the fork with the lower number first: for the last philosopher that is the right one.
        (first, second) = (second, first); // (1)
    }
    let mut put_back = 0;
    for meal in 1..=table.meals {
        thread::sleep(table.think_time);
        let mut tries = 0;
        loop {
            let asked = (table.cure == Cure::Arbiter).then(|| table.waiter.lock()); // (2)
            let one = first.lock(); // (3)
            thread::sleep(table.pause);
            let other = match table.cure {
                Cure::BackOff => second.try_lock(), // (4)
                _ => Some(second.lock()),           // (5)
            };
            drop(asked);
            if other.is_some() {
                eat(table, seat, meal);
                break;
            }
            drop(one);
            tries += 1;
            thread::sleep(random_time((table.pause + Duration::from_millis(50)) * tries));
        }
        put_back += tries;
        output::progress(meal, table.meals);
    }
    put_back
}

/// Eats with both forks in hand.
fn eat(table: &Table, seat: usize, meal: u32) {
    let count = table.forks.len();
    table.eating[seat].store(true, Ordering::Relaxed);
    let neighbours = [(seat + 1) % count, (seat + count - 1) % count];
    if neighbours.iter().any(|&neighbour| table.eating[neighbour].load(Ordering::Relaxed)) {
        table.quarrels.fetch_add(1, Ordering::Relaxed);
    }
    let now = table.eating_now.fetch_add(1, Ordering::Relaxed) + 1;
    table.most.fetch_max(now, Ordering::Relaxed);
    say!("Philosopher-{} eats meal {meal}", seat + 1);
    thread::sleep(table.eat_time);
    table.eating_now.fetch_sub(1, Ordering::Relaxed);
    table.eating[seat].store(false, Ordering::Relaxed);
}

/// A time that is hardly ever the same for two threads: the clock's microseconds are as good as dice.
fn random_time(longest: Duration) -> Duration {
    longest * (clock::now().subsec_micros() % 101) / 100
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let count = arguments.whole("philosophers");
    let seconds = |name| Duration::from_secs_f64(arguments.decimal(name));
    let table = Arc::new(Table {
        cure: match arguments.choice("cure") {
            "order" => Cure::Order,
            "arbiter" => Cure::Arbiter,
            "back-off" => Cure::BackOff,
            _ => Cure::None,
        },
        forks: (1..=count).map(|number| lock::named(format!("fork-{number}"), ())).collect(),
        waiter: lock::named("waiter", ()),
        laid: Event::named("table laid"),
        meals: arguments.whole("meals"),
        think_time: seconds("think"),
        pause: seconds("pause"),
        eat_time: seconds("eat"),
        eating: (0..count).map(|_| AtomicBool::new(false)).collect(),
        eating_now: AtomicU32::new(0),
        most: AtomicU32::new(0),
        quarrels: AtomicU32::new(0),
    });

    let begin = clock::program_now();
    let mut philosophers = Vec::new();
    for seat in 0..table.forks.len() {
        let theirs = Arc::clone(&table);
        let builder = thread::Builder::new().name(format!("Philosopher-{}", seat + 1));
        philosophers.push(builder.spawn(move || dine(&theirs, seat))?);
    }
    table.laid.set();
    let mut put_back = 0;
    for philosopher in philosophers {
        put_back += philosopher.join()?;
    }

    let seconds = clock::program_now().saturating_sub(begin).as_secs_f64();
    let most = table.most.load(Ordering::Relaxed);
    let mut findings = Findings::new(match table.cure {
        Cure::None => "Everyone was lucky this time: no ring of waiting philosophers came about.",
        _ => "Everyone has eaten.",
    })
    .held("neighbours never ate at once", table.quarrels.load(Ordering::Relaxed) == 0)
    .figure("most who ate at once", format!("{most} of {count}"))
    .figure("forks put back", put_back)
    .figure("all had eaten after", format!("{seconds:.1} s"));
    if count == 5 && most == 2 {
        findings = findings.answer(1);
    }
    Ok(findings)
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "dining-philosophers",
    title: "Dining philosophers",
    chapter: Chapter::Locks,
    order: 10,
    summary: "Everyone needs the two forks beside the plate: whoever is careless starves with one in hand.",
    parameters: &[
        Parameter {
            name: "cure",
            label: "Cure",
            help: "Without one the run may end in a deadlock; Stop ends it.",
            kind: Kind::Choice {
                options: &[
                    ("order", "Lower number first"),
                    ("arbiter", "Ask the waiter"),
                    ("back-off", "Try, and put back"),
                    ("none", "None"),
                ],
                default: "order",
            },
        },
        Parameter {
            name: "philosophers",
            label: "Philosophers",
            help: "How many sit at the table, with as many forks.",
            kind: Kind::Whole { min: 2, max: 16, default: 5, unit: "" },
        },
        Parameter {
            name: "meals",
            label: "Meals",
            help: "How many each of them has.",
            kind: Kind::Whole { min: 1, max: 5, default: 3, unit: "" },
        },
        Parameter {
            name: "think",
            label: "Thinking",
            help: "Time before each meal.",
            kind: Kind::Decimal { min: 0.0, max: 2.0, default: 0.3, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "pause",
            label: "Hesitating",
            help: "Time with one fork in hand.",
            kind: Kind::Decimal { min: 0.0, max: 0.5, default: 0.2, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "eat",
            label: "Eating",
            help: "Time with both.",
            kind: Kind::Decimal { min: 0.0, max: 1.0, default: 0.6, step: 0.1, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "Lower number first", arguments: "" },
        Preset { name: "Ask the waiter", arguments: "cure=arbiter" },
        Preset { name: "No cure", arguments: "cure=none" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "Five philosophers sit at a round table with five forks, one between each two plates. How many \
               of them can eat at the same time, at most?",
        choices: &["One", "Two", "Four", "All five"],
        because: "Whoever eats has two forks, so five forks are enough for two. Neighbours share a fork and \
                  never eat together; others may.",
    },
    look_for: &[
        "“Shared objects” has a card for each fork, with who holds it and who waits for it. A philosopher that \
         eats is on two of the cards.",
        "With “Lower number first” look at the last philosopher. All others take their left fork first; this \
         one waits for its right one, with empty hands, so the last fork stays free for its neighbour, who can \
         eat.",
        "With “No cure” all take their left fork in the same moment, hesitate, and find the right one taken. The \
         page tells the whole ring: each waits for a fork that is held by the next.",
    ],
    try_this: &[
        "Run all three cures with the same times, and compare how long they take and how many eat at once. The \
         waiter lets one philosopher at a time pick up forks, which is safe but slow.",
        "Choose “Try, and put back”. Nobody waits with a fork in hand for another one, so no ring can form; \
         but a fork may be put back many times before both are had.",
        "Choose “No cure” and set “Hesitating” to 0. Often all goes well. The deadlock is still there; it is \
         only rare.",
    ],
    why: &[
        "The story goes back to Edsger Dijkstra and Tony Hoare. It stands for any threads of which each needs \
         several things that others need too. If everyone takes one and waits for the next, they may all hold \
         one and wait in a ring.",
        "Lower number first: in a ring of waiting threads somebody would have to hold a higher fork and wait \
         for a lower one, and nobody ever does. The waiter: only one at a time picks up forks, so those in its \
         way already have both theirs, and put them back. Try, and put back: nobody waits while holding.",
        "The cures differ in their price. An order costs nothing but must be known to everybody. An arbiter is \
         simple and can become what all wait for. Putting back needs some chance in the pauses, or all may try and \
         put back in step for ever; and even so nobody promises that each gets its turn.",
    ],
    python: r#"import random
import threading
import time

COUNT, MEALS, THINK, PAUSE, EAT = 5, 2, 0.02, 0.02, 0.05
forks = [threading.Lock() for _ in range(COUNT)]
waiter = threading.Lock()
eating, quarrels, most = set(), [], []


def eat(seat, meal):
    eating.add(seat)
    most.append(len(eating))
    if eating & {(seat + 1) % COUNT, (seat - 1) % COUNT}:
        quarrels.append(seat)
    print(f"Philosopher-{seat + 1} eats meal {meal}")
    time.sleep(EAT)
    eating.remove(seat)


def try_to_eat(seat, meal, cure):
    first, second = seat, (seat + 1) % COUNT
    if cure == "order":
        first, second = min(first, second), max(first, second)  # (1)
    if cure == "arbiter":
        waiter.acquire()  # (2)
    with forks[first]:  # (3)
        time.sleep(PAUSE)
        if cure == "back off":
            got_it = forks[second].acquire(blocking=False)  # (4)
        else:
            got_it = forks[second].acquire()  # (5)
        if cure == "arbiter":
            waiter.release()
        if got_it:
            eat(seat, meal)
            forks[second].release()
        return got_it


def dine(seat, cure):
    for meal in range(1, MEALS + 1):
        time.sleep(THINK)
        tries = 0
        while not try_to_eat(seat, meal, cure):
            tries += 1
            time.sleep(random.uniform(0, (PAUSE + 0.005) * tries))


for cure in ("order", "arbiter", "back off"):  # "none" might never come to its end
    print("Cure:", cure)
    most.clear()
    threads = [threading.Thread(target=dine, args=(seat, cure)) for seat in range(COUNT)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"Most who ate at once: {max(most)} of {COUNT}")
print("Neighbours never ate at once:", "no" if quarrels else "yes")
"#,
};

#[cfg(test)]
mod tests {
    use crate::Findings;

    fn findings(arguments: &str) -> Findings {
        Findings::parse(&crate::run("dining-philosophers", arguments).unwrap())
    }

    #[test]
    fn every_cure_lets_everyone_eat() {
        for cure in ["order", "arbiter", "back-off"] {
            for count in [2, 5] {
                let text = format!("cure={cure}&philosophers={count}&meals=2&think=0&pause=0.01&eat=0.01");
                let findings = findings(&text);
                assert_eq!(findings.sentence, "Everyone has eaten.");
                assert!(findings.plain().contains("\nNeighbours never ate at once: yes"), "{findings:?}");
                let two = findings.plain().contains("\nMost who ate at once: 2 of 5");
                assert_eq!(findings.answer, two.then_some(1), "{findings:?}");
            }
        }
    }

    #[test]
    fn forks_are_put_back_by_one_cure_only() {
        for cure in ["order", "arbiter"] {
            let findings = findings(&format!("cure={cure}&philosophers=3&meals=1&think=0&pause=0&eat=0"));
            assert!(findings.plain().contains("\nForks put back: 0"), "{findings:?}");
        }
    }
}
