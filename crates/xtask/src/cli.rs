//! The arguments.

use std::ffi::OsString;

use anyhow::{Context as _, Result, anyhow, bail};
use lexopt::{Arg, Parser, ValueExt as _};

use crate::serve;
use crate::test::{self, Suite};

/// What `--help` prints.
pub const HELP: &str = "\
Builds, serves, tests, checks and measures Threadlab.

Usage: cargo xtask <command> [options]

Commands:
  serve           build engine and page, and serve them on localhost
      --dev         do not optimise, and build again whenever a source changes
      --port N      the port to listen on (8080; 0 lets the system choose)
      --host ADDR   the address to listen on (127.0.0.1)
  build           write dist/, which any host of static files can serve
  test [filter]   run all tests, or those whose name contains the filter
      --only SUITE  run one suite: native, loom, workers or page, or one that needs rustup's nightly
                    compiler and is not among the usual ones: miri or tsan
      --long        try more cases (slow)
  check           formatting, lints, documentation, audit of the dependencies
  shots [filter]  take pictures of the start page and of every demo, wide and narrow, light and dark, into
                  target/shots/catalogue, whose index.html and sheets show them all. With a filter: only of the
                  demos that have it in their name or are in this chapter, or of `start`
  bench [filter]  measure; writes target/bench.json. With a filter: only what of the engine has it in its name,
                  and nothing is written
  engine          build the engine into the page that Trunk stages (Trunk's hook)

Environment:
  THREADLAB_CACHE      where tools and standard libraries are kept, shared between clones
                       (default: $XDG_CACHE_HOME/threadlab or ~/.cache/threadlab)
  THREADLAB_TOOLCHAIN  rustup or debian: use no other family of Rust toolchains
  CHROMEDRIVER         the driver for tests in a browser (default: on PATH)
  CHROMIUM             the browser for tests (default: on PATH)
";

/// A command with its options.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Explains the others.
    Help,
    /// Serves the page.
    Serve(serve::Options),
    /// Writes `dist`.
    Build,
    /// Trunk's hook.
    Engine,
    /// Runs tests.
    Test(test::Options),
    /// Looks at the sources.
    Check,
    /// Takes pictures.
    Shots(Option<String>),
    /// Measures.
    Bench(Option<String>),
}

/// Reads the arguments after the program's name.
///
/// # Errors
/// When they are not among those of [`HELP`]; the message names the first that is not.
pub fn parse(arguments: Vec<OsString>) -> Result<Command> {
    let mut parser = Parser::from_args(arguments);
    let command = match parser.next()? {
        None | Some(Arg::Long("help") | Arg::Short('h')) => return Ok(Command::Help),
        Some(Arg::Value(name)) => name.to_string_lossy().into_owned(),
        Some(other) => return Err(other.unexpected().into()),
    };
    match command.as_str() {
        "help" => Ok(Command::Help),
        "serve" => serve(&mut parser),
        "test" => test(&mut parser),
        "build" => plain(&mut parser, Command::Build),
        "engine" => plain(&mut parser, Command::Engine),
        "check" => plain(&mut parser, Command::Check),
        "shots" => filtered(&mut parser, Command::Shots),
        "bench" => filtered(&mut parser, Command::Bench),
        other => bail!("there is no command `{other}`; `cargo xtask --help` lists them"),
    }
}

fn plain(parser: &mut Parser, command: Command) -> Result<Command> {
    match parser.next()? {
        None => Ok(command),
        Some(Arg::Long("help") | Arg::Short('h')) => Ok(Command::Help),
        Some(other) => Err(other.unexpected().into()),
    }
}

fn filtered(parser: &mut Parser, command: impl FnOnce(Option<String>) -> Command) -> Result<Command> {
    let mut filter = None;
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
            Arg::Value(value) if filter.is_none() => filter = Some(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(command(filter))
}

fn serve(parser: &mut Parser) -> Result<Command> {
    let mut options = serve::Options { dev: false, host: "127.0.0.1".to_owned(), port: 8080 };
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
            Arg::Long("dev") => options.dev = true,
            Arg::Long("host") => options.host = parser.value()?.string()?,
            Arg::Long("port") => {
                let value = parser.value()?.string()?;
                options.port = value.parse().ok().with_context(|| {
                    format!("`{value}` is not a port: a port is a whole number from 0 to {}", u16::MAX)
                })?;
            }
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Command::Serve(options))
}

fn test(parser: &mut Parser) -> Result<Command> {
    let mut options = test::Options::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
            Arg::Long("long") => options.long = true,
            Arg::Long("only") => {
                let name = parser.value()?.string()?;
                options.only = Some(Suite::by_name(&name).ok_or_else(|| {
                    anyhow!(
                        "there is no suite `{name}`: there are native, loom, workers, page, miri and tsan"
                    )
                })?);
            }
            Arg::Value(filter) if options.filter.is_none() => options.filter = Some(filter.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Command::Test(options))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Command> {
        super::parse(line.split_whitespace().map(OsString::from).collect())
    }

    #[test]
    fn options_are_read() {
        let options = serve::Options { dev: true, host: "0.0.0.0".to_owned(), port: 9000 };
        assert_eq!(parse("serve --dev --port 9000 --host=0.0.0.0").unwrap(), Command::Serve(options));
        let options =
            test::Options { filter: Some("lock".to_owned()), only: Some(Suite::Workers), long: true };
        assert_eq!(parse("test lock --only workers --long").unwrap(), Command::Test(options));
        let options = test::Options { only: Some(Suite::Miri), ..test::Options::default() };
        assert_eq!(parse("test --only miri").unwrap(), Command::Test(options));
        assert_eq!(parse("check").unwrap(), Command::Check);
        assert_eq!(parse("shots lock").unwrap(), Command::Shots(Some("lock".to_owned())));
        assert_eq!(parse("bench").unwrap(), Command::Bench(None));
        assert_eq!(parse("bench queue").unwrap(), Command::Bench(Some("queue".to_owned())));
    }

    #[test]
    fn help_is_given() {
        for line in ["", "--help", "-h", "help", "serve --help", "test -h", "check --help"] {
            assert_eq!(parse(line).unwrap(), Command::Help, "{line}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (line, named) in [
            ("serve --port 70000", "70000"),
            ("serve --port", "--port"),
            ("serve --prot 1", "--prot"),
            ("sevre", "sevre"),
            ("test --only all", "all"),
            ("test a b", "b"),
            ("build now", "now"),
            ("shots a b", "b"),
        ] {
            let message = parse(line).unwrap_err().to_string();
            assert!(message.contains(named), "{line}: {message}");
        }
    }
}
