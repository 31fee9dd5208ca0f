//! The controls of a demo's parameters.

use crate::form::{Form, SPEED_PARAMETER};
use crate::stepping::stepped;
use threadlab_demos::{Kind, Parameter, Problem};
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// An edit: the parameter's name, its new text, and whether it is the first since the control was entered.
pub type Edit = (&'static str, String, bool);

/// What is edited.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What stands in the controls.
    pub form: Form,
    /// Whether a run is live, so that edits are for the next one.
    pub live: bool,
    /// Called at every edit.
    pub onedit: Callback<Edit>,
    /// Called when Enter is pressed in a control.
    pub onrun: Callback<()>,
    /// The run controls.
    pub children: Children,
}

/// The form named "Parameters", with the run controls at its end.
#[component]
pub fn Parameters(props: &Props) -> Html {
    let problems = props.form.problems();
    // The first edit after a control was entered makes a new entry in the history, further ones change that entry.
    let fresh = use_mut_ref(|| true);
    let onfocusin = {
        let fresh = fresh.clone();
        Callback::from(move |_: FocusEvent| *fresh.borrow_mut() = true)
    };
    let onedit = use_callback(
        (fresh, props.onedit.clone()),
        |(name, text): (&'static str, String), (fresh, onedit)| {
            onedit.emit((name, text, fresh.replace(false)));
        },
    );
    let onsubmit = props.onrun.reform(|event: SubmitEvent| event.prevent_default());
    let field = |parameter: &'static Parameter| {
        html! {
            <Field
                key={parameter.name}
                {parameter}
                text={props.form.text(parameter.name).to_owned()}
                problem={problems.iter().find(|problem| problem.name() == parameter.name).cloned()}
                onedit={onedit.clone()}
            />
        }
    };
    html! {
        <form class="parameters" aria-label="Parameters" {onsubmit} {onfocusin} autocomplete="off" novalidate=true>
            <div class="fields" style={format!("--columns: {}", columns(props.form.demo.about.parameters))}>
                { for props.form.demo.about.parameters.iter().map(field) }
            </div>
            <div class="run-row">
                { props.children.clone() }
                <p class="hint live-hint" data-shown={props.live.to_string()}>
                    { "Changes above apply to the next run; the speed applies at once." }
                </p>
                { for SPEED_PARAMETER.iter().map(field) }
            </div>
        </form>
    }
}

#[derive(Properties, PartialEq)]
struct FieldProps {
    parameter: &'static Parameter,
    text: AttrValue,
    problem: Option<Problem>,
    onedit: Callback<(&'static str, String)>,
}

/// As many characters of a choice fit into a field of the usual width.
const USUAL_CHOICE: usize = 10;

/// More controls side by side would not have room for their hints.
const MOST_COLUMNS: usize = 5;

/// Whether a control needs more than the usual width.
fn is_wide(kind: Kind) -> bool {
    match kind {
        Kind::Choice { options, .. } => options.iter().any(|(_, label)| label.chars().count() > USUAL_CHOICE),
        _ => false,
    }
}

/// Into how many columns the controls go at most: one line if they fit, else lines of nearly the same length.
fn columns(parameters: &[Parameter]) -> usize {
    let room: usize = parameters.iter().map(|parameter| if is_wide(parameter.kind) { 2 } else { 1 }).sum();
    let lines = room.div_ceil(MOST_COLUMNS).max(1);
    room.div_ceil(lines).max(1)
}

/// One labelled control with its range, and what is wrong with its value.
#[component]
fn Field(props: &FieldProps) -> Html {
    let FieldProps { parameter, text, problem, onedit } = props;
    let (name, kind) = (parameter.name, parameter.kind);
    let id = format!("parameter-{name}");
    let hint_id = format!("{id}-hint");
    let edit = {
        let onedit = onedit.clone();
        move |text: String| onedit.emit((name, text))
    };
    let invalid = problem.is_some().then_some("true");
    let control = match kind {
        Kind::Switch { .. } => {
            let onchange = Callback::from(move |event: Event| {
                let on = event.target_unchecked_into::<HtmlInputElement>().checked();
                edit(if on { "on" } else { "off" }.to_owned());
            });
            html! {
                <input type="checkbox" role="switch" id={id.clone()} {name} checked={&**text == "on"} {onchange}
                    aria-describedby={hint_id.clone()} aria-invalid={invalid} />
            }
        }
        Kind::Choice { options, .. } => {
            let onchange = Callback::from(move |event: Event| {
                if let Some(select) =
                    event.target().and_then(|target| target.dyn_into::<HtmlSelectElement>().ok())
                {
                    edit(select.value());
                }
            });
            html! {
                <select id={id.clone()} {name} {onchange} aria-describedby={hint_id.clone()} aria-invalid={invalid}>
                    { for options.iter().map(|&(value, label)| html! {
                        <option {value} selected={&**text == value}>{ label }</option>
                    }) }
                </select>
            }
        }
        Kind::Whole { unit, .. } | Kind::Decimal { unit, .. } => {
            let oninput = {
                let edit = edit.clone();
                Callback::from(move |event: InputEvent| {
                    edit(event.target_unchecked_into::<HtmlInputElement>().value());
                })
            };
            let onkeydown = {
                let text = text.clone();
                Callback::from(move |event: KeyboardEvent| {
                    let up = match &*event.key() {
                        "ArrowUp" => true,
                        "ArrowDown" => false,
                        _ => return,
                    };
                    if let Some(next) = stepped(kind, &text, up) {
                        event.prevent_default();
                        edit(next);
                    }
                })
            };
            let inputmode = if matches!(kind, Kind::Whole { .. }) { "numeric" } else { "decimal" };
            html! {
                <span class="number">
                    <input type="text" {inputmode} id={id.clone()} {name} value={text} {oninput} {onkeydown}
                        aria-describedby={hint_id.clone()} aria-invalid={invalid} spellcheck="false" />
                    if !unit.is_empty() { <span class="unit" aria-hidden="true">{ unit }</span> }
                </span>
            }
        }
    };
    html! {
        <div class={classes!("field", problem.is_some().then_some("field-bad"), is_wide(kind).then_some("field-wide"))}>
            <label for={id}>{ parameter.label }</label>
            { control }
            <div class="hint" id={hint_id}>
                if let Some(problem) = problem {
                    <p class="problem" role="alert">{ problem.to_string() }</p>
                } else {
                    <p>
                        // What can be chosen is said by the control itself.
                        if matches!(kind, Kind::Whole { .. } | Kind::Decimal { .. }) {
                            <span class="range">{ kind.range() }</span>{ ". " }
                        }
                        { parameter.help }
                    </p>
                }
            </div>
        </div>
    }
}
