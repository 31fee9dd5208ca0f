//! Conditions: how often they were notified. Who waits stands beside.

use super::Drawing;
use threadlab_model::Condition;

pub(super) fn draw(condition: &Condition) -> Drawing {
    let notified = threadlab_demos::grouped(condition.notified());
    Drawing {
        words: "woken so far:".to_owned(),
        picture: notified.clone().into(),
        data: vec![("data-notified", notified)],
        ..Drawing::default()
    }
}
