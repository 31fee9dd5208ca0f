//! Settings that are worth comparing.

use crate::form::Form;
use threadlab_demos::Preset;
use yew::prelude::*;

/// Whose presets.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What stands in the controls.
    pub form: Form,
    /// Called when a preset is chosen.
    pub onpreset: Callback<&'static Preset>,
}

/// A button for each preset of the demo; the one that stands in the controls is pressed.
#[component]
pub fn Presets(props: &Props) -> Html {
    let button = |preset: &'static Preset| {
        let pressed = props.form.has_chosen(preset);
        let onclick = props.onpreset.reform(move |_: MouseEvent| preset);
        html! {
            <button type="button" class="preset" aria-pressed={pressed.to_string()} {onclick} key={preset.name}>
                { preset.name }
            </button>
        }
    };
    html! {
        <div class="presets" role="group" aria-label="Presets">
            { for props.form.demo.about.presets.iter().map(button) }
        </div>
    }
}
