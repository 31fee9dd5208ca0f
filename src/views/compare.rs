//! Two runs of a demo side by side.

use super::{Charts, ResultPanel, TimelineFigure, use_told};
use crate::runner::Runner;
use crate::words;
use threadlab_demos::Arguments;
use yew::prelude::*;

/// Whose runs.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The runner.
    pub runner: Runner,
}

/// The button that keeps the run that is over.
#[component]
pub fn Keep(props: &Props) -> Html {
    let may = use_told(&props.runner, |runner| runner.run().state.is_over());
    let onclick = {
        let runner = props.runner.clone();
        Callback::from(move |_: MouseEvent| runner.keep())
    };
    html! {
        <button type="button" class="small" disabled={!may} {onclick}
            title="Keep this run, to see it beside the next one">{ "Keep to compare" }</button>
    }
}

/// The section named "Kept run": what was kept, on the same clock as the current run. Nothing where none is kept.
#[component]
pub fn Compare(props: &Props) -> Html {
    let Some(kept) = use_told(&props.runner, Runner::kept) else { return Html::default() };
    let title = title(&kept);
    let onclick = {
        let runner = props.runner.clone();
        Callback::from(move |_: MouseEvent| runner.drop_kept())
    };
    html! {
        <section class="kept" aria-label="Kept run">
            <div class="kept-bar">
                <h2>{ "Kept run" }</h2>
                <p class="hint">{ title }</p>
                <button type="button" class="small" {onclick}>{ "Let go" }</button>
            </div>
            <TimelineFigure runner={kept.clone()} name="Timeline of the kept run" />
            <ResultPanel runner={kept.clone()} kept=true />
            <Charts runner={kept} name="Charts of the kept run" />
        </section>
    }
}

/// How the kept run differs from the defaults, how it ended and how long it took.
fn title(kept: &Runner) -> String {
    let run = kept.run();
    let arguments = run.demo.and_then(|demo| {
        let parameters = demo.about.parameters;
        let arguments = Arguments::parse(parameters, &run.arguments).ok()?;
        let texts = parameters
            .iter()
            .zip(arguments.pairs())
            .map(|(parameter, (_, value))| format!("{} {value}", parameter.label));
        Some(texts.collect::<Vec<_>>().join(", "))
    });
    format!("{}: {} after {}", arguments.unwrap_or_default(), run.state.as_str(), words::seconds(run.now()))
}
