//! Runs behaviours on the system's threads.

use crate::settle::Watcher;
use crate::{Behaviour, judge};
use threadlab_threads::process::{self, Options};

pub(crate) fn run(behaviour: &'static Behaviour) {
    let mut watcher = Watcher::default();
    let run = process::run_and(
        Options::default(),
        || {
            (behaviour.program)();
            Ok(String::new())
        },
        |process, events| {
            if let Some(scale) = watcher.watch(events) {
                process.set_time_scale(scale);
            }
        },
    );
    let outcome = run.outcome.map(|_| ()).map_err(|failure| failure.to_string());
    judge::judge(behaviour, outcome, &run.events, run.lost);
}
