//! Where the marks of a time axis are.

use std::ops::Range;

/// One mark of a time axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tick {
    /// Its time in microseconds.
    pub time: u64,
    /// What is written beside it.
    pub label: String,
}

/// The marks of `window` (microseconds), at most `most` of them, at round times.
pub fn ticks(window: Range<u64>, most: u32) -> Vec<Tick> {
    let step = round_step((window.end.saturating_sub(window.start)).div_ceil(u64::from(most.max(1))));
    let first = window.start.div_ceil(step);
    (0..=u64::from(most))
        .map_while(|number| first.checked_add(number)?.checked_mul(step))
        .take_while(|&time| time < window.end)
        .map(|time| Tick { time, label: label(time, step) })
        .collect()
}

/// The least of 1, 2, 5, 10, 20, 50… that is at least `least`.
fn round_step(least: u64) -> u64 {
    let mut power = 1_u64;
    loop {
        for factor in [1, 2, 5] {
            let step = power.saturating_mul(factor);
            if step >= least {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

/// A time with as many places as its axis needs, in the unit that suits the steps.
fn label(time: u64, step: u64) -> String {
    match step {
        1_000_000.. => format!("{} s", time / 1_000_000),
        100_000.. => format!("{}.{} s", time / 1_000_000, time / 100_000 % 10),
        10_000.. => format!("{}.{:02} s", time / 1_000_000, time / 10_000 % 100),
        1_000.. => format!("{}.{:03} s", time / 1_000_000, time / 1_000 % 1_000),
        _ => format!("{}.{:06} s", time / 1_000_000, time % 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(window: Range<u64>, most: u32) -> Vec<String> {
        ticks(window, most).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn marks_are_at_round_times() {
        assert_eq!(labels(0..5_000_000, 6), ["0 s", "1 s", "2 s", "3 s", "4 s"]);
        assert_eq!(labels(1_300_000..2_100_000, 4), ["1.4 s", "1.6 s", "1.8 s", "2.0 s"]);
        assert_eq!(labels(5..25, 4), ["0.000005 s", "0.000010 s", "0.000015 s", "0.000020 s"]);
    }

    #[test]
    fn extreme_windows_give_few_marks() {
        for window in [0..0, 0..1, 0..u64::MAX, u64::MAX - 1..u64::MAX] {
            assert!(ticks(window, 8).len() <= 9);
        }
    }
}
