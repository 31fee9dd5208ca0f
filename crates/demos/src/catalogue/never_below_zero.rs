//! Never below zero: a semaphore has a permit or it has none, however many ask.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;
use threadlab_threads::sync::barrier::BarrierError;
use threadlab_threads::{Barrier, Semaphore, output, say, thread};

/// How a car asks for a place.
#[derive(Clone, Copy)]
enum Asking {
    Once,
    NoLongerThan(Duration),
    WithoutLimit,
    /// Not the semaphore at all: it looks at the sign and drives in.
    TheSign,
}

struct Garage {
    places: Semaphore,
    /// Where all cars meet before the first drives in.
    start: Barrier,
    /// The free places, as counted by the cars that come and go, and the fewest there ever were. Relaxed is enough for
    /// both: whoever gets a permit already sees what was done by whoever gave it back.
    sign: AtomicI32,
    lowest: AtomicI32,
}

impl Garage {
    /// Parks for a while if there is a place; returns whether there was one.
    fn visit(&self, asking: Asking, stay: Duration) -> bool {
        let permit = match asking {
            Asking::Once => self.places.try_acquire(), // (1)
            Asking::NoLongerThan(limit) => self.places.acquire_timeout(limit), // (2)
            Asking::WithoutLimit => Some(self.places.acquire()), // (3)
            Asking::TheSign => return self.visit_by_the_sign(stay),
        };
        let got_in = permit.is_some();
        if got_in {
            self.park(stay);
        }
        drop(permit); // (4)
        got_in
    }

    /// Looks first and counts later. Meanwhile others look too, and see the very same free place.
    fn visit_by_the_sign(&self, stay: Duration) -> bool {
        let got_in = self.sign.load(Ordering::Relaxed) > 0;
        if got_in {
            thread::sleep(stay / 10);
            self.park(stay);
        }
        got_in
    }

    fn park(&self, stay: Duration) {
        let free = self.sign.fetch_sub(1, Ordering::Relaxed) - 1;
        self.lowest.fetch_min(free, Ordering::Relaxed);
        thread::sleep(stay);
        self.sign.fetch_add(1, Ordering::Relaxed);
    }
}

/// What each car does. Gives how often it found a place.
fn drive(garage: &Garage, asking: Asking, visits: u32, stay: Duration) -> Result<u32, BarrierError> {
    garage.start.wait()?;
    let mut parked = 0;
    for visit in 1..=visits {
        if garage.visit(asking, stay) {
            parked += 1;
        } else {
            say!("no place, I drive on");
        }
        output::progress(visit, visits);
        thread::sleep(stay / 2);
    }
    Ok(parked)
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let (places, cars) = (arguments.whole("places"), arguments.whole("cars"));
    let visits = arguments.whole("visits");
    let stay = Duration::from_secs_f64(arguments.decimal("stay"));
    let asking = match arguments.choice("asking") {
        "once" => Asking::Once,
        "limit" => Asking::NoLongerThan(Duration::from_secs_f64(arguments.decimal("limit"))),
        "sign" => Asking::TheSign,
        _ => Asking::WithoutLimit,
    };
    let free = i32::try_from(places)?;
    let garage = Arc::new(Garage {
        places: Semaphore::named("places", places)?,
        start: Barrier::named("start", usize::try_from(cars)?)?,
        sign: AtomicI32::new(free),
        lowest: AtomicI32::new(free),
    });

    let mut threads = Vec::new();
    for car in 1..=cars {
        let garage = Arc::clone(&garage);
        let thread = thread::Builder::new().name(format!("Car-{car}"));
        threads.push(thread.spawn(move || drive(&garage, asking, visits, stay))?);
    }
    let mut parked = 0;
    for thread in threads {
        parked += thread.join()??;
    }

    let lowest = garage.lowest.load(Ordering::Relaxed);
    let asked = cars * visits;
    let findings = Findings::new(format!("Attempts at which a car found a place: {parked} of {asked}."))
        .figure("lowest count of free places", lowest)
        .figure("attempts in vain", asked - parked);
    let mut findings = match asking {
        Asking::WithoutLimit => findings.held("every car found a place", parked == asked),
        _ => findings.seen("every car found a place", parked == asked),
    };
    if matches!(asking, Asking::TheSign) {
        return Ok(findings.seen("counter never below zero", lowest >= 0));
    }
    // The choices are: below zero, zero, above. Enough cars stay above zero only where they happen not to meet.
    if lowest <= 0 || cars < places {
        findings.answer = usize::try_from(lowest.signum() + 1).ok();
    }
    Ok(findings.held("counter never below zero", lowest >= 0))
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "never-below-zero",
    title: "Never below zero",
    chapter: Chapter::Semaphores,
    order: 2,
    summary: "Cars ask a semaphore for a place: once, for a limited time, or for as long as it takes.",
    parameters: &[
        Parameter {
            name: "asking",
            label: "Asking",
            help: "What a car does if no place is free.",
            kind: Kind::Choice {
                options: &[
                    ("once", "Asks once and drives on"),
                    ("limit", "Waits, but not for ever"),
                    ("wait", "Waits as long as it takes"),
                    ("sign", "Trusts the sign, no semaphore"),
                ],
                default: "limit",
            },
        },
        Parameter {
            name: "places",
            label: "Places",
            help: "The permits that the semaphore begins with.",
            kind: Kind::Whole { min: 1, max: 16, default: 3, unit: "" },
        },
        Parameter {
            name: "cars",
            label: "Cars",
            help: "Each is a thread of its own.",
            kind: Kind::Whole { min: 1, max: 32, default: 8, unit: "" },
        },
        Parameter {
            name: "visits",
            label: "Visits",
            help: "How often each car comes by.",
            kind: Kind::Whole { min: 1, max: 6, default: 4, unit: "" },
        },
        Parameter {
            name: "stay",
            label: "Stay",
            help: "How long a car keeps its place.",
            kind: Kind::Decimal { min: 0.1, max: 1.0, default: 0.6, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "limit",
            label: "Patience",
            help: "How long a car waits for a place at most: real seconds, whatever the speed.",
            kind: Kind::Decimal { min: 0.0, max: 3.0, default: 0.5, step: 0.1, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "Limited patience", arguments: "" },
        Preset { name: "Asking once", arguments: "asking=once" },
        Preset { name: "No semaphore", arguments: "asking=sign" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "A garage has three places, counted by a semaphore. Eight cars come at the same moment, and each asks for a \
               place. How low does the counter go?",
        choices: &["Below zero", "To zero", "It stays above zero"],
        because: "A permit is taken only if there is one. So three cars take the counter to zero, and there it \
                  stays until one of them leaves. The others wait or are turned away; neither changes the counter. \
                  With fewer cars than places it stays above zero.",
    },
    look_for: &[
        "“Shared objects” shows the semaphore with its free and taken permits. However many cars wait, “0 free” is the \
         lowest that you see.",
        "In the timeline a car that waits for a place is hatched. With limited patience some of these waits end \
         without a place: the car says so in the output and sleeps a little, which stands for a drive round the \
         block.",
        "When cars ask only once, no lane is hatched after all have met at the start. Whoever asks without waiting \
         has the answer at once, yes or no.",
    ],
    try_this: &[
        "Let all cars wait as long as it takes. Every visit succeeds, and the run takes longer.",
        "Set the patience to 0: such a wait is the same as asking once. Then set it back and set the speed to 20×. \
         Stays get 20 times shorter, but patience counts real seconds, so now hardly any car is turned away.",
        "Choose “No semaphore”, so that the cars trust the sign. The count goes below zero: there are more cars \
         inside than places. Then use a single car, and nothing goes wrong, since nobody looks at the same moment.",
    ],
    why: &[
        "To acquire is to look whether a permit is left and to take it, as one step that no other thread can come \
         between. That is all that keeps the counter from going below zero.",
        "The cars that trust the sign do the same in two steps. Between the look and the change several of them see the \
         same free place, and all of them drive in. Two steps that are each correct do not make one that is.",
        "Some textbooks let the counter of a semaphore go below zero and read the amount as the number of threads that \
         wait. Here, as in Python, the waiting threads are kept apart from the permits, so zero is the lowest.",
    ],
    python: r#"import threading
import time

PLACES = 3
CARS = 8
STAY = 0.2
places = threading.Semaphore(PLACES)
counting = threading.Lock()
start = threading.Barrier(CARS)
sign = lowest = PLACES


def park():
    global sign, lowest
    with counting:
        sign -= 1
        lowest = min(lowest, sign)
    time.sleep(STAY)
    with counting:
        sign += 1


def drive(car, asking, parked):
    start.wait()
    if asking == "once":
        got_in = places.acquire(blocking=False)  # (1)
    elif asking == "limit":
        got_in = places.acquire(timeout=STAY / 2)  # (2)
    else:
        got_in = places.acquire()  # (3)
    if not got_in:
        print(f"Car-{car}: no place, I drive on")
        return
    park()
    parked.append(car)
    places.release()  # (4)


for asking in ("once", "limit", "wait"):
    print(f"Asking: {asking}")
    parked = []
    threads = [threading.Thread(target=drive, args=(car, asking, parked)) for car in range(1, CARS + 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"Attempts at which a car found a place: {len(parked)} of {CARS}.")
    print("Counter never below zero:", "yes" if lowest >= 0 else "no")
    print("Every car found a place:", "yes" if len(parked) == CARS else "no")
"#,
};

#[cfg(test)]
mod tests {
    use crate::{Fact, Findings};

    fn findings(arguments: &str) -> Findings {
        Findings::parse(&crate::run("never-below-zero", arguments).unwrap())
    }

    fn never_below_zero() -> Fact {
        Fact::Held("counter never below zero".to_owned(), true)
    }

    #[test]
    fn patient_cars_all_find_a_place() {
        let findings = findings("asking=wait&cars=4&places=1&visits=1&stay=0.1");
        for fact in [never_below_zero(), Fact::Held("every car found a place".to_owned(), true)] {
            assert!(findings.facts.contains(&fact), "{findings:?}");
        }
        assert_eq!(findings.answer, Some(1), "{findings:?}");
    }

    #[test]
    fn cars_that_cannot_all_get_in_do_not_take_the_counter_below_zero() {
        for asking in ["once", "limit"] {
            let findings = findings(&format!("asking={asking}&cars=6&places=2&visits=2&stay=0.1&limit=0.1"));
            assert!(findings.facts.contains(&never_below_zero()), "{findings:?}");
            assert_ne!(findings.answer, Some(0), "{findings:?}");
        }
    }

    #[test]
    fn one_car_leaves_places_free() {
        let findings = findings("cars=1&places=3&visits=1&stay=0.1");
        assert_eq!(findings.answer, Some(2), "{findings:?}");
    }

    #[test]
    fn who_trusts_the_sign_has_no_promise() {
        let findings = findings("asking=sign&cars=1&places=1&visits=1&stay=0.1");
        assert!(findings.facts.contains(&Fact::Seen("counter never below zero".to_owned(), true)));
        assert_eq!(findings.answer, None, "{findings:?}");
    }
}
