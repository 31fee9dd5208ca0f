//! Queues: their items, with their numbers in the order of their coming, and the room that is left.

use super::Drawing;
use crate::words;
use threadlab_model::{Object, Queue};
use threadlab_trace::ObjectKind;
use yew::prelude::*;

/// Items that are drawn; all are counted.
const MAX_ITEMS: usize = 8;

pub(super) fn draw(object: &Object, queue: &Queue) -> Drawing {
    let capacity = queue.capacity();
    let items = words::counted(queue.len(), "item", "items");
    let down = if queue.is_shut_down() { ", shut down" } else { "" };
    let words = match capacity {
        Some(capacity) => format!("{} of {capacity}{down}", threadlab_demos::grouped(queue.len())),
        None => format!("{items}{down}"),
    };
    // The one that is taken next; which one that is in a queue by priority is not known.
    let lifo = object.kind() == Some(ObjectKind::LifoQueue);
    let next = match object.kind() {
        Some(ObjectKind::PriorityQueue) => None,
        _ if lifo => queue.items().iter().next_back(),
        _ => queue.items().iter().next(),
    };
    let shown = queue.items().iter().len().min(MAX_ITEMS);
    let first = if lifo { queue.items().iter().len() - shown } else { 0 };
    let cells = queue.items().iter().skip(first).take(shown).map(|item| {
        let class = if next == Some(item) { "slot item item-next" } else { "slot item" };
        html! { <i {class}>{ item }</i> }
    });
    let room = capacity.map_or(0, |capacity| (capacity as usize).min(MAX_ITEMS).saturating_sub(shown));
    let tasks = if queue.counts_tasks() {
        format!(", {} not done", threadlab_demos::grouped(queue.unfinished()))
    } else {
        String::new()
    };
    Drawing {
        words,
        picture: html! {
            <span class="slots items">
                { for cells }
                { for (0..room).map(|_| html! { <i class="slot item" /> }) }
            </span>
        },
        on: queue.is_full() || queue.is_shut_down(),
        hint: format!("{} put{tasks}.", words::counted(queue.put(), "item", "items")),
        data: vec![
            ("data-items", queue.len().to_string()),
            ("data-capacity", capacity.map_or_else(String::new, |capacity| capacity.to_string())),
            ("data-unfinished", queue.unfinished().to_string()),
            ("data-shut-down", queue.is_shut_down().to_string()),
        ],
    }
}
