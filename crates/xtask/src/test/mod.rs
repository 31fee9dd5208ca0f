//! `test`: all suites, one after the other, and one count at the end.
//!
//! | suite | what it runs | where |
//! |---|---|---|
//! | `native` | unit and property tests of all crates that run natively | this machine |
//! | `loom` | `tests/loom*.rs` of the crates with lock-free algorithms, over all interleavings | this machine |
//! | `workers` | `tests/workers` and `tests/behaviours`: the engine on real workers | Chromium, by wasm-bindgen's test runner |
//! | `page` | `tests/page`: the built page as a person meets it | Chromium, by WebDriver |
//! | `miri` | the unsafe parts of rings and queues, watched for undefined behaviour | this machine, only when asked for |
//! | `tsan` | the engine watched for data races by ThreadSanitizer | this machine, only when asked for |
//!
//! What the tests of the page learn from the environment:
//!
//! | variable | value |
//! |---|---|
//! | `THREADLAB_URL` | where the built page is served, with a slash at the end |
//! | `THREADLAB_TEST_ENGINE_URL` | the same, with an engine whose programs go wrong |
//! | `THREADLAB_DIST` | the folder of the built page |
//! | `THREADLAB_AXE` | axe-core's script; not set where it cannot be had, and its tests are left out then |
//! | `THREADLAB_WEBDRIVER` | where chromedriver listens, without a slash at the end |
//! | `THREADLAB_CHROMIUM` | the browser's program; not set where the driver finds its own |
//! | `THREADLAB_CHROMIUM_ARGS` | Chromium's arguments, separated by spaces |
//!
//! All tests learn from `THREADLAB_LONG` (`1` or not set) whether to try more cases.

mod count;
mod nightly;
pub mod suites;
mod test_engine;

use std::fmt;
use std::io::Write as _;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::process;
use crate::step::step;
use crate::test::count::{Count, Counter};
use crate::workspace::{Cache, Workspace};

/// A group of tests that run in one way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Suite {
    /// On this machine.
    Native,
    /// On this machine, over all interleavings.
    Loom,
    /// On real workers.
    Workers,
    /// The built page in a browser.
    Page,
    /// Undefined behaviour and data races, by Miri.
    Miri,
    /// Data races, by ThreadSanitizer.
    Tsan,
}

impl Suite {
    /// In the order in which they run: what fails fast comes first.
    pub const ALL: [Self; 6] = [Self::Native, Self::Loom, Self::Workers, Self::Page, Self::Miri, Self::Tsan];

    /// Whether it runs only when a person names it, because it needs a compiler that the rest does without.
    const fn on_request(self) -> bool {
        matches!(self, Self::Miri | Self::Tsan)
    }

    /// Whether a person's wish includes it.
    fn is_wanted(self, only: Option<Self>) -> bool {
        only.map_or(!self.on_request(), |only| only == self)
    }

    /// The suite that people call `name`.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.to_string() == name)
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Native => "native",
            Self::Loom => "loom",
            Self::Workers => "workers",
            Self::Page => "page",
            Self::Miri => "miri",
            Self::Tsan => "tsan",
        })
    }
}

/// What a person asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// Run only the tests whose name contains this.
    pub filter: Option<String>,
    /// Run only this suite.
    pub only: Option<Suite>,
    /// Try more cases.
    pub long: bool,
}

/// Runs the suites and prints the count. Says whether all is well.
///
/// A suite that cannot run (it does not compile, a tool is missing) counts as one failure, and the others run.
///
/// # Errors
/// When the count cannot be written.
pub fn run(workspace: &Workspace, cache: &Cache, options: &Options) -> Result<bool> {
    let mut total = Count::default();
    for suite in Suite::ALL.into_iter().filter(|suite| suite.is_wanted(options.only)) {
        println!("\n== {suite} tests");
        let result = step(format!("{suite} tests"), || match suite {
            Suite::Native => suites::native(workspace, options),
            Suite::Loom => suites::loom(workspace, options),
            Suite::Workers => suites::workers(workspace, cache, options),
            Suite::Page => suites::page(workspace, cache, options),
            Suite::Miri => nightly::miri(workspace, options),
            Suite::Tsan => nightly::tsan(workspace, options),
        });
        total += result.unwrap_or_else(|error| {
            println!("error: {suite} tests: {error:#}");
            Count::new(0, 1)
        });
    }
    if (total.passed, total.failed) == (0, 0) {
        println!(
            "\nno test ran: {}",
            match &options.filter {
                Some(filter) => format!("no name contains `{filter}`"),
                None => "there are none".to_owned(),
            }
        );
    }
    // A filter with a typing error in it must not look like success.
    let good = total.failed == 0 && total.passed > 0;
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{total}").and_then(|()| out.flush()).context("cannot print the count")?;
    Ok(good)
}

/// Runs a command that runs tests, passes its output on, and counts.
///
/// # Errors
/// When the command cannot be started or its output cannot be read.
fn counted(command: &mut Command) -> Result<Count> {
    let mut counter = Counter::default();
    let status = process::for_each_line(command, |line| {
        println!("{line}");
        counter.line(line);
        Ok(())
    })?;
    Ok(counter.finish(status.success()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_are_found_by_their_names() {
        for suite in Suite::ALL {
            assert_eq!(Suite::by_name(&suite.to_string()), Some(suite));
        }
        assert_eq!(Suite::by_name("all"), None);
    }

    #[test]
    fn what_needs_another_compiler_runs_only_when_it_is_named() {
        let wanted =
            |only| Suite::ALL.into_iter().filter(move |suite| suite.is_wanted(only)).collect::<Vec<_>>();
        assert_eq!(wanted(None), [Suite::Native, Suite::Loom, Suite::Workers, Suite::Page]);
        assert_eq!(wanted(Some(Suite::Tsan)), [Suite::Tsan]);
    }

    #[cfg(unix)]
    #[test]
    fn a_command_is_counted_by_its_output_and_its_end() {
        let count = |script: &str| counted(Command::new("sh").args(["-c", script])).unwrap();
        let line = "echo 'test result: ok. 3 passed; 0 failed; 0 ignored'";
        assert_eq!(count(line), Count::new(3, 0));
        assert_eq!(count(&format!("{line}; exit 1")), Count::new(3, 1));
    }
}
