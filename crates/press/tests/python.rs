//! The Python text of every demo really runs, and comes to the same findings as the demo.

use std::collections::VecDeque;
use std::io::Read as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{env, fs, thread};
use threadlab_demos::{Sheet, sheets};

/// How long a program may take. None takes this long on a machine that is not overloaded.
const DEADLINE: Duration = Duration::from_mins(2);

/// Programs that run at a time: they mostly sleep.
const AT_A_TIME: usize = 4;

/// The interpreter: the one that the environment names, else the usual one.
fn python() -> String {
    env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

/// What a program printed, if it came to a good end in time.
fn run(sheet: &Sheet) -> Result<String, String> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(format!("{}.py", sheet.about.id));
    fs::write(&path, sheet.lesson.python).map_err(|error| error.to_string())?;
    let mut child = Command::new(python())
        .arg(&path)
        .current_dir(&folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{} cannot be started: {error}", python()))?;
    let (mut out, mut err) = (child.stdout.take(), child.stderr.take());
    // Read while it runs: a full pipe would stop it.
    let reader = thread::spawn(move || {
        let mut text = String::new();
        if let Some(out) = &mut out {
            let _ = out.read_to_string(&mut text);
        }
        text
    });
    let complaints = thread::spawn(move || {
        let mut text = String::new();
        if let Some(err) = &mut err {
            let _ = err.read_to_string(&mut text);
        }
        text
    });
    let begin = Instant::now();
    let status = loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => break status,
            None if begin.elapsed() > DEADLINE => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("it did not end within {} s", DEADLINE.as_secs()));
            }
            None => thread::sleep(Duration::from_millis(20)),
        }
    };
    let text = reader.join().unwrap_or_default();
    let complaints = complaints.join().unwrap_or_default();
    if status.success() { Ok(text) } else { Err(format!("{status}: {complaints}")) }
}

/// The claims that stand in the program as they are: the texts given to `held` and `seen`.
fn claims(program: &str) -> Vec<String> {
    let mut claims = Vec::new();
    for call in [".held(", ".seen("] {
        for (at, _) in program.match_indices(call) {
            let rest = program[at + call.len()..].trim_start();
            // A text that is put together at run time is another one each time.
            if let Some(text) = rest.strip_prefix('"')
                && let Some((claim, _)) = text.split_once('"')
            {
                let mut letters = claim.chars();
                let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
                claims.push(first + letters.as_str());
            }
        }
    }
    claims.sort();
    claims.dedup();
    claims
}

/// What is wrong with a program, if anything.
fn problem(sheet: &Sheet) -> Option<String> {
    let output = match run(sheet) {
        Ok(output) => output,
        Err(why) => return Some(format!("{}: {why}", sheet.about.id)),
    };
    let missing: Vec<_> = claims(sheet.program_text())
        .into_iter()
        .filter(|claim| {
            let says = |verdict: &str| output.lines().any(|line| line == format!("{claim}: {verdict}"));
            !says("yes") && !says("no")
        })
        .collect();
    let id = sheet.about.id;
    if output.trim().is_empty() {
        return Some(format!("{id} prints nothing"));
    }
    (!missing.is_empty()).then(|| format!("{id} does not say {missing:?}, but:\n{output}"))
}

#[test]
fn every_python_text_runs_and_says_what_its_demo_says() {
    let version = Command::new(python()).arg("--version").output();
    let version = version.unwrap_or_else(|error| {
        panic!("{} cannot be started ({error}). Install Python 3.11 or newer, or name it by PYTHON", python())
    });
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    let numbers: Vec<u32> =
        version.trim_start_matches("Python ").split('.').filter_map(|part| part.parse().ok()).collect();
    assert!(numbers >= vec![3, 11], "{version} is older than 3.11; name a newer one by PYTHON");

    let queue = Mutex::new(sheets().into_iter().collect::<VecDeque<_>>());
    let problems = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                while let Some(sheet) = next() {
                    if let Some(problem) = problem(&sheet) {
                        problems.lock().unwrap_or_else(PoisonError::into_inner).push(problem);
                    }
                }
            });
        }
    });
    let problems = problems.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

#[test]
fn claims_are_found_in_a_program() {
    let program = "Findings::new(\"x\").held(\"a thing held\", true)\n    .seen(\n        \"b\", false).held(format!(\"c {d}\"), true)";
    assert_eq!(claims(program), ["A thing held", "B"]);
}
