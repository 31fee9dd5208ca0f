//! Stepping a number with the arrow keys.

use threadlab_demos::Kind;

/// The text one step up or down from a number, within its range. `None` where the text is no number.
pub fn stepped(kind: Kind, text: &str, up: bool) -> Option<String> {
    match kind {
        Kind::Whole { min, max, .. } => {
            let number = text.trim().parse::<u32>().ok()?;
            let next = if up { number.saturating_add(1) } else { number.saturating_sub(1) };
            Some(next.clamp(min, max).to_string())
        }
        Kind::Decimal { min, max, step, .. } => {
            let number = threadlab_demos::decimal(text.trim())?;
            // On the grid of the steps, so that 0.1 + 0.2 does not show its rounding.
            let steps = (number / step).round() + if up { 1.0 } else { -1.0 };
            let next = (steps * step * 1e6).round() / 1e6;
            Some(next.clamp(min, max).to_string())
        }
        Kind::Switch { .. } | Kind::Choice { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_step_within_the_range() {
        let whole = Kind::Whole { min: 1, max: 4, default: 2, unit: "" };
        assert_eq!(stepped(whole, "3", true).as_deref(), Some("4"));
        assert_eq!(stepped(whole, "4", true).as_deref(), Some("4"));
        assert_eq!(stepped(whole, "0", false).as_deref(), Some("1"));
        assert_eq!(stepped(whole, "x", true), None);
        let decimal = Kind::Decimal { min: 0.1, max: 2.0, default: 1.0, step: 0.1, unit: "s" };
        assert_eq!(stepped(decimal, "0.2", true).as_deref(), Some("0.3"));
        assert_eq!(stepped(decimal, "0.1", false).as_deref(), Some("0.1"));
        assert_eq!(stepped(decimal, "inf", false), None);
    }
}
