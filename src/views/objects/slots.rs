//! A row of places, taken or free.

use crate::accents::Accent;
use threadlab_model::{Hold, Model};
use threadlab_trace::ThreadId;
use yew::prelude::*;

/// Places that are drawn; further ones are counted.
pub(super) const MAX_SLOTS: usize = 10;

/// `total` places, of which these threads of a model have the first ones, in their colours.
pub(super) fn of_threads(model: &Model, threads: impl Iterator<Item = ThreadId>, total: usize) -> Html {
    let taken = threads.map(Some).chain(std::iter::repeat(None)).take(total.min(MAX_SLOTS));
    html! {
        <>
            { for taken.map(|thread| match thread {
                Some(thread) => html! { <i class={format!("slot slot-taken {}", Accent::in_model(model, thread).classes())}><i class="mark" /></i> },
                None => html! { <i class="slot" /> },
            }) }
            { more(total.saturating_sub(MAX_SLOTS)) }
        </>
    }
}

/// The same for holds, each of which takes as many places as it counts.
pub(super) fn of_holders(model: &Model, holders: &[Hold], total: usize) -> Html {
    let each = holders.iter().flat_map(|hold| std::iter::repeat_n(hold.thread, hold.count as usize));
    of_threads(model, each, total)
}

/// How many more there are than are drawn.
pub(super) fn more(count: usize) -> Html {
    if count == 0 {
        Html::default()
    } else {
        html! { <i class="slot-more">{ format!("+{count}") }</i> }
    }
}
