//! What the person sees while xtask works: one line when a step starts, one when it ends, with its duration.

use std::fmt::Display;
use std::time::{Duration, Instant};

use anyhow::Result;

/// Runs `work` as a step called `what`, and says how long it took.
///
/// # Errors
/// Whatever `work` returns; the line then says that the step failed.
pub fn step<T>(what: impl Display, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("-> {what}");
    let start = Instant::now();
    let result = work();
    let took = duration(start.elapsed());
    match &result {
        Ok(_) => println!("   {what}: done in {took}"),
        Err(_) => println!("   {what}: failed after {took}"),
    }
    result
}

/// Whether a line of another program's output was printed by [`step()`].
#[must_use]
pub fn is_step(line: &str) -> bool {
    line.starts_with("-> ")
        || line.starts_with("   ") && (line.contains(": done in ") || line.contains(": failed after "))
}

/// Prints a line about something that needed no work.
pub fn note(what: impl Display) {
    println!("   {what}");
}

/// A duration as people say it: `0.2 s`, `12 s`, `4 min 12 s`.
#[must_use]
pub fn duration(took: Duration) -> String {
    let seconds = took.as_secs();
    if seconds >= 60 {
        format!("{} min {} s", seconds / 60, seconds % 60)
    } else if seconds >= 10 {
        format!("{seconds} s")
    } else {
        format!("{:.1} s", took.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_told_from_other_lines() {
        assert!(is_step("-> compile"));
        assert!(is_step("   compile: done in 1.0 s"));
        assert!(!is_step("   Compiling anyhow v1.0.104"));
        assert!(!is_step("2026-11-21T02:14:17Z  INFO done in no time"));
    }

    #[test]
    fn durations_read_well() {
        assert_eq!(duration(Duration::from_millis(240)), "0.2 s");
        assert_eq!(duration(Duration::from_secs(12)), "12 s");
        assert_eq!(duration(Duration::from_secs(252)), "4 min 12 s");
    }
}
