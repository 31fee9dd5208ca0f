//! What came of a run.

use super::use_told;
use crate::run::RunState;
use crate::runner::Runner;
use threadlab_demos::{Fact, Findings};
use yew::prelude::*;

/// Whose result.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Who runs it.
    pub runner: Runner,
    /// Whether it is a run that is kept to be compared with, and not the page's current one.
    #[prop_or_default]
    pub kept: bool,
}

/// The program's result, or why there is none.
#[component]
pub fn ResultPanel(props: &Props) -> Html {
    // A deadlock may come to hold more threads while it lasts.
    use_told(&props.runner, |runner| {
        let run = runner.run();
        (run.number, run.state, run.deadlock(usize::MAX))
    });
    let run = props.runner.run();
    let (kind, content) = match run.state {
        RunState::Idle => ("none", html! { "The result appears here when the demo has run." }),
        RunState::Starting | RunState::Running => ("none", html! { "Not there yet." }),
        RunState::Deadlocked => {
            let text = run.deadlock(usize::MAX).map(|deadlock| deadlock.text()).unwrap_or_default();
            ("deadlock", html! { text })
        }
        RunState::Stopped => ("none", html! { "Stopped before it had a result." }),
        RunState::Finished => match run.model().result() {
            Some(result) => ("result", html! { <Found text={result.to_owned()} /> }),
            None => ("result", html! { "It ended without a result." }),
        },
        RunState::Failed => {
            ("failure", html! { run.failure_words().unwrap_or_else(|| "It failed.".to_owned()) })
        }
    };
    let name = if props.kept { "Result of the kept run" } else { "Result" };
    let (current, kept) = if props.kept { (None, Some(kind)) } else { (Some(kind), None) };
    html! {
        <section class="panel panel-result" aria-label={name}>
            <h2>{ name }</h2>
            <div class={format!("panel-body result result-{kind}")} tabindex="0" role="group"
                aria-label="Result of the run" data-result={current} data-kept-result={kept}>{ content }</div>
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct FoundProps {
    text: String,
}

/// What the program found out about its own run.
#[component]
fn Found(props: &FoundProps) -> Html {
    let findings = use_memo(props.text.clone(), |text| Findings::parse(text));
    html! {
        <>
            <p>{ findings.sentence.clone() }</p>
            if !findings.facts.is_empty() {
                <ul class="facts">{ for findings.facts.iter().map(fact) }</ul>
            }
        </>
    }
}

/// Only promises are marked: what merely happened or not is neither right nor wrong.
fn fact(fact: &Fact) -> Html {
    let class = match fact {
        Fact::Held(_, true) => "fact fact-kept",
        Fact::Held(_, false) => "fact fact-broken",
        Fact::Seen(..) | Fact::Figure(..) => "fact",
    };
    html! { <li {class}>{ fact.to_string() }</li> }
}
