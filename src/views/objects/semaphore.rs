//! Permits, and who took them.

use super::{Drawing, acquisitions, slots};
use threadlab_model::{Model, Object, Semaphore};
use yew::prelude::*;

pub(super) fn draw(model: &Model, object: &Object, semaphore: &Semaphore) -> Drawing {
    let taken = object.holders().iter().map(|hold| hold.count as usize).sum::<usize>();
    let permits = semaphore.permits().map_or(0, |permits| permits as usize);
    let words = match semaphore.permits() {
        Some(permits) => format!("{permits} free, {taken} taken"),
        None => format!("{taken} taken"),
    };
    let words = match object.abandoned() {
        0 => words,
        lost => format!("{words}, {lost} abandoned"),
    };
    Drawing {
        words,
        picture: html! { <span class="slots">{ slots::of_holders(model, object.holders(), taken + permits) }</span> },
        on: semaphore.permits() == Some(0),
        hint: acquisitions(object),
        data: vec![("data-permits", permits.to_string())],
    }
}
