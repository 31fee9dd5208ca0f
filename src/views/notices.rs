//! What a person should know before anything else.

use super::use_told;
use crate::runner::{EngineState, Runner};
use yew::prelude::*;

/// What there is to tell.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What of the address could not be followed.
    pub address: Vec<String>,
    /// Knows whether this browser can run demos.
    pub runner: Runner,
}

/// Alerts: what of the address could not be followed, and what keeps demos from running here.
#[component]
pub fn Notices(props: &Props) -> Html {
    let engine = use_told(&props.runner, Runner::engine);
    let address = props.address.iter().map(|notice| {
        html! { <p class="notice" role="alert" key={notice.clone()}>{ notice.clone() }</p> }
    });
    let engine = match engine {
        EngineState::Unsupported(missing) => html! {
            <div class="notice notice-strong" role="alert">
                <p><strong>{ "Demos cannot run here." }</strong>{ " You can still read everything else." }</p>
                <ul>{ for missing.iter().map(|what| html! { <li key={what.clone()}>{ what.clone() }</li> }) }</ul>
            </div>
        },
        EngineState::Failed(message) => html! {
            <div class="notice notice-strong" role="alert">
                <p><strong>{ "The engine that runs the demos could not be loaded." }</strong></p>
                <p>{ message }{ ". Run tries it again." }</p>
            </div>
        },
        EngineState::Unasked | EngineState::Loading | EngineState::Ready(_) => Html::default(),
    };
    html! { <div class="notices">{ for address }{ engine }</div> }
}
