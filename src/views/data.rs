//! Attributes for whoever reads the page by program.

use std::rc::Rc;
use yew::prelude::*;

/// Adds attributes to an element: for many of them, or such that not all elements have.
pub fn with_data(element: Html, data: &mut dyn Iterator<Item = (&'static str, String)>) -> Html {
    let Html::VTag(mut tag) = element else { return element };
    let inside = Rc::make_mut(&mut tag);
    for (name, value) in data {
        inside.add_attribute(name, value);
    }
    Html::VTag(tag)
}
