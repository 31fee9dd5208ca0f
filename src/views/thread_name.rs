//! A thread's name with its mark.

use crate::accents::Accent;
use threadlab_model::Model;
use threadlab_trace::ThreadId;
use yew::prelude::*;

/// The name of a thread, with its mark in its colour before it.
pub fn thread_name(model: &Model, thread: ThreadId) -> Html {
    let name = model
        .thread(thread)
        .map_or_else(|| format!("thread {}", thread.0), |thread| thread.name().to_owned());
    html! {
        <span class={format!("thread-name {}", Accent::of(thread).classes())}>
            <span class="mark" aria-hidden="true" /><span class="name">{ name }</span>
        </span>
    }
}
