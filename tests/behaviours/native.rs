//! Runs behaviours on the system's threads.

use crate::settle::Watcher;
use crate::{Behaviour, judge};
use threadlab_threads::process::{self, Options};

pub(crate) fn run(behaviour: &'static Behaviour, arguments: &str, recorded: bool) {
    let mut watcher = Watcher::default();
    let run = process::run_and(
        Options::default(),
        {
            let arguments = arguments.to_owned();
            move || {
                (behaviour.program)(&arguments);
                Ok(String::new())
            }
        },
        |process, events| {
            if let Some(scale) = watcher.watch(events) {
                process.set_time_scale(scale);
            }
        },
    );
    let outcome = run.outcome.map(|_| ()).map_err(|failure| failure.to_string());
    judge::judge(behaviour, arguments, outcome);
    if recorded {
        judge::judge_events(behaviour, arguments, &run.events, run.lost);
    }
}
