//! Barriers: who has arrived, and how often all passed.

use super::{Drawing, slots};
use crate::words;
use threadlab_model::{Barrier, Model};
use yew::prelude::*;

pub(super) fn draw(model: &Model, barrier: &Barrier) -> Drawing {
    let arrived = barrier.arrived();
    let parties = barrier.parties().map_or(arrived.len(), |parties| parties as usize);
    let words = if barrier.is_broken() {
        "broken".to_owned()
    } else {
        format!("{} of {parties} arrived", arrived.len())
    };
    let picture = slots::of_threads(model, arrived.iter().copied(), parties);
    Drawing {
        words,
        picture: html! { <span class="slots">{ picture }</span> },
        on: barrier.is_broken(),
        hint: format!("All passed {}.", words::counted(barrier.generation(), "time", "times")),
        data: vec![
            ("data-arrived", arrived.len().to_string()),
            ("data-generation", barrier.generation().to_string()),
            ("data-broken", barrier.is_broken().to_string()),
        ],
    }
}
