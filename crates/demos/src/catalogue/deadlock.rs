//! Deadlock: two threads that hold one lock each and wait for the other's.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use std::sync::Arc;
use std::time::Duration;
use threadlab_threads::{Event, Lock, clock, lock, output, say, thread};

/// What each account has in the beginning.
const BEGIN: i64 = 1000;

struct Bank {
    accounts: [Lock<i64>; 2],
    cure: Cure,
    /// What a thread does between its two locks.
    pause: Duration,
    /// How long it waits for the second one, if it backs off.
    limit: Duration,
    open: Event,
}

#[derive(Clone, Copy, PartialEq)]
enum Cure {
    None,
    Order,
    BackOff,
}

/// Takes `amount` from one account to the other. Gives how often it had to begin anew.
fn transfer(bank: &Bank, from: usize, to: usize, amount: i64) -> u32 {
    // With the cure, whichever way the money goes, Alice's account, which is number 0, comes first.
    let (first, second) = if bank.cure == Cure::Order { (0, 1) } else { (from, to) }; // (1)
    let mut retries = 0;
    loop {
        let mut one = bank.accounts[first].lock(); // (2)
        thread::sleep(bank.pause);
        let other = if bank.cure == Cure::BackOff {
            bank.accounts[second].try_lock_for(bank.limit) // (3)
        } else {
            Some(bank.accounts[second].lock()) // (4)
        };
        if let Some(mut other) = other {
            let taken = if first == from { amount } else { -amount };
            *one -= taken;
            *other += taken;
            return retries;
        }
        // Nothing is changed yet, so it can let go and try again.
        drop(one);
        retries += 1;
        say!("{} backs off", thread::current().name());
        thread::sleep(random_time((bank.pause + Duration::from_millis(50)) * retries));
    }
}

/// A time that is hardly ever the same for two threads: the clock's microseconds are as good as dice.
fn random_time(longest: Duration) -> Duration {
    longest * (clock::now().subsec_micros() % 101) / 100
}

/// Makes its transfers, all in the same direction.
fn serve(bank: &Bank, from: usize, to: usize, amount: i64, rounds: u32) -> u32 {
    bank.open.wait();
    let mut retries = 0;
    for round in 1..=rounds {
        retries += transfer(bank, from, to, amount);
        say!("{} has made transfer {round}", thread::current().name());
        output::progress(round, rounds);
    }
    retries
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let rounds = arguments.whole("rounds");
    let cure = match arguments.choice("cure") {
        "order" => Cure::Order,
        "back-off" => Cure::BackOff,
        _ => Cure::None,
    };
    let bank = Arc::new(Bank {
        accounts: [lock::named("Alice", BEGIN), lock::named("Bob", BEGIN)],
        cure,
        pause: Duration::from_secs_f64(arguments.decimal("pause")),
        limit: Duration::from_secs_f64(arguments.decimal("limit")),
        open: Event::named("open"),
    });

    let mut threads = Vec::new();
    for (name, from, to, amount) in [("Thread-1", 0, 1, 10), ("Thread-2", 1, 0, 30)] {
        let theirs = Arc::clone(&bank);
        let builder = thread::Builder::new().name(name);
        threads.push(builder.spawn(move || serve(&theirs, from, to, amount, rounds))?);
    }
    // Both begin together, or the first may be done before the second begins.
    bank.open.set();
    let mut retries = 0;
    for thread in threads {
        retries += thread.join()?;
    }

    let (alice, bob) = (*bank.accounts[0].lock(), *bank.accounts[1].lock());
    let moved = i64::from(rounds) * (30 - 10);
    let sentence = match cure {
        Cure::None => "This time the two threads never met halfway. Nothing kept them from it.",
        Cure::Order => "Both threads took the locks in one order and came to their end.",
        Cure::BackOff => {
            "Whoever waited too long let go of its first lock, and both threads came to their end."
        }
    };
    let mut findings = Findings::new(sentence)
        .held("no money was lost", alice + bob == 2 * BEGIN)
        .held("every transfer was made", alice == BEGIN + moved)
        .figure("backed off", format!("{retries}×"));
    if cure == Cure::Order {
        findings = findings.answer(1);
    }
    Ok(findings)
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "deadlock",
    title: "Deadlock",
    chapter: Chapter::Locks,
    order: 9,
    summary: "Two threads, two locks, opposite order: each waits for the other for ever, unless there is a cure.",
    parameters: &[
        Parameter {
            name: "cure",
            label: "Cure",
            help: "Without one the run ends in a deadlock; Stop ends it.",
            kind: Kind::Choice {
                options: &[("order", "One order"), ("back-off", "Time limit and back off"), ("none", "None")],
                default: "order",
            },
        },
        Parameter {
            name: "rounds",
            label: "Transfers",
            help: "How many each thread makes.",
            kind: Kind::Whole { min: 1, max: 10, default: 4, unit: "" },
        },
        Parameter {
            name: "pause",
            label: "Pause",
            help: "Time between taking the first lock and asking for the second.",
            kind: Kind::Decimal { min: 0.0, max: 2.0, default: 0.5, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "limit",
            label: "Limit",
            help: "How long a thread waits before it backs off: real seconds, whatever the speed.",
            kind: Kind::Decimal { min: 0.0, max: 3.0, default: 0.6, step: 0.1, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "One order", arguments: "" },
        Preset { name: "Back off", arguments: "cure=back-off" },
        Preset { name: "No cure", arguments: "cure=none" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "Thread-1 moves money from Alice to Bob, Thread-2 from Bob to Alice. Both need both locks, and \
               both take Alice's first. Can they end up waiting for each other for ever?",
        choices: &["Yes, if they are unlucky", "No"],
        because: "Whoever has Alice's lock is the only one that asks for Bob's, so nobody can be in its way \
                  there. Only when Thread-2 begins with Bob's lock can each hold what the other one wants.",
    },
    look_for: &[
        "With one order, look at the queue of Alice's lock in “Shared objects”: the thread that comes second \
         waits there, with empty hands. Nobody ever has to wait for Bob's.",
        "With “No cure” both take their first lock, pause, and ask for the other's. From then on nothing happens, \
         and the page says so: over the timeline it tells of the deadlock, and who waits for whom.",
        "With “Back off” the same knot is tied, but the waits have a limit. The thread whose time is over \
         first lets go of what it holds, which is just what the other one waits for.",
    ],
    try_this: &[
        "Choose “No cure” and run it. When you have read what the page says about it, press Stop.",
        "Choose “No cure” and set “Pause” to 0. The threads hold both locks for a moment only, and often all goes \
         well. Such a program passes its tests, and fails one day in use.",
        "Choose “Back off” and make the limit 0: a thread that does not get the second lock at once lets go of \
         the first.",
    ],
    why: &[
        "Four things together make a deadlock: a lock is for one thread at a time; a thread keeps what it has \
         while it waits for more; nobody can take a lock away from it; and the waits form a ring. It is enough \
         to prevent one of them.",
        "One order for all locks prevents the ring. If everybody takes the lower number first, then whoever \
         holds the highest of all locks that are taken has no taken one to wait for, and goes on.",
        "Backing off prevents keeping while waiting. It needs a state that can be given up without harm, and a \
         bit of chance in the time until the next try: two threads that always back off together and come back \
         together would be busy for ever and get nowhere. That is called a livelock.",
    ],
    python: r#"import random
import threading
import time

ROUNDS, PAUSE, LIMIT = 3, 0.05, 0.06
locks = {"Alice": threading.Lock(), "Bob": threading.Lock()}


def transfer(balances, cure, source, target, amount):
    first, second = sorted((source, target)) if cure == "order" else (source, target)  # (1)
    retries = 0
    while True:
        with locks[first]:  # (2)
            time.sleep(PAUSE)
            if cure == "back off":
                got_it = locks[second].acquire(timeout=LIMIT)  # (3)
            else:
                got_it = locks[second].acquire()  # (4)
            if got_it:
                balances[source] -= amount
                balances[target] += amount
                locks[second].release()
                return retries
        retries += 1
        print(threading.current_thread().name, "backs off")
        time.sleep(random.uniform(0, (PAUSE + 0.01) * retries))


def serve(begin, *transfer_arguments):
    begin.wait()
    for number in range(1, ROUNDS + 1):
        transfer(*transfer_arguments)
        print(threading.current_thread().name, "has made transfer", number)


kept, made = True, True
for cure in ("order", "back off"):  # "none" might never come to its end
    print("Cure:", cure)
    balances = {"Alice": 1000, "Bob": 1000}
    begin = threading.Event()
    threads = [
        threading.Thread(name="Thread-1", target=serve, args=(begin, balances, cure, "Alice", "Bob", 10)),
        threading.Thread(name="Thread-2", target=serve, args=(begin, balances, cure, "Bob", "Alice", 30)),
    ]
    for thread in threads:
        thread.start()
    begin.set()
    for thread in threads:
        thread.join()
    kept = kept and sum(balances.values()) == 2000
    made = made and balances["Alice"] == 1000 + 20 * ROUNDS

print("No money was lost:", "yes" if kept else "no")
print("Every transfer was made:", "yes" if made else "no")
"#,
};

#[cfg(test)]
mod tests {
    use crate::Findings;

    fn findings(arguments: &str) -> Findings {
        Findings::parse(&crate::run("deadlock", arguments).unwrap())
    }

    #[test]
    fn one_order_comes_to_its_end_without_backing_off() {
        let findings = findings("cure=order&rounds=5&pause=0.01");
        assert!(findings.plain().contains("\nEvery transfer was made: yes"), "{findings:?}");
        assert!(findings.plain().contains("\nBacked off: 0×"), "{findings:?}");
        assert_eq!(findings.answer, Some(1));
    }

    #[test]
    fn backing_off_comes_to_its_end_too() {
        for limit in ["0", "0.1"] {
            let findings = findings(&format!("cure=back-off&rounds=2&pause=0.02&limit={limit}"));
            assert!(findings.plain().contains("\nNo money was lost: yes"), "{findings:?}");
            assert!(findings.plain().contains("\nEvery transfer was made: yes"), "{findings:?}");
            assert_eq!(findings.answer, None);
        }
    }
}
