//! What came of a run.

use super::{RunProps, use_refresh};
use crate::run::RunState;
use yew::prelude::*;

/// The program's result, or why there is none.
#[component]
pub fn ResultPanel(props: &RunProps) -> Html {
    use_refresh(&props.runner);
    let run = props.runner.run();
    let (kind, text) = match run.state {
        RunState::Idle => ("none", "The result appears here when the demo has run.".to_owned()),
        RunState::Starting | RunState::Running => ("none", "Not there yet.".to_owned()),
        RunState::Deadlocked => {
            ("deadlock", run.deadlock(usize::MAX).map(|deadlock| deadlock.text()).unwrap_or_default())
        }
        RunState::Stopped => ("none", "Stopped before it had a result.".to_owned()),
        RunState::Finished => {
            ("result", run.model().result().unwrap_or("It ended without a result.").to_owned())
        }
        RunState::Failed => ("failure", run.failure_words().unwrap_or_else(|| "It failed.".to_owned())),
    };
    html! {
        <section class="panel panel-result" aria-labelledby="result-title">
            <h2 id="result-title">{ "Result" }</h2>
            <div class={format!("panel-body result result-{kind}")} tabindex="0" role="group"
                aria-label="Result of the run" data-result={kind}>{ text }</div>
        </section>
    }
}
