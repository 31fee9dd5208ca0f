//! A demo, open: its parameters, its run and everything that is shown of it.

use crate::address::SPEED;
use crate::browser;
use crate::form::{Form, Opened, Place};
use crate::lessons::use_lesson;
use crate::run::RunState;
use crate::runner::Runner;
use crate::views::{
    Answer, Article, Charts, Code, Compare, Controls, Keep, Notices, Objects, Output, Parameters, Presets,
    ResultPanel, Share, Steps, Threads, TimelineFigure, UnderWay, use_told,
};
use gloo_events::{EventListener, EventListenerOptions};
use std::collections::BTreeMap;
use threadlab_demos::{Findings, Preset};
use wasm_bindgen::JsCast as _;
use web_sys::KeyboardEvent;
use yew::prelude::*;

/// From this width on the explanation stands beside the demo and is open from the beginning.
const WIDE: &str = "(min-width: 75rem)";

/// What is open.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What stands in the controls.
    pub form: Form,
    /// What of the address could not be followed.
    pub notices: Vec<String>,
    /// Who runs it.
    pub runner: Runner,
    /// Opens something else, or the same with other values.
    pub set: UseStateSetter<Opened>,
}

/// A demo, open.
#[component]
pub fn Lab(props: &Props) -> Html {
    let Props { form, runner, .. } = props;
    let (_, state) = use_told(runner, |runner| (runner.run().number, runner.run().state));
    let demo = form.demo;
    let about = demo.about;
    let onrun = use_callback((runner.clone(), form.clone()), |(), (runner, form)| {
        if let (Ok(arguments), Ok(speed)) = (form.arguments(), form.speed()) {
            runner.start(form.demo, arguments.to_query(), speed);
        }
    });
    let onstop = use_callback(runner.clone(), |(), runner| runner.stop());
    let onedit = use_callback(
        (runner.clone(), form.clone(), props.set.clone()),
        |(name, text, fresh): (&'static str, String, bool), (runner, form, set)| {
            let mut form = form.clone();
            form.set(name, text);
            if name == SPEED
                && let Ok(speed) = form.speed()
            {
                runner.set_speed(speed);
            }
            show(form, fresh, set);
        },
    );
    let onpreset = use_callback((form.clone(), props.set.clone()), |preset: &'static Preset, (form, set)| {
        let mut form = form.clone();
        form.choose(preset);
        show(form, true, set);
    });
    let onreset = use_callback((runner.clone(), form.demo.about.id, props.set.clone()), {
        let demo = form.demo;
        move |(), (runner, _, set)| {
            let form = Form::new(demo);
            if let Ok(speed) = form.speed() {
                runner.set_speed(speed);
            }
            show(form, true, set);
        }
    });
    use_keys(&onrun, &onstop);

    let lesson = use_lesson(about.id);
    let (answer, under_way) = use_answer(runner, about.id);
    let live = !state.may_run();
    html! {
        <>
            <div class="head">
                <Steps current={about.id} />
                <h1>{ about.title }</h1>
                <p class="summary">{ about.summary }</p>
                <Notices address={props.notices.clone()} runner={runner.clone()} />
            </div>
            <Article {demo} lesson={lesson.clone()} {answer} {under_way} wide={browser::matches(WIDE)} />
            <div class="stage">
                <div class="tools">
                    <Presets form={form.clone()} {onpreset} />
                    <Share form={form.clone()} {onreset}><Keep runner={runner.clone()} /></Share>
                </div>
                <Parameters form={form.clone()} {live} {onedit} onrun={onrun.clone()}>
                    <Controls runner={runner.clone()} ready={form.problems().is_empty()} {onrun} {onstop} />
                </Parameters>
                <TimelineFigure runner={runner.clone()} />
                <Compare runner={runner.clone()} />
                <Threads runner={runner.clone()} />
                <Objects runner={runner.clone()} />
                <Output runner={runner.clone()} />
                <ResultPanel runner={runner.clone()} />
                <Charts runner={runner.clone()} places={demo.charts} />
            </div>
            <Code {demo} {lesson} runner={runner.clone()} />
        </>
    }
}

/// Puts a form on the page, and into the address if its values can be used.
fn show(form: Form, fresh: bool, set: &UseStateSetter<Opened>) {
    if let Some(address) = form.address() {
        browser::show_hash(&address.write(), fresh);
    }
    set.set(Opened { place: Place::Demo(form), notices: Vec::new() });
}

/// What the last run of the demo `id` has to say to its question, and whether another is under way.
#[hook]
fn use_answer(runner: &Runner, id: &'static str) -> (Answer, UnderWay) {
    let answers = use_mut_ref(BTreeMap::<&'static str, Answer>::new);
    let mut answers = answers.borrow_mut();
    let run = runner.run();
    let under_way = match run.state {
        _ if run.demo.is_none_or(|ran| ran.about.id != id) => UnderWay::No,
        RunState::Starting | RunState::Running => UnderWay::Runs,
        RunState::Deadlocked => UnderWay::Deadlocked,
        RunState::Idle | RunState::Finished | RunState::Stopped | RunState::Failed => UnderWay::No,
    };
    if let Some(ran) = run.demo {
        let shown = run.model().result().and_then(|result| Findings::parse(result).answer);
        match shown {
            Some(shown) if run.state != RunState::Running => {
                answers.insert(ran.about.id, Answer::Shown(shown));
            }
            None if run.state.is_over() => {
                answers.insert(ran.about.id, Answer::Open);
            }
            _ => {}
        }
    }
    (answers.get(id).copied().unwrap_or_default(), under_way)
}

/// Ctrl+Enter runs, Escape stops, wherever the focus is.
#[hook]
fn use_keys(onrun: &Callback<()>, onstop: &Callback<()>) {
    use_effect_with((onrun.clone(), onstop.clone()), |(onrun, onstop)| {
        let (onrun, onstop) = (onrun.clone(), onstop.clone());
        let listener = web_sys::window().and_then(|window| window.document()).map(|document| {
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&document, "keydown", options, move |event| {
                let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
                match &*event.key() {
                    "Enter" if event.ctrl_key() || event.meta_key() => {
                        // Within the form Enter would run it a second time.
                        event.prevent_default();
                        onrun.emit(());
                    }
                    "Escape" => onstop.emit(()),
                    _ => {}
                }
            })
        });
        move || drop(listener)
    });
}
