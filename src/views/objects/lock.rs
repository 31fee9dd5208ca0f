//! Locks of all kinds: who holds them.

use super::super::thread_name::thread_name;
use super::{Drawing, acquisitions, slots};
use threadlab_model::{Model, Object};
use threadlab_trace::ObjectKind;
use yew::prelude::*;

pub(super) fn draw(model: &Model, object: &Object) -> Drawing {
    let holders = object.holders();
    let alone = object.holder().is_some();
    let shared = object.kind() == Some(ObjectKind::RwLock);
    let depth = holders.first().map_or(0, |hold| hold.count);
    let words = match holders.len() {
        // The thread that held it at the fork is not in this copy of the memory.
        // The process that held it has ended, or let go of it.
        0 if object.abandoned() > 0 => "abandoned while held".to_owned(),
        0 if object.is_left_behind() => "left held by the fork".to_owned(),
        0 => "free".to_owned(),
        readers if shared && !alone => format!("read by {readers}:"),
        _ if shared => "written by".to_owned(),
        _ if depth > 1 => format!("held {depth} times by"),
        _ => "held by".to_owned(),
    };
    let picture = match holders {
        [hold] => thread_name(model, hold.thread),
        several => {
            html! { <span class="slots">{ slots::of_holders(model, several, several.len()) }</span> }
        }
    };
    let data = vec![("data-depth", depth.to_string()), ("data-abandoned", object.abandoned().to_string())];
    Drawing {
        words,
        picture,
        on: !holders.is_empty() || object.is_left_behind() || object.abandoned() > 0,
        hint: acquisitions(object),
        data,
    }
}
