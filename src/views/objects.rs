//! What the threads share: locks, their holders and their queues.

use super::thread_name::thread_name;
use super::{RunProps, use_refresh};
use crate::words;
use threadlab_model::{Model, Object};
use yew::prelude::*;

/// Waiters that are shown by name; further ones are counted.
const MAX_WAITERS: usize = 12;

/// The section named "Shared objects".
#[component]
pub fn Objects(props: &RunProps) -> Html {
    use_refresh(&props.runner);
    let run = props.runner.run();
    let model = &run.model;
    html! {
        <section class="panel panel-objects" aria-label="Shared objects">
            <h2>{ "Shared objects" }</h2>
            <div class="panel-body" tabindex="0" role="group" aria-label="List of shared objects">
                { for model.objects().map(|object| card(model, object)) }
                if model.objects().len() == 0 {
                    <p class="empty">{ "A lock shows up here when a thread first acquires it." }</p>
                }
            </div>
        </section>
    }
}

fn card(model: &Model, object: &Object) -> Html {
    let id = object.id().0.to_string();
    let waiters = object.waiters();
    let more = waiters.len().saturating_sub(MAX_WAITERS);
    let holder_name =
        object.holder().and_then(|holder| model.thread(holder)).map(|holder| holder.name().to_owned());
    html! {
        <article class="object" key={id.clone()} data-object={id} data-kind={object.noun().to_lowercase()}
            data-name={object.name().to_owned()} data-holder={holder_name} data-waiters={waiters.len().to_string()}>
            <h3>{ object.words().to_string() }</h3>
            <div class="lock">
                <p class={classes!("lock-body", object.holder().is_some().then_some("lock-held"))}>
                    // One element for both words: two would be exchanged, and the name's would become the word's.
                    <span class="lock-word">{ if object.holder().is_some() { "held by " } else { "free" } }</span>
                    if let Some(holder) = object.holder() {
                        { thread_name(model, holder) }
                    }
                </p>
                <div class="queue">
                    <p class="lock-word">{ queue_words(waiters.len()) }</p>
                    <ol>
                        { for waiters.iter().take(MAX_WAITERS).map(|waiter| html! {
                            <li key={waiter.thread.0}>{ thread_name(model, waiter.thread) }</li>
                        }) }
                        if more > 0 { <li>{ format!("and {more} more") }</li> }
                    </ol>
                </div>
            </div>
            <p class="hint">{ format!(
                "Acquired {}, {} after waiting.",
                words::counted(object.acquisitions(), "time", "times"),
                threadlab_demos::grouped(object.contended()),
            ) }</p>
        </article>
    }
}

fn queue_words(waiters: usize) -> String {
    match waiters {
        0 => "nobody waits".to_owned(),
        1 => "1 waits:".to_owned(),
        many => format!("{many} wait:"),
    }
}
