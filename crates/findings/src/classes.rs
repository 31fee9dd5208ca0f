//! Sorting values into equal classes.

use crate::steps::round_step;

/// The fewest classes that are tried for, and the most.
const FEWEST: u32 = 8;
const MOST: u32 = 24;

/// Values that are at least `from` and less than `to`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Class {
    /// The least value of the class.
    pub from: f64,
    /// The least value of the next class.
    pub to: f64,
    /// How many values are in it.
    pub count: usize,
}

/// Sorts values into classes that have round limits and are all of the same width: about as many classes as the square
/// root of the number of values, from the least value's to the greatest's. What is not finite is left out.
///
/// ```
/// let classes = threadlab_findings::classes(&[0.5, 1.5, 1.6, 7.0]);
/// assert_eq!(classes.iter().map(|class| class.count).collect::<Vec<_>>(), [1, 2, 0, 0, 0, 0, 0, 1]);
/// assert_eq!((classes[1].from, classes[1].to), (1.0, 2.0));
/// ```
pub fn classes(values: &[f64]) -> Vec<Class> {
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let Some(least) = finite().reduce(f64::min) else { return Vec::new() };
    let greatest = finite().fold(least, f64::max);
    let tried = u32::try_from(values.len().isqrt()).unwrap_or(MOST).clamp(FEWEST, MOST);
    let step =
        if greatest > least { round_step(greatest - least, tried) } else { round_step(greatest.abs(), 10) };
    let start = (least / step).floor() * step;
    // Values so large that a step is nothing beside them are all in the first class.
    let place = |value: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts saturate")]
        let place = ((value - start) / step) as usize;
        place.min(MOST as usize + 1)
    };
    #[expect(clippy::cast_precision_loss, reason = "a few dozens at most")]
    let limit = |place: usize| start + step * place as f64;
    let mut classes: Vec<_> = (0..=place(greatest))
        .map(|place| Class { from: limit(place), to: limit(place + 1), count: 0 })
        .collect();
    for value in finite() {
        classes[place(value)].count += 1;
    }
    classes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_has_no_classes() {
        assert!(classes(&[]).is_empty());
        assert!(classes(&[f64::NAN, f64::INFINITY]).is_empty());
    }

    #[test]
    fn equal_values_are_one_class_around_them() {
        for value in [0.0, 0.003, 5.0, 1e15, -40.0] {
            let classes = classes(&[value; 9]);
            assert_eq!(classes.len(), 1, "{value}");
            assert_eq!(classes[0].count, 9);
            assert!(classes[0].from <= value && value < classes[0].to, "{classes:?}");
        }
    }

    #[test]
    fn extreme_values_are_counted() {
        for values in [[f64::MIN, f64::MAX], [0.0, f64::MIN_POSITIVE], [1e300, 1e300 + 1e284], [-1e-9, 1e9]] {
            let classes = classes(&values);
            assert_eq!(classes.iter().map(|class| class.count).sum::<usize>(), 2, "{values:?}");
        }
    }

    proptest! {
        #[test]
        fn every_value_is_in_its_class(values in prop::collection::vec(-1e6..1e6, 1..400)) {
            let classes = classes(&values);
            prop_assert!(classes.len() <= MOST as usize + 2);
            // Limits are sums, so they may be off by a rounding.
            let within = |class: &Class| {
                values.iter().filter(|&&value| class.from - 1e-6 <= value && value < class.to + 1e-6).count()
            };
            for class in &classes {
                prop_assert!(class.count <= within(class));
            }
            prop_assert_eq!(classes.iter().map(|class| class.count).sum::<usize>(), values.len());
            prop_assert!(classes[0].count > 0 && classes[classes.len() - 1].count > 0);
        }
    }
}
