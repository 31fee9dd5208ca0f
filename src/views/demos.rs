//! The list of demos.

use crate::browser;
use crate::progress::Done;
use crate::search::search;
use threadlab_demos::{Demo, demos};
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// From this width on the list stands beside the demo.
const BESIDE: &str = "(min-width: 64rem)";

/// Which demo is current.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Its name in addresses, or `None` at the start.
    pub current: Option<&'static str>,
    /// Those that have been run.
    pub done: Done,
}

/// The list of demos, by chapter, with a field to find some by words.
#[component]
pub fn Demos(props: &Props) -> Html {
    let query = use_state(String::new);
    let all = demos();
    let found = search(&all, &query);
    let oninput = {
        let query = query.setter();
        Callback::from(move |event: InputEvent| {
            query.set(event.target_unchecked_into::<HtmlInputElement>().value());
        })
    };
    let link = |demo: &&'static Demo| {
        let about = demo.about;
        let current = (Some(about.id) == props.current).then_some("page");
        let done = props.done.has(about.id);
        html! {
            <li key={about.id}>
                <a href={format!("#/{}", about.id)} aria-current={current} title={about.summary} data-done={done.to_string()}>
                    { about.title }
                    if done { <span class="visually-hidden">{ " (done)" }</span> }
                </a>
            </li>
        }
    };
    let chapter = |chapter: &[&'static Demo]| {
        let title = chapter[0].about.chapter.title();
        let id = format!("chapter-{}", chapter[0].about.id);
        let done = chapter.iter().filter(|demo| props.done.has(demo.about.id)).count();
        html! {
            <div class="chapter" key={title}>
                <p class="chapter-title" id={id.clone()}>
                    { title }
                    if done > 0 { <span class="chapter-done">{ format!("{done} of {} done", chapter.len()) }</span> }
                </p>
                <ul aria-labelledby={id}>{ for chapter.iter().map(link) }</ul>
            </div>
        }
    };
    let start = props.current.is_none().then_some("page");
    // What was looked for stays in view when the list closes; while somebody looks, it is open.
    let open = browser::matches(BESIDE) || !query.is_empty();
    html! {
        <nav class="demos" aria-label="Demos">
            <div class="demos-bar">
                <a class="start-link" href="#/" aria-current={start}>{ "Start" }</a>
                <input type="search" aria-label="Find demos" placeholder="Find a demo" value={(*query).clone()} {oninput}
                    autocomplete="off" spellcheck="false" />
            </div>
            <details {open}>
                <summary>{ format!("All {} demos", all.len()) }</summary>
                <div class="chapters">
                    { for found.chunk_by(|a, b| a.about.chapter == b.about.chapter).map(chapter) }
                    if found.is_empty() { <p class="hint" role="status">{ "No demo has these words." }</p> }
                </div>
            </details>
        </nav>
    }
}
