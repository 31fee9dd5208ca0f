//! What the threads share: a card for each object, with its holders, what is in it and who waits for it. Each kind has
//! its drawing in a file of its own.

mod barrier;
mod condition;
mod flag;
mod lock;
mod queue;
mod semaphore;
mod slots;
mod timers;
mod waiters;

use super::{RunProps, use_refresh};
use crate::words;
use threadlab_model::{Model, Object, ObjectState};
use yew::prelude::*;

/// What a kind of object shows of itself.
#[derive(Default)]
struct Drawing {
    /// In a few words: how it is.
    words: String,
    /// Below the words: its holder, its slots, its items.
    picture: Html,
    /// Whether the picture needs the card's whole width.
    wide: bool,
    /// Whether it stands out: held, set, full.
    on: bool,
    /// What does not change often, below everything.
    hint: String,
    /// Numbers for whoever reads the page by program.
    data: Vec<(&'static str, String)>,
}

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
                    <p class="empty">{ "A lock or a queue shows up here when a thread first uses it." }</p>
                }
            </div>
        </section>
    }
}

fn card(model: &Model, object: &Object) -> Html {
    let id = object.id().0.to_string();
    let drawing = draw(model, object);
    let holder =
        object.holder().and_then(|holder| model.thread(holder)).map(|holder| holder.name().to_owned());
    let datum = |name| drawing.data.iter().find(|(other, _)| *other == name).map(|(_, value)| value.clone());
    html! {
        <article class="object" key={id.clone()} data-object={id} data-kind={object.noun().to_lowercase()}
            data-name={object.name().to_owned()} data-holder={holder}
            data-waiters={object.waiters().len().to_string()} data-depth={datum("depth")}
            data-holders={object.holders().len().to_string()} data-permits={datum("permits")}
            data-items={datum("items")} data-capacity={datum("capacity")} data-unfinished={datum("unfinished")}
            data-shut-down={datum("shut-down")} data-set={datum("set")} data-arrived={datum("arrived")}
            data-generation={datum("generation")} data-broken={datum("broken")} data-notified={datum("notified")}
            data-pending={datum("pending")}>
            <h3>{ object.words().to_string() }</h3>
            <div class={classes!("lock", drawing.wide.then_some("lock-wide"))}>
                <div class={classes!("lock-body", drawing.on.then_some("lock-held"))}>
                    // One element for all words: several would be exchanged, and a name's would become a word's.
                    <span class="lock-word">{ drawing.words }</span>
                    { drawing.picture }
                </div>
                { waiters::list(model, object) }
            </div>
            <p class="hint">{ drawing.hint }</p>
        </article>
    }
}

fn draw(model: &Model, object: &Object) -> Drawing {
    match object.state() {
        ObjectState::Lock => lock::draw(model, object),
        ObjectState::Once { set } => flag::draw_once(model, object, *set),
        ObjectState::Event { set } => flag::draw_event(*set),
        ObjectState::Condition(condition) => condition::draw(condition),
        ObjectState::Semaphore(semaphore) => semaphore::draw(object, semaphore),
        ObjectState::Barrier(barrier) => barrier::draw(barrier),
        ObjectState::Queue(queue) => queue::draw(object, queue),
        ObjectState::Timers(pending) => timers::draw(pending),
    }
}

/// How often threads acquired an object.
fn acquisitions(object: &Object) -> String {
    format!(
        "Acquired {}, {} after waiting.",
        words::counted(object.acquisitions(), "time", "times"),
        threadlab_demos::grouped(object.contended()),
    )
}
