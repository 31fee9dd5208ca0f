//! The page as a whole: the address, and what is open.

use crate::address::Address;
use crate::browser;
use crate::form::{Opened, Place, open};
use crate::lab::Lab;
use crate::progress::use_done;
use crate::runner::Runner;
use crate::views::{Demos, Start, use_refresh};
use gloo_events::EventListener;
use gloo_render::request_animation_frame;
use gloo_timers::callback::Timeout;
use web_sys::HtmlElement;
use yew::prelude::*;

/// The page.
#[component]
pub fn App() -> Html {
    let runner = (*use_memo((), |()| Runner::default())).clone();
    use_first_paint(&runner);
    let opened = use_state(|| open(&Address::parse(&browser::hash())));
    let demo = opened.place.demo();
    use_addresses(&runner, demo.map(|demo| (demo.about.id, demo.about.title)), &opened.setter());
    let (done, onforget) = use_done(&runner);

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
    let notices = opened.notices.clone();
    let content = match &opened.place {
        Place::Start => html! { <Start runner={runner.clone()} {notices} done={done.clone()} {onforget} /> },
        Place::Demo(form) => html! {
            <Lab form={form.clone()} {notices} runner={runner.clone()} set={opened.setter()} />
        },
    };
    html! {
        <>
            <a class="skip" href="#main" onclick={skip}>{ "Skip to the demo" }</a>
            <header class="site">
                <p class="site-name"><a href="#/">{ "Threadlab" }</a></p>
                <p class="site-line">{ "Real threads in your browser, to run and to watch" }</p>
            </header>
            <Demos current={demo.map(|demo| demo.about.id)} {done} />
            <Main node={main} {runner}>{ content }</Main>
        </>
    }
}

#[derive(Properties, PartialEq)]
struct MainProps {
    node: NodeRef,
    runner: Runner,
    children: Html,
}

/// What is open, and the figures of its run. They change many times a second, and nothing else here does.
#[component]
fn Main(props: &MainProps) -> Html {
    use_refresh(&props.runner);
    let run = props.runner.run();
    html! {
        <main id="main" ref={props.node.clone()} tabindex="-1" data-run={run.state.as_str()}
            data-events={run.family.events().to_string()} data-lost={run.lost.to_string()}
            data-workers={threadlab_host::live_workers().to_string()}>
            { props.children.clone() }
        </main>
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

/// Follows the address when a link, Back or Forward changes it, and names the window after the demo, of which `open_demo`
/// has the name in addresses and the title.
#[hook]
fn use_addresses(
    runner: &Runner,
    open_demo: Option<(&'static str, &'static str)>,
    set: &UseStateSetter<Opened>,
) {
    let id = open_demo.map(|(id, _)| id);
    use_effect_with((runner.clone(), id, set.clone()), |(runner, id, set)| {
        let (runner, id, set) = (runner.clone(), *id, set.clone());
        let listener = web_sys::window().map(|window| {
            EventListener::new(&window, "hashchange", move |_| {
                let opened = open(&Address::parse(&browser::hash()));
                if opened.place.demo().map(|demo| demo.about.id) != id {
                    runner.reset();
                    browser::to_the_top();
                }
                set.set(opened);
            })
        });
        move || drop(listener)
    });
    use_effect_with(open_demo.map(|(_, title)| title), |title| {
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            document.set_title(
                &title.map_or_else(|| "Threadlab".to_owned(), |title| format!("{title} · Threadlab")),
            );
        }
    });
}
