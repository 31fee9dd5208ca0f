//! The page as a whole: the address, the demo that is open, and the keys.

use crate::address::{Address, SPEED};
use crate::browser;
use crate::form::{Form, Opened, open};
use crate::lessons::use_lesson;
use crate::run::RunState;
use crate::runner::Runner;
use crate::views::{
    Article, Code, Controls, Demos, Notices, Objects, Output, Parameters, Presets, ResultPanel, Threads,
    TimelineFigure, use_refresh,
};
use gloo_events::{EventListener, EventListenerOptions};
use gloo_render::request_animation_frame;
use gloo_timers::callback::Timeout;
use std::collections::HashMap;
use threadlab_demos::{Findings, Preset};
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlElement, KeyboardEvent};
use yew::prelude::*;

/// From this width on the explanation stands beside the demo and is open from the beginning.
const WIDE: &str = "(min-width: 75rem)";

/// The page.
#[component]
pub fn App() -> Html {
    let opened = use_state(|| open(&Address::parse(&browser::hash())));
    let Some(open) = (*opened).clone() else {
        return html! { <main id="main"><p>{ "There are no demos in this build." }</p></main> };
    };
    html! { <Lab {open} set={opened.setter()} /> }
}

#[derive(Properties, PartialEq)]
struct LabProps {
    open: Opened,
    set: UseStateSetter<Option<Opened>>,
}

/// The page with a demo open.
#[component]
fn Lab(props: &LabProps) -> Html {
    let runner = (*use_memo((), |()| Runner::default())).clone();
    use_refresh(&runner);
    use_first_paint(&runner);
    let form = &props.open.form;
    let demo = form.demo;
    let about = demo.about;
    use_addresses(&runner, form, &props.set);

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
            if let Some(address) = form.address() {
                browser::show_hash(&address.write(), fresh);
            }
            if name == SPEED
                && let Ok(speed) = form.speed()
            {
                runner.set_speed(speed);
            }
            set.set(Some(Opened { form, notices: Vec::new() }));
        },
    );
    use_keys(&onrun, &onstop);

    let run = runner.run();
    let lesson = use_lesson(about.id);
    // What the last run of each demo has shown.
    let answers = use_mut_ref(HashMap::<&'static str, Option<usize>>::new);
    if (run.state.is_over() || run.state == RunState::Deadlocked)
        && let Some(ran) = run.demo
    {
        let shown = run.model().result().and_then(|result| Findings::parse(result).answer);
        answers.borrow_mut().insert(ran.about.id, shown);
    }
    let answer = answers.borrow().get(about.id).copied();
    let onpreset = use_callback((form.clone(), props.set.clone()), |preset: &'static Preset, (form, set)| {
        let mut form = form.clone();
        form.choose(preset);
        if let Some(address) = form.address() {
            browser::show_hash(&address.write(), true);
        }
        set.set(Some(Opened { form, notices: Vec::new() }));
    });
    let main = use_node_ref();
    let skip = {
        let main = main.clone();
        Callback::from(move |event: MouseEvent| {
            // Not by the address: that belongs to the demos.
            event.prevent_default();
            if let Some(main) = main.cast::<HtmlElement>() {
                let _ = main.focus();
            }
        })
    };
    let live = !run.state.may_run();
    html! {
        <>
            <a class="skip" href="#main" onclick={skip}>{ "Skip to the demo" }</a>
            <header class="site">
                <p class="site-name">{ "Threadlab" }</p>
                <p class="site-line">{ "Real threads in your browser, to run and to watch" }</p>
            </header>
            <Demos current={about.id} />
            <main id="main" ref={main} tabindex="-1" data-run={run.state.as_str()}
                data-events={run.family.events().to_string()} data-lost={run.lost.to_string()}
                data-workers={threadlab_host::live_workers().to_string()}>
                <div class="head">
                    <h1>{ about.title }</h1>
                    <p class="summary">{ about.summary }</p>
                    <Notices address={props.open.notices.clone()} runner={runner.clone()} />
                </div>
                <Article {demo} lesson={lesson.clone()} answered={answer.is_some()} shown={answer.flatten()}
                    wide={browser::matches(WIDE)} />
                <div class="stage">
                    <Presets form={form.clone()} {onpreset} />
                    <Parameters form={form.clone()} {live} {onedit} onrun={onrun.clone()}>
                        <Controls runner={runner.clone()} ready={form.problems().is_empty()} {onrun} {onstop} />
                    </Parameters>
                    <TimelineFigure runner={runner.clone()} />
                    <Threads runner={runner.clone()} />
                    <Objects runner={runner.clone()} />
                    <Output runner={runner.clone()} />
                    <ResultPanel runner={runner.clone()} />
                </div>
                <Code {demo} {lesson} runner={runner.clone()} />
            </main>
        </>
    }
}

/// Marks the first paint, and has the engine loaded after it: what a person sees first does not wait for the engine.
#[hook]
fn use_first_paint(runner: &Runner) {
    use_effect_with(runner.clone(), |runner| {
        let runner = runner.clone();
        // The frame's callback comes before its paint, a timer set there after it.
        let frame = request_animation_frame(move |_| {
            Timeout::new(0, move || {
                browser::mark("threadlab:painted");
                runner.prepare();
            })
            .forget();
        });
        move || drop(frame)
    });
}

/// Follows the address when a link, Back or Forward changes it, and names the window after the demo.
#[hook]
fn use_addresses(runner: &Runner, form: &Form, set: &UseStateSetter<Option<Opened>>) {
    let id = form.demo.about.id;
    use_effect_with((runner.clone(), id, set.clone()), |(runner, id, set)| {
        let (runner, id, set) = (runner.clone(), *id, set.clone());
        let listener = web_sys::window().map(|window| {
            EventListener::new(&window, "hashchange", move |_| {
                let opened = open(&Address::parse(&browser::hash()));
                if opened.as_ref().is_some_and(|opened| opened.form.demo.about.id != id) {
                    runner.reset();
                }
                set.set(opened);
            })
        });
        move || drop(listener)
    });
    use_effect_with(form.demo.about.title, |title| {
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            document.set_title(&format!("{title} · Threadlab"));
        }
    });
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
