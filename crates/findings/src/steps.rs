//! Round numbers at equal distances, for axes and classes.

/// The smallest of 1, 2 and 5 times a power of ten that fits into `span` at most `most` times; 1 where the span is none.
pub fn round_step(span: f64, most: u32) -> f64 {
    let least = span / f64::from(most.max(1));
    // Neither is NaN.
    if !least.is_finite() || least <= 0.0 {
        return 1.0;
    }
    // Far from where powers of ten lose their digits.
    let least = least.clamp(1e-200, 1e200);
    // Not by logarithms, which would be a kilobyte of what people download of the page.
    let mut power = 1.0;
    while power * 10.0 <= least {
        power *= 10.0;
    }
    while power > least {
        power /= 10.0;
    }
    // A hair's breadth for what the divisions above have lost.
    let fits = |step: &f64| *step >= least * (1.0 - 1e-9);
    [power, 2.0 * power, 5.0 * power].into_iter().find(fits).unwrap_or(10.0 * power)
}

/// The decimals that multiples of a step have, at most 12.
const MOST_DECIMALS: usize = 12;

/// A multiple of `step` as text, with as many decimals as any multiple of it needs and thousands set apart: `-0.50`,
/// `12,000`.
pub fn in_steps(value: f64, step: f64) -> String {
    let (mut decimals, mut scaled) = (0, step);
    while decimals < MOST_DECIMALS && (scaled - scaled.round()).abs() > 1e-6 * scaled.abs() {
        decimals += 1;
        scaled *= 10.0;
    }
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::new();
    // Nothing but zeros has no sign.
    if value < 0.0 && text.contains(|letter| !matches!(letter, '0' | '.')) {
        grouped.push('-');
    }
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn steps_are_round() {
        let steps = [(10.0, 5), (11.0, 5), (7.0, 8), (0.9, 5), (0.0023, 4), (60_000.0, 6), (2.1, 1)];
        let steps = steps.map(|(span, most)| round_step(span, most));
        let expected = [2.0, 5.0, 1.0, 0.2, 0.001, 10_000.0, 5.0];
        for (step, expected) in steps.into_iter().zip(expected) {
            assert!((step / expected - 1.0_f64).abs() < 1e-9, "{step} {expected}");
        }
    }

    #[test]
    fn no_span_has_a_step_too() {
        for span in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!((round_step(span, 5) - 1.0).abs() < f64::EPSILON, "{span}");
        }
        assert!(round_step(f64::MAX, 0).is_finite());
        assert!(round_step(f64::MIN_POSITIVE, 5) > 0.0);
    }

    #[test]
    fn multiples_are_written_alike() {
        let texts =
            [(0.5, 0.25), (3.0, 1.0), (-0.1, 0.1), (1_234_567.0, 5.0), (-1000.0, 500.0), (-1e-17, 0.5)];
        let texts = texts.map(|(value, step)| in_steps(value, step));
        assert_eq!(texts, ["0.50", "3", "-0.1", "1,234,567", "-1,000", "0.0"]);
    }

    proptest! {
        #[test]
        fn a_step_fits_as_often_as_it_may_and_not_much_less(span in 1e-9..1e12, most in 1_u32..40) {
            let times = span / round_step(span, most);
            let most = f64::from(most);
            prop_assert!(times <= most * 1.000_001 && times > most / 2.6, "{times}");
        }
    }
}
