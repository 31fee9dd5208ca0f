//! Which demos have been run to their end, kept by the browser from visit to visit.

use crate::browser;
use crate::run::RunState;
use crate::runner::Runner;
use crate::views::use_told;
use yew::prelude::*;

/// The key under which the browser keeps it.
const KEY: &str = "threadlab-done";

/// The demos that have been run to their end, by their names in addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done(Vec<String>);

impl Done {
    /// What the browser has kept; nothing where it keeps nothing.
    pub fn load() -> Self {
        let kept = browser::kept(KEY).unwrap_or_default();
        Self(kept.split_whitespace().map(str::to_owned).collect())
    }

    /// Whether the demo of this name has been run to its end.
    pub fn has(&self, id: &str) -> bool {
        self.0.iter().any(|done| done == id)
    }

    fn add(&mut self, id: &str) {
        if !self.has(id) {
            self.0.push(id.to_owned());
            browser::keep(KEY, &self.0.join(" "));
        }
    }
}

/// The demos that have been run to their end, this session's included, and a callback that forgets them all.
#[hook]
pub fn use_done(runner: &Runner) -> (Done, Callback<()>) {
    let done = use_state(Done::load);
    let ended = use_told(runner, |runner| {
        let run = runner.run();
        // A run in deadlock has shown what it is for.
        let shown = matches!(run.state, RunState::Finished | RunState::Deadlocked);
        run.demo.filter(|_| shown && !run.is_preview).map(|demo| demo.about.id)
    });
    {
        let done = done.clone();
        use_effect_with(ended, move |ended| {
            if let Some(id) = *ended
                && !done.has(id)
            {
                let mut more = (*done).clone();
                more.add(id);
                done.set(more);
            }
        });
    }
    let forget = use_callback(done.setter(), |(), done| {
        browser::keep(KEY, "");
        done.set(Done::default());
    });
    ((*done).clone(), forget)
}
