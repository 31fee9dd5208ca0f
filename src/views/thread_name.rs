//! A thread's name with its mark.

use crate::accents::Accent;
use threadlab_model::{FIRST_PROCESS, Family, Model, Process};
use threadlab_trace::ThreadId;
use yew::prelude::*;

/// The name of a thread, with its mark in its colour before it.
pub fn thread_name(model: &Model, thread: ThreadId) -> Html {
    marked(Accent::in_model(model, thread), plain(model, thread))
}

/// The same among threads of all processes: a child process's main thread goes by the process's name, and its other
/// threads have that before their own.
pub fn name_among_all(process: &Process, thread: ThreadId) -> Html {
    let accent = Accent::within(process.number(), thread);
    let name = match (process.number(), thread) {
        (FIRST_PROCESS, _) => plain(process.model(), thread),
        (_, ThreadId::MAIN) => process.name().to_owned(),
        _ => format!("{} {}", process.name(), plain(process.model(), thread)),
    };
    marked(accent, name)
}

/// The name of a process, with the mark of its main thread.
pub fn process_name(family: &Family, process: u32) -> Html {
    marked(Accent::within(process, ThreadId::MAIN), family.name_among_all(process, ThreadId::MAIN))
}

fn plain(model: &Model, thread: ThreadId) -> String {
    model.thread(thread).map_or_else(|| format!("thread {}", thread.0), |thread| thread.name().to_owned())
}

fn marked(accent: Accent, name: String) -> Html {
    html! {
        <span class={format!("thread-name {}", accent.classes())}>
            <span class="mark" aria-hidden="true" /><span class="name">{ name }</span>
        </span>
    }
}
