//! The way from demo to demo.

use threadlab_demos::{Demo, demos};
use yew::prelude::*;

/// Where a person is.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The demo's name in addresses.
    pub current: &'static str,
}

/// Links to the demo before and the one after.
#[component]
pub fn Steps(props: &Props) -> Html {
    let all = demos();
    let here = all.iter().position(|demo| demo.about.id == props.current);
    let before = here.and_then(|here| here.checked_sub(1)).and_then(|place| all.get(place));
    let after = here.and_then(|here| all.get(here + 1));
    let link = |demo: Option<&&'static Demo>, rel: &'static str, word: &'static str| match demo {
        Some(demo) => html! {
            <a class={format!("step step-{rel}")} {rel} href={format!("#/{}", demo.about.id)}>
                <span class="step-word">{ word }</span><span class="step-title">{ demo.about.title }</span>
            </a>
        },
        None => html! { <span class="step" /> },
    };
    html! {
        <nav class="steps" aria-label="Previous and next demo">
            { link(before, "prev", "Previous") }
            { link(after, "next", "Next") }
        </nav>
    }
}
