//! Who waits for an object, in order.

use super::super::thread_name::thread_name;
use threadlab_model::{Model, Object, Waiter};
use threadlab_trace::{ObjectKind, Purpose};
use yew::prelude::*;

/// Waiters that are shown by name; further ones are counted.
const MAX_WAITERS: usize = 12;

/// Those who wait for an object.
pub(super) fn list(model: &Model, object: &Object) -> Html {
    let waiters: Vec<_> = object.waiters().iter().collect();
    of_several(model, &waiters, |waiter| purpose(object, waiter))
}

/// Waiters of one or several objects, each with what it waits for, where that has to be told.
pub(super) fn of_several(
    model: &Model,
    waiters: &[&Waiter],
    purpose: impl Fn(&Waiter) -> Option<&'static str>,
) -> Html {
    let more = waiters.len().saturating_sub(MAX_WAITERS);
    let words = match waiters.len() {
        0 => "nobody waits".to_owned(),
        1 => "1 waits:".to_owned(),
        many => format!("{many} wait:"),
    };
    html! {
        <div class="queue">
            <p class="lock-word">{ words }</p>
            <ol>
                { for waiters.iter().take(MAX_WAITERS).map(|waiter| html! {
                    <li key={waiter.thread.0} class={if waiter.released { "let-go" } else { "" }}>
                        { thread_name(model, waiter.thread) }
                        if let Some(word) = purpose(waiter) {
                            <span class="lock-word">{ word }</span>
                        }
                    </li>
                }) }
                { for (more > 0).then(|| html! { <li key="more">{ format!("and {more} more") }</li> }) }
            </ol>
        </div>
    }
}

/// What a waiter waits for, where the object's kind alone does not tell.
fn purpose(object: &Object, waiter: &Waiter) -> Option<&'static str> {
    Some(match waiter.purpose {
        Purpose::Get => " to get",
        Purpose::Put => " to put",
        Purpose::Result => " for results",
        Purpose::AllDone => " for all done",
        Purpose::AcquireShared => " to read",
        Purpose::Acquire if object.kind() == Some(ObjectKind::RwLock) => " to write",
        _ => return None,
    })
}
