//! Run and Stop, and how the run is doing.

use super::use_refresh;
use crate::run::{Run, RunState};
use crate::runner::{EngineState, Runner};
use crate::words;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

/// What is controlled.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Who runs it.
    pub runner: Runner,
    /// Whether the parameters can be used.
    pub ready: bool,
    /// Called to run.
    pub onrun: Callback<()>,
    /// Called to stop.
    pub onstop: Callback<()>,
}

/// The buttons Run and Stop, and a line on how the run is doing.
#[component]
pub fn Controls(props: &Props) -> Html {
    use_refresh(&props.runner);
    let run = props.runner.run();
    let live = run.state.is_live();
    let (run_button, stop_button) = (use_node_ref(), use_node_ref());
    {
        // A button that cannot be pressed any more loses the keyboard: the other one gets it.
        let (run_button, stop_button) = (run_button.clone(), stop_button.clone());
        let had = use_mut_ref(|| false);
        let focused = is_focused(&run_button) || is_focused(&stop_button);
        if focused {
            *had.borrow_mut() = true;
        }
        use_effect_with(live, move |&live| {
            if had.replace(false) {
                focus(if live { &stop_button } else { &run_button });
            }
        });
    }
    let onclick_stop = props.onstop.reform(|_: MouseEvent| ());
    let unsupported = matches!(props.runner.engine(), EngineState::Unsupported(_));
    html! {
        <div class="controls">
            <button ref={run_button} class="run" type="submit" disabled={!run.state.may_run() || !props.ready || unsupported}
                aria-keyshortcuts="Control+Enter" title="Ctrl+Enter">{ "Run" }</button>
            <button ref={stop_button} class="stop" type="button" disabled={!live} onclick={onclick_stop}
                aria-keyshortcuts="Escape" title="Escape">{ "Stop" }</button>
            <p class="status">
                <span class="status-word" role="status">{ if unsupported { "Demos cannot run here" } else { status(&run, props.ready) } }</span>
                <span class="status-figures">{ figures(&run) }</span>
            </p>
        </div>
    }
}

/// How far the run is, in words that change only when its state does: they are read aloud.
fn status(run: &Run, ready: bool) -> &'static str {
    match run.state {
        state if !ready && state.may_run() => "Some values cannot be used",
        RunState::Idle => "Ready to run",
        RunState::Starting => "Starting…",
        RunState::Running => "Running",
        RunState::Deadlocked => "Deadlocked",
        RunState::Finished => "Finished",
        RunState::Stopped => "Stopped",
        RunState::Failed => "Failed",
    }
}

fn figures(run: &Run) -> String {
    if run.number == 0 {
        return String::new();
    }
    let lost =
        if run.lost > 0 { format!(" · {} lost", threadlab_demos::grouped(run.lost)) } else { String::new() };
    let events = words::counted(run.family.events(), "event", "events");
    format!("{} · {events}{lost}", words::seconds(run.now()))
}

fn is_focused(button: &NodeRef) -> bool {
    let active =
        web_sys::window().and_then(|window| window.document()).and_then(|document| document.active_element());
    active.is_some() && active == button.get().and_then(|node| node.dyn_into::<Element>().ok())
}

fn focus(button: &NodeRef) {
    if let Some(element) = button.cast::<HtmlElement>() {
        // A button that cannot be focused leaves the focus where it is.
        let _ = element.focus();
    }
}
