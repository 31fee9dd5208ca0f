//! What stands along an edge of a chart: its limits and its ticks.

use crate::drawable;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use std::ops::Range;
use threadlab_findings::{in_steps, round_step};

/// How many ticks are tried for, and then fewer and fewer until their labels have room.
const MOST_TICKS: u32 = 10;

/// Ticks that are ever drawn.
const LIMIT: usize = 64;

/// From this on, and with steps below this, numbers are written with an exponent.
const LARGE: f64 = 1e7;
const SMALL: f64 = 1e-4;

/// What an axis shows.
pub enum Along<'a> {
    /// Values that are measured from zero, within round limits.
    FromZero(Vec<f64>),
    /// Values from the least to the greatest.
    Between(Vec<f64>),
    /// A place for each name.
    Names(&'a [&'a str]),
}

/// An axis with its ticks.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The lower limit.
    pub from: f64,
    /// The upper limit, which is greater.
    pub to: f64,
    /// Where the ticks are, in ascending order, and what is written beside them.
    pub ticks: Vec<(f64, String)>,
}

impl Axis {
    /// The axis with as many ticks as `fits` finds room for.
    pub fn fitting(along: &Along<'_>, fits: impl Fn(&Self) -> bool) -> Self {
        let tries = (1..=MOST_TICKS).rev().map(|most| Self::with_ticks(along, most));
        let mut last = None;
        for axis in tries {
            if fits(&axis) {
                return axis;
            }
            last = Some(axis);
        }
        last.unwrap_or_else(|| Self::with_ticks(along, 1))
    }

    /// The axis with about this many ticks at most.
    fn with_ticks(along: &Along<'_>, most: u32) -> Self {
        match along {
            Along::FromZero(values) => {
                let (least, greatest) = limits(values).unwrap_or((0.0, 1.0));
                let (least, greatest) = (least.min(0.0), greatest.max(0.0));
                let span = greatest - least;
                let step = step(if span > 0.0 { span } else { 1.0 }, most, values);
                let to = ((greatest / step).ceil() * step).max(greatest);
                let from = ((least / step).floor() * step).min(least);
                Self::ticked(from, if to > from { to } else { from + step }, step)
            }
            Along::Between(values) => {
                let (mut from, mut to) = limits(values).unwrap_or((0.0, 1.0));
                // Time that begins a little late began at zero.
                if from > 0.0 && from < 0.1 * to && !are_whole(values) {
                    from = 0.0;
                }
                if from >= to {
                    let room = if are_whole(values) { 1.0 } else { 0.5 * from.abs() };
                    // Neither must be lost beside the value.
                    let room = room.max(from.abs() * 1e-9);
                    (from, to) = (from - room, to + room);
                }
                Self::ticked(from, to, step(to - from, most, values))
            }
            Along::Names(names) => {
                let every = names.len().div_ceil(most as usize * 2).max(1);
                #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53")]
                let middle = |place: usize| place as f64 + 0.5;
                let ticks = names.iter().enumerate().step_by(every);
                let ticks = ticks.map(|(place, name)| (middle(place), (*name).to_owned())).collect();
                Self { from: 0.0, to: middle(names.len().max(1)) - 0.5, ticks }
            }
        }
    }

    fn ticked(from: f64, to: f64, step: f64) -> Self {
        let first = (from / step - 1e-6).ceil();
        #[expect(clippy::cast_precision_loss, reason = "a few dozens")]
        let places = (0..LIMIT).map(|place| (first + place as f64) * step);
        let ticks = places.take_while(|&at| at <= to + step * 1e-6);
        let ticks =
            ticks.map(|at| (at.clamp(from, to), number(at, step, from.abs().max(to.abs())))).collect();
        Self { from, to, ticks }
    }

    /// The axis with its labels changed.
    pub fn labelled(mut self, change: impl Fn(&str) -> String) -> Self {
        for (_, label) in &mut self.ticks {
            *label = change(label);
        }
        self
    }

    /// The labels.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.ticks.iter().map(|(_, label)| label.as_str())
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (first, last): (i32, i32)) -> i32 {
        let share = (value - self.from) / (self.to - self.from);
        #[expect(clippy::cast_possible_truncation, reason = "casts saturate")]
        let place = (f64::from(first) + share * f64::from(last - first)).round() as i32;
        place
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // There are no lines between ticks.
        let are_ticks = !hint.weight().allow_light_points();
        self.ticks.iter().filter(|_| are_ticks).map(|&(at, _)| at).collect()
    }

    fn range(&self) -> Range<f64> {
        self.from..self.to
    }
}

impl ValueFormatter<f64> for Axis {
    /// What is written beside the tick that is nearest to a value.
    fn format_ext(&self, value: &f64) -> String {
        let nearest = self.ticks.iter().min_by(|a, b| (a.0 - value).abs().total_cmp(&(b.0 - value).abs()));
        nearest.map_or_else(String::new, |(_, label)| label.clone())
    }
}

/// A multiple of `step` as text, beside others that go up to `greatest`.
pub fn number(value: f64, step: f64, greatest: f64) -> String {
    if greatest <= 0.0 || greatest < LARGE && step >= SMALL {
        return in_steps(value, step);
    }
    if value.abs() < 0.5 * step {
        return "0".to_owned();
    }
    let exponent = greatest.log10().floor();
    let power = 10_f64.powf(exponent);
    format!("{}e{exponent}", in_steps(value / power, step / power))
}

/// A round step; whole numbers have no ticks between them.
fn step(span: f64, most: u32, values: &[f64]) -> f64 {
    let step = round_step(span, most);
    if are_whole(values) { step.max(1.0) } else { step }
}

fn are_whole(values: &[f64]) -> bool {
    values.iter().all(|value| value.fract() == 0.0)
}

fn limits(values: &[f64]) -> Option<(f64, f64)> {
    let mut values = values.iter().copied().filter_map(drawable);
    let first = values.next()?;
    Some(values.fold((first, first), |(least, greatest), value| (least.min(value), greatest.max(value))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn axis(along: &Along<'_>, most: usize) -> Axis {
        Axis::fitting(along, |axis| axis.ticks.len() <= most)
    }

    fn labels(along: &Along<'_>, most: usize) -> Vec<String> {
        axis(along, most).labels().map(str::to_owned).collect()
    }

    #[test]
    fn counts_have_whole_ticks() {
        assert_eq!(labels(&Along::Between(vec![1.0, 4.0]), 20), ["1", "2", "3", "4"]);
        assert_eq!(labels(&Along::FromZero(vec![1.0, 2.0]), 20), ["0", "1", "2"]);
        assert_eq!(labels(&Along::Between(vec![1.0, 16.0]), 5), ["5", "10", "15"]);
    }

    #[test]
    fn measurements_are_within_round_limits() {
        let values = || Along::FromZero(vec![0.31, 0.52]);
        assert_eq!(labels(&values(), 7), ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6"]);
        assert!((axis(&values(), 7).to - 0.6).abs() < 1e-9);
        assert_eq!(labels(&Along::FromZero(vec![-3.0, 4.5]), 5), ["-5", "0", "5"]);
    }

    #[test]
    fn without_values_there_is_an_axis() {
        for along in [Along::FromZero(vec![]), Along::Between(vec![]), Along::Names(&[])] {
            let axis = axis(&along, 5);
            assert!(axis.from < axis.to, "{axis:?}");
        }
        assert_eq!(labels(&Along::FromZero(vec![0.0]), 5), ["0", "1"]);
    }

    #[test]
    fn of_too_many_names_some_are_left_out() {
        let names = ["a", "b", "c", "d", "e"];
        assert_eq!(labels(&Along::Names(&names), 5), names);
        assert_eq!(labels(&Along::Names(&names), 3), ["a", "c", "e"]);
        assert_eq!(axis(&Along::Names(&names), 3).format_ext(&2.4), "c");
    }

    #[test]
    fn numbers_out_of_the_ordinary_have_an_exponent() {
        assert_eq!(labels(&Along::FromZero(vec![3e12]), 4), ["0", "1e12", "2e12", "3e12"]);
        assert_eq!(labels(&Along::FromZero(vec![0.000_02]), 3), ["0", "1e-5", "2e-5"]);
    }

    proptest! {
        #[test]
        fn all_values_are_within_the_limits_and_so_are_the_ticks(
            values in prop::collection::vec(prop_oneof![-1e3..1e3, -1e150..1e150, -1e-140..1e-140], 1..9),
            most in 1_usize..12,
        ) {
            for along in [Along::FromZero(values.clone()), Along::Between(values.clone())] {
                let axis = axis(&along, most);
                prop_assert!(axis.from < axis.to, "{:?}", axis);
                prop_assert!(values.iter().all(|value| (axis.from..=axis.to).contains(value)), "{:?}", axis);
                prop_assert!(axis.ticks.iter().all(|(at, _)| (axis.from..=axis.to).contains(at)), "{:?}", axis);
                prop_assert!(axis.ticks.is_sorted_by(|a, b| a.0 < b.0), "{:?}", axis);
            }
        }
    }
}
