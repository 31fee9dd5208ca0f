//! The words that processes meet at, under every interleaving that loom can find.
//!
//! Run by `cargo xtask test --only loom`.
#![cfg(loom)]

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;
use std::time::Duration;
use threadlab_kernel::{Admission, Gate, Pid, Refusal};
use threadlab_threads::futex::{self, Wait};
use threadlab_threads::sync::word::{Inner, inner};

const ME: Pid = Pid::from_raw(5);

/// A door, and what is done behind it. Loom fails the test when two get at it at once, or one does that does not see
/// what another did.
struct Room {
    door: Admission,
    inside: [UnsafeCell<u32>; 2],
}

impl Room {
    fn new() -> Arc<Self> {
        let room = Self { door: Admission::new(), inside: [UnsafeCell::new(0), UnsafeCell::new(0)] };
        room.door.open(ME);
        Arc::new(room)
    }

    fn visit(&self, part: usize) -> Result<(), Refusal> {
        self.door.enter(ME)?;
        self.inside[part].with_mut(|count| {
            // SAFETY: each part has one visitor, and it is looked at when nobody is inside; loom checks that.
            unsafe { *count += 1 }
        });
        self.door.leave();
        Ok(())
    }

    fn end(&self) -> u32 {
        assert!(self.door.shut(ME));
        while !self.door.is_empty(ME) {
            thread::yield_now();
        }
        self.inside
            .iter()
            .map(|part| {
                part.with(|count| {
                    // SAFETY: as above.
                    unsafe { *count }
                })
            })
            .sum()
    }
}

#[test]
fn nobody_is_inside_once_the_room_is_empty_and_what_was_done_is_seen() {
    loom::model(|| {
        let room = Room::new();
        let visitors: Vec<_> = (0..2)
            .map(|part| {
                let room = Arc::clone(&room);
                thread::spawn(move || room.visit(part).is_ok())
            })
            .collect();
        let seen = room.end();
        let let_in = visitors.into_iter().map(|visitor| u32::from(visitor.join().unwrap())).sum();
        assert_eq!(seen, let_in);
        assert_eq!(room.visit(0), Err(Refusal::Killed));
    });
}

#[test]
fn who_comes_again_is_let_in_until_the_door_is_shut() {
    loom::model(|| {
        let room = Room::new();
        let visitor = {
            let room = Arc::clone(&room);
            thread::spawn(move || (0..2).filter(|_| room.visit(0).is_ok()).count())
        };
        let seen = room.end();
        assert_eq!(visitor.join().unwrap(), seen as usize);
    });
}

/// Permits, and a gate for those who wait for one.
struct Permits {
    count: Inner<u32>,
    gate: Gate,
}

impl Permits {
    fn new() -> Arc<Self> {
        Arc::new(Self { count: inner(0), gate: Gate::new() })
    }

    fn try_take(&self) -> Result<(), u32> {
        let mut count = self.count.lock();
        if *count == 0 {
            return Err(self.gate.note());
        }
        *count -= 1;
        Ok(())
    }

    fn take(&self) {
        while let Err(noted) = self.try_take() {
            self.gate.sleep(noted, None);
        }
    }

    fn give(&self, permits: u32, wake: u32) {
        let mut count = self.count.lock();
        *count += permits;
        self.gate.changed(wake);
    }
}

fn takers(permits: &Arc<Permits>, number: usize) -> Vec<thread::JoinHandle<()>> {
    (0..number)
        .map(|_| {
            let permits = Arc::clone(permits);
            thread::spawn(move || permits.take())
        })
        .collect()
}

#[test]
fn a_sleeper_is_woken_by_a_change() {
    loom::model(|| {
        let permits = Permits::new();
        let takers = takers(&permits, 1);
        permits.give(1, 1);
        takers.into_iter().for_each(|taker| taker.join().unwrap());
    });
}

#[test]
fn each_of_two_changes_wakes_one_sleeper() {
    loom::model(|| {
        let permits = Permits::new();
        let takers = takers(&permits, 2);
        permits.give(1, 1);
        permits.give(1, 1);
        takers.into_iter().for_each(|taker| taker.join().unwrap());
    });
}

#[test]
fn a_change_wakes_all_sleepers() {
    loom::model(|| {
        let permits = Permits::new();
        let takers = takers(&permits, 2);
        permits.give(2, u32::MAX);
        takers.into_iter().for_each(|taker| taker.join().unwrap());
    });
}

#[test]
fn a_sleeper_that_gives_up_takes_no_wake_from_others() {
    loom::model(|| {
        let permits = Permits::new();
        let takers = takers(&permits, 1);
        let hasty = {
            let permits = Arc::clone(&permits);
            thread::spawn(move || {
                let Err(noted) = permits.try_take() else {
                    permits.give(1, 1);
                    return;
                };
                if permits.gate.sleep(noted, Some(Duration::from_hours(1))) != Wait::TimedOut
                    && permits.try_take().is_ok()
                {
                    permits.give(1, 1);
                }
            })
        };
        futex::expire(permits.gate.word());
        permits.give(1, 1);
        takers.into_iter().for_each(|taker| taker.join().unwrap());
        // It may have fallen asleep after the only permit was taken.
        permits.give(1, u32::MAX);
        hasty.join().unwrap();
    });
}
