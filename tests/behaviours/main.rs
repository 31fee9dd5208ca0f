//! What every object of the engine does: a program for each behaviour, run natively as a test of `cargo test` and in
//! the browser on real workers.
//!
//! A behaviour's number is its line in the list of what people know from Python's `threading` and `queue` modules.
//! Some rules differ from Python's, because Rust's types say it better; the comment of the program says which.
//!
//! A program asserts; whatever panics in its main thread fails it. When it has ended, the run as a whole is judged
//! ([`judge`]): no event may be lost, and the events must tell a story that hangs together. "It blocks" is never shown
//! by waiting for a while: [`settle`] returns once every other thread is at a wait, and the order of events tells what
//! was let on by what.
#![cfg(any(not(target_arch = "wasm32"), target_feature = "atomics"))]

#[cfg(target_arch = "wasm32")]
mod browser;
mod judge;
#[cfg(not(target_arch = "wasm32"))]
mod native;
mod settle;
mod stress;
mod times;

mod barrier;
mod condition;
mod event;
mod executor;
mod local;
mod lock;
mod pipes;
mod pool;
mod queue;
mod rlock;
mod semaphore;
mod threads;
mod timer;

use settle::settle;

/// A program that shows a behaviour.
#[derive(Clone, Copy)]
struct Behaviour {
    /// Its name, which begins with its number.
    name: &'static str,
    /// What its main thread runs, with the arguments of this run; a panic fails it.
    program: fn(&str),
    /// What its events must show, beside what those of every run do.
    events: fn(&[threadlab_trace::Event]),
}

/// Makes each of the programs a test, natively and in the browser, and lists them for the engine to find. The program
/// behind `=>` looks at the run's events.
macro_rules! behaviours {
    ($($name:ident $(=> $events:expr)?),+ $(,)?) => {
        pub(crate) static BEHAVIOURS: &[$crate::Behaviour] = &[$($crate::Behaviour {
            name: stringify!($name),
            program: |_| $name(),
            events: $crate::behaviours!(@ $($events)?),
        }),+];

        #[cfg(not(target_arch = "wasm32"))]
        mod natively {
            $(#[test]
            fn $name() {
                $crate::native::run($crate::behaviour(stringify!($name)), "", true);
            })+
        }

        #[cfg(target_arch = "wasm32")]
        mod on_workers {
            $(#[wasm_bindgen_test::wasm_bindgen_test]
            async fn $name() {
                $crate::browser::run($crate::behaviour(stringify!($name)), "", true).await;
            })+
        }
    };
    (@) => { |_| () };
    (@ $events:expr) => { $events };
}
use behaviours;

static SECTIONS: &[&[Behaviour]] = &[
    threads::BEHAVIOURS,
    lock::BEHAVIOURS,
    rlock::BEHAVIOURS,
    condition::BEHAVIOURS,
    event::BEHAVIOURS,
    semaphore::BEHAVIOURS,
    barrier::BEHAVIOURS,
    timer::BEHAVIOURS,
    local::BEHAVIOURS,
    queue::BEHAVIOURS,
    pool::BEHAVIOURS,
    pipes::BEHAVIOURS,
    executor::BEHAVIOURS,
];

fn find(name: &str) -> Option<&'static Behaviour> {
    SECTIONS.iter().chain(stress::SECTIONS).copied().flatten().find(|behaviour| behaviour.name == name)
}

fn behaviour(name: &str) -> &'static Behaviour {
    find(name).unwrap_or_else(|| panic!("{name} is not in SECTIONS"))
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn every_behaviour_has_its_number_once() {
    let number = |behaviour: &Behaviour| {
        let (number, _) = behaviour.name.strip_prefix('b')?.split_once('_')?;
        number.parse::<u32>().ok()
    };
    let numbers: Vec<Option<u32>> = SECTIONS.iter().copied().flatten().map(number).collect();
    assert_eq!(numbers, (1..=69).chain(79..=90).map(Some).collect::<Vec<_>>());
}
