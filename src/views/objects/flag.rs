//! Events and values made once: set or not.

use super::super::thread_name::thread_name;
use super::Drawing;
use threadlab_model::{Model, Object};
use yew::prelude::*;

pub(super) fn draw_event(set: bool) -> Drawing {
    Drawing { words: if set { "set" } else { "not set" }.to_owned(), ..flag(set) }
}

pub(super) fn draw_once(model: &Model, object: &Object, set: bool) -> Drawing {
    let maker = object.holder();
    let words = match maker {
        _ if set => "made",
        Some(_) => "being made by",
        None => "not made yet",
    };
    let flag = flag(set);
    let picture = maker.map_or(flag.picture.clone(), |maker| thread_name(model, maker));
    Drawing { words: words.to_owned(), picture, ..flag }
}

fn flag(set: bool) -> Drawing {
    let class = if set { "flag flag-up" } else { "flag" };
    let picture = html! { <i {class} aria-hidden="true" /> };
    Drawing { picture, on: set, data: vec![("data-set", set.to_string())], ..Drawing::default() }
}
