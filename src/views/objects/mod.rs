//! What the threads share: a card for each object, with its holders, what is in it and who waits for it. Each kind has
//! its drawing in a file of its own.

mod barrier;
mod between;
mod condition;
mod flag;
mod lock;
mod pool;
mod queue;
mod semaphore;
mod slots;
mod timers;
mod waiters;

use super::data::with_data;
use super::{RunProps, use_refresh};
use crate::runner::Runner;
use crate::words;
use threadlab_model::{FIRST_PROCESS, Model, Object, ObjectState, Process};
use yew::prelude::*;

/// What a kind of object shows of itself.
#[derive(Default)]
struct Drawing {
    /// In a few words: how it is.
    words: String,
    /// Below the words: its holder, its slots, its items.
    picture: Html,
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
    let shared = run.family.shared().model().objects().len();
    let none = shared == 0 && run.family.processes().all(|process| process.model().objects().len() == 0);
    html! {
        <section class="panel panel-objects" aria-label="Shared objects">
            <h2>{ "Shared objects" }</h2>
            <div class="panel-body" tabindex="0" role="group" aria-label="List of shared objects">
                // All with keys: among others every card would be drawn anew when one is added.
                { for between::section(&run.family) }
                { for run.family.processes().filter_map(|process| group(&props.runner, process)) }
                { for none.then(|| html! {
                    <p key="none" class="empty">{ if run.state.is_over() {
                        "This run used no lock, no queue and nothing else of that kind."
                    } else {
                        "A lock or a queue shows up here when a thread first uses it."
                    } }</p>
                }) }
            </div>
        </section>
    }
}

/// The objects of a process, below its name if it is a child.
fn group(runner: &Runner, process: &Process) -> Option<Html> {
    let model = process.model();
    if model.objects().len() == 0 {
        return None;
    }
    let card = |object: &Object| match object.state() {
        ObjectState::Timers(timers) => drawn(model, object, timers::draw(runner, model, object, timers)),
        _ => card(model, object),
    };
    let key = process.number();
    Some(if key == FIRST_PROCESS {
        html! { <key={key}>{ for model.objects().map(card) }</> }
    } else {
        html! {
            <section class="process-objects" {key} data-process={key.to_string()}>
                <h3 key="heading" class="process-name">{ process.name() }</h3>
                { for model.objects().map(card) }
            </section>
        }
    })
}

fn card(model: &Model, object: &Object) -> Html {
    drawn(model, object, draw(model, object))
}

/// The card of an object with this drawing.
fn drawn(model: &Model, object: &Object, drawing: Drawing) -> Html {
    let id = object.id().0.to_string();
    let card = html! {
        <article class="object" key={id.clone()} data-object={id}>
            <h3>{ object.words().to_string() }</h3>
            <div class="lock">
                <div class={if drawing.on { "lock-body lock-held" } else { "lock-body" }}>
                    // One element for all words: several would be exchanged, and a name's would become a word's.
                    <span class="lock-word">{ drawing.words }</span>
                    { drawing.picture }
                </div>
                { waiters::list(model, object) }
            </div>
            // Whether there is one depends on the kind alone.
            if !drawing.hint.is_empty() { <p class="hint">{ drawing.hint }</p> }
        </article>
    };
    let holder = object.holder().and_then(|holder| model.thread(holder));
    let of_all = [
        ("data-kind", object.noun().to_ascii_lowercase()),
        ("data-name", object.name().to_owned()),
        ("data-holders", object.holders().len().to_string()),
        ("data-waiters", object.waiters().len().to_string()),
    ];
    let holder = holder.map(|holder| ("data-holder", holder.name().to_owned()));
    with_data(card, &mut of_all.into_iter().chain(holder).chain(drawing.data))
}

fn draw(model: &Model, object: &Object) -> Drawing {
    match object.state() {
        ObjectState::Lock => lock::draw(model, object),
        ObjectState::Once { set } => flag::draw_once(model, object, *set),
        ObjectState::Event { set } => flag::draw_event(*set),
        ObjectState::Condition(condition) => condition::draw(condition),
        ObjectState::Semaphore(semaphore) => semaphore::draw(model, object, semaphore),
        ObjectState::Barrier(barrier) => barrier::draw(model, barrier),
        ObjectState::Queue(queue) => queue::draw(object, queue),
        ObjectState::Pool(pool) => pool::draw(model, object, pool),
        // The two ends of a pipe are drawn together, and processes do not share timers.
        ObjectState::PipeEnd(_) | ObjectState::Timers(_) => Drawing::default(),
    }
}

/// How often threads acquired an object, and how often they had to wait for it.
fn acquisitions(object: &Object) -> String {
    format!(
        "Acquired {}, waited {}.",
        words::counted(object.acquisitions(), "time", "times"),
        threadlab_demos::grouped(object.contended()),
    )
}
