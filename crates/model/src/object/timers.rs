//! Timers that are pending, and what became of others.

use std::collections::VecDeque;

use threadlab_trace::ThreadId;

use crate::limits::{MAX_ENDED_TIMERS, MAX_NAME_BYTES, MAX_NUMBERS, clip};

/// All timers of a process. All are counted, but only so many as [`MAX_NUMBERS`] that are pending are known singly, and
/// [`MAX_ENDED_TIMERS`] that are not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timers {
    pending: VecDeque<Timer>,
    others: u64,
    ended: VecDeque<Timer>,
    fired: u64,
    cancelled: u64,
}

/// A timer that was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timer {
    number: u32,
    order: u64,
    name: Box<str>,
    started: u64,
    delay: u64,
    end: Option<TimerEnd>,
}

/// What became of a timer, and when, in microseconds since the process's epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimerEnd {
    /// It ran its function from then on.
    Fired(u64),
    /// Its function will never run.
    Cancelled(u64),
}

impl Timer {
    pub(crate) fn new(number: u32, name: &str, started: u64, delay: u64) -> Self {
        Self { number, order: 0, name: clip(name, MAX_NAME_BYTES).into(), started, delay, end: None }
    }

    /// The thread on which its function runs; it has no events before that.
    pub const fn thread(&self) -> ThreadId {
        ThreadId(self.number)
    }

    /// How many timers of the process were started before it.
    pub const fn order(&self) -> u64 {
        self.order
    }

    /// That thread's name when the timer was started.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When it was started, in microseconds since the process's epoch.
    pub const fn started(&self) -> u64 {
        self.started
    }

    /// How long after its start its function was to run, at the earliest, in microseconds of program time.
    pub const fn delay(&self) -> u64 {
        self.delay
    }

    /// What became of it, or `None` while it is pending.
    pub const fn end(&self) -> Option<TimerEnd> {
        self.end
    }
}

impl Timers {
    /// How many are pending.
    pub fn count(&self) -> u64 {
        self.pending.len() as u64 + self.others
    }

    /// Those of the pending ones that are known singly, in the order in which they were started.
    pub fn pending(&self) -> impl DoubleEndedIterator<Item = &Timer> + ExactSizeIterator {
        self.pending.iter()
    }

    /// Those that fired or were cancelled last, in the order in which they did.
    pub fn ended(&self) -> impl DoubleEndedIterator<Item = &Timer> + ExactSizeIterator {
        self.ended.iter()
    }

    /// How many have fired.
    pub const fn fired(&self) -> u64 {
        self.fired
    }

    /// How many were cancelled.
    pub const fn cancelled(&self) -> u64 {
        self.cancelled
    }

    pub(crate) fn add(&mut self, timer: Timer) {
        let order = self.count() + self.fired + self.cancelled;
        if self.pending.len() < MAX_NUMBERS {
            self.pending.push_back(Timer { order, ..timer });
        } else {
            self.others += 1;
        }
    }

    /// A timer is not pending any more; returns whether it can have been.
    pub(crate) fn end_one(&mut self, number: u32, end: TimerEnd) -> bool {
        // Most are among the first or the last.
        let at = match self.pending.back() {
            Some(last) if last.number == number => Some(self.pending.len() - 1),
            _ => self.pending.iter().position(|timer| timer.number == number),
        };
        if let Some(timer) = at.and_then(|at| self.pending.remove(at)) {
            if self.ended.len() == MAX_ENDED_TIMERS {
                self.ended.pop_front();
            }
            self.ended.push_back(Timer { end: Some(end), ..timer });
        } else if self.others > 0 {
            self.others -= 1;
        } else {
            return false;
        }
        match end {
            TimerEnd::Fired(_) => self.fired += 1,
            TimerEnd::Cancelled(_) => self.cancelled += 1,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_the_limits_timers_are_only_counted() {
        let mut timers = Timers::default();
        let limit = u32::try_from(MAX_NUMBERS).unwrap();
        (0..limit + 2).for_each(|number| timers.add(Timer::new(number, "t", 0, 1)));
        assert_eq!((timers.count(), timers.pending().len()), (u64::from(limit) + 2, MAX_NUMBERS));
        for number in 0..limit {
            assert!(timers.end_one(number, TimerEnd::Fired(9)));
            assert!(timers.ended().len() <= MAX_ENDED_TIMERS);
        }
        let last = timers.ended().next_back().unwrap();
        assert_eq!((last.thread(), last.order()), (ThreadId(limit - 1), u64::from(limit) - 1));
        assert!(
            timers.end_one(limit, TimerEnd::Cancelled(9)) && timers.end_one(limit + 1, TimerEnd::Fired(9))
        );
        assert!(!timers.end_one(3, TimerEnd::Fired(9)), "it has gone");
        assert_eq!((timers.count(), timers.fired(), timers.cancelled()), (0, u64::from(limit) + 1, 1));
    }

    #[test]
    fn long_names_are_cut() {
        let timer = Timer::new(1, &"long ".repeat(1_000), 0, 0);
        assert!(timer.name().len() <= MAX_NAME_BYTES + 3 && timer.name().ends_with('…'));
    }
}
