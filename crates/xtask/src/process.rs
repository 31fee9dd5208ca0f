//! Running other programs: with their output shown, kept in a log, or read; and ending those that stay.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::step;

/// How many lines of a failed program's output are shown; the rest stays in its log.
const LINES_SHOWN: usize = 120;

/// Runs a program with its output kept in `log`, and shown only when the program fails.
///
/// # Errors
/// When the program cannot be started, or ends with a failure (with the end of its output).
pub fn run_logged(command: &mut Command, log: &Path) -> Result<()> {
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    let out = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    let err = out.try_clone().context("cannot share the log between two streams")?;
    let status = command
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(err)
        .status()
        .with_context(|| format!("cannot start {}", name(command)))?;
    succeeded(command, status, log)
}

fn succeeded(command: &Command, status: ExitStatus, log: &Path) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&fs::read(log).unwrap_or_default()).into_owned();
    bail!("{} ended with {status}\n{}(all of it: {})", line(command), tail(&text, LINES_SHOWN), log.display())
}

/// Like [`run_logged`], and passes on what the program's own steps say (see [`crate::step`]) while it runs.
///
/// # Errors
/// When the program cannot be started, or ends with a failure (with the end of its output).
pub fn run_logged_with_steps(command: &mut Command, log: &Path) -> Result<()> {
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    let cannot_write = || format!("cannot write {}", log.display());
    fs::write(log, "").with_context(cannot_write)?;
    // Both streams append, so that neither writes over the other's lines.
    let err = OpenOptions::new().append(true).open(log).with_context(cannot_write)?;
    let mut out = err.try_clone().with_context(cannot_write)?;
    command.stderr(err);
    let status = for_each_line(command, |line| {
        writeln!(out, "{line}").with_context(cannot_write)?;
        if step::is_step(line) {
            println!("   {line}");
        }
        Ok(())
    })?;
    succeeded(command, status, log)
}

/// Runs a program and hands over each line of its standard output as it comes. Returns how it ended.
///
/// # Errors
/// When the program cannot be started or read, or when `take` fails (the program is then ended).
pub fn for_each_line(command: &mut Command, mut take: impl FnMut(&str) -> Result<()>) -> Result<ExitStatus> {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", name(command)))?;
    let mut child = Background { child };
    if let Some(lines) = child.child.stdout.take() {
        for line in BufReader::new(lines).split(b'\n') {
            let line = line.with_context(|| format!("cannot read what {} says", name(command)))?;
            take(&String::from_utf8_lossy(&line))?;
        }
    }
    child.child.wait().with_context(|| format!("cannot wait for {}", name(command)))
}

/// Runs a program whose output goes straight to the person.
///
/// # Errors
/// When the program cannot be started or ends with a failure.
pub fn run_shown(command: &mut Command) -> Result<()> {
    let status =
        command.stdin(Stdio::null()).status().with_context(|| format!("cannot start {}", name(command)))?;
    if status.success() { Ok(()) } else { bail!("{} ended with {status}", line(command)) }
}

/// Lets a program take the place of this one where the system can do that, so that whoever ends us ends it; runs it
/// with its output shown elsewhere.
///
/// # Errors
/// When the program cannot be started, or (elsewhere) ends with a failure.
pub fn become_program(command: &mut Command) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        let error = command.stdin(Stdio::null()).exec();
        Err(error).with_context(|| format!("cannot start {}", name(command)))
    }
    #[cfg(not(unix))]
    run_shown(command)
}

/// Runs a program and returns what it wrote to its standard output.
///
/// # Errors
/// When the program cannot be started or ends with a failure (with what it wrote to its standard error).
pub fn read(command: &mut Command) -> Result<String> {
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {}", name(command)))?;
    if !output.status.success() {
        bail!("{} ended with {}\n{}", line(command), output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a program that may hang (a download from a server out of reach) for `limit` at most.
///
/// # Errors
/// When the program cannot be started, fails (with the last line of its standard error), or takes longer.
pub fn run_within(command: &mut Command, limit: Duration) -> Result<()> {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", name(command)))?;
    let mut child = Background { child };
    match child.wait_until(Instant::now() + limit)? {
        None => bail!("no answer within {} s", limit.as_secs()),
        Some(status) if status.success() => Ok(()),
        Some(status) => {
            let mut text = String::new();
            if let Some(mut err) = child.child.stderr.take() {
                // The exit status already tells of the failure; a message that cannot be read only makes it shorter.
                let _ = err.read_to_string(&mut text);
            }
            bail!("{status}: {}", text.trim().lines().last().unwrap_or("it gave no reason"))
        }
    }
}

/// A program that runs beside us and is ended when this value is dropped.
pub struct Background {
    child: Child,
}

impl Background {
    /// Starts a program beside us, its output going to `log`.
    ///
    /// # Errors
    /// When the program cannot be started or its log cannot be written.
    pub fn start(command: &mut Command, log: &Path) -> Result<Self> {
        if let Some(folder) = log.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        let out = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let err = out.try_clone().context("cannot share the log between two streams")?;
        let child = command
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .spawn()
            .with_context(|| format!("cannot start {}", name(command)))?;
        Ok(Self { child })
    }

    /// The exit status if the program has ended.
    ///
    /// # Errors
    /// When the system cannot tell.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.child.try_wait().context("cannot ask for a program's state")
    }

    /// Waits until the program ends or the deadline passes (then `None`).
    ///
    /// # Errors
    /// When the system cannot tell.
    pub fn wait_until(&mut self, deadline: Instant) -> Result<Option<ExitStatus>> {
        loop {
            if let Some(status) = self.ended()? {
                return Ok(Some(status));
            }
            if Instant::now() >= deadline {
                return Ok(None);
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // Both fail only when the program has ended already, which is what we want.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Looks a program up on PATH.
#[must_use]
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path).map(|folder| folder.join(&file)).find(|candidate| is_program(candidate))
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

/// The command as a person would type it, without its environment.
fn line(command: &Command) -> String {
    let mut line = format!("`{}", name(command));
    for argument in command.get_args() {
        // Writing to a String cannot fail.
        let _ = write!(line, " {}", argument.to_string_lossy());
    }
    line.push('`');
    line
}

/// The last `count` lines of a text, each ended by a newline.
fn tail(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let skipped = lines.len().saturating_sub(count);
    let mut tail = String::new();
    if skipped > 0 {
        let _ = writeln!(tail, "... {skipped} lines before");
    }
    for line in &lines[skipped..] {
        let _ = writeln!(tail, "{line}");
    }
    tail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_says_what_it_left_out() {
        assert_eq!(tail("a\nb\nc\n", 2), "... 1 lines before\nb\nc\n");
        assert_eq!(tail("a\n", 2), "a\n");
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_hangs_is_ended() {
        let error = run_within(Command::new("sleep").arg("600"), Duration::from_millis(50)).unwrap_err();
        assert!(error.to_string().contains("no answer within"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_failure_carries_the_reason() {
        let error =
            run_within(Command::new("sh").args(["-c", "echo because >&2; exit 3"]), Duration::from_mins(1))
                .unwrap_err();
        assert!(error.to_string().contains("because"), "{error}");
    }
}
