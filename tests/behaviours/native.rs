//! Runs behaviours on the system's threads.

use crate::settle::Watcher;
use crate::{Behaviour, judge};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use threadlab_threads::process::{self, Options};

/// A run that takes longer than this hangs. Its threads are left behind; the test fails and the others go on.
const PATIENCE: Duration = Duration::from_secs(if crate::stress::LONG { 3000 } else { 300 });

pub(crate) fn run(behaviour: &'static Behaviour, arguments: &str, recorded: bool) {
    let (tell, told) = mpsc::channel();
    let given = arguments.to_owned();
    thread::spawn(move || {
        let mut watcher = Watcher::default();
        let program = move || {
            (behaviour.program)(&given);
            Ok(String::new())
        };
        let run = process::run_and(Options::default(), program, |process, events| {
            if let Some(scale) = watcher.watch(events) {
                process.set_time_scale(scale);
            }
        });
        // Nobody listens any more where it took too long.
        let _ = tell.send(run);
    });
    let Ok(run) = told.recv_timeout(PATIENCE) else { panic!("{} {arguments} hangs", behaviour.name) };
    let outcome = run.outcome.map(|_| ()).map_err(|failure| failure.to_string());
    judge::judge(behaviour, arguments, outcome);
    if recorded {
        judge::judge_events(behaviour, arguments, &run.events, run.lost);
    }
}
