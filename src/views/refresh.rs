//! Showing a run while it goes on.

use crate::runner::Runner;
use yew::prelude::*;

/// Renders the component again whenever the runner has something new.
#[hook]
pub fn use_refresh(runner: &Runner) {
    let update = use_force_update();
    use_effect_with(runner.clone(), move |runner| {
        let subscription = runner.listen(Callback::from(move |()| update.force_update()));
        move || drop(subscription)
    });
}
