//! Random operations by many threads, checked against a sequential model of the object: what is conserved, who may be
//! inside together, and in what order things come.
//!
//! All choices follow from a seed. A failure tells it, and `THREADLAB_SEED` runs with it again:
//! `THREADLAB_SEED=17 cargo xtask test stress_lock --only native` (or `workers`). The threads still take turns as the
//! system likes, so a rare failure may need some runs to come back.
//!
//! Each object is stressed twice: some operations with every event recorded and judged, and many without, so that the
//! object itself is in the way and not its events. The long form (`cargo xtask test --long`) does a million of those.

mod executors;
mod lives;
mod locks;
mod pools;
mod queues;
mod signals;

use crate::Behaviour;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use threadlab_threads::thread::{JoinError, JoinHandle, spawn};
use threadlab_threads::untraced;

/// Whether this is the long form.
pub(crate) const LONG: bool = option_env!("THREADLAB_LONG").is_some();

/// How many operations an object has to stand: recorded, and not.
const RECORDED: u32 = 1000;
const UNRECORDED: u32 = if LONG { 1_000_000 } else { 15_000 };

/// Makes each of the programs a test, natively and in the browser, and lists them for the engine to find.
macro_rules! stresses {
    ($($name:ident),+ $(,)?) => {
        pub(super) static BEHAVIOURS: &[$crate::Behaviour] = &[$($crate::Behaviour {
            name: stringify!($name),
            program: |arguments| $name(&$crate::stress::Load::read(arguments)),
            events: |_| (),
        }),+];

        #[cfg(not(target_arch = "wasm32"))]
        mod natively {
            $(#[test]
            fn $name() {
                for load in $crate::stress::Load::usual() {
                    println!("{} {load}", stringify!($name));
                    $crate::native::run($crate::behaviour(stringify!($name)), &load.to_string(), load.recorded);
                }
            })+
        }

        #[cfg(target_arch = "wasm32")]
        mod on_workers {
            $(#[wasm_bindgen_test::wasm_bindgen_test]
            async fn $name() {
                for load in $crate::stress::Load::usual() {
                    wasm_bindgen_test::console_log!("{} {load}", stringify!($name));
                    $crate::browser::run($crate::behaviour(stringify!($name)), &load.to_string(), load.recorded).await;
                }
            })+
        }
    };
}
use stresses;

pub(crate) static SECTIONS: &[&[Behaviour]] = &[
    locks::BEHAVIOURS,
    signals::BEHAVIOURS,
    queues::BEHAVIOURS,
    pools::BEHAVIOURS,
    executors::BEHAVIOURS,
    lives::BEHAVIOURS,
];

/// How much an object has to stand. Written as text, it is a program's arguments.
#[derive(Clone, Copy)]
struct Load {
    seed: u64,
    /// Roughly, over all threads.
    operations: u32,
    recorded: bool,
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, operations, recorded } = self;
        write!(f, "THREADLAB_SEED={seed} operations={operations} recorded={recorded}")
    }
}

impl Load {
    /// The runs of a test.
    fn usual() -> [Self; 2] {
        let seed = match option_env!("THREADLAB_SEED") {
            Some(seed) => seed.parse().expect("THREADLAB_SEED is a whole number"),
            None => fresh_seed(),
        };
        [
            Self { seed, operations: RECORDED, recorded: true },
            Self { seed, operations: UNRECORDED, recorded: false },
        ]
    }

    fn read(arguments: &str) -> Self {
        let mut values = arguments.split(' ').filter_map(|part| part.split_once('=')).map(|(_, value)| value);
        let mut next = || values.next().expect("a load's own words");
        Self {
            seed: next().parse().expect("a number"),
            operations: next().parse().expect("a number"),
            recorded: next() == "true",
        }
    }

    /// A load of fewer operations, for objects whose operations take longer.
    fn shared_by(self, by: u32) -> Self {
        Self { operations: (self.operations / by).max(1), ..self }
    }

    fn dice(self) -> Dice {
        Dice(self.seed)
    }

    /// How many threads there are, from `least` on.
    fn threads(self, least: u32) -> u32 {
        let most = if self.recorded { 8 } else { 32 };
        self.dice().between(least, most)
    }

    /// Has so many threads do `body` with their number and their dice, and waits for them. `body` does all operations
    /// of its thread; their number is what it is given last.
    fn team(self, threads: u32, body: impl Fn(u32, &mut Dice, u32) + Send + Sync + 'static) {
        let (body, share) = (Arc::new(body), self.operations.div_ceil(threads));
        let members = (0..threads).map(|number| {
            let body = Arc::clone(&body);
            spawn(move || {
                let mut dice = Dice(self.seed ^ u64::from(number + 1).wrapping_mul(0xD1B5_4A32_D192_ED03));
                let mut work = || body(number, &mut dice, share);
                if self.recorded { work() } else { untraced(work) }
            })
        });
        end(members.collect());
    }
}

/// Waits for threads in the order in which they end, so that one that fails is heard although others wait for it.
fn end(mut threads: Vec<JoinHandle<()>>) {
    while !threads.is_empty() {
        threads.retain(|thread| match untraced(|| thread.join_timeout(Duration::from_millis(1))) {
            Ok(()) => false,
            Err(JoinError::TimedOut { .. }) => true,
            Err(error) => panic!("{error}"),
        });
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn fresh_seed() -> u64 {
    use std::hash::{BuildHasher, Hasher, RandomState};
    RandomState::new().build_hasher().finish() >> 16
}

#[cfg(target_arch = "wasm32")]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "any number will do")]
fn fresh_seed() -> u64 {
    (js_sys::Math::random() * 1e14) as u64
}

/// Random numbers that a seed determines: the generator SplitMix64 of Steele, Lea and Flood (2014).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from `least` to `most`.
    fn between(&mut self, least: u32, most: u32) -> u32 {
        let span = u64::from(most - least) + 1;
        least + u32::try_from(self.next() % span).unwrap_or(0)
    }

    /// True once in so many times.
    fn one_in(&mut self, times: u32) -> bool {
        self.between(1, times) == 1
    }

    /// A time that may be over at once, and lets a wait end by it now and then.
    fn timeout(&mut self) -> Duration {
        Duration::from_micros(u64::from(self.between(0, 300)))
    }

    /// Keeps busy for a moment, so that others come meanwhile.
    fn dawdle(&mut self) {
        for _ in 0..self.between(0, 30) {
            std::hint::spin_loop();
        }
        if self.one_in(64) {
            std::thread::yield_now();
        }
    }
}

/// A count that loses additions when two threads add at once: what a lock is for.
#[derive(Default)]
struct Fragile(AtomicU32);

impl Fragile {
    fn add(&self, dice: &mut Dice) {
        let seen = self.0.load(Ordering::Relaxed);
        dice.dawdle();
        self.0.store(seen.wrapping_add(1), Ordering::Relaxed);
    }

    fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}
