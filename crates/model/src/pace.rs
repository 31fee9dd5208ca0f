//! How fast program time passes, in which sleeps and timers are measured.

use crate::limits::MAX_PACES;

/// Program time beside the time of events: it passes as many times faster as the run's time scale says, which can change
/// while a run goes on. What is asked is asked of two moments of a run; program time has no beginning of its own.
///
/// ```
/// let mut pace = threadlab_model::Pace::default();
/// pace.set(100, 2.0);
/// assert_eq!(pace.between(90, 110), 30.0);
/// assert_eq!(pace.after(90, 30.0), Some(110));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Pace {
    /// From when on it has which pace, in order, at least one.
    changes: Vec<Change>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Change {
    /// Microseconds since the run's epoch.
    time: u64,
    factor: f64,
}

impl Default for Pace {
    /// As fast as real time.
    fn default() -> Self {
        Self { changes: vec![Change { time: 0, factor: 1.0 }] }
    }
}

impl Pace {
    /// From `time` (microseconds since the run's epoch) on, so many microseconds of program time pass in one of real time.
    /// Does nothing where that is no positive number. A change before the latest one counts from that one on. Of very many
    /// changes the earliest are forgotten.
    pub fn set(&mut self, time: u64, factor: f64) {
        let usable = factor.is_finite() && factor > 0.0;
        let Some(last) = self.changes.last_mut().filter(|_| usable) else { return };
        if time <= last.time {
            last.factor = factor;
        } else if factor.total_cmp(&last.factor).is_ne() {
            self.changes.push(Change { time, factor });
        }
        if self.changes.len() > MAX_PACES {
            self.changes.remove(0);
        }
    }

    /// How many microseconds of program time pass from one moment of the run to another, 0 if that is not later.
    pub fn between(&self, from: u64, to: u64) -> f64 {
        self.stretches(from).map_while(|stretch| stretch.before(to)).map(Stretch::program).sum()
    }

    /// The moment of the run at which so many microseconds of program time have passed since another one. `None` beyond the
    /// end of time.
    pub fn after(&self, from: u64, program: f64) -> Option<u64> {
        let mut left = program;
        for stretch in self.stretches(from) {
            if left <= stretch.program() {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates")]
                let more = (left.max(0.0) / stretch.factor).round() as u64;
                return stretch.from.checked_add(more);
            }
            left -= stretch.program();
        }
        None
    }

    /// The stretches of constant pace from a moment on.
    fn stretches(&self, from: u64) -> impl Iterator<Item = Stretch> {
        // What was before the first one is not known, so it is taken to be like that.
        let current = self.changes.partition_point(|change| change.time <= from).saturating_sub(1);
        let changes = &self.changes[current..];
        let ends = changes.iter().skip(1).map(|change| change.time).chain([u64::MAX]);
        changes.iter().zip(ends).enumerate().map(move |(place, (change, to))| Stretch {
            from: if place == 0 { from } else { change.time },
            to,
            factor: change.factor,
        })
    }
}

/// A time of constant pace.
#[derive(Clone, Copy)]
struct Stretch {
    from: u64,
    to: u64,
    factor: f64,
}

impl Stretch {
    /// The part before a moment, if there is one.
    fn before(self, moment: u64) -> Option<Self> {
        (self.from < moment).then_some(Self { to: self.to.min(moment), ..self })
    }

    /// How many microseconds of program time pass in it.
    #[expect(clippy::cast_precision_loss, reason = "microseconds of a run are far fewer than 2^52")]
    fn program(self) -> f64 {
        self.to.saturating_sub(self.from) as f64 * self.factor
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn changing() -> Pace {
        let mut pace = Pace::default();
        pace.set(100, 2.0);
        pace.set(200, 0.5);
        pace
    }

    #[test]
    fn program_time_passes_at_the_pace_of_each_moment() {
        let pace = changing();
        for (from, to, program) in
            [(0, 50, 50.0), (50, 150, 150.0), (90, 300, 260.0), (220, 240, 10.0), (240, 220, 0.0)]
        {
            assert!((pace.between(from, to) - program).abs() < 1e-9, "{from} to {to}");
        }
    }

    #[test]
    fn moments_are_found_by_the_time_until_them() {
        let pace = changing();
        assert_eq!(pace.after(50, 150.0), Some(150));
        assert_eq!(pace.after(90, 260.0), Some(300));
        assert_eq!(pace.after(90, 0.0), Some(90));
        assert_eq!(pace.after(u64::MAX - 1, 1e30), None);
    }

    #[test]
    fn what_makes_no_sense_changes_nothing() {
        let mut pace = changing();
        for factor in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            pace.set(300, factor);
        }
        assert_eq!(pace, changing());
    }

    #[test]
    fn a_change_comes_no_earlier_than_the_one_before() {
        let mut pace = changing();
        pace.set(150, 4.0);
        assert!((pace.between(150, 250) - (100.0 + 200.0)).abs() < 1e-9);
    }

    #[test]
    fn many_changes_are_forgotten_from_the_first_on() {
        let mut pace = Pace::default();
        for time in 1..=1_000 {
            pace.set(time, if time % 2 == 0 { 1.0 } else { 3.0 });
        }
        assert_eq!(pace.changes.len(), MAX_PACES);
        assert!((pace.between(998, 1_000) - 4.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn the_two_questions_fit(
            changes in proptest::collection::vec((0_u64..1_000_000, 0.1..20.0), 0..9), from in 0_u64..1_000_000,
            span in 0_u64..1_000_000
        ) {
            let mut pace = Pace::default();
            for (time, factor) in changes {
                pace.set(time, factor);
            }
            let to = from + span;
            prop_assert!(pace.after(from, pace.between(from, to)).unwrap().abs_diff(to) <= 1);
        }
    }
}
