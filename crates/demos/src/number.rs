//! Numbers as a person reads them.

/// Writes a number with a comma between groups of three digits: `1,250,000`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn groups_of_three() {
        let written: Vec<_> =
            [0, 12, 999, 1_000, 65_536, 1_250_000, u64::MAX].into_iter().map(grouped).collect();
        assert_eq!(written, ["0", "12", "999", "1,000", "65,536", "1,250,000", "18,446,744,073,709,551,615"]);
    }
}
