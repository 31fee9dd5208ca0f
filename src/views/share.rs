//! A link to what is set, and the way back to the defaults.

use crate::browser;
use crate::form::Form;
use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// How long a word of success stays, in milliseconds.
const STAYS: u32 = 4_000;

/// What is shared.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What stands in the controls.
    pub form: Form,
    /// Called to go back to the defaults.
    pub onreset: Callback<()>,
    /// What else can be done.
    pub children: Children,
}

/// How far sharing is.
#[derive(Clone, PartialEq)]
enum State {
    Ready,
    Copied,
    /// The browser did not let the page copy: the link, to be copied by hand.
    ByHand(String),
}

/// The buttons Share and Reset.
#[component]
pub fn Share(props: &Props) -> Html {
    let state = use_state(|| State::Ready);
    let expiry = use_mut_ref(|| None::<Timeout>);
    let address = props.form.address().map(|address| browser::link(&address.write()));
    {
        // Another setting has another link.
        let state = state.setter();
        use_effect_with(address.clone(), move |_| state.set(State::Ready));
    }
    let onshare = {
        let (address, state, expiry) = (address.clone(), state.setter(), expiry);
        Callback::from(move |_: MouseEvent| {
            let Some(address) = address.clone() else { return };
            let (state, expiry) = (state.clone(), expiry.clone());
            spawn_local(async move {
                if browser::copy(&address).await {
                    state.set(State::Copied);
                    let later = state.clone();
                    *expiry.borrow_mut() = Some(Timeout::new(STAYS, move || later.set(State::Ready)));
                } else {
                    state.set(State::ByHand(address));
                }
            });
        })
    };
    let onreset = props.onreset.reform(|_: MouseEvent| ());
    let said = if *state == State::Copied { "Link copied" } else { "" };
    html! {
        <div class="share">
            <button type="button" class="small" onclick={onreset} title="Back to the defaults">{ "Reset" }</button>
            <button type="button" class="small" onclick={onshare} disabled={address.is_none()}
                title="A link to this demo with these values">{ "Share" }</button>
            { props.children.clone() }
            <span class="share-said" role="status">{ said }</span>
            if let State::ByHand(address) = &*state {
                <input type="text" class="share-link" readonly=true aria-label="Link to share" value={address.clone()} />
            }
        </div>
    }
}
