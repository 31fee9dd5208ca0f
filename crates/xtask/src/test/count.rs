//! Counting tests by the lines that test harnesses end with.

use std::fmt;
use std::ops::AddAssign;

/// How many tests passed and how many did not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Count {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed, and suites that could not run to their end.
    pub failed: u64,
    /// What could not be tested on this machine, and why: neither passed nor failed.
    pub not_run: Vec<String>,
}

impl Count {
    /// As many passed and failed, and nothing was left out.
    #[must_use]
    pub const fn new(passed: u64, failed: u64) -> Self {
        Self { passed, failed, not_run: Vec::new() }
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.not_run.extend(other.not_run);
    }
}

impl fmt::Display for Count {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for what in &self.not_run {
            writeln!(formatter, "not run: {what}")?;
        }
        write!(formatter, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// Reads the output of `cargo test`, native or by wasm-bindgen's test runner.
#[derive(Clone, Debug, Default)]
pub struct Counter {
    count: Count,
}

impl Counter {
    /// Takes one line of output.
    pub fn line(&mut self, line: &str) {
        if let Some(count) = summary(line) {
            self.count += count;
        }
    }

    /// The count of a command that ended well or not.
    ///
    /// A command that ends badly without a failed test (it does not compile, a test ends the whole process, the
    /// browser is gone) counts as one failure: what did not run did not pass.
    #[must_use]
    pub fn finish(self, success: bool) -> Count {
        let mut count = self.count;
        if !success && count.failed == 0 {
            count.failed = 1;
        }
        count
    }
}

/// The numbers in `test result: ok. 5 passed; 0 failed; 1 ignored; ...`.
fn summary(line: &str) -> Option<Count> {
    let line = without_colours(line);
    let (_, counts) = line.trim().strip_prefix("test result: ")?.split_once(". ")?;
    let number = |word: &str| {
        counts.split(';').find_map(|part| part.trim().strip_suffix(word)?.trim().parse::<u64>().ok())
    };
    Some(Count::new(number("passed")?, number("failed")?))
}

/// The line without the escape sequences that colour it.
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("\x1b[") {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(output: &str, success: bool) -> Count {
        let mut counter = Counter::default();
        for line in output.lines() {
            counter.line(line);
        }
        counter.finish(success)
    }

    #[test]
    fn all_binaries_are_summed() {
        let output = "running 2 tests\ntest a ... ok\n\
            test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
            test result: FAILED. 10 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s\n";
        assert_eq!(count(output, false), Count::new(12, 3));
    }

    #[test]
    fn the_browsers_runner_is_understood() {
        let output = "test result: ok. 7 passed; 0 failed; 0 ignored; 0 filtered out; finished in 12.30s\n";
        assert_eq!(count(output, true), Count::new(7, 0));
    }

    #[test]
    fn colours_do_not_hide_the_numbers() {
        let output = "test result: \x1b[32mok\x1b[0m. 4 passed; 0 failed; 0 ignored";
        assert_eq!(count(output, true), Count::new(4, 0));
    }

    #[test]
    fn a_bad_end_without_a_failed_test_is_a_failure() {
        assert_eq!(count("error: could not compile", false), Count::new(0, 1));
        let some = "test result: ok. 2 passed; 0 failed; 0 ignored";
        assert_eq!(count(some, false), Count::new(2, 1));
    }

    #[test]
    fn what_tests_print_is_not_counted() {
        assert_eq!(count("I say: 9 passed; 9 failed\ntest result: unknown\n", true), Count::default());
    }

    #[test]
    fn the_count_has_its_form() {
        let mut count = Count::new(12, 3);
        assert_eq!(count.to_string(), "12 passed, 3 failed");
        count += Count { not_run: vec!["flying: no wings".to_owned()], ..Count::default() };
        assert_eq!(count.to_string(), "not run: flying: no wings\n12 passed, 3 failed");
    }
}
