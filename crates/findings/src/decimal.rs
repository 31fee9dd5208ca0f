//! Reading decimal numbers as people write them.

/// Digits that count; further ones change nothing that a parameter could tell.
const MOST_DIGITS: u32 = 19;

/// The number that a text such as `-0.25`, `3` or `.5` stands for, or `None` if it is none. The nearest `f64`, so that a
/// number's own text gives it back.
///
/// The standard library's way reads every number there is, with exponents, and brings along tables which would be a
/// sixteenth of what people download of the page.
pub fn decimal(text: &str) -> Option<f64> {
    let (negative, text) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] | rest => (false, rest),
    };
    let (mut digits, mut scale, mut point, mut seen, mut used) = (0_u64, 1_u64, false, false, 0);
    for &byte in text {
        match byte {
            b'.' if !point => point = true,
            b'0'..=b'9' => {
                seen = true;
                if used < MOST_DIGITS {
                    digits = digits * 10 + u64::from(byte - b'0');
                    used += u32::from(digits > 0 || point);
                    scale *= if point { 10 } else { 1 };
                } else if !point {
                    // So large that it is out of any range.
                    digits = u64::MAX;
                }
            }
            _ => return None,
        }
    }
    let number = ratio(digits, scale);
    seen.then_some(if negative { -number } else { number })
}

/// The `f64` nearest to `digits / scale`, ties to even.
fn ratio(digits: u64, scale: u64) -> f64 {
    if digits == 0 {
        return 0.0;
    }
    // With the highest bit at the top the quotient has at least 63 bits, more than an `f64` can have; what is left over
    // can then only decide between the two nearest, for which one bit at the end is enough.
    let shift = u128::from(digits).leading_zeros();
    let raised = u128::from(digits) << shift;
    let scale = u128::from(scale);
    let quotient = (raised / scale) | u128::from(!raised.is_multiple_of(scale));
    #[expect(clippy::cast_precision_loss, reason = "this is where it is rounded")]
    let rounded = quotient as f64;
    // A power of two, so nothing is rounded again.
    rounded * f64::from_bits(u64::from(1023 - shift) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_as_people_write_them() {
        let read = ["0", "2", "0.5", ".5", "5.", "+1.25", "-3", "007", "0.1", "123456.789"].map(decimal);
        let numbers = [0.0, 2.0, 0.5, 0.5, 5.0, 1.25, -3.0, 7.0, 0.1, 123_456.789];
        assert_eq!(read, numbers.map(Some));
    }

    #[test]
    fn what_is_no_number() {
        for text in ["", ".", "-", "+.", "1.2.3", "one", "1e3", "0x10", "1,5", " 1", "NaN"] {
            assert_eq!(decimal(text), None, "{text}");
        }
    }

    #[test]
    fn long_numbers_are_still_numbers() {
        assert!(decimal(&"9".repeat(400)).is_some_and(|number| number > 1e18));
        let long = format!("0.{}", "3".repeat(400));
        assert!(decimal(&long).is_some_and(|number| (number - 1.0 / 3.0).abs() < 1e-15));
        assert_eq!(decimal(&format!("0.{}1", "0".repeat(400))), Some(0.0));
    }

    proptest! {
        #[test]
        fn a_numbers_own_text_gives_it_back(number in prop_oneof![0.001_f64..1e4, -1e6..1e6_f64]) {
            let digits = number.to_string().bytes().filter(u8::is_ascii_digit).count();
            prop_assume!(digits <= MOST_DIGITS as usize);
            prop_assert_eq!(decimal(&number.to_string()), Some(number));
        }

        #[test]
        fn it_reads_what_the_standard_library_reads(text in "[-+]?[0-9]{0,8}\\.?[0-9]{0,9}") {
            prop_assert_eq!(decimal(&text), text.parse().ok(), "{}", text);
        }
    }
}
