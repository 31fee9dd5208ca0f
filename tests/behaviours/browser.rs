//! Runs behaviours on real workers: the tests' own module is the engine.

use crate::settle::Watcher;
use crate::{Behaviour, find, judge};
use threadlab_host::{Options, Outcome, live_workers};

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

threadlab_threads::engine!(|name: &str, _arguments: &str| {
    let behaviour = find(name).ok_or(format!("no behaviour {name}"))?;
    Ok(Box::new(|| {
        (behaviour.program)();
        Ok(String::new())
    }))
});

pub(crate) async fn run(behaviour: &'static Behaviour) {
    let mut watcher = Watcher::default();
    let run = threadlab_harness::run_and(behaviour.name, "", Options::default(), move |process, events| {
        if let Some(scale) = watcher.watch(events) {
            process.set_time_scale(scale.into());
        }
    })
    .await;
    assert_eq!(live_workers(), 0, "{}", behaviour.name);
    let outcome = match run.outcome {
        Outcome::Finished => Ok(()),
        Outcome::Stopped => Err("it was stopped".into()),
        Outcome::Failed(failure) => Err(failure.to_string()),
    };
    judge::judge(behaviour, outcome, &run.events, run.lost);
}
