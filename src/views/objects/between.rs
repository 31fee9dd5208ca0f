//! What the processes of a run share: pipes and queues as edges between the processes that use them, with what is
//! underway, and the other objects with who holds them.

use super::super::thread_name::process_name;
use super::{Drawing, card, drawn, queue, waiters};
use crate::views::data::with_data;
use crate::words;
use threadlab_demos::grouped;
use threadlab_model::{Channel, Family, Object, ObjectState, PipeEnd, Queue, Waiter};
use threadlab_trace::Purpose;
use yew::prelude::*;

/// Processes that are named at one side of an edge; further ones are counted.
const MAX_NAMED: usize = 3;

/// All of it, or nothing where the processes share nothing.
pub(super) fn section(family: &Family) -> Option<Html> {
    let shared = family.shared();
    if shared.model().objects().len() == 0 {
        return None;
    }
    Some(html! {
        <section key="between" class="between" aria-label="Between processes">
            <h3 key="heading" class="process-name">{ "Between processes" }</h3>
            { for shared.pipes().map(|ends| pipe(family, ends)) }
            { for shared.objects().map(|object| match object.state() {
                ObjectState::Queue(state) => {
                    let drawing = queue::draw(object, state);
                    let edge = edge(family, object.givers(), object.takers(), "");
                    drawn(shared.model(), object, Drawing {
                        words: queue_words(state),
                        picture: html! { <>{ drawing.picture }{ edge }</> },
                        hint: open_in(family, object),
                        ..drawing
                    })
                }
                _ => card(shared.model(), object),
            }) }
        </section>
    })
}

/// How full a queue is: `3 of 10 items`.
fn queue_words(queue: &Queue) -> String {
    let items = match queue.capacity() {
        Some(capacity) => {
            format!("{} of {}", grouped(queue.len()), words::counted(capacity.into(), "item", "items"))
        }
        None => words::counted(queue.len(), "item", "items"),
    };
    format!("{items}{}", if queue.is_shut_down() { ", shut down" } else { "" })
}

/// From whom to whom, by name. `nobody` is said where there is no process at a side.
fn edge(family: &Family, from: &[u32], to: &[u32], nobody: &'static str) -> Html {
    html! {
        <span class="edge">
            { side(family, from, nobody) }
            <span class="edge-arrow"><span aria-hidden="true">{ "→" }</span><span class="visually-hidden">{ " to " }</span></span>
            { side(family, to, nobody) }
        </span>
    }
}

fn side(family: &Family, processes: &[u32], nobody: &'static str) -> Html {
    // Of many fewer are named: that there are more takes room too.
    let named = if processes.len() > MAX_NAMED { MAX_NAMED - 1 } else { processes.len() };
    let more = processes.len() - named;
    html! {
        <span class="edge-side">
            { for processes.iter().take(named).map(|&number| process_name(family, number)) }
            if more > 0 { <span class="lock-word">{ format!("and {more} more") }</span> }
            if processes.is_empty() { <span class="lock-word">{ if nobody.is_empty() { "–" } else { nobody } }</span> }
        </span>
    }
}

/// Which processes have an object.
fn open_in(family: &Family, object: &Object) -> String {
    let name = |&number: &u32| {
        family
            .process(number)
            .map_or_else(|| format!("process {number}"), |process| process.name().to_owned())
    };
    match object.open_in() {
        [] => "No process has it any more.".to_owned(),
        open => format!("Open in {}.", open.iter().map(name).collect::<Vec<_>>().join(", ")),
    }
}

/// A pipe, with a line for each direction in which it goes.
fn pipe(family: &Family, ends: [&Object; 2]) -> Html {
    let [first, second] = ends;
    let model = family.shared().model();
    let id = first.id().0.to_string();
    let flows = [(first, second), (second, first)];
    let flows: Vec<_> = flows.into_iter().filter_map(|(from, to)| Some((from, to, sent_by(from)?))).collect();
    let fill: u32 = flows.iter().map(|(_, _, channel)| channel.fill()).sum();
    let waiters: Vec<_> = ends.iter().flat_map(|end| end.waiters()).collect();
    let card = html! {
        <article class="object" key={id.clone()} data-object={id}>
            <h3>{ first.words().to_string() }</h3>
            <div class="lock">
                { for flows.iter().map(|&(from, to, channel)| flow(family, from, to, channel)) }
                { waiters::of_several(model, &waiters, |waiter| Some(purpose(waiter))) }
            </div>
        </article>
    };
    let data = [
        ("data-kind", "pipe".to_owned()),
        ("data-name", first.name().to_owned()),
        ("data-fill", fill.to_string()),
        ("data-waiters", waiters.len().to_string()),
    ];
    with_data(card, &mut data.into_iter())
}

fn sent_by(end: &Object) -> Option<&Channel> {
    match end.state() {
        ObjectState::PipeEnd(end) => PipeEnd::outgoing(end),
        _ => None,
    }
}

/// One direction of a pipe: who can send, who can receive, and how full it is, drawn and in words.
fn flow(family: &Family, from: &Object, to: &Object, channel: &Channel) -> Html {
    let words = flow_words(from, to, channel);
    let percent = channel.capacity().map_or(0, |capacity| {
        // What is there can be seen, however little it is.
        (u64::from(channel.fill()) * 100).div_ceil(u64::from(capacity.max(1))).min(100)
    });
    let body = html! {
        <div class={if channel.fill() > 0 { "lock-body flow lock-held" } else { "lock-body flow" }}>
            { edge(family, from.open_in(), to.open_in(), "closed") }
            <span class="flow-bar" aria-hidden="true"><span style={format!("width:{percent}%")} /></span>
            <span class="lock-word">{ words }</span>
        </div>
    };
    let data = [
        ("data-fill", channel.fill().to_string()),
        ("data-messages", channel.messages().to_string()),
        ("data-sent", channel.sent().to_string()),
        ("data-received", channel.received().to_string()),
        ("data-writers", from.open_in().len().to_string()),
        ("data-readers", to.open_in().len().to_string()),
    ];
    with_data(body, &mut data.into_iter())
}

fn flow_words(from: &Object, to: &Object, channel: &Channel) -> String {
    let fill = grouped(channel.fill().into());
    let (written, read) = (!from.open_in().is_empty(), !to.open_in().is_empty());
    match (written, read, channel.fill()) {
        (false, false, _) => "closed".to_owned(),
        (true, false, _) => "broken: nobody is left to read".to_owned(),
        (false, true, 0) => "end of file".to_owned(),
        (false, true, _) => {
            format!("{} left, then the end of file", words::counted(channel.fill().into(), "byte", "bytes"))
        }
        (true, true, _) => match channel.capacity() {
            Some(capacity) => format!("{fill} of {} bytes underway", grouped(capacity.into())),
            None => format!("{} underway", words::counted(channel.fill().into(), "byte", "bytes")),
        },
    }
}

/// What a waiter at a pipe waits for.
fn purpose(waiter: &Waiter) -> &'static str {
    if waiter.purpose == Purpose::Put { " to send" } else { " to receive" }
}
