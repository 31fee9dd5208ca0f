//! Times and numbers as a person reads them.

/// Microseconds as seconds, `12.3 s`; short times with more places.
pub fn seconds(micros: u64) -> String {
    let (whole, rest) = (micros / 1_000_000, micros % 1_000_000);
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => format!("{}.{} ms", micros / 1_000, micros % 1_000 / 100),
        1_000_000..60_000_000 => format!("{whole}.{} s", rest / 100_000),
        _ => format!("{} min {:02} s", whole / 60, whole % 60),
    }
}

/// Microseconds as seconds with three places, `12.345`: for columns.
pub fn stamp(micros: u64) -> String {
    format!("{}.{:03}", micros / 1_000_000, micros / 1_000 % 1_000)
}

/// A number of things: `1 time`, `2,000 times`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", threadlab_demos::grouped(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_three_figures_or_so() {
        let written: Vec<_> =
            [0, 999, 1_000, 12_345, 1_000_000, 12_345_678, 61_000_000].into_iter().map(seconds).collect();
        assert_eq!(written, ["0 µs", "999 µs", "1.0 ms", "12.3 ms", "1.0 s", "12.3 s", "1 min 01 s"]);
        assert_eq!(stamp(12_345_678), "12.345");
    }

    #[test]
    fn one_is_singular() {
        assert_eq!([counted(1, "time", "times"), counted(2_000, "time", "times")], ["1 time", "2,000 times"]);
    }
}
